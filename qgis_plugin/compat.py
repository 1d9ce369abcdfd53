"""Enums that later versions of QGIS moved, under one name for all supported versions.

QGIS gathered them in `Qgis` between 3.30 and 3.38; 3.22 has them only in the classes that use them.
"""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingFeatureSource,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsRaster,
)

ADVANCED = (
    Qgis.ProcessingParameterFlag.Advanced
    if hasattr(Qgis, "ProcessingParameterFlag")
    else QgsProcessingParameterDefinition.Flag.FlagAdvanced
)
NUMBER = (
    Qgis.ProcessingNumberParameterType
    if hasattr(Qgis, "ProcessingNumberParameterType")
    else QgsProcessingParameterNumber.Type
)
WKT = (
    Qgis.CrsWktVariant.Preferred
    if hasattr(Qgis, "CrsWktVariant")
    else QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
)
COLOUR = Qgis.RasterColorInterpretation if hasattr(Qgis, "RasterColorInterpretation") else QgsRaster.ColorInterpretation
POLYGONS = (
    Qgis.ProcessingSourceType.VectorPolygon
    if hasattr(Qgis, "ProcessingSourceType")
    else QgsProcessing.SourceType.TypeVectorPolygon
)
UNCHECKED = (
    Qgis.ProcessingFeatureSourceFlag.SkipGeometryValidityChecks
    if hasattr(Qgis, "ProcessingFeatureSourceFlag")
    else QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
)
DATA_TYPE = Qgis.DataType
