"""The Processing algorithm `landcast:match`: an image gets the colours of another one."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ..compat import ADVANCED
from ..translation import tr
from .base import LandcastAlgorithm, Parameters
from .command import CommandCancelledError, check_interpreter_is_set, read_image, run_command
from .loading import load_from


class MatchAlgorithm(LandcastAlgorithm):
    """Reads its layers in the main thread, then follows a process in the thread of the task; needs no worker."""

    INPUT = "INPUT"
    REFERENCE = "REFERENCE"
    WHOLE = "WHOLE"
    STRICT = "STRICT"
    OUTPUT = "OUTPUT"
    DISTANCE_BEFORE, DISTANCE_AFTER = "DISTANCE_BEFORE", "DISTANCE_AFTER"

    def name(self) -> str:
        return "match"

    def displayName(self) -> str:
        return tr("Match colours of two images")

    def group(self) -> str:
        return tr("Two dates")

    def groupId(self) -> str:
        return "dates"

    def shortDescription(self) -> str:
        return tr("Gives an image the colours of another one (histogram matching), so that the two can be compared.")

    def shortHelpString(self) -> str:
        return tr(
            "Two images of one place differ in light, season and sensor before anything has changed on the ground. "
            "This gives one image the distribution of values of another, band by band (histogram matching), so that "
            "what still differs is more likely to be real change.\n\n"
            "What is compared are the pixels on the ground that both images cover, or all of both where you say so. "
            "The result lies on the pixels of the first image and has the data type of the reference. The bands that "
            "the layers show are the ones that are matched.\n\n"
            "Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save "
            "others as GeoTIFF first. The outputs say how far the values lay apart before and after: 0 is the same "
            "distribution, 1 has nothing in common."
        )

    def tags(self) -> list[str]:
        return tr("histogram,match,matching,colour,color,normalise,normalize,harmonise,harmonize").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, tr("Image that gets other colours")))
        self.addParameter(QgsProcessingParameterRasterLayer(self.REFERENCE, tr("Image whose colours it gets")))
        self.addParameter(
            QgsProcessingParameterBoolean(
                self.WHOLE, tr("Compare all of both images, not only the ground that both cover"), defaultValue=False
            )
        )
        strict = QgsProcessingParameterBoolean(self.STRICT, tr("Strict: warnings are errors"), defaultValue=False)
        strict.setFlags(strict.flags() | ADVANCED)
        self.addParameter(strict)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Image in the other's colours")))
        self.addOutput(QgsProcessingOutputNumber(self.DISTANCE_BEFORE, tr("Distance of the values before, 0 to 1")))
        self.addOutput(QgsProcessingOutputNumber(self.DISTANCE_AFTER, tr("Distance of the values after, 0 to 1")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
            read_image(self, parameters, self.INPUT, context)
            read_image(self, parameters, self.REFERENCE, context)
            check_interpreter_is_set()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        self._source = read_image(self, parameters, self.INPUT, context)
        self._reference = read_image(self, parameters, self.REFERENCE, context)
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        asked = Path(self.parameterAsOutputLayer(parameters, self.OUTPUT, context)).absolute()
        arguments = ["match", self._source[0], self._reference[0], "--output", str(asked), "--overwrite"]
        for option, bands in (("--bands", self._source[1]), ("--reference-bands", self._reference[1])):
            arguments += [] if bands is None else [option, bands]
        for name, option in ((self.WHOLE, "--whole"), (self.STRICT, "--strict")):
            arguments += [option] if self.parameterAsBoolean(parameters, name, context) else []
        feedback.setProgressText(tr("Matching"))
        try:
            made = run_command(arguments, asked, feedback)
        except CommandCancelledError:
            return {}
        load_from(made["output"], str(asked), context)
        distances = {
            self.DISTANCE_BEFORE: _mean(made["distance_before"]),
            self.DISTANCE_AFTER: _mean(made["distance_after"]),
        }
        feedback.pushInfo(
            tr("Distance of the values: {before:.3f} before, {after:.3f} after").format(
                before=distances[self.DISTANCE_BEFORE], after=distances[self.DISTANCE_AFTER]
            )
        )
        return {self.OUTPUT: made["output"], **distances}


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
