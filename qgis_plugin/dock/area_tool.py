"""Draws the rectangle of an area on the map."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsGeometry, QgsPointXY, QgsProject, QgsRectangle
from qgis.gui import QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QEvent, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QGuiApplication

from ..compat import POLYGON
from .area import crs_of, rectangle_of
from .choices import Rectangle

LINE = QColor(20, 90, 160)
FILL, CLEAR = QColor(20, 90, 160, 30), QColor(0, 0, 0, 0)
WIDTH_PX = 2
LEAST_PX = 4
"""Of a rectangle: less is a click."""


class AreaBand:
    """Shows a rectangle on a map.

    Args:
        canvas: of the map.
        is_filled: whether what lies in it is tinted.
    """

    def __init__(self, canvas: Any, is_filled: bool = False) -> None:
        self._canvas, self._is_filled = canvas, is_filled
        self._band: QgsRubberBand | None = None

    @property
    def geometry(self) -> QgsGeometry | None:
        """What is drawn, in the CRS of the map; None where nothing is."""
        return None if self._band is None else self._band.asGeometry()

    def show(self, rectangle: Rectangle) -> None:
        """Draw a rectangle of any CRS; nothing where the map does not reach it."""
        geometry = QgsGeometry.fromRect(QgsRectangle(*rectangle.bounds_xy))
        source, target = crs_of(rectangle), self._canvas.mapSettings().destinationCrs()
        if source.isValid() and target.isValid() and source != target:
            # straight sides bend where the CRS changes
            geometry = geometry.densifyByCount(16)
            try:
                geometry.transform(QgsCoordinateTransform(source, target, QgsProject.instance().transformContext()))
            except QgsCsException:
                self.hide()
                return
        if self._band is None:
            self._band = _make_band(self._canvas, self._is_filled)
        self._band.setToGeometry(geometry, None)

    def hide(self) -> None:
        """Take it from the map."""
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None


class RectangleTool(QgsMapTool):  # type: ignore[misc]
    """Drag, or click two corners; Escape or the right button gives up."""

    drawn = pyqtSignal(object)
    """A `Rectangle` in the CRS of the map."""
    given_up = pyqtSignal()

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._band = AreaBand(canvas, is_filled=True)
        self._corner: QgsPointXY | None = None
        self._pressed_at: Any = None
        self._is_giving_up = False

    def activate(self) -> None:
        """The tool is chosen."""
        super().activate()
        self._is_giving_up = False
        # the map takes no keys while a button is held
        self.canvas().installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Escape while dragging: the tool goes once the button is let go, or the next one took that for a click."""
        is_escape = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape
        if is_escape and QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._is_giving_up = True
            self._reset()
            return True
        return False

    def canvasPressEvent(self, event: Any) -> None:
        """A corner is set, or the drawing given up."""
        if event.button() == Qt.MouseButton.RightButton:
            self.given_up.emit()
        elif event.button() == Qt.MouseButton.LeftButton and self._corner is None:
            self._corner = self.toMapCoordinates(event.pos())
            self._pressed_at = event.pos()

    def canvasMoveEvent(self, event: Any) -> None:
        """The rectangle follows the mouse."""
        if self._corner is not None:
            self._band.show(self._rectangle(self.toMapCoordinates(event.pos())))

    def canvasReleaseEvent(self, event: Any) -> None:
        """The second corner is set, unless the button was only clicked for the first one."""
        if self._is_giving_up:
            self.given_up.emit()
            return
        if event.button() != Qt.MouseButton.LeftButton or self._corner is None:
            return
        way = event.pos() - self._pressed_at
        if min(abs(way.x()), abs(way.y())) < LEAST_PX:
            return
        rectangle = self._rectangle(self.toMapCoordinates(event.pos()))
        self._reset()
        self.drawn.emit(rectangle)

    def keyPressEvent(self, event: Any) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.given_up.emit()
        else:
            event.ignore()

    def deactivate(self) -> None:
        """Another tool is chosen."""
        self.canvas().removeEventFilter(self)
        self._reset()
        super().deactivate()

    def _rectangle(self, corner: QgsPointXY) -> Rectangle:
        extent = QgsRectangle(self._corner, corner)
        extent.normalize()
        return rectangle_of(extent, self.canvas().mapSettings().destinationCrs())

    def _reset(self) -> None:
        self._corner = None
        self._band.hide()


def _make_band(canvas: Any, is_filled: bool) -> QgsRubberBand:
    band = QgsRubberBand(canvas, POLYGON)
    band.setStrokeColor(LINE)
    band.setFillColor(FILL if is_filled else CLEAR)
    band.setWidth(WIDTH_PX)
    return band
