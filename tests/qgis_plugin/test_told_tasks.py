"""Tasks whose end the plugin tells: QGIS adds no message of its own, which would call a cancelled one failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsTask

from landcast.qgis_plugin.prediction import PredictionRequest
from landcast.qgis_plugin.results.export_task import ExportTask
from landcast.qgis_plugin.runs.look import Look
from landcast.qgis_plugin.runs.order import RunOrder
from landcast.qgis_plugin.runs.task import PredictionTask
from landcast.qgis_plugin.worker.shared_worker import SharedWorker


def make_tasks(folder: Path) -> list[QgsTask]:
    order = RunOrder(PredictionRequest(folder / "town.tif", folder / "future.tif"), prepared=None, choice=None)  # type: ignore[arg-type]
    prediction = PredictionTask(order, SharedWorker(lambda line: None), Look())
    return [prediction, ExportTask(folder / "town.png", lambda is_cancelled: None)]


def test_they_can_be_cancelled(qgis_app: Any, tmp_path: Path) -> None:
    assert all(task.canCancel() for task in make_tasks(tmp_path))


@pytest.mark.skipif(not hasattr(QgsTask.Flag, "Silent"), reason="QGIS before 3.26 tells the end of every task")
def test_qgis_does_not_tell_their_end(qgis_app: Any, tmp_path: Path) -> None:
    assert all(task.flags() & QgsTask.Flag.Silent for task in make_tasks(tmp_path))
