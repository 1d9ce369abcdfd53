"""Lets QGIS go on while a script on its main thread waits for something."""

from __future__ import annotations

import time
from collections.abc import Callable

from qgis.PyQt.QtCore import QEventLoop, QTimer

LOOK_MS = 20


def wait_until(is_over: Callable[[], bool], patience_s: float = 300) -> None:
    """Let QGIS go on until something is so."""
    loop, timer, end = QEventLoop(), QTimer(), time.monotonic() + patience_s

    def look() -> None:
        if is_over() or time.monotonic() > end:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    loop.exec()
    assert is_over(), f"waited for more than {patience_s} s"


def rest(milliseconds: int) -> None:
    """Let QGIS go on for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
