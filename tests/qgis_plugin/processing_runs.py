"""Runs any algorithm of Landcast as QGIS does, and makes the images that it gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
)

from .algorithm_runs import RecordingFeedback


def run_algorithm(name: str, feedback: QgsProcessingFeedback | None = None, **parameters: Any) -> dict[str, Any]:
    """Check and run an algorithm; an error of either is raised, nothing comes back where it was cancelled."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"landcast:{name}")
    assert algorithm is not None
    given = {key: str(value) if isinstance(value, Path) else value for key, value in parameters.items()}
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    is_valid, message = algorithm.checkParameterValues(given, context)
    if not is_valid:
        raise QgsProcessingException(message)
    results, is_done = algorithm.run(given, context, feedback or RecordingFeedback(), catchExceptions=False)
    assert is_done
    return dict(results)


def make_pixels(width: int, height: int, seed: int = 0) -> Any:
    """An image that is smooth enough to be resampled: uint8 (band, y, x)."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = [128 + 90 * np.sin((x + seed) / 15), 128 + 90 * np.cos((y - seed) / 20), 128 + 60 * np.sin((x + y) / 25)]
    return np.stack(waves).astype(np.uint8)


def write_raster(
    path: Path, pixels: Any, epsg: int, origin_xy: tuple[float, float], size_m: float, nodata: int | None = None,
    items: dict[str, str] | None = None,
) -> Path:  # fmt: skip
    """Write uint8 (band, y, x) as a GeoTIFF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bands, height, width = pixels.shape
    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands, gdal.GDT_Byte)
    dataset.SetProjection(system.ExportToWkt())
    dataset.SetGeoTransform((origin_xy[0], size_m, 0, origin_xy[1], 0, -size_m))
    for band in range(bands):
        dataset.GetRasterBand(band + 1).WriteRaster(0, 0, width, height, np.ascontiguousarray(pixels[band]).tobytes())
        if nodata is not None:
            dataset.GetRasterBand(band + 1).SetNoDataValue(nodata)
    for name, text in (items or {}).items():
        dataset.SetMetadataItem(name, text)
    dataset = None
    return path


def read_pixels(path: Path | str) -> Any:
    """All pixels of an 8-bit raster as GDAL reads them: uint8 (band, y, x)."""
    dataset = gdal.Open(str(path))
    shape = dataset.RasterCount, dataset.RasterYSize, dataset.RasterXSize
    return np.frombuffer(dataset.ReadRaster(), np.uint8).reshape(shape)


def read_mask(path: Path | str) -> Any:
    """Which pixels count, as GDAL says: bool (y, x)."""
    dataset = gdal.Open(str(path))
    mask = dataset.GetRasterBand(1).GetMaskBand().ReadRaster()
    return np.frombuffer(mask, np.uint8).reshape(dataset.RasterYSize, dataset.RasterXSize) > 0


def geotransform(path: Path | str) -> tuple[float, ...]:
    return tuple(gdal.Open(str(path)).GetGeoTransform())
