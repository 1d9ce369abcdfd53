"""Ground that trains, validates and tests."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from landcast.core.errors import RequestError
from landcast.training.dataset.cutting import Tile
from landcast.training.dataset.splitting import SplitSettings, split_tiles

SIDE_M = 76.8


def tile(column: int, row: int, side_m: float = SIDE_M, pair: int = 0) -> Tile:
    left, top = column * SIDE_M, row * SIDE_M
    outline = np.array([[left, left + side_m, left + side_m, left], [top, top, top - side_m, top - side_m]])
    return Tile(pair, 0, side_m, column, row, outline, outline)


TILES = [tile(column, row) for column in range(40) for row in range(40)]
SETTINGS = SplitSettings(validation=0.2, test=0.2, block_m=500, buffer_m=150, seed=3)


def gap_m(one: Tile, other: Tile) -> float:
    """Distance between two squares, edge to edge."""
    apart = [
        max(0.0, max(one.outline_m[axis].min(), other.outline_m[axis].min())
            - min(one.outline_m[axis].max(), other.outline_m[axis].max()))
        for axis in (0, 1)
    ]  # fmt: skip
    return float(np.hypot(*apart))


def test_nothing_lies_within_the_buffer_of_another_part() -> None:
    parts = split_tiles(TILES, SETTINGS, has_place=True)
    groups = {name: [one for one, part in zip(TILES, parts, strict=True) if part == name] for name in set(parts)}
    assert set(groups) == {"train", "validation", "test", "buffer"}
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert min(gap_m(a, b) for a in groups[one] for b in groups[other][::3]) > 150
    lone = [one for one in groups["buffer"] if all(gap_m(one, b) > 150 for b in groups["validation"] + groups["test"])]
    assert len(lone) == 0, "nothing is dropped but for the buffer"


def test_a_block_is_assigned_by_seed_and_place_alone() -> None:
    free = SplitSettings(validation=0.3, block_m=500, buffer_m=0, seed=3)
    parts = split_tiles(TILES, free, has_place=True)
    assert split_tiles(TILES[::-1], free, has_place=True)[::-1] == parts
    assert split_tiles(TILES[:300], free, has_place=True) == parts[:300], "further data moves none"
    other = split_tiles(TILES, SplitSettings(validation=0.3, block_m=500, buffer_m=0, seed=4), has_place=True)
    assert other != parts
    assert Counter(parts)["validation"] / len(parts) == pytest.approx(0.3, abs=0.12)


def test_tiles_of_several_scales_on_the_same_ground_fall_on_one_side() -> None:
    large = [tile(column, row, 3 * SIDE_M) for column in range(0, 40, 3) for row in range(0, 40, 3)]
    both = [*TILES, *large]
    parts = split_tiles(both, SETTINGS, has_place=True)
    train = [one for one, part in zip(both, parts, strict=True) if part == "train"]
    held_out = [one for one, part in zip(both, parts, strict=True) if part in ("validation", "test")]
    assert min(gap_m(a, b) for a in train for b in held_out[::4]) > 0


def test_images_without_a_place_are_grounds_of_their_own() -> None:
    pictures = [tile(0, 0, pair=pair) for pair in range(40)]
    parts = Counter(split_tiles(pictures, SplitSettings(validation=0.4, seed=1), has_place=False))
    assert parts["buffer"] == 0, "equal coordinates of other pictures are no neighbours"
    assert 8 <= parts["validation"] <= 24


@pytest.mark.parametrize("changes", [{"validation": 1.0}, {"validation": 0.6, "test": 0.5}, {"validation": -0.1},
                                     {"block_m": 0.0}, {"buffer_m": -1.0}, {"block_m": float("nan")}])  # fmt: skip
def test_shares_and_sizes_that_make_no_sense_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(RequestError, match=r"--(split|block-m|buffer-m)"):
        SplitSettings(**changes)
