"""The Processing algorithm `landcast:predict`: from an image of today to a future layer."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ..area_file import AreaError
from ..interpreter import InterpreterError
from ..layers.reader import LayerReadError
from ..layers.sending import check_place
from ..prediction import (
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from ..source_file import FORMATS, find_source
from ..translation import tr
from .area_parameters import area_definitions, check_area, read_extent, written_area
from .base import LandcastAlgorithm, Parameters
from .feedback_listener import FeedbackListener
from .layer_sources import prepare_layer, read_raster
from .loading import load_from
from .prediction_parameters import prediction_definitions, read_settings
from .ready_worker import ready_worker


class PredictAlgorithm(LandcastAlgorithm):
    """Reads its parameters in the main thread, then waits for the worker in the thread of the task."""

    INPUT = "INPUT"
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
            "their spread and the probability of change are written beside the result, which is calibrated where the "
            "model is, and else the share of the members that change; the log says which. Most typical future: of at "
            "least 3 members the one that is most like the others, place by place. Distance from the training: one "
            "value for each tile of the model, up to 1 where it is like what the model was trained on; the model has "
            "to say what that was. Model: the name or the folder "
            "of a model; empty for the one that comes with Landcast. Keep every iteration: to look further ahead than "
            "the model was trained for, it predicts from its own result again; the steps in between are written "
            "beside the result then. Strict: where there is anything to warn of, nothing is predicted.\n\n"
            "Landcast runs beside QGIS, as a worker that keeps its model loaded and ends with QGIS, in a Python "
            "environment of its own. Its interpreter is set by the environment variable LANDCAST_PYTHON or the QGIS "
            "setting landcast/python; the setting landcast/worker names a worker on another machine instead."
        ).format(formats=FORMATS)

    def tags(self) -> list[str]:
        return tr("future,forecast,landscape,change,aerial,satellite,image,imagery").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Image of today")))
        areas = area_definitions(tr("Extent to predict"), tr("Area to predict: polygons, instead of an extent"))
        for parameter in (*areas, *prediction_definitions()):
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Future landscape")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        problem = check_area(self, parameters, context)
        if problem is not None:
            return False, problem
        try:
            layer = read_raster(self, parameters, self.INPUT, context)
            if find_source(layer) is None:
                check_place(layer)
            ready_worker()
        except (QgsProcessingException, LayerReadError) as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        layer = read_raster(self, parameters, self.INPUT, context)
        self._choice = ready_worker()
        self._prepared = prepare_layer(layer, self._choice, context, feedback)
        self._extent = read_extent(self, parameters, context, layer.crs())
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        output = self._output(parameters, context)
        try:
            with written_area(self, parameters, context) as area:
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
        load_from(str(files.output), str(output), context)
        return {self.OUTPUT: str(files.output)}

    def _predict(self, request: PredictionRequest, listener: FeedbackListener) -> PredictedFiles:
        # it imports pyzmq, which was made sure of by now
        from ..worker.predicting import predict

        try:
            return predict(self._choice, self._worker, request, self._prepared.reader, listener)
        finally:
            # its provider goes in the thread that used it
            del self._prepared

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
            **asdict(read_settings(self, parameters, context)),
        )
