"""What was asked of a prediction, as its result records it, and the request that is made of it again.

Only what decides about pixels and differs from the default is written, so that equal results say equal things. What a
result records under a name of its own (seed, members, sampling steps, precision, device) is not repeated here; nor is
where source, area and model lay, which is nobody else's business and seldom true for long.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from .errors import RequestError
from .raster.options import SourceOptions
from .request import PredictionRequest

AHEAD = ("years", "iterations")
"""How far ahead a request looks, in one of two ways."""
ASKED = (
    "ground_scale_m", "crs", "extent", "extent_crs", "area_layer", "area_crs", "radiometry", "stretch",
)  # fmt: skip
"""Settings of a request that are written by their own names too."""
ASKED_OF_SOURCE = ("bands", "assume_crs", "gsd_m")
"""The same of the options of its source, written with `source_` before their names."""
_DEFAULTS = {field.name: field.default for field in dataclasses.fields(PredictionRequest)}


def asked_text(request: PredictionRequest) -> str:
    """Write down what was asked for, as JSON in one line."""
    asked: dict[str, object] = {name: value for name in AHEAD if (value := getattr(request, name)) is not None}
    asked |= {name: value for name in ASKED if (value := getattr(request, name)) != _DEFAULTS[name]}
    told = {f"source_{name}": getattr(request.source_options, name) for name in ASKED_OF_SOURCE}
    return _to_text(asked | {name: value for name, value in told.items() if value is not None})


def asked_after(text: str, iterations: int, years_per_iteration: float) -> str:
    """What would have been asked for, had the result been wanted after so many iterations.

    The image after an earlier iteration is what a request of so many gives, and says so.
    """
    asked = json.loads(text)
    if "years" in asked:
        asked["years"] = years_per_iteration * iterations
    else:
        asked["iterations"] = iterations
    return _to_text(asked)


def _to_text(asked: dict[str, object]) -> str:
    if asked.get("iterations") == 1:
        asked = {name: value for name, value in asked.items() if name != "iterations"}
    return json.dumps(asked, sort_keys=True)


def read_asked(text: str, **others: Any) -> PredictionRequest:
    """Make the request again.

    Args:
        text: by `asked_text`.
        others: settings of the request that are not written there; `is_remote_allowed` among them.

    Raises:
        RequestError: the text is none of that kind, or was written by a version that knew other settings.
    """
    try:
        asked = json.loads(text)
    except ValueError as error:
        raise RequestError(f"what was asked for is not readable: {error}") from error
    known = {*AHEAD, *ASKED, *(f"source_{name}" for name in ASKED_OF_SOURCE)}
    if not isinstance(asked, Mapping) or not asked.keys() <= known:
        strange = sorted(asked.keys() - known) if isinstance(asked, Mapping) else [text[:80]]
        raise RequestError(
            f"what was asked for names {', '.join(strange)}, which this version does not know; "
            "use the version that the result names"
        )
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()
    }
    options: dict[str, Any] = {name: settings.pop(f"source_{name}", None) for name in ASKED_OF_SOURCE}
    is_remote_allowed = others.pop("is_remote_allowed", False)
    return PredictionRequest(
        **settings, **others, source_options=SourceOptions(**options, is_remote_allowed=is_remote_allowed)
    )
