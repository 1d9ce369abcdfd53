"""A part of the planned pixels, from a reader: exactly its pixels where they are the layer's own, else warped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsCoordinateTransformContext, QgsRectangle

from .reader import Block, PixelLattice, Reader, Window

MARGIN_PX = 4
"""That a resampled pixel sees around it, at the scale of what is read."""
FINEST = 2
"""Pixels that are read for each wanted one, along a side: coarser ones than the layer's are asked of its provider."""
ON_PIXEL = 1e-3
"""Of a pixel: grids that differ by less are the same."""
HALF = 128


@dataclass(frozen=True)
class Grid:
    """A rectangle of wanted pixels.

    Attributes:
        wkt: CRS.
        origin_xy: upper left corner.
        size_xy: of a pixel, both positive.
        shape_yx: rows and columns.
    """

    wkt: str
    origin_xy: tuple[float, float]
    size_xy: tuple[float, float]
    shape_yx: tuple[int, int]

    @property
    def bounds_xy(self) -> tuple[float, float, float, float]:
        """x minimum, y minimum, x maximum, y maximum."""
        (x, y), (height, width) = self.origin_xy, self.shape_yx
        return x, y - height * self.size_xy[1], x + width * self.size_xy[0], y


def draw(reader: Reader, grid: Grid) -> Block:
    """Pixels of a layer on any grid; used in the thread of a task.

    Raises:
        LayerReadError: they cannot be read.
        ReadStoppedError: nobody waits for them any more.
    """
    is_same_crs = _is_same_crs(reader.crs, grid.wkt)
    bounds = grid.bounds_xy if is_same_crs else _bounds_in(grid, reader.crs)
    if bounds is None:
        return _nothing(reader, grid)
    wanted = grid.size_xy if is_same_crs else _size_in(bounds, grid)
    lattice = reader.lattice(wanted)
    if lattice is None and is_same_crs:
        return reader.read(grid.bounds_xy, grid.shape_yx[1], grid.shape_yx[0])
    if lattice is not None and is_same_crs:
        window = _own_window(lattice, grid)
        if window is not None:
            return reader.read(lattice.bounds(window), window.width, window.height)
    return _warped(reader, grid, bounds, _thinned(lattice or _lattice_of(reader, wanted), wanted))


def _warped(reader: Reader, grid: Grid, bounds: tuple[float, float, float, float], lattice: PixelLattice) -> Block:
    window = lattice.around(bounds, MARGIN_PX)
    if window is None:
        return _nothing(reader, grid)
    read_bounds = lattice.bounds(window)
    block = reader.read(read_bounds, window.width, window.height)
    if not block.valid.any():
        return _nothing(reader, grid)
    source = _dataset(block, reader.crs, (read_bounds[0], read_bounds[3]), lattice.size_xy)
    height, width = grid.shape_yx
    warped = gdal.Warp(
        "", source, format="MEM", dstSRS=grid.wkt, outputBounds=grid.bounds_xy, width=width, height=height,
        resampleAlg="bilinear", srcAlpha=True, dstAlpha=True, errorThreshold=0.0,
        warpOptions=["SRC_ALPHA_MAX=255", "DST_ALPHA_MAX=255"],
    )  # fmt: skip
    if warped is None:
        return _nothing(reader, grid)
    pixels = np.frombuffer(warped.ReadRaster(), block.values.dtype).reshape(-1, height, width)
    valid = pixels[-1] >= HALF
    return Block(np.where(valid, pixels[:-1], np.zeros((), pixels.dtype)), valid)


