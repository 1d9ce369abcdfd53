"""A process ends with the one that started it, however that ended: its standard input is a pipe held open there."""

from __future__ import annotations

import _thread
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

UNWIND_S = 1.0
"""Time to remove what was written aside, before the process ends whatever it does."""
SET_DEATH_SIGNAL = 1


def watch_host(hear: Callable[[bytes], object] = lambda data: None) -> None:
    """Let this process end when the one that started it does, in a hang as well where the system offers that.

    Args:
        hear: called with what is written to standard input meanwhile, from another thread.
    """
    if sys.platform == "linux":
        # not for tidiness: a thread of Python stands still while a library holds the interpreter
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_wait_for_end, args=(hear,), name="lifeline", daemon=True).start()


def _wait_for_end(hear: Callable[[bytes], object]) -> None:
    # the descriptor itself: a lock of sys.stdin would be held when the interpreter ends
    while data := os.read(0, 4096):
        hear(data)
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(UNWIND_S)
    os._exit(1)
