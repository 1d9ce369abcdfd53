"""Finished parts of a result as one small picture, and where its parts lie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from qgis.core import QgsPointXY
from qgis.PyQt.QtCore import QRect, Qt
from qgis.PyQt.QtGui import QImage, QPainter

from ...core.protocol.messages import Planned
from ...core.protocol.values import Rect
from ..layers.reader import Array

SCREEN_PX = 2048
"""Longest side of the picture: about as much as a screen shows."""
CELL_PX = 256
"""Of the picture; small enough that a reprojected cell is a parallelogram."""
FORMAT = QImage.Format.Format_ARGB32_Premultiplied


@dataclass(frozen=True)
class Frame:
    """Where the result lies, and how many of its pixels make one of the picture.

    Attributes:
        crs: as WKT.
        transform: of the result: x of the upper left corner, width, 0, y, 0, minus height of a pixel.
        rect: of the lattice that the result covers.
    """

    crs: str
    transform: tuple[float, ...]
    rect: Rect

    @property
    def factor(self) -> int:
        """Pixels of the result that one of the picture is wide."""
        return math.ceil(max(self.rect.width, self.rect.height) / SCREEN_PX)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the picture."""
        return math.ceil(self.rect.width / self.factor), math.ceil(self.rect.height / self.factor)

    def place(self, rect: Rect) -> QRect:
        """Where a part of the lattice lies in the picture."""
        left, top = rect.left - self.rect.left, rect.top - self.rect.top
        right, bottom = math.ceil((left + rect.width) / self.factor), math.ceil((top + rect.height) / self.factor)
        left, top = left // self.factor, top // self.factor
        return QRect(left, top, right - left, bottom - top)

    def point(self, column: float, row: float) -> QgsPointXY:
        """A place of the picture on the ground."""
        x, width, _, y, _, minus_height = self.transform
        return QgsPointXY(x + column * self.factor * width, y + row * self.factor * minus_height)

    def cells(self, side: int = CELL_PX) -> Iterator[QRect]:
        """All of the picture in squares."""
        columns, rows = self.size
        for top in range(0, rows, side):
            for left in range(0, columns, side):
                yield QRect(left, top, min(side, columns - left), min(side, rows - top))


@dataclass(frozen=True)
class TilePicture:
    """A finished part, ready to be drawn.

    Attributes:
        place: in the picture.
        image: of that size.
    """

    place: QRect
    image: QImage


def frame_of(planned: Planned) -> Frame:
    """Where a planned result lies."""
    return Frame(planned.crs, tuple(planned.transform), planned.rect)


def picture_of(frame: Frame, rect: Rect, colours: Array) -> TilePicture:
    """A part as it is drawn; in the thread of the task.

    Args:
        frame: of the result.
        rect: of the lattice.
        colours: uint8, (y, x, 4), as `Look.colours` gives them.
    """
    height, width = colours.shape[:2]
    data = colours.tobytes()
    image = QImage(data, width, height, 4 * width, FORMAT)
    place = frame.place(rect)
    if place.width() == width and place.height() == height:
        return TilePicture(place, image.copy())
    kept = Qt.AspectRatioMode.IgnoreAspectRatio
    # it copies, so that the bytes may go
    scaled = image.scaled(place.width(), place.height(), kept, Qt.TransformationMode.SmoothTransformation)
    return TilePicture(place, scaled)


class Mosaic:
    """The picture, to be used in one thread.

    Attributes:
        frame: where it lies.
        image: transparent where nothing has come yet.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.image = QImage(*frame.size, FORMAT)
        self.image.fill(0)

    def add(self, tile: TilePicture) -> None:
        """Draw a part over what was there."""
        painter = QPainter(self.image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(tile.place.topLeft(), tile.image)
        painter.end()
