"""`landcast:exportpair` in a real QGIS: both images on the same pixels, against GDAL's own reading."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from osgeo import gdal, osr
from qgis.core import QgsFeature, QgsGeometry, QgsProcessingException, QgsProject, QgsVectorLayer

from landcast.qgis_plugin.child_process import clean_environment

from .algorithm_runs import RecordingFeedback
from .processing_runs import (
    geotransform,
    make_pixels,
    read_mask,
    read_pixels,
    run_algorithm,
    write_raster,
)
from .tiles import LEVEL_M, corner_of, tile_at, write_tiles

UTM, ORIGIN = 32611, (434400.0, 3774000.0)
PIXEL_M = 0.6
DATES = {"BEFORE_DATE": "2016-06", "AFTER_DATE": "2020-06"}
READ_IN_TRAINING = """
import json, sys
from landcast.core.raster.source import open_source
from landcast.core.source_date import date_of
from landcast.training.pairs import load_pairs
from landcast.training.requests import read_pair
from landcast.core.protocol.requests import PairSource
pair = read_pair(PairSource(*sys.argv[1:3]))
chips = load_pairs(pair)
dates = []
for path in sys.argv[3:]:
    with open_source(path) as source:
        dates.append(str(date_of(source, None)[0]))
print(json.dumps([pair.years, [c.before.shape for c in chips], [int(c.valid.sum()) for c in chips],
                  [c.gsd_m for c in chips], dates]))
"""
pytestmark = pytest.mark.usefixtures("processing_plugin")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two images of one place, the second one half a pixel aside."""
    before = write_raster(tmp_path / "before.tif", make_pixels(400, 350), UTM, ORIGIN, PIXEL_M)
    moved = ORIGIN[0] + PIXEL_M / 2, ORIGIN[1] - PIXEL_M / 2
    after = write_raster(tmp_path / "after.tif", make_pixels(400, 350, seed=9), UTM, moved, PIXEL_M)
    return before, after


def export(pair: tuple[Any, Any], folder: Path, feedback: RecordingFeedback | None = None, **more: Any) -> Any:
    return run_algorithm("exportpair", feedback, BEFORE=pair[0], AFTER=pair[1], OUTPUT=folder, **{**DATES, **more})


def test_both_images_lie_on_the_pixels_of_the_first(pair: tuple[Path, Path], tmp_path: Path) -> None:
    extent = f"{ORIGIN[0] + 30},{ORIGIN[0] + 150},{ORIGIN[1] - 170},{ORIGIN[1] - 24} [EPSG:{UTM}]"
    made = export(pair, tmp_path / "set", EXTENT=extent)
    before, after = made["BEFORE_FILE"], made["AFTER_FILE"]
    assert geotransform(before) == geotransform(after) == (ORIGIN[0] + 30, 0.6, 0, ORIGIN[1] - 24, 0, -0.6)
    assert gdal.Open(before).GetProjection() == gdal.Open(after).GetProjection()
    pixels = read_pixels(before)
    assert pixels.shape == (3, 244, 200)
    # the window of the source as GDAL reads it
    assert np.array_equal(pixels, read_pixels(pair[0])[:, 40 : 40 + 244, 50 : 50 + 200])
    assert made["GSD"] == pytest.approx(0.6, rel=0.002)
    assert made["YEARS"] == 4
    assert made["VALID_SHARE"] == 1


def test_the_other_image_is_what_gdal_makes_of_it_there(pair: tuple[Path, Path], tmp_path: Path) -> None:
    extent = f"{ORIGIN[0] + 30},{ORIGIN[0] + 150},{ORIGIN[1] - 170},{ORIGIN[1] - 24} [EPSG:{UTM}]"
    made = export(pair, tmp_path / "set", EXTENT=extent)
    bounds = (ORIGIN[0] + 30, ORIGIN[1] - 24 - 244 * 0.6, ORIGIN[0] + 150, ORIGIN[1] - 24)
    warped = gdal.Warp(
        "", str(pair[1]), format="MEM", outputBounds=bounds, width=200, height=244, resampleAlg="bilinear"
    )
    expected = np.frombuffer(warped.ReadRaster(), np.uint8).reshape(3, 244, 200).astype(int)
    assert np.abs(read_pixels(made["AFTER_FILE"]).astype(int) - expected).max() <= 1


