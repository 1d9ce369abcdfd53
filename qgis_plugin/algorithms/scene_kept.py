"""Whether an earlier prediction of a scene is the one that is asked for, as far as it says."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ...core.protocol.requests import PredictRequest
from ..pairs.dates import DateError, parse_date
from ..translation import tr
from ..worker.beside import prediction_items
from .prediction_parameters import PredictionSettings

PREFIX = "LANDCAST_"
CONTRACT, MANIFEST, NO_IDENTITY = "landcast.json", "manifest.json", ("README.md", "domain.safetensors")
"""Files of a model's folder; its hash leaves out the last two."""
SIX_DIGITS = 1e-5
"""To which numbers are recorded."""
SAME_SCALE = 0.006
"""Within which the pixels of the image itself are taken for a scale that is asked for."""

Wanted = Iterator["tuple[str, str, Callable[[str], bool]]"]


def why_not_kept(output: Path, source: Path | str | None, settings: PredictionSettings) -> str | None:
    """Why an earlier prediction is not the one that is asked for; None where it is, as far as it says.

    Args:
        output: the earlier prediction.
        source: the image's file or address; None where QGIS reads it.
        settings: that are asked for. What is left to the model or the image is not compared.
    """
    items = prediction_items(output) or {}
    if items.get(f"{PREFIX}PARTIAL") == "YES":
        return tr(
            "{} is what was done of a prediction that was stopped: choose another folder, or have earlier results "
            "replaced."
        ).format(output)
    for name, wanted, is_same in _wanted(source, settings):
        found = items.get(f"{PREFIX}{name}", "")
        if not is_same(found):
            return tr(
                "{path} was predicted with other settings ({name} {found}, not {wanted}): choose another folder, or "
                "have earlier results replaced."
            ).format(path=output, name=name.lower().replace("_", " "), found=found or "?", wanted=wanted)
    for layer, what in _beside(settings):
        if not output.with_name(f"{output.stem}_{layer}{output.suffix}").is_file():
            return tr(
                "{path} was predicted without this: {what}. Choose another folder, or have earlier results replaced."
            ).format(path=output, what=what)
    return None


def _beside(settings: PredictionSettings) -> Iterator[tuple[str, str]]:
    """Layers whose files have to stand beside the result, and what they are called."""
    if settings.draws_typical:
        yield "typical", tr("most typical future")
    if settings.maps_domain:
        yield "domain", tr("distance from the training")


def _wanted(source: Path | str | None, settings: PredictionSettings) -> Wanted:
    """Item, what it should be, and whether what was found is that."""
    yield from _numbers(settings)
    yield from _model(settings.model)
    if isinstance(source, Path):
        yield "SOURCE", source.name, lambda found: found == source.name
    if settings.source_date is not None:
        yield "SOURCE_DATE", settings.source_date, lambda found: _date(found) == _date(settings.source_date or "")


def _numbers(settings: PredictionSettings) -> Wanted:
    numbers: Mapping[str, float | None] = {
        "SEED": settings.seed,
        "MEMBERS": settings.members,
        "YEARS_AHEAD": settings.years_ahead,
        "GROUND_SCALE_M": settings.ground_scale_m,
    }
    for name, number in numbers.items():
        if number is not None:
            yield name, f"{number:.10g}", _is_number(number, SAME_SCALE if name == "GROUND_SCALE_M" else SIX_DIGITS)


def _is_number(wanted: float, near: float) -> Callable[[str], bool]:
    def is_number(found: str) -> bool:
        try:
            # seeds and members are whole, and large seeds differ by little
            return int(found) == wanted if isinstance(wanted, int) else math.isclose(float(found), wanted, rel_tol=near)
        except ValueError:
            return False

    return is_number


def _model(model: str | None) -> Wanted:
    """By name, or by name and hash where it is a folder; the one that Landcast ships where None."""
    folder = None if model is None else Path(model).expanduser()
    if folder is None or not folder.is_dir():
        name = PredictRequest.model if model is None else model
        yield "MODEL", name, lambda found: found == name
        return
    own_name, digest = _read_model(folder)
    yield "MODEL", own_name or str(folder), lambda found: found == own_name
    yield "MODEL_SHA256", digest or "?", lambda found: found == digest


def _read_model(folder: Path) -> tuple[str | None, str | None]:
    """Name and hash of a model's folder, as Landcast records them; None where they cannot be read."""
    try:
        name = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))["name"]
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        lines = [f"{path} {entry['sha256']}" for path, entry in sorted(files.items()) if path not in NO_IDENTITY]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, None
    return str(name), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _date(text: str) -> str:
    try:
        return str(parse_date(text))
    except DateError:
        return text
