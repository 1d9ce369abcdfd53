"""What a result says of itself, after people did with it what they do with rasters.

The tools are those of the system, a GDAL of its own; what they wrote is read by it and by rasterio.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from landcast.core.raster.provenance import BAND_NAMES, CHANGE_NAME, SPREAD_NAME, make_tags
from landcast.core.raster.result import ResultFile

TAGS = make_tags(
    {"model": "tiny", "model_sha256": "0" * 64, "source": "Höfe.tif", "years_ahead": "2", "seed": 5, "members": 3}
)
MARKS = {
    "LANDCAST_SYNTHETIC": "YES",
    "LANDCAST_MODEL": "tiny",
    "LANDCAST_MODEL_SHA256": "0" * 64,
    "LANDCAST_SEED": "5",
    "TIFFTAG_IMAGEDESCRIPTION": TAGS["TIFFTAG_IMAGEDESCRIPTION"],
    "TIFFTAG_SOFTWARE": TAGS["TIFFTAG_SOFTWARE"],
}
LAYERS = {"prediction": BAND_NAMES, "spread": SPREAD_NAME, "change": CHANGE_NAME}
BOUNDS = ["434430", "3773700", "434500", "3773800"]
KEEPING = {
    "COG": [["gdal_translate", "-of", "COG", "{result}", "{other}"]],
    "crop": [["gdal_translate", "-srcwin", "50", "60", "200", "100", "{result}", "{other}"]],
    "half size": [["gdal_translate", "-outsize", "50%", "50%", "{result}", "{other}"]],
    "first band": [["gdal_translate", "-b", "1", "{result}", "{other}"]],
    "16 bit": [["gdal_translate", "-ot", "UInt16", "{result}", "{other}"]],
    "warp": [["gdalwarp", "-t_srs", "EPSG:3857", "{result}", "{other}"]],
    "clip by warp": [["gdalwarp", "-te", *BOUNDS, "{result}", "{other}"]],
    "VRT": [
        ["gdal_translate", "-of", "VRT", "{result}", "{folder}/a.vrt"],
        ["gdal_translate", "{folder}/a.vrt", "{other}"],
    ],
    "VRT by warp": [
        ["gdalwarp", "-of", "VRT", "-t_srs", "EPSG:3857", "{result}", "{folder}/a.vrt"],
        ["gdal_translate", "{folder}/a.vrt", "{other}"],
    ],
    "COG of a warp of a crop": [
        ["gdal_translate", "-srcwin", "50", "60", "200", "100", "{result}", "{folder}/a.tif"],
        ["gdalwarp", "-t_srs", "EPSG:3857", "{folder}/a.tif", "{folder}/b.tif"],
        ["gdal_translate", "-of", "COG", "{folder}/b.tif", "{other}"],
    ],
}
DROPPING = {
    "gdalbuildvrt": [
        ["gdalbuildvrt", "{folder}/a.vrt", "{result}"],
        ["gdal_translate", "{folder}/a.vrt", "{other}"],
    ],
    "rio clip": [["rio", "clip", "{result}", "{other}", "--bounds", " ".join(BOUNDS)]],
    "rio warp": [["rio", "warp", "{result}", "{other}", "--dst-crs", "EPSG:3857"]],
}


@pytest.fixture(params=LAYERS)
def result(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Each layer of a result; its mask has a hole, and there are overviews."""
    bands = LAYERS[request.param]
    path = tmp_path / "result.tif"
    rows, columns = np.mgrid[:400, :300]
    pixels = np.stack([(rows + columns * number) // 8 for number in range(len(bands))]).astype(np.uint8)
    valid = (rows < 100) | (columns > 50)
    transform = Affine(0.6, 0, 434400, 0, -0.6, 3774000)
    with ResultFile(path, bands, valid.shape, transform, CRS.from_epsg(32611), TAGS) as file:
        file.write_rows(pixels, valid)
        file.close()
        return file.publish(overwrite=False)


def run(commands: list[list[str]], result: Path) -> Path:
    """Run programs of the system as if there were no other GDAL; the last one's output comes back."""
    other = result.with_name("other.tif")
    names = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    for program, *arguments in commands:
        folder = sysconfig.get_path("scripts") if program == "rio" else "/usr/bin"
        found = shutil.which(program, path=folder)
        if found is None:
            pytest.skip(f"{program} is not in {folder}")
        filled = [text.format(result=result, other=other, folder=result.parent) for text in arguments]
        subprocess.run([found, *filled], check=True, capture_output=True, env=environment)
    return other


def read_with_gdal(path: Path) -> tuple[dict[str, str], list[str]]:
    """The default domain and the bands' descriptions, as the system's GDAL says."""
    found = shutil.which("gdalinfo", path="/usr/bin")
    if found is None:
        pytest.skip("gdalinfo is not in /usr/bin")
    names = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    said: dict[str, Any] = json.loads(
        subprocess.run([found, "-json", path], check=True, capture_output=True, env=environment).stdout
    )
    bands = [band for band in said["bands"] if band.get("colorInterpretation") != "Alpha"]
    return said["metadata"].get("", {}), [band.get("description", "") for band in bands]


def read_with_rasterio(path: Path) -> tuple[dict[str, str], list[str]]:
    with rasterio.open(path) as other:
        bands = [
            text or ""
            for text, meaning in zip(other.descriptions, other.colorinterp, strict=True)
            if meaning != rasterio.enums.ColorInterp.alpha
        ]
        return other.tags(), bands


@pytest.mark.parametrize("commands", KEEPING.values(), ids=KEEPING)
def test_marks_survive(result: Path, commands: list[list[str]]) -> None:
    other = run(commands, result)
    for tags, bands in (read_with_gdal(other), read_with_rasterio(other)):
        assert MARKS.items() <= tags.items()
        assert TAGS.items() <= tags.items()
        assert bands
        assert all(text.startswith("Predicted") for text in bands)


@pytest.mark.parametrize("commands", DROPPING.values(), ids=DROPPING)
def test_these_programs_keep_no_mark_of_any_file(result: Path, commands: list[list[str]]) -> None:
    """They copy pixels and place, and nothing that a file says in words; should one learn to, this will tell."""
    other = run(commands, result)
    for tags, bands in (read_with_gdal(other), read_with_rasterio(other)):
        assert not MARKS.keys() & tags.keys()
        assert not any(bands)


def test_a_picture_keeps_its_marks_only_in_the_file_beside_it(result: Path) -> None:
    """GDAL writes them into `.aux.xml`; a PNG that is sent without it says nothing."""
    run([["gdal_translate", "-of", "PNG", "{result}", "{folder}/a.png"]], result)
    picture = result.with_name("a.png")
    tags, bands = read_with_gdal(picture)
    assert MARKS.items() <= tags.items()
    assert all(text.startswith("Predicted") for text in bands)
    picture.with_name("a.png.aux.xml").unlink()
    tags, bands = read_with_gdal(picture)
    assert not MARKS.keys() & tags.keys()
    assert not any(bands)