def test_without_an_area_the_common_ground_is_written(pair: tuple[Path, Path], tmp_path: Path) -> None:
    made = export(pair, tmp_path / "set")
    # the second image begins half a pixel later: the pixels that hold the common ground are all of the first
    assert read_pixels(made["BEFORE_FILE"]).shape == (3, 350, 400)
    assert np.array_equal(read_pixels(made["BEFORE_FILE"]), read_pixels(pair[0]))
    assert geotransform(made["BEFORE_FILE"]) == geotransform(made["AFTER_FILE"])


@pytest.mark.parametrize(("epsg", "longitude", "latitude"), [(3857, 18.0, 60.0), (4326, 18.0, 60.0)])
def test_pixels_are_true_metres_whatever_the_crs(epsg: int, longitude: float, latitude: float, tmp_path: Path) -> None:
    size = 2.0 if epsg == 3857 else 2e-5
    origin = _projected(longitude, latitude, epsg)
    paths = [write_raster(tmp_path / f"{name}.tif", make_pixels(600, 600), epsg, origin, size) for name in "ab"]
    made = export((paths[0], paths[1]), tmp_path / "set", GROUND_SCALE=256.0)
    assert made["GSD"] == pytest.approx(2.0)
    transform, wkt = geotransform(made["BEFORE_FILE"]), gdal.Open(made["BEFORE_FILE"]).GetProjection()
    assert geotransform(made["AFTER_FILE"]) == transform
    shape = read_pixels(made["BEFORE_FILE"]).shape
    middle = transform[0] + shape[2] / 2 * transform[1], transform[3] + shape[1] / 2 * transform[5]
    for step in ((transform[1] * 10, 0.0), (0.0, transform[5] * 10)):
        # by coordinates in space, not by any ellipsoidal formula
        ground_m = math.dist(_in_space(middle, wkt), _in_space((middle[0] + step[0], middle[1] + step[1]), wkt))
        assert ground_m / 10 == pytest.approx(2.0, rel=2e-4)


def test_web_tiles_pair_with_a_file(tmp_path: Path, open_layer: Callable[..., Any]) -> None:
    first = tile_at(18.0, 60.0)
    tiles = open_layer(write_tiles(tmp_path / "tiles", first, 3, 3), "tiles", "wms")
    corner = corner_of(first)
    file = write_raster(tmp_path / "file.tif", make_pixels(768, 768), 3857, corner, LEVEL_M)
    side = LEVEL_M * 256
    extent = f"{corner[0] + side},{corner[0] + 2 * side},{corner[1] - 2 * side},{corner[1] - side} [EPSG:3857]"
    made = export((file, tiles), tmp_path / "set", EXTENT=extent, GROUND_SCALE=0.6 * 128)
    assert geotransform(made["BEFORE_FILE"]) == geotransform(made["AFTER_FILE"])
    mask = read_mask(made["AFTER_FILE"])
    assert mask.all()
    world = gdal.Warp("", _tile_picture(tmp_path / "tiles", first), format="MEM", dstSRS=gdal.Open(
        made["AFTER_FILE"]).GetProjection(), outputBounds=_bounds(made["AFTER_FILE"]), width=mask.shape[1],
        height=mask.shape[0], resampleAlg="bilinear", errorThreshold=0)  # fmt: skip
    expected = np.frombuffer(world.ReadRaster(), np.uint8).reshape(3, *mask.shape).astype(int)
    assert np.abs(read_pixels(made["AFTER_FILE"]).astype(int) - expected).max() <= 1


