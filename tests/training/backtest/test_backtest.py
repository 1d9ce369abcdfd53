"""The whole protocol: equal to the one definition of skill, by strata, against rivals, as tables."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from landcast.core.model.calibration import ChangeCalibration
from landcast.tests.training.backtest.forecasts import MEMBERS, make_backtest, truth_and_members
from landcast.training.backtest.backtest import Backtest
from landcast.training.backtest.csv_files import write_tables
from landcast.training.backtest.sums import SCALES_CELLS, averaged, sums_of_tiles
from landcast.training.skill import measure_skill

SKILL = ("crps_over_persistence", "rmse_mean_over_persistence", "spread_over_skill", "member_std_over_truth")


@pytest.fixture(scope="module")
def perfect() -> Backtest:
    truth, members = truth_and_members()
    return make_backtest(truth, members, wide=truth_and_members(spread=2.0)[1])


def test_figures_are_those_of_skill_on_all_tiles_and_on_every_part(perfect: Backtest) -> None:
    truth, members = truth_and_members()
    wanted = measure_skill(members, truth)
    found = perfect.figures("model")
    for name in SKILL:
        assert found[name].value == pytest.approx(getattr(wanted, name), rel=1e-5)
    powers = [found[f"power_octave_{octave}"].value for octave in (1, 2, 3, 4)]
    assert powers == pytest.approx(wanted.member_power_over_truth, rel=1e-5)
    first, second = perfect.by_years()
    early = measure_skill(members[:, perfect.years == 2], truth[perfect.years == 2])
    assert first.figures["crps_over_persistence"].value == pytest.approx(early.crps_over_persistence, rel=1e-5)
    assert (first.name, second.name, first.tiles + second.tiles) == ("2 years", "4 years", len(truth))


def test_figures_are_those_of_the_definition(perfect: Backtest, definition: ModuleType) -> None:
    truth, members = truth_and_members()
    wanted = definition.score(members, truth)
    for name in SKILL:
        assert perfect.figures("model")[name].value == pytest.approx(wanted[name], rel=1e-5)


def test_intervals_hold_their_figures_and_what_is_true_of_a_perfect_ensemble(perfect: Backtest) -> None:
    figures = perfect.figures("model")
    for name in (*SKILL, "outlier_share", "brier_skill_score", "figure_of_merit"):
        interval = figures[name].interval
        assert interval is not None
        assert interval.low <= figures[name].value <= interval.high
    for name, right in (("spread_over_skill", 1), ("outlier_share", 1), ("mean_rank", 0.5), ("bias_red_levels", 0)):
        assert figures[name].value == pytest.approx(right, abs=0.2 if "bias" in name else 0.04)


def test_a_rival_is_compared_on_the_same_areas(perfect: Backtest) -> None:
    apart = perfect.against("wide")
    values = [perfect.figures(name)["crps_over_persistence"].value for name in ("model", "wide")]
    assert apart.value == pytest.approx(values[0] - values[1])
    assert apart.interval is not None
    assert apart.interval.high < 0
    own = perfect.figures("model")["crps_over_persistence"].interval
    assert own is not None
    assert perfect.against("wide", side=4).value == pytest.approx(
        perfect.figures("model")["crps_at_4"].value - perfect.figures("wide")["crps_at_4"].value
    )
    assert perfect.against("model").value == 0
    assert perfect.against("model").interval is None


def test_deciles_share_all_tiles_and_rise_in_true_change(perfect: Backtest) -> None:
    deciles = perfect.by_decile()
    assert [one.name for one in deciles] == [f"{number}" for number in range(1, 11)]
    assert sum(one.tiles for one in deciles) == len(perfect.areas)
    levels = [one.mean_change_levels for one in deciles]
    assert levels == sorted(levels)


def test_ground_scales_and_areas_are_named(perfect: Backtest) -> None:
    assert [one.name for one in perfect.by_ground_scale()] == ["76.8 m", "102.4 m"]
    areas = perfect.by_area()
    assert {one.name for one in areas} == set(perfect.areas)
    scores = [one.figures["crps_over_persistence"].value for one in areas]
    assert scores == sorted(scores)


def test_a_forecast_that_knows_large_patterns_alone_has_skill_at_large_scales_alone() -> None:
    random = np.random.default_rng(5)
    coarse = 0.04 * random.normal(size=(24, 3, 4, 4)).repeat(8, 2).repeat(8, 3)
    truth = (coarse + 0.05 * random.normal(size=coarse.shape)).astype(np.float32)
    # far too rough in detail, so that single cells are told worse than by saying that nothing changes
    members = (coarse + 0.25 * random.normal(size=(MEMBERS, *coarse.shape))).astype(np.float32)
    backtest = make_backtest(truth, members)
    scales = backtest.scales_with_skill()
    assert 1 not in scales
    assert 8 in scales
    told = backtest.as_dict()
    assert (told["finest_scale_with_skill_cells"], told["coarsest_scale_with_skill_cells"]) == (scales[0], scales[-1])


@pytest.mark.parametrize("side", SCALES_CELLS)
def test_averaging_keeps_the_mean_and_is_taken_from_each_square(side: int) -> None:
    field = np.random.default_rng(0).normal(size=(2, 3, 32, 32))
    means = averaged(field, side)
    assert means.shape == (2, 3, 32 // side, 32 // side)
    np.testing.assert_allclose(means.mean((2, 3)), field.mean((2, 3)))
    np.testing.assert_allclose(means[0, 0, -1, -1], field[0, 0, -side:, -side:].mean())


def test_reliability_counts_every_cell_once(perfect: Backtest) -> None:
    rows = perfect.reliability()
    assert [row["share"] for row in rows] == pytest.approx(np.arange(MEMBERS + 1) / MEMBERS)
    assert sum(row["cells"] or 0 for row in rows) == len(perfect.areas) * 32 * 32


def test_a_models_own_calibration_is_tried_on_these_areas(perfect: Backtest) -> None:
    crossed = perfect.cross_fitted()
    assert crossed is not None
    said = tuple(np.round(crossed.probability.mean(0), 6))
    calibration = ChangeCalibration(MEMBERS, (1,) * (MEMBERS + 1), said, (2.0,), (0.6, 0.8), "elsewhere", "")
    told = replace(perfect, calibration=calibration).as_dict()["calibration"]
    assert told["of_model"]["place"] == "elsewhere"
    assert told["of_model"]["brier"]["skill"] > perfect.as_dict()["brier"]["skill"]
    assert perfect.as_dict()["calibration"]["of_model"] is None


def test_few_areas_have_figures_and_no_intervals() -> None:
    backtest = make_backtest(*truth_and_members(areas=2))
    told = backtest.as_dict()
    figure = told["forecasts"]["model"]["crps_over_persistence"]
    assert figure["value"] < 1
    assert figure["low"] is figure["high"] is None
    assert told["coarsest_scale_with_skill_cells"] is None


def test_the_figures_are_json_without_nan_and_equal_when_made_again(perfect: Backtest) -> None:
    text = json.dumps(perfect.as_dict(), allow_nan=False)
    again = replace(perfect, _kept={})
    assert json.dumps(again.as_dict(), allow_nan=False) == text


def test_ties_of_ranks_depend_on_the_seed_alone() -> None:
    truth, members = truth_and_members(areas=1)
    rounded = truth.round(1), members.round(1)
    one, again, other = (sums_of_tiles(rounded[1], rounded[0], seed)["ranks"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_the_tables_hold_what_the_figures_are(perfect: Backtest, tmp_path: Path) -> None:
    paths = {path.name: path for path in write_tables(tmp_path, perfect)}
    rows = {name: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for name, path in paths.items()}
    (found,) = (r for r in rows["figures.csv"] if (r["forecast"], r["figure"]) == ("wide", "spread_over_skill"))
    assert float(found["value"]) == perfect.figures("wide")["spread_over_skill"].value
    assert float(found["low"]) < float(found["value"]) < float(found["high"])
    assert {row["stratum"] for row in rows["strata.csv"]} == {
        "decile of true change", "interval", "ground scale", "area",
    }  # fmt: skip
    assert sum(int(row["values"]) for row in rows["ranks.csv"]) == len(perfect.areas) * 3 * 32 * 32
    assert len(rows["reliability.csv"]) == MEMBERS + 1
