"""What `test_runs_window.py` has done inside QGIS: a run is begun, and the window is closed in the middle of it."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import QgsProject, QgsRasterBlockFeedback, QgsRasterLayer
from qgis.PyQt.QtCore import QMetaObject, Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication, QMessageBox

from landcast.qgis_plugin.layers.prepared import prepare_source
from landcast.qgis_plugin.prediction import PredictionRequest
from landcast.qgis_plugin.results.actions import ResultActions
from landcast.qgis_plugin.runs.order import RunOrder
from landcast.qgis_plugin.runs.run import Run
from landcast.qgis_plugin.worker.choice import choose_worker
from landcast.qgis_plugin.worker.installing import plugin_libraries
from landcast.qgis_plugin.worker.pyzmq import use_pyzmq
from landcast.tests.event_loop import wait_until

SETTINGS = json.loads(os.environ["LANDCAST_WINDOW"])


def agree(run: Run) -> None:
    """QGIS asks whether to cancel the tasks that still run, and stays; once they have ended, it is closed again."""
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        box.button(QMessageBox.StandardButton.Yes).click()
    elif run.is_over:
        close()


def close() -> None:
    """Close the window as a person does, without a question about the project."""
    QgsProject.instance().setDirty(False)
    # not called from here, which would hold Python's lock until the task, which needs it, has ended
    QMetaObject.invokeMethod(utils.iface.actionExit(), "trigger", Qt.ConnectionType.QueuedConnection)


def main() -> None:
    """Begin, wait for tiles, and close."""
    os.environ["LANDCAST_PYTHON"] = SETTINGS["python"]
    use_pyzmq(plugin_libraries())
    layer = QgsProject.instance().addMapLayer(QgsRasterLayer(SETTINGS["source"], "town"))
    prepared = prepare_source(layer, True, True, QgsRasterBlockFeedback(), lambda: False)
    request = PredictionRequest(prepared.source, Path(SETTINGS["output"]), prepared.name, model=SETTINGS["model"])
    parts = utils.plugins["landcast"]._parts
    controller = next(part for part in parts if isinstance(part, ResultActions)).controller
    shown: list[int] = []
    run = controller.start(RunOrder(request, prepared, choose_worker(), layer.id()))
    run.tiles_shown.connect(shown.append)
    wait_until(lambda: bool(shown) or run.is_over)
    Path(SETTINGS["report"]).write_text(json.dumps({"is_over": run.is_over, "has_tiles": bool(shown)}))
    timer = QTimer(utils.iface.mainWindow())
    timer.timeout.connect(lambda: agree(run))
    timer.start(500)
    close()


def report() -> None:
    """Tell what went wrong before the window could be closed."""
    try:
        main()
    except Exception:  # noqa: BLE001 - it is told by the program that waits
        Path(SETTINGS["report"]).write_text(json.dumps({"problem": traceback.format_exc()}))
        # its worker ends with it, as it does with a killed QGIS
        os._exit(1)


QTimer.singleShot(1500, report)
