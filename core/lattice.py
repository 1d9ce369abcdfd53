"""Tile arithmetic on the lattice: pure, in absolute pixels, rows down and columns right, no I/O.

The lattice is anchored to the CRS, so that the same piece of ground lies in the same windows whatever extent
was asked for. All sizes are multiples of a coarse cell of 4 px.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILE_PX = 128
"""Side of the image that one call of the UNet sees."""
COARSE_PX = 32
"""Side of the difference image that one call of the UNet predicts, in coarse cells."""
CELL_PX = TILE_PX // COARSE_PX
"""Fine pixels along one side of a coarse cell."""
STRIDE_PX = TILE_PX // 2
"""Windows of the UNet overlap by half, so that their squared-sine weights sum to one."""
UPSCALE_PX = 256
"""Side of what one call of the upscaler keeps."""
UPSCALE_PAD_PX = 8 * CELL_PX
"""Margin that the upscaler sees beyond what it keeps."""


@dataclass(frozen=True)
class Rect:
    """A rectangle of lattice pixels: absolute row and column of its first pixel, and its size."""

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        """First row below."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """First column to the right."""
        return self.left + self.width

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.height <= 0 or self.width <= 0

    def expanded(self, margin: int) -> Rect:
        """Grow by a margin on all sides."""
        return Rect(self.top - margin, self.left - margin, self.height + 2 * margin, self.width + 2 * margin)

    def snapped(self, multiple: int) -> Rect:
        """Grow to the next multiples outwards."""
        top, left = self.top // multiple * multiple, self.left // multiple * multiple
        bottom, right = -(-self.bottom // multiple) * multiple, -(-self.right // multiple) * multiple
        return Rect(top, left, bottom - top, right - left)

    def intersection(self, other: Rect) -> Rect:
        """What both hold; empty where they do not meet."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        return Rect(top, left, min(self.bottom, other.bottom) - top, min(self.right, other.right) - left)

    def slices_in(self, outer: Rect) -> tuple[slice, slice]:
        """Row and column slices of this rectangle in an array that holds `outer`."""
        top, left = self.top - outer.top, self.left - outer.left
        return slice(top, top + self.height), slice(left, left + self.width)

    def in_cells(self) -> Rect:
        """The same ground in coarse cells; all four numbers must be multiples of a cell."""
        return Rect(self.top // CELL_PX, self.left // CELL_PX, self.height // CELL_PX, self.width // CELL_PX)


def coarse_need(want: Rect) -> Rect:
    """Pixels over which the coarse difference must be known, for `want` to be composed."""
    return want.snapped(UPSCALE_PX).expanded(UPSCALE_PAD_PX)


def difference_need(area: Rect) -> Rect:
    """Pixels of the present that the UNet sees for the coarse difference over `area` (pixels)."""
    return area.snapped(STRIDE_PX).expanded(TILE_PX - STRIDE_PX)


def image_need(want: Rect) -> Rect:
    """Pixels of the present that one iteration over `want` sees."""
    return difference_need(coarse_need(want))


def iteration_rects(
    want: Rect, iterations: int, source: Rect | None = None, last_area: Rect | None = None
) -> list[Rect]:
    """What must be read, then what must be known after each iteration; the last is what is wanted.

    Args:
        want: rectangle of the result.
        iterations: how often the result is fed in again.
        source: rectangle of the source; nothing beyond it is worth knowing. No limit where None.
        last_area: pixels over which the last iteration's difference is drawn; what `want` needs where None.
    """
    rects, need = [want], difference_need(last_area or coarse_need(want))
    for _ in range(iterations - 1):
        rects.insert(0, need if source is None else need.intersection(source.snapped(UPSCALE_PX)))
        need = image_need(rects[0])
    return [need, *rects]


def unet_windows(coarse: Rect) -> list[Rect]:
    """All UNet windows whose weight is not zero somewhere in `coarse` (pixels)."""
    area = coarse.snapped(STRIDE_PX)
    tops = range(area.top - STRIDE_PX, area.bottom, STRIDE_PX)
    lefts = range(area.left - STRIDE_PX, area.right, STRIDE_PX)
    return [Rect(top, left, TILE_PX, TILE_PX) for top in tops for left in lefts]


def split(area: Rect, side: int) -> Iterator[Rect]:
    """Cut into squares of the lattice of `side`, row by row; each pixel lies in exactly one."""
    snapped = area.snapped(side)
    for top in range(snapped.top, snapped.bottom, side):
        for left in range(snapped.left, snapped.right, side):
            yield Rect(top, left, side, side).intersection(area)


def blend_weight(cells: int) -> NDArray[np.float32]:
    """Squared-sine weight of a window, float32 (cells, cells); windows half a side apart sum to one."""
    ramp = np.sin(np.pi * (np.arange(cells) + 0.5) / cells) ** 2
    weight: NDArray[np.float32] = (ramp[:, None] * ramp[None]).astype(np.float32)
    return weight
