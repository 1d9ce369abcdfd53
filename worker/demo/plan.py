"""The plan of the demo scene: where roads, blocks, lots and parcels lie, whatever the year.

The plan is made on a road grid: u runs along the main road, v across it (town at v < 0, farmland
at v > 0). `Frame` bends and turns the grid into metres east and south of the picture's centre.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bounds = tuple[float, float, float, float]
"""A grid rectangle: u0, u1, v0, v1."""

COLUMN_PITCH_M = 165.0
ROW_PITCH_M = 80.4
MAIN_HALF_M = 11.5
STREET_HALF_M = 7.2
BLOCK_DEPTH_M = ROW_PITCH_M - 2 * STREET_HALF_M
FARM_START_M = 16.0
FARM_PITCH_M = 150.0
RIVER_ROW_END_M = 126.0

TownUse = Literal["houses", "building", "commerce", "park"]
FarmUse = Literal["crop", "orchard", "wood", "fallow"]


class Stream(IntEnum):
    """Names of the independent random streams, so that one part never shifts another."""

    FRAME = 1
    NOISE = 2
    TOWN_USE = 3
    FARM_USE = 4
    LOTS = 5
    BLOCK = 6
    PARCEL = 7
    ROADS = 8
    RIVER = 9
    SENSOR = 10
    CROWNS = 11
    TRAFFIC = 12


def stream(seed: int, name: Stream, *place: int) -> np.random.Generator:
    """A generator of its own for one part of the scene."""
    return np.random.default_rng([seed, int(name), *(index + 10_000 for index in place)])


@dataclass(frozen=True)
class Frame:
    """How the road grid lies on the ground."""

    angle_rad: float
    mirror_u: int
    mirror_v: int
    bend_m: float
    bend_phase: float
    centre_v_m: float

    def _bend(self, u: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.asarray(self.bend_m * np.sin(u / 95.0 + self.bend_phase))

    def to_xy(self, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Grid coordinates to metres from the centre, (point, xy)."""
        along = u * self.mirror_u
        across = (v + self._bend(u) - self.centre_v_m) * self.mirror_v
        cosine, sine = math.cos(self.angle_rad), math.sin(self.angle_rad)
        return np.stack([cosine * along - sine * across, sine * along + cosine * across], axis=-1)

    def to_uv(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The inverse of `to_xy`, exact."""
        cosine, sine = math.cos(self.angle_rad), math.sin(self.angle_rad)
        u = (cosine * x + sine * y) * self.mirror_u
        v = (cosine * y - sine * x) * self.mirror_v + self.centre_v_m
        return u.astype(np.float32), (v - self._bend(u)).astype(np.float32)

    def point(self, u: float, v: float) -> tuple[float, float]:
        """One grid position in metres from the centre."""
        x, y = self.to_xy(np.asarray(u), np.asarray(v))
        return float(x), float(y)

    def heading_rad(self, u: float, v: float) -> float:
        """Direction of the road at a place, from x towards y."""
        x_before, y_before = self.point(u - 1, v)
        x_after, y_after = self.point(u + 1, v)
        return math.atan2(y_after - y_before, x_after - x_before)

    def rectangle(self, u0: float, u1: float, v0: float, v1: float) -> NDArray[np.float64]:
        """The outline of a grid rectangle, its long sides following the bend, (point, xy)."""
        steps = max(int(abs(u1 - u0) / 6), 1) + 1
        along = np.linspace(u0, u1, steps)
        u = np.concatenate([along, along[::-1]])
        v = np.concatenate([np.full(steps, v0), np.full(steps, v1)])
        return self.to_xy(u, v)


@dataclass(frozen=True)
class Rectangle:
    """A piece of the road grid, in metres along (u) and across (v)."""

    column: int
    row: int
    u0: float
    u1: float
    v0: float
    v1: float

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from all others, for its stream of random numbers."""
        return self.column, self.row


@dataclass(frozen=True)
class Lot:
    """A house lot; positions in it are counted from its street, inwards."""

    u0: float
    u1: float
    street_v: float
    inward: int
    depth_m: float
    key: tuple[int, int, int]

    def v(self, inward_m: float) -> float:
        """Position across the street, metres, of a point so far into the lot."""
        return self.street_v + self.inward * inward_m

    @property
    def width_m(self) -> float:
        """Width along the street, metres."""
        return self.u1 - self.u0


def make_frame(seed: int) -> Frame:
    """The lie of the land for a seed."""
    generator = stream(seed, Stream.FRAME)
    return Frame(
        angle_rad=float(generator.uniform(0.03, 0.12) * generator.choice([-1, 1])),
        mirror_u=int(generator.choice([-1, 1])),
        mirror_v=int(generator.choice([-1, 1])),
        bend_m=float(generator.uniform(5.0, 10.0)),
        bend_phase=float(generator.uniform(0, 2 * math.pi)),
        centre_v_m=float(generator.uniform(-45.0, -15.0)),
    )


def column_bounds(column: int) -> tuple[float, float]:
    """The cross streets' centre lines on both sides of a column of blocks."""
    return (column - 0.5) * COLUMN_PITCH_M, (column + 0.5) * COLUMN_PITCH_M


def street_centre_v(row: int) -> float:
    """Centre line of the street on the far side of a row of blocks."""
    return -MAIN_HALF_M - (row + 1) * ROW_PITCH_M + STREET_HALF_M


def columns_within(reach_m: float) -> range:
    """Columns of the plan that a picture of this reach from its centre can touch."""
    count = math.ceil(reach_m / COLUMN_PITCH_M + 0.5)
    return range(-count, count + 1)


def town_blocks(reach_m: float) -> Iterator[Rectangle]:
    """The town's blocks, without the streets around them."""
    for row in range(math.ceil(reach_m / ROW_PITCH_M) + 1):
        far_v = street_centre_v(row) + STREET_HALF_M
        for column in columns_within(reach_m):
            left, right = column_bounds(column)
            left, right = left + STREET_HALF_M, right - STREET_HALF_M
            yield Rectangle(column, row, left, right, far_v, far_v + BLOCK_DEPTH_M)


def farm_parcels(reach_m: float) -> Iterator[Rectangle]:
    """The farmland's parcels, without the tracks around them; the river lies beyond the first row."""
    for row in range(math.ceil(reach_m / FARM_PITCH_M) + 1):
        start = FARM_START_M if row == 0 else 184.0 + (row - 1) * FARM_PITCH_M
        end = RIVER_ROW_END_M if row == 0 else start + FARM_PITCH_M - 7.0
        for column in columns_within(reach_m):
            left, right = column_bounds(column)
            yield Rectangle(column, row, left + 3.5, right - 3.5, start, end)


def _near_choice(seed: int, name: Stream, place: Rectangle, uses: list[str]) -> str | None:
    """One of `uses` for the three columns around the centre, each once, in the seed's order."""
    if abs(place.column) > 1:
        return None
    order = stream(seed, name, place.row).permutation(len(uses))
    return uses[int(order[place.column + 1])]


def town_use(seed: int, block: Rectangle) -> TownUse:
    """What stands on a block; the blocks around the centre show every use."""
    near: dict[int, list[str]] = {
        0: ["houses", "commerce", "houses"],
        1: ["houses", "building", "houses"],
        2: ["houses", "park", "houses"],
    }
    chosen = _near_choice(seed, Stream.TOWN_USE, block, near[block.row]) if block.row in near else None
    if chosen is None:
        generator = stream(seed, Stream.TOWN_USE, *block.key)
        chosen = str(generator.choice(["houses", "building", "commerce", "park"], p=[0.74, 0.09, 0.09, 0.08]))
    return chosen  # type: ignore[return-value]


def farm_use(seed: int, parcel: Rectangle) -> FarmUse:
    """What grows on a parcel; the parcels around the centre show every use."""
    near: dict[int, list[str]] = {0: ["crop", "orchard", "wood"], 1: ["crop", "fallow", "crop"]}
    chosen = _near_choice(seed, Stream.FARM_USE, parcel, near[parcel.row]) if parcel.row in near else None
    if chosen is None:
        generator = stream(seed, Stream.FARM_USE, *parcel.key)
        chosen = str(generator.choice(["crop", "orchard", "wood", "fallow"], p=[0.55, 0.2, 0.12, 0.13]))
    return chosen  # type: ignore[return-value]


def lots_of(seed: int, block: Rectangle) -> Iterator[Lot]:
    """Cut a block into two rows of house lots, back to back."""
    depth = (block.v1 - block.v0) / 2
    for side, (street_v, inward) in enumerate([(block.v0, 1), (block.v1, -1)]):
        generator = stream(seed, Stream.LOTS, *block.key, side)
        count = int(generator.integers(7, 9))
        widths = generator.uniform(0.85, 1.15, count)
        edges = block.u0 + np.concatenate([[0.0], np.cumsum(widths / widths.sum())]) * (block.u1 - block.u0)
        for index in range(count):
            yield Lot(
                float(edges[index]),
                float(edges[index + 1]),
                street_v,
                inward,
                depth,
                (*block.key, side * 100 + index),
            )
