"""The pixels on which two images are compared: those of the coarser one, over the ground that both cover."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import NotGeoreferencedError, RequestError, UnsupportedSourceError
from ..image_pair import apart_text
from ..lattice import Rect, split
from ..raster.grid import SAME_GSD, Grid, bounds_in
from ..raster.ground import ground_area_m2
from ..raster.overlap import is_same_crs
from ..raster.source import SourceImage

SAME_PLACE_PX = 0.01
"""Pixels that lie closer than this on each other are compared as they are."""
AREA_PX = 64
"""Side of the squares whose ground is measured; within one all pixels are as large."""


@dataclass(frozen=True)
class CommonGrid:
    """The pixels of the comparison.

    Attributes:
        grid: north up, in the CRS of the coarser image.
        rect: of the grid, that holds all ground of both.
        covered_shares: of the image before and of the image after, how much of each lies in `rect`.
    """

    grid: Grid
    rect: Rect
    covered_shares: tuple[float, float]

    def as_seen_by(self, image: SourceImage) -> Grid:
        """The grid for reading an image: without resampling where its own pixels are those of the grid."""
        return replace(self.grid, is_native=_has_pixels_of(image, self.grid))

    def areas_m2(self, rect: Rect, side_px: int = AREA_PX) -> Iterator[tuple[Rect, float]]:
        """Squares of a rectangle, each with the ground that one of its pixels covers; smaller ones at the Earth's edge.

        A pixel without a place on Earth covers none.
        """
        for square in split(rect, side_px):
            transform = self.grid.transform(square)
            try:
                area = ground_area_m2(self.grid.crs, [transform @ corner for corner in _corners(square)])
            except NotGeoreferencedError:
                if side_px > 1:
                    yield from self.areas_m2(square, side_px // 2)
                else:
                    yield square, 0.0
                continue
            yield square, area / (square.height * square.width)


def find_common_grid(before: SourceImage, after: SourceImage) -> CommonGrid:
    """Take the pixels of the coarser image, of the image before where both are as fine.

    A finer image is averaged over these pixels. The other way round, what the coarser image cannot show would count as
    change. The pixels of a rotated image are turned north up.

    Raises:
        RequestError: the images have no ground in common, or no place on Earth.
    """
    for image in (before, after):
        if not image.has_place:
            raise RequestError(f"{image.name}: has no place on Earth, so nothing can be compared with it")
    is_after_coarser = after.gsd_m > before.gsd_m * (1 + SAME_GSD)
    coarser, other = (after, before) if is_after_coarser else (before, after)
    grid = _north_up(coarser)
    try:
        own, others = (grid.rect_of(bounds_in(image.corners_xy, image.crs, grid.crs)) for image in (coarser, other))
    except UnsupportedSourceError:
        # the other image reaches beyond what the CRS can show; what both cover shows when it is read
        own = others = grid.rect_of(bounds_in(coarser.corners_xy, coarser.crs, grid.crs))
    rect = own.intersection(others)
    if rect.is_empty and grid.crs.is_geographic:
        others = _in_same_turn(own, others, grid)
        rect = own.intersection(others)
    if rect.is_empty:
        raise RequestError(apart_text(before, after))
    shares = _share(rect, own), _share(rect, others)
    return CommonGrid(grid, rect, (shares[1], shares[0]) if is_after_coarser else shares)


def _north_up(image: SourceImage) -> Grid:
    """The pixels of an image, or pixels as large over the same ground where they are rotated or sheared."""
    transform = image.transform
    if transform.b == 0 and transform.d == 0:
        size, corner = (transform.a, -transform.e), (transform.c, transform.f)
        return Grid(image.crs, size, corner, image.gsd_m, is_native=True)
    x, y = (np.array(image.corners_xy)[:, axis] for axis in (0, 1))
    size = math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)
    return Grid(image.crs, size, (float(x.min()), float(y.max())), image.gsd_m, is_native=False)


def _has_pixels_of(image: SourceImage, grid: Grid) -> bool:
    """Whether all pixels of an image lie on pixels of the grid."""
    transform = image.transform
    if transform.b or transform.d or not is_same_crs(image.crs, grid.crs):
        return False
    (x, y), (width, height) = grid.origin_xy, grid.pixel_size_xy
    corners = np.array(image.corners_xy)
    columns, rows = (corners[:, 0] - x) / width, (y - corners[:, 1]) / height
    off = max(float(np.abs(places - places.round()).max()) for places in (columns, rows))
    is_as_large = round(columns.max() - columns.min()) == image.shape_yx[1]
    return off <= SAME_PLACE_PX and is_as_large and round(rows.max() - rows.min()) == image.shape_yx[0]


def _in_same_turn(own: Rect, others: Rect, grid: Grid) -> Rect:
    """Another image's rectangle, some turns of the Earth to the left or right: longitudes have no end."""
    turn_px = 2 * math.pi / grid.crs.axis_info[0].unit_conversion_factor / grid.pixel_size_xy[0]
    turns = round((own.left + own.width / 2 - others.left - others.width / 2) / turn_px)
    return replace(others, left=others.left + round(turns * turn_px))


def _share(rect: Rect, whole: Rect) -> float:
    return rect.height * rect.width / (whole.height * whole.width)


def _corners(rect: Rect) -> list[tuple[int, int]]:
    return [(0, 0), (rect.width, 0), (rect.width, rect.height), (0, rect.height)]
