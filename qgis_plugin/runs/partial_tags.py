"""What a part of a prediction says of itself, as a whole one would."""

from __future__ import annotations

from ...core.protocol.messages import Planned
from ..prediction import PredictionRequest

COLOUR_NAMES = ("Predicted red", "Predicted green", "Predicted blue")
GREY_NAMES = ("Predicted grey",)
PROGRAM = "landcast"


def partial_tags(request: PredictionRequest, planned: Planned) -> dict[str, str]:
    """Items of the default metadata domain."""
    source = request.name if request.source is None else getattr(request.source, "name", str(request.source))
    facts = {
        "SYNTHETIC": "YES",
        "PARTIAL": "YES",
        "MODEL": planned.model,
        "MODEL_SHA256": planned.model_sha256,
        "SOURCE": source,
        "SOURCE_BANDS": None if request.bands is None else ",".join(map(str, request.bands)),
        "GSD_M": f"{planned.gsd_m:.6g}",
        "YEARS_AHEAD": f"{planned.years_ahead:g}",
        "SOURCE_DATE": planned.source_date,
        "RESULT_DATE": planned.result_date,
        "ITERATIONS": planned.iterations,
        "MEMBERS": request.members,
        "SEED": request.seed,
    }
    return {
        "TIFFTAG_IMAGEDESCRIPTION": (
            f"SYNTHETIC: how parts of this place may look {planned.years_ahead:g} years later, predicted by {PROGRAM} "
            f"with the model {planned.model}. This is not a photograph. The prediction was stopped before its end."
        ),
        "TIFFTAG_SOFTWARE": PROGRAM,
        **{f"LANDCAST_{name}": f"{value}" for name, value in facts.items() if value is not None},
    }


def partial_band_names(planned: Planned) -> tuple[str, ...]:
    """Descriptions of the bands."""
    return COLOUR_NAMES if planned.bands == len(COLOUR_NAMES) else GREY_NAMES
