"""One process of `landcast serve` that ends with QGIS."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...core.protocol.connection import ConnectionFileError, read_connection
from ..child_process import ChildCancelledError, clean_environment
from ..interpreter import MODULE

IDLE_EXIT_S = 900
START_S = 60.0
"""For the socket alone: models are loaded later."""
GLANCE_S = 0.05
LAST_WORDS = 8
"""Lines that tell enough about a death: the end of a traceback."""
ASKED_S, TERMINATED_S = 6.0, 3.0
"""Steps of ending a worker: its lifeline is cut, it is terminated, it is killed."""


class WorkerStartError(Exception):
    """The worker did not start; the message holds what it said."""


class WorkerProcess:
    """A worker that lives as long as this object's end of its standard input, at most.

    Args:
        interpreter: that Landcast is installed in.
        connection_file: which the worker is to write.
        log: gets each line of its output, from a thread.
        on_end: called from a thread when the process has ended, whatever the reason.

    Raises:
        OSError: the interpreter cannot be started.
    """

    def __init__(
        self,
        interpreter: Path,
        connection_file: Path,
        log: Callable[[str], None],
        on_end: Callable[[WorkerProcess], None],
    ) -> None:
        self.connection_file = connection_file
        self._log, self._on_end = log, on_end
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._process = subprocess.Popen(
            build_command(interpreter, connection_file),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=clean_environment(os.environ),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._reader = threading.Thread(target=self._read, name="landcast-worker-output", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="landcast-worker-watcher", daemon=True)
        self._reader.start()
        self._watcher.start()

    @property
    def id(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def last_words(self) -> str:
        """The end of its output."""
        return "\n".join(self._words) or "it said nothing"

    def wait_ready(self, is_cancelled: Callable[[], bool], timeout_s: float = START_S) -> None:
        """Wait until clients find it.

        Raises:
            WorkerStartError: it ended, or took too long.
            ChildCancelledError: `is_cancelled` said yes.
        """
        deadline = time.monotonic() + timeout_s
        while not self._is_found():
            if is_cancelled():
                raise ChildCancelledError
            if not self.is_alive:
                self._reader.join(1)
                raise WorkerStartError(f"exit code {self._process.returncode}; {self.last_words}")
            if time.monotonic() > deadline:
                raise WorkerStartError(f"it was not ready after {timeout_s:g} s; {self.last_words}")
            time.sleep(GLANCE_S)

    def end(self) -> threading.Thread:
        """End it, without waiting: the thread that comes back does, and ends when nothing of it is left."""
        ending = threading.Thread(target=self._end, name="landcast-worker-ending", daemon=True)
        ending.start()
        return ending

    def silence(self) -> None:
        """Log nothing any more."""
        self._log = lambda line: None

    def _is_found(self) -> bool:
        try:
            return read_connection(self.connection_file).is_live
        except ConnectionFileError:
            return False

    def _end(self) -> None:
        stdin = self._process.stdin
        with suppress(OSError):
            if stdin is not None:
                stdin.close()
        for step, patience_s in ((None, ASKED_S), (self._process.terminate, TERMINATED_S), (self._process.kill, None)):
            if step is not None:
                step()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
                break
        self._watcher.join()

    def _watch(self) -> None:
        self._process.wait()
        # what it started may hold its output for a moment
        self._reader.join(1)
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with suppress(OSError):
            # a worker that was killed could not
            self.connection_file.unlink()
        self._on_end(self)

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                text = line.rstrip("\n")
                if text.strip():
                    self._words.append(text)
                    self._log(text)


def build_command(interpreter: Path, connection_file: Path) -> list[str]:
    """The program and its arguments."""
    command = [str(interpreter), "-m", MODULE, "serve", "--lifeline", "stdin", "--idle-exit", str(IDLE_EXIT_S)]
    return [*command, "--connection-file", str(connection_file)]
