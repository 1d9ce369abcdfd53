"""Forecasts of made-up places whose faults are known."""

from __future__ import annotations

import numpy as np

from landcast.training.backtest.backtest import Backtest
from landcast.training.backtest.rivals import persistence
from landcast.training.backtest.sums import sums_of_tiles
from landcast.training.skill import Field

MEMBERS, AREAS, TILES_OF_AREA = 8, 12, 2


def truth_and_members(seed: int = 0, spread: float = 1.0, bias: float = 0.0, areas: int = AREAS) -> tuple[Field, Field]:
    """A truth of a known and an unknown part, and members that know the first; a perfect ensemble without arguments.

    Args:
        seed: of all draws.
        spread: of the members, over what is right.
        bias: added to every member.
        areas: of two tiles each.
    """
    random = np.random.default_rng(seed)
    shape = areas * TILES_OF_AREA, 3, 32, 32
    known = 0.06 * random.normal(size=shape)
    truth = known + 0.05 * random.normal(size=shape)
    members = known + bias + 0.05 * spread * random.normal(size=(MEMBERS, *shape))
    return truth.astype(np.float32), members.astype(np.float32)


def make_backtest(truth: Field, members: Field, **rivals: Field) -> Backtest:
    """A backtest of a model named `model` beside persistence and other rivals; two intervals, two ground scales."""
    count = len(truth)
    forecasts = {"model": members, **rivals, "persistence": persistence(truth)}
    return Backtest(
        model="model",
        areas=np.repeat([f"area {number:02}" for number in range(count // TILES_OF_AREA)], TILES_OF_AREA),
        years=np.where(np.arange(count) < count // 2, 2.0, 4.0).astype(np.float32),
        gsd_m=np.where(np.arange(count) % 2, 0.6, 0.8).astype(np.float32),
        sums={name: sums_of_tiles(drawn, truth, 0) for name, drawn in forecasts.items()},
    )
