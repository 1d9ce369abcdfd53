"""Batches: functions of seed and step, each tile once an epoch, augmented alike at both dates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from landcast.core.errors import TrainingError
from landcast.core.model.condition import coarsen
from landcast.training.pairs import ChipPair
from landcast.training.samples import (
    ChipSampler,
    PairSampler,
    draw_weights,
    epoch_indices,
    fitting_images,
    shrink,
    turn,
)
from landcast.training.settings import TileSettings

AS_IT_IS = TileSettings(jitter_px=0, filter_kind="none", colour_gain=0, colour_offset=0)
AUGMENTED = TileSettings(crop_px=(128, 192), crop_weights=(1, 1), filter_kind="none")


def changed_chip(seed: int, shape_yx: tuple[int, int] = (256, 256)) -> ChipPair:
    """A dark random image whose second date is brighter by random levels."""
    random = np.random.default_rng(seed)
    before = random.integers(0, 128, (3, *shape_yx), dtype=np.uint8)
    after = before + random.integers(0, 100, (3, *shape_yx), dtype=np.uint8)
    return ChipPair(before, after, np.ones(shape_yx, np.bool_), 2.0, 0.6, f"chip {seed}")


def test_a_batch_is_a_function_of_seed_and_step_alone() -> None:
    chips = [changed_chip(0), changed_chip(1)]
    fresh = PairSampler(chips, AUGMENTED, seed=7).batch(5, 4)
    used = PairSampler(chips, AUGMENTED, seed=7)
    for step in (9, 0, 5):
        used.batch(step, 4)
    again = used.batch(5, 4)
    for name in ("image", "difference", "years", "gsd_m"):
        assert torch.equal(getattr(fresh, name), getattr(again, name))


def test_another_seed_and_another_step_give_other_batches() -> None:
    sampler = PairSampler([changed_chip(0)], AUGMENTED, seed=7)
    first = sampler.batch(0, 4).image
    assert not torch.equal(first, sampler.batch(1, 4).image)
    assert not torch.equal(first, PairSampler([changed_chip(0)], AUGMENTED, seed=8).batch(0, 4).image)


@pytest.mark.parametrize(("count", "batch_size"), [(12, 4), (10, 4), (3, 8), (1, 2)])
def test_every_tile_comes_once_an_epoch_in_an_order_that_changes(count: int, batch_size: int) -> None:
    epochs = 8
    steps = -(-count * epochs // batch_size)
    drawn = [index for step in range(steps) for index in epoch_indices(count, step, batch_size, seed=3)]
    orders = [tuple(drawn[epoch * count : (epoch + 1) * count]) for epoch in range(epochs)]
    assert all(sorted(order) == list(range(count)) for order in orders)
    assert count < 3 or len(set(orders)) > 1


def test_every_tile_of_every_chip_is_seen_in_an_epoch() -> None:
    chips = [replace(changed_chip(index), years=float(index + 1)) for index in range(3)]
    sampler = PairSampler(chips, AS_IT_IS, seed=0)
    means = [sampler.batch(step, 4).image.mean((1, 2, 3)) for step in range(3)]
    tiles = [
        chip.before[:, top : top + 128, left : left + 128].mean() / 255
        for chip in chips
        for top in (0, 128)
        for left in (0, 128)
    ]
    np.testing.assert_allclose(torch.cat(means).sort().values, np.sort(tiles), rtol=1e-5)


def test_the_difference_is_that_of_the_images_under_every_symmetry_of_the_square() -> None:
    """The second date is a known function of the first, so the first alone tells what the difference must be."""
    chip = changed_chip(0, (128, 128))
    doubled = replace(chip, after=chip.before // 2)
    sampler = PairSampler([replace(doubled, before=2 * doubled.after)], AS_IT_IS, seed=0)
    batch = sampler.batch(0, 32)
    # after is half of before, wherever each pixel was turned to
    torch.testing.assert_close(batch.difference, -coarsen(batch.image) / 2, atol=1e-6, rtol=0)
    assert len({image.numpy().tobytes() for image in batch.image}) == 8


def test_turning_reaches_all_eight_symmetries_and_keeps_every_pixel() -> None:
    image = np.arange(3 * 4 * 4, dtype=np.float32).reshape(3, 4, 4)
    random = np.random.default_rng(0)
    turned = {turn(image, random).tobytes() for _ in range(200)}
    symmetries = {
        np.ascontiguousarray(np.rot90(part, quarter, axes=(1, 2))).tobytes()
        for part in (image, image[:, :, ::-1])
        for quarter in range(4)
    }
    assert turned == symmetries


def test_a_change_of_colour_is_the_same_at_both_dates() -> None:
    """Where nothing changes, nothing changes in any other light."""
    chip = changed_chip(0)
    still = replace(chip, after=chip.before)
    batch = PairSampler([still], AUGMENTED, seed=1).batch(0, 8)
    assert torch.equal(batch.difference, torch.zeros_like(batch.difference))
    raw = still.before.mean((1, 2)) / 255
    assert (batch.image.mean((2, 3)) - torch.from_numpy(raw)).abs().max() > 0.01


def test_a_sample_may_stray_from_the_lattice_but_not_from_the_chip() -> None:
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8), (256, 256))
    image = np.stack([ramp, ramp.T, np.zeros_like(ramp)])
    chip = ChipPair(image, image, np.ones((256, 256), np.bool_), 2.0, 0.6, "ramp")
    settings = replace(AS_IT_IS, jitter_px=300)
    levels = (PairSampler([chip], settings, seed=0).batch(0, 64).image * 255).round()
    corners = levels[:, :2].amin((2, 3))
    assert corners.min() == 0
    assert corners.max() == 128
    assert len(set(corners.flatten().tolist())) > 10


def test_jitter_never_shows_an_invalid_pixel() -> None:
    chip = changed_chip(0)
    valid = np.ones((256, 256), np.bool_)
    valid[128:, 128:] = False
    hidden = replace(chip, before=np.where(valid, chip.before, 255).astype(np.uint8), valid=valid)
    sampler = PairSampler([hidden], replace(AS_IT_IS, jitter_px=64), seed=0)
    assert len(sampler.tiles) == 3
    assert float(sampler.batch(0, 64).image.max()) <= 0.5


@pytest.mark.parametrize(("crop_px", "gsd_m"), [(128, 0.6), (192, 0.9), (256, 1.2)])
def test_the_gsd_follows_from_the_crop(crop_px: int, gsd_m: float) -> None:
    settings = replace(AS_IT_IS, crop_px=(crop_px,), crop_weights=(1.0,))
    batch = PairSampler([changed_chip(0)], settings, seed=0).batch(0, 3)
    assert batch.image.shape == (3, 3, 128, 128)
    torch.testing.assert_close(batch.gsd_m, torch.full((3,), gsd_m))


def test_crops_are_drawn_by_their_weights() -> None:
    settings = replace(AS_IT_IS, crop_px=(128, 256), crop_weights=(3.0, 1.0))
    drawn = PairSampler([changed_chip(0)], settings, seed=0).batch(0, 400).gsd_m
    assert float((drawn > 0.9).float().mean()) == pytest.approx(0.25, abs=0.07)


def test_shrinking_keeps_means() -> None:
    image = np.random.default_rng(0).random((3, 256, 256), np.float32)
    blocks = image.reshape(3, 128, 2, 128, 2).mean((2, 4))
    np.testing.assert_allclose(shrink(image, 128), blocks, atol=1e-6)
    assert shrink(image, 256) is image


def test_the_deviation_is_that_of_all_kept_tiles() -> None:
    chips = [changed_chip(0), changed_chip(1)]
    differences = [(c.after.astype(np.float64) - c.before).reshape(3, 64, 4, 64, 4).mean((2, 4)) / 255 for c in chips]
    assert PairSampler(chips, AS_IT_IS, seed=0).difference_std() == pytest.approx(np.std(differences), rel=1e-4)


def test_where_no_tile_passes_the_error_says_how_many_were_tried() -> None:
    chip = changed_chip(0)
    other = replace(chip, after=255 - chip.before)
    with pytest.raises(TrainingError, match=r"none of 4 tiles passes .*max_changed_share"):
        PairSampler([other], TileSettings(max_changed_share=0.01), seed=0)


def test_chips_smaller_than_every_crop_are_not_drawn_from() -> None:
    settings = replace(AS_IT_IS, crop_px=(192,), crop_weights=(1.0,))
    small = changed_chip(0, (160, 256))
    assert len(PairSampler([small, changed_chip(1)], settings, seed=0).tiles) == 4
    with pytest.raises(TrainingError, match="crop_px"):
        PairSampler([small], settings, seed=0)


def test_samples_for_the_upscaler_are_functions_of_seed_and_step() -> None:
    images = [changed_chip(index).before for index in range(3)]
    first = ChipSampler(images, AUGMENTED, seed=2).batch(4, 5, 64)
    assert first.shape == (5, 3, 64, 64)
    assert torch.equal(first, ChipSampler(images, AUGMENTED, seed=2).batch(4, 5, 64))
    assert not torch.equal(first, ChipSampler(images, AUGMENTED, seed=2).batch(5, 5, 64))


def test_images_that_only_small_crops_fit_are_cut_by_these() -> None:
    """Crops of 128 and 192 px for samples of 128 px, and an image of 140 px a side, as at the edge of a raster."""
    settings = replace(AS_IT_IS, crop_px=(128, 192), crop_weights=(1.0, 9.0))
    images = [changed_chip(0, shape).before for shape in ((256, 140), (256, 256))]
    assert len(fitting_images(images, settings, 128)) == 2
    assert ChipSampler(images, settings, seed=2).batch(0, 32, 128).shape == (32, 3, 128, 128)


def test_images_that_no_crop_fits_are_left_out_and_a_lack_is_told() -> None:
    settings = replace(AS_IT_IS, crop_px=(128, 192), crop_weights=(1.0, 1.0))
    small, large = (changed_chip(0, shape).before for shape in ((256, 140), (256, 256)))
    assert fitting_images([small, large], settings, 256) == [large]
    with pytest.raises(TrainingError, match=r"no image has 256 px a side.*crops of 128 px"):
        fitting_images([small], settings, 256)


def test_an_upscaler_without_images_is_refused() -> None:
    with pytest.raises(TrainingError, match="single_dates"):
        ChipSampler([], AS_IT_IS, seed=0)


def partly_changed(seed: int, rows: int) -> ChipPair:
    """One tile whose second date differs by 100 levels in so many rows."""
    chip = changed_chip(seed, (128, 128))
    after = chip.before.copy()
    after[:, :rows] += 100
    return replace(chip, after=after)


def drawn_shares(emphasis: float, rows: list[int], epochs: int) -> np.ndarray:
    """How often each of one-tile chips is drawn, as a share of all draws."""
    chips = [replace(partly_changed(index, count), years=float(index + 1)) for index, count in enumerate(rows)]
    sampler = PairSampler(chips, replace(AS_IT_IS, change_emphasis=emphasis), seed=0)
    years = torch.cat([sampler.batch(step, len(rows)).years for step in range(epochs)])
    return np.bincount(years.int().numpy() - 1, minlength=len(rows)) / len(years)


def test_tiles_that_change_more_are_drawn_more_often_by_the_weight_that_is_documented() -> None:
    rows = [0, 16, 48, 64]
    proportional = np.array(rows) / sum(rows)
    np.testing.assert_allclose(drawn_shares(1.0, rows, 200), proportional, atol=0.01)
    np.testing.assert_allclose(drawn_shares(0.4, rows, 200), 0.6 / 4 + 0.4 * proportional, atol=0.01)
    np.testing.assert_array_equal(drawn_shares(0.0, rows, 20), np.full(4, 0.25))


def test_every_weighted_epoch_has_each_tile_as_often_as_its_weight_says_but_for_rounding() -> None:
    weights = draw_weights(np.arange(10.0), 0.8)
    assert weights is not None
    assert weights.sum() == pytest.approx(1)
    for epoch in range(20):
        counts = np.bincount(epoch_indices(10, epoch, 10, seed=1, weights=weights), minlength=10)
        assert (np.abs(counts - 10 * weights) < 1).all()


def test_where_nothing_changes_there_is_nothing_to_emphasise() -> None:
    assert draw_weights(np.zeros(3), 0.5) is None


def test_the_parts_of_several_processes_make_up_the_batch() -> None:
    sampler = PairSampler([changed_chip(0), changed_chip(1)], AUGMENTED, seed=3)
    whole, parts = sampler.batch(4, 6), [sampler.batch(4, 6, slice(rank, None, 2)) for rank in range(2)]
    for name in ("image", "difference", "years", "gsd_m"):
        for rank, part in enumerate(parts):
            assert torch.equal(getattr(part, name), getattr(whole, name)[rank::2])
    images = ChipSampler([changed_chip(0).before], AUGMENTED, seed=3)
    assert torch.equal(images.batch(1, 4, 32, slice(1, None, 2)), images.batch(1, 4, 32)[1::2])


def test_the_difference_of_pixels_averages_to_that_of_cells() -> None:
    chips = [changed_chip(0)]
    cells = PairSampler(chips, AUGMENTED, seed=0).batch(0, 3)
    pixels = PairSampler(chips, AUGMENTED, seed=0, change_grid="pixels").batch(0, 3)
    assert torch.equal(cells.image, pixels.image)
    assert pixels.difference.shape == (3, 3, 128, 128)
    torch.testing.assert_close(coarsen(pixels.difference), cells.difference)
    wanted = np.std((chips[0].after.astype(np.float64) - chips[0].before) / 255)
    assert PairSampler(chips, AS_IT_IS, seed=0, change_grid="pixels").difference_std() == pytest.approx(
        wanted, rel=1e-4
    )


def test_examples_are_whole_tiles_from_much_to_little_change() -> None:
    chips = [partly_changed(index, rows) for index, rows in enumerate((8, 64, 0, 32))]
    batch, later = PairSampler(chips, AUGMENTED, seed=0).examples(3)
    torch.testing.assert_close(coarsen(later) - coarsen(batch.image), batch.difference)
    sizes = batch.difference.abs().mean((1, 2, 3))
    assert batch.image.shape == (3, 3, 128, 128)
    assert sizes[0] > sizes[1] > sizes[2] == 0
