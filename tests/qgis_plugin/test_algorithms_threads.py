"""Algorithms in the background, as a window of QGIS runs them, and many times over, as its batch mode does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication, QThread

from .algorithm_runs import RecordingFeedback
from .processing_runs import make_pixels, read_pixels, run_algorithm, write_raster
from .tiles import LEVEL_M, corner_of, tile_at, write_tiles

UTM, ORIGIN, PIXEL_M = 32611, (434400.0, 3774000.0), 0.6
DATES = {"BEFORE_DATE": "2016", "AFTER_DATE": "2020"}
pytestmark = pytest.mark.usefixtures("processing_plugin")


class ThreadFeedback(RecordingFeedback):
    """Remembers in which threads it was told of progress."""

    def __init__(self) -> None:
        super().__init__()
        self.is_main: set[bool] = set()

    def setProgressText(self, text: str) -> None:  # noqa: N802 - QGIS's name
        super().setProgressText(text)
        self.is_main.add(QThread.currentThread() == QCoreApplication.instance().thread())


def run_in_background(name: str, feedback: RecordingFeedback, **parameters: Any) -> tuple[bool, dict[str, Any], float]:
    """Whether it was done, its outputs, and the longest time that the main thread had to wait meanwhile."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"landcast:{name}")
    given = {key: str(value) if isinstance(value, Path) else value for key, value in parameters.items()}
    context, ends = QgsProcessingContext(), []
    context.setProject(QgsProject.instance())
    task = QgsProcessingAlgRunnerTask(algorithm, given, context, feedback)
    task.executed.connect(lambda is_done, results: ends.append((is_done, dict(results))))
    QgsApplication.taskManager().addTask(task)
    deadline, longest = time.monotonic() + 60, 0.0
    while not ends:
        assert time.monotonic() < deadline
        started = time.monotonic()
        QCoreApplication.processEvents()
        longest = max(longest, time.monotonic() - started)
        time.sleep(0.005)
    return (*ends[0], longest)


def test_a_pair_of_web_tiles_is_exported_in_the_background(tmp_path: Path, open_layer: Callable[..., Any]) -> None:
    first = tile_at(18.0, 60.0)
    tiles = open_layer(write_tiles(tmp_path / "tiles", first, 3, 3), "tiles", "wms")
    corner, side = corner_of(first), LEVEL_M * 256
    file = write_raster(tmp_path / "file.tif", make_pixels(768, 768), 3857, corner, LEVEL_M)
    extent = f"{corner[0] + 100},{corner[0] + 2 * side},{corner[1] - 2 * side},{corner[1] - 100} [EPSG:3857]"
    given = {"BEFORE": file, "AFTER": tiles.id(), "EXTENT": extent, **DATES}
    feedback = ThreadFeedback()
    is_done, made, _ = run_in_background("exportpair", feedback, OUTPUT=tmp_path / "background", **given)
    assert is_done, feedback.errors
    assert feedback.is_main == {False}
    direct = run_algorithm("exportpair", OUTPUT=tmp_path / "direct", **given)
    for name in ("BEFORE_FILE", "AFTER_FILE"):
        assert np.array_equal(read_pixels(made[name]), read_pixels(direct[name]))


def test_an_export_in_the_background_is_cancelled_from_the_main_thread(tmp_path: Path) -> None:
    large = [write_raster(tmp_path / f"{n}.tif", make_pixels(2500, 2500), UTM, ORIGIN, PIXEL_M) for n in "ab"]
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda progress: feedback.cancel() if progress > 20 else None)
    given = {"BEFORE": large[0], "AFTER": large[1], **DATES}
    _, made, _ = run_in_background("exportpair", feedback, OUTPUT=tmp_path / "set", **given)
    assert not made
    assert not list((tmp_path / "set").rglob("*"))
    assert feedback.isCanceled()
    assert 0 < feedback.progress() < 100


def test_a_batch_of_areas_becomes_one_training_set(tmp_path: Path) -> None:
    images = [write_raster(tmp_path / f"{n}.tif", make_pixels(600, 400, n), UTM, ORIGIN, PIXEL_M) for n in (1, 2)]
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("landcast:exportpair")
    # as QGIS's batch mode does: one algorithm, one row of parameters after the other
    names = []
    for column in range(3):
        left = ORIGIN[0] + column * 120
        given = {
            "BEFORE": str(images[0]), "AFTER": str(images[1]), "OUTPUT": str(tmp_path / "set"), **DATES,
            "EXTENT": f"{left},{left + 100},{ORIGIN[1] - 100},{ORIGIN[1]} [EPSG:{UTM}]",
        }  # fmt: skip
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        assert algorithm.checkParameterValues(given, context)[0]
        results, is_done = algorithm.run(given, context, RecordingFeedback(), catchExceptions=False)
        assert is_done
        names.append(Path(results["BEFORE_FILE"]).name)
    assert len(set(names)) == 3
    for folder in ("before_2016", "after_2020"):
        assert sorted(path.name for path in (tmp_path / "set" / folder).iterdir()) == sorted(names)
