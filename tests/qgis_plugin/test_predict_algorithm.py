"""`landcast:predict` in a real QGIS, with a real worker where LANDCAST_PYTHON names its interpreter."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsSettings,
)
from qgis.PyQt.QtCore import QCoreApplication

from landcast.qgis_plugin.prediction import PredictedFiles, PredictionRequest
from landcast.qgis_plugin.worker import predicting
from landcast.qgis_plugin.worker.choice import OwnWorker, choose_worker

from .algorithm_runs import (
    EPSG,
    PIXEL_M,
    RecordingFeedback,
    run,
    told_request,
    write_image,
)

MakeWorker = Callable[[str], Path]
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_image(tmp_path / "Bilder von früher" / "source.tif", 200, 180)


def test_the_result_lies_on_the_pixels_of_its_source(
    source: Path, tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    output = tmp_path / "result.tif"
    assert run(source, output, MODEL=str(model_folder)) == str(output)
    before, after = QgsRasterLayer(str(source)), QgsRasterLayer(str(output))
    assert after.isValid()
    assert (after.width(), after.height()) == (before.width(), before.height())
    assert after.extent() == before.extent()
    assert after.crs() == before.crs()
    assert gdal.Open(str(output)).GetGeoTransform() == pytest.approx(gdal.Open(str(source)).GetGeoTransform())


def test_an_extent_in_another_crs_is_predicted_where_it_lies(
    source: Path, tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    output = tmp_path / "result.tif"
    whole = QgsRasterLayer(str(source)).extent()
    longitude, latitude = degrees(whole.center().x(), whole.center().y())
    extent = f"{longitude - 3e-4},{longitude + 3e-4},{latitude - 2e-4},{latitude + 2e-4} [EPSG:4326]"
    run(source, output, EXTENT=extent, MODEL=str(model_folder))
    part = QgsRasterLayer(str(output)).extent()
    assert whole.contains(part)
    assert part.center().distance(whole.center()) < 2 * PIXEL_M
    assert 40 < part.width() < 70
    assert 40 < part.height() < 55


def test_the_result_says_what_was_asked_for(
    source: Path, tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    output, feedback = tmp_path / "result.tif", RecordingFeedback()
    run(source, output, feedback, YEARS=4.0, SEED=5, MEMBERS=2, GROUND_SCALE=100.0, MODEL=str(model_folder))
    said = {name.upper(): value for name, value in gdal.Open(str(output)).GetMetadata().items()}
    assert said["LANDCAST_SYNTHETIC"] == "YES"
    assert (said["LANDCAST_SEED"], said["LANDCAST_MEMBERS"]) == ("5", "2")
    assert float(said["LANDCAST_YEARS_AHEAD"]) == 4
    assert QgsRasterLayer(str(output)).rasterUnitsPerPixelX() == pytest.approx(100 / 128, rel=0.01)
    assert any("result_spread.tif" in info for info in feedback.infos)


def test_a_cancelled_run_leaves_nothing(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source = write_image(tmp_path / "images" / "large.tif", 2600, 2600)
    folder = tmp_path / "results"
    folder.mkdir()
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    assert run(source, folder / "result.tif", feedback, MODEL=str(model_folder)) is None
    assert 0 < feedback.progress() < 100
    assert list(folder.iterdir()) == []


def test_a_cancelled_run_keeps_the_earlier_result(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source = write_image(tmp_path / "large.tif", 2600, 2600)
    output = tmp_path / "result.tif"
    output.write_text("an earlier result")
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    assert run(source, output, feedback, MODEL=str(model_folder)) is None
    assert output.read_text() == "an earlier result"


def test_a_task_in_the_background_is_cancelled_from_the_main_thread(
    tmp_path: Path, source: Path, make_worker: MakeWorker, use_interpreter: Callable[[Path], None]
) -> None:
    marker = tmp_path / "started"
    use_interpreter(make_worker(f"""
        if sys.argv[1] == "-m":
            open({str(marker)!r}, "w").close()
            sys.stdin.read()
    """))  # fmt: skip
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("landcast:predict")
    parameters = {"INPUT": str(source), "OUTPUT": str(tmp_path / "result.tif")}
    context, feedback, ends = QgsProcessingContext(), RecordingFeedback(), []
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    task.executed.connect(lambda is_done, results: ends.append((is_done, results)))
    QgsApplication.taskManager().addTask(task)
    process_events_until(marker.exists)
    task.cancel()
    process_events_until(lambda: bool(ends))
    assert ends == [(False, {})]
    assert not feedback.errors


def test_what_landcast_says_arrives_in_the_error(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    output, missing = tmp_path / "result.tif", tmp_path / "no-such-model"
    with pytest.raises(QgsProcessingException, match="no-such-model: neither a model folder") as raised:
        run(source, output, MODEL=str(missing))
    assert "\n" not in str(raised.value)
    assert not output.exists()


def test_a_crash_is_told_apart_from_an_error(
    source: Path, tmp_path: Path, make_worker: MakeWorker, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(make_worker("if sys.argv[1] == '-m': raise MemoryError('too much')"))
    with pytest.raises(QgsProcessingException, match=r"(?s)^Landcast ended unexpectedly.*MemoryError: too much"):
        run(source, tmp_path / "result.tif")


def test_without_an_interpreter_the_error_says_how_to_set_one(source: Path, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"^No Python with Landcast in it is set") as raised:
        run(source, tmp_path / "result.tif")
    assert_says_how_to_set(str(raised.value))


def test_an_interpreter_that_is_no_file_is_named(
    source: Path, tmp_path: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(tmp_path / "gone" / "python")
    with pytest.raises(QgsProcessingException, match="gone/python, is not a file") as raised:
        run(source, tmp_path / "result.tif")
    assert_says_how_to_set(str(raised.value))


def test_an_interpreter_that_does_not_start_is_named(
    source: Path, tmp_path: Path, use_interpreter: Callable[[Path], None]
) -> None:
    (tmp_path / "python").write_text("no program")
    use_interpreter(tmp_path / "python")
    with pytest.raises(QgsProcessingException, match="cannot be started: ") as raised:
        run(source, tmp_path / "result.tif")
    assert_says_how_to_set(str(raised.value))


def test_an_interpreter_without_landcast_is_named(
    source: Path, tmp_path: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(Path(sys.executable))
    with pytest.raises(QgsProcessingException, match=r"cannot import it: .*No module named 'landcast'") as raised:
        run(source, tmp_path / "result.tif")
    assert_says_how_to_set(str(raised.value))


def test_the_setting_counts_where_the_variable_is_not_set(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    QgsSettings().setValue("landcast/python", str(interpreter))
    assert choose_worker() == OwnWorker(interpreter)
    assert told_request(source, tmp_path / "result.tif").source == source
    use_interpreter(tmp_path / "gone")
    with pytest.raises(QgsProcessingException, match="is not a file"):
        run(source, tmp_path / "result.tif")


def test_what_was_not_asked_for_is_left_to_landcast(
    source: Path, tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    request = told_request(source, tmp_path / "result.tif", GROUND_SCALE=0, YEARS=None)
    assert request == PredictionRequest(source, tmp_path / "result.tif", name="source.tif")


def test_a_crs_that_others_do_not_know_travels_as_wkt(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    use_interpreter: Callable[[Path], None],
    open_layer: Callable[..., QgsRasterLayer],
) -> None:
    use_interpreter(interpreter)
    layer = open_layer(str(source), "with a CRS of its own")
    layer.setCrs(QgsCoordinateReferenceSystem.fromProj("+proj=laea +lat_0=34 +lon_0=-118 +datum=WGS84"))
    extent = told_request(layer, tmp_path / "result.tif", EXTENT="0,100,-50,70").extent
    assert extent is not None
    assert extent.bounds_xy == (0, -50, 100, 70)
    assert str(extent.crs).startswith("PROJCRS[")


def test_a_crs_changed_in_qgis_is_warned_about(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    use_interpreter: Callable[[Path], None],
    open_layer: Callable[..., QgsRasterLayer],
) -> None:
    use_interpreter(interpreter)
    layer, feedback = open_layer(str(source), "moved"), RecordingFeedback()
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32611"))
    told_request(layer, tmp_path / "result.tif", feedback)
    assert any("CRS was changed" in warning for warning in feedback.warnings)


def test_the_source_is_never_replaced_by_its_result(
    source: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    with pytest.raises(QgsProcessingException, match="choose another file"):
        run(source, source)


def test_the_file_that_was_written_is_the_one_that_is_loaded(
    source: Path,
    tmp_path: Path,
    interpreter: Path,
    use_interpreter: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another one than the one that was asked for, where that was held open: only Windows does so."""
    other = tmp_path / "result_2.tif"
    use_interpreter(interpreter)
    monkeypatch.setattr(predicting, "predict", lambda *_: PredictedFiles(other, []))
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("landcast:predict")
    details = QgsProcessingContext.LayerDetails("Future", QgsProject.instance(), "OUTPUT")
    context.addLayerToLoadOnCompletion(str(tmp_path / "result.tif"), details)
    parameters = {"INPUT": str(source), "OUTPUT": str(tmp_path / "result.tif")}
    algorithm.run(parameters, context, RecordingFeedback(), catchExceptions=False)
    assert list(context.layersToLoadOnCompletion()) == [str(other)]


def process_events_until(is_done: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_done():
        assert time.monotonic() < deadline, "it did not happen"
        QCoreApplication.processEvents()
        time.sleep(0.01)


def degrees(x: float, y: float) -> tuple[float, float]:
    """From the images' CRS to longitude and latitude, by GDAL."""
    utm, geographic = osr.SpatialReference(), osr.SpatialReference()
    utm.ImportFromEPSG(EPSG)
    geographic.ImportFromEPSG(4326)
    geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    longitude, latitude, _ = osr.CoordinateTransformation(utm, geographic).TransformPoint(x, y)
    return longitude, latitude


def assert_says_how_to_set(message: str) -> None:
    """One line, with both places."""
    assert "\n" not in message
    assert "LANDCAST_PYTHON" in message
    assert "landcast/python" in message
