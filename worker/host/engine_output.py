"""What an engine writes to its standard output and error: into the host's log, the end of it kept for people."""

from __future__ import annotations

import logging
import threading
from typing import IO

from .logs import read_json_line

LAST_WORDS = 2000
MAX_LINE_BYTES = 2**16

logger = logging.getLogger(__name__)


class EngineOutput:
    """Reads in a thread of its own, as long as anybody holds the other end.

    Args:
        stream: the engine's output, as its host reads it; it is closed at its end.
        process: id of the engine.
    """

    def __init__(self, stream: IO[bytes], process: int) -> None:
        self._stream, self._process = stream, process
        self._words = ""
        self._thread = threading.Thread(target=self._read, name="engine-output", daemon=True)
        self._thread.start()

    def last_words(self, timeout_s: float = 1.0) -> str:
        """Return the end of what was written; all of it was read by then, unless another process goes on writing."""
        self._thread.join(timeout_s)
        return self._words.strip()

    def _read(self) -> None:
        with self._stream:
            while line := self._stream.readline(MAX_LINE_BYTES):
                self._take(line.decode("utf-8", "replace").rstrip("\r\n"))

    def _take(self, line: str) -> None:
        record = read_json_line(line)
        if record is None:
            words = line
            if line.strip():
                logger.info("engine %d: %s", self._process, line)
        else:
            words = f"{record.levelname} {record.name}: {record.getMessage()}"
            if record.exc_text:
                words += f"\n{record.exc_text}"
            logger.handle(record)
        self._words = f"{self._words}{words}\n"[-LAST_WORDS:]
