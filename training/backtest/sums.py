"""What every figure of a forecast is made of, as sums over each tile.

One pass over the members gives all of it; after that nothing but these sums is needed, so that strata and replicates
cost next to nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scoringrules
from numpy.typing import NDArray

from ...core.lattice import COARSE_PX
from ..skill import Field, octave_power
from .probability import count_cells, is_changed
from .ranks import count_ranks

SCALES_CELLS = (1, 2, 4, 8, 16, 32)
"""Sides of the squares that fields are averaged over, in cells."""


def sums_of_tiles(members: Field, truth: Field, seed: int) -> dict[str, NDArray[np.float64]]:
    """Add up within each tile; (tile, values) each.

    Args:
        members: float32, (member, tile, 3, 32, 32); coarse differences in 0..1.
        truth: float32, (tile, 3, 32, 32).
        seed: of the lots that decide ties of ranks.

    Returns:
        `size`: values. `bias`: mean less truth by band, and the truth itself. `member`, `true`: first member and truth,
        their sums and sums of squares. `variance`: between members, unbiased. `power`: of the first member in
        each octave, then of the truth. `cells` and `changed`: as `count_cells` gives them. `ranks`. By each of
        SCALES_CELLS: `error` (squared, of the mean), `square` (of the truth), `crps` (fair) and `absolute` (truth),
        of fields averaged over such squares and weighted by the cells that these cover.
    """
    random = np.random.default_rng(seed)
    parts = [_of_tile(members[:, tile], truth[tile], random) for tile in range(len(truth))]
    return {name: np.stack([part[name] for part in parts]).astype(np.float64) for name in parts[0]}


def averaged(field: NDArray[Any], side: int) -> NDArray[np.float64]:
    """Mean over squares of `side` cells; (..., y, x) gives (..., y / side, x / side)."""
    count = field.shape[-1] // side
    squares = field.reshape(*field.shape[:-2], count, side, count, side)
    mean: NDArray[np.float64] = squares.mean((-3, -1), dtype=np.float64)
    return mean


def _of_tile(drawn: Field, truth: Field, random: np.random.Generator) -> dict[str, Any]:
    """All sums of one tile: members (member, 3, 32, 32), truth (3, 32, 32)."""
    mean, first = drawn.mean(0, dtype=np.float64), drawn[0].astype(np.float64)
    true = truth.astype(np.float64)
    cells, changed = count_cells(is_changed(drawn), is_changed(truth))
    return {
        "size": np.array([truth.size]),
        "bias": np.concatenate([(mean - true).sum((1, 2)), true.sum((1, 2))]),
        "member": np.array([first.sum(), (first**2).sum()]),
        "true": np.array([true.sum(), (true**2).sum()]),
        "variance": np.array([drawn.var(0, ddof=1, dtype=np.float64).sum()]),
        "power": np.concatenate([octave_power(drawn[:1]), octave_power(truth[None])]).reshape(-1),
        "cells": cells,
        "changed": changed,
        "ranks": count_ranks(drawn, truth, random),
        **_by_scale(drawn, truth),
    }


def _by_scale(drawn: Field, truth: Field) -> dict[str, NDArray[np.float64]]:
    found: dict[str, list[float]] = {"error": [], "square": [], "crps": [], "absolute": []}
    for side in SCALES_CELLS:
        # squares of one cell are the fields themselves, so that figures are those of `skill` to the last digits
        true = truth if side == 1 else averaged(truth, side).astype(np.float32)
        members = drawn if side == 1 else averaged(drawn, side).astype(np.float32)
        found["error"].append(side**2 * ((members.mean(0, dtype=np.float64) - true) ** 2).sum())
        found["square"].append(side**2 * (true.astype(np.float64) ** 2).sum())
        crps = scoringrules.crps_ensemble(true, members, m_axis=0, estimator="fair")
        found["crps"].append(side**2 * crps.sum(dtype=np.float64))
        found["absolute"].append(side**2 * np.abs(true).sum(dtype=np.float64))
    return {name: np.array(values) for name, values in found.items()}


assert SCALES_CELLS[-1] == COARSE_PX
