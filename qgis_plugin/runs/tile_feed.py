"""Takes parts of a result in the thread that waits for it, and hands pictures of them to the main thread."""

from __future__ import annotations

import threading
from collections import deque
from typing import Callable

import numpy as np

from ...core.protocol.frames import Frame as Pixels
from ...core.protocol.messages import Planned, Tile
from ..layers.reader import Array
from .kept_tiles import KeptTiles
from .look import Look
from .mosaic import Frame, TilePicture, frame_of, picture_of

SHOWN_LAYER = "prediction"


class TileFeed:
    """A `TileSink`. All pictures together are no larger than the mosaic that they make.

    Args:
        look: how values are shown.
        kept: where the parts are put aside; nowhere where None.
        on_planned: called in the thread of the task.
        on_some: called in the thread of the task when there is something to take again.
    """

    def __init__(
        self, look: Look, kept: KeptTiles | None, on_planned: Callable[[Planned], None], on_some: Callable[[], None]
    ) -> None:
        self._look, self._kept = look, kept
        self._is_fitted = False
        self._on_planned, self._on_some = on_planned, on_some
        self._frame: Frame | None = None
        self._lock = threading.Lock()
        self._pictures: deque[TilePicture] = deque()

    def show_planned(self, planned: Planned) -> None:
        """Learn where the result lies."""
        self._frame = frame_of(planned)
        if self._kept is not None:
            self._kept.begin(planned)
        self._on_planned(planned)

    def show_tile(self, tile: Tile, frames: tuple[Pixels, ...]) -> None:
        """Keep a part, and make a picture of it."""
        if tile.layer != SHOWN_LAYER or self._frame is None:
            return
        values, valid = arrays_of(frames)
        if self._kept is not None:
            self._kept.add(tile.number, tile.rect, values, valid)
        if not self._is_fitted and valid.any():
            self._look, self._is_fitted = self._look.fitted(values, valid), True
        picture = picture_of(self._frame, tile.rect, self._look.colours(values, valid))
        with self._lock:
            self._pictures.append(picture)
            is_first = len(self._pictures) == 1
        if is_first:
            self._on_some()

    def take(self, most: int) -> tuple[list[TilePicture], bool]:
        """The oldest pictures, and whether there are more; in any thread."""
        with self._lock:
            taken = [self._pictures.popleft() for _ in range(min(most, len(self._pictures)))]
            return taken, bool(self._pictures)


def arrays_of(frames: tuple[Pixels, ...]) -> tuple[Array, Array]:
    """Values (band, y, x) and what counts of them, bool (y, x); views of the frames where that is possible."""
    values = np.frombuffer(frames[0].data, frames[0].dtype).reshape(frames[0].shape)
    if len(frames) == 1:
        return values, np.ones(values.shape[1:], bool)
    return values, np.frombuffer(frames[1].data, np.uint8).reshape(values.shape[1:]) > 0
