"""The grid of the result: north-up, in true metres, its lattice anchored to the CRS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from ..errors import RequestError, UnsupportedSourceError
from ..lattice import TILE_PX, Rect
from ..model.contract import ModelContract
from .ground import ground_distance_m, transformer
from .metric_crs import choose_metric_crs, is_true_to_scale, zone_reference
from .place import NEARLY_SQUARE
from .source import SourceImage

SAME_GSD = 0.005
"""GSDs closer than this are the same, and the source's own pixels are used."""
MAX_UPSAMPLING = 2.0
EDGE_POINTS = 21
"""Points along each side of a rectangle that is brought to another CRS."""
EDGE_TOLERANCE_PX = 1e-3

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Grid:
    """A lattice of north-up pixels, square within half a percent.

    Attributes:
        crs: projected and true to scale within one percent; a local one where the source has no place on Earth.
        pixel_size_xy: width and height of a pixel in units of the CRS.
        origin_xy: upper-left corner of pixel (0, 0).
        gsd_m: side of a pixel on the ground, metres.
        is_native: whether its pixels are the source's own.
    """

    crs: CRS
    pixel_size_xy: tuple[float, float]
    origin_xy: tuple[float, float]
    gsd_m: float
    is_native: bool

    @property
    def ground_scale_m(self) -> float:
        """Metres that a tile of 128 px covers."""
        return self.gsd_m * TILE_PX

    def transform(self, rect: Rect) -> Affine:
        """Pixel (column, row) of a rectangle to CRS (x, y)."""
        (x, y), (width, height) = self.origin_xy, self.pixel_size_xy
        return Affine(width, 0, x + rect.left * width, 0, -height, y - rect.top * height)

    def rect_of(self, bounds_xy: tuple[float, float, float, float]) -> Rect:
        """Smallest rectangle of pixels that holds (x min, y min, x max, y max)."""
        x_min, y_min, x_max, y_max = bounds_xy
        left, right = ((x - self.origin_xy[0]) / self.pixel_size_xy[0] for x in (x_min, x_max))
        top, bottom = ((self.origin_xy[1] - y) / self.pixel_size_xy[1] for y in (y_max, y_min))
        first_row, first_column = (math.floor(value + EDGE_TOLERANCE_PX) for value in (top, left))
        last_row, last_column = (math.ceil(value - EDGE_TOLERANCE_PX) for value in (bottom, right))
        return Rect(first_row, first_column, last_row - first_row, last_column - first_column)


@dataclass(frozen=True)
class Selection:
    """What was selected: the corners of a quadrilateral, in order around it, in a CRS; `name` says by which option."""

    corners_xy: tuple[tuple[float, float], ...]
    crs: CRS
    name: str

    @property
    def centre_xy(self) -> tuple[float, float]:
        """The mean of its corners."""
        x, y = np.mean(self.corners_xy, axis=0)
        return float(x), float(y)


@dataclass(frozen=True)
class GridChoice:
    """A grid, and what there is to say about it: what the user should know, and what they may like to."""

    grid: Grid
    caveats: tuple[str, ...]
    notes: tuple[str, ...]


def select_extent(extent: tuple[float, float, float, float], crs: CRS) -> Selection:
    """Select x min, y min, x max, y max in a CRS.

    Raises:
        RequestError: the extent is empty or not finite.
    """
    x_min, y_min, x_max, y_max = extent
    text = ",".join(f"{value:g}" for value in extent)
    if not (np.isfinite(extent).all() and x_min < x_max and y_min < y_max):
        raise RequestError(f"--extent needs XMIN < XMAX and YMIN < YMAX, not {text}")
    corners = ((x_min, y_max), (x_max, y_max), (x_max, y_min), (x_min, y_min))
    return Selection(corners, crs, f"--extent {text} ({crs.name})")


