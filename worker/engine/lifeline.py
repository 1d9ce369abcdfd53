"""An engine ends with its host, however that ended: its standard input is a pipe that the host holds open."""

from __future__ import annotations

import _thread
import ctypes
import os
import signal
import sys
import threading
import time

UNWIND_S = 1.0
"""Time to remove what was written aside, before the process ends whatever it does."""
SET_DEATH_SIGNAL = 1


def watch_host() -> None:
    """Let this process end when the host does, in a hang as well where the system offers that."""
    if sys.platform == "linux":
        # not for tidiness: a thread of Python stands still while a library holds the interpreter
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_wait_for_end, name="lifeline", daemon=True).start()


def _wait_for_end() -> None:
    # the descriptor itself: a lock of sys.stdin would be held when the interpreter ends
    while os.read(0, 4096):
        pass
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(UNWIND_S)
    os._exit(1)
