"""Which pairs validate where nobody said so: a share of the ground, chosen by a hash of the seed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

from ..core.errors import TrainingError
from .dataset.folder import IndexRow
from .pairs import CHIP_PX, ChipPair

BLOCK_CHIPS = 4
"""Chips along a block of a large raster."""
BLOCK_DEGREES, BLOCK_M = 0.01, 1024.0
"""Sides of a block of tiles on the Earth, about a kilometre, and where nothing is known of the Earth."""

Group = tuple[object, ...]
Item = TypeVar("Item")


def hold_out(
    items: Sequence[Item], blocks: Sequence[Group], grounds: Sequence[Group], share: float, seed: int
) -> tuple[list[Item], list[Item]]:
    """Divide items by the ground that they show: those to train on, and those to validate on.

    All dates of one ground fall on one side. Whole blocks are held out where there are enough of them to come near the
    share, else single grounds.

    Args:
        items: pairs.
        blocks: what block of ground each lies in.
        grounds: what ground each shows.
        share: of the ground that is held out, at least one.
        seed: of the hash that orders them.

    Raises:
        TrainingError: all show the same ground, so nothing can be held out.
    """
    labels = blocks if len(set(blocks)) * share >= 1 else grounds
    known = sorted(set(labels), key=lambda label: hashlib.sha256(f"{seed} {label}".encode()).digest())
    if len(known) < 2:
        raise TrainingError(
            f"the pairs show {len(known)} place(s), and validation needs one more that is not trained on; give more "
            "pairs, or set validation.every = 0"
        )
    chosen = set(known[: min(len(known) - 1, max(1, math.floor(len(known) * share)))])
    trained = [item for item, label in zip(items, labels, strict=True) if label not in chosen]
    held_out = [item for item, label in zip(items, labels, strict=True) if label in chosen]
    return trained, held_out


def chip_blocks(chips: Sequence[ChipPair]) -> tuple[list[Group], list[Group]]:
    """Block and ground of chips of rasters: of which raster by its name and place, and which part of that."""
    blocks: list[Group] = []
    for chip in chips:
        name, *corner = chip.name.replace("(", "").replace(")", "").replace(",", "").rsplit(" ", 2)
        blocks.append((chip.place, name, *(int(value) // (BLOCK_CHIPS * CHIP_PX) for value in corner)))
    return blocks, [(chip.place, chip.name) for chip in chips]


def row_blocks(rows: Sequence[IndexRow], has_place: bool) -> tuple[list[Group], list[Group]]:
    """Block and ground of the tiles of a dataset: by longitude and latitude, or by metres within each pair."""
    side = BLOCK_DEGREES if has_place else BLOCK_M
    grounds: list[Group] = [((*row.centre,) if has_place else (row.pair, *row.centre)) for row in rows]
    blocks: list[Group] = []
    for row in rows:
        block = tuple(math.floor(value / side) for value in row.centre)
        blocks.append(block if has_place else (row.pair, *block))
    return blocks, grounds
