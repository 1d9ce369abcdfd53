"""Runs `landcast:predict` as QGIS does, on images that are made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
)

PIXEL_M = 0.6
ORIGIN_XY = (430000.2, 3770000.4)
EPSG = 26911
TELLS_ITS_ARGUMENTS = """
    if sys.argv[1] == "-m":
        print("error: " + json.dumps(sys.argv), file=sys.stderr)
        sys.exit(1)
"""


class RecordingFeedback(QgsProcessingFeedback):  # type: ignore[misc]
    """Keeps the texts that a user would read in the log."""

    def __init__(self) -> None:
        super().__init__(False)
        self.warnings: list[str] = []
        self.infos: list[str] = []
        self.errors: list[str] = []

    def pushWarning(self, warning: str) -> None:  # noqa: N802 - QGIS's name
        self.warnings.append(warning)

    def pushInfo(self, info: str) -> None:  # noqa: N802 - QGIS's name
        self.infos.append(info)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N802, N803 - QGIS's names
        self.errors.append(error)


def write_image(path: Path, width: int, height: int, driver: str = "GTiff") -> Path:
    """Write an 8-bit RGB image with a pattern in it, in UTM."""
    path.parent.mkdir(exist_ok=True)
    system = osr.SpatialReference()
    system.ImportFromEPSG(EPSG)
    memory = gdal.GetDriverByName("MEM").Create("", width, height, 3, gdal.GDT_Byte)
    memory.SetProjection(system.ExportToWkt())
    memory.SetGeoTransform([ORIGIN_XY[0], PIXEL_M, 0, ORIGIN_XY[1], 0, -PIXEL_M])
    for band in (1, 2, 3):
        row = bytes((x * band) % 200 + 30 for x in range(width + height))
        pixels = b"".join(row[y : y + width] for y in range(height))
        memory.GetRasterBand(band).WriteRaster(0, 0, width, height, pixels)
    gdal.GetDriverByName(driver).CreateCopy(str(path), memory)
    return path


def run(source: Any, output: Path, feedback: QgsProcessingFeedback | None = None, **parameters: Any) -> str | None:
    """Run the algorithm as QGIS does; give the path of the result, None where there is none."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("landcast:predict")
    chosen = {"INPUT": source if isinstance(source, QgsRasterLayer) else str(source), "OUTPUT": str(output)}
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    is_valid, message = algorithm.checkParameterValues({**chosen, **parameters}, context)
    if not is_valid:
        raise QgsProcessingException(message)
    results, is_done = algorithm.run(
        {**chosen, **parameters}, context, feedback or RecordingFeedback(), catchExceptions=False
    )
    assert is_done
    return None if "OUTPUT" not in results else str(results["OUTPUT"])


def told_arguments(
    source: Any, output: Path, feedback: QgsProcessingFeedback | None = None, **parameters: Any
) -> list[str]:
    """What the worker is called with; needs one that tells its arguments."""
    with pytest.raises(QgsProcessingException) as raised:
        run(source, output, feedback, **parameters)
    arguments = json.loads(str(raised.value))
    assert isinstance(arguments, list)
    return arguments
