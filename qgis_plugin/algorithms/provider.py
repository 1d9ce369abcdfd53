"""The Processing provider: what Landcast adds to QGIS's toolbox."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ... import __version__
from ..worker.shared_worker import SharedWorker
from .base import ICON_PATH
from .change import ChangeAlgorithm
from .evaluate import EvaluateAlgorithm
from .export_pair import ExportPairAlgorithm
from .match import MatchAlgorithm
from .predict import PredictAlgorithm
from .predict_scenes import PredictScenesAlgorithm
from .train import TrainAlgorithm
from .worker_status import WorkerStatusAlgorithm

ALGORITHMS = (
    PredictAlgorithm,
    PredictScenesAlgorithm,
    MatchAlgorithm,
    ChangeAlgorithm,
    ExportPairAlgorithm,
    TrainAlgorithm,
    EvaluateAlgorithm,
    WorkerStatusAlgorithm,
)


class LandcastProvider(QgsProcessingProvider):  # type: ignore[misc]
    """Lists the algorithms of Landcast, all of which write GeoTIFF.

    Args:
        worker: that they share.
    """

    def __init__(self, worker: SharedWorker) -> None:
        super().__init__()
        self._worker = worker

    def id(self) -> str:
        return "landcast"

    def name(self) -> str:
        return "Landcast"

    def icon(self) -> QIcon:
        return QIcon(str(ICON_PATH))

    def svgIconPath(self) -> str:
        return str(ICON_PATH)

    def versionInfo(self) -> str:
        return __version__

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        return ["tif"]

    def defaultRasterFileExtension(self) -> str:
        return "tif"

    def loadAlgorithms(self) -> None:
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm(self._worker))
