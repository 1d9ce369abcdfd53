"""Swiping, blinking and playing a result, by simulated mouse and keys on a shown map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsLayerTreeNode,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.gui import QgsMapToolPan
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, Qt
from qgis.PyQt.QtGui import QImage, QPainter
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QMenu

from landcast.qgis_plugin.results.actions import ResultActions
from landcast.qgis_plugin.results.group import show_results
from landcast.qgis_plugin.results.past_overlay import PastOverlay
from landcast.qgis_plugin.runs.controller import RunController
from landcast.qgis_plugin.worker.shared_worker import SharedWorker

from .made_results import ORIGIN_XY, PIXEL_M, write_prediction, write_raster
from .order_runs import turn_until
from .shown_windows import MAP_SIZE, Windows, move_mouse

RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 160, 20)


@pytest.fixture
def windows(qgis_app: Any) -> Iterator[Windows]:
    windows = Windows()
    yield windows
    QgsProject.instance().clear()
    windows.close()


@pytest.fixture
def actions(windows: Windows) -> Iterator[ResultActions]:
    controller = RunController(windows, SharedWorker(lambda line: None))
    actions = ResultActions(windows, controller)
    actions.load()
    yield actions
    actions.unload()
    controller.unload()


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8)[:, None, None], (3, 200, 300)).copy()


@pytest.fixture
def group(windows: Windows, tmp_path: Path) -> QgsLayerTreeNode:
    """Red in the past, green after one iteration, blue after two."""
    source = QgsRasterLayer(str(write_raster(tmp_path / "town.tif", plain(RED))), "town")
    QgsProject.instance().addMapLayer(source)
    results = [
        write_prediction(tmp_path / "f.tif", "prediction", plain(BLUE)),
        write_prediction(
            tmp_path / "f1.tif", "prediction", plain(GREEN), result_date="2022", years_ahead="2", iterations="1"
        ),
    ]
    name = show_results(QgsProject.instance(), results, source)
    left, top = ORIGIN_XY
    windows.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:26911"))
    windows.canvas.setExtent(QgsRectangle(left + 30, top - 90, left + 150, top - 30))
    settle(windows)
    return QgsProject.instance().layerTreeRoot().findGroup(name)


def settle(windows: Windows) -> None:
    """Wait until the map is drawn."""
    drawn: list[bool] = []

    def note() -> None:
        drawn.append(True)

    windows.canvas.mapCanvasRefreshed.connect(note)
    windows.canvas.refresh()
    turn_until(lambda: drawn and not windows.canvas.isDrawing(), 30)
    windows.canvas.mapCanvasRefreshed.disconnect(note)


def seen(windows: Windows) -> np.ndarray:
    """What a user sees of the map, uint8 (y, x, 3)."""
    image = QImage(MAP_SIZE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    windows.canvas.viewport().render(painter)
    painter.end()
    data = image.constBits()
    data.setsize(image.sizeInBytes())
    return np.frombuffer(bytes(data), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1]


def shows(windows: Windows, x: int, colour: tuple[int, int, int]) -> bool:
    column = seen(windows)[300:390, x].astype(int)
    return bool((np.abs(column - colour) <= 3).all())


def overlays(windows: Windows) -> list[Any]:
    return [item for item in windows.canvas.scene().items() if isinstance(item, PastOverlay)]


def checked(group: QgsLayerTreeNode) -> list[bool]:
    return [node.itemVisibilityChecked() for node in group.findLayers()]


def wait_for_past(actions: ResultActions) -> None:
    comparison = actions.comparison
    assert comparison is not None
    turn_until(lambda: comparison.overlay.has_image, 30)


@pytest.mark.parametrize("crs", ["EPSG:26911", "EPSG:3857"])
def test_the_past_lies_left_of_the_mouse(
    crs: str, windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    if crs != "EPSG:26911":
        windows.canvas.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
        layer = group.findLayers()[0].layer()
        inner = windows.canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent())
        inner.scale(0.4)
        windows.canvas.setExtent(inner)
    before = checked(group)
    actions.swipe(group)
    wait_for_past(actions)
    settle(windows)
    move_mouse(windows.canvas.viewport(), QPoint(100, 300))
    move_mouse(windows.canvas.viewport(), QPoint(200, 350))
    turn_until(lambda: abs(actions.comparison.overlay.share - 0.4) < 0.01, 10)  # type: ignore[union-attr]
    assert shows(windows, 50, RED)
    assert shows(windows, 190, RED)
    assert shows(windows, 215, BLUE)
    assert shows(windows, 450, BLUE)
    QTest.keyClick(windows.canvas, Qt.Key.Key_Right)
    turn_until(lambda: shows(windows, 202, RED), 10)
    QTest.keyClick(windows.canvas, Qt.Key.Key_Escape)
    assert actions.comparison is None
    assert overlays(windows) == []
    assert windows.canvas.mapTool() is windows.pan
    assert checked(group) == before
    settle(windows)
    assert shows(windows, 50, BLUE)


def test_the_past_follows_the_map(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    actions.swipe(group)
    wait_for_past(actions)
    left, top = ORIGIN_XY
    # the image ends in the middle of the map
    middle = left + 300 * PIXEL_M
    windows.canvas.setExtent(QgsRectangle(middle - 60, top - 90, middle + 60, top - 30))
    settle(windows)
    actions.comparison.overlay.share = 0.9  # type: ignore[union-attr]
    turn_until(lambda: shows(windows, 150, RED) and shows(windows, 350, (255, 255, 255)), 10)


def test_an_earlier_iteration_is_compared_alone(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    node = group.findLayers()[1]
    before = checked(group)
    actions.swipe(node)
    wait_for_past(actions)
    turn_until(lambda: windows.canvas.mapSettings().layers()[0] is node.layer(), 10)
    settle(windows)
    assert shows(windows, 400, GREEN)
    assert shows(windows, 100, RED)
    actions.stop_comparing()
    assert checked(group) == before


def test_another_tool_ends_the_comparison(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    actions.swipe(group)
    windows.canvas.setMapTool(windows.pan)
    assert actions.comparison is None
    assert overlays(windows) == []


def test_blinking_turns_the_past_on_and_off(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    actions.blink(group)
    wait_for_past(actions)
    settle(windows)
    turn_until(lambda: shows(windows, 400, RED), 10)
    turn_until(lambda: shows(windows, 400, BLUE), 10)
    turn_until(lambda: shows(windows, 400, RED), 10)
    actions.stop_comparing()
    assert overlays(windows) == []


def test_a_removed_layer_or_an_unloaded_plugin_ends_the_comparison(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    actions.blink(group)
    actions.unload()
    assert overlays(windows) == []
    actions.load()
    actions.swipe(group)
    QgsProject.instance().removeMapLayer(group.findLayers()[0].layer().id())
    assert actions.comparison is None
    assert overlays(windows) == []
    assert windows.canvas.mapTool() is windows.pan


@pytest.mark.parametrize("what", ["removed", "moved"])
def test_a_layer_that_leaves_its_place_keeps_nothing_hidden(
    what: str, windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    layer = group.findLayers()[0].layer().clone()
    layer.setCustomProperty("landcast/kind", "spread")
    QgsProject.instance().addMapLayer(layer, False)
    group.insertLayer(0, layer)
    before = checked(group)
    assert before[:3] == [True, True, True]
    actions.swipe(group)
    assert checked(group)[:3] == [False, True, False]
    if what == "removed":
        QgsProject.instance().removeMapLayer(layer.id())
    else:
        node = group.findLayers()[0]
        QgsProject.instance().layerTreeRoot().insertChildNode(0, node.clone())
        group.removeChildNode(node)
    turn_until(lambda: len(group.findLayers()) == 3, 10)
    actions.stop_comparing()
    assert actions.comparison is None
    assert overlays(windows) == []
    assert windows.canvas.mapTool() is windows.pan
    assert checked(group) == before[1:]
    assert what == "removed" or QgsProject.instance().layerTreeRoot().findLayer(layer.id()).isVisible()


def test_a_group_that_is_moved_shows_its_layers_again(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    root = QgsProject.instance().layerTreeRoot()
    name, before = group.name(), checked(group)
    actions.swipe(group)
    assert checked(group) != before
    copy = group.clone()
    root.insertChildNode(-1, copy)
    root.removeChildNode(group)
    actions.stop_comparing()
    assert windows.canvas.mapTool() is windows.pan
    assert checked(root.findGroup(name)) == before


def test_a_prediction_that_is_removed_leaves_the_others_as_they_were(
    actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    before = checked(group)
    actions.swipe(group)
    QgsProject.instance().removeMapLayer(group.findLayers()[0].layer().id())
    assert actions.comparison is None
    assert checked(group) == before[1:]


def test_another_tool_is_taken_up_once(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    other, told = QgsMapToolPan(windows.canvas), []
    actions.swipe(group)
    tool = windows.canvas.mapTool()
    windows.canvas.mapToolSet.connect(lambda new, old: told.append((new, old)))
    windows.canvas.setMapTool(other)
    assert told == [(other, tool)]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sip.isdeleted(tool), "it would stay with the map"
    assert windows.canvas.mapTool() is other


def test_a_tool_that_is_gone_does_not_come_back(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    other = QgsMapToolPan(windows.canvas)
    windows.canvas.setMapTool(other)
    actions.swipe(group)
    sip.delete(other)
    actions.stop_comparing()
    assert actions.comparison is None
    assert overlays(windows) == []


def test_the_map_plays_past_present_and_future(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    assert not windows.panel.isVisibleTo(windows.window)
    actions.play(group)
    time = windows.time
    time.pause()
    assert windows.panel.isVisibleTo(windows.window)
    assert time.totalFrameCount() == 3
    found = []
    for number, year in enumerate((2020, 2022, 2024)):
        span = time.dateTimeRangeForFrameNumber(number)
        assert span.begin().date().year() == year
        windows.canvas.setTemporalRange(span)
        settle(windows)
        found.append([shows(windows, 250, colour) for colour in (RED, GREEN, BLUE)])
    assert found == [[True, False, False], [False, True, False], [False, False, True]]


def test_what_has_no_date_is_said_how_to_get_one(windows: Windows, actions: ResultActions, tmp_path: Path) -> None:
    result = write_prediction(tmp_path / "f.tif", "prediction", plain(BLUE), source_date=None, result_date=None)
    name = show_results(QgsProject.instance(), [result], None)
    actions.play(QgsProject.instance().layerTreeRoot().findGroup(name))
    assert "Predict again with the date of the image" in windows.bar.currentItem().text()


def menu_texts(windows: Windows, actions: ResultActions, node: QgsLayerTreeNode) -> list[str]:
    """What QGIS from 3.32 on shows."""
    windows.tree.setCurrentIndex(windows.tree.node2index(node))
    menu = QMenu()
    menu.addAction("QGIS's own")
    actions._menu.fill(menu)
    ours = [one.menu() for one in menu.actions() if one.menu() is not None and one.text() == "Landcast"]
    return [action.text() for action in ours[0].actions()] if ours else []


COMPARE = ["Compare by swiping", "Compare by blinking"]
REST = [
    "Play past and future", "Predict further from here…", "Export before and after as a picture…",
    "Export an animation…",
]  # fmt: skip
DETAILS = "Copy details of the run"


def test_the_context_menu_offers_what_suits(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    assert menu_texts(windows, actions, group) == COMPARE + REST
    prediction = group.findLayers()[0]
    assert menu_texts(windows, actions, prediction) == [*COMPARE, *REST, DETAILS]
    actions.blink(group)
    assert menu_texts(windows, actions, prediction) == ["Stop comparing", *REST, DETAILS]
    own = QgsProject.instance().layerTreeRoot().findLayers()[-1]
    assert own.name() == "town"
    assert menu_texts(windows, actions, own) == []


def test_an_older_qgis_has_the_same_for_layers(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode
) -> None:
    if actions._menu.has_signal:
        pytest.skip("this QGIS tells when it shows the menu")
    everything = [*COMPARE, "Stop comparing", *REST, DETAILS]
    names = [node.name() for node in group.findLayers()[:2]]
    assert windows.layer_actions == dict.fromkeys(names, everything)
    windows.tree.setCurrentIndex(windows.tree.node2index(group.findLayers()[0]))
    next(one for one in windows.actions if one.text() == COMPARE[0]).trigger()
    assert actions.comparison is not None
    actions.unload()
    assert windows.actions == []
    assert actions.comparison is None
    actions.load()


def test_further_and_details_are_handed_on(windows: Windows, actions: ResultActions, group: QgsLayerTreeNode) -> None:
    asked: list[str] = []
    actions.controller.further_asked.connect(lambda layer: asked.append(layer.name()))
    actions.predict_further(group)
    assert asked == ["Predicted 2024 (4 years ahead)"]
    actions.copy_details(group.findLayers()[0].layer())
    assert "seed: 7" in QgsApplication.clipboard().text()
