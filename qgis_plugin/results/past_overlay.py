"""The map as it was before the prediction, drawn over a part of the map."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsMapSettings, QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen, QTransform

LINE_PX = 2
GRIP_PX = 9
MARGIN_PX = 8
PAPER, INK = QColor(0, 0, 0, 150), QColor(255, 255, 255)


class PastOverlay(QgsMapCanvasItem):  # type: ignore[misc]
    """A picture of the past, from the left edge of the map to a line.

    Args:
        canvas: the map.
        before: label of the left part.
        after: label of the right part.
    """

    def __init__(self, canvas: QgsMapCanvas, before: str, after: str) -> None:
        super().__init__(canvas)
        self._canvas, self._labels = canvas, (before, after)
        self._image: QImage | None = None
        self._corners: tuple[QgsPointXY, QgsPointXY, QgsPointXY] | None = None
        self._size = (0.0, 0.0)
        self._share = 0.5
        self.setZValue(20)

    @property
    def share(self) -> float:
        """Of the map's width that shows the past."""
        return self._share

    @share.setter
    def share(self, share: float) -> None:
        self._share = min(1.0, max(0.0, share))
        self.update()

    @property
    def has_image(self) -> bool:
        """Whether there is something to show yet."""
        return self._image is not None

    def set_image(self, image: QImage, settings: QgsMapSettings) -> None:
        """Show a picture that was drawn by these settings."""
        pixels = settings.mapToPixel()
        width, height = settings.outputSize().width(), settings.outputSize().height()
        self._image, self._size = image, (float(width), float(height))
        self._corners = tuple(pixels.toMapCoordinates(x, y) for x, y in ((0, 0), (width, 0), (0, height)))
        self.update()

    def remove(self) -> None:
        """Take it from the map."""
        self._canvas.scene().removeItem(self)

    def updatePosition(self) -> None:  # noqa: N802 - QGIS's name
        """The map moved."""
        self.setPos(0, 0)
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the past, the line and what is on both sides."""
        if self._image is None or self._corners is None:
            return
        whole = self.boundingRect()
        line = whole.width() * self._share
        painter.save()
        painter.setClipRect(QRectF(0, 0, line, whole.height()))
        painter.fillRect(whole, self._canvas.canvasColor())
        painter.save()
        painter.setTransform(self._transform(), True)
        painter.drawImage(QRectF(0, 0, *self._size), self._image)
        painter.restore()
        self._draw_label(painter, self._labels[0], MARGIN_PX)
        painter.setClipRect(QRectF(line, 0, whole.width() - line, whole.height()))
        self._draw_label(painter, self._labels[1], None)
        painter.setClipping(False)
        if 0 < self._share < 1:
            self._draw_line(painter, line, whole.height())
        painter.restore()

    def _transform(self) -> QTransform:
        """From the picture to where the map now shows its ground."""
        assert self._corners is not None
        start, right, down = (self.toCanvasCoordinates(corner) for corner in self._corners)
        width, height = self._size
        return QTransform(
            (right.x() - start.x()) / width, (right.y() - start.y()) / width,
            (down.x() - start.x()) / height, (down.y() - start.y()) / height,
            start.x(), start.y(),
        )  # fmt: skip

    def _draw_label(self, painter: QPainter, text: str, left: float | None) -> None:
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 2 * MARGIN_PX, metrics.height() + MARGIN_PX
        x = self.boundingRect().width() - width - MARGIN_PX if left is None else left
        box = QRectF(x, MARGIN_PX, width, height)
        painter.fillRect(box, PAPER)
        painter.setPen(INK)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    @staticmethod
    def _draw_line(painter: QPainter, x: float, height: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(PAPER, LINE_PX + 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, height))
        painter.setPen(QPen(INK, LINE_PX))
        painter.drawLine(QPointF(x, 0), QPointF(x, height))
        painter.setBrush(INK)
        painter.drawEllipse(QPointF(x, height / 2), GRIP_PX, GRIP_PX)
