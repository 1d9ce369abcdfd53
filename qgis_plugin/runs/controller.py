"""Starts runs and ends them with the project or the plugin; one at a time."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..results.details import ResultLayer
from ..results.group import ResultGroup
from ..shown_bands import shown_bands
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .look import Look, take_look
from .order import RunOrder, RunOutcome
from .run import Run


class RunInProgressError(Exception):
    """A prediction still runs."""


class RunController(QObject):  # type: ignore[misc]
    """All runs of a plugin; in the main thread.

    Args:
        iface: of QGIS.
        worker: of this QGIS.
        parent: of Qt.

    Attributes:
        run: the one in progress; None between runs.
    """

    started = pyqtSignal(object)
    """A `Run` began."""
    ended = pyqtSignal(object)
    """A `Run` is over; after its own signal."""
    further_asked = pyqtSignal(QgsMapLayer)
    """The user wants to predict from a predicted layer."""

    def __init__(self, iface: Any, worker: SharedWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._iface, self._worker = iface, worker
        self.run: Run | None = None
        self._is_loaded = True
        QgsProject.instance().cleared.connect(self._on_project_cleared)

    def start(self, order: RunOrder) -> Run:
        """Begin a prediction.

        Raises:
            RunInProgressError: there is one already.
        """
        if self.run is not None:
            raise RunInProgressError(tr("A prediction is still running: wait for its end, or cancel it."))
        run = Run(order, self._worker, self._look(order), self._iface.mapCanvas(), self._show_layers, self)
        self.run = run
        run.finished.connect(self._on_finished)
        run.begin()
        self.started.emit(run)
        return run

    def unload(self) -> None:
        """End what runs, without waiting and without a trace."""
        if self._is_loaded:
            self._is_loaded = False
            QgsProject.instance().cleared.disconnect(self._on_project_cleared)
        if self.run is not None:
            self.run.abandon()

    def _on_project_cleared(self) -> None:
        if self.run is not None:
            self.run.abandon()

    def _on_finished(self, outcome: RunOutcome) -> None:
        run, self.run = self.run, None
        if run is not None:
            self.ended.emit(run)
            # whoever still holds it may ask for its outcome
            run.setParent(None)

    def _show_layers(self, order: RunOrder, layers: list[ResultLayer]) -> ResultGroup:
        return ResultGroup(QgsProject.instance(), layers, self._source_layer(order), order.request.bands)

    def _look(self, order: RunOrder) -> Look:
        """That of the source, unless it shows other bands than those to be predicted."""
        source, bands = self._source_layer(order), order.request.bands
        if source is not None and bands is not None and bands != shown_bands(source):
            return Look()
        return take_look(source)

    @staticmethod
    def _source_layer(order: RunOrder) -> QgsRasterLayer | None:
        layer = QgsProject.instance().mapLayer(order.source_layer) if order.source_layer else None
        return layer if isinstance(layer, QgsRasterLayer) else None
