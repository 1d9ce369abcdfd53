"""Reading layers leaves no file open."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from .processing_runs import make_pixels, run_algorithm, write_raster
from .tiles import LEVEL_M, corner_of, tile_at, write_tiles

UTM, ORIGIN = 32611, (434400.0, 3774000.0)
DATES = {"BEFORE_DATE": "2016", "AFTER_DATE": "2020"}
pytestmark = [
    pytest.mark.usefixtures("processing_plugin"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc"),
]


def open_files(folder: Path) -> list[str]:
    links = [path for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return [str(path.readlink()) for path in links if str(path.readlink()).startswith(str(folder))]


def test_files_are_closed_once_a_pair_is_written(tmp_path: Path) -> None:
    images = [write_raster(tmp_path / f"{n}.tif", make_pixels(200, 200), UTM, ORIGIN, 0.6) for n in "ab"]
    for number in range(3):
        given = {"BEFORE": images[0], "AFTER": images[1], "NAME": str(number), **DATES}
        run_algorithm("exportpair", OUTPUT=tmp_path / "set", **given)
    assert not open_files(tmp_path)


def test_layers_in_the_colours_that_they_show_are_closed_as_well(
    tmp_path: Path, open_layer: Callable[..., Any]
) -> None:
    first = tile_at(18.0, 60.0)
    tiles = open_layer(write_tiles(tmp_path / "tiles", first, 2, 2), "tiles", "wms")
    file = write_raster(tmp_path / "file.tif", make_pixels(512, 512), 3857, corner_of(first), LEVEL_M)
    run_algorithm("exportpair", BEFORE=file, AFTER=tiles.id(), OUTPUT=tmp_path / "set", **DATES)
    assert not open_files(tmp_path)
