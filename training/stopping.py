"""Being asked to stop, by Ctrl-C or SIGTERM: heard between two steps, so that what is saved is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class TrainingStoppedError(KeyboardInterrupt):
    """A training ended because it was asked to, with a checkpoint; says where it goes on."""


class StopRequest:
    """Whether there was one."""

    def __init__(self) -> None:
        self.is_made = False


@contextmanager
def deferred_stops() -> Iterator[StopRequest]:
    """Remember the first Ctrl-C or SIGTERM instead of unwinding; the second does what it did before.

    A signal that is ignored stays ignored. Outside of the main thread, where Python hears none, nothing is changed.
    """
    asked = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def hear(number: int, frame: FrameType | None) -> None:
        if not asked.is_made:
            asked.is_made = True
            return
        signal.signal(number, before[signal.Signals(number)])
        signal.raise_signal(number)

    heard = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in heard:
        signal.signal(number, hear)
    try:
        yield asked
    finally:
        _restore({number: before[number] for number in heard})


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
