"""Cutting tiles that both dates show wholly, each piece of ground once for each interval and ground scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from ...core.lattice import TILE_PX, Rect
from ...core.radiometry.histogram import count_levels
from .footprints import WORLD
from .shared_grid import PairReader
from .storage import ShardWriter

READ_TILES = 8
"""Tiles along the side of what is read at once: 1,024 px."""
SAME_GROUND_SHARE = 0.25
"""Tiles that overlap along both axes by more than this share of their side show the same ground twice."""


@dataclass(frozen=True)
class Tile:
    """A pair of tiles that was cut.

    Attributes:
        pair: number of the pair of images.
        interval: number of the pair of dates.
        ground_scale_m: metres that it covers.
        column: of its first pixel, counted from that of what both images cover.
        row: likewise.
        corners: float64, (2, 4); longitude and latitude of its corners, or metres without a place on Earth.
        outline_m: float64, (2, 4); the corners in metres of the dataset's own frame.
    """

    pair: int
    interval: int
    ground_scale_m: float
    column: int
    row: int
    corners: NDArray[np.float64]
    outline_m: NDArray[np.float64]

    @property
    def place_xy(self) -> tuple[float, float]:
        """Its centre in metres of the dataset's own frame."""
        x, y = self.outline_m.mean(1)
        return float(x), float(y)


@dataclass(frozen=True)
class Frame:
    """Metres around the middle of a dataset, in which distances between tiles are measured.

    Attributes:
        crs: an equal-area projection around whole degrees, true to 0.3 % within 1,000 km; None without a place on
            Earth, where every pair of images has metres of its own.
    """

    crs: str | None

    @classmethod
    def around(cls, longitude: float, latitude: float) -> Frame:
        """A frame around a place, the same for places of one degree."""
        return cls(f"+proj=laea +lat_0={round(latitude)} +lon_0={round(longitude)} +datum=WGS84 +units=m +no_defs")

    def metres(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude (2, n) in metres of the frame (2, n)."""
        if self.crs is None:
            return degrees
        transformer = Transformer.from_crs(CRS.from_user_input(WORLD), CRS.from_user_input(self.crs), always_xy=True)
        return np.stack(transformer.transform(*degrees))

    def degrees(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres of the frame (2, n) in longitude and latitude (2, n)."""
        if self.crs is None:
            return metres
        transformer = Transformer.from_crs(CRS.from_user_input(self.crs), CRS.from_user_input(WORLD), always_xy=True)
        return np.stack(transformer.transform(*metres))


@dataclass
class TakenGround:
    """Remembers which ground tiles were cut from, by their centres."""

    _centres: dict[tuple[object, ...], list[tuple[float, float]]] = field(default_factory=dict)

    def take(self, key: tuple[object, ...], side_m: float, place_xy: tuple[float, float]) -> bool:
        """Take a piece of ground; False where most of it was taken before.

        Args:
            key: pieces of other keys do not count.
            side_m: of the piece.
            place_xy: its centre.
        """
        near = side_m * (1 - SAME_GROUND_SHARE)
        cell_x, cell_y = (math.floor(value / side_m) for value in place_xy)
        for x in range(cell_x - 1, cell_x + 2):
            for y in range(cell_y - 1, cell_y + 2):
                for one in self._centres.get((*key, x, y), ()):
                    if abs(one[0] - place_xy[0]) < near and abs(one[1] - place_xy[1]) < near:
                        return False
        self._centres.setdefault((*key, cell_x, cell_y), []).append(place_xy)
        return True


class TileCutter:
    """Cuts pairs of images into tiles and puts these aside, with the values of both dates before matching.

    Args:
        aside: where they are written.
        frame: of the dataset.
        intervals: how many pairs of dates there are.

    Attributes:
        tiles: that were cut, in the order in which they stand in `aside`.
        counts: int64, (interval, date, band, 256); values of all tiles that were cut.
        masked: places that were passed over, for they are not wholly seen at both dates.
        repeated: places that were passed over, for another pair of images showed them.
    """

    def __init__(self, aside: ShardWriter, frame: Frame, intervals: int) -> None:
        self._aside, self._frame, self._taken = aside, frame, TakenGround()
        self.tiles: list[Tile] = []
        self.counts = np.zeros((intervals, 2, 3, 256), np.int64)
        self.masked = self.repeated = 0

    def cut(self, reader: PairReader, pair: int, interval: int, tick: Callable[[], None]) -> int:
        """Cut one pair of images at one ground scale; the number of tiles comes back.

        Raises:
            UnreadableSourceError: a block of one of the images is damaged.
            OutputError: the disk is full.
        """
        before = len(self.tiles)
        for block in read_blocks(reader.shared.rect):
            self._cut_block(reader, block, pair, interval)
            tick()
        return len(self.tiles) - before

    def _cut_block(self, reader: PairReader, block: Rect, pair: int, interval: int) -> None:
        pixels, shared = reader.read(block), reader.shared
        tiles = list(_tiles_in(block))
        corners = [self._corners(reader, tile) for tile in tiles]
        outlines = np.split(self._frame.metres(np.concatenate(corners, axis=1)), len(tiles), axis=1)
        key = interval, round(shared.ground_scale_m, 3), pair if self._frame.crs is None else -1
        for tile, corner, outline in zip(tiles, corners, outlines, strict=True):
            rows, columns = tile.slices_in(block)
            if not pixels.valid[rows, columns].all():
                self.masked += 1
                continue
            left, top = tile.left - shared.rect.left, tile.top - shared.rect.top
            made = Tile(pair, interval, shared.ground_scale_m, left, top, corner, outline)
            if not self._taken.take(key, shared.ground_scale_m, made.place_xy):
                self.repeated += 1
                continue
            both = pixels.before[:, rows, columns], pixels.after[:, rows, columns]
            self._aside.add(*both)
            self.counts[interval] += [count_levels(image) for image in both]
            self.tiles.append(made)

    def _corners(self, reader: PairReader, tile: Rect) -> NDArray[np.float64]:
        x = np.array([tile.left, tile.right, tile.right, tile.left], np.float64)
        y = np.array([tile.top, tile.top, tile.bottom, tile.bottom], np.float64)
        return reader.shared.degrees(x, y)


def read_blocks(rect: Rect) -> list[Rect]:
    """What is read at once of what two images cover: whole tiles, counted from its first pixel."""
    side = READ_TILES * TILE_PX
    height, width = (size // TILE_PX * TILE_PX for size in rect.shape_yx)
    whole = Rect(rect.top, rect.left, height, width)
    return [
        Rect(top, left, side, side).intersection(whole)
        for top in range(whole.top, whole.bottom, side)
        for left in range(whole.left, whole.right, side)
    ]


def _tiles_in(block: Rect) -> Iterator[Rect]:
    for top in range(block.top, block.bottom, TILE_PX):
        for left in range(block.left, block.right, TILE_PX):
            yield Rect(top, left, TILE_PX, TILE_PX)
