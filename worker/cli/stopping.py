"""Being asked to stop, by Ctrl-C or SIGTERM: heard once and never lost.

An exception that is raised while GDAL calls back into Python is dropped there. So a request is also remembered,
and looked for before each network call.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_asked = threading.Event()


def listen_for_stop() -> None:
    """Let Ctrl-C and SIGTERM unwind alike, so that everything that was written aside is removed."""
    signal.signal(signal.SIGTERM, _hear)
    signal.signal(signal.SIGINT, _hear)


def stop_if_asked() -> None:
    """Unwind where a request to stop was dropped on its way.

    Raises:
        KeyboardInterrupt: there was one.
    """
    if _asked.is_set():
        raise KeyboardInterrupt


def _hear(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt
