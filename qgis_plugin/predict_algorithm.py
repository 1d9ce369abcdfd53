"""The Processing algorithm `landcast:predict`: from an image of today to a future layer."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QIcon

from . import command_line
from .child_process import ChildCancelledError
from .compat import ADVANCED, NUMBER, WKT
from .interpreter import InterpreterError, check_interpreter, find_interpreter
from .prediction import (
    Extent,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)
from .source_file import UnsupportedLayerError, find_source_file
from .translation import tr

ICON_PATH = Path(__file__).parent / "icon.svg"
Parameters = dict[str, Any]


class PredictAlgorithm(QgsProcessingAlgorithm):  # type: ignore[misc]
    """Reads its parameters in the main thread, then waits for Landcast in the thread of the task."""

    INPUT = "INPUT"
    EXTENT = "EXTENT"
    GROUND_SCALE = "GROUND_SCALE"
    YEARS = "YEARS"
    SEED = "SEED"
    MEMBERS = "MEMBERS"
    MODEL = "MODEL"
    OUTPUT = "OUTPUT"

    def createInstance(self) -> PredictAlgorithm:
        return PredictAlgorithm()

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
            "The image is a local GeoTIFF file of red, green and blue with 8 bits each.\n\n"
            "Ground scale: how many metres one tile of the model covers; a coarser scale is computed faster and "
            "shows less detail. Seed: the same seed gives the same result. Members: how many samples of the "
            "future are drawn; with several, their spread and the probability of change are written beside the "
            "result. Model: the name or the folder of a model; empty for the one that comes with Landcast.\n\n"
            "Landcast runs in a Python environment of its own. Its interpreter is set by the environment variable "
            "LANDCAST_PYTHON or the QGIS setting landcast/python."
        )

    def tags(self) -> list[str]:
        return tr("future,forecast,landscape,change,aerial,satellite,image,imagery").split(",")

    def icon(self) -> QIcon:
        return QIcon(str(ICON_PATH))

    def svgIconPath(self) -> str:
        return str(ICON_PATH)

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Image of today")))
        self.addParameter(QgsProcessingParameterExtent(self.EXTENT, tr("Area to predict"), optional=True))
        for parameter in self._advanced_parameters():
            parameter.setFlags(parameter.flags() | ADVANCED)
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Future landscape")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
            find_source_file(self._layer(parameters, context))
            find_interpreter()
        except (QgsProcessingException, UnsupportedLayerError, InterpreterError) as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        layer = self._layer(parameters, context)
        try:
            self._source = find_source_file(layer)
            self._interpreter = find_interpreter()
        except (UnsupportedLayerError, InterpreterError) as error:
            raise QgsProcessingException(str(error)) from error
        if layer.crs() != layer.dataProvider().crs():
            feedback.pushWarning(
                tr("The layer's CRS was changed in QGIS; the one that stands in the file is used: {}").format(
                    self._source
                )
            )
        self._extent = self._read_extent(parameters, context, layer.crs())
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        request = self._request(parameters, context)
        listener = _FeedbackListener(feedback)
        feedback.setProgressText(tr("Starting Landcast"))
        try:
            check_interpreter(self._interpreter, listener.is_cancelled)
            files = command_line.predict(self._interpreter, request, listener)
        except (PredictionCancelledError, ChildCancelledError):
            return {}
        except (PredictionFailedError, InterpreterError) as error:
            raise QgsProcessingException(str(error)) from error
        except PredictionCrashedError as error:
            raise QgsProcessingException(tr("Landcast ended unexpectedly: {}").format(error)) from error
        for path in files.beside:
            feedback.pushInfo(tr("Also written: {}").format(path))
        _load_from(str(files.output), str(request.output), context)
        return {self.OUTPUT: str(files.output)}

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
            QgsProcessingParameterNumber(self.SEED, tr("Seed"), NUMBER.Integer, 0, minValue=0),
            QgsProcessingParameterNumber(self.MEMBERS, tr("Members"), NUMBER.Integer, 1, minValue=1),
            QgsProcessingParameterString(
                self.MODEL, tr("Model: name or folder (empty: the one that comes with Landcast)"), optional=True
            ),
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
        # An extent typed without a CRS and outside a project has none.
        return Extent(bounds, _crs_text(crs if crs.isValid() else source_crs))

    def _request(self, parameters: Parameters, context: QgsProcessingContext) -> PredictionRequest:
        output = Path(self.parameterAsOutputLayer(parameters, self.OUTPUT, context)).absolute()
        if output.exists() and output.samefile(self._source):
            raise QgsProcessingException(
                tr("The result would replace the image it is made from, {}: choose another file.").format(output)
            )
        return PredictionRequest(
            source=self._source,
            output=output,
            extent=self._extent,
            ground_scale_m=self.parameterAsDouble(parameters, self.GROUND_SCALE, context) or None,
            years_ahead=self.parameterAsDouble(parameters, self.YEARS, context) or None,
            members=self.parameterAsInt(parameters, self.MEMBERS, context),
            seed=self.parameterAsInt(parameters, self.SEED, context),
            model=self.parameterAsString(parameters, self.MODEL, context).strip() or None,
        )


class _FeedbackListener:
    """Passes what Landcast says to the log and the progress bar of Processing."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback

    def show_progress(self, done: int, total: int) -> None:
        if total > 0:
            self._feedback.setProgress(100 * done / total)

    def warn(self, text: str) -> None:
        self._feedback.pushWarning(text)

    def log(self, text: str) -> None:
        self._feedback.pushConsoleInfo(text)

    def is_cancelled(self) -> bool:
        return bool(self._feedback.isCanceled())


def _load_from(written: str, asked: str, context: QgsProcessingContext) -> None:
    """Let QGIS load the file that was written: another one, where the asked name was held open."""
    layers = context.layersToLoadOnCompletion()
    if written != asked and asked in layers:
        layers[written] = layers.pop(asked)
        context.setLayersToLoadOnCompletion(layers)


def _crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """The code of an authority that others know too, else WKT."""
    code = str(crs.authid())
    return code if code and not code.startswith("USER:") else str(crs.toWkt(WKT))
