"""How far two dates lie beside each other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.change.registration import Offset
from landcast.tests.training.dataset.conftest import draw_place
from landcast.training.dataset.shift import find_shift, typical_shift

ALL = np.ones((256, 256), np.bool_)


def moved(image: NDArray[np.uint8], right: float, down: float) -> NDArray[np.uint8]:
    """The middle of an image, moved by bicubic interpolation; uint8 (3, 256, 256)."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    bands = [cv2.warpAffine(band, matrix, band.shape[::-1], flags=cv2.INTER_CUBIC) for band in image]
    return np.stack(bands)[:, 64:320, 64:320].astype(np.uint8)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -0.4), (1.5, 2.3), (-6.7, 3.1), (14.2, -9.6)])
def test_a_shift_is_found_to_a_tenth_of_a_pixel_though_the_place_has_changed(shift: tuple[float, float]) -> None:
    first, second = draw_place(3, (384, 384)), draw_place(3, (384, 384), later=True)
    found = find_shift(moved(first, 0, 0), moved(second, *shift), ALL)
    assert found is not None
    assert (found.right_px, found.down_px) == pytest.approx(shift, abs=0.1)


def test_different_places_and_empty_ones_tell_nothing() -> None:
    first, other = draw_place(3, (256, 256)), draw_place(4, (256, 256))
    assert find_shift(first, other, ALL) is None
    assert find_shift(np.full_like(first, 90), first, ALL) is None
    assert find_shift(first, first, np.zeros_like(ALL)) is None


def test_one_wrong_block_does_not_move_the_median_and_shows_in_no_spread() -> None:
    blocks = [Offset(1.0, 2.0), Offset(1.1, 2.0), Offset(0.9, 2.1), Offset(1.0, 1.9), Offset(40.0, -30.0)]
    shift = typical_shift(blocks)
    assert shift is not None
    assert (shift.right_px, shift.down_px) == (1.0, 2.0)
    assert shift.spread_px < 0.3
    assert shift.blocks == 5
    assert typical_shift([]) is None


def test_shifts_that_differ_from_place_to_place_spread() -> None:
    shift = typical_shift([Offset(float(number), 0.0) for number in range(-5, 6)])
    assert shift is not None
    assert shift.length_px == 0
    assert shift.spread_px > 3
