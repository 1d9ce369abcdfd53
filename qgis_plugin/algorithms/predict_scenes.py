"""The Processing algorithm `landcast:predictscenes`: many images, one after the other, by one worker."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingUtils,
    QgsRasterLayer,
)

from ..compat import FOLDER, RASTERS
from ..interpreter import InterpreterError
from ..layers.prepared import PreparedSource
from ..layers.reader import LayerReadError
from ..source_file import FORMATS
from ..translation import tr
from .base import LandcastAlgorithm, Parameters
from .layer_sources import is_seen
from .prediction_parameters import prediction_definitions, read_settings, read_text
from .ready_worker import ready_worker
from .scene_list import Scene, find_files, list_scenes
from .scene_run import SceneRun, prepare_scene
from .scene_summary import FAILED, NAME, PREDICTED, SKIPPED, Row, Summary

MOST_TOLD = 5
"""Failed scenes that an error names; the table names all."""


class PredictScenesAlgorithm(LandcastAlgorithm):
    """A scene that fails does not stop the others; what is done is done when the run is stopped."""

    INPUT = "INPUT"
    FOLDER = "FOLDER"
    SKIP_EXISTING = "SKIP_EXISTING"
    OUTPUT = "OUTPUT"
    SUMMARY, RESULTS = "SUMMARY", "RESULTS"
    PREDICTED, SKIPPED, FAILED = "PREDICTED", "SKIPPED", "FAILED"

    def name(self) -> str:
        return "predictscenes"

    def displayName(self) -> str:
        return tr("Predict future landscape of several scenes")

    def shortDescription(self) -> str:
        return tr("Predicts a future layer for each of several images, one after the other.")

    def shortHelpString(self) -> str:
        return tr(
            "Predicts how the landscape of several images may look some years later: of layers, of all images in a "
            "folder ({formats} files and .vrt, without subfolders), or of both. Each result is a GeoTIFF in the "
            "output folder, named after its image: town.tif becomes town_pred.tif. An image is never replaced, and "
            "predictions that lie in the folder are not predicted again.\n\n"
            "The images are predicted one after the other by one worker, which keeps its model loaded. One that "
            "fails is told of in the log, and the rest goes on. The file {table} in the output folder says what "
            "became of each image.\n\n"
            "Leave out what is there: results of an earlier run are kept, so that a run that was stopped goes on where "
            "it stopped. A result is kept where it says the same image name, model, seed and members, and the same "
            "years, ground scale and date of the image where you give them; one that says otherwise counts as failed, "
            "and stays. What you leave to the model or the image is not compared, nor are the pixels of the image. "
            "Otherwise earlier predictions are replaced. The other settings are those of “Predict future landscape”, "
            "and hold for all images."
        ).format(formats=FORMATS, table=NAME)

    def tags(self) -> list[str]:
        return tr("future,forecast,landscape,batch,several,folder,scenes,images").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterMultipleLayers(self.INPUT, tr("Images of today"), RASTERS, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterFile(self.FOLDER, tr("Folder of images of today"), FOLDER, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterBoolean(
                self.SKIP_EXISTING, tr("Leave out what is there from an earlier run"), defaultValue=True
            )
        )
        for definition in prediction_definitions():
            self.addParameter(definition)
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Folder of the predictions")))
        self.addOutput(QgsProcessingOutputFile(self.SUMMARY, tr("Table of what became of each image")))
        self.addOutput(QgsProcessingOutputMultipleLayers(self.RESULTS, tr("Future landscapes")))
        self.addOutput(QgsProcessingOutputNumber(self.PREDICTED, tr("Number of images that were predicted")))
        self.addOutput(QgsProcessingOutputNumber(self.SKIPPED, tr("Number of images that were left out")))
        self.addOutput(QgsProcessingOutputNumber(self.FAILED, tr("Number of images that failed")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        # one image that cannot be opened is a failed scene, and would be an incorrect list to QGIS
        openable = self._openable(parameters, context)
        is_valid, message = super().checkParameterValues({**parameters, self.INPUT: openable}, context)
        if not is_valid:
            return False, message
        try:
            if not parameters.get(self.INPUT) and not self._files(parameters, context):
                return False, self._nothing(parameters, context)
            ready_worker()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        self._choice = ready_worker()
        self._prepared: list[PreparedSource] = []
        self._unreadable: list[Row] = []
        for layer in self._layers(parameters, context):
            try:
                self._prepared.append(prepare_scene(layer, self._choice, is_seen(layer, context), feedback))
            except LayerReadError as error:
                self._unreadable.append(Row(layer.name(), "", "", FAILED, message=str(error)))
        for text in self._unopened(parameters, context):
            self._unreadable.append(Row(Path(text).name, text, "", FAILED, message=tr("QGIS cannot open it.")))
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        folder = Path(self.parameterAsString(parameters, self.OUTPUT, context)).absolute()
        scenes = list_scenes(self._prepared, self._files(parameters, context), folder)
        self._prepared = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            summary = self._predict_all(parameters, context, feedback, scenes, Summary(folder / NAME))
        except OSError as error:
            raise QgsProcessingException(
                tr("{path}: cannot be written: {reason}").format(path=folder, reason=error.strerror)
            ) from error
        except InterpreterError as error:
            raise QgsProcessingException(str(error)) from error
        if feedback.isCanceled():
            return {}
        self._judge(summary, feedback)
        return {
            self.OUTPUT: str(folder),
            self.SUMMARY: str(summary.path),
            self.RESULTS: [row.output for row in summary.rows if row.status in (PREDICTED, SKIPPED)],
            self.PREDICTED: summary.count(PREDICTED),
            self.SKIPPED: summary.count(SKIPPED),
            self.FAILED: summary.count(FAILED),
        }

    def _predict_all(
        self,
        parameters: Parameters,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        scenes: list[Scene],
        summary: Summary,
    ) -> Summary:
        for row in self._unreadable:
            summary.add(row)
            feedback.reportError(tr("{scene} failed: {reason}").format(scene=row.scene, reason=row.message))
        settings = read_settings(self, parameters, context)
        is_skipping = self.parameterAsBoolean(parameters, self.SKIP_EXISTING, context)
        asked = summary.path
        try:
            SceneRun(self._choice, self._worker, settings, is_skipping, feedback).predict_all(scenes, summary)
        finally:
            if not summary.finish():
                feedback.pushWarning(
                    tr("{table} is open in another program: what became of each image is in {other}.").format(
                        table=asked, other=summary.path
                    )
                )
        return summary

    def _judge(self, summary: Summary, feedback: QgsProcessingFeedback) -> None:
        failed = [row for row in summary.rows if row.status == FAILED]
        if not failed:
            return
        if len(failed) == len(summary.rows):
            reasons = "\n".join(f"{row.scene}: {row.message}" for row in failed[:MOST_TOLD])
            raise QgsProcessingException(
                tr("No image could be predicted; {table} says why:\n{reasons}").format(
                    table=summary.path, reasons=reasons
                )
            )
        feedback.pushWarning(
            tr("{failed} of {total} images failed; {table} says why.").format(
                failed=len(failed), total=len(summary.rows), table=summary.path
            )
        )

    def _layers(self, parameters: Parameters, context: QgsProcessingContext) -> list[QgsRasterLayer]:
        if not parameters.get(self.INPUT):
            return []
        found = self.parameterAsLayerList(parameters, self.INPUT, context)
        return [layer for layer in found if isinstance(layer, QgsRasterLayer)]

    def _unopened(self, parameters: Parameters, context: QgsProcessingContext) -> list[str]:
        """What was given as an image and is none, which QGIS leaves out without a word."""
        given = parameters.get(self.INPUT) or []
        texts = [one for one in ([given] if isinstance(given, str) else given) if isinstance(one, str)]
        return [text for text in texts if QgsProcessingUtils.mapLayerFromString(text, context) is None]

    def _openable(self, parameters: Parameters, context: QgsProcessingContext) -> Any:
        """The images as they were given, without those that QGIS cannot open."""
        given = parameters.get(self.INPUT)
        unopened = self._unopened(parameters, context)
        if not unopened:
            return given
        rest = [] if isinstance(given, str) else [one for one in given or [] if one not in unopened]
        return rest or None

    def _files(self, parameters: Parameters, context: QgsProcessingContext) -> list[Path]:
        """The images of the folder.

        Raises:
            QgsProcessingException: there is no such folder.
        """
        text = read_text(self, parameters, self.FOLDER, context)
        if text is None:
            return []
        try:
            return find_files(Path(text))
        except OSError as error:
            raise QgsProcessingException(
                tr("{path}: cannot be read as a folder: {reason}").format(path=text, reason=error.strerror)
            ) from error

    def _nothing(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        text = read_text(self, parameters, self.FOLDER, context)
        if text is None:
            return tr("There is nothing to predict: choose layers, or a folder of images.")
        return tr("{} holds no image to predict: choose another folder, or layers.").format(text)
