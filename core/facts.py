"""What is recorded in a result: the facts that decide about its pixels."""

from __future__ import annotations

from pathlib import Path

from .asked import asked_after, asked_text
from .files import hash_file
from .forecast.forecaster import is_change_calibrated
from .model.calibration import ChangeCalibration
from .model.contract import ModelContract
from .plan import Plan
from .raster.access import plain_address
from .raster.source import SourceImage
from .request import PredictionRequest, iteration_layers

HASHED_BYTES = 2**30
"""Larger sources are known by a sample of their pixels alone."""


def make_facts(
    request: PredictionRequest,
    source: SourceImage,
    plan: Plan,
    contract: ModelContract,
    model_sha256: str,
    calibration: ChangeCalibration | None,
) -> dict[str, object]:
    """Gather what is recorded in the result but device and precision; what is None is left out there."""
    path, options = Path(source.name), request.source_options
    calibrated = calibration if is_change_calibrated(calibration, plan.settings) else None
    is_plain = not source.is_remote and path.suffix.lower() != ".vrt" and path.stat().st_size <= HASHED_BYTES
    return {
        "model": contract.name,
        "model_sha256": model_sha256,
        "source": plain_address(source.name) if source.is_remote else path.name,
        "source_sha256": hash_file(path) if is_plain else None,
        "source_pixels_sha256": plan.seen.pixels_sha256,
        "source_bands": ",".join(map(str, source.band_numbers)),
        "source_crs": options.assume_crs,
        "source_gsd_m": options.gsd_m,
        "place": None if source.has_place else "none",
        "tones": plan.tones.to_json(),
        "area": None if request.area is None else request.area.name,
        "area_sha256": None if request.area is None or request.area.is_dir() else hash_file(request.area),
        "gsd_m": f"{plan.grid.gsd_m:.6g}",
        "ground_scale_m": f"{plan.grid.ground_scale_m:.6g}",
        "asked": asked_text(request),
        "years_ahead": f"{plan.interval.years_ahead:g}",
        "source_date": plan.source_date,
        "result_date": plan.result_date,
        "iterations": plan.settings.iterations,
        "members": plan.settings.members,
        "seed": plan.settings.seed,
        "sampling_steps": plan.settings.sampling_steps,
        "composition": contract.composition,
        "change_calibrated": ("yes" if calibrated else "no") if plan.settings.members > 1 else None,
        "change_calibrated_on": calibrated and calibrated.place,
    }


def facts_of_iterations(facts: dict[str, object], plan: Plan) -> dict[str, dict[str, object]]:
    """By kept layer what is recorded in it, which is what a run that ends after so many iterations records."""
    kept = {}
    for number, layer in enumerate(iteration_layers(plan.settings.kept_iterations + 1), 1):
        years = plan.interval.years_per_iteration * number
        date = None if plan.source_date is None else plan.source_date.later(years)
        asked = asked_after(str(facts["asked"]), number, plan.interval.years_per_iteration)
        kept[layer] = {
            **facts, "asked": asked, "years_ahead": f"{years:g}", "result_date": date, "iterations": number,
        }  # fmt: skip
    return kept
