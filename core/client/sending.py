"""Sending the pixels of a source that the worker cannot open, as fast as it takes them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Callable, Protocol

from ..protocol.frames import Frame
from ..protocol.messages import Credit, Source
from ..protocol.values import Rect
from .fetching import Host

Part = tuple[Rect, Sequence[Frame]]


class Pixels(Protocol):
    """The planned pixels, in parts that are made when they are needed; called from the disk's thread."""

    def __len__(self) -> int:
        """Parts that there are."""

    def read(self, part: int) -> Part:
        """Where a part lies, and its frames: values (band, y, x) and perhaps what counts, uint8 (y, x)."""


class Sending:
    """Sends parts under the worker's credit, one read ahead at most; used by the socket's thread."""

    def __init__(self, job: str, pixels: Pixels, host: Host, on_error: Callable[[BaseException], None]) -> None:
        self._job, self._pixels, self._host, self._on_error = job, pixels, host, on_error
        self._missing: list[int] = []
        self._allowed = (0, 0)
        self._connection = 0
        self._is_reading = False

    def restart(self, received: Sequence[tuple[int, int]]) -> None:
        """Begin anew on a new connection, without the parts that the worker holds."""
        held = {part for first, end in received for part in range(first, min(end, len(self._pixels)))}
        self._missing = [part for part in range(len(self._pixels)) if part not in held]
        self._allowed = (0, 0)
        self._connection += 1

    def on_credit(self, credit: Credit) -> None:
        """Send what may be sent."""
        self._allowed = self._allowed[0] + credit.messages, self._allowed[1] + credit.bytes
        self._go_on()

    def _go_on(self) -> None:
        if self._is_reading or not self._missing or min(self._allowed) <= 0:
            return
        self._is_reading = True
        part, connection = self._missing[0], self._connection
        self._host.on_disk(lambda: self._pixels.read(part), lambda read: self._on_read(part, connection, read))

    def _on_read(self, part: int, connection: int, read: Future[Part]) -> None:
        self._is_reading = False
        error = read.exception()
        if error is not None:
            self._on_error(error)
            return
        if connection == self._connection:
            rect, frames = read.result()
            self._missing.remove(part)
            size = sum(frame.bytes for frame in frames)
            self._allowed = self._allowed[0] - 1, self._allowed[1] - size
            self._host.send(Source(self._job, part, len(self._pixels), rect), frames)
        self._go_on()
