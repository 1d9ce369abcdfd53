"""The Processing algorithm `landcast:predict`: from an image of today to a future layer."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterBlockFeedback,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import Qt

from ..area_file import AreaError, write_area
from ..compat import ADVANCED, NUMBER, POLYGONS
from ..interpreter import InterpreterError
from ..layers.prepared import crs_text, prepare_source
from ..layers.reader import LayerReadError
from ..layers.sending import check_place
from ..prediction import (
    Extent,
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..source_file import FORMATS, find_source
from ..translation import tr
from ..worker.choice import OwnWorker, WorkerChoiceError, choose_worker
from ..worker.installing import plugin_libraries
from ..worker.pyzmq import MissingPyzmqError, use_pyzmq
from .base import LandcastAlgorithm, Parameters
from .feedback_listener import FeedbackListener


class PredictAlgorithm(LandcastAlgorithm):
    """Reads its parameters in the main thread, then waits for the worker in the thread of the task."""

    INPUT = "INPUT"
    EXTENT = "EXTENT"
    AREA = "AREA"
    GROUND_SCALE = "GROUND_SCALE"
    YEARS = "YEARS"
    SOURCE_DATE = "SOURCE_DATE"
    SEED = "SEED"
    MEMBERS = "MEMBERS"
    MODEL = "MODEL"
    STRICT = "STRICT"
    OUTPUT = "OUTPUT"

    def name(self) -> str:
        return "predict"

    def displayName(self) -> str:
        return tr("Predict future landscape")

    def shortDescription(self) -> str:
        return tr("Shows how the landscape of an aerial image may look some years later.")

    def shortHelpString(self) -> str:
        return tr(
            "Shows how the landscape of an aerial or satellite image may look some years later, as a GeoTIFF on "
            "the ground that the image covers. The result is made up by a statistical model: it shows one way "
            "things may go, it is not an observation.\n\n"
            "The image is any raster layer that QGIS shows: a local {formats} file, a local VRT or a GeoTIFF at an "
            "http(s) address, of any bands, 8 or 16 bit or float, which Landcast opens by itself; or a web service "
            "(XYZ tiles, WMS), a layer in memory or behind a password, which QGIS reads for it: give an extent or an "
            "area then, and mind the terms of the service. The bands that the layer shows, in colour or in grey, are "
            "the ones that are predicted. The result lies on the pixels of the image, or on true metres where the "
            "ground scale or the image's CRS ask for it, and holds its values, so that it lies over the image without "
            "a change of colour.\n\n"
            "What to predict: an extent, or the polygons of an area, or all of the image. Ground scale: how many "
            "metres one tile of the model covers; a coarser scale is computed faster and shows less detail. Date of "
            "the image: a year (2016), month (2016-06) or day (2016-06-14), where the image does not say it. Seed: "
            "the same seed gives the same result. Members: how many samples of the future are drawn; with several, "
            "their spread and the probability of change are written beside the result. Model: the name or the folder "
            "of a model; empty for the one that comes with Landcast. Strict: where there is anything to warn of, "
            "nothing is predicted.\n\n"
            "Landcast runs beside QGIS, as a worker that keeps its model loaded and ends with QGIS, in a Python "
            "environment of its own. Its interpreter is set by the environment variable LANDCAST_PYTHON or the QGIS "
            "setting landcast/python; the setting landcast/worker names a worker on another machine instead."
        ).format(formats=FORMATS)

    def tags(self) -> list[str]:
        return tr("future,forecast,landscape,change,aerial,satellite,image,imagery").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Image of today")))
        self.addParameter(QgsProcessingParameterExtent(self.EXTENT, tr("Extent to predict"), optional=True))
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                self.AREA, tr("Area to predict: polygons, instead of an extent"), [POLYGONS], optional=True
            )
        )
        for parameter in self._advanced_parameters():
            parameter.setFlags(parameter.flags() | ADVANCED)
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Future landscape")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        if self._has_area(parameters) and not self.parameterAsExtent(parameters, self.EXTENT, context).isNull():
            return False, tr("An extent and an area to predict exclude each other: give one of them.")
        try:
            layer = self._layer(parameters, context)
            if find_source(layer) is None:
                check_place(layer)
            choose_worker()
            use_pyzmq(plugin_libraries())
        except (
            QgsProcessingException, InterpreterError, LayerReadError, MissingPyzmqError, WorkerChoiceError
        ) as error:  # fmt: skip
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        layer = self._layer(parameters, context)
        try:
            self._choice = choose_worker()
            use_pyzmq(plugin_libraries())
        except (InterpreterError, WorkerChoiceError, MissingPyzmqError) as error:
            raise QgsProcessingException(str(error)) from error
        # A layer that was only opened for this run, from a path, is seen by nobody.
        is_seen = context.temporaryLayerStore().mapLayer(layer.id()) is None
        loading = QgsRasterBlockFeedback()
        feedback.canceled.connect(loading.cancel, Qt.ConnectionType.DirectConnection)
        try:
            self._prepared = prepare_source(
                layer, isinstance(self._choice, OwnWorker), is_seen, loading, feedback.isCanceled
            )
        except LayerReadError as error:
            raise QgsProcessingException(str(error)) from error
        for text in self._prepared.warnings:
            feedback.pushWarning(text)
        for text in self._prepared.notes:
            feedback.pushInfo(text)
        self._extent = self._read_extent(parameters, context, layer.crs())
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        output = self._output(parameters, context)
        try:
            with self._written_area(parameters, context) as area:
                request = self._request(parameters, context, output, area)
                files = self._predict(request, FeedbackListener(feedback))
        except PredictionCancelledError:
            return {}
        except (PredictionFailedError, InterpreterError, AreaError) as error:
            raise QgsProcessingException(str(error)) from error
        except PredictionCrashedError as error:
            raise QgsProcessingException(tr("Landcast ended unexpectedly: {}").format(error)) from error
        for path in files.beside:
            feedback.pushInfo(tr("Also written: {}").format(path))
        _load_from(str(files.output), str(output), context)
        return {self.OUTPUT: str(files.output)}

    def _predict(self, request: PredictionRequest, listener: FeedbackListener) -> PredictedFiles:
        # it imports pyzmq, which was made sure of by now
        from ..worker.predicting import predict

        try:
            return predict(self._choice, self._worker, request, self._prepared.reader, listener)
        finally:
            # its provider goes in the thread that used it
            del self._prepared

    def _advanced_parameters(self) -> list[QgsProcessingParameterDefinition]:
        return [
            QgsProcessingParameterNumber(
                self.GROUND_SCALE,
                tr("Ground scale: metres that one tile covers (0: as the image has it)"),
                NUMBER.Double,
                optional=True,
                minValue=0,
            ),
            QgsProcessingParameterNumber(
                self.YEARS,
                tr("Years ahead (0: as the model was trained)"),
                NUMBER.Double,
                optional=True,
                minValue=0,
            ),
            QgsProcessingParameterString(
                self.SOURCE_DATE, tr("Date of the image (empty: as the image says)"), optional=True
            ),
            QgsProcessingParameterNumber(self.SEED, tr("Seed"), NUMBER.Integer, 0, minValue=0),
            QgsProcessingParameterNumber(self.MEMBERS, tr("Members"), NUMBER.Integer, 1, minValue=1),
            QgsProcessingParameterString(
                self.MODEL, tr("Model: name or folder (empty: the one that comes with Landcast)"), optional=True
            ),
            QgsProcessingParameterBoolean(self.STRICT, tr("Strict: warnings are errors"), defaultValue=False),
        ]

    def _layer(self, parameters: Parameters, context: QgsProcessingContext) -> QgsRasterLayer:
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        return layer

    def _read_extent(
        self, parameters: Parameters, context: QgsProcessingContext, source_crs: QgsCoordinateReferenceSystem
    ) -> Extent | None:
        rectangle = self.parameterAsExtent(parameters, self.EXTENT, context)
        if rectangle.isNull():
            return None
        crs = self.parameterAsExtentCrs(parameters, self.EXTENT, context)
        bounds = (rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum())
        # An extent typed without a CRS and outside a project has none; a picture has none either.
        crs = crs if crs.isValid() else source_crs
        return Extent(bounds, crs_text(crs) if crs.isValid() else None)

    def _has_area(self, parameters: Parameters) -> bool:
        return parameters.get(self.AREA) not in (None, "")

    @contextmanager
    def _written_area(self, parameters: Parameters, context: QgsProcessingContext) -> Iterator[Path | None]:
        """The area as a file, for as long as the worker may read it."""
        if not self._has_area(parameters):
            yield None
            return
        source = self.parameterAsSource(parameters, self.AREA, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.AREA))
        with tempfile.TemporaryDirectory(prefix="landcast-") as folder:
            yield write_area(source, Path(folder), context.transformContext())

    def _output(self, parameters: Parameters, context: QgsProcessingContext) -> Path:
        output = Path(self.parameterAsOutputLayer(parameters, self.OUTPUT, context)).absolute()
        source = self._prepared.source
        if isinstance(source, Path) and output.exists() and output.samefile(source):
            raise QgsProcessingException(
                tr("The result would replace the image it is made from, {}: choose another file.").format(output)
            )
        return output

    def _request(
        self, parameters: Parameters, context: QgsProcessingContext, output: Path, area: Path | None
    ) -> PredictionRequest:
        return PredictionRequest(
            source=self._prepared.source,
            name=self._prepared.name,
            output=output,
            extent=self._extent,
            area=area,
            bands=self._prepared.bands,
            ground_scale_m=self.parameterAsDouble(parameters, self.GROUND_SCALE, context) or None,
            years_ahead=self.parameterAsDouble(parameters, self.YEARS, context) or None,
            source_date=self.parameterAsString(parameters, self.SOURCE_DATE, context).strip() or None,
            members=self.parameterAsInt(parameters, self.MEMBERS, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            model=self.parameterAsString(parameters, self.MODEL, context).strip() or None,
            is_strict=self.parameterAsBoolean(parameters, self.STRICT, context),
        )


def _load_from(written: str, asked: str, context: QgsProcessingContext) -> None:
    """Let QGIS load the file that was written: another one, where the asked name was held open."""
    layers = context.layersToLoadOnCompletion()
    if written != asked and asked in layers:
        layers[written] = layers.pop(asked)
        context.setLayersToLoadOnCompletion(layers)
