"""The present on the result's grid: the source's own pixels where they fit, resampled ones elsewhere."""

from __future__ import annotations

import math

import numpy as np
import rasterio.crs
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rasterio.windows import Window

from ..lattice import Rect, split
from .grid import Grid, bounds_in
from .source import SourceImage

MARGIN_PX = 4
"""Source pixels beyond a resampled area, for the kernel."""
MAX_SOURCE_PX = 16_000_000
"""Source pixels read at once; larger areas are read in parts."""
MIN_PART_PX = 64
AVERAGE_BELOW = 0.75
"""Where a source pixel is smaller than this share of a result pixel, result pixels are means; cubic elsewhere."""
MIN_VALID_SHARE = 0.5


class PresentReader:
    """Reads a source on a grid."""

    def __init__(self, source: SourceImage, grid: Grid) -> None:
        self.source, self.grid = source, grid
        self._crs = rasterio.crs.CRS.from_wkt(grid.crs.to_wkt())
        self._source_crs = rasterio.crs.CRS.from_wkt(source.crs.to_wkt())

    def read(self, rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Read a rectangle: float32 (3, y, x) in 0..1, and validity, bool (y, x).

        Outside the source all is zero and not valid.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        if self.grid.is_native:
            image, valid = self.source.read_native(self._native_window(rect))
            return np.divide(image, 255, dtype=np.float32), valid
        return self._read_resampled(rect)

    def _native_window(self, rect: Rect) -> Window:
        row = round((self.source.transform.f - self.grid.origin_xy[1]) / self.grid.pixel_size)
        column = round((self.grid.origin_xy[0] - self.source.transform.c) / self.grid.pixel_size)
        return Window(rect.left + column, rect.top + row, rect.width, rect.height)

    def _read_resampled(self, rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        side = max(MIN_PART_PX, int(math.sqrt(MAX_SOURCE_PX) * min(1.0, self.source.gsd_m / self.grid.gsd_m)))
        image = np.zeros((3, *rect.shape_yx), np.float32)
        valid = np.zeros(rect.shape_yx, np.bool_)
        for part in split(rect, side):
            rows, columns = part.slices_in(rect)
            image[:, rows, columns], valid[rows, columns] = self._warp(part)
        return image, valid

    def _warp(self, rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Resample one part; pixels that are not valid have no weight in what they touch."""
        window = self._source_window(rect)
        if window.width <= 0 or window.height <= 0:
            return np.zeros((3, *rect.shape_yx), np.float32), np.zeros(rect.shape_yx, np.bool_)
        pixels, seen = self.source.read_native(window)
        weighted = np.concatenate([np.divide(pixels, 255, dtype=np.float32) * seen, seen[None].astype(np.float32)])
        result = np.zeros((4, *rect.shape_yx), np.float32)
        is_reduced = self.source.gsd_m < AVERAGE_BELOW * self.grid.gsd_m
        reproject(
            weighted,
            result,
            src_transform=self.source.transform @ Affine.translation(window.col_off, window.row_off),
            src_crs=self._source_crs,
            dst_transform=self.grid.transform(rect),
            dst_crs=self._crs,
            resampling=Resampling.average if is_reduced else Resampling.cubic,
            init_dest_nodata=False,
            tolerance=0.0,
        )
        weight = result[3]
        valid = weight > MIN_VALID_SHARE
        image = np.where(valid, result[:3] / np.where(valid, weight, 1), 0)
        return np.clip(image, 0, 1).astype(np.float32), valid

    def _source_window(self, rect: Rect) -> Window:
        """The window of the source that a rectangle needs, clipped to the source."""
        transform = self.grid.transform(rect)
        corners = [transform @ c for c in ((0, 0), (rect.width, 0), (rect.width, rect.height), (0, rect.height))]
        x_min, y_min, x_max, y_max = bounds_in(corners, self.grid.crs, self.source.crs)
        inverse = ~self.source.transform
        pixels = [inverse @ (x, y) for x in (x_min, x_max) for y in (y_min, y_max)]
        columns, rows = ([p[axis] for p in pixels] for axis in (0, 1))
        margin = MARGIN_PX + math.ceil(self.grid.gsd_m / self.source.gsd_m)
        top, left = (max(0, math.floor(min(values)) - margin) for values in (rows, columns))
        bottom = min(self.source.shape_yx[0], math.ceil(max(rows)) + margin)
        right = min(self.source.shape_yx[1], math.ceil(max(columns)) + margin)
        return Window(left, top, max(0, right - left), max(0, bottom - top))
