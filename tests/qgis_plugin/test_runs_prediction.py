"""A run of the panel with the real worker: tiles on the map, cancel, faults, and what is left."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QImage, QPainter

from landcast.qgis_plugin.prediction import Extent
from landcast.qgis_plugin.runs.arriving import ArrivingTiles
from landcast.qgis_plugin.runs.controller import RunController, RunInProgressError
from landcast.qgis_plugin.runs.order import take_polygons

from .algorithm_runs import ORIGIN_XY, PIXEL_M, write_image
from .order_runs import Followed, make_order, turn_until
from .shown_windows import MAP_SIZE, Windows

TILES = 16
pytestmark = pytest.mark.usefixtures("real")


@pytest.fixture
def real(no_interpreter: None, interpreter: Path, use_interpreter: Callable[[Path], None]) -> None:
    use_interpreter(interpreter)


@pytest.fixture
def windows(qgis_app: Any) -> Iterator[Windows]:
    windows = Windows()
    yield windows
    windows.close()


@pytest.fixture
def controller(processing_plugin: Any, windows: Windows) -> Iterator[RunController]:
    controller = RunController(windows, processing_plugin.worker)
    yield controller
    run = controller.run
    controller.unload()
    if run is not None:
        turn_until(lambda: run.is_over)
    QgsProject.instance().clear()


@pytest.fixture
def order(qgis_app: Any, tmp_path: Path, model_folder: Path) -> Iterator[Callable[..., Any]]:
    """Make an order of an image of sixteen tiles: they lie on the lattice of the CRS."""

    def order(**request: Any) -> Any:
        layer = QgsRasterLayer(str(write_image(tmp_path / "town.tif", 1300, 1100)), "town")
        # the project owns it, and may be cleared
        QgsProject.instance().addMapLayer(layer)
        (tmp_path / "results").mkdir(exist_ok=True)
        chosen = {"model": str(model_folder), "source_date": "2020", **request}
        return make_order(layer, tmp_path / "results" / "future.tif", **chosen)

    yield order
    QgsProject.instance().clear()


def pixels(image: QImage) -> np.ndarray:
    """uint8, (y, x, 4): blue, green, red, opacity."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    data = image.constBits()
    data.setsize(image.sizeInBytes())
    return np.frombuffer(bytes(data), np.uint8).reshape(image.height(), image.width(), 4)


def painted(item: ArrivingTiles, canvas: Any) -> np.ndarray:
    image = QImage(MAP_SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    item.paint(painter)
    painter.end()
    return pixels(image)


def items_of(canvas: Any) -> list[Any]:
    return [item for item in canvas.scene().items() if isinstance(item, ArrivingTiles)]


def landcast_files() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("landcast-*")}


def test_tiles_are_on_the_map_before_the_end_where_the_file_has_them(
    controller: RunController, order: Callable[..., Any], windows: Windows
) -> None:
    canvas = windows.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:26911"))
    left, top = ORIGIN_XY
    # 2.5 pixels of the result are one of the map
    shown = QgsRectangle(left, top - 1100 * PIXEL_M, left + 1300 * PIXEL_M, top)
    canvas.setExtent(shown)
    followed = Followed(controller, order())
    seen: list[tuple[int, np.ndarray, np.ndarray]] = []

    def look(tiles: int) -> None:
        item = followed.run.item
        assert item is not None
        assert followed.run.mosaic is not None
        seen.append((tiles, pixels(followed.run.mosaic.image), painted(item, canvas)))

    followed.run.tiles_shown.connect(look)
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_done, outcome
    assert seen[0][0] < TILES
    assert seen[-1][0] == TILES
    result = gdal.Open(str(outcome.files[0]))
    full = np.frombuffer(result.ReadRaster(), np.uint8).reshape(3, 1100, 1300)
    for tiles, mosaic, _ in seen:
        there = mosaic[..., 3] == 255
        assert 0 < there.sum() <= tiles * 512 * 512
        assert np.array_equal(mosaic[..., 2::-1][there], np.moveaxis(full, 0, -1)[there])
    assert (seen[-1][1][..., 3] == 255).all()
    # on the map, each pixel within the frame's line shows a pixel of the file beneath it
    scale = canvas.mapSettings().mapUnitsPerPixel() / PIXEL_M
    extent = canvas.mapSettings().visibleExtent()
    column = ((extent.xMinimum() - left) / PIXEL_M + (np.arange(500) + 0.5) * scale).astype(int)
    row = ((top - extent.yMaximum()) / PIXEL_M + (np.arange(400) + 0.5) * scale).astype(int)
    row, column = np.meshgrid(row, column, indexing="ij")
    inside = (row > 20) & (row < 1080) & (column > 20) & (column < 1280)
    drawn = seen[-1][2][..., 2::-1][inside].astype(int)
    there_is = np.moveaxis(full, 0, -1)[row[inside], column[inside]].astype(int)
    assert np.abs(drawn - there_is).mean() < 12
    # and nowhere else would it fit as well
    elsewhere = np.moveaxis(full, 0, -1)[row[inside] + 8, column[inside] + 8].astype(int)
    assert np.abs(drawn - elsewhere).mean() > 1.5 * np.abs(drawn - there_is).mean()
    assert items_of(canvas) == []


