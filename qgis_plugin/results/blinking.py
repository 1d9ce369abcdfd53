"""Compares by turns: the past, the prediction, the past."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer

from .comparison import Comparison

TURN_MS = 800


class Blinking(QObject):  # type: ignore[misc]
    """Shows and hides the past until it is stopped.

    Args:
        comparison: that is stopped together with this.
    """

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(comparison)
        self._comparison = comparison
        comparison.overlay.share = 1.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        self._timer.start(TURN_MS)
        comparison.stopped.connect(self._timer.stop)

    @property
    def is_running(self) -> bool:
        return bool(self._timer.isActive())

    def _turn(self) -> None:
        overlay = self._comparison.overlay
        overlay.share = 0.0 if overlay.share else 1.0
