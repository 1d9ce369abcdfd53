"""What is measured of pairs of tiles, and the limits that they keep."""

from __future__ import annotations

import numpy as np
import pytest

from landcast.core.errors import RequestError
from landcast.tests.training.dataset.conftest import draw_place
from landcast.training import filters
from landcast.training.dataset.measures import (
    FILTERS,
    Limit,
    choose_limits,
    measure_tiles,
    thrown_out_by,
)
from landcast.training.settings import TileSettings


def test_the_reference_filter_keeps_what_the_training_keeps_by_that_name() -> None:
    settings = TileSettings(filter_kind="reference")
    random = np.random.default_rng(0)
    verdicts = []
    for contrast in np.linspace(0.02, 1.2, 24):
        first = ((draw_place(int(random.integers(9)), (128, 128)) - 110.0) * 2 * contrast + 110).clip(0, 255)
        second = (first + random.normal(0, 2, first.shape)).clip(0, 255)
        pair = first.astype(np.uint8), second.astype(np.uint8)
        measured = {name: np.array([value], np.float32) for name, value in measure_tiles(*pair).items()}
        kept = bool(thrown_out_by(measured, FILTERS["reference"])[0] < 0)
        assert kept == filters.is_worth_training(*pair, np.ones((128, 128), np.bool_), settings)
        verdicts.append(kept)
    assert 0 < sum(verdicts) < len(verdicts), "both verdicts were put to the test"


def test_a_cloud_is_saturated_and_uniform() -> None:
    ground = draw_place(1, (128, 128))
    cloud = ground.copy()
    cloud[:, :, 32:] = 254
    measured = measure_tiles(ground, cloud)
    assert measured["saturated_share"] == pytest.approx(0.75, abs=0.01)
    assert measured["uniform_share"] == pytest.approx(0.75, abs=0.01)
    assert measured["changed_share"] > 0.7


def test_the_first_limit_that_fails_is_named_and_ends_are_excluded() -> None:
    values = {"mean_change": np.array([0, 5, 9, 10], np.float32), "changed_share": np.array([1, 0, 0, 1], np.float32)}
    limits = [Limit("mean_change", below=10), Limit("changed_share", below=0.5)]
    assert thrown_out_by(values, limits).tolist() == [1, -1, -1, 0]


def test_a_limit_of_ones_own_takes_the_place_of_the_filters() -> None:
    limits = choose_limits("share", [Limit.read("changed_share=:0.3"), Limit.read("mean_change=2:")])
    assert [limit.text for limit in limits] == [
        "changed_share below 0.3", "saturated_share below 0.5", "mean_change above 2",
    ]  # fmt: skip
    assert Limit.read("gradient_before=2:40").text == "gradient_before between 2 and 40"


@pytest.mark.parametrize(
    "text",
    ["sharpness=1:2", "changed_share", "changed_share=0.5", "changed_share=:", "mean_change=5:2", "mean_change=a:b"],
)
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="--limit"):
        Limit.read(text)