def choose_grid(
    source: SourceImage,
    contract: ModelContract,
    ground_scale_m: float | None,
    crs: CRS | None = None,
    selection: Selection | None = None,
) -> GridChoice:
    """Choose the grid of a result.

    Args:
        source: the open source.
        contract: of the model.
        ground_scale_m: metres that a tile covers; by the source and the model where None.
        crs: of the result; by the rule where None.
        selection: what is wanted of the source; it matters only where the source spans more than one CRS can show.

    Raises:
        RequestError: the ground scale would need to upsample by more than 2, or nothing is selected of a source
            that spans the world.
        UnsupportedSourceError: the source has no place where metres can be measured.
    """
    chosen, reference, caveats = _choose_crs(source, crs, selection)
    own_gsd_m = source.gsd_m if reference is None else _source_gsd_m(source, chosen, reference)
    gsd_m, more_caveats, notes = _choose_gsd(source, own_gsd_m, contract, ground_scale_m)
    caveats += more_caveats
    transform = source.transform
    is_straight = transform.b == transform.d == 0
    is_square = abs(transform.a / -transform.e - 1) <= NEARLY_SQUARE if is_straight else False
    if chosen == source.crs and is_straight and is_square and math.isclose(gsd_m, source.gsd_m, rel_tol=SAME_GSD):
        return GridChoice(_native_grid(source), tuple(caveats), tuple(notes))
    point = centre_in(source, chosen) if reference is None else reference
    size = gsd_m / _metres_per_unit(chosen, point)
    return GridChoice(Grid(chosen, (size, size), (0.0, 0.0), gsd_m, False), tuple(caveats), tuple(notes))


def source_rect(source: SourceImage, grid: Grid) -> Rect:
    """All pixels of the grid that the source touches."""
    if grid.is_native:
        left = round((source.transform.c - grid.origin_xy[0]) / grid.pixel_size_xy[0])
        top = round((grid.origin_xy[1] - source.transform.f) / grid.pixel_size_xy[1])
        return Rect(top, left, *source.shape_yx)
    return grid.rect_of(bounds_in(source.corners_xy, source.crs, grid.crs))


def selected_rect(source: SourceImage, grid: Grid, selection: Selection) -> Rect:
    """The pixels of a selection that the source touches.

    Raises:
        RequestError: the selection does not meet the source.
    """
    rect = grid.rect_of(bounds_in(selection.corners_xy, selection.crs, grid.crs))
    # of a source that spans the world a part has no place in the grid; what is selected has one
    with suppress(UnsupportedSourceError):
        rect = rect.intersection(source_rect(source, grid))
    if rect.is_empty:
        raise RequestError(
            f"{selection.name} does not meet {source.name}; "
            "--extent-crs names the CRS of an extent, the source's own where it is not given"
        )
    return rect


def bounds_in(corners: Points, crs: CRS, other: CRS) -> tuple[float, float, float, float]:
    """Bounds in another CRS of a quadrilateral, its sides followed point by point.

    Raises:
        UnsupportedSourceError: part of it has no place in the other CRS.
    """
    share = np.linspace(0, 1, EDGE_POINTS)[:, None]
    following = [*corners[1:], corners[0]]
    sides = [np.array(a) * (1 - share) + np.array(b) * share for a, b in zip(corners, following, strict=True)]
    points = np.concatenate(sides)
    x, y = transform_points(crs, other, points[:, 0], points[:, 1])
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise UnsupportedSourceError(f"part of the area has no place in {other.name}; ask for a smaller --extent")
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def transform_points(
    crs: CRS, other: CRS, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring points from one CRS to another; not finite where they have no place."""
    if crs == other:
        return x, y
    x, y = transformer(crs, other).transform(x, y)
    return x, y


def centre_in(source: SourceImage, crs: CRS) -> tuple[float, float]:
    """The centre of a source in a CRS."""
    x, y = source.centre_xy
    found_x, found_y = transform_points(source.crs, crs, np.array([x]), np.array([y]))
    return float(found_x[0]), float(found_y[0])


def _choose_crs(
    source: SourceImage, wanted: CRS | None, selection: Selection | None
) -> tuple[CRS, tuple[float, float] | None, list[str]]:
    """The CRS of the result; the point that sets its scale, the source's centre where None; and caveats."""
    if not source.has_place:
        if wanted is not None and wanted != source.crs:
            raise RequestError(f"--crs {wanted.name}: {source.name} has no place on Earth")
        return source.crs, None, []
    corners = source.corners_xy
    if wanted is not None:
        return wanted, None, _caveats_of_wanted(source, wanted, corners)
    if is_true_to_scale(source.crs, corners, source.crs):
        return source.crs, None, []
    metric = choose_metric_crs(source.crs, source.centre_xy)
    if is_true_to_scale(metric, corners, source.crs):
        return metric, None, [_moved(source, metric)]
    if selection is None:
        raise RequestError(
            f"{source.name}: spans more of the Earth than one metric CRS can show true to scale; "
            "ask for a part with --extent or --area, or name a CRS with --crs"
        )
    centre = transform_points(selection.crs, source.crs, *(np.array([value]) for value in selection.centre_xy))
    metric = choose_metric_crs(source.crs, (float(centre[0][0]), float(centre[1][0])))
    if not is_true_to_scale(metric, list(selection.corners_xy), selection.crs):
        raise RequestError(
            f"{selection.name}: spans more than {metric.name} can show true to scale; ask for a smaller part, "
            "or name a CRS with --crs"
        )
    return metric, zone_reference(metric, selection.crs, selection.centre_xy), [_moved(source, metric)]


def _moved(source: SourceImage, crs: CRS) -> str:
    return f"{source.name}: {source.crs.name} is not true to scale here; the result is in {crs.name}"


def _caveats_of_wanted(source: SourceImage, wanted: CRS, corners: Points) -> list[str]:
    if not wanted.is_projected:
        raise RequestError(f"--crs {wanted.name}: not a projected CRS, and a result needs one that counts in lengths")
    if is_true_to_scale(wanted, list(corners), source.crs):
        return []
    return [f"{source.name}: {wanted.name}, as --crs asks, is not true to scale here; GSD is right at the centre only"]


def _native_grid(source: SourceImage) -> Grid:
    """The source's own pixels, counted from the one nearest to the origin of the CRS, where two are from the lower.

    Pixels half a side off the origin are common; rounding errors must not count them from either side.
    """
    size_xy = source.transform.a, -source.transform.e
    corner_xy = source.transform.c, source.transform.f
    x, y = (
        corner - math.floor(corner / size + 0.5 + EDGE_TOLERANCE_PX) * size
        for corner, size in zip(corner_xy, size_xy, strict=True)
    )
    return Grid(source.crs, size_xy, (x, y), source.gsd_m, True)


def _choose_gsd(
    source: SourceImage, own_gsd_m: float, contract: ModelContract, ground_scale_m: float | None
) -> tuple[float, list[str], list[str]]:
    """The GSD of the result, caveats and notes."""
    low, high = contract.gsd_range_m
    notes, caveats = [], []
    if ground_scale_m is None:
        gsd_m = own_gsd_m
        if own_gsd_m < low * (1 - SAME_GSD):
            gsd_m = min(contract.trained_gsd_m, key=lambda trained: abs(math.log(trained / own_gsd_m)))
            notes.append(
                f"{source.name}: reduced from {own_gsd_m:.3g} to {gsd_m:.3g} m a pixel, the nearest that "
                f"{contract.name} was trained on"
            )
    elif math.isfinite(ground_scale_m) and ground_scale_m > 0:
        gsd_m = ground_scale_m / TILE_PX
    else:
        raise RequestError(f"--ground-scale must be above 0 metres, not {ground_scale_m}")
    if not low * (1 - SAME_GSD) <= gsd_m <= high * (1 + SAME_GSD):
        caveats.append(
            f"{source.name}: {gsd_m:.3g} m a pixel lies outside what {contract.name} was trained on "
            f"({low:g} to {high:g} m); the result is less reliable"
        )
    if own_gsd_m / gsd_m > MAX_UPSAMPLING * (1 + SAME_GSD):
        raise RequestError(
            f"--ground-scale {gsd_m * TILE_PX:g}: {gsd_m:.3g} m a pixel from a source of {own_gsd_m:.3g} m would "
            f"invent detail; ask for at least {own_gsd_m / MAX_UPSAMPLING * TILE_PX:.4g} m a tile"
        )
    return gsd_m, caveats, notes


def _source_gsd_m(source: SourceImage, crs: CRS, point_xy: tuple[float, float]) -> float:
    """The source's GSD at a point of another CRS."""
    x, y = transform_points(crs, source.crs, np.array([point_xy[0]]), np.array([point_xy[1]]))
    column, row = ~source.transform @ (float(x[0]), float(y[0]))
    return source.gsd_at_m((column, row))


def _metres_per_unit(crs: CRS, centre_xy: tuple[float, float]) -> float:
    """Ground metres of one CRS unit, the geometric mean of both directions."""
    x, y = centre_xy
    step = 1.0
    across = ground_distance_m(crs, centre_xy, (x + step, y))
    down = ground_distance_m(crs, centre_xy, (x, y + step))
    return math.sqrt(across * down)
