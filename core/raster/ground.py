"""How large a pixel is on the ground, by geodesic distance and never by the unit of its CRS."""

from __future__ import annotations

import math

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer

from ..errors import NotGeoreferencedError

PROBE_PX = 1.0
"""Pixels that a probe for the ground size spans."""


def ground_size_m(crs: CRS, transform: Affine, shape_yx: tuple[int, int]) -> tuple[float, float]:
    """Measure a step of one column and one row at the image's centre, both in metres.

    Raises:
        NotGeoreferencedError: the centre has no place on Earth.
    """
    row, column = shape_yx[0] / 2, shape_yx[1] / 2
    return (
        ground_distance_m(crs, transform @ (column, row), transform @ (column + PROBE_PX, row)),
        ground_distance_m(crs, transform @ (column, row), transform @ (column, row + PROBE_PX)),
    )


def ground_distance_m(crs: CRS, start_xy: tuple[float, float], end_xy: tuple[float, float]) -> float:
    """Geodesic distance in metres between two points given in a CRS.

    Raises:
        NotGeoreferencedError: a point has no place on Earth.

    Source: Karney 2013, Algorithms for geodesics, through PROJ.
    """
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs or "EPSG:4326", always_xy=True)
    longitudes, latitudes = to_degrees.transform([start_xy[0], end_xy[0]], [start_xy[1], end_xy[1]])
    if not np.isfinite([*longitudes, *latitudes]).all() or max(map(abs, latitudes)) > 90:
        raise NotGeoreferencedError(f"x {start_xy[0]:g}, y {start_xy[1]:g} has no place on Earth in {crs.name}")
    geod = crs.get_geod() or CRS.from_epsg(4326).get_geod()
    assert geod is not None
    _, _, distance = geod.inv(longitudes[0], latitudes[0], longitudes[1], latitudes[1])
    if not (math.isfinite(distance) and distance > 0):
        raise NotGeoreferencedError(f"pixels at x {start_xy[0]:g}, y {start_xy[1]:g} have no size on the ground")
    return float(distance)
