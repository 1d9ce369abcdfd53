"""The log of a run: one JSON object a line, appended as things happen, to be followed or read by programs."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from ..errors import OutputError

LOG_NAME = "log.jsonl"

logger = logging.getLogger(__name__)


def iso_time(seconds: float) -> str:
    """A time since the epoch as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class RunLog:
    """Appends events to a file; each line is whole, also when the process is killed. Use it as a context manager.

    Args:
        path: of the file, which is made where it is not there; what is in it stays.
        clock: seconds since the epoch.

    Raises:
        OutputError: it cannot be opened for appending.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path, self._clock = path, clock
        self._is_failing = False
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
            self._end_torn_line()
        except OSError as error:
            raise OutputError(f"{path}: the log cannot be written: {error.strerror}; choose another -o") from error

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def write(self, event: str, scene: str | None = None, **facts: object) -> None:
        """Append an event; a full disk stops no run, and is told once."""
        line = {"time": iso_time(self._clock()), "event": event, **({"scene": scene} if scene else {}), **facts}
        data = json.dumps(line, ensure_ascii=False, default=str).encode(errors="replace") + b"\n"
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            self._fail(error.strerror)
            return
        if written < len(data):
            self._fail("the disk is full")

    def _fail(self, reason: str | None) -> None:
        if not self._is_failing:
            self._is_failing = True
            logger.warning("%s: the log cannot be written any more, and the run goes on: %s", self.path, reason)

    def _end_torn_line(self) -> None:
        """What a full disk or a lost machine cut off must not spoil the first line of this run."""
        if self.path.stat().st_size:
            with self.path.open("rb") as stream:
                stream.seek(-1, os.SEEK_END)
                is_whole = stream.read(1) == b"\n"
            if not is_whole:
                os.write(self._descriptor, b"\n")
