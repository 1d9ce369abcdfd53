"""The blocks of a job in its ledger, as tiles."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.blocks import Layers
from ...core.lattice import Rect, split
from ...core.plan import Plan
from ...core.protocol.fields import Ranges
from ...core.protocol.frames import Frame
from ..host.ledger import JobFolder, KeptTile
from .requests import TILE_PX, to_rect

logger = logging.getLogger(__name__)

OnKept = Callable[[int, int], None]


class LedgerStore:
    """Keeps blocks cut into tiles, which the host can send one by one.

    Args:
        folder: of the job.
        on_read: called before each block that is made, which begins with reading its source.
        on_kept: called with the number of each tile that is kept here or with who waits for it, now or from an earlier
            attempt, and how many there will be.
        is_needed: whether the tiles are the result; where not, a disk too full for them is no failure.
        received: numbers of tiles that who waits for them has.
    """

    def __init__(
        self, folder: JobFolder, on_read: Callable[[], None], on_kept: OnKept, *, is_needed: bool,
        received: Ranges = (),
    ) -> None:  # fmt: skip
        self._folder, self._on_read, self._on_kept, self._is_needed = folder, on_read, on_kept, is_needed
        self._received = received
        self._numbers: dict[Rect, int] = {}

    @property
    def tiles(self) -> int:
        """How many tiles the result has."""
        return len(self._numbers)

    def begin(self, key: str, plan: Plan) -> None:
        """Make the folder, and forget what is of another result."""
        self._numbers = {rect: number for number, rect in enumerate(split(plan.rect, TILE_PX))}
        try:
            self._folder.open(key)
        except OSError as error:
            if self._is_needed:
                raise
            logger.warning("nothing is kept, after a crash all would be made again: %s", error)

    def skip(self, number: int, block: Rect) -> bool:
        """Whether who waits for the result has all tiles of a block."""
        numbers = [self._numbers[rect] for rect in split(block, TILE_PX)]
        if not all(any(first <= one < end for first, end in self._received) for one in numbers):
            return False
        self._announce(block)
        return True

    def load(self, number: int, block: Rect) -> Layers | None:
        """Return a block all of whose tiles are kept."""
        parts = {}
        for rect in split(block, TILE_PX):
            tile = self._folder.load(self._numbers[rect])
            if tile is None or tile.rect != to_rect(rect):
                self._on_read()
                return None
            parts[rect] = {name: to_array(frame) for name, frame in tile.layers.items()}
        layers: Layers = {}
        for rect, arrays in parts.items():
            for name, array in arrays.items():
                whole = layers.setdefault(name, np.empty((*array.shape[:-2], *block.shape_yx), array.dtype))
                whole[..., *rect.slices_in(block)] = array
        layers["valid"] = layers["valid"].astype(np.bool_)
        self._announce(block)
        return layers

    def save(self, number: int, block: Rect, layers: Layers) -> None:
        """Keep a block, tile by tile.

        Raises:
            OSError: it cannot be written, and the tiles are the result.
        """
        try:
            for rect in split(block, TILE_PX):
                frames = {name: _to_frame(array[..., *rect.slices_in(block)]) for name, array in layers.items()}
                self._folder.save(self._numbers[rect], KeptTile(to_rect(rect), frames))
        except OSError as error:
            if self._is_needed:
                raise
            logger.warning("block %d is not kept, after a crash it would be made again: %s", number, error)
            return
        self._announce(block)

    def _announce(self, block: Rect) -> None:
        for rect in split(block, TILE_PX):
            self._on_kept(self._numbers[rect], self.tiles)


def _to_frame(array: NDArray[Any]) -> Frame:
    plain = np.ascontiguousarray(array.astype(np.uint8) if array.dtype == np.bool_ else array)
    return Frame(str(plain.dtype), plain.shape, plain.data)  # type: ignore[arg-type] # one that a result can have


def to_array(frame: Frame) -> NDArray[Any]:
    """Return a frame as an array of its bytes, which may not be written to."""
    return np.frombuffer(frame.data, frame.dtype).reshape(frame.shape)
