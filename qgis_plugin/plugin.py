"""The plugin object that QGIS holds: registers the Processing provider and takes it away again."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from typing import Any

from qgis import utils
from qgis.core import QgsApplication

from .algorithms.provider import LandcastProvider
from .kept_marks import keep_marks
from .log import log
from .worker.shared_worker import SharedWorker


class LandcastPlugin:
    """Wires the parts to QGIS; `unload` undoes what `initGui` or `initProcessing` did."""

    def __init__(self) -> None:
        self._provider: LandcastProvider | None = None
        self._worker: SharedWorker | None = None
        self._saved_as: Any = None

    @property
    def worker(self) -> SharedWorker | None:
        """The worker that all algorithms share; None while the plugin is not loaded."""
        return self._worker

    def initGui(self) -> None:
        """Called by QGIS with windows."""
        self.initProcessing()
        self._saved_as = utils.iface.layerSavedAs
        self._saved_as.connect(keep_marks)

    def initProcessing(self) -> None:
        """Called by QGIS without windows, as in `qgis_process`."""
        self._worker = SharedWorker(log)
        self._provider = LandcastProvider(self._worker)
        QgsApplication.processingRegistry().addProvider(self._provider)

    def unload(self) -> None:
        """Called when the plugin is disabled, updated or QGIS ends."""
        if self._saved_as is not None:
            self._saved_as.disconnect(keep_marks)
            self._saved_as = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None
