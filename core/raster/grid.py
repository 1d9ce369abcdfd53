"""The grid of the result: north-up, in true metres, its lattice anchored to the CRS."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from ..errors import RequestError, UnsupportedSourceError
from ..lattice import TILE_PX, Rect
from ..model.contract import ModelContract
from .ground import ground_distance_m
from .source import SourceImage

SCALE_TOLERANCE = 0.01
"""A projected CRS is kept where its scale is true within this over the source."""
SAME_GSD = 0.005
"""GSDs closer than this are the same, and the source's own pixels are used."""
MAX_UPSAMPLING = 2.0
POLAR_LATITUDE = 84.0, -80.0
NORTH_POLE, SOUTH_POLE = CRS.from_epsg(32661), CRS.from_epsg(32761)
EDGE_POINTS = 21
"""Points along each side of a rectangle that is brought to another CRS."""
EDGE_TOLERANCE_PX = 1e-3


@dataclass(frozen=True)
class Grid:
    """A lattice of square, north-up pixels.

    Attributes:
        crs: projected, true to scale within one percent.
        pixel_size: side of a pixel in units of the CRS.
        origin_xy: upper-left corner of pixel (0, 0).
        gsd_m: side of a pixel on the ground, metres.
        is_native: whether its pixels are the source's own.
    """

    crs: CRS
    pixel_size: float
    origin_xy: tuple[float, float]
    gsd_m: float
    is_native: bool

    @property
    def ground_scale_m(self) -> float:
        """Metres that a tile of 128 px covers."""
        return self.gsd_m * TILE_PX

    def transform(self, rect: Rect) -> Affine:
        """Pixel (column, row) of a rectangle to CRS (x, y)."""
        x, y = self.origin_xy
        size = self.pixel_size
        return Affine(size, 0, x + rect.left * size, 0, -size, y - rect.top * size)

    def rect_of(self, bounds_xy: tuple[float, float, float, float]) -> Rect:
        """Smallest rectangle of pixels that holds (x min, y min, x max, y max)."""
        x_min, y_min, x_max, y_max = bounds_xy
        left, right = ((x - self.origin_xy[0]) / self.pixel_size for x in (x_min, x_max))
        top, bottom = ((self.origin_xy[1] - y) / self.pixel_size for y in (y_max, y_min))
        first_row, first_column = (math.floor(value + EDGE_TOLERANCE_PX) for value in (top, left))
        last_row, last_column = (math.ceil(value - EDGE_TOLERANCE_PX) for value in (bottom, right))
        return Rect(first_row, first_column, last_row - first_row, last_column - first_column)


def choose_grid(source: SourceImage, contract: ModelContract, ground_scale_m: float | None) -> tuple[Grid, list[str]]:
    """Choose the grid of a result and say what the user should know about it.

    Raises:
        RequestError: the ground scale would need to upsample by more than 2.
        UnsupportedSourceError: the source has no place where metres can be measured.
    """
    warnings: list[str] = []
    crs = source.crs if _is_true_to_scale(source) else _metric_crs(source)
    if crs != source.crs:
        warnings.append(f"{source.path}: {source.crs.name} is not true to scale here; the result is in {crs.name}")
    gsd_m = _asked_gsd(source, contract, ground_scale_m, warnings)
    low, high = contract.gsd_range_m
    if not low * (1 - SAME_GSD) <= gsd_m <= high * (1 + SAME_GSD):
        warnings.append(
            f"{source.path}: {gsd_m:.3g} m a pixel lies outside what {contract.name} was trained on "
            f"({low:g} to {high:g} m); the result is less reliable"
        )
    if source.gsd_m / gsd_m > MAX_UPSAMPLING * (1 + SAME_GSD):
        raise RequestError(
            f"--ground-scale {gsd_m * TILE_PX:g}: {gsd_m:.3g} m a pixel from a source of {source.gsd_m:.3g} m would "
            f"invent detail; ask for at least {source.gsd_m / MAX_UPSAMPLING * TILE_PX:.4g} m a tile"
        )
    transform = source.transform
    is_north_up = transform.b == transform.d == 0 and transform.a > 0 and transform.e < 0
    is_square = math.isclose(transform.a, -transform.e, rel_tol=1e-6)
    if crs == source.crs and is_north_up and is_square and math.isclose(gsd_m, source.gsd_m, rel_tol=SAME_GSD):
        return _native_grid(source), warnings
    units = 1 / _metres_per_unit(crs, _centre_in(source, crs))
    return Grid(crs, gsd_m * units, (0.0, 0.0), gsd_m, False), warnings


def source_rect(source: SourceImage, grid: Grid) -> Rect:
    """All pixels of the grid that the source touches."""
    rows, columns = source.shape_yx
    corners = [source.transform @ corner for corner in ((0, 0), (columns, 0), (columns, rows), (0, rows))]
    return grid.rect_of(bounds_in(corners, source.crs, grid.crs))


