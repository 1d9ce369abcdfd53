"""Files of results, made here by GDAL and marked as Landcast marks them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr

from landcast.qgis_plugin.results.details import ResultLayer, read_details

PIXEL_M = 0.6
ORIGIN_XY = (430000.2, 3770000.4)
EPSG = 26911
NAMES = {
    "prediction": ("Predicted red", "Predicted green", "Predicted blue"),
    "grey": ("Predicted grey",),
    "spread": ("Predicted spread between members, levels",),
    "change": ("Predicted probability of change, percent",),
    "typical": tuple(f"Predicted {name}, most typical member" for name in ("red", "green", "blue")),
    "domain": ("Distance from the training, 1: as far as 95 % of it",),
}
TYPES = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "float32": gdal.GDT_Float32}


def write_raster(
    path: Path, values: np.ndarray, tags: dict[str, str] | None = None, names: tuple[str, ...] = (),
    valid: np.ndarray | None = None,
) -> Path:  # fmt: skip
    """Write values (band, y, x) in UTM, with an internal mask where `valid` is given."""
    bands, height, width = values.shape
    system = osr.SpatialReference()
    system.ImportFromEPSG(EPSG)
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
    options = [f"PHOTOMETRIC={'RGB' if bands == 3 else 'MINISBLACK'}"]
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands, TYPES[str(values.dtype)], options)
    dataset.SetProjection(system.ExportToWkt())
    dataset.SetGeoTransform([ORIGIN_XY[0], PIXEL_M, 0, ORIGIN_XY[1], 0, -PIXEL_M])
    dataset.SetMetadata(tags or {})
    for number, name in enumerate(names, 1):
        dataset.GetRasterBand(number).SetDescription(name)
    for number, band in enumerate(values, 1):
        dataset.GetRasterBand(number).WriteRaster(0, 0, width, height, np.ascontiguousarray(band).tobytes())
    if valid is not None:
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        mask = (valid * np.uint8(255)).tobytes()
        dataset.GetRasterBand(1).GetMaskBand().WriteRaster(0, 0, width, height, mask)
    dataset.FlushCache()
    del dataset
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
    return path


def make_tags(**facts: Any) -> dict[str, str]:
    """What a result of town.tif, 2020, says of itself."""
    known = {
        "synthetic": "YES", "model": "tiny", "source": "town.tif", "source_date": "2020", "result_date": "2024",
        "years_ahead": "4", "iterations": "2", "members": "3", "seed": "7", **facts,
    }  # fmt: skip
    tags = {f"LANDCAST_{name.upper()}": f"{value}" for name, value in known.items() if value is not None}
    return {"TIFFTAG_IMAGEDESCRIPTION": "SYNTHETIC: made for a test.", **tags}


def write_prediction(path: Path, kind: str, values: np.ndarray, valid: Any = None, **facts: Any) -> ResultLayer:
    """Write a layer of a result."""
    write_raster(path, values, make_tags(**facts), NAMES[kind], valid)
    details = read_details(path)
    assert details is not None
    return ResultLayer(path, details)


def pattern(bands: int = 3, height: int = 200, width: int = 300, dtype: str = "uint8") -> np.ndarray:
    """Something to see, (band, y, x)."""
    y, x = np.mgrid[:height, :width]
    most = {"uint8": 255, "uint16": 4000, "float32": 1.0}[dtype]
    waves = [(np.sin(x / (9 + band)) + np.cos(y / (13 - band)) + 2) / 4 for band in range(bands)]
    return (np.stack(waves) * most).astype(dtype)
