"""Results held against the ground: the same smooth picture of it, cut into rasters of any grid, then predicted.

The model predicts no change, so that each pixel of a result has to be the value of the ground beneath it.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsDistanceArea, QgsPointXY, QgsProject, QgsRasterLayer

from landcast.qgis_plugin.child_process import clean_environment

from .algorithm_runs import run
from .conftest import ROOT

OpenLayer = Callable[..., QgsRasterLayer]
GROUND = 32633
CENTRE = 500000.0, 6651411.0
"""On the ground, in metres: 15 degrees east, 60 north."""
SHAPE_YX = 300, 380
PIXEL_M = 0.6
DEGREE_M = 111_412.0
"""Of latitude, at 60 degrees north."""
MOST_LEVELS = 2.5
"""A tenth of a pixel on the steepest slope is half a level; the rest is rounding and resampling."""

Affine = tuple[float, float, float, float, float, float]


def system(epsg: int) -> Any:
    made = osr.SpatialReference()
    made.ImportFromEPSG(epsg)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


def at(x: float, y: float, epsg: int) -> tuple[float, float]:
    """A place of the ground in another CRS."""
    return tuple(osr.CoordinateTransformation(system(GROUND), system(epsg)).TransformPoint(x, y)[:2])  # type: ignore[return-value]


def ground(x: Any, y: Any) -> Any:
    """What the ground looks like at places in metres, float (band, ...)."""
    east, north = x - CENTRE[0], y - CENTRE[1]
    return np.stack([
        128 + 90 * np.sin(2 * np.pi * east / 60),
        128 + 90 * np.cos(2 * np.pi * north / 70),
        128 + 60 * np.sin(2 * np.pi * (east + north) / 90),
    ])  # fmt: skip


def values_at(transform: Affine, shape_yx: tuple[int, int], reference: Any) -> Any:
    """The ground beneath the centres of a raster's pixels, by PROJ."""
    columns, rows = np.meshgrid(np.arange(shape_yx[1]) + 0.5, np.arange(shape_yx[0]) + 0.5)
    x = transform[0] + columns * transform[1] + rows * transform[2]
    y = transform[3] + columns * transform[4] + rows * transform[5]
    to_ground = osr.CoordinateTransformation(reference, system(GROUND))
    points = np.array(to_ground.TransformPoints(np.column_stack([x.ravel(), y.ravel()]).tolist()))
    return ground(points[:, 0].reshape(shape_yx), points[:, 1].reshape(shape_yx))


def _in_degrees() -> Affine:
    x, y = at(*CENTRE, 4326)
    size = PIXEL_M / DEGREE_M
    return x - SHAPE_YX[1] * size, 2 * size, 0, y + SHAPE_YX[0] / 2 * size, 0, -size


def _web() -> Affine:
    x, y = at(*CENTRE, 3857)
    return x - SHAPE_YX[1] * PIXEL_M, 2 * PIXEL_M, 0, y + SHAPE_YX[0] * PIXEL_M, 0, -2 * PIXEL_M


def _turned() -> Affine:
    cosine, sine = PIXEL_M * math.cos(0.5), PIXEL_M * math.sin(0.5)
    return CENTRE[0], cosine, sine, CENTRE[1], sine, -cosine


SOURCES: dict[str, tuple[int, Affine]] = {
    "web mercator": (3857, _web()),
    "degrees": (4326, _in_degrees()),
    "UTM": (GROUND, (CENTRE[0], PIXEL_M, 0, CENTRE[1], 0, -PIXEL_M)),
    "turned": (GROUND, _turned()),
}


def write_source(path: Path, epsg: int, transform: Affine) -> Path:
    pixels = np.rint(values_at(transform, SHAPE_YX, system(epsg))).astype(np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), SHAPE_YX[1], SHAPE_YX[0], 3)
    dataset.SetProjection(system(epsg).ExportToWkt())
    dataset.SetGeoTransform(transform)
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteRaster(0, 0, SHAPE_YX[1], SHAPE_YX[0], pixels[band].tobytes())
    return path


