"""How large a pixel is on the ground, by geodesic distance and never by the unit of its CRS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from ..errors import NotGeoreferencedError, RequestError

LOCAL_WKT = (
    'ENGCRS["Landcast local grid without a place on Earth",EDATUM["Unknown engineering datum"],'
    'CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'
)
"""CRS of images without a place: metres from the lower left, and nowhere on Earth."""


@lru_cache(maxsize=64)
def is_on_earth(crs: CRS) -> bool:
    """Whether a CRS has a place on Earth; an engineering CRS has none, nor has one that is made of it."""
    is_horizontal = crs.is_geographic or crs.is_projected or crs.is_bound or crs.is_derived or crs.is_compound
    return bool(is_horizontal and crs.geodetic_crs is not None)


def parse_crs(text: str, option: str) -> CRS:
    """Read a CRS that the user names by an option.

    Raises:
        RequestError: PROJ does not know it.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise RequestError(f"{option} {text}: not a CRS that PROJ knows") from error


def ground_size_m(crs: CRS, transform: Affine, at_column_row: tuple[float, float]) -> tuple[float, float]:
    """Measure a step of one column and one row, both in metres.

    Raises:
        NotGeoreferencedError: the pixel has no place on Earth.
    """
    column, row = at_column_row
    start = transform @ (column, row)
    return (
        ground_distance_m(crs, start, transform @ (column + 1, row)),
        ground_distance_m(crs, start, transform @ (column, row + 1)),
    )


def ground_distance_m(crs: CRS, start_xy: tuple[float, float], end_xy: tuple[float, float]) -> float:
    """Distance in metres between two points given in a CRS: geodesic, or straight in a CRS without a place.

    Raises:
        NotGeoreferencedError: a point has no place on Earth.

    Source: Karney 2013, Algorithms for geodesics, through PROJ.
    """
    if not is_on_earth(crs):
        unit_m = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        distance = math.dist(start_xy, end_xy) * unit_m
    else:
        x, y = np.array([start_xy[0], end_xy[0]]), np.array([start_xy[1], end_xy[1]])
        longitudes, latitudes = to_degrees(crs, x, y)
        if not np.isfinite([*longitudes, *latitudes]).all() or np.abs(latitudes).max() > 90:
            raise NotGeoreferencedError(f"x {start_xy[0]:g}, y {start_xy[1]:g} has no place on Earth in {crs.name}")
        _, _, distance = _geod(crs).inv(longitudes[0], latitudes[0], longitudes[1], latitudes[1])
    if not (math.isfinite(distance) and distance > 0):
        raise NotGeoreferencedError(f"pixels at x {start_xy[0]:g}, y {start_xy[1]:g} have no size on the ground")
    return float(distance)


def ground_area_m2(crs: CRS, corners_xy: Sequence[tuple[float, float]]) -> float:
    """Area of a polygon on the ground, square metres, whichever way round its corners are given in a CRS.

    Raises:
        NotGeoreferencedError: a corner has no place on Earth.

    Source: Karney 2013, Algorithms for geodesics, through PROJ.
    """
    x, y = (np.array(values) for values in zip(*corners_xy, strict=True))
    longitudes, latitudes = to_degrees(crs, x, y)
    if not np.isfinite([*longitudes, *latitudes]).all():
        raise NotGeoreferencedError(f"x {x[0]:g}, y {y[0]:g} has no place on Earth in {crs.name}")
    area, _ = _geod(crs).polygon_area_perimeter(longitudes, latitudes)
    return abs(float(area))


def to_degrees(
    crs: CRS, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes, on the datum of the CRS, of points given in it; not finite where they have none."""
    if crs.is_geographic:
        unit = crs.axis_info[0].unit_conversion_factor / math.radians(1)
        return np.asarray(x) * unit, np.asarray(y) * unit
    longitudes, latitudes = transformer(crs, _geodetic(crs)).transform(x, y)
    return longitudes, latitudes


@lru_cache(maxsize=64)
def transformer(crs: CRS, other: CRS) -> Transformer:
    """The transformation of (x, y) or (longitude, latitude) in one CRS to those in another."""
    return Transformer.from_crs(crs, other, always_xy=True)


@lru_cache(maxsize=64)
def _geodetic(crs: CRS) -> CRS:
    return crs.geodetic_crs or CRS.from_epsg(4326)


@lru_cache(maxsize=64)
def _geod(crs: CRS) -> Geod:
    geod = crs.get_geod() or CRS.from_epsg(4326).get_geod()
    assert geod is not None
    return geod
