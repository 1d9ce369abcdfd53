"""Which CRS counts in true metres: whether one does over an area, and UTM or polar stereographic where none does."""

from __future__ import annotations

import math
import re
from functools import lru_cache

import numpy as np
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from ..errors import NotGeoreferencedError, UnsupportedSourceError
from .ground import ground_distance_m, to_degrees, transformer

SCALE_TOLERANCE = 0.01
"""A projected CRS is kept where its scale is true within this over the area."""
POLAR_LATITUDE = 84.0, -80.0
NORTH_POLE, SOUTH_POLE = CRS.from_epsg(32661), CRS.from_epsg(32761)
BAND_DEGREES = 8.0
"""Height of a latitude band of the military grid."""
POLAR_BAND_DEGREES = 4.0
"""Height of a latitude band around a pole, where the scale changes faster than in UTM."""
CELL_DEGREES = 8.0, 1.0, 0.125
"""Sides of fixed cells one of which sets the scale where a CRS is not true to scale over a whole source."""
SAME_SCALE = 0.002
"""Scales closer than this are the same."""
SCALE_POINTS = 5
"""Points along each side of an area where the scale is measured."""
STEP_M = 10.0
CYLINDERS = "Popular Visualisation Pseudo Mercator", "Mercator", "Equidistant Cylindrical", "Lambert Cylindrical"
"""How the names of methods begin whose x counts longitude."""


def is_true_to_scale(crs: CRS, corners_xy: list[tuple[float, float]], corners_crs: CRS) -> bool:
    """Whether a unit of a projected CRS is as long as it says within 1 %, all over a quadrilateral.

    Args:
        crs: whose scale is asked.
        corners_xy: in order around the area.
        corners_crs: CRS of the corners.
    """
    if not crs.is_projected:
        return False
    unit_m = crs.axis_info[0].unit_conversion_factor
    share = np.linspace(0, 1, SCALE_POINTS)
    a, b, c, d = (np.array(corner) for corner in corners_xy)
    across, down = (values[..., None] for values in np.meshgrid(share, share))
    points = (a * (1 - across) + b * across) * (1 - down) + (d * (1 - across) + c * across) * down
    x, y = points[..., 0].ravel(), points[..., 1].ravel()
    if crs != corners_crs:
        x, y = transformer(corners_crs, crs).transform(x, y)
    step = STEP_M / unit_m
    for point in zip(x.tolist(), y.tolist(), strict=True):
        for end in ((point[0] + step, point[1]), (point[0], point[1] + step)):
            try:
                length_m = ground_distance_m(crs, point, end)
            except NotGeoreferencedError:
                return False
            if abs(length_m / STEP_M - 1) > SCALE_TOLERANCE:
                return False
    return True


def choose_metric_crs(crs: CRS, point_xy: tuple[float, float]) -> CRS:
    """UTM on the datum of a CRS, by the zone of a point in it; polar stereographic beyond the reach of UTM.

    Raises:
        UnsupportedSourceError: the point has no place on Earth.
    """
    x, y = to_degrees(crs, np.array([point_xy[0]]), np.array([point_xy[1]]))
    longitude, latitude = float(x[0]), float(y[0])
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise UnsupportedSourceError(f"x {point_xy[0]:g}, y {point_xy[1]:g} has no place on Earth in {crs.name}")
    if latitude > POLAR_LATITUDE[0]:
        return NORTH_POLE
    if latitude < POLAR_LATITUDE[1]:
        return SOUTH_POLE
    return _utm(_datum_name(crs), (longitude + 180) % 360 - 180, latitude)


def zone_reference(metric: CRS, crs: CRS, point_xy: tuple[float, float]) -> tuple[float, float]:
    """A point that all selections in the zone and latitude band of a point share, in the metric CRS.

    The middle of the band, on the central meridian of UTM. It sets the pixel size of sources that span the world, so
    that overlapping selections lie on one lattice.
    """
    _, latitudes = to_degrees(crs, np.array([point_xy[0]]), np.array([point_xy[1]]))
    latitude = float(latitudes[0])
    if metric in (NORTH_POLE, SOUTH_POLE):
        middle = math.copysign(min(89.0, _middle(abs(latitude), POLAR_BAND_DEGREES)), latitude)
        return _from_degrees(0.0, middle, metric)
    middle = max(-80.0, min(84.0, _middle(latitude, BAND_DEGREES)))
    return _from_degrees(_meridian(metric), middle, metric)


