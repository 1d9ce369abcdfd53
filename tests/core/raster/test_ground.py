"""Pixel sizes in true metres, against the geodesic of PROJ worked out separately."""

from __future__ import annotations

import math

import pytest
from affine import Affine
from pyproj import CRS, Geod, Transformer

from landcast.core.errors import NotGeoreferencedError
from landcast.core.raster.ground import LOCAL_WKT, ground_distance_m, ground_size_m, is_on_earth

WGS84 = Geod(ellps="WGS84")
FEET_M = 1200 / 3937


def geodesic_step(crs: str, transform: Affine, shape_yx: tuple[int, int]) -> tuple[float, float]:
    """Metres of one pixel across and down, from a hundred pixels about the centre."""
    to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
    row, column = shape_yx[0] / 2, shape_yx[1] / 2

    def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
        places = [to_degrees.transform(*(transform @ place)) for place in (one, other)]
        return WGS84.inv(*places[0], *places[1])[2] / 100

    return (
        distance((column - 50, row), (column + 50, row)),
        distance((column, row - 50), (column, row + 50)),
    )


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:32611", Affine(0.6, 0, 434400, 0, -0.6, 3774000)),
        ("EPSG:3857", Affine(1, 0, 1_000_000, 0, -1, 8_399_738)),
        ("EPSG:4326", Affine(1e-5, 0, -118, 0, -1e-5, 34)),
        ("EPSG:4326", Affine(1e-5, 0, 25, 0, -1e-5, 66)),
        ("EPSG:2263", Affine(2, 0, 985_000, 0, -2, 210_000)),
        ("EPSG:3031", Affine(10, 0, 300_000, 0, -10, 400_000)),
        ("EPSG:2193", Affine(0.3, 0, 1_750_000, 0, -0.3, 5_920_000)),
        ("EPSG:32611", Affine.translation(434400, 3774000) @ Affine.rotation(30) @ Affine.scale(0.5, -0.8)),
    ],
    ids=["utm", "web mercator at 60 N", "degrees", "degrees far north", "feet", "polar", "northing first", "rotated"],
)
def test_a_pixel_has_its_geodesic_size(crs: str, transform: Affine) -> None:
    shape_yx = (400, 600)
    found = ground_size_m(CRS.from_user_input(crs), transform, shape_yx)
    assert found == pytest.approx(geodesic_step(crs, transform, shape_yx), rel=0.005)


def test_sizes_are_those_that_everybody_knows() -> None:
    def side_m(crs: str, transform: Affine) -> float:
        return math.sqrt(math.prod(ground_size_m(CRS.from_user_input(crs), transform, (10, 10))))

    assert side_m("EPSG:32611", Affine(0.6, 0, 500_000, 0, -0.6, 3_774_000)) == pytest.approx(0.6, rel=0.001)
    assert side_m("EPSG:3857", Affine(1, 0, 0, 0, -1, 8_399_738)) == pytest.approx(0.5, rel=0.005)
    assert side_m("EPSG:2263", Affine(3, 0, 985_000, 0, -3, 210_000)) == pytest.approx(3 * FEET_M, rel=0.001)
    degree_m = ground_size_m(CRS.from_epsg(4326), Affine(1, 0, 0, 0, -1, 0.5), (1, 1))
    assert degree_m == pytest.approx((111_320, 110_574), rel=0.001)


@pytest.mark.parametrize(
    ("crs", "place"), [("EPSG:4326", (0.0, 95.0)), ("EPSG:32611", (1e9, 1e9)), ("EPSG:32611", (math.nan, 0.0))]
)
def test_a_place_that_is_not_on_earth_is_refused(crs: str, place: tuple[float, float]) -> None:
    with pytest.raises(NotGeoreferencedError):
        ground_distance_m(CRS.from_user_input(crs), place, (place[0] + 1, place[1]))


def test_pixels_without_size_are_refused() -> None:
    with pytest.raises(NotGeoreferencedError, match="no size"):
        ground_distance_m(CRS.from_epsg(32611), (434400, 3774000), (434400, 3774000))


def test_only_what_has_a_datum_of_the_earth_is_on_earth() -> None:
    site = CRS.from_wkt(LOCAL_WKT)
    height = CRS.from_epsg(5773)
    both = f'COMPOUNDCRS["both",{site.to_wkt()},{height.to_wkt()}]'
    assert not any(is_on_earth(crs) for crs in (site, height, CRS.from_wkt(both), CRS.from_epsg(4978)))
    assert all(is_on_earth(CRS.from_user_input(crs)) for crs in ("EPSG:4326", "EPSG:4979", "EPSG:3857", "EPSG:7415"))


def test_without_a_place_a_distance_is_straight() -> None:
    crs = CRS.from_wkt(LOCAL_WKT)
    assert ground_distance_m(crs, (0, 0), (3, 4)) == pytest.approx(5)
    feet = CRS.from_wkt(LOCAL_WKT.replace('"metre",1', '"foot",0.3048'))
    assert ground_distance_m(feet, (0, 0), (3, 4)) == pytest.approx(5 * 0.3048)
