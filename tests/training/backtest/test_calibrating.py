"""Fitting the probability of change: what isotonic regression must do, and that gains are told honestly."""

from __future__ import annotations

import numpy as np
import pytest

from landcast.core.errors import TrainingError
from landcast.training.backtest.calibrating import cross_fit, fit_probability
from landcast.training.backtest.probability import brier_parts, count_cells

MEMBERS = 8


def overconfident(areas: int, seed: int, cells: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Areas whose members say shares far more extreme than what comes true."""
    random = np.random.default_rng(seed)
    counts = []
    for _ in range(areas):
        probability = random.beta(2, 4, cells)
        said = np.clip(2.5 * (probability - 0.35) + 0.35, 0, 1)
        counts.append(count_cells(random.random((MEMBERS, cells)) < said, random.random(cells) < probability))
    cells_of, changed = zip(*counts, strict=True)
    return np.stack(cells_of), np.stack(changed)


def test_neighbours_in_the_wrong_order_are_pooled_as_by_hand() -> None:
    """Rates 0.1, 0.5, 0.3, 0.6 of equal weight: the middle two become 0.4."""
    cells = np.full(4, 1e9)
    fitted = fit_probability(cells, cells * np.array([0.1, 0.5, 0.3, 0.6]))
    np.testing.assert_allclose(fitted, [0.1, 0.4, 0.4, 0.6], atol=1e-6)


def test_it_never_falls_keeps_the_rate_and_scores_better_on_what_it_saw() -> None:
    cells, changed = (part.sum(0) for part in overconfident(10, 1))
    fitted = fit_probability(cells, changed)
    assert (np.diff(fitted) >= 0).all()
    assert cells @ fitted == pytest.approx(changed.sum(), rel=1e-3)
    assert brier_parts(cells, changed, fitted).score < brier_parts(cells, changed).score


def test_nothing_is_said_to_be_certain() -> None:
    fitted = fit_probability(np.array([5000.0, 100.0]), np.array([0.0, 100.0]))
    assert 0 < fitted[0] < 0.001
    assert 0.98 < fitted[1] < 1


@pytest.mark.parametrize(
    ("cells", "changed"), [([50.0, 50.0], [0.0, 20.0]), ([5e3, 5e3], [0.0, 0.0]), ([5e3, 5e3], [5e3, 5e3])]
)
def test_too_few_cells_or_all_alike_are_refused(cells: list[float], changed: list[float]) -> None:
    with pytest.raises(TrainingError, match="too few to calibrate on, or all alike"):
        fit_probability(np.array(cells), np.array(changed))


def test_areas_left_out_are_better_told_after() -> None:
    gain = cross_fit(*overconfident(20, 2), seed=0).gain()
    assert gain.folds == 5
    assert gain.brier_skill_after > gain.brier_skill_before + 0.1
    assert gain.calibration_error_after < gain.calibration_error_before / 3


def test_an_area_is_judged_by_a_fit_that_never_saw_it() -> None:
    cells, changed = overconfident(12, 3)
    crossed = cross_fit(cells, changed, seed=1)
    for fold in range(len(crossed.cells)):
        own = crossed.folds == fold
        np.testing.assert_allclose(crossed.cells[fold], cells[own].sum(0))
        expected = fit_probability(cells[~own].sum(0), changed[~own].sum(0))
        np.testing.assert_array_equal(crossed.probability[fold], expected)
    np.testing.assert_allclose(crossed.changed.sum(0), changed.sum(0))


def test_what_is_calibrated_already_gains_nothing() -> None:
    random = np.random.default_rng(4)
    votes = random.integers(0, MEMBERS + 1, (20, 4000))
    truth = random.random(votes.shape) < votes / MEMBERS
    counts = [
        (np.bincount(v, minlength=MEMBERS + 1), np.bincount(v[t], minlength=MEMBERS + 1))
        for v, t in zip(votes, truth, strict=True)
    ]
    cells, changed = (np.stack(part).astype(float) for part in zip(*counts, strict=True))
    gain = cross_fit(cells, changed, seed=0).gain()
    assert abs(gain.brier_skill_after - gain.brier_skill_before) < 0.005


def test_a_single_area_is_refused() -> None:
    with pytest.raises(TrainingError, match="single area"):
        cross_fit(*overconfident(1, 0, cells=9000), seed=0)
