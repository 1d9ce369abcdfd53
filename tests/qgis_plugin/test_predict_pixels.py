"""`landcast:predict` from layers that only QGIS can open, in a real QGIS with a real worker."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGradientColorRamp,
    QgsMultiBandColorRenderer,
    QgsProcessingException,
    QgsRasterLayer,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from .algorithm_runs import EPSG, ORIGIN_XY, RecordingFeedback, run, write_image
from .tiles import LEVEL_M, TILE_PX, ZOOM, corner_of, tile_at, write_tiles

OpenLayer = Callable[..., QgsRasterLayer]
UseInterpreter = Callable[[Path], None]
TILE_M = LEVEL_M * TILE_PX
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def predict(interpreter: Path, model_folder: Path, use_interpreter: UseInterpreter) -> Callable[..., Any]:
    """Run with the real worker and a small model; gives the opened result."""
    use_interpreter(interpreter)

    def predict(layer: Any, output: Path, feedback: RecordingFeedback | None = None, **parameters: Any) -> Any:
        run(layer, output, feedback, MODEL=str(model_folder), **parameters)
        return gdal.Open(str(output))

    return predict


def extent_of(x: float, y: float, width: float, height: float, epsg: int = 3857) -> str:
    return f"{x},{x + width},{y - height},{y} [EPSG:{epsg}]"


def mask_of(dataset: Any) -> Any:
    band = dataset.GetRasterBand(1).GetMaskBand()
    return np.frombuffer(band.ReadRaster(), np.uint8).reshape(dataset.RasterYSize, dataset.RasterXSize) > 0


def pixels_of(dataset: Any, bands: int = 3) -> Any:
    read = dataset.ReadRaster(band_list=list(range(1, bands + 1)))
    return np.frombuffer(read, np.uint8).reshape(bands, dataset.RasterYSize, dataset.RasterXSize)


def test_tiles_of_the_web_are_predicted_where_they_lie(
    tmp_path: Path, open_layer: OpenLayer, predict: Callable[..., Any]
) -> None:
    first = tile_at(10.0, 0.01)
    layer = open_layer(write_tiles(tmp_path / "tiles", first, 3, 3), "web", "wms")
    x, y = corner_of((first[0] + 1, first[1] + 1))
    feedback = RecordingFeedback()
    result = predict(layer, tmp_path / "result.tif", feedback, EXTENT=extent_of(x, y, TILE_M / 2, TILE_M / 2))
    # what reaches around the world is predicted on true metres
    assert result.GetSpatialRef().GetAuthorityCode(None) == "32632"
    left, size_x, _, top, _, size_y = result.GetGeoTransform()
    corners = [to_utm(x, y), to_utm(x + TILE_M / 2, y - TILE_M / 2)]
    assert left == pytest.approx(corners[0][0], abs=1.5 * size_x)
    assert top == pytest.approx(corners[0][1], abs=1.5 * size_x)
    assert left + result.RasterXSize * size_x == pytest.approx(corners[1][0], abs=1.5 * size_x)
    assert top + result.RasterYSize * size_y == pytest.approx(corners[1][1], abs=1.5 * size_x)
    valid = mask_of(result)
    assert valid.mean() > 0.98
    assert valid[5:-5, 5:-5].all()
    assert result.GetMetadata()["LANDCAST_SOURCE"] == "web"
    assert feedback.stages.index("Reading the layer") < feedback.stages.index("Predicting")


def test_a_tile_that_is_missing_is_a_hole_in_the_result(
    tmp_path: Path, open_layer: OpenLayer, predict: Callable[..., Any]
) -> None:
    first = tile_at(10.0, 0.01)
    missing = (first[0] + 1, first[1])
    layer = open_layer(write_tiles(tmp_path / "tiles", first, 2, 2, (missing,)), "web", "wms")
    x, y = corner_of(missing)
    extent = extent_of(x - TILE_M / 2, y - TILE_M / 2, TILE_M, TILE_M)
    valid = mask_of(predict(layer, tmp_path / "result.tif", EXTENT=extent))
    height, width = valid.shape
    assert not valid[: height // 2 - 3, width // 2 + 3 :].any()
    assert valid[height // 2 + 3 : -3, 3:-3].all()
    assert valid[3 : height // 2 - 3, 3 : width // 2 - 3].all()


class Flaky(http.server.SimpleHTTPRequestHandler):
    """Refuses each file once."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.asked.count(self.path) == 1:
            self.send_error(404)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


