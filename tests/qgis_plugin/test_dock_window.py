"""The panel in a window of QGIS, before it asks anything of a worker, and what is left of it: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLabel

import landcast
from landcast.qgis_plugin.dock.dock import LandcastDock

from .algorithm_runs import write_image
from .docks import (
    add_image,
    click,
    delete_later,
    find_action,
    find_dock,
    loaded_plugin,
    shown_window,
    tasks,
    wait_until,
)


@pytest.fixture
def iface(qgis_iface: Any, interpreter: Path) -> Iterator[Any]:
    with shown_window(qgis_iface):
        yield qgis_iface
    QgsProject.instance().clear()


@pytest.fixture
def plugin(iface: Any) -> Iterator[Any]:
    with loaded_plugin(iface) as plugin:
        yield plugin


@pytest.fixture
def dock(plugin: Any, iface: Any) -> LandcastDock:
    return find_dock(iface)


@pytest.fixture
def image(tmp_path: Path, iface: Any) -> QgsRasterLayer:
    return add_image(iface, write_image(tmp_path / "town.tif", 128, 128))


def test_the_action_opens_and_closes_the_panel_which_takes_the_active_layer(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, plugin: Any
) -> None:
    assert not dock.isVisible()
    assert plugin.worker.process_id is None, "a worker runs although nobody asked for anything"
    find_action(iface).trigger()
    assert dock.isVisible()
    assert dock.form.source.chosen_layer is image
    assert find_action(iface).isChecked()
    find_action(iface).trigger()
    assert not dock.isVisible()


def test_an_open_panel_without_an_image_starts_no_worker(dock: LandcastDock, iface: Any, plugin: Any) -> None:
    find_action(iface).trigger()
    QTest.qWait(800)
    assert plugin.worker.process_id is None
    assert not dock.form.run.predict.isEnabled()
    assert "Choose an image" in dock.form.run.predict.toolTip()


def test_an_area_outside_of_the_image_is_refused_without_a_worker(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, plugin: Any
) -> None:
    canvas, extent = iface.mapCanvas(), image.extent()
    canvas.setExtent(
        QgsRectangle(extent.xMaximum() + 500, extent.yMinimum(), extent.xMaximum() + 700, extent.yMaximum())
    )
    dock.form.area.choose("canvas")
    find_action(iface).trigger()
    assert "outside of the image" in dock.form.run.problem.text
    assert not dock.form.run.predict.isEnabled()
    assert "outside of the image" in dock.form.run.predict.toolTip()
    QTest.qWait(700)
    assert plugin.worker.process_id is None


def test_nothing_is_left_of_the_plugin(iface: Any, image: QgsRasterLayer, interpreter: Path) -> None:
    window, canvas = iface.mainWindow(), iface.mapCanvas()
    items, docks, actions = len(canvas.scene().items()), len(window.findChildren(LandcastDock)), len(window.actions())
    plugin: Any = landcast.classFactory(iface)
    plugin.initGui()
    find_action(iface).trigger()
    dock = window.findChild(LandcastDock)
    dock.form.scale.choose(90.0)
    click(dock.form.area.draw)
    assert len(canvas.scene().items()) > items
    wait_until(lambda: bool(tasks()), "the question for the models", 5)
    worker = plugin.worker
    plugin.unload()
    delete_later()
    assert len(canvas.scene().items()) == items
    assert len(window.findChildren(LandcastDock)) == docks
    assert find_action(iface) is None
    assert len(window.actions()) == actions
    wait_until(lambda: not tasks(), "no task outlives the plugin")
    wait_until(lambda: worker.process_id is None, "the worker ends with the plugin")
    # what is still connected would be called here
    canvas.setExtent(canvas.extent().buffered(10))
    QgsProject.instance().clear()


def test_each_field_is_reached_by_keys(dock: LandcastDock, image: QgsRasterLayer, iface: Any) -> None:
    find_action(iface).trigger()
    named = [label for label in dock.form.findChildren(QLabel) if "&" in label.text()]
    assert all(label.buddy() is not None for label in named)
    letters = [label.text()[label.text().index("&") + 1].lower() for label in named]
    assert len(set(letters)) == len(letters) >= 9
    assert all(label.buddy().focusPolicy() & Qt.FocusPolicy.TabFocus for label in named)


def test_the_frame_of_one_tile_follows_the_scale(dock: LandcastDock, image: QgsRasterLayer, iface: Any) -> None:
    find_action(iface).trigger()
    assert dock.marks.frame.geometry is None
    dock.form.scale.choose(80.0)
    assert dock.marks.frame.geometry is not None
    first = dock.marks.frame.geometry.boundingBox().width()
    dock.form.scale.choose(120.0)
    assert dock.marks.frame.geometry.boundingBox().width() == pytest.approx(first * 1.5, rel=1e-3)
    click(dock.form.scale.is_framed)
    assert dock.marks.frame.geometry is None
    click(dock.form.scale.is_framed)
    find_action(iface).trigger()
    assert dock.marks.frame.geometry is None, "the frame stays on the map of a closed panel"