def _dataset(block: Block, crs: str, origin_xy: tuple[float, float], size_xy: tuple[float, float]) -> Any:
    """Pixels with their validity as opacity, for GDAL; without its bridge to numpy, which fits one version alone."""
    bands, height, width = block.values.shape
    kind = gdal.GetDataTypeByName(_GDAL_TYPES[str(block.values.dtype)])
    dataset = gdal.GetDriverByName("MEM").Create("", width, height, bands + 1, kind)
    dataset.SetGeoTransform((origin_xy[0], size_xy[0], 0, origin_xy[1], 0, -size_xy[1]))
    dataset.SetProjection(_system(crs).ExportToWkt())
    for index in range(bands):
        dataset.GetRasterBand(index + 1).WriteRaster(0, 0, width, height, block.values[index].tobytes())
    alpha = (block.valid * 255).astype(block.values.dtype)
    dataset.GetRasterBand(bands + 1).WriteRaster(0, 0, width, height, alpha.tobytes())
    dataset.GetRasterBand(bands + 1).SetColorInterpretation(gdal.GCI_AlphaBand)
    return dataset


_GDAL_TYPES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "float32": "Float32", "float64": "Float64",
}  # fmt: skip


def _own_window(lattice: PixelLattice, grid: Grid) -> Window | None:
    """Where the wanted pixels lie among the layer's own; None where they are others."""
    height, width = grid.shape_yx
    columns = (grid.origin_xy[0] - lattice.origin_xy[0]) / lattice.size_xy[0]
    rows = (lattice.origin_xy[1] - grid.origin_xy[1]) / lattice.size_xy[1]
    left, top = round(columns), round(rows)
    drift = (
        abs(grid.size_xy[0] / lattice.size_xy[0] - 1) * width,
        abs(grid.size_xy[1] / lattice.size_xy[1] - 1) * height,
        abs(columns - left),
        abs(rows - top),
    )
    is_inside = left >= 0 and top >= 0 and left + width <= lattice.count_xy[0] and top + height <= lattice.count_xy[1]
    return Window(left, top, width, height) if max(drift) < ON_PIXEL and is_inside else None


def _thinned(lattice: PixelLattice, wanted_xy: tuple[float, float]) -> PixelLattice:
    """Larger pixels, where the layer's are much smaller than wanted: its provider has overviews, or averages."""
    factor = int(min(wanted_xy[0] / lattice.size_xy[0], wanted_xy[1] / lattice.size_xy[1]) / FINEST)
    if factor <= 1:
        return lattice
    size = lattice.size_xy[0] * factor, lattice.size_xy[1] * factor
    return PixelLattice(lattice.origin_xy, size, (lattice.count_xy[0] // factor, lattice.count_xy[1] // factor))


def _lattice_of(reader: Reader, size_xy: tuple[float, float]) -> PixelLattice:
    x_min, y_min, x_max, y_max = reader.bounds_xy
    count = max(1, int((x_max - x_min) / size_xy[0])), max(1, int((y_max - y_min) / size_xy[1]))
    return PixelLattice((x_min, y_max), size_xy, count)


def _nothing(reader: Reader, grid: Grid) -> Block:
    return Block(np.zeros((reader.bands, *grid.shape_yx), reader.dtype), np.zeros(grid.shape_yx, bool))


def _bounds_in(grid: Grid, crs: str) -> tuple[float, float, float, float] | None:
    transform = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem.fromWkt(grid.wkt), layer_crs(crs), QgsCoordinateTransformContext()
    )
    box = transform.transformBoundingBox(QgsRectangle(*grid.bounds_xy))
    return (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()) if box.isFinite() else None


def _size_in(bounds: tuple[float, float, float, float], grid: Grid) -> tuple[float, float]:
    """How large a wanted pixel is in another CRS, nearly."""
    height, width = grid.shape_yx
    return (bounds[2] - bounds[0]) / width, (bounds[3] - bounds[1]) / height


def layer_crs(crs: str) -> QgsCoordinateReferenceSystem:
    """A CRS from an authority's code or WKT."""
    found = QgsCoordinateReferenceSystem(crs)
    return found if found.isValid() else QgsCoordinateReferenceSystem.fromWkt(crs)


def _is_same_crs(first: str, second: str) -> bool:
    return bool(_system(first).IsSame(_system(second)))


def _system(crs: str) -> Any:
    system = osr.SpatialReference()
    system.SetFromUserInput(crs)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system