def test_what_lies_outside_the_polygons_is_masked_in_both(pair: tuple[Path, Path], tmp_path: Path) -> None:
    x, y = ORIGIN
    triangle = f"Polygon (({x + 12} {y - 12}, {x + 212} {y - 12}, {x + 12} {y - 192}, {x + 12} {y - 12}))"
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{UTM}", "triangle", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(triangle))
    layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    try:
        made = export(pair, tmp_path / "set", AREA=layer.id())
    finally:
        QgsProject.instance().removeMapLayer(layer.id())
    before, after = read_mask(made["BEFORE_FILE"]), read_mask(made["AFTER_FILE"])
    assert np.array_equal(before, after)
    assert before.mean() == pytest.approx(0.5, abs=0.01)
    assert before[0, 0]
    assert not before[-1, -1]
    assert made["VALID_SHARE"] == pytest.approx(before.mean())
    assert (read_pixels(made["BEFORE_FILE"])[:, ~before] == 0).all()


def test_nodata_becomes_a_mask(tmp_path: Path) -> None:
    pixels = make_pixels(200, 200)
    pixels[:, :60, :50] = 7
    before = write_raster(tmp_path / "a.tif", pixels, UTM, ORIGIN, PIXEL_M, nodata=7)
    after = write_raster(tmp_path / "b.tif", make_pixels(200, 200, 3), UTM, ORIGIN, PIXEL_M)
    made = export((before, after), tmp_path / "set")
    mask = read_mask(made["BEFORE_FILE"])
    assert not mask[:60, :50].any()
    assert np.array_equal(mask, ~(pixels == 7).all(0))
    assert read_mask(made["AFTER_FILE"]).all()
    assert made["VALID_SHARE"] == pytest.approx(mask.mean())


def test_training_takes_what_was_exported(pair: tuple[Path, Path], tmp_path: Path, interpreter: Path) -> None:
    made = export(pair, tmp_path / "set", NAME="town", BEFORE_DATE="2016-06-14")
    assert made["BEFORE_FILE"] == str(tmp_path / "set" / "before_2016" / "town.tif")
    assert made["AFTER_FILE"] == str(tmp_path / "set" / "after_2020" / "town.tif")
    command = [str(interpreter), "-c", READ_IN_TRAINING, made["BEFORE_FOLDER"], made["AFTER_FOLDER"],
               made["BEFORE_FILE"], made["AFTER_FILE"]]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=clean_environment(os.environ))
    years, shapes, valid, gsds, dates = json.loads(said.stdout)
    assert years == 4
    assert shapes == [[3, 256, 256], [3, 256, 144]]
    # the second image begins half a pixel later
    assert sum(valid) > 0.99 * (256 * 256 + 256 * 144)
    assert gsds == pytest.approx([PIXEL_M, PIXEL_M], rel=0.002)
    assert dates == ["2016-06-14", "2020-06"]


