"""The steps of a prediction that looks further ahead than its model, in a real QGIS with a real worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal

from .algorithm_runs import RecordingFeedback, run, write_image
from .processing_runs import geotransform

pytestmark = pytest.mark.usefixtures("no_interpreter")


def test_the_steps_in_between_are_written_where_they_are_asked_for(
    tmp_path: Path, interpreter: Path, model_folder: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    source = write_image(tmp_path / "town.tif", 140, 130)
    feedback, output = RecordingFeedback(), tmp_path / "out" / "far.tif"
    output.parent.mkdir()
    run(source, output, feedback, MODEL=str(model_folder), YEARS=12.0, KEEP_ITERATIONS=True)
    iterations = int(gdal.Open(str(output)).GetMetadataItem("LANDCAST_ITERATIONS"))
    assert iterations == 3
    beside = sorted(path for path in output.parent.glob("far_*.tif"))
    assert len(beside) == iterations - 1
    years = [float(gdal.Open(str(path)).GetMetadataItem("LANDCAST_YEARS_AHEAD")) for path in beside]
    assert years == [4, 8]
    assert all(geotransform(path) == pytest.approx(geotransform(source)) for path in beside)
    assert all(any(str(path) in info for info in feedback.infos) for path in beside)
