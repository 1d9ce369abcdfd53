"""Which CRS counts in true metres, and the points that fix a scale for many selections."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Proj, Transformer

from landcast.core.errors import UnsupportedSourceError
from landcast.core.raster.metric_crs import (
    NORTH_POLE,
    SOUTH_POLE,
    cell_reference,
    choose_metric_crs,
    has_same_scale,
    has_scale,
    is_true_to_scale,
    metres_per_unit_xy,
    turn_of,
    zone_reference,
)

DEGREES = CRS.from_epsg(4326)


def corners_about(longitude: float, latitude: float, half: float) -> list[tuple[float, float]]:
    west, east, south, north = longitude - half, longitude + half, latitude - half, latitude + half
    return [(west, north), (east, north), (east, south), (west, south)]


@pytest.mark.parametrize(
    ("code", "place", "is_true"),
    [
        (32611, (-117, 34), True),
        (32611, (-110, 34), True),
        (32611, (-100, 34), False),
        (2263, (-74, 40.7), True),
        (3857, (10, 0), True),
        (3857, (10, 12), False),
        (4326, (10, 0), False),
        (3031, (0, -71), True),
        (3031, (0, -89), False),
        (2056, (8, 47), True),
    ],
)
def test_scale_is_measured_over_the_area(code: int, place: tuple[float, float], is_true: bool) -> None:
    assert is_true_to_scale(CRS.from_epsg(code), corners_about(*place, 0.05), DEGREES) is is_true


def test_one_false_corner_is_enough() -> None:
    corners = [(-117.0, 34.0), (-100.0, 34.0), (-100.0, 33.0), (-117.0, 33.0)]
    assert not is_true_to_scale(CRS.from_epsg(32611), corners, DEGREES)


@settings(deadline=None, max_examples=60)
@given(st.floats(-180, 180), st.floats(-89.9, 89.9), st.sampled_from([-360, 0, 360]))
def test_every_place_has_a_metric_crs_that_is_true_there(longitude: float, latitude: float, turn: int) -> None:
    metric = choose_metric_crs(DEGREES, (longitude + turn, latitude))
    assert is_true_to_scale(metric, corners_about(longitude, latitude, 0.001), DEGREES)
    across, down = metres_per_unit_xy(metric, Proj(metric)(longitude, latitude))
    assert across == pytest.approx(down, rel=1e-4)
    assert (metric == NORTH_POLE) == (latitude > 84)
    assert (metric == SOUTH_POLE) == (latitude < -80)


@pytest.mark.parametrize(
    ("code", "place", "expected"),
    [
        (4269, (-117.7, 34.1), 26911),
        (4258, (9.0, 48.0), 25832),
        (4267, (-117.7, 34.1), 26711),
        (6318, (-117.7, 34.1), 6340),
        (4326, (151.2, -33.8), 32756),
        (3857, (1_000_000.0, 6_000_000.0), 32632),
        (2263, (985_000.0, 210_000.0), 26918),
    ],
)
def test_utm_keeps_the_datum_and_counts_east_and_north(code: int, place: tuple[float, float], expected: int) -> None:
    metric = choose_metric_crs(CRS.from_epsg(code), place)
    assert metric.to_epsg() == expected
    assert [axis.direction for axis in metric.axis_info] == ["east", "north"]


def test_a_point_without_a_place_is_refused() -> None:
    with pytest.raises(UnsupportedSourceError, match="no place on Earth"):
        choose_metric_crs(CRS.from_epsg(32611), (math.inf, 0.0))


@settings(deadline=None, max_examples=60)
@given(st.floats(-179.9, 179.9), st.floats(-89.9, 89.9))
def test_the_reference_of_a_zone_has_the_scale_of_all_of_it(longitude: float, latitude: float) -> None:
    metric = choose_metric_crs(DEGREES, (longitude, latitude))
    reference = zone_reference(metric, DEGREES, (longitude, latitude))
    here = Proj(metric)(longitude, latitude)
    sides = zip(metres_per_unit_xy(metric, reference), metres_per_unit_xy(metric, here), strict=True)
    assert all(one == pytest.approx(other, rel=0.0045) for one, other in sides)
    # the same for a neighbour in the same zone and band
    band = 4 if metric in (NORTH_POLE, SOUTH_POLE) else 8
    other_latitude = (math.floor(latitude / band) + 0.5) * band
    if choose_metric_crs(DEGREES, (longitude, other_latitude)) == metric and abs(latitude) < 88:
        assert zone_reference(metric, DEGREES, (longitude, other_latitude)) == reference


@pytest.mark.parametrize("code", [32611, 3857, 5070, 27572, 2263])
@pytest.mark.parametrize("place", [(-117.7, 34.1), (2.35, 48.8), (-74.0, 40.7)])
def test_a_cell_stands_for_a_place_or_there_is_none(code: int, place: tuple[float, float]) -> None:
    wanted = CRS.from_epsg(code)
    reference = cell_reference(wanted, DEGREES, place)
    if reference is None:
        return
    here = Transformer.from_crs(DEGREES, wanted, always_xy=True).transform(*place)
    assert has_same_scale(wanted, reference, here)


def test_a_place_outside_a_crs_has_no_scale() -> None:
    assert not has_scale(CRS.from_epsg(3857), (math.inf, 0.0))
    assert has_scale(CRS.from_epsg(32611), (500_000.0, 4_000_000.0))


@pytest.mark.parametrize(
    ("crs", "turn"),
    [
        ("EPSG:4326", 360.0),
        ("EPSG:4807", 400.0),
        ("EPSG:3857", 2 * math.pi * 6378137),
        ("EPSG:3395", 2 * math.pi * 6378137),
        ("EPSG:3832", 2 * math.pi * 6378137),
        ("EPSG:4087", 2 * math.pi * 6378137),
        ("EPSG:5070", None),
        ("EPSG:32611", None),
        ("EPSG:3031", None),
    ],
)
def test_a_turn_around_the_earth_is_known_where_x_counts_longitude(crs: str, turn: float | None) -> None:
    found = turn_of(CRS.from_user_input(crs))
    assert (found is None) == (turn is None)
    if turn is not None:
        np.testing.assert_allclose(found, turn, rtol=1e-9)
