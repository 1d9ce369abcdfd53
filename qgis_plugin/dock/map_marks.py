"""What the panel draws on the map: the rectangle of the area, the frame of one tile, and the tool that draws."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsPointXY, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..results.swipe_tool import SwipeTool
from .area import move_to
from .area_tool import AreaBand, RectangleTool
from .choices import ChoiceError, Rectangle
from .scale_frame import ScaleFrame


class MapMarks(QObject):  # type: ignore[misc]
    """Draws on one map, and takes all of it away again.

    Args:
        canvas: of the map.
        parent: owns this.

    Attributes:
        area: the rectangle that was drawn.
        frame: of one tile.
        tool: that draws a rectangle.
    """

    drawn = pyqtSignal(object)
    """A `Rectangle`."""
    drawing_changed = pyqtSignal(bool)
    """Whether a rectangle is being drawn."""

    def __init__(self, canvas: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._previous: Any = None
        self.area = AreaBand(canvas)
        self.frame = ScaleFrame(canvas)
        self.tool = RectangleTool(canvas)
        self.tool.drawn.connect(self._on_drawn)
        self.tool.given_up.connect(self.stop_drawing)
        self.tool.activated.connect(self._on_activated)
        self.tool.deactivated.connect(self._on_deactivated)

    def start_drawing(self) -> None:
        """Take the tool into the hand."""
        tool = self._canvas.mapTool()
        if tool is not self.tool:
            self._canvas.setMapTool(self.tool)
            self._canvas.setFocus()
            # a comparison is over as soon as another tool is chosen
            self._previous = tool.before if isinstance(tool, SwipeTool) else tool

    def stop_drawing(self) -> None:
        """Give back the tool that was in the hand before."""
        if self._canvas.mapTool() is not self.tool:
            return
        if self._previous is not None and not sip.isdeleted(self._previous):
            self._canvas.setMapTool(self._previous)
        else:
            self._canvas.unsetMapTool(self.tool)

    def show(self, rectangle: Rectangle | None, frame_m: float | None) -> None:
        """Draw the area and a frame about its middle, or about that of the map; neither where None."""
        if rectangle is None:
            self.area.hide()
        else:
            self.area.show(rectangle)
        if frame_m is None:
            self.frame.hide()
        else:
            self.frame.show(self._middle(rectangle), frame_m)

    def clear(self) -> None:
        """Take all away, and the tool out of the hand."""
        self.stop_drawing()
        self.area.hide()
        self.frame.hide()

    def close(self) -> None:
        """Take all away for good: the map owns the tool, and outlives the plugin."""
        self.clear()
        self.tool.deleteLater()

    def _middle(self, rectangle: Rectangle | None) -> QgsPointXY:
        if rectangle is not None:
            crs = self._canvas.mapSettings().destinationCrs()
            try:
                return move_to(rectangle, crs, QgsProject.instance().transformContext()).center()
            except ChoiceError:
                # the map does not reach there, so that the middle of the map does as well
                pass
        return self._canvas.extent().center()

    def _on_drawn(self, rectangle: Rectangle) -> None:
        self.stop_drawing()
        self.drawn.emit(rectangle)

    def _on_activated(self) -> None:
        self.drawing_changed.emit(True)

    def _on_deactivated(self) -> None:
        self._previous = None
        self.drawing_changed.emit(False)
