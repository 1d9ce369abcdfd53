"""The report of a backtest: every known fault is named, nothing is named that is not one, and all of it is shown."""

from __future__ import annotations

import html
from dataclasses import replace

import numpy as np
import pytest

from landcast.tests.training.backtest.forecasts import make_backtest, truth_and_members
from landcast.training.backtest.backtest import Backtest
from landcast.training.evaluate import EvaluationTiles
from landcast.training.report.backtest_page import Circumstances, make_page
from landcast.training.report.examples import draw_sheets, nearest_to_mean
from landcast.training.report.failures import find_failures
from landcast.training.settings import PairSource

SOURCES = [PairSource("<2016>", "2018", 2.0), PairSource("2016", "2020", 4.0)]
ABOUT = Circumstances(SOURCES, [], "ab" * 32, 8, 3, 1, "cpu")


@pytest.fixture(scope="module")
def perfect() -> Backtest:
    return make_backtest(*truth_and_members())


def named(backtest: Backtest) -> str:
    return "\n".join(find_failures(backtest))


def test_a_perfect_ensemble_is_not_blamed(perfect: Backtest) -> None:
    said = named(perfect)
    for word in (
        "dispersed",
        "Too bright",
        "Too dark",
        "too smooth",
        "too rough",
        "Worse than",
        "more change",
        "less change",
    ):
        assert word not in said
    assert "Worst areas" in said


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"spread": 0.4}, "Underdispersed"),
        ({"spread": 2.0}, "Overdispersed"),
        ({"bias": 0.01}, "Too bright in green, by +2.5"),
        ({"bias": -0.01}, "The truth lies high among the members"),
        ({"spread": 0.4}, "too smooth at wavelengths of below 4 cells"),
        ({"spread": 2.0}, "It says more change than there is"),
    ],
    ids=lambda value: " ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else "",
)
def test_a_known_fault_is_named(fault: dict[str, float], words: str) -> None:
    assert words in named(make_backtest(*truth_and_members(**fault)))


def test_a_better_rival_is_named_and_one_alike_is_not_told_from_it() -> None:
    truth, members = truth_and_members(spread=2.5)
    better, alike = truth_and_members()[1], members[::-1]
    said = named(make_backtest(truth, members, better=better, alike=alike))
    assert "Worse than better" in said
    assert "Not to be told from alike" in said
    assert "Worse than persistence" not in said


def test_a_rival_that_is_better_at_large_scales_alone_is_named_with_these() -> None:
    random = np.random.default_rng(1)
    truth, members = truth_and_members()
    # each member is wrong by a level of its own tile, which weighs little in single cells and all in their mean
    shifted = members + 0.02 * random.normal(size=(len(members), len(truth), 3, 1, 1)).astype(np.float32)
    rough = members + 0.04 * random.normal(size=members.shape).astype(np.float32)
    said = named(make_backtest(truth, shifted, rough=rough))
    assert "Not surely better than rough where fields are averaged over squares of" in said
    assert "32 cells (+" in said
    assert "Not surely better than rough: " not in said


def test_seams_are_named_where_chance_does_not_explain_them(perfect: Backtest) -> None:
    seams = {"chips": 4, "edge_levels": 2.0, "inside_levels": 1.0, "ratio": 1.1, "true_ratio": 1.01}
    assert "Edges of windows show" in named(replace(perfect, seams=seams, _kept={}))
    assert "Edges of windows" not in named(replace(perfect, seams={**seams, "true_ratio": 1.2}, _kept={}))
    assert "Edges of windows" not in named(replace(perfect, seams={**seams, "ratio": 1.015}, _kept={}))


def test_few_areas_are_named() -> None:
    assert "too few for intervals" in named(make_backtest(*truth_and_members(areas=3)))


def test_the_most_typical_member_is_nearest_to_the_mean() -> None:
    members = np.stack([np.full((3, 4, 4), value, np.float32) for value in (0.0, 1.0, 5.0)])
    assert nearest_to_mean(members) == 1


def test_the_page_tells_all_of_it(perfect: Backtest) -> None:
    truth, members = truth_and_members()
    images = np.random.default_rng(0).integers(0, 256, (len(truth), 3, 128, 128), dtype=np.uint8)
    tiles = EvaluationTiles(images, images, truth, perfect.years, perfect.gsd_m, tuple(perfect.areas))
    sheets = draw_sheets(perfect, tiles, members)
    assert [sheet.title for sheet in sheets] == ["Best areas", "Typical areas", "Worst areas"]
    order = [one.name for one in perfect.by_area()]
    assert order[0] in sheets[0].caption
    assert order[-1] in sheets[2].caption
    text = make_page(perfect, ABOUT, sheets).to_html()
    plain = html.unescape(text)
    for wanted in (
        "Where the model fails", "ab" * 32, "24 of 128 x 128 px, in 12 areas", "seed 3", "Reliability diagram",
        "Rank histogram", "landcast evaluate <2016> 2018 --years 2 --also 2016 2020 4", "Worst areas",
        "76.8 m, 102.4 m",
    ):  # fmt: skip
        assert wanted in plain
    assert "<2016>" not in text
    assert text.count("<img") == 10
