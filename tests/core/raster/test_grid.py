"""The grid of the result: the source's own pixels or true metres, on a lattice that no selection moves."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from landcast.core.errors import RequestError, UnsupportedSourceError
from landcast.core.lattice import Rect
from landcast.core.raster.grid import Grid, bounds_in, choose_grid, extent_rect, source_rect
from landcast.core.raster.ground import ground_size_m
from landcast.tests.models import TINY_CONTRACT

UTM = CRS.from_epsg(32611)
UTM_TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)


def make_source(transform: Affine = UTM_TRANSFORM, shape_yx: tuple[int, int] = (200, 300), crs: CRS = UTM) -> Any:
    """What a grid needs to know of a source."""
    across, down = ground_size_m(crs, transform, shape_yx)
    gsd_m = (across * down) ** 0.5
    return SimpleNamespace(path=Path("a.tif"), crs=crs, transform=transform, shape_yx=shape_yx, gsd_m=gsd_m)


def geodesic_pixel_m(grid: Grid, rect: Rect) -> tuple[float, float]:
    """Sides of the pixel in the middle of a rectangle, across and down, from 64 pixels."""
    transform = grid.transform(rect)
    column, row = rect.width / 2, rect.height / 2
    to_degrees = Transformer.from_crs(grid.crs, 4326, always_xy=True)
    centre, right, below = (
        to_degrees.transform(*(transform @ place)) for place in ((column, row), (column + 64, row), (column, row + 64))
    )
    geod = Geod(ellps="WGS84")
    return geod.inv(*centre, *right)[2] / 64, geod.inv(*centre, *below)[2] / 64


def at_degrees(longitude: float, latitude: float, step: float = 1e-5) -> Any:
    """A source in degrees about a place."""
    transform = Affine(step, 0, longitude - 150 * step, 0, -step, latitude + 100 * step)
    return make_source(transform, crs=CRS.from_epsg(4326))


def test_a_source_in_metres_keeps_its_own_pixels() -> None:
    source = make_source()
    grid, warnings = choose_grid(source, TINY_CONTRACT, None)
    rect = source_rect(source, grid)
    assert grid.is_native
    assert not warnings
    assert rect.shape_yx == source.shape_yx
    np.testing.assert_allclose(grid.transform(rect), source.transform, rtol=0, atol=1e-8)


@pytest.mark.parametrize("scale_m", [0.6 * 128 * 1.001, 76.8])
def test_the_sources_own_ground_scale_asks_for_its_own_pixels(scale_m: float) -> None:
    grid, _ = choose_grid(make_source(), TINY_CONTRACT, scale_m)
    assert grid.is_native


def test_a_projected_source_in_feet_keeps_its_pixels_and_says_metres() -> None:
    source = make_source(Affine(2, 0, 985_000, 0, -2, 210_000), crs=CRS.from_epsg(2263))
    grid, warnings = choose_grid(source, TINY_CONTRACT, None)
    assert grid.is_native
    assert grid.pixel_size == 2
    assert grid.gsd_m == pytest.approx(2 * 1200 / 3937, rel=0.001)
    assert not warnings


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9]),
    st.sampled_from([0.6, 0.6000000000000106, 1.0, 1 / 3, 0.3]),
    st.integers(-3000, 3000),
    st.integers(-3000, 3000),
)
def test_sources_that_touch_share_the_lattice(fraction: float, size: float, right: int, down: int) -> None:
    corner = (724_000 + fraction) * size, (6_290_000 + fraction) * size
    if size > 0.6:
        corner = corner[0] / 2, corner[1] / 2 + fraction * size / 2
    one, other = (
        make_source(Affine(size, 0, corner[0] + x * size, 0, -size, corner[1] - y * size))
        for x, y in ((0, 0), (right, down))
    )
    contract = SimpleNamespace(name="any", gsd_range_m=(0.1, 10.0))
    grids = [choose_grid(source, contract, None)[0] for source in (one, other)]  # type: ignore[arg-type]
    assert grids[0].origin_xy == pytest.approx(grids[1].origin_xy, abs=1e-4 * size)
    here, there = (source_rect(source, grid) for source, grid in zip((one, other), grids, strict=True))
    assert (there.left - here.left, there.top - here.top) == (right, down)


@settings(deadline=None, max_examples=40)
@given(st.floats(-20, 200), st.floats(-20, 140), st.floats(0.5, 100), st.floats(0.5, 100))
def test_an_extent_grows_outwards_to_whole_pixels_within_the_source(
    x: float, y: float, width: float, height: float
) -> None:
    source = make_source()
    grid, _ = choose_grid(source, TINY_CONTRACT, None)
    left, bottom = 434400 + x, 3774000 - 120 + y
    extent = (left, bottom, left + width, bottom + height)
    known = source_rect(source, grid)
    west, south = max(extent[0], 434400), max(extent[1], 3774000 - 120)
    east, north = min(extent[2], 434400 + 180), min(extent[3], 3774000)
    if east - west < 0.01 or north - south < 0.01:
        return
    rect = extent_rect(source, grid, extent, UTM)
    assert rect.intersection(known) == rect
    transform = grid.transform(rect)
    right, lower = transform @ (rect.width, rect.height)
    assert -0.6 < transform.c - west < 0.001
    assert -0.6 < lower - south < 0.001
    assert -0.001 < right - east < 0.6
    assert -0.001 < transform.f - north < 0.6


@pytest.mark.parametrize("ground_scale_m", [None, 128.0])
def test_all_extents_lie_on_one_lattice(ground_scale_m: float | None) -> None:
    source = make_source()
    grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
    whole = grid.transform(source_rect(source, grid))
    for shift in (0.0, 0.31, 7.77):
        extent = (434410 + shift, 3773900 + shift, 434470 + shift, 3773950)
        part = grid.transform(extent_rect(source, grid, extent, UTM))
        offsets = (part.c - whole.c) / grid.pixel_size, (part.f - whole.f) / grid.pixel_size
        np.testing.assert_allclose(offsets, np.round(offsets), atol=1e-5)


def test_an_extent_may_be_given_in_another_crs() -> None:
    source = make_source()
    grid, _ = choose_grid(source, TINY_CONTRACT, None)
    to_degrees = Transformer.from_crs(UTM, 4326, always_xy=True)
    extent = to_degrees.transform_bounds(434430, 3773920, 434500, 3773960)
    rect = extent_rect(source, grid, extent, CRS.from_epsg(4326))
    same = extent_rect(source, grid, (434430, 3773920, 434500, 3773960), UTM)
    assert rect.intersection(same) == same
    assert rect.width <= same.width + 8
    assert rect.height <= same.height + 8


@pytest.mark.parametrize(
    "extent",
    [
        (434500, 3773900, 434400, 3774000),
        (434400, 3774000, 434500, 3773900),
        (434400, 3773900, 434400, 3774000),
        (float("nan"), 3773900, 434500, 3774000),
        (434400, 3773900, float("inf"), 3774000),
    ],
)
def test_an_extent_that_is_none_is_refused(extent: tuple[float, float, float, float]) -> None:
    source = make_source()
    with pytest.raises(RequestError, match="XMIN < XMAX"):
        extent_rect(source, choose_grid(source, TINY_CONTRACT, None)[0], extent, UTM)


def test_an_extent_elsewhere_is_refused_with_a_hint_at_its_crs() -> None:
    source = make_source()
    grid, _ = choose_grid(source, TINY_CONTRACT, None)
    with pytest.raises(RequestError, match="--extent-crs"):
        extent_rect(source, grid, (-117.7, 34.0, -117.6, 34.1), UTM)


@pytest.mark.parametrize("ground_scale_m", [60.0, 100.0, 128.0, 500.0])
def test_an_asked_ground_scale_is_true_on_the_ground(ground_scale_m: float) -> None:
    source = make_source()
    grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
    assert not grid.is_native
    assert grid.ground_scale_m == pytest.approx(ground_scale_m)
    assert geodesic_pixel_m(grid, source_rect(source, grid)) == pytest.approx(
        (ground_scale_m / 128, ground_scale_m / 128), rel=0.005
    )


def test_a_source_finer_than_the_model_knows_is_reduced_to_the_nearest_trained_size() -> None:
    for size, expected in ((0.2, 0.6), (0.49, 0.6), (0.05, 0.6)):
        grid, warnings = choose_grid(make_source(Affine(size, 0, 434400, 0, -size, 3774000)), TINY_CONTRACT, None)
        assert grid.gsd_m == expected
        assert len(warnings) == 1
        assert "reduced" in warnings[0]


def test_a_source_coarser_than_the_model_knows_is_used_with_a_warning() -> None:
    grid, warnings = choose_grid(make_source(Affine(15, 0, 434400, 0, -15, 3774000)), TINY_CONTRACT, None)
    assert grid.is_native
    assert len(warnings) == 1
    assert "less reliable" in warnings[0]


def test_enlarging_by_two_is_allowed_and_by_more_refused() -> None:
    source = make_source(Affine(2, 0, 434400, 0, -2, 3774000))
    choose_grid(source, TINY_CONTRACT, source.gsd_m / 2 * 128)
    with pytest.raises(RequestError, match="invent detail"):
        choose_grid(source, TINY_CONTRACT, source.gsd_m / 2.1 * 128)


@pytest.mark.parametrize("ground_scale_m", [0.0, -10.0, float("nan"), float("inf")])
def test_a_ground_scale_that_is_no_length_is_refused(ground_scale_m: float) -> None:
    with pytest.raises(RequestError, match="--ground-scale"):
        choose_grid(make_source(), TINY_CONTRACT, ground_scale_m)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (at_degrees(-117.7, 34.1), 32611),
        (at_degrees(151.2, -33.8), 32756),
        (at_degrees(6.5, 60.5), 32632),
        (at_degrees(179.9, -17), 32760),
        (at_degrees(20, 86, 1e-4), 32661),
        (at_degrees(20, -84, 1e-4), 32761),
        (make_source(Affine(1, 0, -13_100_000, 0, -1, 4_040_000), crs=CRS.from_epsg(3857)), 32611),
    ],
    ids=["california", "sydney", "norway", "fiji", "arctic", "antarctic", "web mercator"],
)
def test_a_source_that_is_not_true_to_scale_is_brought_to_metres_with_a_warning(source: Any, code: int) -> None:
    grid, warnings = choose_grid(source, TINY_CONTRACT, None)
    assert grid.crs.to_epsg() == code
    assert not grid.is_native
    assert "is not true to scale" in warnings[0]
    rect = source_rect(source, grid)
    across, down = geodesic_pixel_m(grid, rect)
    assert across == pytest.approx(grid.gsd_m, rel=0.005)
    assert down == pytest.approx(grid.gsd_m, rel=0.005)


@pytest.mark.parametrize(
    "transform",
    [
        Affine.translation(434400, 3774000) @ Affine.rotation(20) @ Affine.scale(0.6, -0.6),
        Affine(0.6, 0, 434400, 0, 0.6, 3774000),
        Affine(-0.6, 0, 434400, 0, -0.6, 3774000),
        Affine(0.6, 0, 434400, 0, -0.9, 3774000),
    ],
    ids=["rotated", "south up", "east left", "oblong pixels"],
)
def test_sources_of_other_shapes_get_a_square_north_up_grid_that_holds_them(transform: Affine) -> None:
    source = make_source(transform)
    grid, _ = choose_grid(source, TINY_CONTRACT, None)
    assert not grid.is_native
    assert grid.crs == UTM
    rect = source_rect(source, grid)
    inverse = ~grid.transform(rect)
    corners = [inverse @ (transform @ corner) for corner in ((0, 0), (300, 0), (300, 200), (0, 200))]
    columns, rows = zip(*corners, strict=True)
    assert -0.01 <= min(columns) < 1.01
    assert -0.01 <= min(rows) < 1.01
    assert rect.width - 1.01 < max(columns) <= rect.width + 0.01
    assert rect.height - 1.01 < max(rows) <= rect.height + 0.01


def test_bounds_follow_the_curve_of_a_side_and_not_its_ends_alone() -> None:
    corners = [(0.0, 70.0), (60.0, 70.0), (60.0, 60.0), (0.0, 60.0)]
    bounds = bounds_in(corners, CRS.from_epsg(4326), CRS.from_epsg(3035))
    to_europe = Transformer.from_crs(4326, 3035, always_xy=True)
    ends = [to_europe.transform(*corner) for corner in corners]
    assert bounds[1] < min(y for _, y in ends) - 10_000
    dense = to_europe.transform_bounds(0, 60, 60, 70, densify_pts=1001)
    np.testing.assert_allclose(bounds, dense, atol=5_000)


def test_an_area_without_a_place_in_the_other_crs_is_refused() -> None:
    corners = [(0.0, 91.0), (1.0, 91.0), (1.0, 60.0), (0.0, 60.0)]
    with pytest.raises(UnsupportedSourceError, match="no place"):
        bounds_in(corners, CRS.from_epsg(4326), CRS.from_epsg(32631))
