"""Tiles of a rectangle in an order of which every beginning is spread evenly over it; pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..lattice import TILE_PX, Rect

PLASTIC = 1.32471795724474602596
"""The number whose cube is itself and one."""
TRIES_A_TILE = 4
"""Points tried for each tile of a large rectangle, of which many fall onto tiles that came already."""


def count_tiles(area: Rect) -> tuple[int, int]:
    """Rows and columns of the tiles of the lattice that a rectangle touches."""
    snapped = area.snapped(TILE_PX)
    return snapped.height // TILE_PX, snapped.width // TILE_PX


def tile_at(area: Rect, row: int, column: int) -> Rect:
    """One of these tiles; it may reach beyond the rectangle."""
    snapped = area.snapped(TILE_PX)
    return Rect(snapped.top + row * TILE_PX, snapped.left + column * TILE_PX, TILE_PX, TILE_PX)


def spread_tiles(area: Rect, most: int) -> Iterator[Rect]:
    """Up to `most` different tiles that a rectangle touches, all of them where there are no more.

    Source: Roberts 2018, The unreasonable effectiveness of quasirandom sequences (R2).
    """
    rows, columns = count_tiles(area)
    if rows * columns <= most:
        places = list(np.ndindex(rows, columns))
    else:
        steps = np.arange(TRIES_A_TILE * most) + 1
        points = (
            ((0.5 + steps / PLASTIC) % 1 * rows).astype(int),
            ((0.5 + steps / PLASTIC**2) % 1 * columns).astype(int),
        )
        places = list(dict.fromkeys(zip(*(axis.tolist() for axis in points), strict=True)))[:most]
    yield from (tile_at(area, row, column) for row, column in places)


def moved_into(tile: Rect, bounds: Rect | None) -> Rect:
    """Move a tile so that it lies inside, as far as it fits; where there are no bounds it stays."""
    if bounds is None:
        return tile
    top = max(bounds.top, min(tile.top, bounds.bottom - tile.height))
    left = max(bounds.left, min(tile.left, bounds.right - tile.width))
    return Rect(top, left, tile.height, tile.width)