def test_a_tile_that_came_late_is_no_hole(tmp_path: Path, open_layer: OpenLayer, predict: Callable[..., Any]) -> None:
    first = tile_at(10.0, 0.01)
    write_tiles(tmp_path / "tiles", first, 2, 2)
    x, y = corner_of((first[0] + 1, first[1]))
    handler = functools.partial(Flaky, directory=str(tmp_path / "tiles"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        layer = open_layer(f"type=xyz&url={address}/{{z}}/{{x}}/{{y}}.png&zmin={ZOOM}&zmax={ZOOM}", "web", "wms")
        extent = extent_of(x - TILE_M / 4, y - TILE_M / 4, TILE_M / 2, TILE_M / 2)
        try:
            valid = mask_of(predict(layer, tmp_path / "result.tif", EXTENT=extent))
        finally:
            server.shutdown()
            thread.join()
    assert Flaky.asked
    assert valid[5:-5, 5:-5].all()


@pytest.fixture
def in_memory(open_layer: OpenLayer) -> Iterator[Callable[[Path], QgsRasterLayer]]:
    """A layer of a copy of a file in memory, which no other process can open."""
    copies = []

    def in_memory(path: Path) -> QgsRasterLayer:
        copies.append(f"/vsimem/{path.stem}-{len(copies)}.tif")
        gdal.Translate(copies[-1], str(path))
        return open_layer(copies[-1], "in memory")

    yield in_memory
    for copy in copies:
        gdal.Unlink(copy)


def test_a_layer_in_memory_gives_what_its_file_gives(
    tmp_path: Path, in_memory: Callable[[Path], QgsRasterLayer], predict: Callable[..., Any]
) -> None:
    source = write_image(tmp_path / "source.tif", 600, 180)
    by_path = predict(source, tmp_path / "by_path.tif", SEED=3)
    by_pixels = predict(in_memory(source), tmp_path / "by_pixels.tif", SEED=3)
    assert by_pixels.GetGeoTransform() == by_path.GetGeoTransform()
    assert by_pixels.GetProjection() == by_path.GetProjection()
    assert np.array_equal(pixels_of(by_pixels), pixels_of(by_path))
    assert by_pixels.GetMetadata()["LANDCAST_SOURCE"] == "in memory"


def test_an_extent_an_area_and_a_scale_count_for_pixels_too(
    tmp_path: Path, in_memory: Callable[[Path], QgsRasterLayer], predict: Callable[..., Any]
) -> None:
    source = write_image(tmp_path / "source.tif", 300, 280)
    area = tmp_path / "area.geojson"
    x, y = ORIGIN_XY
    corners = [[x + dx, y - dy] for dx, dy in ((12, 12), (100, 20), (30, 120), (12, 12))]
    area.write_text(json.dumps({
        "type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": f"EPSG:{EPSG}"}},
        "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}],
    }))  # fmt: skip
    layer = in_memory(source)
    for chosen in ({"AREA": str(area)}, {"EXTENT": extent_of(x + 20, y - 20, 60, 70, EPSG)}):
        by_path = predict(source, tmp_path / "by_path.tif", GROUND_SCALE=110, **chosen)
        by_pixels = predict(layer, tmp_path / "by_pixels.tif", GROUND_SCALE=110, **chosen)
        assert by_pixels.GetGeoTransform() == pytest.approx(by_path.GetGeoTransform())
        assert (mask_of(by_pixels) != mask_of(by_path)).mean() < 0.01
        apart = np.abs(pixels_of(by_pixels).astype(int) - pixels_of(by_path))[:, mask_of(by_path) & mask_of(by_pixels)]
        # another way to resample: the picture is the same, its levels are not
        assert np.median(apart) <= 4


def test_the_bands_that_a_layer_in_memory_shows_are_predicted(
    tmp_path: Path, in_memory: Callable[[Path], QgsRasterLayer], predict: Callable[..., Any]
) -> None:
    source, swapped = write_image(tmp_path / "source.tif", 150, 140), tmp_path / "swapped.tif"
    gdal.Translate(str(swapped), str(source), bandList=[3, 2, 1], creationOptions=["PHOTOMETRIC=RGB"])
    layer = in_memory(source)
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 3, 2, 1))
    shown = predict(layer, tmp_path / "shown.tif")
    assert np.array_equal(pixels_of(shown), pixels_of(predict(swapped, tmp_path / "expected.tif")))


def test_a_layer_in_other_colours_is_predicted_as_it_is_shown(
    tmp_path: Path, in_memory: Callable[[Path], QgsRasterLayer], predict: Callable[..., Any]
) -> None:
    layer = in_memory(write_image(tmp_path / "source.tif", 150, 140))
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 2)
    renderer.setClassificationMin(30)
    renderer.setClassificationMax(230)
    renderer.createShader(QgsGradientColorRamp(QColor(20, 60, 30), QColor(220, 200, 180)))
    layer.setRenderer(renderer)
    feedback = RecordingFeedback()
    result = predict(layer, tmp_path / "result.tif", feedback)
    assert (result.RasterXSize, result.RasterYSize, result.GetGeoTransform()[0]) == (150, 140, ORIGIN_XY[0])
    assert any("in which the layer is shown" in info for info in feedback.infos)


def test_nodata_of_a_layer_in_memory_stays_nodata(
    tmp_path: Path, in_memory: Callable[[Path], QgsRasterLayer], predict: Callable[..., Any]
) -> None:
    source = write_image(tmp_path / "source.tif", 150, 140)
    dataset = gdal.Open(str(source), gdal.GA_Update)
    for band in (1, 2, 3):
        dataset.GetRasterBand(band).SetNoDataValue(7)
        dataset.GetRasterBand(band).WriteRaster(20, 30, 40, 50, bytes([7]) * 2000)
    dataset = None
    valid = mask_of(predict(in_memory(source), tmp_path / "result.tif"))
    assert not valid[30:80, 20:60].any()
    assert valid.sum() == 150 * 140 - 2000


def test_a_layer_without_a_crs_that_only_qgis_can_open_is_refused(
    tmp_path: Path, open_layer: OpenLayer, interpreter: Path, use_interpreter: UseInterpreter
) -> None:
    use_interpreter(interpreter)
    grid = tmp_path / "grid.asc"
    grid.write_text("ncols 2\nnrows 2\nxllcorner 5\nyllcorner 5\ncellsize 1\n1 2\n3 4\n")
    layer = open_layer(grid, "grid")
    layer.setCrs(QgsCoordinateReferenceSystem())
    with pytest.raises(QgsProcessingException, match="“grid” has no CRS"):
        run(layer, tmp_path / "result.tif")


def to_utm(x: float, y: float) -> tuple[float, float]:
    mercator, utm = osr.SpatialReference(), osr.SpatialReference()
    mercator.ImportFromEPSG(3857)
    utm.ImportFromEPSG(32632)
    easting, northing, _ = osr.CoordinateTransformation(mercator, utm).TransformPoint(x, y)
    return easting, northing
