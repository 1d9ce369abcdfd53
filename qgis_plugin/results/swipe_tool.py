"""Compares by a line that follows the mouse, or the arrow keys."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeyEvent

from .comparison import Comparison

KEY_STEP = 0.02


class SwipeTool(QgsMapTool):  # type: ignore[misc]
    """Left of the mouse lies the past; ends with Escape, or when another tool is chosen.

    Args:
        canvas: the map.
        comparison: that it moves the line of; stopped with the tool.
    """

    def __init__(self, canvas: QgsMapCanvas, comparison: Comparison) -> None:
        super().__init__(canvas)
        self._comparison = comparison
        self._before: QgsMapTool | None = canvas.mapTool()
        self._is_leaving = False
        self.setCursor(Qt.CursorShape.SplitHCursor)
        comparison.stopped.connect(self._on_stopped)

    @property
    def before(self) -> QgsMapTool | None:
        """The tool that was in the hand; None where there was none, or it is gone."""
        return None if self._before is None or sip.isdeleted(self._before) else self._before

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - QGIS's name
        self._comparison.overlay.share = event.pos().x() / max(1, self.canvas().width())

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - QGIS's name
        self.canvasMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        steps = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}
        if event.key() in steps:
            self._comparison.overlay.share += steps[event.key()]
        elif event.key() == Qt.Key.Key_Escape:
            self._comparison.stop()
        else:
            return
        # or the map would move
        event.ignore()

    def deactivate(self) -> None:
        """Another tool is chosen, or the comparison is over."""
        super().deactivate()
        self._is_leaving = True
        self._comparison.stop()

    def _on_stopped(self) -> None:
        # a map still names the tool that it is about to replace
        if self._is_leaving or self.canvas().mapTool() is not self:
            return
        if self.before is None:
            self.canvas().unsetMapTool(self)
        else:
            self.canvas().setMapTool(self.before)
