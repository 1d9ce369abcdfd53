"""What all algorithms of Landcast have in common: the worker, the icon and where their help stands."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingAlgorithm
from qgis.PyQt.QtGui import QIcon

from ..guide import guide_url
from ..worker.shared_worker import SharedWorker

ICON_PATH = Path(__file__).parents[1] / "icon.svg"
Parameters = dict[str, Any]


class LandcastAlgorithm(QgsProcessingAlgorithm):  # type: ignore[misc]
    """One algorithm; QGIS makes a new one for each run.

    Args:
        worker: the one that this QGIS starts where it needs one.
    """

    def __init__(self, worker: SharedWorker) -> None:
        super().__init__()
        self._worker = worker

    def createInstance(self) -> LandcastAlgorithm:
        return type(self)(self._worker)

    def icon(self) -> QIcon:
        return QIcon(str(ICON_PATH))

    def svgIconPath(self) -> str:
        return str(ICON_PATH)

    def helpUrl(self) -> str:
        return str(guide_url(self.name()).toString())
