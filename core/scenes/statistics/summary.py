"""From what was counted in an area to the figures that a planner reads: hectares, their interval, shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .counting import AreaSums

HECTARE_M2 = 10_000.0
LOW, HIGH, FULL_INTERVAL_PCT = 0.05, 0.95, 90.0
"""Quantiles that bound the interval where there are members enough."""


@dataclass(frozen=True)
class AreaFigures:
    """What a row of the table says; None where nothing can be said.

    Attributes:
        valid_ha: ground that is predicted.
        change_ha: ground that changes, mean over the members.
        low_ha: lower end of the interval between the members.
        high_ha: its upper end.
        interval_pct: chance that one more member lies in the interval.
        share_pct: `change_ha` of `valid_ha`; at the same time the mean probability of change over that ground.
        share_low_pct: `low_ha` of `valid_ha`.
        share_high_pct: `high_ha` of `valid_ha`.
        likely_ha: ground that at least half of the members change.
        probability_pct: mean probability of change over the ground that at least one member changes; 100 where all
            members change the same places.
        members: of the ensemble.
    """

    valid_ha: float
    change_ha: float | None
    low_ha: float | None
    high_ha: float | None
    interval_pct: float | None
    share_pct: float | None
    share_low_pct: float | None
    share_high_pct: float | None
    likely_ha: float | None
    probability_pct: float | None
    members: int


def figures_of(sums: AreaSums | None, members: int) -> AreaFigures:
    """Work out the figures of an area; None stands for one of which nothing was predicted.

    The interval runs from the 5 % to the 95 % quantile of the members' hectares, each member taken for the quantile
    k / (M + 1) of its rank k. Fewer than 19 members do not reach that far: then it runs from the least to the most,
    and `interval_pct` says how much that is, 100 (M - 1) / (M + 1). One member has none.

    Source: Hyndman & Fan 1996, Sample quantiles in statistical packages, definition 6 (Weibull).
    """
    if sums is None or sums.valid_m2 == 0:
        return AreaFigures(0.0, *(None,) * 9, members)
    hectares = np.array(sums.member_m2) / HECTARE_M2
    valid_ha, change_ha = sums.valid_m2 / HECTARE_M2, math.fsum(hectares) / members
    low_ha = high_ha = interval_pct = None
    if members > 1:
        low_ha, high_ha = map(float, np.quantile(hectares, (LOW, HIGH), method="weibull"))
        interval_pct = min(FULL_INTERVAL_PCT, 100 * (members - 1) / (members + 1))
    return AreaFigures(
        valid_ha,
        change_ha,
        low_ha,
        high_ha,
        interval_pct,
        100 * change_ha / valid_ha,
        None if low_ha is None else 100 * low_ha / valid_ha,
        None if high_ha is None else 100 * high_ha / valid_ha,
        sums.likely_m2 / HECTARE_M2,
        100 * change_ha / (sums.any_m2 / HECTARE_M2) if sums.any_m2 else None,
        members,
    )
