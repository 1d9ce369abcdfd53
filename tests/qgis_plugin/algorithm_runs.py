"""Runs `landcast:predict` as QGIS does, on images that are made here."""

from __future__ import annotations

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

from landcast.qgis_plugin.prediction import PredictionFailedError, PredictionRequest
from landcast.qgis_plugin.worker import predicting

PIXEL_M = 0.6
ORIGIN_XY = (430000.2, 3770000.4)
EPSG = 26911


class RecordingFeedback(QgsProcessingFeedback):  # type: ignore[misc]
    """Keeps the texts that a user would read in the log."""

    def __init__(self) -> None:
        super().__init__(False)
        self.warnings: list[str] = []
        self.infos: list[str] = []
        self.errors: list[str] = []
        self.stages: list[str] = []

    def setProgressText(self, text: str) -> None:  # noqa: N802 - QGIS's name
        self.stages.append(text)

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


def told_request(
    source: Any, output: Path, feedback: QgsProcessingFeedback | None = None, **parameters: Any
) -> PredictionRequest:
    """What would be asked of the worker, instead of asking it."""
    told: list[PredictionRequest] = []

    def refuse(worker: object, shared: object, request: PredictionRequest, reader: object, listener: object) -> None:
        told.append(request)
        raise PredictionFailedError("it was only asked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predicting, "predict", refuse)
        with pytest.raises(QgsProcessingException, match="it was only asked"):
            run(source, output, feedback, **parameters)
    return told[0]
