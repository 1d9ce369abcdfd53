"""Histogram matching between images."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.radiometry.histogram import apply_tables, count_levels, match_tables

IMAGES = arrays(np.uint8, st.tuples(st.just(3), st.integers(1, 20), st.integers(1, 20)))


@pytest.fixture
def textured() -> NDArray[np.uint8]:
    generator = np.random.default_rng(4)
    levels = generator.normal([[[90]], [[110]], [[70]]], [[[30]], [[20]], [[40]]], (3, 300, 300))
    levels[:, 0, :256] = np.arange(256)
    return levels.clip(0, 255).astype(np.uint8)


@given(IMAGES)
def test_counts_are_those_of_a_slow_loop(image: NDArray[np.uint8]) -> None:
    counts = count_levels(image)
    for band, count in zip(image, counts, strict=True):
        for level in (0, 255, *np.unique(band)[:5]):
            assert count[level] == sum(int(value == level) for value in band.ravel())


def test_pixels_that_are_not_valid_do_not_count() -> None:
    image = np.full((3, 4, 4), 200, np.uint8)
    image[:, :2] = 0
    valid = np.zeros((4, 4), bool)
    valid[2:] = True
    counts = count_levels(image, valid)
    assert counts[:, 0].tolist() == [0, 0, 0]
    assert counts[:, 200].tolist() == [8, 8, 8]


@given(IMAGES)
def test_an_image_matched_to_itself_moves_no_further_than_to_its_next_level(image: NDArray[np.uint8]) -> None:
    counts = count_levels(image)
    for table, count in zip(match_tables(counts, counts), counts, strict=True):
        present = [*np.flatnonzero(count).tolist(), 256]
        for level, following in pairwise(present):
            assert level <= table[level] < following


@given(IMAGES, IMAGES)
def test_matching_never_swaps_dark_and_bright(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    tables = match_tables(count_levels(one), count_levels(other))
    assert (np.diff(tables.astype(int), axis=1) >= 0).all()


def test_a_change_of_exposure_is_undone_to_a_level(textured: NDArray[np.uint8]) -> None:
    shifted = (textured * 0.8 + 20).round().astype(np.uint8)
    matched = apply_tables(shifted, match_tables(count_levels(shifted), count_levels(textured)))
    assert np.abs(matched.astype(int) - textured).mean() < 1
    np.testing.assert_allclose(matched.mean((1, 2)), textured.mean((1, 2)), atol=1)
    np.testing.assert_allclose(matched.std((1, 2)), textured.std((1, 2)), atol=1)


def test_bands_are_matched_one_by_one(textured: NDArray[np.uint8]) -> None:
    reference = textured.copy()
    reference[1] = 255 - reference[1]
    tables = match_tables(count_levels(textured), count_levels(reference))
    matched = apply_tables(textured, tables)
    np.testing.assert_array_equal(matched[[0, 2]], textured[[0, 2]])
    assert matched[1].mean() == pytest.approx(reference[1].mean(), abs=1)


def test_counts_pooled_over_images_give_one_table_for_all(textured: NDArray[np.uint8]) -> None:
    halves = textured[:, :150], textured[:, 150:]
    pooled = sum(count_levels(half) for half in halves)
    np.testing.assert_array_equal(pooled, count_levels(textured))


def test_another_number_of_bands_and_empty_images_are_refused() -> None:
    three, four = np.ones((3, 256), int), np.ones((4, 256), int)
    with pytest.raises(RequestError, match="3 and 4 bands"):
        match_tables(three, four)
    with pytest.raises(RequestError, match="valid pixel"):
        match_tables(three, np.zeros((3, 256), int))
