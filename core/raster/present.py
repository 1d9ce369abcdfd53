"""The present on the result's grid: the source's own pixels where they fit, resampled ones elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from ..lattice import Rect, split
from ..radiometry.tones import Tones
from .grid import Grid, source_rect, transform_points
from .resample import between_nodes, reduce_by, sample_at
from .source import SourceImage

NODE_STEP_PX = 8
"""Places are exact at every eighth pixel of the lattice and interpolated between."""
MARGIN_PX = 3
"""Source pixels beyond a resampled area, for the kernel."""
MAX_SOURCE_PX = 16_000_000
"""Source pixels read at once; larger areas are read in parts."""
SHARP_BELOW = 1.33
"""Up to so many source pixels along one result pixel are interpolated; more are averaged."""
FULL_TURN_DEGREES = 360.0


@dataclass(frozen=True)
class Present:
    """The source over a rectangle of the grid.

    Attributes:
        image: float32, (3, y, x) in 0..1; as the model is shown it, zero where not valid.
        valid: bool, (y, x).
        values: (band, y, x); in the source's own units, interpolated where it was resampled.
    """

    image: NDArray[np.float32]
    valid: NDArray[np.bool_]
    values: NDArray[Any]


class PresentReader:
    """Reads a source on a grid.

    Args:
        source: open.
        grid: of the result.
        tones: how its values are shown to the model.
    """

    def __init__(self, source: SourceImage, grid: Grid, tones: Tones) -> None:
        self.source, self.grid, self.tones = source, grid, tones
        self._native_rect = source_rect(source, grid) if grid.is_native else None
        pixels = grid.gsd_m / source.gsd_m
        self._samples = 1 if pixels < SHARP_BELOW else 2 if pixels < 2 * SHARP_BELOW else 3
        self._reduction = max(1, int(pixels / self._samples))

    def read(self, rect: Rect) -> Present:
        """Read a rectangle; outside the source all is zero and not valid.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        if self._native_rect is not None:
            at = self._native_rect
            window = Window(rect.left - at.left, rect.top - at.top, rect.width, rect.height)
            pixels = self.source.read_native(window)
            values, valid = pixels.values, pixels.valid
        else:
            values, valid = self._read_resampled(rect)
        return Present(self.tones.to_model(values) * valid, valid, values)

    def _read_resampled(self, rect: Rect) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        side = int(math.sqrt(MAX_SOURCE_PX) * min(1.0, self.source.gsd_m / self.grid.gsd_m))
        side = max(NODE_STEP_PX, side // NODE_STEP_PX * NODE_STEP_PX)
        kind = np.float64 if self.source.dtype.itemsize > 2 and self.source.dtype != np.float32 else np.float32
        values = np.zeros((self.source.bands, *rect.shape_yx), kind)
        valid = np.zeros(rect.shape_yx, np.bool_)
        for part in split(rect, side):
            rows, columns = part.slices_in(rect)
            values[:, rows, columns], valid[rows, columns] = self._resample(part, kind)
        return values, valid

    def _resample(self, rect: Rect, kind: type[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        columns, rows = self._places(rect)
        window = self._window_around(columns, rows)
        if window is None:
            return np.zeros((self.source.bands, *rect.shape_yx), kind), np.zeros(rect.shape_yx, np.bool_)
        pixels = self.source.read_native(window)
        values, weight = reduce_by(pixels.values.astype(kind), pixels.valid, self._reduction)
        across = (columns - window.col_off) / self._reduction
        down = (rows - window.row_off) / self._reduction
        return sample_at(values, weight, across, down, self._samples)

    def _places(self, rect: Rect) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Columns and rows in the source of every sample of a rectangle, float64 (side y, side x) both."""
        snapped = rect.snapped(NODE_STEP_PX)
        transform = self.grid.transform(snapped)
        node_rows, node_columns = (np.arange(0, side + 1, NODE_STEP_PX) for side in snapped.shape_yx)
        right, down = np.meshgrid(node_columns.astype(float), node_rows.astype(float))
        x, y = transform.c + right * transform.a, transform.f + down * transform.e
        x, y = self._to_source(x.ravel(), y.ravel())
        inverse = ~self.source.transform
        columns = (inverse.a * x + inverse.b * y + inverse.c).reshape(right.shape)
        rows = (inverse.d * x + inverse.e * y + inverse.f).reshape(right.shape)
        side = self._samples
        count_yx = snapped.height * side, snapped.width * side
        inner = tuple(slice(s.start * side, s.stop * side) for s in rect.slices_in(snapped))
        with np.errstate(invalid="ignore"):
            return tuple(  # type: ignore[return-value]
                between_nodes(nodes, NODE_STEP_PX * side, count_yx)[inner] for nodes in (columns, rows)
            )

    def _to_source(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x, y = transform_points(self.grid.crs, self.source.crs, x, y)
        if self.source.crs.is_geographic:
            # longitudes have no end: the turn that the source counts in is taken
            centre_x = self.source.centre_xy[0]
            turn = FULL_TURN_DEGREES * np.pi / 180 / self.source.crs.axis_info[0].unit_conversion_factor
            x = centre_x + (x - centre_x + turn / 2) % turn - turn / 2
        return x, y

    def _window_around(self, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> Window | None:
        """What must be read for samples at these places, in whole squares of the reduction; None for nothing."""
        is_placed = np.isfinite(columns) & np.isfinite(rows)
        if not is_placed.any():
            return None
        margin, step = MARGIN_PX * self._reduction, self._reduction
        height, width = self.source.shape_yx
        left, right = (f(columns[is_placed]) for f in (np.min, np.max))
        top, bottom = (f(rows[is_placed]) for f in (np.min, np.max))
        if right < -margin or bottom < -margin or left > width + margin or top > height + margin:
            return None
        first = [max(-margin, math.floor(v) - margin) // step * step for v in (top, left)]
        last = [
            -(-min(size + margin, math.ceil(v) + margin) // step) * step
            for v, size in ((bottom, height), (right, width))
        ]
        return Window(first[1], first[0], max(step, last[1] - first[1]), max(step, last[0] - first[0]))