@pytest.fixture(scope="module")
def still_model(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts that nothing changes."""
    folder = tmp_path_factory.mktemp("still")
    code = (
        "import pathlib, runpy, sys; "
        "runpy.run_path(sys.argv[1])['write_tiny_model'](pathlib.Path(sys.argv[2]), difference_std=1e-6)"
    )
    command = [str(interpreter), "-c", code, str(ROOT / "tests" / "models.py"), str(folder)]
    subprocess.run(command, check=True, env=clean_environment(os.environ))
    return folder


@pytest.mark.usefixtures("processing_plugin")
@pytest.mark.parametrize("way", ["by path", "by pixels"])
@pytest.mark.parametrize("kind", SOURCES)
def test_each_pixel_of_a_result_lies_on_its_ground(
    kind: str, way: str, tmp_path: Path, open_layer: OpenLayer, still_model: Path
) -> None:
    epsg, transform = SOURCES[kind]
    path = write_source(tmp_path / "source.tif", epsg, transform)
    layer = open_layer(path, "source")
    if way == "by pixels":
        gdal.FileFromMemBuffer("/vsimem/ground.tif", path.read_bytes())
        layer = open_layer("/vsimem/ground.tif", "source")
    run(layer, tmp_path / "result.tif", MODEL=str(still_model), EXTENT=_inside(epsg, transform))
    gdal.Unlink("/vsimem/ground.tif")
    result = gdal.Open(str(tmp_path / "result.tif"))
    found = result.GetGeoTransform()
    assert (found[2], found[4]) == (0, 0)
    assert result.GetSpatialRef().GetAuthorityCode(None) == str(GROUND)
    assert side_m(found, result.GetProjection()) == pytest.approx((PIXEL_M, PIXEL_M), rel=0.01)
    shape = result.RasterYSize, result.RasterXSize
    assert min(shape) > 80
    reference = system(GROUND)
    pixels = np.stack(
        [np.frombuffer(result.GetRasterBand(band).ReadRaster(), np.uint8).reshape(shape) for band in (1, 2, 3)]
    )
    valid = np.frombuffer(result.GetRasterBand(1).GetMaskBand().ReadRaster(), np.uint8).reshape(shape) > 0
    assert valid.mean() > 0.95
    expected = values_at(found, shape, reference)
    apart = pixels.astype(float) - expected
    # QGIS itself turns rasters, and takes the nearest pixel: two thirds of a pixel of the steepest slope
    most = 4.5 if (kind, way) == ("turned", "by pixels") else MOST_LEVELS
    assert np.abs(apart[:, valid]).max() <= most
    assert shift_px(apart, expected, valid) < 0.1


def shift_px(apart: Any, expected: Any, valid: Any) -> float:
    """How far an image lies from where it should, by least squares over its slopes."""
    slopes = np.stack([np.gradient(expected, axis=axis)[:, valid].ravel() for axis in (2, 1)], axis=1)
    shift, *_ = np.linalg.lstsq(slopes, apart[:, valid].ravel(), rcond=None)
    return float(np.hypot(*shift))


def _inside(epsg: int, transform: Affine) -> str:
    """The middle of a raster, as an extent in its CRS."""
    x = transform[0] + SHAPE_YX[1] / 2 * transform[1] + SHAPE_YX[0] / 2 * transform[2]
    y = transform[3] + SHAPE_YX[1] / 2 * transform[4] + SHAPE_YX[0] / 2 * transform[5]
    half_x, half_y = 60 * math.hypot(transform[1], transform[4]), 50 * math.hypot(transform[2], transform[5])
    return f"{x - half_x},{x + half_x},{y - half_y},{y + half_y} [EPSG:{epsg}]"


def side_m(transform: Affine, wkt: str) -> tuple[float, float]:
    """Width and height of a pixel on the ellipsoid, by QGIS."""
    area = QgsDistanceArea()
    area.setSourceCrs(QgsCoordinateReferenceSystem.fromWkt(wkt), QgsProject.instance().transformContext())
    area.setEllipsoid("WGS84")
    corner = QgsPointXY(transform[0], transform[3])
    right, below = (
        QgsPointXY(transform[0] + 100 * transform[1], transform[3]),
        QgsPointXY(transform[0], transform[3] + 100 * transform[5]),
    )
    return area.measureLine(corner, right) / 100, area.measureLine(corner, below) / 100
