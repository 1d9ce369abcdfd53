"""The pixels that both images of a pair get: north-up, in true metres, those of an image itself where they serve."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsRectangle,
)

from ..compat import WKT
from ..layers.drawing import Grid, layer_crs
from ..layers.reader import Reader
from ..translation import tr

TILE_PX = 128
MOST_PX = 400_000_000
SAME_GSD = 0.005
"""GSDs closer than this are the same, and an image's own pixels are taken."""
SCALE_TOLERANCE = 0.01
"""A projected CRS is kept where a metre of it is a metre on the ground within this, all over the area."""
MAX_UPSAMPLING = 2.0
EDGE_PX = 1e-3
"""Of a pixel: what reaches into one by less does not need it."""
STEP_UNITS, STEP_DEGREES = 10.0, 1e-4
NORTHERN_LIMIT, SOUTHERN_LIMIT = 84.0, -80.0
DEGREES = "EPSG:4326"


class PairGridError(Exception):
    """There is no grid for a pair; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """A rectangle that is wanted.

    Attributes:
        rectangle: in units of `crs`.
        crs: of it.
    """

    rectangle: QgsRectangle
    crs: QgsCoordinateReferenceSystem


@dataclass(frozen=True)
class PairGrid:
    """The pixels of a pair.

    Attributes:
        grid: of both images.
        crs: of the grid.
        gsd_m: true metres a pixel.
        own_gsds_m: those of the two images' own pixels there; None for one without.
        native: which of the two images has exactly these pixels; None where neither has.
    """

    grid: Grid
    crs: QgsCoordinateReferenceSystem
    gsd_m: float
    own_gsds_m: tuple[float | None, float | None]
    native: int | None


def choose_pair_grid(readers: tuple[Reader, Reader], wanted: Wanted | None, ground_scale_m: float | None) -> PairGrid:
    """Choose the pixels of a pair.

    Args:
        readers: of both images.
        wanted: the area; the ground on which both images lie where None.
        ground_scale_m: metres that 128 pixels cover; by the coarser of both images where None.

    Raises:
        PairGridError: the area is empty, too small or too large, or finer than an image shows.
    """
    common = _common(readers, wanted)
    crs = _choose_crs(readers, common)
    box = _moved(common, crs)
    own = _own_gsd_m(readers[0], common), _own_gsd_m(readers[1], common)
    gsd_m = _choose_gsd_m(readers, own, ground_scale_m)
    native = _native(readers, own, crs, gsd_m)
    if native is not None:
        lattice = readers[native].lattice((0.0, 0.0))
        assert lattice is not None
        origin, size = lattice.origin_xy, lattice.size_xy
    else:
        side = gsd_m / math.sqrt(math.prod(metres_per_unit_xy(crs, box.center())))
        origin, size = (0.0, 0.0), (side, side)
    grid = _snapped(box, crs, origin, size)
    _check_size(grid, gsd_m)
    return PairGrid(grid, crs, gsd_m, own, native)


def metres_per_unit_xy(crs: QgsCoordinateReferenceSystem, point: QgsPointXY) -> tuple[float, float]:
    """Ground metres of one unit of a CRS at a point, along x and along y, by geodesic distance.

    Raises:
        PairGridError: the point has no place on Earth.
    """
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsCoordinateTransformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    step = STEP_DEGREES if crs.isGeographic() else STEP_UNITS
    x, y, half = point.x(), point.y(), step / 2
    try:
        across = measure.measureLine(QgsPointXY(x - half, y), QgsPointXY(x + half, y)) / step
        down = measure.measureLine(QgsPointXY(x, y - half), QgsPointXY(x, y + half)) / step
    except QgsCsException as error:
        raise PairGridError(_no_place(crs)) from error
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        raise PairGridError(_no_place(crs))
    return across, down


def _common(readers: tuple[Reader, Reader], wanted: Wanted | None) -> Wanted:
    """The part of the area on which both images lie."""
    first = readers[0]
    common = wanted or Wanted(QgsRectangle(*first.bounds_xy), layer_crs(first.crs))
    for reader in readers:
        crs = layer_crs(reader.crs)
        # compared in the image's own CRS: one that spans the world has no place in another
        part = _moved(common, crs).intersect(QgsRectangle(*reader.bounds_xy))
        if part.isEmpty() or part.width() <= 0 or part.height() <= 0:
            raise PairGridError(
                tr("“{name}” does not reach into the area: choose one on which both layers lie.").format(
                    name=reader.name
                )
                if wanted is not None
                else tr("The two layers do not lie on the same ground: “{first}” and “{second}” do not meet.").format(
                    first=readers[0].name, second=readers[1].name
                )
            )
        back = _moved(Wanted(part, crs), common.crs)
        common = Wanted(back.intersect(common.rectangle), common.crs)
    return common


def _choose_crs(readers: tuple[Reader, Reader], common: Wanted) -> QgsCoordinateReferenceSystem:
    """That of an image where it is true to scale there; else UTM, or polar stereographic beyond its reach."""
    for reader in readers:
        crs = layer_crs(reader.crs)
        if _is_true_to_scale(crs, common):
            return crs
    centre = _moved(common, QgsCoordinateReferenceSystem(DEGREES)).center()
    return _metric_crs(centre.x(), centre.y())


def _metric_crs(longitude: float, latitude: float) -> QgsCoordinateReferenceSystem:
    if latitude > NORTHERN_LIMIT or latitude < SOUTHERN_LIMIT:
        return QgsCoordinateReferenceSystem("EPSG:32661" if latitude > 0 else "EPSG:32761")
    zone = int((longitude + 180) % 360 // 6) + 1
    return QgsCoordinateReferenceSystem(f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}")


def _is_true_to_scale(crs: QgsCoordinateReferenceSystem, common: Wanted) -> bool:
    if crs.isGeographic():
        return False
    try:
        box = _moved(common, crs)
        unit_m = _unit_m(crs)
        points = [box.center()] + [QgsPointXY(x, y) for x in (box.xMinimum(), box.xMaximum())
                                   for y in (box.yMinimum(), box.yMaximum())]  # fmt: skip
        lengths = [length / unit_m for point in points for length in metres_per_unit_xy(crs, point)]
    except PairGridError:
        return False
    return all(abs(length - 1) <= SCALE_TOLERANCE for length in lengths)


def _unit_m(crs: QgsCoordinateReferenceSystem) -> float:
    from osgeo import osr

    system = osr.SpatialReference()
    system.SetFromUserInput(crs.toWkt(WKT))
    return float(system.GetLinearUnits())


def _own_gsd_m(reader: Reader, common: Wanted) -> float | None:
    """Side of an image's own pixels on the ground; of tiles that of the finest level."""
    lattice = reader.lattice((0.0, 0.0))
    if lattice is None:
        return None
    crs = layer_crs(reader.crs)
    across, down = metres_per_unit_xy(crs, _moved(common, crs).center())
    return math.sqrt(lattice.size_xy[0] * across * lattice.size_xy[1] * down)


