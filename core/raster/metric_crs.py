"""Which CRS counts in true metres: whether one does over an area, and UTM or polar stereographic where none does."""

from __future__ import annotations

import math
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
SCALE_POINTS = 5
"""Points along each side of an area where the scale is measured."""
STEP_M = 10.0


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

    The central meridian at the middle of the band; the pole for polar stereographic. It sets the pixel size of
    sources that span the world, so that overlapping selections lie on one lattice.
    """
    if metric in (NORTH_POLE, SOUTH_POLE):
        x, y = transformer(CRS.from_epsg(4326), metric).transform(0.0, 90.0 if metric == NORTH_POLE else -90.0)
        return float(x), float(y)
    _, latitude = to_degrees(crs, np.array([point_xy[0]]), np.array([point_xy[1]]))
    middle = (math.floor(float(latitude[0]) / BAND_DEGREES) + 0.5) * BAND_DEGREES
    operation = metric.coordinate_operation
    assert operation is not None
    values = {parameter.name: parameter.value for parameter in operation.params}
    meridian = values["Longitude of natural origin"]
    geodetic = metric.geodetic_crs
    assert geodetic is not None
    x, y = transformer(geodetic, metric).transform(meridian, max(-80.0, min(84.0, middle)))
    return float(x), float(y)


def _datum_name(crs: CRS) -> str:
    return crs.geodetic_crs.name if crs.geodetic_crs is not None else "WGS 84"


@lru_cache(maxsize=64)
def _utm(datum_name: str, longitude: float, latitude: float) -> CRS:
    """UTM on a datum where EPSG has it for the place, on WGS 84 elsewhere."""
    area = AreaOfInterest(longitude, latitude, longitude, latitude)
    for name in (datum_name, "WGS 84"):
        found = query_utm_crs_info(name, area)
        if found:
            return CRS.from_epsg(int(found[0].code))
    raise UnsupportedSourceError(f"no UTM zone at {longitude:g}, {latitude:g}")
