"""Which pixels of a grid lie in polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
from osgeo import gdal, ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsRectangle,
    QgsWkbTypes,
)

from ..area_file import AreaError
from ..compat import UNCHECKED
from ..layers.drawing import Grid
from ..layers.footprint import polygons_in_memory
from ..translation import tr


def read_geometries(source: QgsProcessingFeatureSource) -> list[QgsGeometry]:
    """All polygons of a source, curves as straight segments.

    Raises:
        AreaError: the source has no CRS, or holds no polygon.
    """
    if not source.sourceCrs().isValid():
        raise AreaError(
            tr("The area “{}” has no CRS: set one in the properties of its layer.").format(source.sourceName())
        )
    request = QgsFeatureRequest().setSubsetOfAttributes([])
    found = [feature.geometry() for feature in source.getFeatures(request, UNCHECKED)]
    geometries = [_straight(one) for one in found if not one.isNull() and not one.isEmpty()]
    if not geometries:
        raise AreaError(tr("The area “{}” holds no polygon.").format(source.sourceName()))
    return geometries


def bounds_of(geometries: list[QgsGeometry]) -> QgsRectangle:
    """The smallest rectangle that holds all geometries."""
    box = QgsRectangle(geometries[0].boundingBox())
    for geometry in geometries[1:]:
        box.combineExtentWith(geometry.boundingBox())
    return box


class PolygonMask:
    """Polygons in the CRS of a grid; used in one thread.

    Args:
        geometries: polygons.
        crs: of them.
        grid_crs: of the grids that will be asked for.

    Raises:
        AreaError: a polygon has no place in that CRS.
    """

    def __init__(
        self,
        geometries: list[QgsGeometry],
        crs: QgsCoordinateReferenceSystem,
        grid_crs: QgsCoordinateReferenceSystem,
    ) -> None:
        transform = QgsCoordinateTransform(crs, grid_crs, QgsCoordinateTransformContext())
        polygons = []
        for geometry in geometries:
            moved = QgsGeometry(geometry)
            try:
                moved.transform(transform)
            except QgsCsException as error:
                raise AreaError(
                    tr("A polygon of the area has no place in {crs}.").format(crs=grid_crs.description())
                ) from error
            polygons.append(ogr.CreateGeometryFromWkb(bytes(moved.asWkb().data())))
        self._polygons = polygons_in_memory(polygons)

    def inside(self, grid: Grid) -> Any:
        """Which pixels have their centre in a polygon: bool, (y, x)."""
        height, width = grid.shape_yx
        pixels = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_Byte)
        pixels.SetGeoTransform((grid.origin_xy[0], grid.size_xy[0], 0, grid.origin_xy[1], 0, -grid.size_xy[1]))
        gdal.RasterizeLayer(pixels, [1], self._polygons.GetLayer(0), burn_values=[1])
        return np.frombuffer(pixels.ReadRaster(), np.uint8).reshape(height, width) > 0


def _straight(geometry: QgsGeometry) -> QgsGeometry:
    if not QgsWkbTypes.isCurvedType(geometry.wkbType()):
        return geometry
    return QgsGeometry(geometry.constGet().segmentize())
