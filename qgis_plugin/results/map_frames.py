"""Draws several states of one place in the background: the image, and each prediction."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QObject, QSize, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage

from ..translation import tr
from .dates import ahead_text
from .metadata import details_of
from .runs_in_tree import RunInTree, layers_before

LONGEST_PX = 1200


class PlaceError(Exception):
    """The place cannot be drawn in the map's CRS."""


class NoPastError(Exception):
    """Nothing shows what was before."""


@dataclass(frozen=True)
class State:
    """What is drawn.

    Attributes:
        layers: from above.
        caption: what and when it is.
        is_predicted: whether it has to be said.
    """

    layers: tuple[QgsMapLayer, ...]
    caption: str
    is_predicted: bool


@dataclass(frozen=True)
class Place:
    """Where it is drawn.

    Attributes:
        crs: of the map.
        extent: in it.
        size: of a picture, in pixels.
        metres: on the ground, that a picture is wide.
    """

    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    size: QSize
    metres: float


@dataclass(frozen=True)
class Drawn:
    """A state and its picture."""

    state: State
    image: QImage


def states_of(run: RunInTree, shown: list[QgsMapLayer]) -> list[State]:
    """The image, and all predictions in the order of time.

    Args:
        run: to be drawn.
        shown: by the map, from above; stands for an image that is gone.
    """
    past = tuple(layers_before(shown, run)) if run.past is None else (run.past,)
    states = [State(past, _caption_of_past(run), False)] if past else []
    return states + [State((layer, *past), ahead_text(details_of(layer)), True) for layer in run.predictions]


def place_of(run: RunInTree, crs: QgsCoordinateReferenceSystem, longest_px: int = LONGEST_PX) -> Place:
    """All of a prediction, as a map in a CRS shows it, no finer than its own pixels.

    Raises:
        PlaceError: the prediction does not lie in the CRS.
    """
    layer, project = run.chosen, QgsProject.instance()
    try:
        extent = QgsCoordinateTransform(layer.crs(), crs, project).transformBoundingBox(layer.extent())
    except QgsCsException as error:
        raise PlaceError(tr("“{}” cannot be drawn in the CRS of the map.").format(layer.name())) from error
    if extent.isEmpty() or not extent.isFinite():
        raise PlaceError(tr("“{}” cannot be drawn in the CRS of the map.").format(layer.name()))
    longest = min(longest_px, max(layer.width(), layer.height(), 256))
    scale = longest / max(extent.width(), extent.height())
    size = QSize(_even(extent.width() * scale), _even(extent.height() * scale))
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, project.transformContext())
    measure.setEllipsoid(project.ellipsoid() if project.ellipsoid() not in ("", "NONE") else "EPSG:7030")
    y = extent.center().y()
    metres = measure.measureLine(QgsPointXY(extent.xMinimum(), y), QgsPointXY(extent.xMaximum(), y))
    return Place(crs, extent, size, metres)


class MapFrames(QObject):  # type: ignore[misc]
    """Draws one state after another; in the main thread, which never waits.

    Args:
        states: to draw.
        place: where.
        parent: of Qt.
    """

    drawn = pyqtSignal(list)
    """All pictures, as `Drawn`."""
    progressed = pyqtSignal(float)

    def __init__(self, states: list[State], place: Place, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states, self._place = states, place
        self._done: list[Drawn] = []
        self._job: QgsMapRendererParallelJob | None = None

    def begin(self) -> None:
        """Draw the next state."""
        settings = QgsMapSettings()
        settings.setDestinationCrs(self._place.crs)
        settings.setTransformContext(QgsProject.instance().transformContext())
        settings.setExtent(self._place.extent)
        settings.setOutputSize(self._place.size)
        settings.setBackgroundColor(QColor(255, 255, 255))
        settings.setLayers(list(self._states[len(self._done)].layers))
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._on_drawn)
        self._job.start()

    def cancel(self) -> None:
        """Stop; there are no pictures."""
        if self._job is not None:
            self._job.finished.disconnect(self._on_drawn)
            self._job.finished.connect(self._job.deleteLater)
            self._job.cancelWithoutBlocking()
            self._job.setParent(QgsProject.instance())
            self._job = None

    def _on_drawn(self) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        self._done.append(Drawn(self._states[len(self._done)], job.renderedImage()))
        self.progressed.emit(100 * len(self._done) / len(self._states))
        if len(self._done) < len(self._states):
            self.begin()
        else:
            self.drawn.emit(self._done)


def _caption_of_past(run: RunInTree) -> str:
    """The image's date; its name where nothing says it."""
    before = tr("Before") if run.past is None else run.past.name()
    return details_of(run.chosen).source_date or before


def _even(pixels: float) -> int:
    """Films want even sides."""
    return max(2, 2 * round(pixels / 2))
