"""Composes pictures of a place to one that explains itself: titles, years, a scale bar, and what is predicted."""

from __future__ import annotations

import math

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter, QPen

from ..translation import tr
from .map_frames import Drawn

MARGIN_PX = 16
FORMAT = QImage.Format.Format_RGB32
INK, QUIET, PAPER, MARK = QColor(30, 30, 30), QColor(90, 90, 90), QColor(255, 255, 255), QColor(176, 58, 0)
BAR_SHARE = 0.3
"""Of a picture's width, at most, that the scale bar takes."""


def before_and_after(first: Drawn, second: Drawn, title: str, metres: float) -> QImage:
    """Two pictures side by side; in any thread.

    Args:
        first: on the left.
        second: on the right, of the same size.
        title: above both.
        metres: on the ground, that a picture is wide.
    """
    width, height = first.image.width(), first.image.height()
    font_px = max(13, width // 36)
    head, foot = 3.6 * font_px + MARGIN_PX, 3.2 * font_px + MARGIN_PX
    image = QImage(round(2 * width + 3 * MARGIN_PX), round(height + head + foot), FORMAT)
    image.fill(PAPER)
    painter = _begin(image, font_px)
    _text(painter, title, QRectF(MARGIN_PX, MARGIN_PX / 2, image.width() - 2 * MARGIN_PX, 2 * font_px), INK, True)
    for number, drawn in enumerate((first, second)):
        left = MARGIN_PX + number * (width + MARGIN_PX)
        _caption(painter, drawn, QRectF(left, head - 1.7 * font_px, width, 1.6 * font_px))
        painter.drawImage(QPointF(left, head), drawn.image)
    _scale_bar(painter, QPointF(MARGIN_PX, head + height + 0.7 * font_px), width, metres, font_px)
    note = tr("Predicted by Landcast: synthetic, not an observation")
    box = QRectF(2 * MARGIN_PX + width, head + height + 0.4 * font_px, width, 1.8 * font_px)
    _text(painter, note, box, MARK, False, Qt.AlignmentFlag.AlignRight)
    painter.end()
    return image


def film_frame(drawn: Drawn, title: str, metres: float) -> QImage:
    """One picture of an animation, with its caption beneath; in any thread."""
    width, height = drawn.image.width(), drawn.image.height()
    font_px = max(12, width // 40)
    image = QImage(width, 2 * ((height + 4 * font_px + 1) // 2), FORMAT)
    image.fill(PAPER)
    painter = _begin(image, font_px)
    painter.drawImage(QPointF(0, 0), drawn.image)
    box = QRectF(MARGIN_PX / 2, height + 0.2 * font_px, width - MARGIN_PX, 1.7 * font_px)
    _caption(painter, drawn, box)
    _scale_bar(painter, QPointF(MARGIN_PX / 2, height + 2.3 * font_px), width, metres, font_px)
    painter.setPen(QUIET)
    below = QRectF(width / 2, height + 2 * font_px, width / 2 - MARGIN_PX / 2, 1.7 * font_px)
    _text(painter, title, below, QUIET, False, Qt.AlignmentFlag.AlignRight)
    painter.end()
    return image


def bar_length(metres: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that a scale bar of a picture may show.

    Args:
        metres: on the ground, that a picture is wide.
    """
    most = metres * BAR_SHARE
    power: float = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (5, 2, 1) if step * power <= most)


def length_text(metres: float) -> str:
    """`200 m`, `2 km`."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def _begin(image: QImage, font_px: int) -> QPainter:
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    font = QFont()
    font.setPixelSize(font_px)
    painter.setFont(font)
    return painter


def _caption(painter: QPainter, drawn: Drawn, box: QRectF) -> None:
    if not drawn.state.is_predicted:
        _text(painter, drawn.state.caption, box, INK, True)
        return
    mark = tr("PREDICTED")
    width = painter.fontMetrics().horizontalAdvance(mark) * 1.25
    _text(painter, drawn.state.caption, box.adjusted(0, 0, -width, 0), INK, True)
    _text(painter, mark, box, MARK, True, Qt.AlignmentFlag.AlignRight)


def _text(
    painter: QPainter,
    text: str,
    box: QRectF,
    colour: QColor,
    is_bold: bool,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """A line of text, shortened where there is no room."""
    font = painter.font()
    font.setBold(is_bold)
    painter.setFont(font)
    painter.setPen(colour)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width()))
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
    font.setBold(False)
    painter.setFont(font)


def _scale_bar(painter: QPainter, start: QPointF, width: int, metres: float, font_px: int) -> None:
    """A bar with its length beside it."""
    if metres <= 0:
        return
    length = bar_length(metres)
    end = start.x() + width * length / metres
    middle, tick = start.y() + font_px * 0.6, font_px * 0.35
    painter.setPen(QPen(INK, max(2, font_px // 8)))
    painter.drawLine(QPointF(start.x(), middle), QPointF(end, middle))
    for x in (start.x(), end):
        painter.drawLine(QPointF(x, middle - tick), QPointF(x, middle + tick))
    box = QRectF(end + font_px / 2, middle - font_px, 8 * font_px, 2 * font_px)
    _text(painter, length_text(length), box, INK, False)
