"""Ground that more than one scene shows, and that is counted once for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import shapely
from pyproj import CRS

from ...errors import RequestError
from ...raster.area import Area, Polygonal, join
from ...raster.ground import ground_area_m2, is_on_earth
from .counting import SceneChange

WGS84 = CRS.from_epsg(4326)


def shared_ground(changes: Sequence[SceneChange], crs: CRS) -> Polygonal:
    """What the outlines of at least two scenes hold, in a CRS; empty where scenes lie beside each other.

    Raises:
        RequestError: a scene has no place in the CRS.
    """
    outlines = [outline_in(change, crs) for change in changes]
    tree = shapely.STRtree(outlines)
    pairs = (sorted(map(int, pair)) for pair in tree.query(outlines, predicate="intersects").T)
    distinct = sorted({(one, other) for one, other in pairs if one != other})
    return join(shapely.intersection(outlines[one], outlines[other]) for one, other in distinct)


def outline_in(change: SceneChange, crs: CRS) -> Polygonal:
    """The outline of a scene in a CRS.

    Raises:
        RequestError: it has no place there.
    """
    return Area(change.footprint, change.crs, Path(change.name), change.name).in_crs(crs)


def ground_m2(geometry: Polygonal, crs: CRS) -> float | None:
    """Square metres of a geometry on the ground, holes left out; None where it has no place on Earth.

    Each edge is followed as it runs in its own CRS, within 1 cm.
    """
    if geometry.is_empty:
        return 0.0
    if not is_on_earth(crs):
        unit_m = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        return float(geometry.area) * unit_m**2
    geodetic = crs.geodetic_crs or WGS84
    try:
        placed = Area(geometry, crs, Path("area"), "area").in_crs(geodetic)
    except RequestError:
        return None
    total = 0.0
    for polygon in shapely.get_parts(placed):
        outer, *holes = (ground_area_m2(geodetic, list(ring.coords)) for ring in _rings(polygon))
        total += outer - sum(holes)
    return total


def _rings(polygon: shapely.Polygon) -> itertools.chain[shapely.LinearRing]:
    return itertools.chain([polygon.exterior], polygon.interiors)
