"""Enums that later versions of QGIS moved, under one name for all supported versions.

QGIS 3.36 gathered them in `Qgis`; 3.22 has them only in the classes that use them.
"""

from __future__ import annotations

from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsProcessingParameterDefinition, QgsProcessingParameterNumber

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
