"""The forecast of a block: it depends on its place and not on what else was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.forecast.ensemble import ensemble_maps
from landcast.core.forecast.filling import fill_invalid, fill_squares
from landcast.core.forecast.forecaster import (
    BlockForecast,
    Forecaster,
    ForecastSettings,
    ReadImage,
    count_calls,
)
from landcast.core.lattice import TILE_PX, UPSCALE_PX, Rect, coarse_need, iteration_rects, split
from landcast.core.model.condition import IMAGE_MEAN, coarsen
from landcast.core.model.folder import LoadedModel, load_model
from landcast.core.noise import WHITE, NoiseKey, NoiseOctaves, lattice_noise

CPU = torch.device("cpu")
TEXTURE = NoiseOctaves((1, 5, 37), (0.5, 1.0, 1.0))
BOLD = {"difference_std": 0.5}
"""Makes the untrained model change most of what it sees."""


@pytest.fixture(scope="module")
def make_forecaster(make_tiny_model: Callable[..., Path]) -> Callable[..., Forecaster]:
    """Make a forecaster with a bold, tiny model from settings; `contract` changes the model's terms."""
    loaded: dict[str, LoadedModel] = {}

    def make(
        objective: str = "one_step",
        contract: dict[str, object] | None = None,
        before_call: Callable[[], None] = lambda: None,
        **settings: int,
    ) -> Forecaster:
        folder = make_tiny_model(objective, **(BOLD | (contract or {})))
        model = loaded.setdefault(str(folder), load_model(folder, CPU, torch.float32))
        asked = ForecastSettings(2.0, 0.6, sampling_steps=model.contract.sampling_steps, **settings)
        return Forecaster(model, CPU, asked, before_call)

    return make


