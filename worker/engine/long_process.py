"""The process of a training or an evaluation, as the engine holds it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

from ...core.protocol.errors import ProtocolError
from ...core.protocol.message import Message
from ...core.protocol.messages import Cancel, Submit
from ..long_jobs.lines import read_line, write_line

COMMAND = (sys.executable, "-P", "-m", "landcast.worker.long_jobs")
LAST_WORDS_BYTES = 2000
END_S = 0.5
"""For each step of ending it: its standard input was closed, it is terminated."""

logger = logging.getLogger(__name__)


class LongProcess:
    """A process that works on one job; to be ended, or used by `with`.

    Attributes:
        last_words: how it ended, and the end of what it wrote to its standard error.

    Args:
        submit: the job.
        ledger: its folder.
    """

    def __init__(self, submit: Submit, ledger: Path) -> None:
        self.last_words = ""
        self._job = submit.job
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(
            [*COMMAND, "--ledger", str(ledger)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said
        )
        # None at the end of its output
        self._heard: SimpleQueue[bytes | None] = SimpleQueue()
        self._has_ended = False
        self._reader = threading.Thread(target=self._read, name="long process", daemon=True)
        self._reader.start()
        self._write(submit)

    def __enter__(self) -> LongProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, and all that it said was received."""
        return self._has_ended and self._process.poll() is not None

    def receive(self, timeout_s: float) -> Iterator[Message]:
        """Give what it said, after waiting for the first message at most so long."""
        with contextlib.suppress(Empty):
            while not self._has_ended:
                line = self._heard.get(timeout=timeout_s)
                timeout_s = 0.0
                if line is None:
                    self._has_ended = True
                    return
                try:
                    yield read_line(line)
                except ProtocolError:
                    logger.exception("a long job's process sent what does not fit")

    def ask_to_stop(self) -> None:
        """Have it stop soon, with everything in order."""
        self._write(Cancel(self._job))

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def end(self) -> None:
        """Make sure that it is gone: its lifeline ends, it is terminated, then killed. Sets `last_words`."""
        assert self._process.stdin
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        for act in (self._process.terminate, self._process.kill, lambda: None):
            try:
                self._process.wait(END_S)
                break
            except subprocess.TimeoutExpired:
                act()
        self._reader.join(END_S)
        with self._said as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - LAST_WORDS_BYTES))
            words = stream.read().decode("utf-8", "replace")
        self.last_words = f"{_describe(self._process.wait())}\n{words}".strip()

    def _write(self, message: Message) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it is gone, which is seen elsewhere
            self._process.stdin.write(write_line(message))
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stream:
            for line in stream:
                self._heard.put(line)
        self._heard.put(None)


def _describe(code: int) -> str:
    return f"it ended with exit code {code}" if code >= 0 else f"it was killed by signal {-code}"
