"""The plugin object that QGIS holds: registers the Processing provider and takes it away again."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Protocol

from qgis import utils
from qgis.core import QgsApplication

from .algorithms.provider import LandcastProvider
from .dock.part import DockPart
from .log import log
from .results.actions import ResultActions
from .runs.controller import RunController
from .saved_layers import SavedLayers
from .settings_page.part import SettingsPart
from .worker.shared_worker import SharedWorker


class Part(Protocol):
    """Something that the plugin adds to QGIS's windows."""

    def load(self) -> None:
        """Add it."""

    def unload(self) -> None:
        """Take it away, with everything that it left."""


class LandcastPlugin:
    """Wires the parts to QGIS; `unload` undoes what `initGui` or `initProcessing` did."""

    def __init__(self) -> None:
        self._provider: LandcastProvider | None = None
        self._worker: SharedWorker | None = None
        self._parts: list[Part] = []

    @property
    def worker(self) -> SharedWorker | None:
        """The worker that all algorithms share; None while the plugin is not loaded."""
        return self._worker

    def initGui(self) -> None:
        """Called by QGIS with windows."""
        self.initProcessing()
        try:
            for part in self._make_parts(utils.iface):
                part.load()
                self._parts.append(part)
        except BaseException:
            # QGIS does not unload what it could not load
            self.unload()
            raise

    def initProcessing(self) -> None:
        """Called by QGIS without windows, as in `qgis_process`."""
        self._worker = SharedWorker(log)
        self._provider = LandcastProvider(self._worker)
        QgsApplication.processingRegistry().addProvider(self._provider)

    def unload(self) -> None:
        """Called when the plugin is disabled, updated or QGIS ends.

        A part that fails keeps none of the others, least of all the worker's process.
        """
        with ExitStack() as rest:
            rest.callback(self._end_processing)
            for part in self._parts:
                rest.callback(part.unload)
            self._parts = []

    def _end_processing(self) -> None:
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _make_parts(self, iface: Any) -> list[Part]:
        """What belongs to the windows, in the order in which it is loaded."""
        assert self._worker is not None
        runs = RunController(iface, self._worker)
        return [
            SavedLayers(iface),
            DockPart(iface, self._worker, runs),
            ResultActions(iface, runs),
            SettingsPart(iface, self._worker),
        ]
