"""The map as a source: what is drawn of it, held against what its layers were made of."""

from __future__ import annotations

import gc
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from landcast.qgis_plugin.layers.canvas import CanvasReader, make_canvas_reader
from landcast.qgis_plugin.layers.drawing import Grid, draw
from landcast.qgis_plugin.layers.reader import Block, LayerReadError, Reader, ReadStoppedError
from landcast.qgis_plugin.layers.sheets import RasterSheet

from .algorithm_runs import EPSG, ORIGIN_XY, PIXEL_M, write_image
from .test_drawing import centres, system, waves
from .tiles import LEVEL_M, TILE_PX, colours, corner_of, tile_at, write_tile, write_tiles

OpenLayer = Callable[..., QgsRasterLayer]
WIDTH, HEIGHT = 300, 260
EAST, NORTH = ORIGIN_XY


def in_thread(action: Callable[[], Any]) -> Any:
    """Do something as a task does; errors are raised here."""
    results: list[Any] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    if errors:
        raise errors[0]
    return results[0]


def reader_of(layers: list[QgsMapLayer], epsg: int = EPSG, bounds: Any = None) -> Reader:
    crs = QgsCoordinateReferenceSystem(f"EPSG:{epsg}")
    return make_canvas_reader(layers, crs, bounds, "the map", lambda: False)


def own_grid(left: int, top: int, width: int, height: int) -> Grid:
    """Pixels of the image."""
    corner = EAST + left * PIXEL_M, NORTH - top * PIXEL_M
    return Grid(system(EPSG).ExportToWkt(), corner, (PIXEL_M, PIXEL_M), (height, width))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "image.tif", WIDTH, HEIGHT)


@pytest.fixture
def truth(image: Path) -> Any:
    return np.frombuffer(gdal.Open(str(image)).ReadRaster(), np.uint8).reshape(3, HEIGHT, WIDTH)


