"""Fetching the files of a result, piece by piece, over as many connections as it takes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Callable, Protocol, TypeVar

from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import Fetch, Result
from ..protocol.values import ResultFile
from .credit import CreditWindow
from .errors import ResultError
from .received_file import ReceivedFile
from .settings import Patience

Value = TypeVar("Value")
TRIES = 2
"""Of fetching a file that turns out to be another one than the worker made."""

logger = logging.getLogger(__name__)


class Host(Protocol):
    """What a job needs of the socket's thread."""

    patience: Patience

    def send(self, message: Message, frames: Sequence[Frame] = ()) -> bool:
        """Send where there is a connection."""

    def now(self) -> float:
        """The clock, in seconds."""

    def post(self, action: Callable[[], None]) -> None:
        """Carry out something in the socket's thread; from any thread."""

    def on_disk(self, work: Callable[[], Value], then: Callable[[Future[Value]], None]) -> None:
        """Carry out something slow in the disk's thread, and hand over its outcome in the socket's."""

    def is_closing(self) -> bool:
        """Whether slow work is to stop; from any thread."""


class Fetching:
    """Fetches files one after another; used by the socket's thread, which only hands pieces to that of the disk."""

    def __init__(
        self,
        job: str,
        files: Sequence[ResultFile],
        folder: Path,
        is_replacing: bool,
        credit: CreditWindow,
        host: Host,
        on_end: Callable[[dict[str, Path], ResultError | None], None],
    ) -> None:
        self.files = tuple(files)
        self._job, self._folder, self._is_replacing = job, folder, is_replacing
        self._credit, self._host, self._on_end = credit, host, on_end
        self._paths: dict[str, Path] = {}
        self._waiting = list(files)
        self._target: ReceivedFile | None = None
        self._offset = 0
        self._tries = 0
        self._asked_at = 0.0
        self._is_over = False

    def start(self) -> None:
        """Fetch the next file, or end where there is none."""
        if not self._waiting:
            self._end(None)
            return
        self._offset, self._tries = 0, self._tries + 1
        file = self._waiting[0]
        self._host.on_disk(
            lambda: ReceivedFile(file, self._folder, self._job, self._is_replacing), self._then(self._on_open)
        )

    def ask(self) -> None:
        """Ask for what is missing of the file; what was granted before need not hold."""
        self._asked_at = self._host.now()
        if self._waiting and self._target is not None and self._offset < self._waiting[0].bytes:
            self._host.send(Fetch(self._job, self._waiting[0].layer, self._offset))
            self.grant()

    def grant(self) -> None:
        """Let the worker send as much as there is room for."""
        credit = self._credit.top_up(self._job)
        if credit is not None:
            self._host.send(credit)

    def on_piece(self, message: Result, frame: Frame) -> None:
        """Take the piece that is due, and drop any other."""
        size = frame.bytes
        is_due = (
            self._target is not None
            and self._waiting
            and message.layer == self._waiting[0].layer
            and message.offset == self._offset
            and self._offset + size <= self._waiting[0].bytes
        )
        if is_due:
            self._take(frame)
            return
        self._credit.on_taken(size)
        self.grant()
        if message.offset > self._offset and self._host.now() - self._asked_at > 0.1 * self._host.patience.resend_s:
            # something before it is missing
            self.ask()

    def due(self) -> float:
        """When `advance` is to be called at the latest."""
        is_asking = self._target is not None and not self._is_over
        return self._asked_at + self._host.patience.resend_s if is_asking else float("inf")

    def advance(self) -> None:
        """Ask again where nothing came for long."""
        if self._host.now() >= self.due():
            self._credit.on_new_connection()
            self.ask()

    def abandon(self) -> None:
        """Stop, and remove what was written aside."""
        target, self._target, self._is_over = self._target, None, True
        if target is not None:
            self._host.on_disk(target.abandon, lambda _: None)

    def _take(self, frame: Frame) -> None:
        assert self._target is not None
        size, piece = frame.bytes, memoryview(frame.data)
        target = self._target
        self._offset += size
        self._asked_at = self._host.now()
        self._host.on_disk(lambda: target.write(piece), self._then(lambda _: self._on_written(size)))
        if self._offset == self._waiting[0].bytes:
            self._target = None
            self._host.on_disk(target.finish, self._on_finished)

    def _on_open(self, target: ReceivedFile) -> None:
        self._target = target
        if not self._waiting[0].bytes:
            self._target = None
            self._host.on_disk(target.finish, self._on_finished)
            return
        self.ask()

    def _on_written(self, size: int) -> None:
        self._credit.on_taken(size)
        self.grant()

    def _on_finished(self, outcome: Future[Path]) -> None:
        if self._is_over:
            return
        error = outcome.exception()
        if error is None:
            self._paths[self._waiting.pop(0).layer] = outcome.result()
            self._tries = 0
            self.start()
        elif isinstance(error, ResultError) and self._tries < TRIES and not self._folder_refuses():
            logger.warning("fetching again: %s", error)
            self.start()
        else:
            self._fail(error)

    def _folder_refuses(self) -> bool:
        return not self._is_replacing and (self._folder / self._waiting[0].name).exists()

    def _then(self, use: Callable[[Any], None]) -> Callable[[Future[Any]], None]:
        """Use an outcome, or fail."""

        def receive(outcome: Future[Any]) -> None:
            error = outcome.exception()
            if self._is_over:
                if error is None and isinstance(outcome.result(), ReceivedFile):
                    self._host.on_disk(outcome.result().abandon, lambda _: None)
            elif error is None:
                use(outcome.result())
            else:
                self._fail(error)

        return receive

    def _fail(self, error: BaseException) -> None:
        self.abandon()
        self._end(error if isinstance(error, ResultError) else ResultError(f"the result was not received: {error!r}"))

    def _end(self, error: ResultError | None) -> None:
        self._is_over = True
        self._on_end(self._paths, error)
