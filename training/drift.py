"""What becomes of a change until the finished image, and whether iteration drifts: several short steps against one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.errors import RequestError, TrainingError
from ..core.forecast.forecaster import Forecaster, ForecastSettings, ReadImage
from ..core.lattice import TILE_PX, Rect, difference_need
from ..core.model.condition import coarsen
from ..core.model.folder import LoadedModel
from .pairs import ChipPair
from .skill import Field, measure_skill

MOST_CHIPS = 16
"""Chips that are looked at, evenly chosen: a whole forecast of each is drawn for each member and both ways."""


def measure_drift(
    chips: Sequence[ChipPair],
    model: LoadedModel,
    device: torch.device,
    iterations: int,
    members: int,
    seed: int,
    on_progress: Callable[[int, int], None],
    before_call: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Forecast the longest interval of the chips directly and by iteration, both to the finished image.

    The difference is that of the composed images, so that what upscaling and composition add up is in it. Beside them
    stands the direct one as the UNet draws it, by blended windows, before anything is composed of it.

    Args:
        chips: pairs; those of the longest interval are measured on.
        model: the model.
        device: where its networks lie.
        iterations: steps of the iterated way; each claims its part of the years.
        members: futures a chip, at least 2.
        seed: of all noise.
        on_progress: called with the forecasts done and all forecasts.
        before_call: called before each network call; may raise to stop the work.

    Returns:
        For `drawn`, `direct` and `iterated` the figures of skill, and `bias_levels`: mean change less the true one by
        band.

    Raises:
        RequestError: fewer than two iterations.
        TrainingError: no chip of that interval is wholly valid.
    """
    if iterations < 2:
        raise RequestError(f"iteration takes at least 2 steps, not {iterations}")
    chosen, years = _longest(chips)
    truth = np.stack([_cells(chip.after) - _cells(chip.before) for chip in chosen])
    result: dict[str, Any] = {"years": years, "members": members, "pairs": _tiles(truth).shape[0]}
    ways = (("drawn", 1, _drawn_change), ("direct", 1, _finished_change), ("iterated", iterations, _finished_change))
    total, done = len(ways) * members * len(chosen), 0
    for name, steps, change in ways:
        drawn = np.zeros((members, *truth.shape), np.float32)
        for member in range(members):
            for index, chip in enumerate(chosen):
                settings = ForecastSettings(
                    years / steps, chip.gsd_m, iterations=steps, seed=seed * len(chosen) + index,
                    sampling_steps=model.contract.sampling_steps, first_member=member,
                )  # fmt: skip
                extent = Rect(0, 0, *chip.valid.shape)
                drawn[member, index] = change(chip, Forecaster(model, device, settings, before_call, extent), extent)
                done += 1
                on_progress(done, total)
        tiles = np.stack([_tiles(one) for one in drawn])
        bias = 255 * (drawn.mean((0, 1, 3, 4), dtype=np.float64) - truth.mean((0, 2, 3), dtype=np.float64))
        skill = measure_skill(tiles, _tiles(truth)).as_dict()
        own = {"iterations": steps, "years_per_iteration": years / steps, "bias_levels": bias.round(3).tolist()}
        result[name] = {**own, **skill}
    return result


def _longest(chips: Sequence[ChipPair]) -> tuple[list[ChipPair], float]:
    """Evenly chosen chips of the longest interval, each cut to whole tiles, and its years."""
    years = max(chip.years for chip in chips)
    whole = [chip for chip in chips if chip.years == years and chip.valid.all() and min(chip.valid.shape) >= TILE_PX]
    if not whole:
        raise TrainingError(f"no wholly valid chip of {years:g} years to measure iteration on")
    side = min(side // TILE_PX for chip in whole for side in chip.valid.shape) * TILE_PX
    picks = np.linspace(0, len(whole) - 1, min(MOST_CHIPS, len(whole))).round().astype(int)
    return [_cropped(whole[index], side) for index in picks], years


def _cropped(chip: ChipPair, side: int) -> ChipPair:
    corner = (slice(None), slice(side), slice(side))
    return ChipPair(chip.before[corner], chip.after[corner], chip.valid[corner[1:]], chip.years, chip.gsd_m, chip.name)


def _finished_change(chip: ChipPair, forecaster: Forecaster, extent: Rect) -> Field:
    """The change of cells that one member's finished image of a chip shows; float32 (3, y, x) in 0..1."""
    made = forecaster.forecast(extent, _reader(chip, extent))
    change: Field = coarsen(torch.from_numpy(made.after - made.before)[None])[0].numpy()
    return change


def _drawn_change(chip: ChipPair, forecaster: Forecaster, extent: Rect) -> Field:
    """The change of cells that the UNet draws of one member of a chip; float32 (3, y, x) in 0..1."""
    have = difference_need(extent)
    present, valid = map(torch.from_numpy, _reader(chip, extent)(have))
    drawn = forecaster.difference(0, 0, present, valid, have, extent)
    change: Field = (coarsen(drawn[None])[0] if drawn.shape[1:] == extent.shape_yx else drawn).numpy()
    return change


def _reader(chip: ChipPair, extent: Rect) -> ReadImage:
    image = (chip.before / 255).astype(np.float32)

    def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        shown, valid = np.zeros((3, *rect.shape_yx), np.float32), np.zeros(rect.shape_yx, np.bool_)
        both = rect.intersection(extent)
        if not both.is_empty:
            shown[:, *both.slices_in(rect)] = image[:, *both.slices_in(extent)]
            valid[both.slices_in(rect)] = True
        return shown, valid

    return read


def _cells(levels: NDArray[np.uint8]) -> Field:
    cells: Field = coarsen(torch.from_numpy(levels)[None].float() / 255)[0].numpy()
    return cells


def _tiles(fields: Field) -> Field:
    """Cut (chip, 3, y, x) in cells into (tile, 3, 32, 32)."""
    count, bands, height, width = fields.shape
    split = fields.reshape(count, bands, height // 32, 32, width // 32, 32)
    return split.transpose(0, 2, 4, 1, 3, 5).reshape(-1, bands, 32, 32)
