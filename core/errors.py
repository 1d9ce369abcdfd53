"""The errors that a user can cause, as one tree; everything else is a bug and shows its traceback.

LandcastError
├── SourceError            the raster that was asked for
│   ├── UnreadableSourceError    cannot be opened, or a block of it cannot be read
│   ├── NotGeoreferencedError    has no place on Earth
│   └── UnsupportedSourceError   bands, data type or size that cannot be done right
├── RequestError           settings that do not fit together or do not fit the source
├── ModelError             a model folder that is missing, damaged or of another format
├── OutputError            the result cannot be written or does not read back as written
├── BlocksError            some blocks of a scene cannot be predicted; the others are kept
├── TrainingError          pairs or settings that cannot be trained on
├── ClusterError           machines that cannot predict together, or are gone
├── DeviceMemoryError      the device's memory does not suffice for the least of work
└── CancelledError         the user asked to stop
"""

from __future__ import annotations

from collections.abc import Sequence


class LandcastError(Exception):
    """A failure with a message that names the thing, what was found and what to do."""


class SourceError(LandcastError):
    """The source raster cannot be used."""


class UnreadableSourceError(SourceError):
    """The source cannot be opened, or one of its blocks cannot be read."""


class NotGeoreferencedError(SourceError):
    """The source does not say where on Earth it lies."""


class UnsupportedSourceError(SourceError):
    """The source is readable but cannot be predicted from correctly."""


class RequestError(LandcastError):
    """The settings of a request contradict each other or the source."""


class ModelError(LandcastError):
    """A model folder is missing, damaged or made for another format."""


class OutputError(LandcastError):
    """A result cannot be written, or does not read back as it was written."""


class BlocksError(LandcastError):
    """Some blocks of a scene could not be predicted; all others were, and are kept."""


class TrainingError(LandcastError):
    """Pairs or settings that a model cannot be trained on."""


class ClusterError(LandcastError):
    """A scheduler or its workers cannot be reached, do not fit together, or are gone."""


class DeviceMemoryError(LandcastError):
    """The device has no memory for even one tile."""


class CancelledError(LandcastError):
    """The user asked to stop; nothing is left half-done."""


def strict_error(caveats: Sequence[str], done: str) -> RequestError:
    """What --strict makes of warnings, of which there is at least one; `done` is what was not: `predicted`."""
    count = len(caveats)
    return RequestError(
        f"--strict: {count} warning{'s are errors' if count > 1 else ' is an error'}, and nothing was {done}"
        f"; the first: {caveats[0]}"
    )