def extent_rect(source: SourceImage, grid: Grid, extent: tuple[float, float, float, float], crs: CRS) -> Rect:
    """The pixels of a selected extent that the source touches.

    Args:
        source: the source.
        grid: of the result.
        extent: x min, y min, x max, y max.
        crs: of the extent.

    Raises:
        RequestError: the extent is empty, not finite, or does not meet the source.
    """
    x_min, y_min, x_max, y_max = extent
    if not (np.isfinite(extent).all() and x_min < x_max and y_min < y_max):
        raise RequestError(f"--extent needs XMIN < XMAX and YMIN < YMAX, not {','.join(f'{v:g}' for v in extent)}")
    corners = [(x_min, y_max), (x_max, y_max), (x_max, y_min), (x_min, y_min)]
    rect = grid.rect_of(bounds_in(corners, crs, grid.crs)).intersection(source_rect(source, grid))
    if rect.is_empty:
        raise RequestError(
            f"--extent {','.join(f'{v:g}' for v in extent)} ({crs.name}) does not meet {source.path}; "
            "--extent-crs names the CRS of the extent, the source's own where it is not given"
        )
    return rect


def bounds_in(corners: list[tuple[float, float]], crs: CRS, other: CRS) -> tuple[float, float, float, float]:
    """Bounds in another CRS of a quadrilateral, its sides followed point by point.

    Raises:
        UnsupportedSourceError: part of it has no place in the other CRS.
    """
    share = np.linspace(0, 1, EDGE_POINTS)[:, None]
    following = [*corners[1:], corners[0]]
    sides = [np.array(a) * (1 - share) + np.array(b) * share for a, b in zip(corners, following, strict=True)]
    points = np.concatenate(sides)
    x, y = points[:, 0], points[:, 1]
    if crs != other:
        x, y = Transformer.from_crs(crs, other, always_xy=True).transform(x, y)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise UnsupportedSourceError(f"part of the area has no place in {other.name}; ask for a smaller --extent")
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _native_grid(source: SourceImage) -> Grid:
    """The source's own pixels, counted from the one nearest to the origin of the CRS, where two are from the lower.

    Pixels half a side off the origin are common; rounding errors must not count them from either side.
    """
    size = source.transform.a
    corner_xy = source.transform.c, source.transform.f
    x, y = (corner - math.floor(corner / size + 0.5 + EDGE_TOLERANCE_PX) * size for corner in corner_xy)
    return Grid(source.crs, size, (x, y), source.gsd_m, True)


def _asked_gsd(
    source: SourceImage, contract: ModelContract, ground_scale_m: float | None, warnings: list[str]
) -> float:
    if ground_scale_m is not None:
        if not (math.isfinite(ground_scale_m) and ground_scale_m > 0):
            raise RequestError(f"--ground-scale must be above 0 metres, not {ground_scale_m}")
        return ground_scale_m / TILE_PX
    low, _ = contract.gsd_range_m
    if source.gsd_m < low * (1 - SAME_GSD):
        gsd_m = min(contract.trained_gsd_m, key=lambda trained: abs(math.log(trained / source.gsd_m)))
        warnings.append(
            f"{source.path}: reduced from {source.gsd_m:.3g} to {gsd_m:.3g} m a pixel, the nearest that "
            f"{contract.name} was trained on"
        )
        return gsd_m
    return source.gsd_m


def _is_true_to_scale(source: SourceImage) -> bool:
    if not source.crs.is_projected:
        return False
    rows, columns = source.shape_yx
    unit_m = source.crs.axis_info[0].unit_conversion_factor
    points = [(columns * x, rows * y) for x, y in ((0.5, 0.5), (0, 0), (0, 1), (1, 0), (1, 1))]
    step = abs(source.transform.a) + abs(source.transform.b)
    for point in points:
        x, y = source.transform @ point
        for end in ((x + step, y), (x, y + step)):
            if abs(ground_distance_m(source.crs, (x, y), end) / (step * unit_m) - 1) > SCALE_TOLERANCE:
                return False
    return True


def _metric_crs(source: SourceImage) -> CRS:
    """UTM by the centre of the source, polar stereographic beyond its reach."""
    longitude, latitude = _centre_in(source, CRS.from_epsg(4326))
    if latitude > POLAR_LATITUDE[0]:
        return NORTH_POLE
    if latitude < POLAR_LATITUDE[1]:
        return SOUTH_POLE
    longitude = (longitude + 180) % 360 - 180
    found = query_utm_crs_info("WGS 84", AreaOfInterest(longitude, latitude, longitude, latitude))
    if not found:
        raise UnsupportedSourceError(f"{source.path}: no UTM zone at {longitude:g}, {latitude:g}")
    return CRS.from_epsg(int(found[0].code))


def _centre_in(source: SourceImage, crs: CRS) -> tuple[float, float]:
    rows, columns = source.shape_yx
    x, y = source.transform @ (columns / 2, rows / 2)
    if crs != source.crs:
        x, y = Transformer.from_crs(source.crs, crs, always_xy=True).transform(x, y)
    return float(x), float(y)


def _metres_per_unit(crs: CRS, centre_xy: tuple[float, float]) -> float:
    """Ground metres of one CRS unit, the mean of both directions."""
    x, y = centre_xy
    across = ground_distance_m(crs, centre_xy, (x + 1, y))
    down = ground_distance_m(crs, centre_xy, (x, y + 1))
    return math.sqrt(across * down)
