"""What `make_qgis_pictures.py` has done inside QGIS: a first day with Landcast, with a picture at each stop."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QWidget
from qgis.utils import iface

from landcast.qgis_plugin.dock.choices import Choices, Rectangle
from landcast.tests.event_loop import rest, wait_until

SETTINGS = json.loads(os.environ["LANDCAST_WINDOW"])
DOCK_PX, LAYERS_PX = 400, 270
SETTLE_MS = 1500
NOT_SHOWN = ("Browser", "Temporal Controller")
TOOLBARS = ("mFileToolBar", "mMapNavToolBar", "mRasterToolBar")
AREA_SHARES = (0.12, 0.12, 0.88, 0.88)


def shoot(name: str, widget: QWidget | None = None) -> None:
    """Keep what a widget, or the whole window, shows."""
    rest(SETTLE_MS)
    (widget or iface.mainWindow()).grab().save(str(Path(SETTINGS["shots"]) / f"{name}.png"))


def arrange() -> Any:
    """A window with what matters; gives Landcast's panel."""
    window = iface.mainWindow()
    window.setGeometry(0, 0, 1280, 800)
    for name in NOT_SHOWN:
        window.findChild(QDockWidget, name).hide()
    for bar in window.findChildren(QWidget):
        if bar.metaObject().className() == "QToolBar" and bar.objectName() not in TOOLBARS:
            bar.hide()
    dock = window.findChild(QDockWidget, "LandcastDock")
    dock.setUserVisible(True)
    panels = [window.findChild(QDockWidget, "Layers"), dock]
    window.resizeDocks(panels, [LAYERS_PX, DOCK_PX], Qt.Orientation.Horizontal)
    return dock


def add_scene() -> QgsRasterLayer:
    """Add the image and show it."""
    layer = QgsProject.instance().addMapLayer(QgsRasterLayer(SETTINGS["source"], "riverside"))
    QgsProject.instance().setCrs(layer.crs())
    iface.setActiveLayer(layer)
    look_at(layer.extent())
    return layer


def look_at(extent: QgsRectangle) -> None:
    """Show a place on the map."""
    canvas = iface.mapCanvas()
    canvas.setExtent(extent)
    canvas.refresh()
    wait_until(lambda: not canvas.isDrawing())


def part_of(extent: QgsRectangle) -> tuple[float, float, float, float]:
    """A rectangle inside of another one."""
    left, bottom, right, top = AREA_SHARES
    return (
        extent.xMinimum() + left * extent.width(),
        extent.yMinimum() + bottom * extent.height(),
        extent.xMinimum() + right * extent.width(),
        extent.yMinimum() + top * extent.height(),
    )


def fill_in(dock: Any, layer: QgsRasterLayer) -> None:
    """Choose what a person would, and wait for the plan."""
    rectangle = Rectangle(part_of(layer.extent()), layer.crs().authid())
    dock.form.show_choices(
        Choices(layer=layer.id(), source_date="2020", area="rectangle", rectangle=rectangle, members=2)
    )
    dock.form.changed.emit()
    run = dock.form.run
    wait_until(lambda: bool(run.plan_texts) and run.predict.isEnabled())


def predict(dock: Any) -> Any:
    """Click, keep a picture when a good part is there, and wait for the end."""
    dock.form.run.predict.click()
    run = dock.progress.run
    shown: list[int] = []
    run.tiles_shown.connect(shown.append)
    wait_until(lambda: len(shown) > 0 or run.is_over, 600)
    (iface.mainWindow()).grab().save(str(Path(SETTINGS["shots"]) / "tiles.png"))
    wait_until(lambda: run.is_over, 1200)
    assert run.outcome.is_done, run.outcome.problem
    return run.outcome


def main() -> None:
    """All stops."""
    dock = arrange()
    shoot("first_run")
    os.environ["LANDCAST_PYTHON"] = SETTINGS["python"]
    layer = add_scene()
    dock.setUserVisible(False)
    dock.setUserVisible(True)
    fill_in(dock, layer)
    shoot("filled")
    predict(dock)
    iface.messageBar().clearWidgets()
    shoot("result")


def report() -> None:
    """Take the pictures, tell what went wrong, and end QGIS at once."""
    problem = ""
    try:
        main()
    except Exception:  # noqa: BLE001 - it is told by the program that waits for the report
        problem = traceback.format_exc()
        shoot("problem")
    Path(SETTINGS["report"]).write_text(json.dumps({"problem": problem}))
    # its worker ends with it, as it does with a killed QGIS
    os._exit(0)


QTimer.singleShot(SETTLE_MS, report)
