"""Intervals of figures by resampling whole areas, as the tiles of one area tell of the same ground.

Every figure is a function of sums over tiles, so a replicate costs one product of matrices, and figures that are
compared (a model's and persistence's) are drawn on the same areas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Sums = Mapping[str, NDArray[np.float64]]
"""What adds up, by name: (..., tile or area, values)."""
Figures = Callable[[Sums], dict[str, NDArray[np.float64]]]
"""Makes figures, (...) each, of sums, (..., values) each."""

LEVEL = 0.95
REPLICATES = 2000
FEWEST_AREAS = 8
"""With fewer no interval is told: resampling knows no more than what was seen."""


@dataclass(frozen=True)
class Interval:
    """Where a figure lies by what was seen."""

    low: float
    high: float


def total(sums: Sums) -> dict[str, NDArray[np.float64]]:
    """Add up over the tiles, (tile, values) to (values)."""
    return {name: part.sum(0) for name, part in sums.items()}


def chosen(sums: Sums, picks: NDArray[np.bool_] | NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Return some tiles alone."""
    return {name: part[picks] for name, part in sums.items()}


def sum_by_area(sums: Sums, areas: Sequence[str] | NDArray[np.str_]) -> dict[str, NDArray[np.float64]]:
    """Add up the tiles of each area, (tile, values) to (area, values), in the order of the areas' names."""
    _, numbers = np.unique(np.asarray(areas), return_inverse=True)
    added = {}
    for name, part in sums.items():
        added[name] = np.zeros((numbers.max() + 1, part.shape[1]))
        np.add.at(added[name], numbers, part)
    return added


def bootstrap(
    by_area: Sums, figures: Figures, seed: int, replicates: int = REPLICATES, level: float = LEVEL
) -> dict[str, Interval | None]:
    """Give each figure its bias-corrected and accelerated interval; None where it cannot be told.

    Args:
        by_area: what adds up, (area, values) each.
        figures: of sums.
        seed: of the draws.
        replicates: how many.
        level: of the intervals.

    Source: Efron 1987, Better bootstrap confidence intervals.
    """
    count = len(next(iter(by_area.values())))
    whole = figures(total(by_area))
    if count < FEWEST_AREAS:
        return dict.fromkeys(whole)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), replicates).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        again = figures({name: drawn @ part for name, part in by_area.items()})
        without_one = figures({name: part.sum(0) - part for name, part in by_area.items()})
    return {
        name: accelerated_interval(float(value), again[name], without_one[name], level) for name, value in whole.items()
    }


def accelerated_interval(
    value: float, replicates: NDArray[np.float64], jackknife: NDArray[np.float64], level: float = LEVEL
) -> Interval | None:
    """The interval of one figure; None where a replicate is not finite or all are equal.

    Args:
        value: of all areas.
        replicates: (replicate,); of areas drawn with replacement.
        jackknife: (area,); with one area left out at a time.
        level: of the interval.
    """
    is_usable = np.isfinite(value) and np.isfinite(replicates).all() and np.isfinite(jackknife).all()
    if not is_usable or np.ptp(replicates) == 0:
        return None
    # a share of a half of those that are equal keeps figures that take few values from being shifted
    below = ((replicates < value).mean() + (replicates <= value).mean()) / 2
    bias = norm.ppf(np.clip(below, 1 / len(replicates), 1 - 1 / len(replicates)))
    apart = jackknife.mean() - jackknife
    scale = 6 * (apart**2).sum() ** 1.5
    acceleration = (apart**3).sum() / scale if scale > 0 else 0.0
    ends = bias + norm.ppf([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(replicates, norm.cdf(bias + ends / (1 - acceleration * ends)))
    return Interval(float(low), float(high))