def read_texture(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """An endless image without any preferred place, valid everywhere."""
    noise = lattice_noise(NoiseKey(99, 0), TEXTURE, 3, (rect.top, rect.left), rect.shape_yx)
    return np.clip(0.5 + 0.12 * noise, 0, 1), np.ones(rect.shape_yx, bool)


def read_with_holes(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The same image, zero and not valid left of column -40, in a large disc and in scattered pixels."""
    image, _ = read_texture(rect)
    rows, columns = np.ogrid[rect.top : rect.bottom, rect.left : rect.right]
    is_disc = (rows - 120) ** 2 + (columns - 90) ** 2 < 60**2
    is_scattered = (rows * 31 + columns * 17) % 101 == 0
    valid = ~((columns < -40) | is_disc | is_scattered)
    return image * valid, valid


def agree(one: BlockForecast, one_rect: Rect, other: BlockForecast, other_rect: Rect) -> None:
    """Hold two forecasts to each other where both have pixels: within one level on few pixels."""
    common = one_rect.intersection(other_rect)
    here, there = common.slices_in(one_rect), common.slices_in(other_rect)
    np.testing.assert_array_equal(one.valid[here], other.valid[there])
    for mine, yours in (
        (one.present[:, *here], other.present[:, *there]),
        (one.image[:, *here], other.image[:, *there]),
        *([(one.spread[here], other.spread[there])] if one.spread is not None and other.spread is not None else []),
    ):
        apart = np.abs(mine.astype(int) - yours)
        assert apart.max() <= 1
        assert (apart > 0).mean() <= 0.001
    if one.change is not None and other.change is not None:
        # a member that stands exactly at the threshold may fall to either side
        assert (one.change[here] != other.change[there]).mean() <= 0.001


@pytest.mark.parametrize("read", [read_texture, read_with_holes])
@pytest.mark.parametrize(("iterations", "members"), [(1, 2), (2, 2)])
def test_two_overlapping_extents_agree(
    make_forecaster: Callable[..., Forecaster], read: ReadImage, iterations: int, members: int
) -> None:
    forecaster = make_forecaster(iterations=iterations, members=members)
    one, other = Rect(20, 90, 90, 120), Rect(45, -25, 60, 190)
    agree(forecaster.forecast(one, read), one, forecaster.forecast(other, read), other)


@pytest.mark.parametrize(
    ("objective", "contract"),
    [
        ("v_prediction", {}),
        ("epsilon", {}),
        ("one_step", {"composition": "upscaled"}),
        ("one_step", {"noise": WHITE}),
    ],
    ids=str,
)
def test_every_kind_of_model_gives_a_whole_that_its_parts_agree_with(
    make_forecaster: Callable[..., Forecaster], objective: str, contract: dict[str, object]
) -> None:
    forecaster = make_forecaster(objective, contract)
    whole, part = Rect(20, 180, 90, 90), Rect(60, 185, 40, 60)
    agree(forecaster.forecast(whole, read_texture), whole, forecaster.forecast(part, read_texture), part)


def test_neither_the_size_nor_the_order_of_blocks_matters(make_forecaster: Callable[..., Forecaster]) -> None:
    forecaster = make_forecaster()
    area = Rect(-90, 40, 150, 100)
    whole = forecaster.forecast(area, read_with_holes)
    for block in reversed(list(split(area, 64))):
        agree(whole, area, forecaster.forecast(block, read_with_holes), block)


def test_equal_requests_give_equal_bytes(make_forecaster: Callable[..., Forecaster]) -> None:
    want = Rect(3, 5, 100, 90)
    one, other = (make_forecaster(members=2).forecast(want, read_with_holes) for _ in range(2))
    for name in ("image", "present", "valid", "spread", "change"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_another_seed_makes_another_future_of_the_same_present(make_forecaster: Callable[..., Forecaster]) -> None:
    want = Rect(0, 0, 128, 128)
    one, other = (make_forecaster(seed=seed).forecast(want, read_texture) for seed in (0, 1))
    np.testing.assert_array_equal(one.present, other.present)
    assert np.abs(one.image.astype(int) - other.image).mean() > 1


def test_years_and_pixel_size_reach_the_network(make_forecaster: Callable[..., Forecaster]) -> None:
    forecaster = make_forecaster()
    want, images = Rect(0, 0, 64, 64), []
    for years, gsd_m in ((2.0, 0.6), (4.0, 0.6), (2.0, 1.0)):
        other = Forecaster(forecaster.model, CPU, ForecastSettings(years, gsd_m))
        images.append(other.forecast(want, read_texture).image)
    assert not np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])


def test_members_differ_and_the_picture_shown_is_the_first_of_them(
    make_forecaster: Callable[..., Forecaster],
) -> None:
    want = Rect(0, 0, 128, 128)
    alone, among = (make_forecaster(members=members).forecast(want, read_texture) for members in (1, 3))
    np.testing.assert_array_equal(alone.image, among.image)
    assert alone.spread is None
    assert alone.change is None
    assert among.spread is not None
    assert among.spread.mean() > 2


def test_another_iteration_goes_further(make_forecaster: Callable[..., Forecaster]) -> None:
    want = Rect(0, 0, 128, 128)
    once, twice = (make_forecaster(iterations=count).forecast(want, read_texture) for count in (1, 2))
    change_once, change_twice = (np.abs(f.image.astype(int) - f.present).mean() for f in (once, twice))
    assert change_twice > 1.2 * change_once > 1


def test_masked_pixels_stay_masked_and_zero_and_the_present_is_the_source(
    make_forecaster: Callable[..., Forecaster],
) -> None:
    want = Rect(40, 20, 160, 160)
    forecast = make_forecaster(members=2).forecast(want, read_with_holes)
    image, valid = read_with_holes(want)
    np.testing.assert_array_equal(forecast.valid, valid)
    np.testing.assert_array_equal(forecast.present, np.round(image * 255))
    assert forecast.spread is not None
    assert forecast.change is not None
    for layer in (*forecast.image, *forecast.present, forecast.spread, forecast.change):
        assert (layer[~valid] == 0).all()


def test_what_stands_under_the_mask_does_not_reach_the_result(make_forecaster: Callable[..., Forecaster]) -> None:
    def read_with_rubbish(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        image, valid = read_with_holes(rect)
        return np.where(valid, image, np.float32(0.93)), valid

    want = Rect(40, 20, 160, 160)
    forecaster = make_forecaster(iterations=2, members=2)
    clean, dirty = (forecaster.forecast(want, read) for read in (read_with_holes, read_with_rubbish))
    agree(clean, want, dirty, want)


def test_a_block_without_a_valid_pixel_costs_no_network_call(make_forecaster: Callable[..., Forecaster]) -> None:
    def refuse() -> None:
        raise AssertionError("a network was called")

    forecast = make_forecaster(before_call=refuse, members=2).forecast(Rect(0, -300, 100, 120), read_with_holes)
    assert not forecast.valid.any()
    assert forecast.image.shape == (3, 100, 120)
    assert not forecast.image.any()
    assert forecast.spread is not None
    assert forecast.spread.shape == (100, 120)


def test_a_block_with_few_valid_pixels_costs_less_than_a_full_one(make_forecaster: Callable[..., Forecaster]) -> None:
    def read_corner(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        image, valid = read_texture(rect)
        rows, columns = np.ogrid[rect.top : rect.bottom, rect.left : rect.right]
        return image, valid & (rows < 20) & (columns < 20) & (rows >= 0) & (columns >= 0)

    called: list[int] = []
    forecaster = make_forecaster(before_call=lambda: called.append(1))
    want = Rect(0, 0, 512, 512)
    forecaster.forecast(want, read_corner)
    assert len(called) == 2
    assert forecaster.calls(want) > 6


@pytest.mark.parametrize(
    ("objective", "contract"), [("one_step", {}), ("v_prediction", {}), ("one_step", {"change_grid": "pixels"})]
)
@pytest.mark.parametrize(("iterations", "members"), [(1, 3), (2, 2)])
def test_the_calls_told_beforehand_are_the_calls_made(
    make_forecaster: Callable[..., Forecaster],
    objective: str,
    contract: dict[str, object],
    iterations: int,
    members: int,
) -> None:
    called: list[int] = []
    forecaster = make_forecaster(objective, contract, lambda: called.append(1), iterations=iterations, members=members)
    want = Rect(20, 230, 70, 60)
    forecaster.forecast(want, read_texture)
    assert len(called) == forecaster.calls(want) == forecaster.calls_begun
    unet, upscaler = count_calls(forecaster.settings, forecaster.sizes, want, None, not contract)
    assert unet + upscaler == len(called)
    assert (upscaler == 0) == (forecaster.model.upscaler is None)


def test_a_call_that_raises_stops_the_work(make_forecaster: Callable[..., Forecaster]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_forecaster(before_call=stop).forecast(Rect(0, 0, 64, 64), read_texture)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_flat_image_gives_numbers_everywhere(make_forecaster: Callable[..., Forecaster], value: float) -> None:
    def read_flat(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        return np.full((3, *rect.shape_yx), value, np.float32), np.ones(rect.shape_yx, bool)

    forecaster = make_forecaster(iterations=2)
    want = Rect(0, 0, 64, 64)
    difference = forecaster.difference(
        0, 0, *map(torch.from_numpy, read_flat(want.expanded(128))), want.expanded(128), want
    )
    assert difference.shape == (3, 16, 16)
    assert difference.isfinite().all()
    assert forecaster.forecast(want, read_flat).valid.all()


@pytest.mark.parametrize("composition", ["anchored", "upscaled"])
def test_no_seam_shows_where_windows_meet(make_forecaster: Callable[..., Forecaster], composition: str) -> None:
    """Gradients across window edges differ from those across other edges of coarse cells by chance alone."""
    forecaster = make_forecaster(contract={"composition": composition, "noise": WHITE})
    forecast = forecaster.forecast(Rect(0, 0, 768, 768), read_texture)
    assert np.abs(forecast.image.astype(int) - forecast.present).mean() > 2
    for axis in (1, 2):
        for stride in (64, 256):
            assert abs(_deviation_at_edges(forecast.image, axis, stride)) < 4
        seam = forecast.image.copy()
        edges = (slice(None), *([slice(None)] * (axis - 1)), slice(64, None, 64))
        seam[edges] = np.clip(seam[edges].astype(int) + 8, 0, 255)
        assert _deviation_at_edges(seam, axis, 64) > 4


def _deviation_at_edges(image: NDArray[np.uint8], axis: int, stride: int) -> float:
    """How far the mean gradient across window edges is from that across other cell edges, in standard errors."""
    gradient = np.abs(np.diff(image.astype(int), axis=axis)).mean(tuple({0, 1, 2} - {axis}))
    place = np.arange(1, len(gradient) + 1)
    edges, others = gradient[place % stride == 0], gradient[(place % 4 == 0) & (place % 64 != 0)]
    return float((edges.mean() - others.mean()) / (others.std() / np.sqrt(len(edges))))


def test_the_spread_is_the_deviation_between_the_members_differences(
    make_forecaster: Callable[..., Forecaster],
) -> None:
    members = 3
    forecaster = make_forecaster(members=members)
    want = Rect(0, 0, 128, 128)
    have = coarse_need(want).expanded(256)
    present, valid = map(torch.from_numpy, read_texture(have))
    changes = torch.stack([forecaster.difference(m, 0, present, valid, have, want) for m in range(members)])
    expected = changes.std(0, unbiased=True).square().mean(0).sqrt() * 255
    forecast = forecaster.forecast(want, read_texture)
    assert forecast.spread is not None
    found = coarsen(torch.from_numpy(forecast.spread)[None, None].float())[0, 0]
    assert torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]))[0, 1] > 0.95
    assert found.mean() == pytest.approx(float(expected.mean()), rel=0.02)


def test_maps_of_known_changes_are_what_a_person_works_out() -> None:
    area, want = Rect(0, 0, 64, 64), Rect(16, 8, 32, 40)
    levels = [0, 0, 30, 90]
    changes = [torch.full((3, 16, 16), level / 255) for level in levels]
    spread, change = ensemble_maps(changes, area, want)
    assert spread.shape == change.shape == want.shape_yx
    assert spread.dtype == change.dtype == np.uint8
    assert (spread == round(np.std(levels, ddof=1))).all()
    assert (change == 50).all()


def test_maps_show_a_change_where_it_is_and_nothing_elsewhere() -> None:
    area = Rect(0, 0, 128, 128)
    changes = [torch.zeros(3, 32, 32) for _ in range(2)]
    changes[1][:, :, 16:] = -0.2
    spread, change = ensemble_maps(changes, area, area)
    assert (spread[:, :48] == 0).all()
    assert (change[:, :48] == 0).all()
    assert (spread[:, 80:] == round(0.2 * 255 / np.sqrt(2))).all()
    assert (change[:, 80:] == 50).all()
    assert change.max() <= 100


def test_a_change_counts_by_its_mean_over_the_bands() -> None:
    area = Rect(0, 0, 16, 16)
    one_band = torch.zeros(3, 4, 4)
    one_band[0] = 59 / 255
    _, below = ensemble_maps([one_band, one_band], area, area)
    one_band[0] = 61 / 255
    _, above = ensemble_maps([one_band, one_band], area, area)
    assert (below == 0).all()
    assert (above == 100).all()


def test_filling_takes_the_mean_of_the_nearest_square_that_holds_something_valid() -> None:
    image = torch.rand(3, 64, 128)
    valid = torch.zeros(64, 128, dtype=torch.bool)
    valid[2:5, 1:7] = True
    filled = fill_invalid(image, valid)
    assert torch.equal(filled[:, valid], image[:, valid])
    expected = image[:, 2:5, 1:7].mean((1, 2))
    torch.testing.assert_close(filled[:, 10, 10], expected)
    torch.testing.assert_close(filled[:, 63, 63], expected)
    torch.testing.assert_close(filled[:, 0, 0], image[:, 2:4, 1:4].mean((1, 2)))
    assert (filled[:, :, 64:] == IMAGE_MEAN).all()
    assert torch.equal(fill_squares(image, valid), filled)
    assert torch.equal(fill_invalid(image, torch.ones_like(valid)), image)
    assert (fill_invalid(image, torch.zeros_like(valid)) == IMAGE_MEAN).all()


def test_a_number_of_steps_that_the_model_cannot_take_is_refused(make_forecaster: Callable[..., Forecaster]) -> None:
    model = make_forecaster().model
    with pytest.raises(RequestError, match="sampling-steps"):
        Forecaster(model, CPU, ForecastSettings(2.0, 0.6, sampling_steps=4))


def test_many_iterations_stop_at_the_source_and_change_nothing_by_it(
    make_forecaster: Callable[..., Forecaster],
) -> None:
    source = Rect(-70, 30, 150, 140)

    def read(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        image, valid = read_texture(rect)
        valid[:] = False
        inside = rect.intersection(source)
        if not inside.is_empty:
            valid[inside.slices_in(rect)] = True
        return np.where(valid, image, 0), valid

    unlimited, limited = make_forecaster(iterations=3), make_forecaster(iterations=3)
    limited.source = source
    expected, found = unlimited.forecast(source, read), limited.forecast(source, read)
    assert np.array_equal(expected.image, found.image)
    assert limited.calls(source) < unlimited.calls(source)
    first_read = iteration_rects(source, 40, source)[0]
    assert max(first_read.shape_yx) <= 2 * UPSCALE_PX + 4 * TILE_PX
