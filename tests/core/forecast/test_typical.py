"""The most typical member of each place: nearest to the others, joined without an edge, wherever it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.forecast.block_forecast import BlockForecast
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.forecast.typical import choose_members, join_members, typical_need
from landcast.core.lattice import CELL_PX, TILE_PX, Rect, coarse_need
from landcast.core.model.folder import load_model
from landcast.core.noise import NoiseKey, NoiseOctaves, lattice_noise
from landcast.core.request import PredictionRequest

CPU = torch.device("cpu")
TEXTURE = NoiseOctaves((1, 5, 37), (0.5, 1.0, 1.0))
PIXELS = {"change_grid": "pixels"}
AREA = Rect(-32, 96, 192, 64)


@pytest.fixture(scope="module")
def forecaster(make_tiny_model: Callable[..., Path]) -> Callable[..., Forecaster]:
    """Make a forecaster with a bold, tiny model: `contract` changes its terms, the rest are settings."""

    def make(contract: dict[str, object] | None = None, **settings: int) -> Forecaster:
        model = load_model(make_tiny_model(difference_std=0.5, **(contract or {})), CPU, torch.float32)
        return Forecaster(model, CPU, ForecastSettings(2.0, 0.6, **settings))

    return make


def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """An endless image without a preferred place, not valid left of column -40."""
    noise = lattice_noise(NoiseKey(99, 0), TEXTURE, 3, (rect.top, rect.left), rect.shape_yx)
    valid = np.tile(np.arange(rect.left, rect.right) >= -40, (rect.height, 1))
    return np.clip(0.5 + 0.12 * noise, 0, 1) * valid, valid


def members(count: int, rect: Rect) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(3, *rect.in_cells().shape_yx, generator=generator) for _ in range(count)]


def typical_of(forecast: BlockForecast) -> NDArray[np.float32]:
    assert forecast.typical is not None
    return forecast.typical


def test_the_member_of_a_tile_has_the_least_distance_to_all_others() -> None:
    tiles = typical_need(AREA)
    drawn = members(5, tiles)
    counted = torch.rand(tiles.in_cells().shape_yx, generator=torch.Generator().manual_seed(2)).round()
    chosen = choose_members(drawn, counted)
    assert chosen.shape == (tiles.height // TILE_PX, tiles.width // TILE_PX)
    side = TILE_PX // CELL_PX
    for row, column in np.ndindex(*chosen.shape):
        place = (slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
        parts = [(member[:, *place] * counted[place]).double() for member in drawn]
        apart = [sum(float((one - other).square().sum()) for other in parts) for one in parts]
        assert int(chosen[row, column]) == int(np.argmin(apart))


@pytest.mark.parametrize("unit_px", [1, CELL_PX])
def test_members_are_joined_softly_and_give_one_everywhere(unit_px: int) -> None:
    tiles = typical_need(AREA)
    shape = tiles.height // unit_px, tiles.width // unit_px
    chosen = torch.arange(tiles.height // TILE_PX * (tiles.width // TILE_PX)).reshape(tiles.height // TILE_PX, -1) % 3
    ones = join_members([torch.ones(3, *shape)] * 3, chosen, tiles, AREA, unit_px)
    np.testing.assert_allclose(ones.numpy(), 1, atol=1e-6)
    levels = [torch.full((3, *shape), float(number)) for number in range(3)]
    joined = join_members(levels, chosen, tiles, AREA, unit_px).numpy()
    assert joined.shape == (3, AREA.height // unit_px, AREA.width // unit_px)
    middle = (-AREA.top + TILE_PX // 2) // unit_px
    assert np.all(joined[:, middle, : 16 // unit_px] == int(chosen[1, 0]))
    steepest = max(np.abs(np.diff(joined, axis=1)).max(), np.abs(np.diff(joined, axis=2)).max())
    assert steepest <= 2 * unit_px / 32 + 1e-6


@pytest.mark.parametrize(
    ("contract", "iterations"),
    [
        ({}, 1),
        ({}, 2),
        ({"change_grid": "pixels"}, 1),
        ({"change_grid": "pixels"}, 2),
        ({"composition": "upscaled"}, 1),
    ],
    ids=str,
)
def test_overlapping_extents_have_the_same_typical_member(
    forecaster: Callable[..., Forecaster], contract: dict[str, object], iterations: int
) -> None:
    drawing = forecaster(contract, iterations=iterations, members=4, is_drawing_typical=True)
    one, other = Rect(20, 90, 90, 120), Rect(45, -60, 60, 225)
    common = one.intersection(other)
    here = typical_of(drawing.forecast(one, read))[:, *common.slices_in(one)]
    there = typical_of(drawing.forecast(other, read))[:, *common.slices_in(other)]
    assert np.abs(here - there).max() < 1 / 255
    assert drawing.calls_begun <= drawing.calls(other)


def test_all_else_stays_as_it_is_and_the_typical_one_is_another_image(forecaster: Callable[..., Forecaster]) -> None:
    want = Rect(10, 100, 100, 90)
    plain = forecaster(members=4).forecast(want, read)
    drawing = forecaster(members=4, is_drawing_typical=True)
    forecast = drawing.forecast(want, read)
    for mine, yours in (
        (plain.after, forecast.after),
        (plain.spread, forecast.spread),
        (plain.change, forecast.change),
    ):
        assert mine is not None
        assert yours is not None
        np.testing.assert_allclose(mine, yours, atol=1e-5)
    assert plain.typical is None
    assert np.abs(typical_of(forecast) - forecast.after).max() > 5 / 255


def test_the_coarse_change_of_a_typical_tile_is_its_members_own(forecaster: Callable[..., Forecaster]) -> None:
    # the upscaler draws what it likes within a cell; a model that draws pixels shows them as they were drawn
    want = Rect(0, 128, 128, 128)
    drawing = forecaster({"change_grid": "pixels", "composition": "upscaled"}, members=4, is_drawing_typical=True)
    have = drawing.settings.rects(want, None)[0]
    image, valid = (torch.from_numpy(array) for array in read(have))
    tiles = drawing.settings.last_area(want)
    drawn = [drawing.difference(number, 0, image, valid, have, tiles) for number in range(4)]
    inner = want.expanded(-32)
    alone = [(image[:, *inner.slices_in(have)] + one[:, *inner.slices_in(tiles)]).clamp(0, 1) for one in drawn]
    typical = typical_of(drawing.forecast(want, read))[:, *inner.slices_in(want)]
    apart = [float(np.abs(one.numpy() - typical).max()) for one in alone]
    assert min(apart) < 1 / 255 < sorted(apart)[1]
    assert coarse_need(want) != tiles


def test_two_members_have_no_typical_one(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"--typical: the most typical of 2 member\(s\) needs at least 3"):
        PredictionRequest(tmp_path / "a.tif", members=2, is_drawing_typical=True)
