"""A model's calibration: its members drawn on validation pairs, the table fitted, stored in its folder and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import torch

from ...core.errors import OutputError
from ...core.model.calibration import ChangeCalibration
from ...core.model.folder import LoadedModel, add_to_card, store_calibration, store_temperature
from ..evaluate import cut_tiles, draw_members
from ..pairs import fingerprint, load_pairs
from ..settings import PairSource
from ..skill import Field, measure_skill
from .areas import name_areas
from .calibrating import CalibrationGain, cross_fit, fit_probability
from .probability import count_tiles
from .resampling import sum_by_area, total
from .temperature import TemperatureFit, fit_temperature


@dataclass(frozen=True)
class Fitted:
    """What was fitted on validation areas.

    Attributes:
        calibration: of the probability of change, on all areas.
        gain: what that calibration makes of areas left out.
        temperature: of the noise; None where it was not asked for.
    """

    calibration: ChangeCalibration
    gain: CalibrationGain
    temperature: TemperatureFit | None = None

    def in_words(self) -> str:
        """What it gains, in a few sentences."""
        return "\n".join([gain_words(self.gain), *([self.temperature.in_words()] if self.temperature else [])])


def fit_model(
    sources: Sequence[PairSource],
    model: LoadedModel,
    device: torch.device,
    members: int,
    seed: int,
    place: str,
    on_progress: Callable[[int, int], None],
    before_call: Callable[[], None] = lambda: None,
    is_fitting_temperature: bool = False,
) -> Fitted:
    """Fit what the share of changing members is worth on pairs that the training never saw.

    Args:
        sources: validation pairs, one table of matching for each.
        model: the model.
        device: where its networks lie.
        members: futures a tile.
        seed: of all noise, and of the dealing of areas.
        place: what it is fitted on, in words.
        on_progress: called with the tiles done and all tiles.
        before_call: called before each network call; may raise to stop the work.
        is_fitting_temperature: whether the temperature is fitted first, and members are drawn at it.

    Raises:
        TrainingError: pairs cannot be read, there are too few cells or areas, or a temperature makes no difference.
    """
    chips = [chip for source in sources for chip in load_pairs(source, reference=model.contract.tones)]
    tiles = cut_tiles(chips)
    steps = model.contract.sampling_steps

    # what a temperature was found right by are the members to calibrate on
    @lru_cache(maxsize=1)
    def draw(temperature: float) -> Field:
        warmed = replace(model, contract=replace(model.contract, temperature=temperature))
        return draw_members(warmed, device, tiles, members, seed, steps, on_progress, before_call)

    def spread_over_skill(temperature: float) -> float:
        return measure_skill(draw(temperature), tiles.truth).spread_over_skill

    fit = fit_temperature(spread_over_skill) if is_fitting_temperature else None
    drawn = draw(model.contract.temperature if fit is None else fit.temperature)
    sums = count_tiles(drawn, tiles.truth)
    by_area = sum_by_area(sums, name_areas(tiles.chips))
    gain = cross_fit(by_area["cells"], by_area["changed"], seed).gain()
    whole = total(sums)
    calibration = ChangeCalibration(
        members=members,
        cells=tuple(int(count) for count in whole["cells"]),
        probability=tuple(round(float(one), 6) for one in fit_probability(whole["cells"], whole["changed"])),
        interval_years=tuple(sorted({float(years) for years in tiles.years})),
        gsd_range_m=(round(float(tiles.gsd_m.min()), 4), round(float(tiles.gsd_m.max()), 4)),
        place=place,
        data_sha256=fingerprint(chips),
    )
    return Fitted(calibration, gain, fit)


def store_fitted(folder: Path, fitted: Fitted) -> str:
    """Put what was fitted into a model folder and say so in its card; the model's new SHA-256 comes back.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        if fitted.temperature is not None:
            store_temperature(folder, fitted.temperature.temperature)
        digest = store_calibration(folder, fitted.calibration)
        add_to_card(folder, card_section(fitted))
    except OSError as error:
        words = f"{folder}: cannot be written to: {error.strerror}; copy the model and name the copy"
        raise OutputError(words) from error
    return digest


def card_section(fitted: Fitted) -> str:
    """What a card says of it."""
    calibration = fitted.calibration
    years = " and ".join(f"{value:g}" for value in calibration.interval_years)
    return f"""## Probability of change, calibrated

Fitted on {calibration.place}: {sum(calibration.cells)} cells, {years} years ahead, ensembles of {calibration.members}.
{fitted.in_words()}"""


def gain_words(gain: CalibrationGain) -> str:
    """What calibration gains, in a sentence."""
    return (
        f"Judged on areas left out, {gain.folds} parts in turn: Brier skill score {gain.brier_skill_before:+.3f} "
        f"before and {gain.brier_skill_after:+.3f} after; mean distance of the probability from how often it comes "
        f"true {100 * gain.calibration_error_before:.1f} and {100 * gain.calibration_error_after:.1f} percent points."
    )
