"""Tiles spread over a rectangle: each once, all where there are few, evenly where there are many."""

from __future__ import annotations

import numpy as np
import pytest

from landcast.core.domain.spread import count_tiles, moved_into, spread_tiles
from landcast.core.lattice import TILE_PX, Rect, split


def test_a_small_rectangle_gives_every_tile_that_it_touches() -> None:
    area = Rect(-130, 60, 300, 500)
    touched = {part.snapped(TILE_PX) for part in split(area, TILE_PX)}
    assert set(spread_tiles(area, 96)) == touched
    assert len(touched) == np.prod(count_tiles(area)) == 4 * 5


@pytest.mark.parametrize("shape_yx", [(20_000, 30_000), (300, 200_000), (90_000, 2_000)])
def test_the_first_tiles_of_a_large_one_are_spread_evenly(shape_yx: tuple[int, int]) -> None:
    area = Rect(37, -12_345, *shape_yx)
    tiles = list(spread_tiles(area, 96))
    assert len(tiles) == len(set(tiles)) == 96
    assert all(not tile.intersection(area).is_empty and tile.snapped(TILE_PX) == tile for tile in tiles)
    long = int(np.argmax(shape_yx))
    starts = np.array([(tile.top - area.top, tile.left - area.left)[long] for tile in tiles[:32]]) / shape_yx[long]
    counts, _ = np.histogram(starts, 4, (-0.01, 1))
    assert counts.min() >= 6


def test_a_tile_is_moved_into_the_source_and_no_further() -> None:
    bounds = Rect(10, 10, 300, 140)
    for tile in spread_tiles(bounds, 96):
        moved = moved_into(tile, bounds)
        assert moved.intersection(bounds) == moved
    inside = Rect(100, 15, TILE_PX, TILE_PX)
    assert moved_into(inside, bounds) == moved_into(inside, None) == inside
