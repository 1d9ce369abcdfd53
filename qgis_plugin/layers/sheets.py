"""What a map is drawn from: sheets that lie one on another, each with copies of the layers that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable, Protocol

from qgis.core import (
    QgsMapLayer,
    QgsMapRendererCustomPainterJob,
    QgsMapSettings,
    QgsRasterBlockFeedback,
    QgsRasterInterface,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRasterProjector,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QEventLoop, QRect, QSize, QThread, QTimer
from qgis.PyQt.QtGui import QPainter

from ..translation import tr
from .owning import own
from .reader import IsStopped, LayerReadError, ReadStoppedError

MARGIN_PX = 32
"""Drawn around what is asked for, and cut off: symbols reach over the edge, and lines end there differently."""
ASK_MS = 50
"""Between two questions whether anybody still waits."""


class Drawing:
    """A part of the map that is being drawn.

    Args:
        settings: of the map.
        bounds: of the part.
        size: columns and rows.
        is_stopped: whether anybody waits.
    """

    def __init__(self, settings: QgsMapSettings, bounds: QgsRectangle, size: QSize, is_stopped: IsStopped) -> None:
        self.bounds, self.size, self.is_stopped = bounds, size, is_stopped
        self.inner = QRect(MARGIN_PX, MARGIN_PX, size.width(), size.height())
        self.outer_size = QSize(size.width() + 2 * MARGIN_PX, size.height() + 2 * MARGIN_PX)
        self.settings = QgsMapSettings(settings)
        self.settings.setOutputSize(self.outer_size)
        self.settings.setExtent(_grown(bounds, size))

    def check_wanted(self) -> None:
        """Make sure that somebody waits.

        Raises:
            ReadStoppedError: nobody does.
        """
        if self.is_stopped():
            raise ReadStoppedError


class Sheet(Protocol):
    """One or several layers.

    Attributes:
        is_from_web: whether parts may be missing without a word.
    """

    is_from_web: bool

    def draw(self, painter: QPainter, drawing: Drawing) -> None:
        """Draw on top of what is there.

        Raises:
            LayerReadError: it cannot be drawn.
            ReadStoppedError: nobody waits for it any more.
        """


class RasterSheet:
    """A raster in the colours in which it is shown, read on exactly the pixels of the part.

    QGIS's own drawing of maps rounds the edges of a raster outward and stretches it by that, up to a pixel.

    Args:
        layer: to be copied.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        self._steps = _copied_steps(layer.pipe())
        self._name, self._crs, self._mode = str(layer.name()), layer.crs(), layer.blendMode()
        self._scales = (layer.maximumScale(), layer.minimumScale()) if layer.hasScaleBasedVisibility() else None
        self.is_from_web = layer.providerType() == "wms"

    def draw(self, painter: QPainter, drawing: Drawing) -> None:
        """Read its pixels and lay them over the others."""
        drawing.check_wanted()
        if not self._is_in_scale(drawing.settings.scale()):
            return
        settings, feedback = drawing.settings, QgsRasterBlockFeedback()
        for step in self._steps:
            if isinstance(step, QgsRasterProjector):
                step.setCrs(self._crs, settings.destinationCrs(), settings.transformContext())
        with _asking(drawing.is_stopped, feedback.cancel):
            block = self._steps[-1].block(1, drawing.bounds, drawing.size.width(), drawing.size.height(), feedback)
        drawing.check_wanted()
        if block is None or not block.isValid() or (block.isEmpty() and feedback.errors()):
            reason = "; ".join(feedback.errors()) or tr("no reason given")
            raise LayerReadError(_told(self._name, reason))
        painter.setCompositionMode(self._mode)
        painter.drawImage(drawing.inner, block.image())

    def _is_in_scale(self, scale: float) -> bool:
        """As QGIS has it: 0 is no limit, the most detailed scale belongs to the range and the other one does not."""
        if self._scales is None:
            return True
        most_detailed, least_detailed = self._scales
        return bool(most_detailed == 0 or scale >= most_detailed) and bool(
            least_detailed == 0 or scale < least_detailed
        )


class VectorSheet:
    """Layers that QGIS draws together: vectors, meshes, points, whatever is no raster.

    Args:
        layers: to be copied, the lowest first.
    """

    is_from_web = False

    def __init__(self, layers: list[QgsMapLayer]) -> None:
        copies = [(layer.name(), layer.clone()) for layer in layers]
        missing = [str(name) for name, copy in copies if copy is None]
        if missing:
            raise LayerReadError(_told(", ".join(missing), tr("it cannot be copied")))
        self._layers: list[QgsMapLayer] = [copy for _, copy in copies]
        _move(self._layers, None)

    def draw(self, painter: QPainter, drawing: Drawing) -> None:
        """Have QGIS draw them over the others."""
        drawing.check_wanted()
        drawing.settings.setLayers(self._layers[::-1])
        _move(self._layers, QThread.currentThread())
        try:
            job = QgsMapRendererCustomPainterJob(drawing.settings, painter)
            _finish(job, drawing.is_stopped)
            problems = [_told(self._name_of(error.layerID), error.message) for error in job.errors()]
        finally:
            drawing.settings.setLayers([])
            _move(self._layers, None)
        drawing.check_wanted()
        if problems:
            raise LayerReadError("; ".join(problems))

    def _name_of(self, identifier: str) -> str:
        return ", ".join(str(layer.name()) for layer in self._layers if layer.id() == identifier)


def _copied_steps(pipe: QgsRasterPipe) -> list[QgsRasterInterface]:
    """From values to colours on the map: provider, renderer, brightness and so on, each fed by the one before."""
    steps: list[QgsRasterInterface] = []
    for step in (pipe.at(index) for index in range(pipe.size())):
        if step.on():
            copy = own(step.clone())
            if steps:
                copy.setInput(steps[-1])
            steps.append(copy)
    return steps


def _finish(job: QgsMapRendererCustomPainterJob, is_stopped: IsStopped) -> None:
    with _asking(is_stopped, job.cancelWithoutBlocking) as loop:
        job.finished.connect(loop.quit)
        job.start()
        if job.isActive():
            loop.exec()


@contextmanager
def _asking(is_stopped: IsStopped, stop: Callable[[], None]) -> Iterator[QEventLoop]:
    """Look from time to time whether anybody waits, while this thread waits in this loop or in one of QGIS's."""
    # the loop comes first: it makes timers possible in a thread that Qt did not start
    loop, timer = QEventLoop(), QTimer()

    def look() -> None:
        if is_stopped():
            stop()

    timer.timeout.connect(look)
    timer.start(ASK_MS)
    try:
        yield loop
    finally:
        timer.stop()


def _grown(bounds: QgsRectangle, size: QSize) -> QgsRectangle:
    """A part and the margin around it."""
    across, up = MARGIN_PX * bounds.width() / size.width(), MARGIN_PX * bounds.height() / size.height()
    return QgsRectangle(
        bounds.xMinimum() - across, bounds.yMinimum() - up, bounds.xMaximum() + across, bounds.yMaximum() + up
    )


def _move(layers: list[QgsMapLayer], thread: QThread | None) -> None:
    """Layers belong to the thread that draws them, and to none in between."""
    for layer in layers:
        layer.moveToThread(thread)


def _told(layer: str, reason: str) -> str:
    return tr("the layer “{layer}” cannot be drawn: {reason}").format(layer=layer, reason=reason)
