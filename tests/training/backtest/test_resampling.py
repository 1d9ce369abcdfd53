"""Intervals over areas: scipy's own on the same draws, coverage, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from landcast.training.backtest.resampling import (
    FEWEST_AREAS,
    Sums,
    accelerated_interval,
    bootstrap,
    chosen,
    sum_by_area,
    total,
)


def ratio(sums: Sums) -> dict[str, np.ndarray]:
    return {"ratio": sums["above"][..., 0] / sums["below"][..., 0]}


def skewed(areas: int, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    below = random.gamma(2.0, 1.0, (areas, 1))
    return {"above": below * random.gamma(1.5, 1.0, (areas, 1)), "below": below}


def test_the_interval_is_that_of_scipy_up_to_the_draws() -> None:
    sums = skewed(60, 1)

    def statistic(above: np.ndarray, below: np.ndarray, axis: int = -1) -> np.ndarray:
        return above.sum(axis) / below.sum(axis)

    wanted = stats.bootstrap(
        (sums["above"][:, 0], sums["below"][:, 0]), statistic, paired=True, vectorized=True, method="BCa",
        n_resamples=20_000, batch=2000, rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    found = bootstrap(sums, ratio, seed=0, replicates=20_000)["ratio"]
    assert found is not None
    width = wanted.high - wanted.low
    assert found.low == pytest.approx(wanted.low, abs=0.03 * width)
    assert found.high == pytest.approx(wanted.high, abs=0.03 * width)


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        interval = bootstrap(skewed(40, seed), ratio, seed, replicates=400)["ratio"]
        assert interval is not None
        held += interval.low <= 1.5 <= interval.high
    assert 0.86 <= held / 200 <= 0.99


def test_equal_seeds_draw_equal_areas() -> None:
    sums = skewed(30, 3)
    assert bootstrap(sums, ratio, 5) == bootstrap(sums, ratio, 5)
    assert bootstrap(sums, ratio, 5) != bootstrap(sums, ratio, 6)


def test_tiles_of_an_area_are_drawn_together_so_copies_tell_nothing_new() -> None:
    sums, names = skewed(20, 4), [f"area {number}" for number in range(20)]
    copied = {name: np.concatenate([part] * 5) for name, part in sums.items()}
    once = bootstrap(sum_by_area(sums, names), ratio, 0)["ratio"]
    often = bootstrap(sum_by_area(copied, names * 5), ratio, 0)["ratio"]
    assert once is not None
    assert often is not None
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_sums_by_area_add_up_to_all() -> None:
    sums = skewed(12, 2)
    by_area = sum_by_area(sums, [f"{number % 5}" for number in range(12)])
    assert by_area["above"].shape == (5, 1)
    np.testing.assert_allclose(total(by_area)["above"], total(sums)["above"])
    picks = np.arange(12) % 5 == 2
    np.testing.assert_allclose(by_area["below"][2], total(chosen(sums, picks))["below"])


def test_few_areas_have_no_interval() -> None:
    assert bootstrap(skewed(FEWEST_AREAS - 1, 0), ratio, 0) == {"ratio": None}
    assert bootstrap(skewed(FEWEST_AREAS, 0), ratio, 0)["ratio"] is not None


@pytest.mark.parametrize("replicates", [np.ones(50), np.append(np.arange(49.0), np.nan)])
def test_what_does_not_vary_or_is_not_finite_has_none(replicates: np.ndarray) -> None:
    assert accelerated_interval(1.0, replicates, np.arange(10.0)) is None
