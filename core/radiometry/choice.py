"""Which tones a source gets: the one rule for the command line, the worker and training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from .tones import (
    SHARES,
    Radiometry,
    ToneReference,
    Tones,
    as_is,
    match_to,
    stretch,
    stretch_to,
    tone_contrast,
    tone_distance,
)

FAINT_CONTRAST = 0.1, 0.6
"""An 8-bit source is faint where its contrast over that of the training images lies between these.

The lower one keeps noise from being shown as a landscape. All 16 places and dates of the shared imagery lie above 0.8,
and three in a hundred of its chips alone lie below 0.6.
"""
FAR_LEVELS = 50.0
"""Tones that lie farther from those of the training images, in 8-bit levels, are told of.

All of the shared imagery lies below 25, and one in a hundred of its chips alone lies beyond.
"""


class ImageFacts(Protocol):
    """What is asked of a source."""

    @property
    def name(self) -> str:
        """For messages."""

    @property
    def bands(self) -> int:
        """One or three."""

    @property
    def is_eight_bit(self) -> bool:
        """Whether its values are levels of 0 to 255."""


class Statistics(Protocol):
    """What is asked of a look at the whole source."""

    @property
    def quantiles(self) -> NDArray[np.float64]:
        """Float64, (band, share); values below which the recorded shares of the pixels lie."""


def choose_tones(
    source: ImageFacts,
    seen: Statistics,
    reference: ToneReference | None,
    radiometry: Radiometry = "auto",
    limits: Sequence[float] | None = None,
) -> Tones:
    """Decide how the values of a source are shown to a model.

    By itself it shows 8-bit values as they are, and stretches those of other types and of a faint 8-bit source.

    Measured by `benchmarks/radiometry.py`, where the table stands, with the shipped model on a city that it never saw:
    RMSE of the mean as a share of what saying that nothing changes gets, lower is better, fair CRPS in brackets.

    - Levels as they were taken: as they are 0.98 (0.71), stretched 0.98 (0.70), matched 0.97 (0.71).
    - Another landscape, the darkest or brightest quarter or single chips: as they are 0.95 to 0.98 (0.67 to 0.73),
      stretched 0.94 to 0.98 (0.68 to 0.73), matched 0.94 to 1.00 (0.69 to 0.74). A match makes one landscape look like
      another.
    - A cast of blue, gamma of 0.55 or 1.8, a little dark, a little hazy: as they are 0.99 to 1.01 (0.68 to 0.74),
      stretched 0.98 to 0.99 (0.70 to 0.71). Tones do not tell this from another landscape, so it is left.
    - Half of the contrast (0.39 to 0.58 of that of the training images): as they are 1.04 to 1.14 (0.72 to 0.73), worse
      than no forecast; stretched 0.97 to 0.98 (0.70). No place and date at hand has so little contrast.
    - Chips of 154 m that have little contrast of their own (0.66): as they are 1.01 (0.73), stretched 0.98 (0.75).
    - 11 and 16 bit: stretched 0.98 (0.70), matched 0.97 (0.71).

    Args:
        source: what is shown.
        seen: statistics of all of it.
        reference: distribution that the model was trained on, where it says so.
        radiometry: what the user asks for.
        limits: a dark and a bright value for all bands, or for each, that the user gives.

    Raises:
        RequestError: what is asked for does not fit the source or the model.
    """
    if limits is not None:
        pairs = list(zip(limits[::2], limits[1::2], strict=True))
        if len(pairs) not in (1, source.bands):
            raise RequestError(f"--stretch: {len(pairs)} pairs of numbers for {source.bands} band(s) of {source.name}")
        pairs = pairs * (source.bands // len(pairs))
        return stretch(pairs, [(0.0, 1.0)] * source.bands)
    if radiometry == "match":
        if reference is None:
            raise RequestError("--radiometry match: the model does not say which tones it was trained on")
        return match_to(seen.quantiles, SHARES, reference)
    is_stretched = radiometry == "auto" and (not source.is_eight_bit or is_faint(seen, reference))
    if radiometry == "stretch" or is_stretched:
        return stretch_to(seen.quantiles, SHARES, reference)
    if not source.is_eight_bit:
        raise RequestError(f"--radiometry as-is: {source.name} does not hold 8-bit values; ask for stretch or match")
    return as_is(source.bands)


def is_faint(seen: Statistics, reference: ToneReference | None) -> bool:
    """Whether the contrast of an 8-bit source is much lower than that of the training images, and not nothing."""
    low, high = FAINT_CONTRAST
    return reference is not None and low <= tone_contrast(seen.quantiles, reference) < high


def tone_notes(
    source: ImageFacts,
    seen: Statistics,
    reference: ToneReference | None,
    radiometry: Radiometry = "auto",
    limits: Sequence[float] | None = None,
) -> list[str]:
    """What the user may like to know of the choice, which `choose_tones` made of the same."""
    is_chosen = radiometry == "auto" and limits is None and source.is_eight_bit
    if not is_chosen or reference is None or not is_faint(seen, reference):
        return []
    share = tone_contrast(seen.quantiles, reference)
    return [
        f"{source.name}: has {share:.0%} of the contrast of the images that the model was trained on, so its values "
        "are stretched for the model and brought back (--radiometry as-is shows them as they are)"
    ]


def tone_caveats(source: ImageFacts, seen: Statistics, reference: ToneReference | None, tones: Tones) -> list[str]:
    """What the user should know of tones that the model does not."""
    if reference is None or tones.kind != "as-is":
        return []
    distance = tone_distance(seen.quantiles, reference)
    if not distance > FAR_LEVELS:
        return []
    return [
        f"{source.name}: its tones lie {distance:.0f} of 255 levels from those that the model was trained on, "
        "so take what it predicts with care (--radiometry stretch brings them nearer)"
    ]
