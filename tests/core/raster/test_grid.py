"""The grid of the result: the source's own pixels or true metres, on a lattice that no selection moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
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
from landcast.core.raster.grid import Grid, bounds_in, choose_grid, select_extent, selected_rect, source_rect
from landcast.core.raster.ground import LOCAL_WKT, ground_size_m
from landcast.tests.models import TINY_CONTRACT

UTM = CRS.from_epsg(32611)
UTM_TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)


@dataclass
class KnownSource:
    """What a grid needs to know of a source."""

    transform: Affine
    shape_yx: tuple[int, int]
    crs: CRS
    has_place: bool = True
    name: str = "a.tif"

    @property
    def centre_xy(self) -> tuple[float, float]:
        x, y = self.transform @ (self.shape_yx[1] / 2, self.shape_yx[0] / 2)
        return float(x), float(y)

    @property
    def corners_xy(self) -> list[tuple[float, float]]:
        rows, columns = self.shape_yx
        return [self.transform @ corner for corner in ((0, 0), (columns, 0), (columns, rows), (0, rows))]

    @property
    def gsd_m(self) -> float:
        return self.gsd_at_m((self.shape_yx[1] / 2, self.shape_yx[0] / 2))

    def gsd_at_m(self, at_column_row: tuple[float, float]) -> float:
        return math.sqrt(math.prod(ground_size_m(self.crs, self.transform, at_column_row)))


def make_source(transform: Affine = UTM_TRANSFORM, shape_yx: tuple[int, int] = (200, 300), crs: CRS = UTM) -> Any:
    """A source that needs no file."""
    return KnownSource(transform, shape_yx, crs)


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
    choice = choose_grid(source, TINY_CONTRACT, None)
    grid, rect = choice.grid, source_rect(source, choice.grid)
    assert grid.is_native
    assert not choice.caveats
    assert not choice.notes
    assert rect.shape_yx == source.shape_yx
    np.testing.assert_allclose(grid.transform(rect), source.transform, rtol=0, atol=1e-8)


@pytest.mark.parametrize("scale_m", [0.6 * 128 * 1.001, 76.8])
def test_the_sources_own_ground_scale_asks_for_its_own_pixels(scale_m: float) -> None:
    grid = choose_grid(make_source(), TINY_CONTRACT, scale_m).grid
    assert grid.is_native


def test_a_projected_source_in_feet_keeps_its_pixels_and_says_metres() -> None:
    source = make_source(Affine(2, 0, 985_000, 0, -2, 210_000), crs=CRS.from_epsg(2263))
    choice = choose_grid(source, TINY_CONTRACT, None)
    grid = choice.grid
    assert grid.is_native
    assert grid.pixel_size_xy == (2, 2)
    assert grid.gsd_m == pytest.approx(2 * 1200 / 3937, rel=0.001)
    assert len(choice.caveats) == 1
    assert "counts in US survey foot" in choice.caveats[0]


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
    grids = [choose_grid(source, contract, None).grid for source in (one, other)]  # type: ignore[arg-type]
    assert grids[0].origin_xy == pytest.approx(grids[1].origin_xy, abs=1e-4 * size)
    here, there = (source_rect(source, grid) for source, grid in zip((one, other), grids, strict=True))
    assert (there.left - here.left, there.top - here.top) == (right, down)


@settings(deadline=None, max_examples=40)
@given(st.floats(-20, 200), st.floats(-20, 140), st.floats(0.5, 100), st.floats(0.5, 100))
def test_an_extent_grows_outwards_to_whole_pixels_within_the_source(
    x: float, y: float, width: float, height: float
) -> None:
    source = make_source()
    grid = choose_grid(source, TINY_CONTRACT, None).grid
    left, bottom = 434400 + x, 3774000 - 120 + y
    extent = (left, bottom, left + width, bottom + height)
    known = source_rect(source, grid)
    west, south = max(extent[0], 434400), max(extent[1], 3774000 - 120)
    east, north = min(extent[2], 434400 + 180), min(extent[3], 3774000)
    if east - west < 0.01 or north - south < 0.01:
        return
    rect = selected_rect(source, grid, select_extent(extent, UTM))
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
    grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
    whole = grid.transform(source_rect(source, grid))
    for shift in (0.0, 0.31, 7.77):
        extent = (434410 + shift, 3773900 + shift, 434470 + shift, 3773950)
        part = grid.transform(selected_rect(source, grid, select_extent(extent, UTM)))
        offsets = (part.c - whole.c) / grid.pixel_size_xy[0], (part.f - whole.f) / grid.pixel_size_xy[1]
        np.testing.assert_allclose(offsets, np.round(offsets), atol=1e-5)


def test_an_extent_may_be_given_in_another_crs() -> None:
    source = make_source()
    grid = choose_grid(source, TINY_CONTRACT, None).grid
    to_degrees = Transformer.from_crs(UTM, 4326, always_xy=True)
    extent = to_degrees.transform_bounds(434430, 3773920, 434500, 3773960)
    rect = selected_rect(source, grid, select_extent(extent, CRS.from_epsg(4326)))
    same = selected_rect(source, grid, select_extent((434430, 3773920, 434500, 3773960), UTM))
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
        selected_rect(source, choose_grid(source, TINY_CONTRACT, None).grid, select_extent(extent, UTM))


def test_an_extent_elsewhere_is_refused_with_a_hint_at_its_crs() -> None:
    source = make_source()
    grid = choose_grid(source, TINY_CONTRACT, None).grid
    with pytest.raises(RequestError, match="--extent-crs"):
        selected_rect(source, grid, select_extent((-117.7, 34.0, -117.6, 34.1), UTM))


@pytest.mark.parametrize("ground_scale_m", [60.0, 100.0, 128.0, 500.0])
def test_an_asked_ground_scale_is_true_on_the_ground(ground_scale_m: float) -> None:
    source = make_source()
    grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
    assert not grid.is_native
    assert grid.ground_scale_m == pytest.approx(ground_scale_m)
    assert geodesic_pixel_m(grid, source_rect(source, grid)) == pytest.approx(
        (ground_scale_m / 128, ground_scale_m / 128), rel=0.005
    )


def test_a_source_finer_than_the_model_knows_is_reduced_to_the_nearest_trained_size() -> None:
    for size, expected in ((0.2, 0.6), (0.49, 0.6), (0.05, 0.6)):
        choice = choose_grid(make_source(Affine(size, 0, 434400, 0, -size, 3774000)), TINY_CONTRACT, None)
        assert choice.grid.gsd_m == expected
        assert not choice.caveats
        assert len(choice.notes) == 1
        assert "reduced" in choice.notes[0]


def test_a_source_coarser_than_the_model_knows_is_used_with_a_caveat() -> None:
    choice = choose_grid(make_source(Affine(15, 0, 434400, 0, -15, 3774000)), TINY_CONTRACT, None)
    assert choice.grid.is_native
    assert len(choice.caveats) == 1
    assert "less reliable" in choice.caveats[0]


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
def test_a_source_that_is_not_true_to_scale_is_brought_to_metres_with_a_caveat(source: Any, code: int) -> None:
    choice = choose_grid(source, TINY_CONTRACT, None)
    grid = choice.grid
    assert grid.crs.to_epsg() == code
    assert not grid.is_native
    assert "is not true to scale" in choice.caveats[0]
    rect = source_rect(source, grid)
    across, down = geodesic_pixel_m(grid, rect)
    assert across == pytest.approx(grid.gsd_m, rel=0.005)
    assert down == pytest.approx(grid.gsd_m, rel=0.005)


@pytest.mark.parametrize(
    "transform",
    [
        Affine.translation(434400, 3774000) @ Affine.rotation(20) @ Affine.scale(0.6, -0.6),
        Affine(0.6, 0.1, 434400, 0, -0.6, 3774000),
        Affine(0.6, 0, 434400, 0, -0.9, 3774000),
        Affine(0.6, 0, 434400, 0, -0.6031, 3774000),
    ],
    ids=["rotated", "sheared", "oblong pixels", "hardly oblong pixels"],
)
def test_sources_of_other_shapes_get_a_square_north_up_grid_that_holds_them(transform: Affine) -> None:
    source = make_source(transform)
    grid = choose_grid(source, TINY_CONTRACT, None).grid
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


def test_pixels_that_are_nearly_square_are_kept() -> None:
    source = make_source(Affine(0.6, 0, 434400, 0, -0.6028, 3774000))
    grid = choose_grid(source, TINY_CONTRACT, None).grid
    assert grid.is_native
    assert grid.pixel_size_xy == (0.6, 0.6028)
    assert source_rect(source, grid).shape_yx == source.shape_yx


def test_an_asked_scale_must_be_met_by_both_sides_of_the_sources_pixels() -> None:
    source = make_source(Affine(0.6, 0, 434400, 0, -0.6028, 3774000))
    assert choose_grid(source, TINY_CONTRACT, source.gsd_m * 128).grid.is_native
    grid = choose_grid(source, TINY_CONTRACT, source.gsd_m * 128 * 1.004).grid
    assert not grid.is_native
    assert geodesic_pixel_m(grid, source_rect(source, grid)) == pytest.approx((grid.gsd_m, grid.gsd_m), rel=0.001)


@pytest.mark.parametrize(("epsg", "expected"), [(4269, 26911), (4258, 25832), (4267, 26711), (6318, 6340)])
def test_degrees_become_utm_on_their_own_datum(epsg: int, expected: int) -> None:
    place = {4269: (-117.7, 34.1), 4258: (9.0, 48.0), 4267: (-117.7, 34.1), 6318: (-117.7, 34.1)}[epsg]
    transform = Affine(1e-5, 0, place[0], 0, -1e-5, place[1])
    assert choose_grid(make_source(transform, crs=CRS.from_epsg(epsg)), TINY_CONTRACT, None).grid.crs == (
        CRS.from_epsg(expected)
    )


def test_a_crs_that_is_asked_for_is_taken() -> None:
    choice = choose_grid(make_source(), TINY_CONTRACT, 100.0, CRS.from_epsg(32612))
    assert choice.grid.crs.to_epsg() == 32612
    # it lies six degrees beyond the zone, where lengths are 0.9 % too long
    assert not choice.caveats
    rect = source_rect(make_source(), choice.grid)
    assert geodesic_pixel_m(choice.grid, rect) == pytest.approx((100 / 128, 100 / 128), rel=0.001)


def test_a_crs_that_is_not_true_to_scale_is_right_at_the_centre_and_says_so() -> None:
    for latitude in (-12.0, 34.1, -60.0):
        source = at_degrees(-117.7, latitude)
        choice = choose_grid(source, TINY_CONTRACT, 100.0, CRS.from_epsg(3857))
        assert "as --crs asks, is not true to scale" in choice.caveats[0]
        rect = source_rect(source, choice.grid)
        assert geodesic_pixel_m(choice.grid, rect) == pytest.approx((100 / 128, 100 / 128), rel=0.001)


@pytest.mark.parametrize("code", [4326, 4978])
def test_a_crs_without_lengths_is_refused(code: int) -> None:
    with pytest.raises(RequestError, match="--crs"):
        choose_grid(make_source(), TINY_CONTRACT, None, CRS.from_epsg(code))


def of_the_world(crs: str, step: float) -> Any:
    """A source of the whole world, of square pixels in its own units."""
    if crs == "EPSG:3857":
        half = 20037508.342789244
        return make_source(
            Affine(step, 0, -half, 0, -step, half), (round(2 * half / step),) * 2, CRS.from_user_input(crs)
        )
    west = 0.0 if crs == "0 to 360" else -180.0
    return make_source(Affine(step, 0, west, 0, -step, 90), (round(180 / step), round(360 / step)), CRS.from_epsg(4326))


WORLDS = [of_the_world("EPSG:3857", 0.6), of_the_world("EPSG:4326", 1e-5), of_the_world("0 to 360", 1e-5)]
PLACES = [
    (-117.7, 34.1), (151.2, -33.8), (179.99, -17.0), (-179.99, -17.0), (0.01, 51.0), (25.0, 69.9), (3.0, 0.01),
    (14.0, 78.2),
]  # fmt: skip


@pytest.mark.parametrize("world", WORLDS, ids=["mercator", "degrees", "0 to 360"])
@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("ground_scale_m", [None, 400.0])
def test_selections_of_a_source_of_the_world_share_a_lattice(
    world: Any, place: tuple[float, float], ground_scale_m: float | None
) -> None:
    wide = SimpleNamespace(name="wide", gsd_range_m=(0.01, 100.0), trained_gsd_m=(0.6,))
    grids = []
    for shift in (0.0, 0.002, -0.002):
        longitude, latitude = place[0] + shift, place[1] + shift
        selection = select_extent(
            (longitude - 0.005, latitude - 0.003, longitude + 0.005, latitude + 0.003), CRS.from_epsg(4326)
        )
        grid = choose_grid(world, wide, ground_scale_m, None, selection).grid  # type: ignore[arg-type]
        rect = selected_rect(world, grid, selection)
        with pytest.raises(UnsupportedSourceError, match="--extent"):
            source_rect(world, grid)
        if ground_scale_m is not None:
            assert geodesic_pixel_m(grid, rect) == pytest.approx((grid.gsd_m, grid.gsd_m), rel=0.005)
        assert rect.width * grid.gsd_m == pytest.approx(1113 * math.cos(math.radians(latitude)), rel=0.1)
        grids.append(grid)
    same_zone = [grid for grid in grids if grid.crs == grids[0].crs and (grid.origin_xy == grids[0].origin_xy)]
    band = {math.floor((place[1] + shift) / 8) for shift in (0.0, 0.002, -0.002)}
    if len(band) == 1:
        assert {grid.pixel_size_xy for grid in same_zone} == {grids[0].pixel_size_xy}
    assert len(same_zone) >= 2 or abs(place[0]) > 179 or abs(place[1]) < 0.1


def test_a_source_of_the_world_needs_a_selection_and_names_the_options() -> None:
    with pytest.raises(RequestError, match=r"--extent or --area, or name a CRS with --crs"):
        choose_grid(WORLDS[0], TINY_CONTRACT, None)


def test_a_selection_beyond_a_zone_is_refused() -> None:
    selection = select_extent((-120, 30, -90, 40), CRS.from_epsg(4326))
    with pytest.raises(RequestError, match=r"--extent .* smaller part, or name a CRS with --crs"):
        choose_grid(WORLDS[0], TINY_CONTRACT, 400.0, None, selection)


def test_a_selection_beside_a_source_that_a_grid_cannot_show_is_refused() -> None:
    half = make_source(Affine(1e-5, 0, 0, 0, -1e-5, 90), (9_000_000, 18_000_000), CRS.from_epsg(4326))
    selection = select_extent((-117.71, 34.09, -117.70, 34.1), CRS.from_epsg(4326))
    grid = choose_grid(half, TINY_CONTRACT, 400.0, None, selection).grid
    with pytest.raises(RequestError, match="does not meet"):
        selected_rect(half, grid, selection)


@pytest.mark.parametrize("world", WORLDS, ids=["mercator", "degrees", "0 to 360"])
@pytest.mark.parametrize("code", [32611, 3857, 5070])
def test_a_selection_of_the_world_in_an_asked_crs_has_the_asked_scale(world: Any, code: int) -> None:
    selection = select_extent((-117.71, 34.09, -117.70, 34.1), CRS.from_epsg(4326))
    choice = choose_grid(world, TINY_CONTRACT, 400.0, CRS.from_epsg(code), selection)
    grid, rect = choice.grid, selected_rect(world, choice.grid, selection)
    assert grid.crs.to_epsg() == code
    assert geodesic_pixel_m(grid, rect) == pytest.approx((400 / 128, 400 / 128), rel=0.005)
    said = [caveat for caveat in choice.caveats if "true to scale" in caveat]
    assert bool(said) == (code == 3857)


def test_a_crs_in_which_the_source_has_no_place_is_refused_by_its_option() -> None:
    with pytest.raises(RequestError, match="--crs"):
        choose_grid(at_degrees(20, 90 - 1e-9, 1e-10), TINY_CONTRACT, 100.0, CRS.from_epsg(3857))
    selection = select_extent((-117.71, 89.99, -117.70, 90.0), CRS.from_epsg(4326))
    with pytest.raises((RequestError, UnsupportedSourceError), match="--"):
        choose_grid(WORLDS[1], TINY_CONTRACT, 400.0, CRS.from_epsg(2193), selection)


@pytest.mark.parametrize("latitude", [84.2, 86.0, 89.9, -80.2, -83.0, -86.0, -89.9])
def test_an_asked_scale_is_true_around_the_poles(latitude: float) -> None:
    selection = select_extent((20.0, latitude - 0.005, 20.1, latitude + 0.005), CRS.from_epsg(4326))
    grid = choose_grid(WORLDS[1], TINY_CONTRACT, 400.0, None, selection).grid
    assert grid.crs.to_epsg() == (32661 if latitude > 0 else 32761)
    rect = selected_rect(WORLDS[1], grid, selection)
    assert geodesic_pixel_m(grid, rect) == pytest.approx((400 / 128, 400 / 128), rel=0.005)


def test_an_image_without_a_place_keeps_its_grid_and_can_be_reduced() -> None:
    source = make_source(Affine(0.6, 0, 0, 0, -0.6, 120), crs=CRS.from_wkt(LOCAL_WKT))
    source.has_place = False
    assert choose_grid(source, TINY_CONTRACT, None).grid.is_native
    assert choose_grid(source, TINY_CONTRACT, 128.0).grid.pixel_size_xy == pytest.approx((1, 1))
    with pytest.raises(RequestError, match="--crs"):
        choose_grid(source, TINY_CONTRACT, None, UTM)
