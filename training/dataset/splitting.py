"""Which tiles train, validate and test: by blocks of ground, and nothing near another part."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from ...core.errors import RequestError
from .cutting import Tile

if TYPE_CHECKING:
    from .split_file import AreasInMetres, SplitAreas

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
DROPPED = "buffer"
"""What stands in the place of a part for tiles that lie too near to another one."""


@dataclass(frozen=True)
class SplitSettings:
    """How ground is shared out.

    Attributes:
        validation: share of the blocks that validate.
        test: share of the blocks that test.
        block_m: side of a block, metres.
        buffer_m: least distance between tiles of different parts, metres, edge to edge.
        seed: of the hash that assigns blocks.
        areas: ground that a file shares out, in the place of shares, blocks and seed; None for none.
    """

    validation: float = 0.2
    test: float = 0.0
    block_m: float = 1024.0
    buffer_m: float = 256.0
    seed: int = 0
    areas: SplitAreas | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.validation < 1 and 0 <= self.test < 1 and self.validation + self.test < 1):
            raise RequestError(
                f"--split {self.validation:g},{self.test:g}: shares of validation and test must not be below 0, and "
                "less than 1 together"
            )
        if not (math.isfinite(self.block_m) and self.block_m > 0):
            raise RequestError(f"--block-m must be above 0 metres, not {self.block_m}")
        if not (math.isfinite(self.buffer_m) and self.buffer_m >= 0):
            raise RequestError(f"--buffer-m must be 0 metres or more, not {self.buffer_m}")


def split_tiles(
    tiles: Sequence[Tile], settings: SplitSettings, has_place: bool, areas: AreasInMetres | None = None
) -> list[str]:
    """Assign each tile to a part, or to `DROPPED`.

    A block's part follows from the seed and its own place alone, so that further data never moves it. A tile belongs to
    the block, or to the given area, of its centre. Training tiles near held-out ones are dropped, and validation tiles
    near test ones; so are tiles near ground that the file of the areas uses for another part.

    Args:
        tiles: with their places in one frame.
        settings: how.
        has_place: whether the frame is one; else every pair of images has ground of its own.
        areas: those of the settings in metres of the frame, where they have any.
    """
    grounds = [-1 if has_place else tile.pair for tile in tiles]
    outlines = _outlines(tiles, grounds, settings)
    if areas is None:
        parts = np.array([_part_of(tile, ground, settings) for tile, ground in zip(tiles, grounds, strict=True)])
    else:
        parts = areas.parts_of(outlines)
    for kept, held_out in (("validation", ("test",)), ("train", ("validation", "test"))):
        own, others = np.flatnonzero(parts == kept), np.flatnonzero(np.isin(parts, held_out))
        if own.size and others.size:
            tree = shapely.STRtree(outlines[others])
            near, _ = tree.query(outlines[own], predicate="dwithin", distance=settings.buffer_m)
            parts[own[np.unique(near)]] = DROPPED
    if areas is not None:
        for part in PARTS:
            own = np.flatnonzero(parts == part)
            strangers = [other for other in PARTS if other != part]
            parts[own[areas.near(outlines[own], strangers, settings.buffer_m)]] = DROPPED
    return [str(part) for part in parts]


def block_part(column: int, row: int, ground: int, settings: SplitSettings) -> Part:
    """The part of a block by its place on the lattice of blocks."""
    text = f"{settings.seed} {ground} {column} {row}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
    if number < settings.test:
        return "test"
    return "validation" if number < settings.test + settings.validation else "train"


def _part_of(tile: Tile, ground: int, settings: SplitSettings) -> Part:
    column, row = (math.floor(value / settings.block_m) for value in tile.place_xy)
    return block_part(column, row, ground, settings)


def _outlines(tiles: Sequence[Tile], grounds: Sequence[int], settings: SplitSettings) -> NDArray[np.object_]:
    """Footprints in metres; those of different grounds lie far from each other."""
    corners = np.stack([tile.outline_m.T for tile in tiles])
    reach = float(np.abs(corners[..., 0]).max()) + settings.buffer_m + 1
    corners[..., 0] += np.maximum(np.array(grounds), 0)[:, None] * 4 * reach
    outlines: NDArray[np.object_] = np.asarray(shapely.polygons(corners), object)
    return outlines
