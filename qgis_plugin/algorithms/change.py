"""The Processing algorithm `landcast:change`: what changed between two images of one place, without a model."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ..compat import ADVANCED, NUMBER
from ..translation import tr
from .base import LandcastAlgorithm, Parameters
from .command import CommandCancelledError, check_interpreter_is_set, read_image, run_command
from .loading import load_from

THRESHOLD_PERCENT = 99


class ChangeAlgorithm(LandcastAlgorithm):
    """Reads its layers in the main thread, then follows a process in the thread of the task; needs no worker."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    THRESHOLD = "THRESHOLD"
    STRICT = "STRICT"
    OUTPUT = "OUTPUT"
    CHANGED_SHARE, CHANGED_HA, COMPARED_HA = "CHANGED_SHARE", "CHANGED_HA", "COMPARED_HA"

    def name(self) -> str:
        return "change"

    def displayName(self) -> str:
        return tr("Map change between two images")

    def group(self) -> str:
        return tr("Two dates")

    def groupId(self) -> str:
        return "dates"

    def shortDescription(self) -> str:
        return tr("Maps where two images of one place differ, by statistics of these two images alone.")

    def shortHelpString(self) -> str:
        return tr(
            "Maps where two images of one place differ. No model is used and nothing is made up: what is unchanged is "
            "learned from the two images themselves, so that other light, brightness or contrast of the whole image "
            "does not count as change, and small shifts between the images hardly do.\n\n"
            "The result lies on the pixels of the coarser image, over the ground that both cover. Band 1 is the "
            "probability of change in percent; band 2 is its magnitude in levels of 8 bit, from 0 to 255. The bands "
            "that the layers show are the ones that are compared.\n\n"
            "Threshold: ground counts as changed from this probability on. It decides the numbers that come out, not "
            "the map: the share of changed ground, and hectares in true measure.\n\n"
            "Both layers must be files that Landcast opens by itself, or GeoTIFF files at an http(s) address; save "
            "others as GeoTIFF first. A prediction can be compared with its source or with what really came; the "
            "result then says that it is of a prediction."
        )

    def tags(self) -> list[str]:
        return tr("change,detection,difference,compare,before,after,MAD,probability").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.BEFORE, tr("Image of the first date")))
        self.addParameter(QgsProcessingParameterRasterLayer(self.AFTER, tr("Image of the second date")))
        self.addParameter(
            QgsProcessingParameterNumber(
                self.THRESHOLD, tr("Threshold: percent of probability from which on ground counts as changed"),
                NUMBER.Integer, THRESHOLD_PERCENT, minValue=1, maxValue=100,
            )
        )  # fmt: skip
        strict = QgsProcessingParameterBoolean(self.STRICT, tr("Strict: warnings are errors"), defaultValue=False)
        strict.setFlags(strict.flags() | ADVANCED)
        self.addParameter(strict)
        self.addParameter(QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Change map")))
        self.addOutput(QgsProcessingOutputNumber(self.CHANGED_SHARE, tr("Share of the ground that changed, 0 to 1")))
        self.addOutput(QgsProcessingOutputNumber(self.CHANGED_HA, tr("Hectares that changed")))
        self.addOutput(QgsProcessingOutputNumber(self.COMPARED_HA, tr("Hectares that were compared")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
            read_image(self, parameters, self.BEFORE, context)
            read_image(self, parameters, self.AFTER, context)
            check_interpreter_is_set()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        self._before = read_image(self, parameters, self.BEFORE, context)
        self._after = read_image(self, parameters, self.AFTER, context)
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        asked = Path(self.parameterAsOutputLayer(parameters, self.OUTPUT, context)).absolute()
        threshold = self.parameterAsInt(parameters, self.THRESHOLD, context)
        arguments = ["change", self._before[0], self._after[0], "--output", str(asked), "--overwrite"]
        arguments += ["--threshold", str(threshold)]
        for option, bands in (("--bands", self._before[1]), ("--after-bands", self._after[1])):
            arguments += [] if bands is None else [option, bands]
        if self.parameterAsBoolean(parameters, self.STRICT, context):
            arguments.append("--strict")
        feedback.setProgressText(tr("Comparing"))
        try:
            made = run_command(arguments, asked, feedback)
        except CommandCancelledError:
            return {}
        load_from(made["output"], str(asked), context)
        feedback.pushInfo(
            tr(
                "{share:.3g} % of the ground changed, {changed:.4g} of {compared:.4g} ha, with a probability of at "
                "least {threshold} %"
            ).format(
                share=100 * made["changed_share"], changed=made["changed_ha"], compared=made["compared_ha"],
                threshold=threshold,
            )
        )  # fmt: skip
        return {
            self.OUTPUT: made["output"],
            self.CHANGED_SHARE: made["changed_share"],
            self.CHANGED_HA: made["changed_ha"],
            self.COMPARED_HA: made["compared_ha"],
        }
