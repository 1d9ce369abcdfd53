"""Each measure against an answer that was not made by it: worked out by hand, by scipy, or by theory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from landcast.training.backtest.areas import name_areas
from landcast.training.backtest.change_maps import majority_agreement, members_agreement
from landcast.training.backtest.probability import brier_parts, calibration_error, count_cells, is_changed, shares
from landcast.training.backtest.ranks import count_ranks, mean_rank, outlier_share
from landcast.training.backtest.rivals import mean_change, persistence
from landcast.training.backtest.seams import edge_gradients

RANDOM = np.random.default_rng(7)


def drawn(members: int, cells: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Members that change cells, and the truth, both of the same probability, which differs from cell to cell."""
    random = np.random.default_rng(seed)
    probability = random.beta(1, 2, cells)
    return random.random((members, cells)) < probability, random.random(cells) < probability


def test_the_brier_score_is_the_mean_square_and_its_parts_add_up() -> None:
    changing, changed = drawn(8, 5000)
    parts = brier_parts(*count_cells(changing, changed))
    assert parts.score == pytest.approx(((changing.mean(0) - changed) ** 2).mean(), rel=1e-12)
    assert parts.uncertainty == pytest.approx(changed.var(), rel=1e-12)
    assert parts.skill == pytest.approx(1 - parts.score / changed.var(), rel=1e-12)
    assert min(parts.reliability, parts.resolution) > 0


def test_a_brier_score_that_a_person_works_out() -> None:
    """Four cells: said 0, 1/2, 1/2, 1; came true no, yes, no, yes."""
    changing = np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.bool_)
    cells, changed = count_cells(changing, np.array([0, 1, 0, 1], np.bool_))
    np.testing.assert_array_equal(cells, [1, 2, 1])
    np.testing.assert_array_equal(changed, [0, 1, 1])
    parts = brier_parts(cells, changed)
    assert (parts.score, parts.reliability, parts.resolution, parts.uncertainty) == (0.125, 0, 0.125, 0.25)
    assert parts.skill == 0.5


def test_saying_how_often_change_is_has_no_skill_and_saying_the_opposite_has_less() -> None:
    cells, changed = np.array([60.0, 40.0]), np.array([30.0, 20.0])
    assert brier_parts(cells, changed, np.array([0.5, 0.5])).skill == 0
    assert brier_parts(np.array([50.0, 50.0]), np.array([50.0, 0.0])).skill == -3


def test_a_probability_is_scored_for_all_areas_at_once_as_one_by_one() -> None:
    both = [count_cells(*drawn(4, 300, seed)) for seed in range(3)]
    cells, changed = (np.stack(parts) for parts in zip(*both, strict=True))
    together = brier_parts(cells, changed)
    for area in range(3):
        alone = brier_parts(cells[area], changed[area])
        assert together.skill[area] == alone.skill
    np.testing.assert_allclose(
        calibration_error(cells, changed), [calibration_error(c, h) for c, h in zip(cells, changed, strict=True)]
    )


def test_a_probability_that_comes_true_has_no_calibration_error() -> None:
    cells = np.array([100.0, 100.0, 100.0])
    assert calibration_error(cells, cells * shares(2)) == 0
    assert calibration_error(cells, np.zeros(3)) == pytest.approx(0.5)


def test_change_is_the_mean_over_bands_above_twenty_levels() -> None:
    field = np.zeros((3, 1, 2))
    field[0, 0] = np.array([59, -61]) / 255
    np.testing.assert_array_equal(is_changed(field), [[False, True]])


def test_maps_of_ten_cells_that_a_person_counts() -> None:
    """Said and true as in a table of Pontius & Millones: 2 hits, 1 miss, 3 false alarms among 10."""
    said = np.array([1, 1, 0, 1, 1, 1, 0, 0, 0, 0], np.bool_)
    true = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], np.bool_)
    counts = count_cells(np.stack([said, said]), true)
    for agreement in (members_agreement(*counts), majority_agreement(*counts)):
        assert (agreement.hits, agreement.misses, agreement.false_alarms) == (0.2, 0.1, 0.3)
        assert agreement.figure_of_merit == pytest.approx(2 / 6)
        assert agreement.quantity_disagreement == pytest.approx(0.2)
        assert agreement.allocation_disagreement == pytest.approx(0.2)


