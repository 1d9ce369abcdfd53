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
from .grid import Grid, source_rect
from .places import NODE_STEP_PX, SourcePlaces
from .resample import divide_by_weight, reduce_by, weighted_sums_at
from .source import SourceImage

MARGIN_PX = 3
"""Source pixels beyond a resampled area, for the kernel."""
MAX_SOURCE_PX = 4_000_000
"""Source pixels held at once to be resampled; larger areas are read in parts."""
MAX_SAMPLES = 1_000_000
"""Places worked out at once."""

Floats = NDArray[np.float64]


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
    """Reads a source on a grid. A pixel is the same in every rectangle that holds it.

    Beyond what it returns it takes about 150 MB, twice as much for a source of more than 16 bits.

    Args:
        source: open.
        grid: of the result.
        tones: how its values are shown to the model.
    """

    def __init__(self, source: SourceImage, grid: Grid, tones: Tones) -> None:
        self.source, self.grid, self.tones = source, grid, tones
        self._native_rect = source_rect(source, grid) if grid.is_native else None
        self._places = SourcePlaces(source, grid)
        is_precise = source.dtype.itemsize > 2 and source.dtype != np.float32
        self._kind: type[Any] = np.float64 if is_precise else np.float32

    def read(self, rect: Rect) -> Present:
        """Read a rectangle; outside the source all is zero and not valid.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        values, valid = self.read_values(rect)
        image = self.tones.to_model(values)
        if not valid.all():
            image *= valid
        return Present(image, valid, values)

    def read_values(self, rect: Rect) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Read the values (band, y, x) and what is valid of them, bool (y, x), without showing them to a model.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        if self._native_rect is None:
            return self._read_resampled(rect)
        at = self._native_rect
        pixels = self.source.read_native(Window(rect.left - at.left, rect.top - at.top, rect.width, rect.height))
        return pixels.values, pixels.valid

    def _read_resampled(self, rect: Rect) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        values = np.zeros((self.source.bands, *rect.shape_yx), self._kind)
        valid = np.zeros(rect.shape_yx, np.bool_)
        for part in split(rect, self._part_px()):
            rows, columns = part.slices_in(rect)
            sums = self._sample(*self._places.of(part))
            if sums is not None:
                values[:, rows, columns], valid[rows, columns] = divide_by_weight(sums)
        return values, valid

    def _part_px(self) -> int:
        """Side of a part that needs neither too many samples nor, however it is turned, too many source pixels."""
        places = self._places
        pixels = math.prod(places.pixels_yx) / math.prod(places.reduction_yx)
        side = math.sqrt(min(MAX_SAMPLES / math.prod(places.samples_yx), MAX_SOURCE_PX / 2 / max(pixels, 1e-9)))
        return max(NODE_STEP_PX, int(side) // NODE_STEP_PX * NODE_STEP_PX)

    def _sample(self, columns: Floats, rows: Floats) -> NDArray[Any] | None:
        """Weighted sums at places in the source, (band and weight, y, x); None where none of them lies in it."""
        columns, rows = self._within(columns, rows)
        cells = self._cells_around(columns, rows)
        if cells is None:
            return None
        if cells.height * cells.width > MAX_SOURCE_PX:
            return self._sample_apart(columns, rows)
        reduction_y, reduction_x = self._places.reduction_yx
        values, weight = self._read_reduced(cells)
        return weighted_sums_at(
            values, weight, columns / reduction_x, rows / reduction_y, self._places.samples_yx, (cells.top, cells.left)
        )

    def _read_reduced(self, cells: Rect) -> tuple[NDArray[Any], NDArray[Any]]:
        """Values (band, y, x) and weights (y, x) of cells of the reduction, from as few source pixels as bear it."""
        reduction_y, reduction_x = self._places.reduction_yx
        values = np.empty((self.source.bands, *cells.shape_yx), self._kind)
        weight = np.empty(cells.shape_yx, self._kind)
        columns = min(cells.width, max(1, MAX_SOURCE_PX // (reduction_y * reduction_x)))
        rows = max(1, MAX_SOURCE_PX // (reduction_y * reduction_x * columns))
        for top in range(0, cells.height, rows):
            for left in range(0, cells.width, columns):
                part = weight[top : top + rows, left : left + columns]
                first_row, first_column = (cells.top + top) * reduction_y, (cells.left + left) * reduction_x
                size = part.shape[1] * reduction_x, part.shape[0] * reduction_y
                pixels = self.source.read_native(Window(first_column, first_row, *size))
                at = slice(top, top + rows), slice(left, left + columns)
                values[:, *at], weight[at] = reduce_by(
                    pixels.values, pixels.valid, (reduction_y, reduction_x), self._kind
                )
        return values, weight

    def _sample_apart(self, columns: Floats, rows: Floats) -> NDArray[Any] | None:
        """Sample two halves of the places, each from its own window: they lie on both sides of a seam, or of a pole."""
        axis = max((columns, rows), key=lambda places: np.nanmax(places) - np.nanmin(places))
        is_first = axis < (np.nanmax(axis) + np.nanmin(axis)) / 2
        total = None
        for is_taken in (is_first, ~is_first):
            sums = self._sample(np.where(is_taken, columns, np.nan), np.where(is_taken, rows, np.nan))
            total = sums if total is None or sums is None else total + sums
        return total

    def _within(self, columns: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """The places that the source, or a kernel that reaches into it, holds; NaN for all others."""
        (margin_y, margin_x), (height, width) = self._margin_yx, self.source.shape_yx
        is_within = (
            (columns > -margin_x) & (columns < width + margin_x) & (rows > -margin_y) & (rows < height + margin_y)
        )
        return np.where(is_within, columns, np.nan), np.where(is_within, rows, np.nan)

    @property
    def _margin_yx(self) -> tuple[int, int]:
        reduction_y, reduction_x = self._places.reduction_yx
        return MARGIN_PX * reduction_y, MARGIN_PX * reduction_x

    def _cells_around(self, columns: Floats, rows: Floats) -> Rect | None:
        """What must be read for samples at these places, in cells of the reduction; None for nothing."""
        is_placed = np.isfinite(columns)
        if not is_placed.any():
            return None
        (top, bottom), (left, right) = (
            _reach(places[is_placed], size, margin, step)
            for places, size, margin, step in zip(
                (rows, columns), self.source.shape_yx, self._margin_yx, self._places.reduction_yx, strict=True
            )
        )
        return Rect(top, left, bottom - top, right - left)


def _reach(places: Floats, size: int, margin: int, step: int) -> tuple[int, int]:
    """First cell and the one behind the last that these places need along one axis."""
    first = max(0, math.floor(places.min()) - margin)
    last = min(size, math.ceil(places.max()) + margin)
    return first // step, -(-last // step)
