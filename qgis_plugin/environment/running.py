"""A module of another Python, run to its end: followed line by line, stopped with all that it started.

It holds the other end of a pipe to this process, so that it also ends when QGIS is killed: a pip that lives on would
write into a folder whose lock is free. Standard library only.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..child_process import ChildCancelledError, clean_environment

GLANCE_S = 0.1
GRACE_S = 3.0
LIFELINE = """
import os, runpy, signal, sys, threading
lifeline = os.dup(0)
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)
def follow():
    try:
        while os.read(lifeline, 1):
            pass
    except OSError:
        pass
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
threading.Thread(target=follow, daemon=True).start()
sys.argv[0] = sys.argv.pop(1)
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""Its standard input is given to nobody else: on Windows a child that inherits a pipe that is being read can hang."""
FOREIGN_TO_PIP = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_REQUIREMENT")
"""Settings of the user's pip that would put packages elsewhere; its indexes, proxies and certificates are kept."""
NOT_FOR_PIP = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
"""Said aloud, as the file of pip's settings may say otherwise."""


def build_command(interpreter: Path, module: str, *arguments: str) -> list[str]:
    """The command that runs a module, with its end tied to that of this process."""
    return [str(interpreter), "-c", LIFELINE, module, *arguments]


def build_environment(environment: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """What such a command gets: nothing of QGIS's Python, nothing that leads pip elsewhere, and the network's."""
    kept = {name: value for name, value in clean_environment(environment).items() if name not in FOREIGN_TO_PIP}
    return {**kept, **NOT_FOR_PIP, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1", **more}


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], None],
    is_cancelled: Callable[[], bool],
    glance: Callable[[], None] = lambda: None,
) -> int:
    """Run a command and return its exit code; waits.

    Args:
        command: of `build_command`.
        environment: of `build_environment`.
        hear: gets each line of its output, in this thread.
        is_cancelled: asked ten times a second.
        glance: called as often.

    Raises:
        ChildCancelledError: `is_cancelled` said yes; nothing of it runs any more.
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=dict(environment),
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    lines: queue.Queue[str] = queue.Queue()
    reader = _read(process.stdout, lines.put)
    try:
        while process.poll() is None or reader.is_alive() or not lines.empty():
            if is_cancelled():
                raise ChildCancelledError
            glance()
            with suppress(queue.Empty):
                hear(lines.get(timeout=GLANCE_S).rstrip())
        return process.returncode
    finally:
        stop_tree(process)
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()


def stop_tree(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started, if it has not ended."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        subprocess.run(
            windows_kill_command(process.pid),
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def windows_kill_command(process: int) -> list[str]:
    """Windows knows no groups of processes; its own tool ends a tree."""
    return ["taskkill", "/T", "/F", "/PID", str(process)]


def _read(stream: IO[str] | None, keep: Callable[[str], None]) -> threading.Thread:
    assert stream is not None

    def read_lines(stream: IO[str] = stream) -> None:
        with stream:
            for line in stream:
                keep(line)

    reader = threading.Thread(target=read_lines, name="landcast-install-output", daemon=True)
    reader.start()
    return reader