def cell_reference(wanted: CRS, crs: CRS, point_xy: tuple[float, float]) -> tuple[float, float] | None:
    """A point near another whose scale is the same, shared by as much ground as can be, in a CRS that a user named.

    Returns:
        the middle of the largest fixed cell whose scale stands for the point's; None where it has no place in the CRS.
    """
    x, y = transformer(crs, wanted).transform(*point_xy) if crs != wanted else point_xy
    here = float(x), float(y)
    if not has_scale(wanted, here):
        return None
    longitudes, latitudes = to_degrees(wanted, np.array([here[0]]), np.array([here[1]]))
    longitude, latitude = float(longitudes[0]), float(latitudes[0])
    for side in CELL_DEGREES:
        middle = _from_degrees(_middle(longitude, side), max(-90.0, min(90.0, _middle(latitude, side))), wanted)
        if has_scale(wanted, middle) and has_same_scale(wanted, here, middle):
            return middle
    return here


def has_scale(crs: CRS, point_xy: tuple[float, float]) -> bool:
    """Whether a point of a projected CRS has a place on Earth and units there have a length."""
    if not (math.isfinite(point_xy[0]) and math.isfinite(point_xy[1])):
        return False
    try:
        metres_per_unit_xy(crs, point_xy)
    except NotGeoreferencedError:
        return False
    return True


def has_same_scale(crs: CRS, one_xy: tuple[float, float], other_xy: tuple[float, float]) -> bool:
    """Whether the units of a CRS are equally long at two points, in both directions."""
    sides = zip(metres_per_unit_xy(crs, one_xy), metres_per_unit_xy(crs, other_xy), strict=True)
    return all(abs(one / other - 1) <= SAME_SCALE for one, other in sides)


def metres_per_unit_xy(crs: CRS, point_xy: tuple[float, float]) -> tuple[float, float]:
    """Ground metres of one unit of a CRS at a point, along x and along y.

    Raises:
        NotGeoreferencedError: the point has no place on Earth.
    """
    step = STEP_M / crs.axis_info[0].unit_conversion_factor if crs.axis_info else STEP_M
    (x, y), half = point_xy, step / 2
    across = ground_distance_m(crs, (x - half, y), (x + half, y))
    down = ground_distance_m(crs, (x, y - half), (x, y + half))
    return across / step, down / step


@lru_cache(maxsize=64)
def turn_of(crs: CRS) -> float | None:
    """How far a CRS counts around the Earth, in its own units; None where it is no cylinder around the poles."""
    if crs.is_geographic:
        return 2 * math.pi / crs.axis_info[0].unit_conversion_factor
    operation = crs.coordinate_operation
    if operation is None or not operation.method_name.startswith(CYLINDERS):
        return None
    first, second = (_from_degrees(_meridian(crs) + longitude, 0.0, crs)[0] for longitude in (-90.0, 90.0))
    return 2 * (second - first)


def _meridian(crs: CRS) -> float:
    """Degrees of the meridian that a projected CRS counts from."""
    operation = crs.coordinate_operation
    assert operation is not None
    for parameter in operation.params:
        if parameter.name == "Longitude of natural origin":
            return math.degrees(float(parameter.value) * parameter.unit_conversion_factor)
    return 0.0


def _middle(value: float, side: float) -> float:
    return (math.floor(value / side) + 0.5) * side


def _from_degrees(longitude: float, latitude: float, crs: CRS) -> tuple[float, float]:
    """A place given in degrees on the datum of a CRS, in that CRS; not finite where it has none."""
    geodetic = crs.geodetic_crs
    assert geodetic is not None
    unit = geodetic.axis_info[0].unit_conversion_factor / math.radians(1)
    x, y = transformer(geodetic, crs).transform(longitude / unit, latitude / unit)
    return float(x), float(y)


def _datum_name(crs: CRS) -> str:
    return crs.geodetic_crs.name if crs.geodetic_crs is not None else "WGS 84"


@lru_cache(maxsize=64)
def _utm(datum_name: str, longitude: float, latitude: float) -> CRS:
    """UTM on a datum where EPSG has it for the place, on WGS 84 elsewhere."""
    area = AreaOfInterest(longitude, latitude, longitude, latitude)
    for name in (datum_name, "WGS 84"):
        # EPSG also lists variants with other axes or eastings that begin with the zone, and national ones
        plain = re.compile(re.escape(name) + r" / UTM zone \d+[NS]?")
        found = sorted(int(info.code) for info in query_utm_crs_info(name, area) if plain.fullmatch(info.name))
        if found:
            return CRS.from_epsg(found[0])
    raise UnsupportedSourceError(f"no UTM zone at {longitude:g}, {latitude:g}")
