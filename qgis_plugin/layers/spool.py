"""Pixels on their way to the worker, in a file without a name: read once, sent as often as a worker dies."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core.protocol.frames import Frame
from ...core.protocol.values import Rect
from .reader import Block


@dataclass(frozen=True)
class _Place:
    offset: int
    size: int
    has_mask: bool


class SpooledPixels:
    """Parts that were read in one thread and are sent in another; to be closed.

    The file is gone with the process that has it open, however that ends.

    Args:
        rects: of the parts, on the lattice of the plan.
        bands: of all.
        dtype: of all.
    """

    def __init__(self, rects: Sequence[Rect], bands: int, dtype: str) -> None:
        self._rects, self._bands, self._dtype = tuple(rects), bands, dtype
        self._file = tempfile.TemporaryFile(prefix="landcast-")  # noqa: SIM115 - closed by `close`
        self._lock = threading.Lock()
        self._places: list[_Place] = []
        self._end = 0

    def __len__(self) -> int:
        return len(self._rects)

    def add(self, block: Block) -> None:
        """Keep the next part.

        Raises:
            OSError: the disk is full.
        """
        pixels = np.ascontiguousarray(block.values.astype(self._dtype, copy=False)).tobytes()
        mask = b"" if block.valid.all() else block.valid.astype(np.uint8).tobytes()
        with self._lock:
            self._file.seek(self._end)
            self._file.write(pixels + mask)
            self._places.append(_Place(self._end, len(pixels), bool(mask)))
            self._end += len(pixels) + len(mask)

    def read(self, part: int) -> tuple[Rect, Sequence[Frame]]:
        """Where a part lies, and its frames: values (band, y, x) and, unless all of it counts, what does."""
        rect, place = self._rects[part], self._places[part]
        shape = rect.height, rect.width
        with self._lock:
            self._file.seek(place.offset)
            frames = [Frame(self._dtype, (self._bands, *shape), self._file.read(place.size))]  # type: ignore[arg-type] # one of those on the wire
            if place.has_mask:
                frames.append(Frame("uint8", shape, self._file.read(shape[0] * shape[1])))
        return rect, frames

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            self._file.close()
