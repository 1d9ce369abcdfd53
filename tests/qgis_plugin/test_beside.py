"""What a prediction may replace beside its output, which nobody was asked about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal
from qgis.core import QgsProcessingException

from landcast.qgis_plugin.prediction import PredictionFailedError, PredictionRequest
from landcast.qgis_plugin.worker.beside import check_beside

from .algorithm_runs import run, write_image
from .processing_runs import write_raster

PREDICTED = {"LANDCAST_SYNTHETIC": "YES"}


def write(path: Path, items: dict[str, str] | None = None) -> Path:
    return write_raster(path, np.full((1, 8, 8), 7, np.uint8), 32611, (434400.0, 3774000.0), 1.0, items=items)


def request(folder: Path, **more: Any) -> PredictionRequest:
    return PredictionRequest(source=folder / "town.tif", output=folder / "future.tif", **more)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("future_spread.tif", {"members": 2}),
        ("future_change.tif", {"members": 2}),
        ("future_iteration_1.tif", {"keeps_iterations": True}),
        ("future_iteration_12.tif", {"keeps_iterations": True}),
    ],
)
def test_a_file_of_the_user_is_named_and_an_earlier_prediction_is_replaced(
    name: str, more: dict[str, Any], tmp_path: Path
) -> None:
    path = write(tmp_path / name)
    with pytest.raises(PredictionFailedError, match=f"{name} is in the way, and is no prediction"):
        check_beside(request(tmp_path, **more))
    # nothing is written under that name
    check_beside(request(tmp_path))
    path.unlink()
    write(path, PREDICTED)
    check_beside(request(tmp_path, **more))
    path.write_text("no image")
    with pytest.raises(PredictionFailedError, match=name):
        check_beside(request(tmp_path, **more))


def test_files_of_other_names_are_in_nobodys_way(tmp_path: Path) -> None:
    for name in (
        "future.tif",
        "future_spread.txt",
        "future_spread_2.tif",
        "my_future_change.tif",
        "future_iteration.tif",
    ):
        write(tmp_path / name)
    check_beside(request(tmp_path, members=2, keeps_iterations=True))
    check_beside(request(tmp_path / "no such folder", members=2))


@pytest.mark.usefixtures("no_interpreter")
def test_a_run_that_would_replace_a_file_of_the_user_does_not_begin(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source, output = write_image(tmp_path / "town.tif", 130, 130), tmp_path / "future.tif"
    mine = write(tmp_path / "future_spread.tif")
    content = mine.read_bytes()
    with pytest.raises(QgsProcessingException, match=r"future_spread\.tif is in the way"):
        run(source, output, MODEL=str(model_folder), MEMBERS=2)
    assert mine.read_bytes() == content
    assert not output.exists()
    mine.unlink()
    for _ in range(2):
        run(source, output, MODEL=str(model_folder), MEMBERS=2)
    assert gdal.Open(str(mine)).GetMetadataItem("LANDCAST_SYNTHETIC") == "YES"
