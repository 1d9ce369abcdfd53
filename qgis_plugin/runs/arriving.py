"""Shows a result on the map while it is being made: a frame of what is to come, and the parts that are there."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsCsException, QgsPointXY, QgsProject
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRect, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from .mosaic import Mosaic

FRAME_COLOUR = QColor(255, 140, 0)
FRAME_PX = 2
EDGE_POINTS = 16
"""On each side of the frame, which may be curved in the map's CRS."""
Corners = tuple[QgsPointXY, QgsPointXY, QgsPointXY]


class ArrivingTiles(QgsMapCanvasItem):  # type: ignore[misc]
    """The parts of a result, over a map.

    Args:
        canvas: the map.
        mosaic: what is drawn; of another owner, who calls `update` when it changes.
    """

    def __init__(self, canvas: QgsMapCanvas, mosaic: Mosaic) -> None:
        super().__init__(canvas)
        self._canvas, self._mosaic = canvas, mosaic
        self._crs = QgsCoordinateReferenceSystem.fromWkt(mosaic.frame.crs)
        self._cells: list[tuple[QRect, Corners]] = []
        self._outline: list[QgsPointXY] = []
        self.setZValue(5)
        self._reproject()
        canvas.destinationCrsChanged.connect(self._reproject)

    def remove(self) -> None:
        """Take it from the map."""
        self._canvas.destinationCrsChanged.disconnect(self._reproject)
        self._canvas.scene().removeItem(self)

    def updatePosition(self) -> None:  # noqa: N802 - QGIS's name
        """The map moved."""
        self.setPos(0, 0)
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw what is there of the result, and its frame."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._is_reduced())
        shown = self.boundingRect()
        for place, corners in self._cells:
            transform = self._transform(place, corners)
            if transform.mapRect(QRectF(0, 0, place.width(), place.height())).intersects(shown):
                painter.save()
                painter.setTransform(transform, True)
                painter.drawImage(QPointF(0, 0), self._mosaic.image, QRectF(place))
                painter.restore()
        painter.setPen(QPen(FRAME_COLOUR, FRAME_PX, Qt.PenStyle.DashLine))
        painter.drawPolygon(QPolygonF([self.toCanvasCoordinates(point) for point in self._outline]))
        painter.restore()

    def _is_reduced(self) -> bool:
        """Whether the map shows fewer pixels than there are; where it shows more, they stay sharp squares."""
        if not self._cells:
            return False
        place, corners = self._cells[0]
        transform = self._transform(place, corners)
        return bool(abs(transform.determinant()) < 1)

    def _transform(self, place: QRect, corners: Corners) -> QTransform:
        """From pixels of a cell to those of the map: a parallelogram."""
        start, right, down = (self.toCanvasCoordinates(corner) for corner in corners)
        width, height = place.width(), place.height()
        return QTransform(
            (right.x() - start.x()) / width, (right.y() - start.y()) / width,
            (down.x() - start.x()) / height, (down.y() - start.y()) / height,
            start.x(), start.y(),
        )  # fmt: skip

    def _reproject(self) -> None:
        """Find the places of all cells in the CRS of the map."""
        canvas_crs = self._canvas.mapSettings().destinationCrs()
        frame = self._mosaic.frame
        transform = QgsCoordinateTransform(self._crs, canvas_crs, QgsProject.instance())
        columns, rows = frame.size
        is_same = transform.isShortCircuited() or not canvas_crs.isValid()
        places = [QRect(0, 0, columns, rows)] if is_same else list(frame.cells())
        self._cells, self._outline = [], []
        for place in places:
            left, top = place.x(), place.y()
            right, bottom = left + place.width(), top + place.height()
            try:
                start, far, down = (
                    transform.transform(frame.point(*at)) for at in ((left, top), (right, top), (left, bottom))
                )
            except QgsCsException:
                continue
            self._cells.append((place, (start, far, down)))
        try:
            self._outline = [transform.transform(frame.point(*at)) for at in _edge(columns, rows)]
        except QgsCsException:
            self._outline = []
        self.update()


def _edge(columns: int, rows: int) -> list[tuple[float, float]]:
    """Places around a picture."""
    steps = [number / EDGE_POINTS for number in range(EDGE_POINTS)]
    return [
        *((columns * step, 0.0) for step in steps),
        *((float(columns), rows * step) for step in steps),
        *((columns * (1 - step), float(rows)) for step in steps),
        *((0.0, rows * (1 - step)) for step in steps),
    ]