def test_tiles_lie_right_on_a_map_of_another_crs(
    controller: RunController, order: Callable[..., Any], windows: Windows
) -> None:
    canvas = windows.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    asked = order()
    layer = QgsProject.instance().mapLayer(asked.source_layer)
    settings = canvas.mapSettings()
    canvas.setExtent(settings.layerExtentToOutputExtent(layer, layer.extent()))
    followed = Followed(controller, asked)
    pictures: list[np.ndarray] = []

    def look(tiles: int) -> None:
        assert followed.run.item is not None
        pictures.append(painted(followed.run.item, canvas))

    followed.run.tiles_shown.connect(look)
    outcome = followed.wait()
    assert outcome is not None
    result = gdal.Warp(
        "", str(outcome.files[0]), format="MEM", dstSRS="EPSG:4326", width=500, height=400, resampleAlg="bilinear",
        dstAlpha=True, outputBounds=(lambda e: (e.xMinimum(), e.yMinimum(), e.xMaximum(), e.yMaximum()))(
            canvas.mapSettings().visibleExtent()
        ),
    )  # fmt: skip
    warped = np.frombuffer(result.ReadRaster(), np.uint8).reshape(-1, 400, 500)
    inside = (warped[-1] == 255) & (pictures[-1][..., 3] == 255)
    assert inside.sum() > 0.9 * (warped[-1] == 255).sum()
    there = np.moveaxis(warped[:3], 0, -1).astype(int)
    drawn = pictures[-1][..., 2::-1].astype(int)
    near = np.abs(drawn - there)[inside].mean()
    moved = np.abs(drawn - np.roll(there, (3, 3), (0, 1)))[inside].mean()
    assert near < 0.6 * moved


def test_cancel_leaves_nothing(controller: RunController, order: Callable[..., Any], windows: Windows) -> None:
    before = landcast_files()
    followed = Followed(controller, order())
    followed.wait(lambda: followed.tiles > 0)
    assert len(items_of(windows.canvas)) == 1
    followed.run.cancel()
    outcome = followed.wait()
    assert outcome is not None
    assert (outcome.is_done, outcome.is_cancelled, outcome.problem, outcome.files) == (False, True, "", [])
    assert list((followed.run.order.request.output.parent).iterdir()) == []
    assert items_of(windows.canvas) == []
    assert landcast_files() == before
    assert controller.run is None
    assert [group.name() for group in QgsProject.instance().layerTreeRoot().findGroups()] == []


def test_cancel_can_keep_what_is_done(controller: RunController, order: Callable[..., Any]) -> None:
    whole = Followed(controller, order())
    done = whole.wait()
    assert done is not None
    expected = gdal.Open(str(done.files[0])).ReadRaster()
    assert expected is not None
    followed = Followed(controller, order(seed=0))
    followed.wait(lambda: followed.tiles > 1)
    followed.run.cancel(is_keeping=True)
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_cancelled, outcome
    assert [path.name for path in outcome.files] == ["future_partial.tif"]
    assert "in part" in outcome.group
    kept = gdal.Open(str(outcome.files[0]))
    tags = kept.GetMetadata()
    assert (tags["LANDCAST_SYNTHETIC"], tags["LANDCAST_PARTIAL"]) == ("YES", "YES")
    assert kept.GetRasterBand(1).GetDescription() == "Predicted red"
    valid = np.frombuffer(kept.GetRasterBand(1).GetMaskBand().ReadRaster(), np.uint8).reshape(1100, 1300) == 255
    assert 0 < valid.sum() < valid.size
    values, all_of_it = (np.frombuffer(data, np.uint8).reshape(3, 1100, 1300) for data in (kept.ReadRaster(), expected))
    assert np.array_equal(values[:, valid], all_of_it[:, valid])
    assert kept.GetGeoTransform() == gdal.Open(str(done.files[0])).GetGeoTransform()
    names = {path.name for path in outcome.files[0].parent.iterdir()}
    assert names == {"future.tif", "future_partial.tif"}
    group = QgsProject.instance().layerTreeRoot().findGroup(outcome.group)
    assert [layer.name() for layer in group.findLayers()] == [
        "Predicted in part 2022 (2 years ahead)",
        "town 2020 (source)",
    ]


def test_a_killed_worker_costs_only_time(
    controller: RunController, order: Callable[..., Any], processing_plugin: Any
) -> None:
    followed = Followed(controller, order())
    followed.wait(lambda: followed.tiles > 0)
    killed = processing_plugin.worker.process_id
    os.kill(killed, signal.SIGKILL)
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_done
    assert processing_plugin.worker.process_id != killed


