"""Pixels of layers on planned grids, held against what the layers were made of."""

from __future__ import annotations

import http.server
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsRasterBlockFeedback, QgsRasterLayer

from landcast.qgis_plugin.layers.drawing import Grid, draw
from landcast.qgis_plugin.layers.overview import take_overview
from landcast.qgis_plugin.layers.reader import Block, Reader
from landcast.qgis_plugin.layers.sending import make_reader

from .algorithm_runs import write_image
from .tiles import LEVEL_M, TILE_PX, colours, corner_of, tile_at, write_tiles

OpenLayer = Callable[..., QgsRasterLayer]
CAPABILITIES = """<?xml version="1.0"?>
<WMT_MS_Capabilities version="1.1.1">
 <Service><Name>OGC:WMS</Name><Title>t</Title><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink"
  xlink:href="ADDRESS/?"/></Service>
 <Capability><Request>
  <GetCapabilities><Format>application/vnd.ogc.wms_xml</Format><DCPType><HTTP><Get><OnlineResource
   xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="ADDRESS/?"/></Get></HTTP></DCPType></GetCapabilities>
  <GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource
   xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="ADDRESS/?"/></Get></HTTP></DCPType></GetMap></Request>
  <Exception><Format>application/vnd.ogc.se_xml</Format></Exception>
  <Layer><Title>root</Title><SRS>EPSG:32633</SRS>
   <Layer queryable="0"><Name>photo</Name><Title>photo</Title><SRS>EPSG:32633</SRS>
    <LatLonBoundingBox minx="14" miny="59" maxx="16" maxy="61"/>
    <BoundingBox SRS="EPSG:32633" minx="400000" miny="6600000" maxx="600000" maxy="6800000"/></Layer></Layer>
 </Capability></WMT_MS_Capabilities>"""


def reader_of(layer: QgsRasterLayer) -> Reader:
    crs = layer.crs()
    return make_reader(layer, crs.authid() or crs.toWkt(), True, QgsRasterBlockFeedback(), lambda: False)


def draw_in_thread(layer: QgsRasterLayer, grid: Grid) -> Block:
    """As in a task: the reader is made in the main thread and used in another."""
    reader, blocks = reader_of(layer), []
    thread = threading.Thread(target=lambda: blocks.append(draw(reader, grid)))
    thread.start()
    thread.join()
    return blocks[0]


def system(epsg: int) -> Any:
    made = osr.SpatialReference()
    made.ImportFromEPSG(epsg)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


def centres(grid: Grid, epsg: int, to: int) -> tuple[Any, Any]:
    """Where the centres of a grid's pixels lie in another CRS, by PROJ."""
    height, width = grid.shape_yx
    x, y = np.meshgrid(
        grid.origin_xy[0] + (np.arange(width) + 0.5) * grid.size_xy[0],
        grid.origin_xy[1] - (np.arange(height) + 0.5) * grid.size_xy[1],
    )
    points = osr.CoordinateTransformation(system(epsg), system(to)).TransformPoints(
        np.column_stack([x.ravel(), y.ravel()]).tolist()
    )
    found = np.array(points)
    return found[:, 0].reshape(height, width), found[:, 1].reshape(height, width)


def waves(x: Any, y: Any, period: float) -> Any:
    """Something smooth at any place."""
    return 128 + 60 * np.sin(2 * np.pi * x / period) + 50 * np.cos(2 * np.pi * y / period)


def test_tiles_on_their_own_pixels_are_those_of_the_service(tmp_path: Path, open_layer: OpenLayer) -> None:
    first = tile_at(10.0, 60.0)
    layer = open_layer(write_tiles(tmp_path, first, 3, 2), "web", "wms")
    x, y = corner_of(first)
    grid = Grid(system(3857).ExportToWkt(), (x + 100 * LEVEL_M, y - 30 * LEVEL_M), (LEVEL_M, LEVEL_M), (300, 500))
    block = draw_in_thread(layer, grid)
    assert block.valid.all()
    left, top = first[0] * TILE_PX + 100, first[1] * TILE_PX + 30
    assert np.array_equal(block.values, colours(left, top, 500, 300))


def test_tiles_at_sixty_degrees_north_lie_right_on_true_metres(tmp_path: Path, open_layer: OpenLayer) -> None:
    first = tile_at(15.2, 60.0)
    layer = open_layer(write_tiles(tmp_path, first, 4, 4), "web", "wms")
    corner = corner_of((first[0] + 1, first[1] + 1))
    easting, northing, _ = osr.CoordinateTransformation(system(3857), system(32633)).TransformPoint(*corner)
    grid = Grid(system(32633).ExportToWkt(), (easting, northing), (0.6, 0.6), (350, 400))
    block = draw_in_thread(layer, grid)
    x, y = centres(grid, 32633, 3857)
    columns, rows = (x - corner_of((0, 0))[0]) / LEVEL_M - 0.5, (corner_of((0, 0))[1] - y) / LEVEL_M - 0.5
    assert block.valid.all()
    assert np.abs(block.values[0] - (128 + 90 * np.sin(columns / 25))).max() < 4
    assert np.abs(block.values[1] - (128 + 90 * np.cos(rows / 30))).max() < 4


