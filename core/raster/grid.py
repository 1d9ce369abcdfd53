"""The grid of the result: north-up, in true metres, its lattice anchored to the CRS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from ..errors import NotGeoreferencedError, RequestError, UnsupportedSourceError
from ..lattice import TILE_PX, Rect
from ..model.contract import ModelContract
from .ground import transformer
from .metric_crs import (
    SAME_SCALE,
    cell_reference,
    choose_metric_crs,
    has_same_scale,
    has_scale,
    is_true_to_scale,
    metres_per_unit_xy,
    turn_of,
    zone_reference,
)
from .place import NEARLY_SQUARE
from .source import SourceImage

SAME_GSD = 0.005
"""GSDs closer than this are the same, and the source's own pixels are used."""
METRE = 1.0
MAX_UPSAMPLING = 2.0
EDGE_POINTS = 201
"""Points along each side of a rectangle that is brought to another CRS."""
EDGE_TOLERANCE_PX = 1e-3
MEETING_POINTS = 65
"""Points along each side of a rectangle that is looked for in a source."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Grid:
    """A lattice of north-up pixels, square on the ground within half a percent at the point that sets their size.

    Attributes:
        crs: projected and true to scale within one percent; a local one where the source has no place on Earth.
        pixel_size_xy: width and height of a pixel in units of the CRS.
        origin_xy: upper-left corner of pixel (0, 0).
        gsd_m: side of a pixel on the ground, metres.
        is_native: whether its pixels are the source's own.
        reference_xy: point that sets the size of a pixel; the source's centre where None.
    """

    crs: CRS
    pixel_size_xy: tuple[float, float]
    origin_xy: tuple[float, float]
    gsd_m: float
    is_native: bool
    reference_xy: tuple[float, float] | None = None

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
    contract: ModelContract | None,
    ground_scale_m: float | None,
    crs: CRS | None = None,
    selection: Selection | None = None,
) -> GridChoice:
    """Choose the grid of a result.

    Args:
        source: the open source.
        contract: of the model; None where the grid is for no model, as that of training pairs.
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
    caveats = [*pixel_shape_caveats(source), *caveats, *more_caveats]
    if chosen == source.crs and _is_native(source, reference, own_gsd_m, gsd_m, is_asked=ground_scale_m is not None):
        return GridChoice(_native_grid(source, own_gsd_m, reference), tuple(caveats), tuple(notes))
    size_xy = _pixel_size_xy(chosen, centre_in(source, chosen) if reference is None else reference, gsd_m)
    grid = Grid(chosen, size_xy, (0.0, 0.0), gsd_m, False, reference)
    return GridChoice(grid, tuple(caveats), tuple(notes))


def source_rect(source: SourceImage, grid: Grid) -> Rect:
    """All pixels of the grid that the source touches.

    Raises:
        UnsupportedSourceError: the source spans more than the grid's CRS can show.
    """
    if grid.is_native:
        left = round((source.transform.c - grid.origin_xy[0]) / grid.pixel_size_xy[0])
        top = round((grid.origin_xy[1] - source.transform.f) / grid.pixel_size_xy[1])
        return Rect(top, left, *source.shape_yx)
    if grid.reference_xy is not None:
        # far from where it is meant for, a projection may give numbers that are finite and mean nothing
        raise UnsupportedSourceError(f"{source.name}: spans more than {grid.crs.name} can show; ask for an --extent")
    return grid.rect_of(bounds_in(source.corners_xy, source.crs, grid.crs))


def selected_rect(source: SourceImage, grid: Grid, selection: Selection) -> Rect:
    """The pixels of a selection that the source touches; all of the selection where the grid cannot show the source.

    Raises:
        RequestError: the selection does not meet the source.
    """
    rect = grid.rect_of(bounds_in(selection.corners_xy, selection.crs, grid.crs))
    try:
        rect = rect.intersection(source_rect(source, grid))
        is_met = not rect.is_empty
    except UnsupportedSourceError:
        is_met = _is_met(source, grid, rect)
    if not is_met:
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


