"""The CRS of a result: whatever it is, a GeoTIFF keeps it, alone and for other programs too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from landcast.core.raster.result import ResultFile, to_rasterio_crs

LOCAL = (
    'ENGCRS["Landcast local grid without a place on Earth",EDATUM["Unknown engineering datum"],CS[Cartesian,2],'
    'AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)
SYSTEMS = {
    "EPSG": CRS.from_epsg(32611),
    "ESRI's code": CRS.from_string("ESRI:102008"),
    "WKT of ESRI": CRS.from_wkt(CRS.from_epsg(32611).to_wkt("WKT1_ESRI")),
    "WKT of ESRI in US feet": CRS.from_wkt(CRS.from_epsg(2229).to_wkt("WKT1_ESRI")),
    "US feet": CRS.from_epsg(2229),
    "custom": CRS.from_user_input("+proj=laea +lat_0=12 +lon_0=34 +ellps=bessel +units=m +type=crs"),
    "custom in US feet": CRS.from_user_input(
        "+proj=tmerc +lat_0=30 +lon_0=-90 +k=0.9999 +x_0=200000 +datum=NAD83 +units=us-ft +type=crs"
    ),
    "custom with a shift of its datum": CRS.from_user_input(
        "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +ellps=bessel +towgs84=598,74,418,0.2,0.05,-2.5,6.7 +type=crs"
    ),
    "with heights": CRS.from_epsg(5554),
    "local": CRS.from_wkt(LOCAL),
    "local in feet": CRS.from_wkt(LOCAL.replace('"metre",1', '"foot",0.3048')),
}
TRANSFORM = Affine(0.6, 0, 434400, 0, -0.6, 3774000)


def write(path: Path, crs: CRS, transform: Affine = TRANSFORM) -> Path:
    with ResultFile(path, ("a",), (8, 9), transform, crs, {"LANDCAST_SYNTHETIC": "YES"}) as file:
        file.write_rows(np.ones((1, 8, 9), np.uint8), np.ones((8, 9), bool))
        file.close()
        return file.publish(False)


@pytest.mark.parametrize("crs", SYSTEMS.values(), ids=SYSTEMS)
def test_a_geotiff_keeps_every_crs_without_a_file_beside_it(tmp_path: Path, crs: CRS) -> None:
    path = write(tmp_path / "a.tif", crs)
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]
    with rasterio.open(path) as result:
        found = CRS.from_user_input(result.crs)
        assert result.transform == TRANSFORM
    assert found == crs
    assert found.name == crs.name
    assert found.axis_info[0].unit_conversion_factor == pytest.approx(crs.axis_info[0].unit_conversion_factor, 1e-14)


@pytest.mark.parametrize("transform", [Affine(0.5, 0, 0, 0, -0.5, 0), Affine(1, 0, 0, 0, -1, 0)], ids=["half", "one"])
def test_a_local_crs_keeps_the_size_of_its_pixels_for_other_programs(tmp_path: Path, transform: Affine) -> None:
    if shutil.which("gdalinfo") is None:
        pytest.skip("gdalinfo is not on PATH")
    path = write(tmp_path / "a.tif", SYSTEMS["local"], transform)
    ours = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    said = json.loads(
        subprocess.run(["gdalinfo", "-json", path], check=True, capture_output=True, env=environment).stdout
    )
    assert tuple(said["geoTransform"]) == transform.to_gdal()
    system = CRS.from_wkt(said["coordinateSystem"]["wkt"])
    assert system.type_name == "Engineering CRS"
    assert system.name == SYSTEMS["local"].name
    assert [axis.unit_name for axis in system.axis_info] == ["metre", "metre"]


def test_the_height_that_a_geotiff_cannot_hold_is_dropped_and_the_place_is_kept(tmp_path: Path) -> None:
    crs = CRS.from_epsg(32611).to_3d()
    assert CRS.from_user_input(to_rasterio_crs(crs)) == CRS.from_epsg(32611)
    with rasterio.open(write(tmp_path / "a.tif", crs)) as result:
        assert result.crs.to_epsg() == 32611
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]