def _choose_gsd_m(
    readers: tuple[Reader, Reader], own: tuple[float | None, float | None], ground_scale_m: float | None
) -> float:
    if ground_scale_m is not None:
        gsd_m = ground_scale_m / TILE_PX
    elif any(gsd is not None for gsd in own):
        gsd_m = max(gsd for gsd in own if gsd is not None)
    else:
        raise PairGridError(tr("Neither layer has pixels of its own: give a ground scale, in metres a tile."))
    for reader, gsd in zip(readers, own):
        if gsd is not None and gsd / gsd_m > MAX_UPSAMPLING * (1 + SAME_GSD):
            raise PairGridError(
                tr(
                    "“{name}” has pixels of {own:.3g} m: a pair of {asked:.3g} m a pixel would invent detail. Ask for "
                    "a ground scale of at least {least:.4g} m a tile."
                ).format(name=reader.name, own=gsd, asked=gsd_m, least=gsd / MAX_UPSAMPLING * TILE_PX)
            )
    return gsd_m


def _native(
    readers: tuple[Reader, Reader],
    own: tuple[float | None, float | None],
    crs: QgsCoordinateReferenceSystem,
    gsd_m: float,
) -> int | None:
    """Which image already has the pixels that are wanted; the first of both."""
    for index, (reader, gsd) in enumerate(zip(readers, own)):
        lattice = reader.lattice((0.0, 0.0)) if reader.shape_yx is not None else None
        if lattice is None or gsd is None or layer_crs(reader.crs) != crs:
            continue
        is_square = abs(lattice.size_xy[0] / lattice.size_xy[1] - 1) <= SAME_GSD
        if is_square and abs(gsd / gsd_m - 1) <= SAME_GSD:
            return index
    return None


def _snapped(
    box: QgsRectangle,
    crs: QgsCoordinateReferenceSystem,
    origin_xy: tuple[float, float],
    size_xy: tuple[float, float],
) -> Grid:
    """Whole pixels of a lattice that hold a rectangle."""
    left = math.floor((box.xMinimum() - origin_xy[0]) / size_xy[0] + EDGE_PX)
    right = math.ceil((box.xMaximum() - origin_xy[0]) / size_xy[0] - EDGE_PX)
    top = math.floor((origin_xy[1] - box.yMaximum()) / size_xy[1] + EDGE_PX)
    bottom = math.ceil((origin_xy[1] - box.yMinimum()) / size_xy[1] - EDGE_PX)
    corner = origin_xy[0] + left * size_xy[0], origin_xy[1] - top * size_xy[1]
    return Grid(str(crs.toWkt(WKT)), corner, size_xy, (bottom - top, right - left))


def _check_size(grid: Grid, gsd_m: float) -> None:
    height, width = grid.shape_yx
    if min(height, width) < TILE_PX:
        raise PairGridError(
            tr(
                "At {scale:.4g} m a tile the area has {width} x {height} pixels, and a tile has {tile} a side: choose "
                "a larger area on which both layers lie, or a smaller ground scale."
            ).format(scale=gsd_m * TILE_PX, width=width, height=height, tile=TILE_PX)
        )
    if height * width > MOST_PX:
        raise PairGridError(
            tr(
                "At {scale:.4g} m a tile the area has {width} x {height} pixels, more than {most} million: choose a "
                "smaller area, or a larger ground scale."
            ).format(scale=gsd_m * TILE_PX, width=width, height=height, most=MOST_PX // 10**6)
        )


def _moved(wanted: Wanted, crs: QgsCoordinateReferenceSystem) -> QgsRectangle:
    """The bounds of a rectangle in another CRS.

    Raises:
        PairGridError: it has no place there.
    """
    if wanted.crs == crs:
        return QgsRectangle(wanted.rectangle)
    transform = QgsCoordinateTransform(wanted.crs, crs, QgsCoordinateTransformContext())
    try:
        box = transform.transformBoundingBox(wanted.rectangle)
    except QgsCsException as error:
        raise PairGridError(_no_place(crs)) from error
    if not box.isFinite():
        raise PairGridError(_no_place(crs))
    return box


def _no_place(crs: QgsCoordinateReferenceSystem) -> str:
    return str(tr("Part of the area has no place in {crs}: choose a smaller area.").format(crs=crs.description()))
