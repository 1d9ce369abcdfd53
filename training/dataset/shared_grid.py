"""The grid that both dates of a pair lie on, as fine as the coarser of them, and reading both on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from ...core.change.common_grid import CommonGrid
from ...core.errors import RequestError, SourceError, UnsupportedSourceError
from ...core.lattice import TILE_PX, Rect
from ...core.radiometry.tones import Tones
from ...core.raster.grid import SAME_GSD, Grid, Selection, bounds_in, choose_grid, transform_points
from ...core.raster.present import PresentReader
from ...core.raster.source import SourceImage
from .footprints import WORLD, Box
from .shift import Shift

TURN_DEGREES = 360.0
ROUNDING_PX = 1e-3
"""Edges this close to the middle of a pixel count as at it."""


@dataclass(frozen=True)
class SharedGrid:
    """Pixels on which two images are compared and cut.

    Attributes:
        grid: north up, in true metres; never finer than the coarser image.
        rect: of the grid, that both images cover.
        ground_scale_m: metres that a tile of 128 px covers.
    """

    grid: Grid
    rect: Rect
    ground_scale_m: float

    def seen_by(self, image: SourceImage) -> Grid:
        """The grid for reading an image: without resampling where its own pixels are those of the grid."""
        return CommonGrid(self.grid, self.rect, (1.0, 1.0)).as_seen_by(image)

    def degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude, float64 (2, n), of columns and rows of the grid; the grid's own metres without
        a place on Earth."""
        width, height = self.grid.pixel_size_xy
        east, north = self.grid.origin_xy[0] + x * width, self.grid.origin_xy[1] - y * height
        if not (self.grid.crs.is_projected or self.grid.crs.is_geographic):
            return np.stack([east, north])
        return np.stack(transform_points(self.grid.crs, CRS.from_user_input(WORLD), east, north))


