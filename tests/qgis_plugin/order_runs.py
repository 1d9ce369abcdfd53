"""Runs predictions by the controller, as the panel does, while the main thread turns its event loop."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable

from qgis.core import QgsRasterBlockFeedback, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject

from landcast.qgis_plugin.layers.prepared import prepare_source
from landcast.qgis_plugin.prediction import PredictionRequest
from landcast.qgis_plugin.runs.controller import RunController
from landcast.qgis_plugin.runs.order import RunOrder, RunOutcome
from landcast.qgis_plugin.runs.run import Run
from landcast.qgis_plugin.worker.choice import choose_worker


def turn_until(is_so: Callable[[], object], timeout_s: float = 240) -> None:
    """Turn the event loop until something is so."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.002)


def make_order(layer: QgsRasterLayer, output: Path, **request: Any) -> RunOrder:
    """What the panel would ask for of a layer of the project."""
    polygons = request.pop("polygons", None)
    prepared = prepare_source(layer, True, True, QgsRasterBlockFeedback(), lambda: False)
    asked = PredictionRequest(
        source=prepared.source, name=prepared.name, output=output, bands=prepared.bands, **request
    )
    return RunOrder(asked, prepared, choose_worker(), layer.id(), polygons)


class Followed(QObject):  # type: ignore[misc]
    """A run, and what it said.

    Attributes:
        run: that is followed.
        outcome: None until its end.
    """

    def __init__(self, controller: RunController, order: RunOrder) -> None:
        super().__init__()
        self.stages: list[str] = []
        self.percents: list[float] = []
        self.texts: list[tuple[str, bool]] = []
        self.tiles = 0
        self.outcome: RunOutcome | None = None
        self.run: Run = controller.start(order)
        self.run.stage_changed.connect(self.stages.append)
        self.run.progressed.connect(self.percents.append)
        self.run.said.connect(lambda text, is_warning: self.texts.append((text, is_warning)))
        self.run.tiles_shown.connect(self._on_tiles)
        self.run.finished.connect(self._on_end)

    def wait(self, is_so: Callable[[], object] | None = None) -> RunOutcome | None:
        """Turn the event loop until something is so, or the end."""
        turn_until(lambda: self.outcome is not None or (is_so is not None and is_so()))
        return self.outcome

    def _on_tiles(self, tiles: int) -> None:
        self.tiles = tiles

    def _on_end(self, outcome: RunOutcome) -> None:
        self.outcome = outcome
