"""The ground that a turned raster really covers: QGIS turns it north up, and fills the corners with black."""

from __future__ import annotations

from typing import Any

import numpy as np
from osgeo import gdal, ogr
from qgis.core import QgsRasterLayer

from ..translation import tr
from .opening import open_quietly
from .reader import LayerReadError

Bounds = tuple[float, float, float, float]


class Footprint:
    """The outline of a layer's raster. Made in the main thread; the file is opened at first use, in the reader's.

    Args:
        layer: any raster layer.
    """

    def __init__(self, layer: QgsRasterLayer) -> None:
        self._source = layer.source() if layer.providerType() == "gdal" else ""
        self._name = str(layer.name())
        self._outline: Any = None
        self._is_known = False

    def cut(self, valid: Any, bounds: Bounds) -> Any:
        """What counts of a rectangle without what lies beyond the raster: bool, (y, x).

        Args:
            valid: bool, (y, x); what counts by its values.
            bounds: of the rectangle: x minimum, y minimum, x maximum, y maximum.

        Raises:
            LayerReadError: its pixels are placed by control points, and nothing tells which of them QGIS made up.
        """
        if not self._is_known:
            self._outline, self._is_known = self._find(), True
        if self._outline is None:
            return valid
        height, width = valid.shape
        pixels = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Byte)
        x_min, y_min, x_max, y_max = bounds
        pixels.SetGeoTransform((x_min, (x_max - x_min) / width, 0, y_max, 0, (y_min - y_max) / height))
        gdal.RasterizeLayer(pixels, [1], self._outline.GetLayer(0), burn_values=[1])
        return valid & (np.frombuffer(pixels.ReadRaster(), np.uint8).reshape(height, width) > 0)

    def _find(self) -> Any:
        """The outline as a data source of one polygon; None where the extent is the outline."""
        dataset = open_quietly(self._source) if self._source else None
        if dataset is None:
            return None
        transform = dataset.GetGeoTransform(can_return_null=True)
        if transform is None and dataset.GetGCPCount() > 0:
            raise LayerReadError(
                tr("“{}” is placed by control points: make it a GeoTIFF first (Raster > Projections > Warp).").format(
                    self._name
                )
            )
        if transform is None or (transform[2] == 0 and transform[4] == 0):
            return None
        width, height = dataset.RasterXSize, dataset.RasterYSize
        ring = ogr.Geometry(ogr.wkbLinearRing)
        for column, row in ((0, 0), (width, 0), (width, height), (0, height), (0, 0)):
            ring.AddPoint_2D(*gdal.ApplyGeoTransform(transform, column, row))
        polygon = ogr.Geometry(ogr.wkbPolygon)
        polygon.AddGeometry(ring)
        return polygons_in_memory([polygon])


def polygons_in_memory(polygons: list[Any]) -> Any:
    """Polygons of OGR as a data source with one layer, without a CRS: that of the pixels that they are drawn on."""
    driver = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")  # the second name is GDAL 3.11's
    source = driver.CreateDataSource("")
    layer = source.CreateLayer("polygons", None, ogr.wkbUnknown)
    for polygon in polygons:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(polygon)
        layer.CreateFeature(feature)
    return source
