"""Writes the polygons of a feature source to a file that a worker can open by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from .compat import UNCHECKED
from .translation import tr

MAX_NAME = 60
A_DATE = "1970-01-01T00:00:00.000Z"


class AreaError(Exception):
    """The area cannot be written; the message says why."""


def write_area(
    source: QgsProcessingFeatureSource, folder: Path, transform_context: QgsCoordinateTransformContext
) -> Path:
    """Write the geometries of a source, without attributes, as a GeoPackage under the name of the source.

    Curves become straight segments. Equal polygons give equal bytes, so that results can be compared.

    Raises:
        AreaError: the source has no CRS, or the file cannot be written.
    """
    if not source.sourceCrs().isValid():
        raise AreaError(
            tr("The area “{}” has no CRS: set one in the properties of its layer.").format(source.sourceName())
        )
    name = re.sub(r"[^\w -]", "_", source.sourceName())[:MAX_NAME].strip() or "area"
    path = folder / f"{name}.gpkg"
    with _without_dates():
        _write(source, path, name, transform_context)
    return path


def _write(
    source: QgsProcessingFeatureSource, path: Path, name: str, transform_context: QgsCoordinateTransformContext
) -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = name
    kind = QgsWkbTypes.linearType(QgsWkbTypes.multiType(QgsWkbTypes.flatType(source.wkbType())))
    writer = QgsVectorFileWriter.create(str(path), QgsFields(), kind, source.sourceCrs(), transform_context, options)
    # Landcast repairs what crosses itself; without attributes the reading is faster.
    request = QgsFeatureRequest().setSubsetOfAttributes([])
    for feature in source.getFeatures(request, UNCHECKED):
        written = QgsFeature()
        written.setGeometry(_straight(feature.geometry()))
        if writer.hasError() or not writer.addFeature(written, QgsFeatureSink.Flag.FastInsert):
            break
    error = writer.errorMessage() if writer.hasError() else ""
    del writer  # closes the file
    if error:
        raise AreaError(tr("The area “{name}” cannot be written: {reason}").format(name=name, reason=error))


def _straight(geometry: QgsGeometry) -> QgsGeometry:
    if geometry.isNull() or not QgsWkbTypes.isCurvedType(geometry.wkbType()):
        return geometry
    return QgsGeometry(geometry.constGet().segmentize())


@contextmanager
def _without_dates() -> Iterator[None]:
    """A GeoPackage holds the time of its last change."""
    gdal.SetThreadLocalConfigOption("OGR_CURRENT_DATE", A_DATE)
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption("OGR_CURRENT_DATE", None)