@dataclass(frozen=True)
class PairPixels:
    """Both dates over a rectangle.

    Attributes:
        before: uint8, (3, y, x); zero where not valid.
        after: as `before`.
        valid: bool, (y, x); seen at both dates.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    valid: NDArray[np.bool_]


def find_shared_grid(
    before: SourceImage, after: SourceImage, ground_scale_m: float | None = None, bbox: Box | None = None
) -> SharedGrid | None:
    """Choose the pixels of a pair; None where the images have no ground in common.

    Args:
        before: open.
        after: open.
        ground_scale_m: metres that a tile of 128 px covers; that of the coarser image's own pixels where None.
        bbox: degrees beyond which nothing is wanted.

    Raises:
        RequestError: the ground scale is finer than the coarser image, or images without a place differ in size.
        SourceError: the images lie where no metres can be measured.
    """
    coarser, finer = (after, before) if after.gsd_m > before.gsd_m * (1 + SAME_GSD) else (before, after)
    scale_m = coarser.gsd_m * TILE_PX if ground_scale_m is None else ground_scale_m
    if scale_m < coarser.gsd_m * TILE_PX * (1 - SAME_GSD):
        raise RequestError(
            f"{coarser.name}: has {coarser.gsd_m:.3g} m a pixel, so a tile of {scale_m:g} m would invent detail; "
            f"--ground-scale {math.ceil(coarser.gsd_m * TILE_PX * 10) / 10:g} is the finest"
        )
    if not before.has_place and before.shape_yx != after.shape_yx:
        sizes = " and ".join(f"{columns} x {rows}" for rows, columns in (before.shape_yx, after.shape_yx))
        raise RequestError(
            f"{before.name} and {after.name}: of {sizes} px; images without a place must be of equal size"
        )
    wanted = _overlap(coarser, finer, bbox)
    if wanted is None:
        return None
    x_min, y_min, x_max, y_max = wanted
    corners = (x_min, y_max), (x_max, y_max), (x_max, y_min), (x_min, y_min)
    selection = Selection(corners, coarser.crs, f"what {before.name} and {after.name} share")
    grid = choose_grid(coarser, None, scale_m, selection=selection if coarser.has_place else None).grid
    rect = _whole_pixels(grid, bounds_in(corners, coarser.crs, grid.crs))
    return None if rect.is_empty else SharedGrid(grid, rect, scale_m)


class PairReader:
    """Reads both dates of a pair on one grid, as 8-bit levels.

    Args:
        before: open.
        after: open.
        shared: the grid.
        tones: how the values of each date become levels.
        shift: by which the second date is to be moved back; not moved where None. It was measured on a grid of
            pixels of `shift_gsd_m`.
        shift_gsd_m: metres.
    """

    def __init__(
        self, before: SourceImage, after: SourceImage, shared: SharedGrid, tones: tuple[Tones, Tones],
        shift: Shift | None = None, shift_gsd_m: float = 1.0,
    ) -> None:  # fmt: skip
        self.shared = shared
        after_grid = shared.seen_by(after)
        if shift is not None:
            (x, y), (width, height) = shared.grid.origin_xy, shared.grid.pixel_size_xy
            share = shift_gsd_m / shared.grid.gsd_m
            origin = x + shift.right_px * share * width, y - shift.down_px * share * height
            after_grid = replace(shared.grid, origin_xy=origin, is_native=False)
        self._readers = (
            PresentReader(before, shared.seen_by(before), tones[0]),
            PresentReader(after, after_grid, tones[1]),
        )

    def read(self, rect: Rect) -> PairPixels:
        """Read a rectangle of the grid.

        Raises:
            UnreadableSourceError: a block of one of the images is damaged.
        """
        first, second = (reader.read(rect) for reader in self._readers)
        levels = [np.rint(part.image * 255).astype(np.uint8) for part in (first, second)]
        return PairPixels(levels[0], levels[1], first.valid & second.valid)


def _overlap(coarser: SourceImage, finer: SourceImage, bbox: Box | None) -> Box | None:
    """Bounds in the coarser image's CRS of what both cover; None for nothing."""
    own = _bounds(coarser)
    try:
        other = bounds_in(finer.corners_xy, finer.crs, coarser.crs)
    except UnsupportedSourceError:
        # it reaches beyond what the CRS can show; what both cover shows when it is read
        other = own
    found = _intersection(own, other)
    if found is None and coarser.crs.is_geographic:
        turned = (_intersection(own, _turned(other, turn)) for turn in (-TURN_DEGREES, TURN_DEGREES))
        found = next((one for one in turned if one is not None), None)
    if found is None or bbox is None or not coarser.has_place:
        return found
    west, south, east, north = bbox
    corners = (west, north), (east, north), (east, south), (west, south)
    try:
        return _intersection(found, bounds_in(corners, CRS.from_user_input(WORLD), coarser.crs))
    except SourceError as error:
        raise RequestError(f"--bbox {west:g},{south:g},{east:g},{north:g}: {error}") from error


def _bounds(image: SourceImage) -> Box:
    corners = np.array(image.corners_xy)
    (x_min, y_min), (x_max, y_max) = corners.min(0), corners.max(0)
    return float(x_min), float(y_min), float(x_max), float(y_max)


def _intersection(one: Box, other: Box) -> Box | None:
    low = max(one[0], other[0]), max(one[1], other[1])
    high = min(one[2], other[2]), min(one[3], other[3])
    return (*low, *high) if low[0] < high[0] and low[1] < high[1] else None


def _turned(bounds: Box, turn: float) -> Box:
    return bounds[0] + turn, bounds[1], bounds[2] + turn, bounds[3]


def _whole_pixels(grid: Grid, bounds: Box) -> Rect:
    """The pixels of which at least half lies within bounds, along each axis."""
    (x, y), (width, height) = grid.origin_xy, grid.pixel_size_xy
    left, top = (math.ceil(value - 0.5 - ROUNDING_PX) for value in ((bounds[0] - x) / width, (y - bounds[3]) / height))
    right, bottom = (
        math.floor(value + 0.5 + ROUNDING_PX) for value in ((bounds[2] - x) / width, (y - bounds[1]) / height)
    )
    return Rect(top, left, bottom - top, right - left)
