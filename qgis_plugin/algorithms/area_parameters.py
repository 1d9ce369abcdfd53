"""Where an algorithm works: an extent or the polygons of a layer, which exclude each other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
)

from ..area_file import write_area
from ..compat import POLYGONS
from ..layers.prepared import crs_text
from ..prediction import Extent
from ..translation import tr
from .base import Parameters

EXTENT = "EXTENT"
AREA = "AREA"


def area_definitions(extent_label: str, area_label: str) -> list[QgsProcessingParameterDefinition]:
    """Both ways to say where, neither of which has to be given."""
    return [
        QgsProcessingParameterExtent(EXTENT, extent_label, optional=True),
        QgsProcessingParameterFeatureSource(AREA, area_label, [POLYGONS], optional=True),
    ]


def has_area(parameters: Parameters) -> bool:
    """Whether polygons were given."""
    return parameters.get(AREA) not in (None, "")


def check_area(algorithm: QgsProcessingAlgorithm, parameters: Parameters, context: QgsProcessingContext) -> str | None:
    """Why extent and polygons cannot both be meant; None where nothing is against them."""
    if has_area(parameters) and not algorithm.parameterAsExtent(parameters, EXTENT, context).isNull():
        return tr("An extent and an area exclude each other: give one of them.")
    return None


def read_extent(
    algorithm: QgsProcessingAlgorithm,
    parameters: Parameters,
    context: QgsProcessingContext,
    source_crs: QgsCoordinateReferenceSystem,
) -> Extent | None:
    """The extent that was given, in the CRS that it was given in; None without one."""
    rectangle = algorithm.parameterAsExtent(parameters, EXTENT, context)
    if rectangle.isNull():
        return None
    crs = algorithm.parameterAsExtentCrs(parameters, EXTENT, context)
    bounds = (rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum())
    # An extent typed without a CRS and outside a project has none; a picture has none either.
    crs = crs if crs.isValid() else source_crs
    return Extent(bounds, crs_text(crs) if crs.isValid() else None)


def read_polygons(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> QgsProcessingFeatureSource | None:
    """The polygons that were given; None without any.

    Raises:
        QgsProcessingException: they cannot be read.
    """
    if not has_area(parameters):
        return None
    source = algorithm.parameterAsSource(parameters, AREA, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, AREA))
    return source


@contextmanager
def written_area(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> Iterator[Path | None]:
    """The polygons as a file, for as long as the worker may read it; None without any.

    Raises:
        QgsProcessingException: they cannot be read.
        AreaError: they cannot be written.
    """
    source = read_polygons(algorithm, parameters, context)
    if source is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="landcast-") as folder:
        yield write_area(source, Path(folder), context.transformContext())
