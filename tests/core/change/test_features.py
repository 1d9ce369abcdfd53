"""Features and distances: masked pixels count for nothing, a shift of a pixel for little."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from landcast.core.change.features import HALO_PX, average, look_features, tolerant_distance

SHAPE = 60, 70


@pytest.fixture
def image() -> NDArray[np.float32]:
    generator = np.random.default_rng(0)
    return generator.integers(0, 255, (3, *SHAPE)).astype(np.float32)


def everywhere() -> NDArray[np.bool_]:
    return np.ones(SHAPE, np.bool_)


def test_a_flat_image_keeps_its_levels_and_has_no_texture() -> None:
    flat = np.full((3, *SHAPE), 100, np.float32)
    valid = everywhere()
    valid[:, :20] = False
    features = look_features(np.where(valid, flat, 255), valid)
    np.testing.assert_allclose(features[:3, valid], 100, rtol=1e-5)
    assert features[3, valid].max() < 0.5


def test_texture_is_the_deviation_of_the_grey_image(image: NDArray[np.float32]) -> None:
    wide = np.random.default_rng(1).normal(100, 10, (1, 400, 400)).astype(np.float32)
    found = look_features(wide, np.ones(wide.shape[1:], np.bool_))[1]
    # of a small window, which holds a part of the variance alone
    assert 0.8 * 10 < found.mean() < 10
    np.testing.assert_allclose(look_features(2 * wide, np.ones(wide.shape[1:], np.bool_))[1], 2 * found, rtol=1e-2)


def test_what_is_masked_does_not_matter(image: NDArray[np.float32]) -> None:
    valid = everywhere()
    valid[10:30, 10:30] = False
    wild = np.where(valid, image, -1e6).astype(np.float32)
    for found, expected in zip(look_features(wild, valid), look_features(image, valid), strict=True):
        np.testing.assert_array_equal(found[valid], expected[valid])
    far = np.where(valid, 1, np.nan).astype(np.float32)
    np.testing.assert_allclose(average(far, valid)[valid], 1, rtol=1e-5)
    assert not average(far, valid)[~valid].any()


def test_a_pixel_beside_its_place_is_not_far(image: NDArray[np.float32]) -> None:
    moved = np.roll(image, (1, -1), (1, 2))
    inner: tuple[Any, ...] = (slice(2, -2), slice(2, -2))
    assert tolerant_distance(image, moved, everywhere())[inner].max() == 0
    farther = np.roll(image, 2, 2)
    assert np.median(tolerant_distance(image, farther, everywhere())[inner]) > 30


def test_what_stands_in_one_image_alone_is_far_in_both_directions() -> None:
    flat = np.full((1, *SHAPE), 100, np.float32)
    dotted = flat.copy()
    dotted[:, 30, 30] = 200
    forth, back = (tolerant_distance(*pair, everywhere()) for pair in ((flat, dotted), (dotted, flat)))
    np.testing.assert_array_equal(forth, back)
    assert forth[30, 30] == 100
    assert not np.delete(forth.ravel(), 30 * SHAPE[1] + 30).any()


def test_a_masked_neighbour_is_no_match(image: NDArray[np.float32]) -> None:
    valid = everywhere()
    valid[:, 35:] = False
    other = np.roll(image, -1, 2)
    found = tolerant_distance(image, other, valid)
    assert not found[~valid].any()
    assert np.isfinite(found).all()


def test_the_halo_holds_all_that_decides_about_a_pixel(image: NDArray[np.float32]) -> None:
    wide = np.random.default_rng(2).integers(0, 255, (3, 120, 120)).astype(np.float32)
    other = np.random.default_rng(3).integers(0, 255, (3, 120, 120)).astype(np.float32)

    def look(one: NDArray[np.float32], two: NDArray[np.float32]) -> NDArray[np.float32]:
        valid = np.ones(one.shape[1:], np.bool_)
        return average(tolerant_distance(look_features(one, valid), look_features(two, valid), valid), valid)

    whole = look(wide, other)
    part = (slice(None), slice(50 - HALO_PX, 70 + HALO_PX), slice(50 - HALO_PX, 70 + HALO_PX))
    alone = look(wide[part], other[part])[HALO_PX:-HALO_PX, HALO_PX:-HALO_PX]
    np.testing.assert_allclose(alone, whole[50:70, 50:70], rtol=1e-4)
