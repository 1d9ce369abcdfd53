"""Whether a process still runs, and is the one that was meant: its id may belong to another by now."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

QUERY_LIMITED_INFORMATION = 0x1000
STILL_ACTIVE = 259
ASK_TIMEOUT_S = 5.0


def process_start(process: int) -> Optional[str]:
    """Return when a process started, as its system counts; None where it does not run.

    Only good for comparing with another answer on the same machine. One that ended and that its parent has not
    collected yet does not run.
    """
    if process < 1:
        return None
    if sys.platform == "win32":
        return _start_on_windows(process)
    stat = Path("/proc") / str(process) / "stat"
    if Path("/proc/self/stat").exists():
        return _start_by_proc(stat)
    return _start_by_ps(process)


def is_running(process: int, started: str) -> bool:
    """Whether a process runs and started when it was said to."""
    return process_start(process) == started


def _start_by_proc(stat: Path) -> Optional[str]:
    """Linux: clock ticks since the boot."""
    try:
        # the name in parentheses may hold anything, spaces and parentheses too
        entries = stat.read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    is_over = entries[0] in (b"Z", b"X")
    return None if is_over else entries[19].decode()


def _start_by_ps(process: int) -> Optional[str]:
    command = ["ps", "-o", "state=,lstart=", "-p", str(process)]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=ASK_TIMEOUT_S, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    state, _, started = done.stdout.decode("ascii", "replace").strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _start_on_windows(process: int) -> Optional[str]:
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - other systems have no such attribute
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(QUERY_LIMITED_INFORMATION, False, process)
    if not handle:
        return None
    try:
        code = ctypes.c_ulong()
        times = [ctypes.c_ulonglong() for _ in range(4)]
        pointers = [ctypes.byref(time) for time in times]
        is_read = kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
        is_read = is_read and kernel.GetProcessTimes(ctypes.c_void_p(handle), *pointers)
        return str(times[0].value) if is_read and code.value == STILL_ACTIVE else None
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
