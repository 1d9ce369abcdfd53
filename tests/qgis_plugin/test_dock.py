"""The panel in a real QGIS with the real worker: opened, filled in and clicked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest

from landcast.qgis_plugin.dock.choices import Choices
from landcast.qgis_plugin.dock.dock import LandcastDock
from landcast.qgis_plugin.dock.remembered import last_folder, recall_habits

from .algorithm_runs import ORIGIN_XY, PIXEL_M, write_image
from .docks import (
    add_image,
    click,
    drag,
    find_action,
    find_dock,
    loaded_plugin,
    shown_window,
    tasks,
    type_into,
    wait_until,
)
from .tiles import LEVEL_M, TILE_PX, corner_of, tile_at, write_tiles

SIDE = 384


@pytest.fixture(scope="module")
def plugin(qgis_iface: Any, interpreter: Path) -> Iterator[Any]:
    """The tests share a worker."""
    with shown_window(qgis_iface), loaded_plugin(qgis_iface) as plugin:
        yield plugin


@pytest.fixture
def iface(plugin: Any, qgis_iface: Any) -> Iterator[Any]:
    QgsSettings().remove("landcast/dock")
    qgis_iface.messageBar().clear_messages()
    yield qgis_iface
    find_dock(qgis_iface).setUserVisible(False)
    QgsProject.instance().clear()
    wait_until(lambda: not tasks(), "nothing is left to do")


@pytest.fixture
def dock(iface: Any) -> LandcastDock:
    dock = find_dock(iface)
    dock.form.show_choices(Choices())
    dock.form.scale.is_framed.setChecked(True)
    return dock


@pytest.fixture
def image(tmp_path: Path, iface: Any) -> QgsRasterLayer:
    return add_image(iface, write_image(tmp_path / "town.tif", SIDE, SIDE))


def open_with(dock: LandcastDock, iface: Any, model: Path) -> None:
    """Open the panel and choose the tiny model."""
    find_action(iface).trigger()
    dock.form.model.choose(str(model))


def wait_for_plan(dock: LandcastDock) -> dict[str, str]:
    wait_until(lambda: bool(dock.form.run.plan_texts) or bool(dock.form.run.problem.text), "a plan")
    assert dock.form.run.problem.text == ""
    texts = dock.form.run.plan_texts
    return dict(zip(texts[::2], texts[1::2]))


def run_to_its_end(dock: LandcastDock, iface: Any) -> None:
    ended: list[bool] = []
    dock.progress.ended.connect(lambda: ended.append(True))
    click(dock.form.run.predict)
    assert not dock.form.run.predict.isEnabled()
    wait_until(lambda: bool(ended), "the end of the prediction", 180)


def results() -> list[QgsRasterLayer]:
    """Layers of files that say that they are predicted."""
    found = []
    for layer in QgsProject.instance().mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and layer.providerType() == "gdal":
            dataset = gdal.Open(layer.source())
            if dataset.GetMetadataItem("LANDCAST_SYNTHETIC") == "YES":
                found.append(layer)
    return found


def test_a_prediction_from_opening_the_panel_to_its_layer(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    open_with(dock, iface, model_folder)
    form = dock.form
    type_into(form.source.date, "2016-06")
    type_into(form.output.lineEdit(), str(tmp_path / "future.tif"))
    told = wait_for_plan(dock)
    assert told["Result"] == f"{SIDE} x {SIDE} px at 0.6 m"
    assert told["Date"] == "2016-06 to 2018-06"
    run_to_its_end(dock, iface)
    assert [Path(layer.source()) for layer in results()] == [tmp_path / "future.tif"]
    made = gdal.Open(str(tmp_path / "future.tif"))
    assert (made.RasterXSize, made.RasterYSize) == (SIDE, SIDE)
    assert made.GetGeoTransform() == pytest.approx((ORIGIN_XY[0], PIXEL_M, 0, ORIGIN_XY[1], 0, -PIXEL_M))
    assert made.GetMetadataItem("LANDCAST_RESULT_DATE") == "2018-06"
    assert form.run.predict.isEnabled()
    assert not form.run.progress.isVisible()
    assert iface.messageBar().get_messages(Qgis.MessageLevel.Success)


def test_a_rectangle_that_is_drawn_on_the_map_is_what_is_predicted(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    canvas = iface.mapCanvas()
    click(dock.form.area.draw)
    assert canvas.mapTool() is dock.marks.tool
    drag(canvas, QPoint(150, 150), QPoint(300, 280))
    assert canvas.mapTool() is not dock.marks.tool
    assert not dock.form.area.draw.isChecked()
    assert dock.form.area.chosen_kind == "rectangle"
    rectangle = dock.form.choices().rectangle
    assert rectangle is not None
    wait_for_plan(dock)
    assert dock.marks.area.geometry is not None
    assert dock.marks.frame.geometry is not None
    asked: list[bool] = []
    dock.preview.asked.connect(lambda: asked.append(True))
    run_to_its_end(dock, iface)
    QTest.qWait(600)
    assert asked == [], "the layers of the result made the form ask anew"
    assert dock.marks.area.geometry is dock.marks.frame.geometry is None, "the result is drawn over"
    dock.form.scale.choose(90.0)
    assert dock.marks.area.geometry is not None
    extent = results()[0].extent()
    # pixels of the image, so that each side moves by one at most
    bounds = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    assert bounds == pytest.approx(rectangle.bounds_xy, abs=PIXEL_M)
    assert (extent.xMinimum() - ORIGIN_XY[0]) / PIXEL_M == pytest.approx(
        round((extent.xMinimum() - ORIGIN_XY[0]) / PIXEL_M), abs=1e-6
    )


def test_what_the_map_window_shows_is_an_area_that_follows_it(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    dock.form.area.choose("canvas")
    canvas, centre = iface.mapCanvas(), image.extent().center()
    first = wait_for_plan(dock)
    canvas.setExtent(QgsRectangle(centre.x() - 40, centre.y() - 40, centre.x() + 40, centre.y() + 40))
    wait_until(lambda: dock.preview.is_waiting, "a new question", 5)
    second = wait_for_plan(dock)
    assert second["Result"] != first["Result"]


def test_selected_polygons_are_what_is_predicted(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    parcels = QgsVectorLayer(f"Polygon?crs={image.crs().authid()}", "parcels", "memory")
    x, y = image.extent().xMinimum(), image.extent().yMinimum()
    for left in (12.0, 120.0):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x + left, y + 30, x + left + 60, y + 130)))
        parcels.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(parcels)
    open_with(dock, iface, model_folder)
    area = dock.form.area
    area.choose("polygons")
    area.polygons.setLayer(parcels)
    assert area.chosen_polygons is parcels
    assert not area.is_selected_only.isEnabled()
    wait_for_plan(dock)
    assert area.note == "1.2 ha"
    parcels.selectByIds([1])
    click(area.is_selected_only)
    wait_until(lambda: area.note == "0.60 ha", "the size of one of them")
    wait_for_plan(dock)
    run_to_its_end(dock, iface)
    extent = results()[0].extent()
    assert extent.width() == pytest.approx(60, abs=2 * PIXEL_M)
    assert extent.height() == pytest.approx(100, abs=2 * PIXEL_M)


def test_what_the_map_shows_can_be_predicted_from(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    dock.form.source.choose_canvas()
    wait_until(lambda: "has no end" in dock.form.run.problem.text, "a word on the area")
    assert not dock.form.run.predict.isEnabled()
    click(dock.form.area.draw)
    drag(iface.mapCanvas(), QPoint(200, 200), QPoint(300, 300))
    dock.form.scale.choose(76.8)
    wait_for_plan(dock)
    run_to_its_end(dock, iface)
    assert len(results()) == 1


def test_an_error_of_the_plan_is_shown_and_goes_with_its_reason(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    # more than twice as fine as the image
    dock.form.scale.choose(20.0)
    wait_until(lambda: bool(dock.form.run.problem.text), "a refusal")
    assert not dock.form.run.predict.isEnabled()
    assert dock.form.run.predict.toolTip() == dock.form.run.problem.text
    dock.form.scale.choose(None)
    assert dock.form.run.problem.text == ""
    wait_for_plan(dock)
    assert dock.form.run.predict.isEnabled()


def test_a_second_prediction_replaces_no_file(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "future_spread.tif").write_bytes(b"of another")
    open_with(dock, iface, model_folder)
    type_into(dock.form.output.lineEdit(), str(tmp_path / "future"))
    wait_for_plan(dock)
    for _ in range(2):
        run_to_its_end(dock, iface)
    assert {Path(layer.source()).name for layer in results()} == {"future_2.tif", "future_3.tif"}
    assert sorted(path.name for path in tmp_path.glob("future*.tif")) == [
        "future_2.tif", "future_3.tif", "future_spread.tif"
    ]  # fmt: skip
    assert "future_3.tif" in " ".join(iface.messageBar().get_messages(Qgis.MessageLevel.Info))


@pytest.mark.parametrize("is_models_known", [False, True])
def test_a_question_that_qgis_stops_can_be_asked_again(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path, is_models_known: bool
) -> None:
    dock._is_models_known = is_models_known
    run, stop = dock.form.run, QgsApplication.taskManager().cancelAll
    dock.preview.asked.connect(stop)
    try:
        open_with(dock, iface, model_folder)
        if not is_models_known:
            assert len(tasks()) == 1
            stop()
        wait_until(lambda: "stopped" in run.problem.text, "a word on the end of the question")
    finally:
        dock.preview.asked.disconnect(stop)
    assert run.predict.isEnabled()
    click(run.again)
    assert not run.again.isVisible()
    wait_for_plan(dock)


def test_many_changes_ask_once(dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path) -> None:
    open_with(dock, iface, model_folder)
    wait_for_plan(dock)
    asked: list[bool] = []
    dock.preview.asked.connect(lambda: asked.append(True))
    for scale_m in (80, 85, 90, 95, 100):
        dock.form.scale.choose(scale_m)
        QTest.qWait(50)
    told = wait_for_plan(dock)
    assert len(asked) == 1
    assert told["Result"].endswith("at 0.781 m")


def test_cancel_that_discards_leaves_nothing(
    dock: LandcastDock, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    add_image(iface, write_image(tmp_path / "city.tif", 3000, 3000))
    open_with(dock, iface, model_folder)
    type_into(dock.form.output.lineEdit(), str(tmp_path / "future.tif"))
    wait_for_plan(dock)
    ended: list[bool] = []
    dock.progress.ended.connect(lambda: ended.append(True))
    click(dock.form.run.predict)
    wait_until(lambda: dock.form.run.progress.value() > 100, "some progress")
    assert dock.form.run.cancel.isVisible()
    dock.form.run.discard.trigger()
    wait_until(lambda: bool(ended), "the end")
    assert results() == []
    assert not list(tmp_path.glob("*future*"))
    assert iface.messageBar().get_messages(Qgis.MessageLevel.Info)


def test_the_source_goes_while_it_is_chosen(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    QgsProject.instance().removeMapLayer(image.id())
    assert not dock.form.choices().has_source
    assert not dock.form.run.predict.isEnabled()
    assert dock.form.run.plan_texts == []
    wait_until(lambda: not dock.preview.is_waiting and not tasks(), "no question is left")


def test_a_project_remembers_where_and_a_user_how(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    open_with(dock, iface, model_folder)
    form = dock.form
    type_into(form.source.date, "2016-06")
    form.scale.choose(90.0)
    form.more.members.setValue(3)
    click(form.area.draw)
    drag(iface.mapCanvas(), QPoint(150, 150), QPoint(300, 280))
    chosen = form.choices()
    project = QgsProject.instance()
    assert project.write(str(tmp_path / "a.qgs"))
    assert not project.isDirty()
    project.clear()
    assert form.choices().rectangle is None
    assert form.source.source_date == ""
    assert project.read(str(tmp_path / "a.qgs"))
    again = form.choices()
    assert again.layer == chosen.layer != ""
    assert again.rectangle is not None
    assert chosen.rectangle is not None
    assert again.rectangle.bounds_xy == pytest.approx(chosen.rectangle.bounds_xy)
    assert (again.area, again.source_date, again.ground_scale_m) == ("rectangle", "2016-06", 90.0)


def test_cancel_that_keeps_what_is_done_adds_it(
    dock: LandcastDock, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    add_image(iface, write_image(tmp_path / "city.tif", 3000, 3000))
    open_with(dock, iface, model_folder)
    type_into(dock.form.output.lineEdit(), str(tmp_path / "future.tif"))
    wait_for_plan(dock)
    ended: list[bool] = []
    shown: list[int] = []
    dock.progress.ended.connect(lambda: ended.append(True))
    dock.form.source.date.setFocus()
    QTest.keyClick(dock.form.source.date, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dock.progress.run is not None
    dock.progress.run.tiles_shown.connect(shown.append)
    wait_until(lambda: bool(shown), "a first tile on the map", 120)
    dock.form.run.keep.trigger()
    wait_until(lambda: bool(ended), "the end")
    assert len(results()) == 1
    kept = gdal.Open(results()[0].source())
    valid = kept.GetRasterBand(1).GetMaskBand().ReadRaster()
    assert any(valid), "nothing of it was kept"


def test_a_prediction_goes_further_from_its_result(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path
) -> None:
    open_with(dock, iface, model_folder)
    type_into(dock.form.source.date, "2016")
    wait_for_plan(dock)
    run_to_its_end(dock, iface)
    dock.show_further(results()[0])
    assert dock.form.source.chosen_layer is results()[0]
    assert dock.form.source.source_date == ""
    assert wait_for_plan(dock)["Date"] == "2018 to 2020"


def test_habits_of_the_user_come_back_in_the_next_panel(
    dock: LandcastDock, image: QgsRasterLayer, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    open_with(dock, iface, model_folder)
    dock.form.more.members.setValue(2)
    type_into(dock.form.output.lineEdit(), str(tmp_path / "future.tif"))
    wait_for_plan(dock)
    run_to_its_end(dock, iface)
    assert {path.name for path in tmp_path.glob("future*.tif")} == {
        "future.tif", "future_spread.tif", "future_change.tif"
    }  # fmt: skip
    again = recall_habits(Choices())
    assert (again.members, again.model) == (2, str(model_folder))
    assert last_folder() == str(tmp_path)


def test_a_rectangle_of_web_tiles_is_planned_in_true_metres(
    dock: LandcastDock, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    first = tile_at(10.75, 60.0)
    source = write_tiles(tmp_path / "tiles", first, 2, 2)
    layer = QgsRasterLayer(source, "tiles", "wms")
    QgsProject.instance().addMapLayer(layer)
    iface.setActiveLayer(layer)
    canvas, (x, y) = iface.mapCanvas(), corner_of(first)
    canvas.setDestinationCrs(layer.crs())
    canvas.setExtent(QgsRectangle(x, y - 2 * TILE_PX * LEVEL_M, x + 2 * TILE_PX * LEVEL_M, y))
    open_with(dock, iface, model_folder)
    click(dock.form.area.draw)
    drag(canvas, QPoint(150, 150), QPoint(350, 350))
    rectangle = dock.form.choices().rectangle
    assert rectangle is not None
    dock.form.scale.choose(96.0)
    told = wait_for_plan(dock)
    # at 60 degrees north two units of the map are a metre
    side_px = (rectangle.bounds_xy[2] - rectangle.bounds_xy[0]) / 2 / 0.75
    columns, rows = (int(number) for number in told["Result"].split(" px")[0].split(" x "))
    assert (columns, rows) == pytest.approx((side_px, side_px), rel=0.05)
    assert "UTM zone 32N" in told["CRS"]


def test_a_project_that_is_closed_ends_the_run_and_leaves_a_form_to_use(
    dock: LandcastDock, iface: Any, model_folder: Path, tmp_path: Path
) -> None:
    add_image(iface, write_image(tmp_path / "city.tif", 3000, 3000))
    open_with(dock, iface, model_folder)
    type_into(dock.form.output.lineEdit(), str(tmp_path / "future.tif"))
    wait_for_plan(dock)
    ended: list[bool] = []
    dock.progress.ended.connect(lambda: ended.append(True))
    click(dock.form.run.predict)
    wait_until(lambda: dock.form.run.progress.value() > 0, "some progress")
    QgsProject.instance().clear()
    assert not dock.form.choices().has_source
    wait_until(lambda: bool(ended), "the end of the run")
    assert not dock.form.run.progress.isVisible()
    assert not list(tmp_path.glob("*future*"))
    assert "Choose an image" in dock.form.run.predict.toolTip()
