"""The figures of a row: mean, interval, shares."""

from __future__ import annotations

import numpy as np
import pytest

from landcast.core.scenes.statistics.counting import AreaSums
from landcast.core.scenes.statistics.summary import figures_of


def of_hectares(*members: float, valid: float = 100.0) -> AreaSums:
    return AreaSums(valid * 10_000, tuple(ha * 10_000 for ha in members), max(members) * 20_000, min(members) * 10_000)


def test_a_row_says_mean_shares_and_how_far_members_agree() -> None:
    row = figures_of(of_hectares(2.0, 4.0, 6.0), 3)
    assert (row.change_ha, row.valid_ha, row.share_pct, row.members) == (4.0, 100.0, 4.0, 3)
    assert (row.low_ha, row.high_ha, row.share_low_pct, row.share_high_pct) == (2.0, 6.0, 2.0, 6.0)
    # 4 ha in the mean, of 12 ha that any of them changes
    assert row.probability_pct == pytest.approx(100 / 3)
    assert row.likely_ha == 2.0


@pytest.mark.parametrize(("members", "chance"), [(2, 100 / 3), (4, 60.0), (16, 100 * 15 / 17), (18, 100 * 17 / 19)])
def test_few_members_give_their_range_and_how_much_it_holds(members: int, chance: float) -> None:
    hectares = np.random.default_rng(members).uniform(1, 9, members)
    row = figures_of(of_hectares(*hectares), members)
    assert (row.low_ha, row.high_ha) == pytest.approx((hectares.min(), hectares.max()))
    assert row.interval_pct == pytest.approx(chance)


def test_the_stated_chance_is_how_often_one_more_member_lies_inside() -> None:
    draw = np.random.default_rng(1)
    for members in (4, 19, 60):
        hits = []
        for _ in range(1500):
            *hectares, one_more = draw.gamma(3.0, 2.0, members + 1)
            row = figures_of(of_hectares(*hectares), members)
            assert row.low_ha is not None
            assert row.high_ha is not None
            hits.append(row.low_ha <= one_more <= row.high_ha)
        assert 100 * np.mean(hits) == pytest.approx(row.interval_pct, abs=3.0)


def test_one_member_has_no_interval_and_nothing_valid_no_change() -> None:
    row = figures_of(of_hectares(5.0), 1)
    assert (row.change_ha, row.low_ha, row.high_ha, row.interval_pct) == (5.0, None, None, None)
    for nothing in (None, AreaSums(0.0, (0.0, 0.0), 0.0, 0.0)):
        row = figures_of(nothing, 2)
        assert (row.valid_ha, row.change_ha, row.share_pct, row.low_ha) == (0.0, None, None, None)


def test_where_nothing_changes_there_is_no_probability_to_tell() -> None:
    row = figures_of(AreaSums(1e6, (0.0, 0.0), 0.0, 0.0), 2)
    assert (row.change_ha, row.share_pct, row.probability_pct) == (0.0, 0.0, None)
