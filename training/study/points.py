"""What a study has measured so far: one file a point, written whole, with the facts that made it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.errors import OutputError, TrainingError
from ...core.files import write_whole
from ..checkpoint import differing_names

FORMAT, VERSION = "landcast study point", 1

log = logging.getLogger(__name__)


def load_point(path: Path, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the figures of a point; None where it is not there yet, or is damaged.

    Raises:
        TrainingError: it was made with other settings or data.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT or said["version"] != VERSION:
            raise ValueError(f"of format {said['format']} {said['version']}")
        found, figures = said["facts"], said["figures"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s is damaged and measured again: %s", path, error)
        return None
    wanted = json.loads(json.dumps(dict(facts)))
    if found != wanted:
        differing = ", ".join(differing_names(found, wanted))
        raise TrainingError(
            f"{path} was measured with other settings or data ({differing}); choose another --out, or the settings of "
            "then"
        )
    return dict(figures)


def save_point(path: Path, facts: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Write the figures of a point aside and rename the file.

    Raises:
        OutputError: it cannot be written.
    """
    said = {"format": FORMAT, "version": VERSION, "facts": dict(facts), "figures": dict(figures)}
    write_text(path, json.dumps(said, indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text aside and rename the file; its folder is made.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
