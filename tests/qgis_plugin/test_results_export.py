"""Before and after as a picture, and past and future as an animation, read by programs that did not write them."""

from __future__ import annotations

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
    QgsLayerTreeNode,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QImage, QImageReader
from qgis.PyQt.QtWidgets import QFileDialog

from landcast.qgis_plugin.results.actions import ResultActions
from landcast.qgis_plugin.results.exporting import Export
from landcast.qgis_plugin.results.group import show_results
from landcast.qgis_plugin.results.map_frames import place_of
from landcast.qgis_plugin.results.picture import bar_length, length_text
from landcast.qgis_plugin.results.runs_in_tree import find_run
from landcast.qgis_plugin.runs.controller import RunController
from landcast.qgis_plugin.worker.shared_worker import SharedWorker

from .made_results import write_prediction, write_raster
from .order_runs import turn_until
from .shown_windows import Windows

RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 160, 20)
CRS = QgsCoordinateReferenceSystem("EPSG:26911")


@pytest.fixture
def windows(qgis_app: Any) -> Iterator[Windows]:
    windows = Windows()
    windows.canvas.setDestinationCrs(CRS)
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


@pytest.fixture
def real(no_interpreter: None, interpreter: Path, use_interpreter: Callable[[Path], None]) -> None:
    use_interpreter(interpreter)


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8)[:, None, None], (3, 400, 600)).copy()


@pytest.fixture
def group(windows: Windows, tmp_path: Path) -> QgsLayerTreeNode:
    """Red in the past, green after one iteration, blue after two; 360 m wide."""
    source = QgsRasterLayer(str(write_raster(tmp_path / "town.tif", plain(RED))), "town")
    QgsProject.instance().addMapLayer(source)
    early = {"result_date": "2022", "years_ahead": "2", "iterations": "1"}
    results = [
        write_prediction(tmp_path / "f.tif", "prediction", plain(BLUE)),
        write_prediction(tmp_path / "f1.tif", "prediction", plain(GREEN), **early),
    ]
    (tmp_path / "out").mkdir()
    return QgsProject.instance().layerTreeRoot().findGroup(show_results(QgsProject.instance(), results, source))


def end_of(export: Export | None) -> tuple[str, bool]:
    """Wait for an export; what went wrong, and whether it was cancelled."""
    assert export is not None
    ends: list[tuple[str, bool]] = []
    export.finished.connect(lambda problem, is_cancelled: ends.append((problem, is_cancelled)))
    turn_until(lambda: ends, 60)
    return ends[0]


def temporary() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("landcast-*")}


def bands(path: Path) -> np.ndarray:
    """Colours of a picture as GDAL reads them, int (y, x, 3)."""
    dataset = gdal.Open(str(path))
    values = np.frombuffer(dataset.ReadRaster(), np.uint8).reshape(-1, dataset.RasterYSize, dataset.RasterXSize)
    return np.moveaxis(values[:3], 0, -1).astype(int)


