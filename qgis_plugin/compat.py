"""Enums that later versions of QGIS moved, under one name for all supported versions.

QGIS gathered them in `Qgis` between 3.30 and 3.38; 3.22 has them only in the classes that use them.
"""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsMapLayerProxyModel,
    QgsMapLayerType,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingFeatureSource,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsRaster,
    QgsTask,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
    QgsWkbTypes,
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
POLYGON = Qgis.GeometryType.Polygon if hasattr(Qgis, "GeometryType") else QgsWkbTypes.GeometryType.PolygonGeometry
LAYER_FILTER = Qgis.LayerFilter if hasattr(Qgis, "LayerFilter") else QgsMapLayerProxyModel.Filter
QUIET_TASK = (
    QgsTask.Flag.CanCancel | QgsTask.Flag.Silent | QgsTask.Flag.Hidden
    if hasattr(QgsTask.Flag, "Hidden")
    else QgsTask.Flag.CanCancel
)
TOLD_TASK = QgsTask.Flag.CanCancel | QgsTask.Flag.Silent if hasattr(QgsTask.Flag, "Silent") else QgsTask.Flag.CanCancel
"""Of a task whose end the plugin tells: QGIS would call a cancelled one failed, and before 3.26 it does."""
RASTERS = (
    Qgis.ProcessingSourceType.Raster if hasattr(Qgis, "ProcessingSourceType") else QgsProcessing.SourceType.TypeRaster
)
FOLDER = (
    Qgis.ProcessingFileParameterBehavior.Folder
    if hasattr(Qgis, "ProcessingFileParameterBehavior")
    else QgsProcessingParameterFile.Behavior.Folder
)
SUPPORTS_BATCH = (
    Qgis.ProcessingAlgorithmFlag.SupportsBatch
    if hasattr(Qgis, "ProcessingAlgorithmFlag")
    else QgsProcessingAlgorithm.Flag.FlagSupportsBatch
)
FIXED_TIME = Qgis.RasterTemporalMode.FixedTemporalRange
ANIMATED = (
    Qgis.TemporalNavigationMode.Animated
    if hasattr(Qgis, "TemporalNavigationMode")
    else QgsTemporalNavigationObject.NavigationMode.Animated
)
YEARS = Qgis.TemporalUnit.Years if hasattr(Qgis, "TemporalUnit") else QgsUnitTypes.TemporalUnit.TemporalYears
RASTER_LAYER = Qgis.LayerType.Raster if hasattr(Qgis, "LayerType") else QgsMapLayerType.RasterLayer