def test_a_project_closed_in_the_middle_ends_the_run_without_a_trace(
    controller: RunController, order: Callable[..., Any], windows: Windows
) -> None:
    before = landcast_files()
    followed = Followed(controller, order())
    followed.wait(lambda: followed.tiles > 0)
    QgsProject.instance().clear()
    assert items_of(windows.canvas) == []
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_cancelled
    assert QgsProject.instance().mapLayers() == {}
    assert list(followed.run.order.request.output.parent.iterdir()) == []
    assert landcast_files() == before


def test_unloading_in_the_middle_leaves_no_task_and_nothing_else(
    processing_plugin: Any, order: Callable[..., Any], windows: Windows
) -> None:
    before = landcast_files()
    controller = RunController(windows, processing_plugin.worker)
    followed = Followed(controller, order())
    followed.wait(lambda: followed.tiles > 0)
    layers = set(QgsProject.instance().mapLayers())
    controller.unload()
    assert items_of(windows.canvas) == []
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_abandoned
    turn_until(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    assert set(QgsProject.instance().mapLayers()) == layers
    assert list(followed.run.order.request.output.parent.iterdir()) == []
    assert landcast_files() == before


def test_a_second_run_has_to_wait(controller: RunController, order: Callable[..., Any]) -> None:
    followed = Followed(controller, order())
    with pytest.raises(RunInProgressError, match="still running"):
        controller.start(followed.run.order)
    followed.run.cancel()
    followed.wait()


def test_what_the_worker_refuses_is_the_problem(controller: RunController, order: Callable[..., Any]) -> None:
    outcome = Followed(controller, order(ground_scale_m=0.5)).wait()
    assert outcome is not None
    assert not outcome.is_done
    assert not outcome.is_cancelled
    assert "ground" in outcome.problem.lower()
    assert outcome.files == []


def test_polygons_are_those_of_when_they_were_chosen(
    controller: RunController, order: Callable[..., Any], qgis_app: Any
) -> None:
    left, top = ORIGIN_XY
    area = QgsVectorLayer("Polygon?crs=EPSG:26911", "parcels", "memory")
    boxes = [(left + 30, top - 90, left + 90, top - 30), (left + 300, top - 400, left + 400, top - 300)]
    for box in boxes:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(*box)))
        area.dataProvider().addFeatures([feature])
    area.selectByIds([1])
    polygons = take_polygons(area, is_selected_only=True)
    # what happens to the layer afterwards changes nothing
    area.dataProvider().truncate()
    outcome = Followed(controller, order(polygons=polygons)).wait()
    assert outcome is not None
    assert outcome.is_done, outcome.problem
    result = gdal.Open(str(outcome.files[0]))
    assert result.RasterXSize == pytest.approx(100, abs=2)
    assert result.GetGeoTransform()[0] == pytest.approx(left + 30, abs=PIXEL_M)
    assert result.GetMetadata()["LANDCAST_AREA"] == "parcels.gpkg"


def test_several_members_and_iterations_are_a_group_of_layers(
    controller: RunController, order: Callable[..., Any], tmp_path: Path
) -> None:
    left, top = ORIGIN_XY
    extent = Extent((left, top - 120, left + 120, top), "EPSG:26911")
    followed = Followed(controller, order(members=2, years_ahead=8, keeps_iterations=True, extent=extent))
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_done, outcome.problem
    assert outcome.group == "town 2020 → 2028 (8 years ahead)"
    assert outcome.files[0].name == "future.tif"
    written = {"future.tif", "future_spread.tif", "future_change.tif", "future_iteration_1.tif"}
    assert {path.name for path in outcome.files} == written
    nodes = QgsProject.instance().layerTreeRoot().findGroup(outcome.group).findLayers()
    assert [node.name() for node in nodes] == [
        "Futures with change 2028",
        "Spread 2028",
        "Predicted 2028 (8 years ahead)",
        "Predicted 2024 (4 years ahead)",
        "town 2020 (source)",
    ]
    assert followed.percents == sorted(followed.percents)
    assert "Predicting" in followed.stages


def test_the_typical_future_and_the_distance_from_the_training_join_the_group(
    controller: RunController, order: Callable[..., Any], knowing_model: Path
) -> None:
    left, top = ORIGIN_XY
    extent = Extent((left, top - 120, left + 120, top), "EPSG:26911")
    asked = {"members": 3, "years_ahead": 4, "draws_typical": True, "maps_domain": True, "model": str(knowing_model)}
    followed = Followed(controller, order(extent=extent, **asked))
    outcome = followed.wait()
    assert outcome is not None
    assert outcome.is_done, outcome.problem
    nodes = QgsProject.instance().layerTreeRoot().findGroup(outcome.group).findLayers()
    assert [node.name() for node in nodes] == [
        "Distance from the training",
        "Change probability 2024, calibrated",
        "Spread 2024",
        "Most typical future 2024",
        "Predicted 2024 (4 years ahead)",
        "town 2020 (source)",
    ]
    assert [node.itemVisibilityChecked() for node in nodes] == [False, False, False, False, True, True]
    assert any("tiles spread over the area are unlike" in text for text, _ in followed.texts)
