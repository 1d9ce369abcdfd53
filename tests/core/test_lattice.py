"""Tile arithmetic: windows cover, weights sum to one, cuts are exact."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landcast.core.lattice import (
    CELL_PX,
    COARSE_PX,
    STRIDE_PX,
    TILE_PX,
    Rect,
    blend_weight,
    coarse_need,
    image_need,
    iteration_rects,
    split,
    unet_windows,
)

PLACES = st.integers(-5000, 5000)
RECTS = st.builds(Rect, PLACES, PLACES, st.integers(1, 700), st.integers(1, 700))
CELL_RECTS = st.builds(
    lambda *numbers: Rect(*(number * CELL_PX for number in numbers)),
    st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 90), st.integers(1, 90),
)  # fmt: skip


def holds(outer: Rect, inner: Rect) -> bool:
    """Whether one rectangle lies within another, from their corners."""
    return (
        outer.top <= inner.top
        and outer.left <= inner.left
        and outer.top + outer.height >= inner.top + inner.height
        and outer.left + outer.width >= inner.left + inner.width
    )


def pixels(rect: Rect) -> set[tuple[int, int]]:
    """All pixels of a small rectangle, by absolute row and column."""
    rows, columns = range(rect.top, rect.bottom), range(rect.left, rect.right)
    return {(row, column) for row in rows for column in columns}


@given(CELL_RECTS)
def test_the_weights_of_all_windows_over_any_area_sum_to_one(area: Rect) -> None:
    windows = unet_windows(area)
    reach = area.snapped(TILE_PX).expanded(2 * TILE_PX).in_cells()
    total = np.zeros(reach.shape_yx)
    for window in windows:
        total[window.in_cells().slices_in(reach)] += blend_weight(COARSE_PX)
    np.testing.assert_allclose(total[area.in_cells().slices_in(reach)], 1, atol=1e-6)


@given(RECTS)
def test_every_window_lies_on_the_lattice_and_meets_the_area(area: Rect) -> None:
    windows = unet_windows(area)
    assert len(set(windows)) == len(windows)
    for window in windows:
        assert window.shape_yx == (TILE_PX, TILE_PX)
        assert window.top % STRIDE_PX == window.left % STRIDE_PX == 0
        assert not window.intersection(area.snapped(STRIDE_PX)).is_empty


@given(RECTS, RECTS)
def test_where_two_areas_meet_they_share_their_windows(one: Rect, other: Rect) -> None:
    common = one.intersection(other)
    if common.is_empty:
        return
    needed = set(unet_windows(common))
    assert needed <= set(unet_windows(one))
    assert needed <= set(unet_windows(other))


def test_a_window_weighs_most_in_its_middle_and_alike_from_all_sides() -> None:
    weight = blend_weight(COARSE_PX)
    assert weight.shape == (COARSE_PX, COARSE_PX)
    assert weight.max() == weight[COARSE_PX // 2, COARSE_PX // 2]
    assert 0 < weight[0, 0] < 0.001
    np.testing.assert_allclose(weight, weight.T)
    np.testing.assert_allclose(weight, weight[::-1], atol=1e-7)


@given(RECTS, st.sampled_from([64, 100, 256, 1024]))
def test_a_cut_covers_each_pixel_exactly_once(area: Rect, side: int) -> None:
    count = np.zeros(area.shape_yx, int)
    for part in split(area, side):
        assert not part.is_empty
        assert holds(area, part)
        count[part.slices_in(area)] += 1
    assert (count == 1).all()


@given(RECTS, st.sampled_from([64, 256]))
def test_a_cut_runs_along_the_lattice_and_not_along_the_area(area: Rect, side: int) -> None:
    for part in split(area, side):
        assert part.top // side == (part.bottom - 1) // side
        assert part.left // side == (part.right - 1) // side


@given(RECTS, st.integers(1, 5))
def test_each_iteration_needs_all_that_the_next_one_sees(want: Rect, iterations: int) -> None:
    rects = iteration_rects(want, iterations)
    assert len(rects) == iterations + 1
    assert rects[-1] == want
    for before, after in pairwise(rects):
        assert holds(before, after)
        for window in unet_windows(coarse_need(after)):
            assert holds(before, window)


@given(RECTS, RECTS)
def test_what_a_part_needs_lies_within_what_the_whole_needs(one: Rect, other: Rect) -> None:
    part = one.intersection(other)
    if not part.is_empty:
        assert holds(coarse_need(one), coarse_need(part))
        assert holds(image_need(one), image_need(part))


@given(RECTS, st.sampled_from([1, 4, 64, 256]))
def test_snapping_is_the_smallest_growth_to_the_multiple(rect: Rect, multiple: int) -> None:
    snapped = rect.snapped(multiple)
    assert holds(snapped, rect)
    assert all(number % multiple == 0 for number in (snapped.top, snapped.left, snapped.bottom, snapped.right))
    assert 0 <= rect.top - snapped.top < multiple
    assert 0 <= snapped.right - rect.right < multiple
    assert snapped.snapped(multiple) == snapped


SMALL_RECTS = st.builds(Rect, *[st.integers(-12, 12)] * 2, *[st.integers(1, 12)] * 2)


@given(SMALL_RECTS, SMALL_RECTS)
def test_an_intersection_holds_the_pixels_that_both_hold(one: Rect, other: Rect) -> None:
    common = one.intersection(other)
    expected = pixels(one) & pixels(other)
    assert common.is_empty == (not expected)
    if expected:
        assert pixels(common) == expected


@given(SMALL_RECTS, SMALL_RECTS)
def test_slices_find_the_same_ground_in_another_array(one: Rect, other: Rect) -> None:
    common = one.intersection(other)
    if common.is_empty:
        return
    rows, columns = np.mgrid[other.top : other.bottom, other.left : other.right]
    here = common.slices_in(other)
    found = set(zip(rows[here].ravel().tolist(), columns[here].ravel().tolist(), strict=True))
    assert found == pixels(common)


def test_growing_by_a_margin_and_shrinking_again_changes_nothing() -> None:
    rect = Rect(-3, 5, 7, 11)
    assert rect.expanded(4) == Rect(-7, 1, 15, 19)
    assert rect.expanded(4).expanded(-4) == rect
    assert Rect(0, 0, 0, 5).is_empty


def test_cells_of_a_place_left_of_the_origin_keep_their_ground() -> None:
    assert Rect(-8, 4, 12, 16).in_cells() == Rect(-2, 1, 3, 4)
