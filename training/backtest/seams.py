"""Seams: whether a forecast of several windows shows their edges, in the change that it adds to the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...core.forecast.forecaster import Forecaster, ForecastSettings
from ...core.lattice import STRIDE_PX, TILE_PX, Rect
from ...core.model.folder import LoadedModel
from ..pairs import ChipPair

MOST_CHIPS = 4
LEVELS = 255


def edge_gradients(change: NDArray[Any], stride_px: int = STRIDE_PX) -> tuple[float, float]:
    """Mean absolute step of a field across the edges of windows, and across all other lines; both axes together.

    Args:
        change: (band, y, x), its first pixel on the lattice.
        stride_px: of the windows.
    """
    at_edges, inside = [], []
    for axis in (-2, -1):
        steps = np.abs(np.diff(change.astype(np.float64), axis=axis)).mean(tuple({0, 1, 2} - {axis % 3}))
        is_edge = np.arange(1, len(steps) + 1) % stride_px == 0
        at_edges.append(steps[is_edge])
        inside.append(steps[~is_edge])
    return float(np.concatenate(at_edges).mean()), float(np.concatenate(inside).mean())


def measure_seams(
    chips: Sequence[ChipPair],
    model: LoadedModel,
    device: torch.device,
    seed: int,
    before_call: Callable[[], None] = lambda: None,
) -> dict[str, Any] | None:
    """Forecast some chips as wholes and compare steps at window edges with others; None where no chip is large enough.

    Returns:
        `chips`; `edge_levels` and `inside_levels`, mean steps of the change that the first member adds; `ratio` of
        both; `true_ratio`, the same of the true change, which knows no windows: what chance makes of so few lines.
    """
    whole = [chip for chip in chips if chip.valid.all() and min(chip.valid.shape) >= 2 * TILE_PX]
    if not whole:
        return None
    picks = np.linspace(0, len(whole) - 1, min(MOST_CHIPS, len(whole))).round().astype(int)
    drawn = [edge_gradients(_added(whole[index], model, device, seed, before_call)) for index in picks]
    true = [edge_gradients(whole[index].after / LEVELS - whole[index].before / LEVELS) for index in picks]
    (edge, inside), (true_edge, true_inside) = np.mean(drawn, 0), np.mean(true, 0)
    return {
        "chips": len(picks),
        "edge_levels": LEVELS * float(edge),
        "inside_levels": LEVELS * float(inside),
        "ratio": float(edge / inside) if inside > 0 else None,
        "true_ratio": float(true_edge / true_inside) if true_inside > 0 else None,
    }


def _added(
    chip: ChipPair, model: LoadedModel, device: torch.device, seed: int, before_call: Callable[[], None]
) -> NDArray[np.float32]:
    """What the finished forecast of a chip adds to it; float32 (3, y, x) in 0..1."""
    extent = Rect(0, 0, *chip.valid.shape)
    image = (chip.before / LEVELS).astype(np.float32)

    def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        shown, valid = np.zeros((3, *rect.shape_yx), np.float32), np.zeros(rect.shape_yx, np.bool_)
        both = rect.intersection(extent)
        if not both.is_empty:
            shown[:, *both.slices_in(rect)] = image[:, *both.slices_in(extent)]
            valid[both.slices_in(rect)] = True
        return shown, valid

    settings = ForecastSettings(chip.years, chip.gsd_m, seed=seed, sampling_steps=model.contract.sampling_steps)
    made = Forecaster(model, device, settings, before_call, extent).forecast(extent, read)
    return made.after - made.before