@pytest.fixture
def park(qgis_app: Any) -> Iterator[QgsVectorLayer]:
    """A green rectangle without an outline: pixels 50 to 150 by 40 to 120 of the image, nearly."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{EPSG}", "park", "memory")
    x, y = EAST + 50 * PIXEL_M, NORTH - 40 * PIXEL_M
    feature = QgsFeature()
    feature.setGeometry(
        QgsGeometry.fromWkt(
            f"POLYGON(({x} {y},{x + 100 * PIXEL_M} {y},{x + 100 * PIXEL_M} {y - 80 * PIXEL_M},{x} {y - 80 * PIXEL_M},"
            f"{x} {y}))"
        )
    )
    assert layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    symbol = QgsFillSymbol.createSimple({"color": "0,200,0,255", "outline_style": "no"})
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    yield QgsProject.instance().addMapLayer(layer)
    QgsProject.instance().removeMapLayer(layer.id())


@pytest.mark.parametrize(("left", "top"), [(37, 21), (0, 0), (5, 0), (99, 79)])
def test_a_raster_alone_on_its_own_grid_is_drawn_pixel_for_pixel(
    image: Path, truth: Any, open_layer: OpenLayer, left: int, top: int
) -> None:
    reader = reader_of([open_layer(image)])
    block = in_thread(lambda: draw(reader, own_grid(left, top, 200, 180)))
    assert block.valid.all()
    assert np.array_equal(block.values, truth[:, top : top + 180, left : left + 200])


def test_beyond_the_layers_nothing_counts(image: Path, truth: Any, open_layer: OpenLayer) -> None:
    reader = reader_of([open_layer(image)])
    block = in_thread(lambda: draw(reader, own_grid(-20, -10, WIDTH + 50, HEIGHT + 30)))
    inside = np.zeros(block.valid.shape, bool)
    inside[10 : 10 + HEIGHT, 20 : 20 + WIDTH] = True
    assert np.array_equal(block.valid, inside)
    assert np.array_equal(block.values[:, 10 : 10 + HEIGHT, 20 : 20 + WIDTH], truth)
    assert not block.values[:, ~inside].any()


def test_vectors_lie_over_rasters_in_the_order_of_the_map(
    image: Path, truth: Any, park: QgsVectorLayer, open_layer: OpenLayer
) -> None:
    raster = open_layer(image)
    on_top = reader_of([park, raster])
    over = in_thread(lambda: draw(on_top, own_grid(0, 0, WIDTH, HEIGHT)))
    expected = truth.copy()
    expected[:, 40:120, 50:150] = np.array([0, 200, 0], np.uint8)[:, None, None]
    edge = np.zeros((HEIGHT, WIDTH), bool)
    edge[39:121, 49:151], edge[41:119, 51:149] = True, False
    assert np.array_equal(over.values[:, ~edge], expected[:, ~edge])
    beneath = reader_of([raster, park])
    under = in_thread(lambda: draw(beneath, own_grid(0, 0, WIDTH, HEIGHT)))
    assert np.array_equal(under.values, truth)


def test_parts_agree_with_the_whole(image: Path, park: QgsVectorLayer, open_layer: OpenLayer) -> None:
    park.setRenderer(
        QgsSingleSymbolRenderer(
            QgsFillSymbol.createSimple(
                {"color": "0,200,0,90", "outline_color": "200,0,0,255", "outline_width": "3", "joinstyle": "round"}
            )
        )
    )
    reader = reader_of([park, open_layer(image)])

    def whole_and_parts() -> tuple[Block, Any]:
        whole = draw(reader, own_grid(0, 0, 256, 240))
        rows = [
            np.concatenate([draw(reader, own_grid(left, top, 64, 60)).values for left in range(0, 256, 64)], axis=2)
            for top in range(0, 240, 60)
        ]
        return whole, np.concatenate(rows, axis=1)

    whole, parts = in_thread(whole_and_parts)
    differences = np.abs(whole.values.astype(int) - parts)
    assert (whole.values[0] > 190).sum() > 1000, "the outline is not there"
    assert differences.max() <= 1


def test_a_map_in_degrees_lies_right_on_true_metres(tmp_path: Path, open_layer: OpenLayer) -> None:
    path = tmp_path / "waves.tif"
    columns, rows = np.meshgrid(np.arange(400) + 0.5, np.arange(400) + 0.5)
    x, y = 500000 + columns * 0.5, 6650000 - rows * 0.5
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 400, 400, 1)
    dataset.SetGeoTransform((500000, 0.5, 0, 6650000, 0, -0.5))
    dataset.SetProjection(system(32633).ExportToWkt())
    dataset.GetRasterBand(1).WriteRaster(0, 0, 400, 400, waves(x, y, 60).astype(np.uint8).tobytes())
    dataset = None
    layer = open_layer(path)
    layer.renderer().setContrastEnhancement(None)
    reader = reader_of([layer], 4326)
    grid = Grid(system(32633).ExportToWkt(), (500030.0, 6649970.0), (0.5, 0.5), (150, 160))
    parts = [Grid(grid.wkt, (500030.0 + left * 0.5, 6649970.0), (0.5, 0.5), (150, 80)) for left in (0, 80)]
    whole, *halves = in_thread(lambda: [draw(reader, one) for one in (grid, *parts)])
    easting, northing = centres(grid, 32633, 32633)
    assert whole.valid.all()
    # turned by the nearest pixel, as the map is: half a pixel of the steepest slope
    assert np.abs(whole.values[0] - waves(easting, northing, 60)).max() < 6
    joined = np.concatenate([half.values for half in halves], axis=2)
    assert np.abs(whole.values.astype(int) - joined).max() <= 6


def test_a_web_tile_that_came_late_is_in_the_picture(tmp_path: Path, open_layer: OpenLayer) -> None:
    first = tile_at(10.0, 60.0)
    late = (first[0] + 1, first[1])
    layer = open_layer(write_tiles(tmp_path, first, 2, 1, missing=(late,)), "web", "wms")
    x, y = corner_of(first)
    reader = reader_of([layer], 3857, (x, y - TILE_PX * LEVEL_M, x + 2 * TILE_PX * LEVEL_M, y))
    grid = Grid(system(3857).ExportToWkt(), (x, y), (LEVEL_M, LEVEL_M), (TILE_PX, 2 * TILE_PX))
    without = in_thread(lambda: draw(reader, grid))
    assert without.valid[:, :TILE_PX].all()
    assert not without.valid[:, TILE_PX:].any()
    write_tile(tmp_path, late)
    block = in_thread(lambda: draw(reader, grid))
    assert block.valid.all()
    assert np.array_equal(block.values, colours(first[0] * TILE_PX, first[1] * TILE_PX, 2 * TILE_PX, TILE_PX))


class SilentServer(http.server.BaseHTTPRequestHandler):
    """Takes a question and does not answer it until the test is over."""

    is_asked, is_over = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        self.is_asked.set()
        self.is_over.wait(60)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def test_drawing_stops_while_a_server_does_not_answer(qgis_app: Any, open_layer: OpenLayer) -> None:
    is_over = threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SilentServer) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        layer = open_layer(f"type=xyz&url={address}/{{z}}/{{x}}/{{y}}.png&zmin=0&zmax=18", "web", "wms")
        crs = QgsCoordinateReferenceSystem("EPSG:3857")
        reader = make_canvas_reader([layer], crs, None, "the map", is_over.is_set)
        grid = Grid(system(3857).ExportToWkt(), (1e6, 7e6), (1, 1), (256, 256))

        def stop() -> None:
            SilentServer.is_asked.wait(30)
            is_over.set()

        stopping = threading.Thread(target=stop)
        stopping.start()
        try:
            with pytest.raises(ReadStoppedError):
                in_thread(lambda: draw(reader, grid))
            assert SilentServer.is_asked.is_set()
        finally:
            SilentServer.is_over.set()
            server.shutdown()
            serving.join()
            stopping.join()


def test_nothing_is_drawn_once_nobody_waits(image: Path, park: QgsVectorLayer, open_layer: OpenLayer) -> None:
    crs = QgsCoordinateReferenceSystem(f"EPSG:{EPSG}")
    for layers in ([open_layer(image)], [park]):
        reader = make_canvas_reader(layers, crs, None, "the map", lambda: True)
        with pytest.raises(ReadStoppedError):
            in_thread(lambda reader=reader: draw(reader, own_grid(0, 0, 64, 64)))


def test_the_project_and_its_layers_stay_as_they_were(image: Path, park: QgsVectorLayer, open_layer: OpenLayer) -> None:
    raster = open_layer(image)
    before = set(QgsProject.instance().mapLayers())
    reader = reader_of([park, raster])
    assert set(QgsProject.instance().mapLayers()) == before
    # what is drawn was copied: neither its style nor its end in the project matters any more
    park.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({"color": "255,0,0,255"})))
    block = in_thread(lambda: draw(reader, own_grid(60, 50, 20, 20)))
    assert np.array_equal(np.unique(block.values.reshape(3, -1), axis=1), [[0], [200], [0]])


def test_bounds_are_those_of_all_layers(image: Path, park: QgsVectorLayer, open_layer: OpenLayer) -> None:
    reader = reader_of([park, open_layer(image)])
    expected = EAST, NORTH - HEIGHT * PIXEL_M, EAST + WIDTH * PIXEL_M, NORTH
    assert reader.bounds_xy == pytest.approx(expected, abs=1e-6)
    assert isinstance(reader, CanvasReader)
    assert (reader.crs, reader.bands, reader.dtype) == (f"EPSG:{EPSG}", 3, "uint8")


def test_a_map_without_layers_or_crs_is_refused(image: Path, open_layer: OpenLayer) -> None:
    with pytest.raises(LayerReadError, match="shows no layer"):
        reader_of([])
    with pytest.raises(LayerReadError, match="has no CRS"):
        make_canvas_reader([open_layer(image)], QgsCoordinateReferenceSystem(), None, "the map", lambda: False)


def test_a_map_of_empty_layers_is_refused(qgis_app: Any) -> None:
    with pytest.raises(LayerReadError, match="are empty"):
        reader_of([QgsVectorLayer(f"Polygon?crs=EPSG:{EPSG}", "nothing", "memory")])


def test_squares_are_drawn_where_oblong_pixels_are_wanted(image: Path, truth: Any, open_layer: OpenLayer) -> None:
    reader = reader_of([open_layer(image)])
    grid = Grid(system(EPSG).ExportToWkt(), (EAST, NORTH), (PIXEL_M, 2 * PIXEL_M), (HEIGHT // 2, WIDTH))
    block = in_thread(lambda: draw(reader, grid))
    assert block.values.shape == (3, HEIGHT // 2, WIDTH)
    means = truth[:, : HEIGHT // 2 * 2].reshape(3, HEIGHT // 2, 2, WIDTH).mean(2)
    difference = np.abs(block.values - means)[:, 2:-2, 2:-2]
    smooth = (np.abs(np.diff(truth.astype(int), axis=2))[:, ::2, :] < 10)[:, : HEIGHT // 2, : WIDTH - 1]
    assert difference[:, :, :][smooth[:, 2:-2, 2:-1]].mean() < 4


@pytest.mark.parametrize(
    ("least_detailed", "most_detailed"), [(1000, 0), (5000, 0), (5000, 1000), (5000, 3000), (0, 3000), (0, 1000)]
)
def test_layers_are_shown_at_the_scales_that_they_are_made_for(
    image: Path, park: QgsVectorLayer, open_layer: OpenLayer, least_detailed: float, most_detailed: float
) -> None:
    """At 96 dots an inch a pixel of 0.6 m is a map of 1 : 2268."""
    raster = open_layer(image)
    for layer in (raster, park):
        layer.setScaleBasedVisibility(True)
        layer.setMinimumScale(least_detailed)
        layer.setMaximumScale(most_detailed)
        reader = reader_of([layer])
        block = in_thread(lambda reader=reader: draw(reader, own_grid(60, 50, 30, 30)))
        assert block.valid.all() == layer.isInScaleRange(2268)
        assert block.valid.any() == block.valid.all()


def test_copies_of_a_raster_go_with_the_reader(image: Path, open_layer: OpenLayer) -> None:
    layer = open_layer(image)
    steps = RasterSheet(layer)._steps
    gone: list[bool] = []
    steps[0].destroyed.connect(lambda: gone.append(True))
    del steps
    gc.collect()
    assert gone, "QGIS does not say whose the copy of the provider is"
