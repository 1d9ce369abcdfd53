"""What `make_qgis_pictures.py` has done inside QGIS: a first day with Landcast, with a picture at each stop."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path
from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsProject, QgsRasterLayer, QgsRectangle, QgsSettings
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget, QWidget
from qgis.utils import iface, plugins

from landcast.qgis_plugin.dock.choices import Choices, Rectangle
from landcast.qgis_plugin.results.actions import ResultActions
from landcast.tests.event_loop import rest, wait_until

SETTINGS = json.loads(os.environ["LANDCAST_WINDOW"])
DOCK_PX, LAYERS_PX = 390, 330
SETTLE_MS = 1500
LOOK_AROUND_MS = 8000
"""For the page of the first run, which looks for Pythons and graphics cards."""
NOT_SHOWN = ("Browser", "Temporal Controller")
TOOLBARS = ("mFileToolBar", "mMapNavToolBar", "mRasterToolBar")
RESULT_SIZE = (1040, 680)
FOLDER = "/home/you/landcast"
"""Seen in the picture of the first run; nothing is written there."""
AREA_SHARES = (0.2, 0.2, 0.8, 0.8)


class EnoughError(Exception):
    """All pictures that were asked for are there."""


def shoot(name: str, wait_ms: int = 1500) -> None:
    """Keep what the window shows.

    Raises:
        EnoughError: this was the last one that was asked for.
    """
    rest(wait_ms)
    iface.messageBar().clearWidgets()
    shots = Path(SETTINGS["shots"])
    iface.mainWindow().grab().save(str(shots / f"{name}.png"))
    if SETTINGS["only"] and set(SETTINGS["only"]) <= {shot.stem for shot in shots.iterdir()}:
        raise EnoughError


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


def predict(dock: Any) -> None:
    """Click, keep a picture when a good part is there, and wait for the end."""
    dock.form.run.predict.click()
    run = dock.progress.run
    shown: list[int] = []
    run.tiles_shown.connect(shown.append)
    wait_until(lambda: len(shown) > 0 or run.is_over, 900)
    shoot("tiles", wait_ms=0)
    wait_until(lambda: run.is_over, 1800)
    assert run.outcome.is_done, run.outcome.problem


def show_result(dock: Any, layer: QgsRasterLayer) -> QgsLayerTreeGroup:
    """Unfold the group of the run, and look at it from near, without the panel; gives the group."""
    dock.setUserVisible(False)
    iface.mainWindow().resize(*RESULT_SIZE)
    root = QgsProject.instance().layerTreeRoot()
    root.findLayer(layer.id()).setExpanded(False)
    group = root.findGroups()[0]
    # the tree follows changes only
    group.setExpanded(False)
    group.setExpanded(True)
    left, bottom, right, top = part_of(layer.extent())
    look_at(QgsRectangle(left, bottom, right, top).buffered(10))
    return group


def compare_and_play(group: QgsLayerTreeGroup) -> None:
    """Half past, half future; then the future, at its time."""
    actions = next(part for part in plugins["landcast"]._parts if isinstance(part, ResultActions))
    actions.swipe(group)
    wait_until(lambda: actions.comparison is not None and actions.comparison.overlay.has_image, 60)
    actions.comparison.overlay.share = 0.5
    shoot("comparison")
    actions.stop_comparing()
    actions.play(group)
    controller = iface.mapCanvas().temporalController()
    controller.pause()
    controller.skipToEnd()
    shoot("temporal", wait_ms=2 * SETTLE_MS)


def main() -> None:
    """All stops."""
    iface.newProject()
    QgsSettings().setValue("landcast/environment_folder", FOLDER)
    dock = arrange()
    rest(LOOK_AROUND_MS)
    shoot("first_run")
    os.environ["LANDCAST_PYTHON"] = SETTINGS["python"]
    layer = add_scene()
    dock.setUserVisible(False)
    dock.setUserVisible(True)
    fill_in(dock, layer)
    shoot("filled")
    predict(dock)
    group = show_result(dock, layer)
    shoot("result")
    compare_and_play(group)


def report() -> None:
    """Take the pictures, tell what went wrong, and end QGIS at once."""
    problem = ""
    try:
        main()
    except EnoughError:
        pass
    except Exception:  # noqa: BLE001 - it is told by the program that waits for the report
        problem = traceback.format_exc()
    Path(SETTINGS["report"]).write_text(json.dumps({"problem": problem}))
    # its worker ends with it, as it does with a killed QGIS
    os._exit(0)


QTimer.singleShot(SETTLE_MS, report)
