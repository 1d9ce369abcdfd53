"""A child process that is followed line by line, can be stopped, and knows nothing of QGIS's own Python.

Standard library only.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

POLL_S = 0.1
TERMINATE_GRACE_S = 10.0
"""A worker in the middle of a network call sees the request to stop only after that call."""

FOREIGN_VARIABLES = frozenset(
    {
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONEXECUTABLE",
        "PYTHONUSERBASE",
        "VIRTUAL_ENV",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "GDAL_DATA",
        "GDAL_DRIVER_PATH",
        "PROJ_LIB",
        "PROJ_DATA",
        "QT_PLUGIN_PATH",
    }
)
FOREIGN_PREFIX = "DYLD_"
"""With `FOREIGN_VARIABLES`: what QGIS sets for itself and what breaks another Python's libraries."""


class ChildCancelledError(Exception):
    """The child was stopped because the caller wished so."""


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its exit code (negative: the signal that killed it) and all of its standard output."""

    exit_code: int
    output: str


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a Python that is not QGIS's: without what QGIS set for its own, and speaking UTF-8.

    `PYTHONSAFEPATH` keeps a folder that happens to be the current one from being imported.
    """
    kept = {name: value for name, value in environment.items() if not _is_foreign(name.upper())}
    return {**kept, "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}


def run_child(command: Sequence[str], show_line: Callable[[str], None], is_cancelled: Callable[[], bool]) -> Outcome:
    """Run a command to its end, without a shell or a window.

    Args:
        command: the program, by its path, and its arguments.
        show_line: gets each line of standard error, in this thread, without its end of line.
        is_cancelled: asked ten times a second.

    Raises:
        ChildCancelledError: `is_cancelled` said yes; the child has ended.
        OSError: the program cannot be started.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=clean_environment(os.environ),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        return _follow(process, show_line, is_cancelled)
    finally:
        stop(process)


def stop(process: subprocess.Popen[str], grace_s: float = TERMINATE_GRACE_S) -> None:
    """End a process: ask, wait, kill, wait. Does nothing to one that has ended."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_foreign(name: str) -> bool:
    return name in FOREIGN_VARIABLES or name.startswith(FOREIGN_PREFIX)


def _follow(
    process: subprocess.Popen[str], show_line: Callable[[str], None], is_cancelled: Callable[[], bool]
) -> Outcome:
    lines: queue.Queue[str] = queue.Queue()
    chunks: list[str] = []
    readers = [_read(process.stdout, chunks.append), _read(process.stderr, lines.put)]
    while process.poll() is None or not lines.empty() or any(reader.is_alive() for reader in readers):
        if is_cancelled():
            raise ChildCancelledError
        try:
            show_line(lines.get(timeout=POLL_S).rstrip("\n"))
        except queue.Empty:
            continue
    return Outcome(process.returncode, "".join(chunks))


def _read(stream: IO[str] | None, keep: Callable[[str], None]) -> threading.Thread:
    """Empty a pipe in a thread, so that the child never waits for a reader; the thread closes the pipe."""
    assert stream is not None

    def read_lines(stream: IO[str] = stream) -> None:
        with stream:
            for line in stream:
                keep(line)

    reader = threading.Thread(target=read_lines, daemon=True)
    reader.start()
    return reader
