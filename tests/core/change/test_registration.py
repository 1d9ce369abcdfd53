"""How far images lie beside each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.change.registration import Offset, find_offset, typical_offset
from landcast.worker.demo.scene import render_scene


@pytest.fixture(scope="module")
def grey() -> NDArray[np.float32]:
    return render_scene((220, 230), seed=6).astype(np.float32).mean(0)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, -2), (-7, 5)])
def test_a_moved_image_lies_as_far_as_it_was_moved(grey: NDArray[np.float32], down: int, right: int) -> None:
    valid = np.ones((200, 200), np.bool_)
    before, after = grey[10:210, 10:210], grey[10 - down : 210 - down, 10 - right : 210 - right]
    found = find_offset(before, (0.6 * after + 40).astype(np.float32), valid)
    assert found is not None
    assert (found.right_px, found.down_px) == pytest.approx((right, down), abs=0.2)


def test_nothing_is_said_of_little_or_of_noise(grey: NDArray[np.float32]) -> None:
    valid = np.ones(grey.shape, np.bool_)
    noise = np.random.default_rng(0).normal(0, 30, grey.shape).astype(np.float32)
    assert find_offset(grey, noise, valid) is None
    assert find_offset(grey, grey, np.zeros(grey.shape, np.bool_)) is None
    assert find_offset(grey[:20], grey[:20], valid[:20]) is None
    flat = np.zeros_like(grey)
    assert find_offset(flat, flat, valid) in (None, Offset(0.0, 0.0))


def test_one_tile_that_errs_does_not_matter() -> None:
    offsets = [Offset(1.0, -1.0), Offset(1.2, -1.1), Offset(90.0, 40.0), Offset(1.1, -0.9), Offset(0.9, -1.0)]
    assert typical_offset(offsets) == Offset(1.1, -1.0)
    assert typical_offset([]).length_px == 0
