"""Histogram matching between images."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from landcast.core.errors import RequestError
from landcast.core.radiometry.histogram import (
    Histogram,
    Matching,
    apply_tables,
    count_levels,
    distance,
    level_of,
    match_tables,
)

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


VALUES = st.sampled_from(["uint8", "uint16", "int16", "int32", "float32", "float64"]).flatmap(
    lambda dtype: arrays(
        dtype,
        st.tuples(st.just(1), st.integers(1, 12), st.integers(1, 12)),
        elements=st.integers(0, 255) if dtype == "uint8" else st.integers(-4096 if dtype[0] != "u" else 0, 4096),
    )
)


def counted(image: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> Histogram:
    histogram = Histogram(len(image), image.dtype)
    histogram.add(image, np.ones(image.shape[1:], np.bool_) if valid is None else valid)
    return histogram


def slowly_matched(source: NDArray[Any], reference: NDArray[Any]) -> NDArray[np.float64]:
    """The same mapping by sorting: each value goes to the reference's value at the middle of its ranks."""

    def middle_ranks(values: NDArray[Any], of: NDArray[Any]) -> NDArray[np.float64]:
        below, up_to = ((of[None] < values[:, None]).mean(1), (of[None] <= values[:, None]).mean(1))
        return (below + up_to) / 2

    flat, other = source.ravel().astype(np.float64), reference.ravel().astype(np.float64)
    wanted = np.unique(other)
    return np.interp(middle_ranks(flat, flat), middle_ranks(wanted, other), wanted).reshape(source.shape)


@given(VALUES)
def test_whole_numbers_are_counted_one_by_one_in_every_data_type(image: NDArray[Any]) -> None:
    found = counted(image).distribution(0)
    values, counts = np.unique(image, return_counts=True)
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.counts, counts)


@given(arrays(np.float32, (50,), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_levels_of_floats_have_the_order_of_the_floats(values: NDArray[np.float32]) -> None:
    assert (np.diff(level_of(np.sort(values))) >= 0).all()


@given(arrays(np.float32, (1, 1, 50), elements=st.floats(2.0**-20, 2.0**100, width=32)))
def test_floats_are_counted_within_a_twentieth_of_a_percent(values: NDArray[np.float32]) -> None:
    found = counted(values).distribution(0)
    nearest = np.abs(found.values[None] / values.ravel().astype(np.float64)[:, None] - 1).min(1)
    assert nearest.max() <= 0.0005


@given(VALUES)
def test_an_image_matched_to_itself_is_itself(image: NDArray[Any]) -> None:
    histogram = counted(image)
    np.testing.assert_array_equal(Matching(histogram, histogram)(image), image)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
def test_an_image_matched_to_itself_many_times_over_is_itself(dtype: str) -> None:
    image = np.random.default_rng(3).normal(120, 40, (3, 70, 60)).clip(0, 255).astype(dtype)
    many = np.tile(image, (1, 3, 7))
    np.testing.assert_array_equal(Matching(counted(image), counted(many))(image), image)


@given(VALUES, VALUES)
def test_matching_agrees_with_a_mapping_by_sorting(source: NDArray[Any], reference: NDArray[Any]) -> None:
    matched = Matching(counted(source), counted(reference))(source)
    assert matched.dtype == reference.dtype
    rounding = 0.5 if reference.dtype.kind in "iu" else 0.0
    np.testing.assert_allclose(matched.astype(np.float64), slowly_matched(source, reference), atol=rounding + 1e-3)


@given(VALUES, VALUES, VALUES)
def test_no_value_is_brought_below_a_smaller_one(
    source: NDArray[Any], reference: NDArray[Any], other: NDArray[Any]
) -> None:
    rising = np.sort(other.astype(source.dtype).ravel())[None, None]
    matched = Matching(counted(source), counted(reference))(rising).astype(np.float64)
    assert (np.diff(matched.ravel()) >= 0).all()


@pytest.mark.parametrize("reference_dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("source_dtype", ["uint8", "uint16", "int16", "float32"])
def test_matching_brings_distributions_together_and_a_second_time_changes_little(
    source_dtype: str, reference_dtype: str
) -> None:
    generator = np.random.default_rng(1)
    source = generator.gamma(4, 20, (1, 200, 200)).clip(0, 255).astype(source_dtype)
    reference = generator.normal(110, 25, (1, 150, 170)).clip(0, 255).astype(reference_dtype)
    before, wanted = counted(source), counted(reference).distribution(0)
    matching = Matching(before, counted(reference))
    matched = matching(source)
    apart = distance(counted(matched).distribution(0), wanted)
    assert apart < 0.03 < 0.3 < distance(before.distribution(0), wanted)
    assert apart == pytest.approx(distance(matching.matched(before)[0], wanted), abs=1e-3)
    again = Matching(counted(matched), counted(reference))(matched)
    assert np.abs(again.astype(np.float64) - matched).max() <= 2


def test_values_that_were_not_counted_go_on_in_a_straight_line() -> None:
    source = np.arange(100, 200, dtype=np.uint16)[None, None]
    reference = source * 2 + 50
    matching = Matching(counted(source), counted(reference))
    beyond = np.array([[[0, 99, 150, 200, 1000, 65535]]], np.uint16)
    assert matching(beyond)[0, 0].tolist() == [50, 248, 350, 450, 2050, 65535]
    assert Matching(counted(source), counted((reference // 10).astype(np.uint8)))(beyond).max() == 255


def test_a_band_of_one_value_is_shifted() -> None:
    source, reference = np.full((1, 3, 3), 20, np.uint8), np.full((1, 3, 3), 45, np.uint8)
    assert Matching(counted(source), counted(reference))(np.array([[[19, 20, 21]]], np.uint8)).tolist() == [
        [[44, 45, 46]]
    ]


def test_histograms_of_another_number_of_bands_and_empty_ones_are_refused() -> None:
    one, three = counted(np.ones((1, 2, 2), np.uint8)), counted(np.ones((3, 2, 2), np.uint8))
    with pytest.raises(RequestError, match="1 and 3 bands"):
        Matching(one, three)
    with pytest.raises(RequestError, match="valid pixel"):
        Matching(one, Histogram(1, np.dtype(np.uint8)))