def test_dates_come_from_the_files_where_they_say_them(tmp_path: Path) -> None:
    paths = []
    for year in (2018, 2022):
        items = {"TIFFTAG_DATETIME": f"{year}:07:01 10:00:00"}
        path = tmp_path / f"{year}.tif"
        paths.append(write_raster(path, make_pixels(150, 150), UTM, ORIGIN, PIXEL_M, items=items))
    made = export((paths[0], paths[1]), tmp_path / "set", BEFORE_DATE="", AFTER_DATE="")
    assert made["YEARS"] == 4
    assert gdal.Open(made["AFTER_FILE"]).GetMetadataItem("TIFFTAG_DATETIME") == "2022:07:01 00:00:00"
    with pytest.raises(QgsProcessingException, match="must be later than the first, 2022-07-01"):
        export((paths[1], paths[0]), tmp_path / "set", BEFORE_DATE="", AFTER_DATE="")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BEFORE_DATE": ""}, "“before” does not say when it was taken: give its date"),
        ({"BEFORE_DATE": "last summer"}, "“last summer” is no date"),
        ({"BEFORE_DATE": "2016-02-30"}, "“2016-02-30” is no date"),
        ({"AFTER_DATE": "2016"}, "The second date, 2016, must be later than the first, 2016-06"),
        ({"NAME": "a/b"}, "“a/b” is no name of a file"),
        ({"GROUND_SCALE": 20.0}, "would invent detail. Ask for a ground scale of at least 38"),
        ({"GROUND_SCALE": 300.0}, "the area has .* pixels, and a tile has 128 a side"),
        ({"EXTENT": "0,10,0,10 [EPSG:32611]"}, "“before” does not reach into the area"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_nothing_is_left(
    changes: dict[str, Any], words: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(QgsProcessingException, match=words):
        export(pair, tmp_path / "set", **changes)
    assert not list((tmp_path / "set").rglob("*"))


def test_an_area_where_one_layer_shows_nothing_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    empty = write_raster(tmp_path / "empty.tif", np.zeros((3, 350, 400), np.uint8), UTM, ORIGIN, PIXEL_M, nodata=0)
    with pytest.raises(QgsProcessingException, match="“empty” shows nothing in the area"):
        export((pair[0], empty), tmp_path / "set")
    assert not list((tmp_path / "set").rglob("*"))


def test_an_earlier_pair_is_replaced_only_where_that_is_asked(pair: tuple[Path, Path], tmp_path: Path) -> None:
    first = export(pair, tmp_path / "set", NAME="town")
    content = Path(first["AFTER_FILE"]).read_bytes()
    with pytest.raises(QgsProcessingException, match=r"town\.tif exists: give the pair another name"):
        export(pair, tmp_path / "set", NAME="town", GROUND_SCALE=100.0)
    assert Path(first["AFTER_FILE"]).read_bytes() == content
    export(pair, tmp_path / "set", NAME="town", GROUND_SCALE=100.0, OVERWRITE=True)
    assert geotransform(first["AFTER_FILE"])[1] == pytest.approx(100 / 128, rel=0.002)
    assert len(list((tmp_path / "set").rglob("*.*"))) == 2


def test_an_earlier_pair_stays_whole_where_its_second_image_cannot_be_replaced(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    first = export(pair, tmp_path / "set", NAME="town")
    before, after = Path(first["BEFORE_FILE"]), Path(first["AFTER_FILE"])
    content = before.read_bytes()
    after.unlink()
    # nothing gets the name of a folder
    after.mkdir()
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        export(pair, tmp_path / "set", NAME="town", GROUND_SCALE=100.0, OVERWRITE=True)
    assert before.read_bytes() == content
    assert [path.name for path in before.parent.iterdir()] == ["town.tif"]


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    large = [write_raster(tmp_path / f"{n}.tif", make_pixels(1500, 1500), UTM, ORIGIN, PIXEL_M) for n in "ab"]
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    assert export((large[0], large[1]), tmp_path / "set", feedback) == {}
    assert 0 < feedback.progress() < 100
    assert not list((tmp_path / "set").rglob("*"))


def _projected(longitude: float, latitude: float, epsg: int) -> tuple[float, float]:
    x, y, _ = _transformation(4326, epsg).TransformPoint(longitude, latitude)
    return x, y


def _in_space(point: tuple[float, float], wkt: str) -> tuple[float, float, float]:
    x, y, z = _transformation(wkt, 4978).TransformPoint(*point, 0.0)
    return x, y, z


def _transformation(source: Any, target: int) -> Any:
    systems = []
    for given in (source, target):
        system = osr.SpatialReference()
        system.SetFromUserInput(given if isinstance(given, str) else f"EPSG:{given}")
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        systems.append(system)
    return osr.CoordinateTransformation(*systems)


def _bounds(path: str) -> tuple[float, float, float, float]:
    x, width, _, y, _, height = geotransform(path)
    rows, columns = read_mask(path).shape
    return x, y + rows * height, x + columns * width, y


def _tile_picture(folder: Path, first: tuple[int, int]) -> Any:
    """The tiles of a folder side by side, as one image in EPSG:3857."""
    memory = gdal.GetDriverByName("MEM").Create("", 768, 768, 3)
    corner = corner_of(first)
    memory.SetGeoTransform((corner[0], LEVEL_M, 0, corner[1], 0, -LEVEL_M))
    system = osr.SpatialReference()
    system.ImportFromEPSG(3857)
    memory.SetProjection(system.ExportToWkt())
    for column in range(3):
        for row in range(3):
            tile = gdal.Open(str(folder / "17" / str(first[0] + column) / f"{first[1] + row}.png"))
            memory.WriteRaster(column * 256, row * 256, 256, 256, tile.ReadRaster(band_list=[1, 2, 3]))
    return memory


def test_a_temporary_folder_is_one_and_the_same(pair: tuple[Path, Path]) -> None:
    made = export(pair, Path("TEMPORARY_OUTPUT"))
    folder = Path(made["OUTPUT"])
    assert folder.is_absolute()
    assert Path(made["BEFORE_FILE"]).is_relative_to(folder)
    assert Path(made["AFTER_FILE"]).is_relative_to(folder)
    assert "TEMPORARY_OUTPUT" not in str(folder)


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[tuple[str, Any, tuple[float, ...]]]:
    """An image in memory of 16 bit that is turned by 30 degrees: its name, pixels and geotransform."""
    name, turn = "/vsimem/landcast-turned.tif", math.radians(30)
    values = make_pixels(300, 300).astype(np.uint16) * 40 + 1000
    across, down = PIXEL_M * math.cos(turn), PIXEL_M * math.sin(turn)
    transform = (ORIGIN[0], across, down, ORIGIN[1], down, -across)
    upright = gdal.Open(str(write_raster(tmp_path / "upright.tif", make_pixels(9, 9), UTM, ORIGIN, PIXEL_M)))
    dataset = gdal.GetDriverByName("GTiff").Create(name, 300, 300, 3, gdal.GDT_UInt16)
    dataset.SetProjection(upright.GetProjection())
    dataset.SetGeoTransform(transform)
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteRaster(0, 0, 300, 300, np.ascontiguousarray(values[band]).tobytes())
    dataset = None
    yield name, values, transform
    gdal.Unlink(name)


def test_a_turned_image_in_memory_pairs_with_a_file_and_has_no_black_corners(
    turned: tuple[str, Any, tuple[float, ...]], tmp_path: Path, open_layer: Callable[..., Any]
) -> None:
    name, values, transform = turned
    origin = ORIGIN[0] - 100, ORIGIN[1] + 200
    file = write_raster(tmp_path / "b.tif", make_pixels(900, 900), UTM, origin, PIXEL_M)
    made = export((open_layer(name, "turned").id(), file), tmp_path / "set")
    before = gdal.Open(made["BEFORE_FILE"])
    assert before.GetGeoTransform() == gdal.Open(made["AFTER_FILE"]).GetGeoTransform()
    assert before.GetRasterBand(1).DataType == gdal.GDT_UInt16
    # the share of the upright square around it that a turned square covers
    turn = math.radians(30)
    assert made["VALID_SHARE"] == pytest.approx(1 / (math.cos(turn) + math.sin(turn)) ** 2, abs=0.01)
    mask = read_mask(made["BEFORE_FILE"])
    assert not mask[0, 0]
    assert not mask[-1, -1]
    x, y = gdal.ApplyGeoTransform(transform, 150.5, 100.5)
    column, row = gdal.ApplyGeoTransform(gdal.InvGeoTransform(before.GetGeoTransform()), x, y)
    found = np.frombuffer(before.ReadRaster(int(column), int(row), 1, 1), np.uint16).astype(int)
    # neighbouring pixels differ by some hundred
    assert np.abs(found - values[:, 100, 150].astype(int)).max() <= 400


def test_an_image_placed_by_control_points_is_refused_with_a_way_out(pair: tuple[Path, Path], tmp_path: Path) -> None:
    loose = tmp_path / "loose.tif"
    plain = gdal.Open(str(pair[0]))
    side = 300 * PIXEL_M
    corners = [(0, 0), (300, 0), (300, 300), (0, 300)]
    points = [
        gdal.GCP(ORIGIN[0] + column * PIXEL_M, ORIGIN[1] - row * PIXEL_M + column / 300 * side / 10, 0, column, row)
        for column, row in corners
    ]
    gdal.Translate(str(loose), plain, GCPs=points, outputSRS=plain.GetProjection(), srcWin=[0, 0, 300, 300])
    with pytest.raises(QgsProcessingException, match="“loose” is placed by control points: make it a GeoTIFF first"):
        export((loose, pair[1]), tmp_path / "set")
    assert not list((tmp_path / "set").rglob("*"))
