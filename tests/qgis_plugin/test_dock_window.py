"""The panel in a window of QGIS, before it asks anything of a worker, and what is left of it: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QLabel

import landcast
from landcast.qgis_plugin.dock.dock import LandcastDock
from landcast.qgis_plugin.first_run.page import FirstRunPage

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
    type_into,
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


def test_without_a_worker_to_be_had_the_first_page_is_shown_and_then_the_form(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, monkeypatch: pytest.MonkeyPatch, interpreter: Path
) -> None:
    monkeypatch.setenv("LANDCAST_PYTHON", "/nowhere/python")
    find_action(iface).trigger()
    page = dock.findChild(FirstRunPage)
    assert page.isVisible()
    assert not dock.form.isVisible()
    monkeypatch.setenv("LANDCAST_PYTHON", str(interpreter))
    page.ready.emit()
    assert dock.form.isVisible()
    assert dock.form.source.chosen_layer is image


def test_the_terms_of_a_service_are_brought_to_mind(dock: LandcastDock, iface: Any, tmp_path: Path) -> None:
    tiles = QgsRasterLayer("type=xyz&url=http://127.0.0.1:9/{z}/{x}/{y}.png&zmin=0&zmax=3", "tiles of others", "wms")
    own = QgsRasterLayer(f"type=xyz&url=file://{tmp_path}/{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=3", "own tiles", "wms")
    QgsProject.instance().addMapLayers([tiles, own])
    find_action(iface).trigger()
    dock.form.source.choose_layer(tiles)
    assert "“tiles of others”: from a service on the web" in dock.form.run.warnings.text
    assert "has no end" in dock.form.run.problem.text
    dock.form.source.choose_layer(own)
    assert dock.form.run.warnings.text == ""
    dock.form.source.choose_canvas()
    assert "“tiles of others”: from a service on the web" in dock.form.run.warnings.text


def test_other_bands_can_be_chosen_and_go_with_the_image(dock: LandcastDock, image: QgsRasterLayer, iface: Any) -> None:
    find_action(iface).trigger()
    more = dock.form.more
    more.box.setCollapsed(False)
    assert dock.form.choices().bands is None
    assert not any(band.isVisible() for band in more.bands)
    click(more.is_choosing_bands)
    assert dock.form.choices().bands == (1, 2, 3)
    more.bands[0].setBand(3)
    assert dock.form.choices().bands == (3, 2, 3)
    QgsProject.instance().removeMapLayer(image.id())
    assert dock.form.choices().bands is None
    assert not more.is_choosing_bands.isVisible()


def test_the_bands_that_a_layer_shows_are_said(dock: LandcastDock, image: QgsRasterLayer, iface: Any) -> None:
    find_action(iface).trigger()
    assert "bands that are shown: 1, 2, 3" in dock.form.source.note
    renderer = image.renderer().clone()
    renderer.setRedBand(3)
    renderer.setBlueBand(1)
    image.setRenderer(renderer)
    assert "bands that are shown: 3, 2, 1" in dock.form.source.note


def test_a_folder_without_a_model_is_said_and_not_taken(dock: LandcastDock, iface: Any, tmp_path: Path) -> None:
    iface.messageBar().clear_messages()
    before = dock.form.model.chosen
    dock.form.model.choose(str(tmp_path))
    assert dock.form.model.chosen == before
    assert "is no folder of a model" in iface.messageBar().get_messages(Qgis.MessageLevel.Warning)[0]


def test_years_go_by_the_steps_of_the_model(dock: LandcastDock, iface: Any, model_folder: Path) -> None:
    find_action(iface).trigger()
    years = dock.form.years
    assert not years.years.isEnabled()
    dock.form.model.choose(str(model_folder))
    assert (years.chosen, years.years.singleStep(), years.years.text()) == (2.0, 2.0, "2")
    QTest.keyClick(years.years, Qt.Key.Key_Up)
    QTest.keyClick(years.years, Qt.Key.Key_Up)
    assert years.chosen == 6.0
    QTest.keyClick(years.slider, Qt.Key.Key_Right)
    assert dock.form.choices().years_ahead == 8.0


def test_a_wrong_date_is_said_at_once(dock: LandcastDock, image: QgsRasterLayer, iface: Any) -> None:
    find_action(iface).trigger()
    type_into(dock.form.source.date, "June 2016")
    assert "is no date of an image" in dock.form.run.problem.text
    assert not dock.form.run.predict.isEnabled()
    type_into(dock.form.source.date, "2016-06")
    assert dock.form.run.problem.text == ""


def test_the_dice_throw_another_seed_that_asks_for_no_other_plan(dock: LandcastDock, iface: Any) -> None:
    find_action(iface).trigger()
    dock.form.more.box.setCollapsed(False)
    click(dock.form.more.dice)
    first = dock.form.choices().seed
    click(dock.form.more.dice)
    assert len({0, first, dock.form.choices().seed}) == 3


def test_the_first_step_of_the_scale_is_useful(dock: LandcastDock, iface: Any) -> None:
    find_action(iface).trigger()
    spin = dock.form.scale.scale
    assert dock.form.choices().ground_scale_m is None
    QTest.keyClick(spin, Qt.Key.Key_Up)
    assert dock.form.choices().ground_scale_m == 40.0
    for _ in range(8):
        QTest.keyClick(spin, Qt.Key.Key_Down)
    assert dock.form.choices().ground_scale_m is None


def test_what_a_report_needs_is_copied(dock: LandcastDock, iface: Any) -> None:
    find_action(iface).trigger()
    QgsApplication.clipboard().setText("")
    dock.form.run.diagnostics_asked.emit()
    assert "QGIS" in QgsApplication.clipboard().text()
    assert str(Path.home()) + "/" not in QgsApplication.clipboard().text()
