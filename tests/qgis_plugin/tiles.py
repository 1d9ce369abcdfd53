"""Web tiles that are made here, and read by QGIS from a folder as from a server."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from osgeo import gdal

TILE_PX = 256
WORLD_M = 20037508.342789244
ZOOM = 17
LEVEL_M = 2 * WORLD_M / TILE_PX / 2**ZOOM
Tile = tuple[int, int]
"""Column and row."""


def colours(left: int, top: int, width: int, height: int) -> np.ndarray:
    """The picture of the world at `ZOOM`, uint8 (band, y, x), smooth enough to be resampled."""
    x, y = np.meshgrid(np.arange(left, left + width), np.arange(top, top + height))
    return np.stack([128 + 90 * np.sin(x / 25), 128 + 90 * np.cos(y / 30), 128 + 60 * np.sin((x + y) / 40)]).astype(
        np.uint8
    )


def tile_at(longitude: float, latitude: float) -> Tile:
    """The tile that holds a place."""
    north = math.asinh(math.tan(math.radians(latitude)))
    return int((longitude + 180) / 360 * 2**ZOOM), int((1 - north / math.pi) / 2 * 2**ZOOM)


def corner_of(tile: Tile) -> tuple[float, float]:
    """Upper left corner of a tile in EPSG:3857."""
    side_m = LEVEL_M * TILE_PX
    return tile[0] * side_m - WORLD_M, WORLD_M - tile[1] * side_m


def write_tiles(folder: Path, first: Tile, columns: int, rows: int, missing: tuple[Tile, ...] = ()) -> str:
    """Write tiles of one level; gives the source of a layer of provider `wms`."""
    for column in range(first[0], first[0] + columns):
        for row in range(first[1], first[1] + rows):
            if (column, row) not in missing:
                write_tile(folder, (column, row))
    return f"type=xyz&url=file://{folder}/{{z}}/{{x}}/{{y}}.png&zmin={ZOOM}&zmax={ZOOM}"


def write_tile(folder: Path, tile: Tile) -> None:
    """Write one tile."""
    path = folder / str(ZOOM) / str(tile[0]) / f"{tile[1]}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = colours(tile[0] * TILE_PX, tile[1] * TILE_PX, TILE_PX, TILE_PX)
    memory = gdal.GetDriverByName("MEM").Create("", TILE_PX, TILE_PX, 3)
    for band in range(3):
        memory.GetRasterBand(band + 1).WriteRaster(0, 0, TILE_PX, TILE_PX, pixels[band].tobytes())
    gdal.GetDriverByName("PNG").CreateCopy(str(path), memory)