@pytest.fixture
def in_degrees(tmp_path: Path) -> Path:
    """A raster of 1e-5 degrees at 60 degrees north, one float band."""
    path = tmp_path / "degrees.tif"
    longitude = 15.0 + (np.arange(500) + 0.5) * 1e-5
    latitude = 60.0 - (np.arange(400) + 0.5) * 1e-5
    values = waves(longitude[None, :], latitude[:, None], 1e-3).astype(np.float32)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 500, 400, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((15.0, 1e-5, 0, 60.0, 0, -1e-5))
    dataset.SetProjection(system(4326).ExportToWkt())
    dataset.GetRasterBand(1).WriteRaster(0, 0, 500, 400, values.tobytes())
    dataset.GetRasterBand(1).SetNoDataValue(-1)
    return path


@pytest.mark.parametrize("size_m", [0.8, 4.0])
def test_values_in_degrees_lie_right_on_true_metres(in_degrees: Path, open_layer: OpenLayer, size_m: float) -> None:
    easting, northing, _ = osr.CoordinateTransformation(system(4326), system(32633)).TransformPoint(15.0005, 59.9995)
    shape = (int(300 / size_m), int(200 / size_m))
    grid = Grid(system(32633).ExportToWkt(), (easting, northing), (size_m, size_m), shape)
    block = draw_in_thread(open_layer(in_degrees), grid)
    longitude, latitude = centres(grid, 32633, 4326)
    inside = (longitude < 15.005 - 2e-4) & (latitude > 59.996 + 2e-4)
    assert block.valid[inside].all()
    assert not block.valid[(latitude < 59.996 - 1e-4)].any()
    expected = waves(longitude, latitude, 1e-3)
    assert np.abs(block.values[0] - expected)[inside].max() < (3 if size_m < 1 else 12)


def test_a_rotated_raster_lies_right(tmp_path: Path, open_layer: OpenLayer) -> None:
    """QGIS shows it north-up, on pixels of its own."""
    path = tmp_path / "rotated.tif"
    columns, rows = np.meshgrid(np.arange(300) + 0.5, np.arange(300) + 0.5)
    sine, cosine = 0.5, 3**0.5 / 2
    x, y = 500000 + columns * cosine - rows * sine, 6650000 - columns * sine - rows * cosine
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 300, 300, 1)
    dataset.SetGeoTransform((500000, cosine, -sine, 6650000, -sine, -cosine))
    dataset.SetProjection(system(32633).ExportToWkt())
    dataset.GetRasterBand(1).WriteRaster(0, 0, 300, 300, waves(x, y, 90).astype(np.uint8).tobytes())
    dataset = None
    grid = Grid(system(32633).ExportToWkt(), (499980, 6649860), (1, 1), (100, 120))
    block = draw_in_thread(open_layer(path), grid)
    easting, northing = centres(grid, 32633, 32633)
    assert block.valid.all()
    # by the nearest pixel, as QGIS turns it
    assert np.abs(block.values[0] - waves(easting, northing, 90)).max() < 8


class MapServer(http.server.BaseHTTPRequestHandler):
    """Draws any rectangle, without levels of its own."""

    def do_GET(self) -> None:
        asked = {name.upper(): value for name, value in urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query)}
        if asked.get("REQUEST") == "GetMap":
            kind, content = "image/png", draw_map(asked)
        else:
            address = f"http://127.0.0.1:{self.server.server_address[1]}"
            kind, content = "text/xml", CAPABILITIES.replace("ADDRESS", address).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def draw_map(asked: dict[str, str]) -> bytes:
    left, bottom, right, top = map(float, asked["BBOX"].split(","))
    width, height = int(asked["WIDTH"]), int(asked["HEIGHT"])
    x = left + (np.arange(width) + 0.5) * (right - left) / width
    y = top - (np.arange(height) + 0.5) * (top - bottom) / height
    grey = waves(x[None, :], y[:, None], 200).astype(np.uint8).tobytes()
    memory = gdal.GetDriverByName("MEM").Create("", width, height, 3)
    for band in (1, 2, 3):
        memory.GetRasterBand(band).WriteRaster(0, 0, width, height, grey)
    name = f"/vsimem/map-{threading.get_ident()}.png"
    gdal.GetDriverByName("PNG").CreateCopy(name, memory)
    stream = gdal.VSIFOpenL(name, "rb")
    content = bytes(gdal.VSIFReadL(1, 2**24, stream))
    gdal.VSIFCloseL(stream)
    gdal.Unlink(name)
    return content


@pytest.fixture
def wms(open_layer: OpenLayer) -> Iterator[QgsRasterLayer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), MapServer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = urllib.parse.quote(f"http://127.0.0.1:{server.server_address[1]}/?", safe="")
        yield open_layer(f"crs=EPSG:32633&format=image/png&layers=photo&styles&url={url}", "map", "wms")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("epsg", "origin"), [(32633, (500000.3, 6700000.7)), (32632, (833000.0, 6720000.0))])
def test_a_map_service_is_drawn_on_the_grid(wms: QgsRasterLayer, epsg: int, origin: tuple[float, float]) -> None:
    grid = Grid(system(epsg).ExportToWkt(), origin, (0.75, 0.75), (250, 300))
    block = draw_in_thread(wms, grid)
    easting, northing = centres(grid, epsg, 32633)
    assert block.valid.all()
    assert np.abs(block.values[0] - waves(easting, northing, 200)).max() < 3


def test_the_sample_of_a_small_layer_is_all_of_it(tmp_path: Path, open_layer: OpenLayer) -> None:
    source = write_image(tmp_path / "source.tif", 200, 180)
    [values] = take_overview(reader_of(open_layer(source)))
    assert values.shape == (3, 180, 200)
    assert bytes(values.data) == gdal.Open(str(source)).ReadRaster()
