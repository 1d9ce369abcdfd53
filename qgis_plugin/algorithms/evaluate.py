"""The Processing algorithm `landcast:evaluate`: how good a model is on pairs that it has not seen."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from ...core.protocol.requests import EvaluateRequest
from ..compat import ADVANCED, NUMBER
from ..prediction import PredictionCancelledError
from ..translation import tr
from .base import LandcastAlgorithm, Parameters
from .long_job import DEVICE, carry_out_long, device_definition
from .pair_parameters import pair_definitions, read_pair
from .prediction_parameters import MEMBERS, MODEL, SEED, model_definition, read_text
from .ready_worker import ready_worker

METRICS_NAME, SHEET_NAME = "metrics.json", "sheet.png"
FIGURES = {
    "CRPS": "crps_over_persistence",
    "RMSE": "rmse_mean_over_persistence",
    "SPREAD_OVER_SKILL": "spread_over_skill",
    "MEMBER_STD": "member_std_over_truth",
    "TILES": "pairs",
    "DRESSED_CRPS": "dressed_crps_over_persistence",
}
"""Outputs, and what they are called in the file of metrics."""
DRESS = "DRESS_"


class EvaluateAlgorithm(LandcastAlgorithm):
    """The worker measures; the figures are read from the file that it writes."""

    OUTPUT = "OUTPUT"
    METRICS, SHEET = "METRICS", "SHEET"

    def name(self) -> str:
        return "evaluate"

    def displayName(self) -> str:
        return tr("Evaluate a model")

    def group(self) -> str:
        return tr("Your own model")

    def groupId(self) -> str:
        return "model"

    def shortDescription(self) -> str:
        return tr("Measures how well a model foresees the change between two dates that it was not trained on.")

    def shortHelpString(self) -> str:
        return tr(
            "Measures how well a model foresees the change between images of two dates. Give it places that the "
            "training never saw, as folders or files of the form that “Train a model” takes; “Export a training pair” "
            "makes them.\n\n"
            "The model draws several futures (members) for each tile of 128 pixels, which are compared with what "
            "really came. CRPS: the error of all members together as a share of what saying “nothing changes” gets; "
            "below 1 the model knows more than that. RMSE: the same for the mean of the members. Spread over skill "
            "and deviation of a member: right at 1, below 1 the members differ too little. With training pairs given "
            "to compare with, “nothing changes” that is dressed with changes from these pairs is measured as well: a "
            "rival that is harder to beat.\n\n"
            "The folder gets {metrics} with all figures, and {sheet}, a picture of good, typical and bad tiles. This "
            "needs a worker on this machine, and Landcast with its training part: pip install 'landcast[training]'."
        ).format(metrics=METRICS_NAME, sheet=SHEET_NAME)

    def tags(self) -> list[str]:
        return tr("evaluate,evaluation,skill,score,CRPS,backtest,validation,accuracy").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        for definition in (*pair_definitions(), model_definition(MODEL)):
            self.addParameter(definition)
        self.addParameter(QgsProcessingParameterNumber(MEMBERS, tr("Members"), NUMBER.Integer, 16, minValue=2))
        advanced = [
            QgsProcessingParameterNumber(SEED, tr("Seed"), NUMBER.Integer, 0, minValue=0),
            *pair_definitions(DRESS, is_optional=True),
            device_definition(),
        ]
        for definition in advanced:
            definition.setFlags(definition.flags() | ADVANCED)
            self.addParameter(definition)
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Folder of the results")))
        self.addOutput(QgsProcessingOutputFile(self.METRICS, tr("File of all figures")))
        self.addOutput(QgsProcessingOutputFile(self.SHEET, tr("Picture of tiles")))
        for name, label in figure_labels().items():
            self.addOutput(QgsProcessingOutputNumber(name, label))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
            self._request(parameters, context)
            ready_worker()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        self._choice = ready_worker()
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Parameters:
        request = self._request(parameters, context)
        try:
            carry_out_long(self._choice, self._worker, request, feedback)
        except PredictionCancelledError:
            return {}
        folder = Path(request.folder)
        metrics: dict[str, Any] = json.loads((folder / METRICS_NAME).read_text(encoding="utf-8"))
        outputs: Parameters = {
            self.OUTPUT: str(folder),
            self.METRICS: str(folder / METRICS_NAME),
            self.SHEET: str(folder / SHEET_NAME),
        }
        for name, label in figure_labels().items():
            value = metrics.get(FIGURES[name])
            if value is not None:
                outputs[name] = value
                feedback.pushInfo(f"{label}: {value:.4g}")
        return outputs

    def _request(self, parameters: Parameters, context: QgsProcessingContext) -> EvaluateRequest:
        """What the worker is asked.

        Raises:
            QgsProcessingException: a path is none, or the dates cannot be pairs.
        """
        pair, dress = read_pair(self, parameters, context), read_pair(self, parameters, context, DRESS)
        if pair is None:
            raise QgsProcessingException(tr("There is nothing to measure on: give images of two dates."))
        request = EvaluateRequest(
            pairs=(pair,),
            folder=str(Path(self.parameterAsString(parameters, self.OUTPUT, context)).absolute()),
            members=self.parameterAsInt(parameters, MEMBERS, context),
            seed=self.parameterAsInt(parameters, SEED, context),
            dress_with=() if dress is None else (dress,),
            device=self.parameterAsEnumString(parameters, DEVICE, context) or "auto",
        )
        model = read_text(self, parameters, MODEL, context)
        if model is None:
            return request
        folder = Path(model).expanduser()
        return replace(request, model=str(folder.absolute()) if folder.is_dir() else model)


def figure_labels() -> dict[str, str]:
    """The figures that are outputs, and what they are called."""
    return {
        "CRPS": tr("CRPS over that of “nothing changes”"),
        "RMSE": tr("RMSE of the mean over that of “nothing changes”"),
        "SPREAD_OVER_SKILL": tr("Spread over skill"),
        "MEMBER_STD": tr("Deviation of a member over the truth's"),
        "TILES": tr("Tiles that were measured"),
        "DRESSED_CRPS": tr("CRPS of dressed persistence over that of “nothing changes”"),
    }
