"""How much ground a pixel covers, by geodesy and not by the unit of its CRS."""

from __future__ import annotations

from functools import lru_cache

from ...errors import NotGeoreferencedError
from ...lattice import Rect
from ...raster.grid import Grid
from ...raster.ground import ground_area_m2, is_on_earth

GROUND_TILE_PX = 256
"""Side of the squares of the lattice within which all pixels are taken to be equally large."""


class PixelGround:
    """The ground under the pixels of a grid.

    A grid is true to scale within one percent, which is two of an area; here each square of 256 px has its own
    pixel size, which is right within one part in a thousand even in a CRS that a user forced. Images without a place
    on Earth have the pixel size that their user stated.

    Args:
        grid: of a result.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._is_on_earth = is_on_earth(grid.crs)
        self._measured = lru_cache(maxsize=4096)(self._measure)

    def pixel_m2(self, part: Rect) -> float:
        """Square metres of one pixel of a rectangle that lies within one square of the lattice."""
        return self._measured(part.top // GROUND_TILE_PX, part.left // GROUND_TILE_PX)

    def _measure(self, tile_row: int, tile_column: int) -> float:
        stated = self._grid.gsd_m**2
        if not self._is_on_earth:
            return stated
        side = GROUND_TILE_PX
        to_xy = self._grid.transform(Rect(tile_row * side, tile_column * side, side, side))
        corners = [to_xy @ corner for corner in ((0, 0), (side, 0), (side, side), (0, side))]
        try:
            return ground_area_m2(self._grid.crs, corners) / side**2
        except NotGeoreferencedError:  # a square that reaches beyond what the CRS can show
            return stated
