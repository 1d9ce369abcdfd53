"""Which tiles are worth training on: the share of true change, and the authors' thresholds."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.training.filters import changed_share, is_worth_training, mean_gradient, wrapped_changed_share
from landcast.training.settings import TileSettings

VALID = np.ones((128, 128), np.bool_)
SHARE, REFERENCE = TileSettings(), TileSettings(filter_kind="reference")

Image = NDArray[np.uint8]


def texture(contrast: float, seed: int = 0) -> Image:
    """A smooth grey image about level 128."""
    noise = np.asarray(cv2.GaussianBlur(np.random.default_rng(seed).standard_normal((128, 128)), (0, 0), 4))
    grey = (128 + contrast * noise / noise.std()).clip(0, 255).astype(np.uint8)
    return np.stack([grey, grey, grey])


def nearly_equal_pair() -> tuple[Image, Image]:
    """Two dates that differ by a level of noise everywhere and by more than 20 levels in 1 % of the pixels."""
    random = np.random.default_rng(1)
    before = texture(25)
    after = (before + random.integers(-1, 2, before.shape)).astype(np.uint8)
    changed = random.choice(128 * 128, 128 * 128 // 100, replace=False)
    after.reshape(3, -1)[:, changed] -= 40
    return before, after


def test_where_one_percent_truly_changes_the_authors_bytes_wrap_to_far_more() -> None:
    before, after = nearly_equal_pair()
    assert changed_share(before, after) == pytest.approx(0.01, abs=1e-3)
    # a third of the pixels is one level brighter later, and -1 as a byte is 255
    assert wrapped_changed_share(before, after) == pytest.approx(0.34, abs=0.02)


def test_the_authors_share_is_that_of_unsigned_bytes() -> None:
    before = np.array([[[100, 100, 100, 100]]], np.uint8)
    after = np.array([[[79, 80, 100, 101]]], np.uint8)
    # 21 counts, 20 and 0 do not, and -1 wraps to 255
    assert wrapped_changed_share(before, after) == 0.5
    assert changed_share(before, after) == 0.25


def test_the_true_share_does_not_depend_on_the_order_of_the_dates() -> None:
    before, after = np.random.default_rng(2).integers(0, 256, (2, 3, 128, 128), dtype=np.uint8)
    assert changed_share(before, after) == changed_share(after, before)


def test_a_tile_with_an_invalid_pixel_is_dropped_whatever_the_filter() -> None:
    holed = VALID.copy()
    holed[127, 0] = False
    for settings in (SHARE, REFERENCE, TileSettings(filter_kind="none")):
        assert not is_worth_training(texture(60), texture(60), holed, settings)


def test_the_share_filter_drops_a_tile_that_changed_nearly_everywhere() -> None:
    dark, light = np.full((3, 128, 128), 50, np.uint8), np.full((3, 128, 128), 200, np.uint8)
    assert not is_worth_training(dark, light, VALID, SHARE)
    assert is_worth_training(dark, light, VALID, TileSettings(filter_kind="none"))
    light[:, :64] = 50
    assert is_worth_training(dark, light, VALID, SHARE)
    assert not is_worth_training(dark, light, VALID, replace(SHARE, max_changed_share=0.4))


@pytest.mark.parametrize(("contrast", "is_kept"), [(1, False), (50, True), (400, False)])
def test_the_authors_keep_only_tiles_whose_gradient_lies_in_their_range(contrast: float, is_kept: bool) -> None:
    image = texture(contrast)
    assert (5 < mean_gradient(image) < 30) is is_kept
    assert is_worth_training(image, image, VALID, REFERENCE) is is_kept


def test_the_authors_range_is_asked_of_both_dates() -> None:
    good, flat = texture(50), texture(1)
    generous = replace(REFERENCE, max_changed_share=1.0)
    assert is_worth_training(good, good, VALID, generous)
    assert not is_worth_training(good, flat, VALID, generous)
    assert not is_worth_training(flat, good, VALID, generous)


def test_the_gradient_grows_with_the_contrast() -> None:
    assert mean_gradient(texture(60)) == pytest.approx(2 * mean_gradient(texture(30)), rel=0.02)