def test_members_are_counted_one_by_one_and_averaged() -> None:
    changing, changed = drawn(5, 400)
    found = members_agreement(*count_cells(changing, changed))
    assert found.hits == pytest.approx(np.mean([(one & changed).mean() for one in changing]))
    assert found.misses == pytest.approx(np.mean([(~one & changed).mean() for one in changing]))
    assert found.false_alarms == pytest.approx(np.mean([(one & ~changed).mean() for one in changing]))


def test_quantity_and_allocation_are_all_of_the_disagreement() -> None:
    changing, changed = drawn(6, 500)
    found = majority_agreement(*count_cells(changing, changed))
    wrong = ((changing.mean(0) >= 0.5) != changed).mean()
    assert found.quantity_disagreement + found.allocation_disagreement == pytest.approx(wrong)


def test_the_figure_of_merit_of_no_change_at_all_is_not_known() -> None:
    cells = np.array([10.0, 0.0, 0.0])
    assert np.isnan(majority_agreement(cells, np.zeros(3)).figure_of_merit)


def test_ranks_of_one_distribution_are_uniform_and_of_a_narrow_one_are_not() -> None:
    truth, members = RANDOM.normal(size=20_000), RANDOM.normal(size=(9, 20_000))
    even = count_ranks(members, truth, RANDOM)
    assert even.sum() == len(truth)
    assert stats.chisquare(even).pvalue > 0.001
    assert outlier_share(even) == pytest.approx(1, abs=0.05)
    narrow, wide = (count_ranks(members * factor, truth, RANDOM) for factor in (0.5, 2.0))
    assert outlier_share(narrow) > 1.8
    assert outlier_share(wide) < 0.6
    assert mean_rank(count_ranks(members - 0.5, truth, RANDOM)) > 0.6


def test_a_rank_is_the_number_of_members_below() -> None:
    members = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    np.testing.assert_array_equal(count_ranks(members, np.array([0.0, 1.5, 3.0]), RANDOM), [1, 1, 1])


def test_ties_fall_by_lot_and_equally_into_every_place() -> None:
    truth = np.zeros(30_000)
    ranks = count_ranks(np.zeros((4, 30_000)), truth, np.random.default_rng(1))
    assert stats.chisquare(ranks).pvalue > 0.001
    again = count_ranks(np.zeros((4, 30_000)), truth, np.random.default_rng(1))
    np.testing.assert_array_equal(ranks, again)


def test_mean_change_is_that_of_the_training_pairs_by_band() -> None:
    training = RANDOM.normal(size=(6, 3, 32, 32)).astype(np.float32)
    said = mean_change(training, np.zeros((2, 3, 32, 32), np.float32))
    assert said.shape == (2, 2, 3, 32, 32)
    for band in range(3):
        np.testing.assert_allclose(said[:, :, band], training[:, band].mean(), atol=1e-6)
    assert not persistence(training).any()


def test_a_step_at_every_window_edge_is_found_and_one_elsewhere_is_not_taken_for_it() -> None:
    places = np.arange(256)
    steps = (places // 64 * 10.0)[None, None] + (places // 64 * 10.0)[None, :, None]
    assert edge_gradients(np.broadcast_to(steps, (3, 256, 256))) == (10.0, 0.0)
    edge, inside = edge_gradients(np.roll(np.broadcast_to(steps, (3, 256, 256)), 32, axis=(1, 2)))
    assert edge == 0
    assert inside > 0


def test_noise_has_equal_steps_everywhere() -> None:
    edge, inside = edge_gradients(RANDOM.normal(size=(3, 512, 512)))
    assert edge / inside == pytest.approx(1, abs=0.03)


def test_dates_of_one_place_and_neighbours_in_one_block_are_one_area() -> None:
    names = ["a.tif (0, 0)", "a.tif (256, 256)", "a.tif (512, 0)", "b.tif (0, 0)", "a.tif (0, 0)", "odd"]
    areas = name_areas(names)
    assert areas[0] == areas[1] == areas[4]
    assert len({areas[0], areas[2], areas[3], areas[5]}) == 4
