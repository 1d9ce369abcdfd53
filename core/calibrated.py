"""Whether the probability of change of a prediction is one that was held to what came true, told with its plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .forecast.forecaster import is_change_calibrated
from .model.calibration import ChangeCalibration, load_calibration
from .plan import Plan


def with_calibration(plan: Plan, folder: Path) -> Plan:
    """Let a plan of several members note what its layer of change is worth.

    Raises:
        ModelError: the model's calibration is damaged.
    """
    if plan.settings.members == 1:
        return plan
    calibration = load_calibration(folder)
    is_calibrated = is_change_calibrated(calibration, plan.settings)
    place = calibration.place if calibration is not None and is_calibrated else ""
    note = _words(plan, calibration, place)
    return replace(plan, is_change_calibrated=is_calibrated, change_calibrated_on=place, notes=(*plan.notes, note))


def _words(plan: Plan, calibration: ChangeCalibration | None, place: str) -> str:
    if place:
        return f"probability of change: calibrated, by what came true in {place}"
    share = f"probability of change: not calibrated; it is the share of the {plan.settings.members} members that change"
    if calibration is None:
        return f"{share} (landcast calibrate holds a model to what comes true)"
    years = " or ".join(f"{value:g}" for value in sorted(calibration.interval_years))
    low, high = calibration.gsd_range_m
    return (
        f"{share}, for the model was calibrated on one step of {years} years at {low:.3g} to {high:.3g} m a pixel, and "
        f"this takes {plan.settings.iterations} of {plan.settings.years_per_iteration:.3g} at {plan.grid.gsd_m:.3g} m"
    )
