"""Being asked to stop, by Ctrl-C or SIGTERM: heard once and never lost.

An exception that is raised while GDAL calls back into Python is dropped there. So a request is also remembered,
and looked for before each network call. Who works on many blocks may have the first request finish those that are
begun; the second stops at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_asked = threading.Event()
_gentle: GentleStop | None = None


class GentleStop:
    """A first request to stop, which finishes what is begun.

    Args:
        is_gentle: whether the first request is one; the first stops at once where not, as the second does.

    Attributes:
        is_gentle: may be changed at any time.
    """

    def __init__(self, is_gentle: bool) -> None:
        self.is_gentle = is_gentle
        self.asked = threading.Event()

    def is_asked(self) -> bool:
        """Whether no further block is to be begun."""
        return self.asked.is_set()

    def hear(self) -> bool:
        """Take a request; False where it is to stop at once."""
        if not self.is_gentle or self.asked.is_set():
            return False
        self.asked.set()
        with contextlib.suppress(OSError):
            # not by print: it may be in the middle of printing
            os.write(2, b"\nnote: stopping when the blocks that are begun are done; once more (Ctrl-C) stops at once\n")
        return True


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


@contextlib.contextmanager
def stopping_gently(is_gentle: bool = True) -> Iterator[GentleStop]:
    """Within this, the first request to stop is heard by who works."""
    global _gentle
    before, _gentle = _gentle, GentleStop(is_gentle)
    try:
        yield _gentle
    finally:
        _gentle = before


@contextlib.contextmanager
def outliving_the_terminal(tell: Callable[[], None]) -> Iterator[None]:
    """Within this, a terminal that is closed ends nothing; `tell` hears of it. Windows has no such signal."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) == signal.SIG_IGN:
        # nohup saw to it
        yield
        return
    before = signal.signal(hangup, lambda number, frame: tell())
    try:
        yield
    finally:
        signal.signal(hangup, before)


def _hear(number: int, frame: FrameType | None) -> None:
    if _gentle is not None and _gentle.hear():
        return
    _asked.set()
    raise KeyboardInterrupt