def places_in(
    source: SourceImage, crs: CRS, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns and rows in a source of points given in a CRS; NaN where they have no place."""
    turn = turn_of(source.crs) if source.crs != crs else None
    x, y = transform_points(crs, source.crs, x, y)
    is_placed = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(is_placed, x, np.nan), np.where(is_placed, y, np.nan)
    if turn is not None:
        # longitudes have no end: the turn that the source counts in is taken
        first = source.centre_xy[0] - turn / 2
        x = first + (x - first) % turn
    inverse = ~source.transform
    return inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f


def centre_in(source: SourceImage, crs: CRS) -> tuple[float, float]:
    """The centre of a source in a CRS."""
    x, y = source.centre_xy
    found_x, found_y = transform_points(source.crs, crs, np.array([x]), np.array([y]))
    return float(found_x[0]), float(found_y[0])


def pixel_shape_caveats(source: SourceImage) -> list[str]:
    """What is special about the source's own pixels, and is not so in the result."""
    name, transform, caveats = source.name, source.transform, []
    if transform.b != 0 or transform.d != 0:
        caveats.append(f"{name}: rotated or sheared; the result is north up, resampled")
    elif abs(transform.a / -transform.e - 1) > NEARLY_SQUARE:
        caveats.append(f"{name}: pixels of {transform.a:g} by {-transform.e:g}; the result has square ones, resampled")
    if source.has_place and source.crs.is_projected and source.crs.axis_info:
        axis = source.crs.axis_info[0]
        if axis.unit_conversion_factor != METRE:
            caveats.append(f"{name}: {source.crs.name} counts in {axis.unit_name}; ground scale and GSD are metres")
    return caveats


def _is_met(source: SourceImage, grid: Grid, rect: Rect) -> bool:
    """Whether some point of a rectangle lies in the source."""
    shares = np.linspace(0, 1, MEETING_POINTS)
    right, down = (values.ravel() for values in np.meshgrid(shares * rect.width, shares * rect.height))
    transform = grid.transform(rect)
    x, y = transform.c + right * transform.a, transform.f + down * transform.e
    columns, rows = places_in(source, grid.crs, x, y)
    return bool(((columns >= 0) & (columns <= source.shape_yx[1]) & (rows >= 0) & (rows <= source.shape_yx[0])).any())


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
        return _take_wanted(source, wanted, selection)
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


def _take_wanted(
    source: SourceImage, wanted: CRS, selection: Selection | None
) -> tuple[CRS, tuple[float, float] | None, list[str]]:
    """As `_choose_crs`, for a CRS that the user names."""
    if not wanted.is_projected:
        raise RequestError(f"--crs {wanted.name}: not a projected CRS, and a result needs one that counts in lengths")
    if is_true_to_scale(wanted, source.corners_xy, source.crs):
        return wanted, None, []
    centre = centre_in(source, wanted)
    has_centre = has_scale(wanted, centre)
    if selection is None:
        if not has_centre:
            raise RequestError(
                f"--crs {wanted.name}: the centre of {source.name} has no place in it; ask for a part with --extent "
                "or --area, or for another --crs"
            )
        return wanted, None, [_untrue(source.name, wanted)]
    here = cell_reference(wanted, selection.crs, selection.centre_xy)
    if here is None:
        raise RequestError(f"--crs {wanted.name}: {selection.name} has no place in it; ask for another --crs")
    # the whole source decides where it can: no selection moves the lattice then
    reference = None if has_centre and has_same_scale(wanted, centre, here) else here
    is_true = is_true_to_scale(wanted, list(selection.corners_xy), selection.crs)
    return wanted, reference, [] if is_true else [_untrue(selection.name, wanted)]


def _untrue(name: str, wanted: CRS) -> str:
    return f"{name}: {wanted.name}, as --crs asks, is not true to scale here; GSD is right at the centre only"


def _is_native(
    source: SourceImage, point: tuple[float, float] | None, own_gsd_m: float, gsd_m: float, is_asked: bool
) -> bool:
    """Whether the source's own pixels are what the result needs: on an asked scale both sides must be, not the mean."""
    transform = source.transform
    if transform.b != 0 or transform.d != 0 or abs(transform.a / -transform.e - 1) > NEARLY_SQUARE:
        return False
    if not is_asked:
        return math.isclose(gsd_m, own_gsd_m, rel_tol=SAME_GSD)
    units = metres_per_unit_xy(source.crs, source.centre_xy if point is None else point)
    sides_m = transform.a * units[0], -transform.e * units[1]
    return all(math.isclose(side_m, gsd_m, rel_tol=SAME_GSD) for side_m in sides_m)


def _native_grid(source: SourceImage, gsd_m: float, reference: tuple[float, float] | None) -> Grid:
    """The source's own pixels, counted from the one nearest to the origin of the CRS, where two are from the lower.

    Pixels half a side off the origin are common; rounding errors must not count them from either side.
    """
    size_xy = source.transform.a, -source.transform.e
    corner_xy = source.transform.c, source.transform.f
    x, y = (
        corner - math.floor(corner / size + 0.5 + EDGE_TOLERANCE_PX) * size
        for corner, size in zip(corner_xy, size_xy, strict=True)
    )
    return Grid(source.crs, size_xy, (x, y), gsd_m, True, reference)


def _choose_gsd(
    source: SourceImage, own_gsd_m: float, contract: ModelContract | None, ground_scale_m: float | None
) -> tuple[float, list[str], list[str]]:
    """The GSD of the result, caveats and notes."""
    low, high = (0.0, math.inf) if contract is None else contract.gsd_range_m
    notes, caveats = [], []
    if ground_scale_m is None:
        gsd_m = own_gsd_m
        if contract is not None and own_gsd_m < low * (1 - SAME_GSD):
            gsd_m = min(contract.trained_gsd_m, key=lambda trained: abs(math.log(trained / own_gsd_m)))
            notes.append(
                f"{source.name}: reduced from {own_gsd_m:.3g} to {gsd_m:.3g} m a pixel, the nearest that "
                f"{contract.name} was trained on"
            )
    elif math.isfinite(ground_scale_m) and ground_scale_m > 0:
        gsd_m = ground_scale_m / TILE_PX
    else:
        raise RequestError(f"--ground-scale must be above 0 metres, not {ground_scale_m}")
    if contract is not None and not low * (1 - SAME_GSD) <= gsd_m <= high * (1 + SAME_GSD):
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
    try:
        return source.gsd_at_m((column, row))
    except NotGeoreferencedError as error:
        raise UnsupportedSourceError(
            f"{source.name}: its pixels have no size where {crs.name} is measured ({error}); ask for another --extent"
        ) from None


def _pixel_size_xy(crs: CRS, point_xy: tuple[float, float], gsd_m: float) -> tuple[float, float]:
    """Sides of a pixel in units of a CRS that measure a GSD on the ground; equal where its scale nearly is."""
    across, down = metres_per_unit_xy(crs, point_xy)
    if abs(across / down - 1) <= SAME_SCALE:
        across = down = math.sqrt(across * down)
    return gsd_m / across, gsd_m / down