def share_of(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((np.abs(picture - colour).max(axis=-1) <= 4).mean())


def test_a_picture_has_both_sides_with_their_words(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "both.png"
    assert end_of(actions.export_picture(group, output)) == ("", False)
    picture = bands(output)
    height, width = picture.shape[:2]
    assert width == 2 * 600 + 3 * 16
    assert height > 400
    left, right = picture[:, : width // 2], picture[:, width // 2 :]
    assert share_of(left, RED) == pytest.approx(600 * 400 / left[..., 0].size, abs=0.02)
    assert share_of(left, BLUE) == 0
    assert share_of(right, BLUE) == pytest.approx(600 * 400 / right[..., 0].size, abs=0.02)
    assert share_of(right, RED) == 0
    # the words beside the pictures: title and scale bar are dark, the mark is of its own colour
    words = ~((np.abs(picture - RED).max(axis=-1) <= 4) | (np.abs(picture - BLUE).max(axis=-1) <= 4))
    assert (words & (picture.max(axis=-1) < 80)).sum() > 300
    assert share_of(picture, (176, 58, 0)) > 0.0005
    assert "both.png" in windows.bar.currentItem().text()
    assert [path.name for path in output.parent.iterdir()] == ["both.png"]


def test_what_lies_beneath_stands_for_an_image_that_is_gone(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path
) -> None:
    output = tmp_path / "out" / "both.png"
    own = QgsProject.instance().mapLayersByName("town")[0]
    QgsProject.instance().removeMapLayer(group.findLayers()[-1].layer().id())
    turn_until(lambda: own in windows.canvas.layers(), 10)
    assert end_of(actions.export_picture(group, output)) == ("", False)
    picture = bands(output)
    left = picture[:, : picture.shape[1] // 2]
    assert share_of(left, RED) > 0.5
    assert share_of(left, GREEN) == 0
    output.unlink()
    QgsProject.instance().removeMapLayer(own.id())
    turn_until(lambda: len(windows.canvas.layers()) < 3, 10)
    assert actions.export_picture(group, output) is None
    assert "add it beneath the prediction" in windows.bar.currentItem().text()
    assert not output.exists()


@pytest.mark.usefixtures("real")
def test_a_gif_has_a_frame_for_each_time_and_repeats(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path
) -> None:
    before = temporary()
    output = tmp_path / "out" / "town.gif"
    assert end_of(actions.export_animation(group, output)) == ("", False)
    reader = QImageReader(str(output))
    assert reader.supportsAnimation()
    assert reader.imageCount() == 3
    assert reader.loopCount() == -1
    centres, delays = [], []
    for _ in range(3):
        frame: QImage = reader.read()
        assert frame.width() == 600
        colour = frame.pixelColor(300, 200)
        centres.append((colour.red(), colour.green(), colour.blue()))
        delays.append(reader.nextImageDelay())
    for found, expected in zip(centres, (RED, GREEN, BLUE)):
        assert np.abs(np.subtract(found, expected)).max() <= 8
    assert delays == [1500, 1500, 1500]
    assert temporary() == before
    assert [path.name for path in output.parent.iterdir()] == ["town.gif"]


@pytest.mark.usefixtures("real")
def test_a_film_plays_as_long(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path, interpreter: Path
) -> None:
    output = tmp_path / "out" / "town.mp4"
    assert end_of(actions.export_animation(group, output)) == ("", False)
    data = output.read_bytes()
    assert data[4:8] == b"ftyp"
    # the header of the film says its length: version, times, units a second, units
    header = data.index(b"mvhd") + 4
    units, length = (int.from_bytes(data[header + at : header + at + 4], "big") for at in (12, 16))
    assert length / units == pytest.approx(3 * 1.5, abs=0.2)


def test_what_cannot_be_written_is_told(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path
) -> None:
    problem, _ = end_of(actions.export_picture(group, tmp_path / "nowhere" / "both.png"))
    assert "cannot be written" in problem
    assert "was not written" in windows.bar.currentItem().text()


@pytest.mark.usefixtures("no_interpreter")
def test_an_animation_needs_landcast_on_this_machine(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path,
    use_interpreter: Callable[[Path], None],
) -> None:  # fmt: skip
    use_interpreter(tmp_path / "none")
    assert actions.export_animation(group, tmp_path / "out" / "town.gif") is None
    assert "is not a file" in windows.bar.currentItem().text()


@pytest.mark.usefixtures("real")
def test_unloading_in_the_middle_leaves_nothing(
    windows: Windows, actions: ResultActions, group: QgsLayerTreeNode, tmp_path: Path
) -> None:
    before = temporary()
    output = tmp_path / "out" / "town.gif"
    assert actions.export_animation(group, output) is not None
    actions.unload()
    started = actions.export_animation(group, output)
    assert started is not None
    turn_until(lambda: started._task is not None, 30)
    actions.stop_exporting()
    turn_until(lambda: QgsApplication.taskManager().countActiveTasks() == 0, 30)
    assert list(output.parent.iterdir()) == []
    assert temporary() == before
    actions.load()


def test_a_place_is_as_wide_as_it_is(group: QgsLayerTreeNode) -> None:
    run = find_run(group)
    assert run is not None
    for code in ("EPSG:26911", "EPSG:3857", "EPSG:4326"):
        place = place_of(run, QgsCoordinateReferenceSystem(code))
        assert place.metres == pytest.approx(360, rel=0.03)
        assert max(place.size.width(), place.size.height()) in (600, 598, 602)


@pytest.mark.parametrize(("metres", "expected"), [(360, 100), (1000, 200), (1700, 500), (40000, 10000), (5, 1)])
def test_scale_bars_are_round(metres: float, expected: float) -> None:
    assert bar_length(metres) == expected


def test_lengths_are_told_in_metres_or_kilometres() -> None:
    assert [length_text(metres) for metres in (50, 500, 2000)] == ["50 m", "500 m", "2 km"]


@pytest.mark.parametrize(
    ("typed", "written"), [("town", "town_2.png"), ("other", "other.png"), ("town.png", "town.png")]
)
def test_a_file_that_the_dialog_did_not_ask_about_is_not_replaced(
    actions: ResultActions,
    group: QgsLayerTreeNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    written: str,
) -> None:
    (tmp_path / "town.png").write_bytes(b"of another")
    chosen = (str(tmp_path / typed), "PNG picture (*.png)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    export = actions.export_picture(group)
    assert export is not None
    assert export.output == tmp_path / written
    actions.stop_exporting()
