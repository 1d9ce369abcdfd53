"""The Processing algorithm `landcast:train`: a model of one's own from images of two dates."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFolder,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...core.protocol.requests import TrainRequest
from ..compat import ADVANCED, FOLDER, NUMBER
from ..prediction import PredictionCancelledError
from ..translation import tr
from .base import LandcastAlgorithm, Parameters
from .long_job import DEVICE, carry_out_long, device_definition
from .pair_parameters import pair_definitions, read_pair
from .prediction_parameters import read_text
from .ready_worker import ready_worker
from .training_sources import read_base, read_dataset

PRESETS = ["default", "fast", "reference", "native128"]
GIB = 2**30
STAGES = ["all", "forecaster", "upscaler"]


class TrainAlgorithm(LandcastAlgorithm):
    """The worker trains; checkpoints stand beside the model's folder, so that what was stopped can go on."""

    DATASET = "DATASET"
    BASE = "BASE"
    MEMORY = "MEMORY"
    CONFIG = "CONFIG"
    PRESET = "PRESET"
    MAX_STEPS = "MAX_STEPS"
    STAGE = "STAGE"
    RESUME = "RESUME"
    THREADS = "THREADS"
    OUTPUT = "OUTPUT"
    CHECKPOINTS, SECONDS = "CHECKPOINTS", "SECONDS"

    def name(self) -> str:
        return "train"

    def displayName(self) -> str:
        return tr("Train a model")

    def group(self) -> str:
        return tr("Your own model")

    def groupId(self) -> str:
        return "model"

    def shortDescription(self) -> str:
        return tr("Trains a model on images of your own region at two dates.")

    def shortHelpString(self) -> str:
        return tr(
            "Trains a model of your own on images of one region at two dates. The result is a folder: give it as the "
            "model of a prediction.\n\n"
            "Both dates are folders of GeoTIFF files whose equal names pair them, each pair on the same pixels: "
            "“Export a training pair” makes such folders. One file of each date will do as well. The years between "
            "them are read in the paths, as in before_2016 and after_2020, or given. Or give a dataset: a folder that "
            "{command} made of any imagery, checked, filtered and split. Several intervals, and all else "
            "that can be told, stand in a settings file (TOML); see the guide of training.\n\n"
            "Start from a model: with a few hundred pairs it is better to go on from a model that was trained already, "
            "by its name ({shipped} is the one that comes with Landcast) or its folder. It brings its own settings, "
            "so leave the preset empty; each step is then checked on places that are held out, and training stops "
            "where they get no better.\n\n"
            "Memory: before the first step the training estimates what it takes, and refuses what does not fit. A GPU "
            "is asked what it has free; give a limit where others need some of it, or for a CPU.\n\n"
            "Preset: default is what the shipped model was trained by, fast draws in one step, reference is the "
            "published method and wants a GPU. Steps: a few hundred show whether all is well, a useful model needs "
            "thousands: hours on a CPU. A training that was stopped keeps what it learned in a folder beside the "
            "model's, which ends in .training: tick “Go on” and run it again with the same settings.\n\n"
            "This needs a worker on this machine, and Landcast with its training part: "
            "pip install 'landcast[training]'."
        ).format(command="landcast pairs", shipped="naip-california")

    def tags(self) -> list[str]:
        return tr("train,training,model,learn,own,region,fine-tune").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        for definition in (*pair_definitions(is_optional=True), *self._main_definitions()):
            self.addParameter(definition)
        for definition in self._advanced_definitions():
            definition.setFlags(definition.flags() | ADVANCED)
            self.addParameter(definition)
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Folder of the model")))
        self.addOutput(QgsProcessingOutputFolder(self.CHECKPOINTS, tr("Folder of checkpoints and curves")))
        self.addOutput(QgsProcessingOutputNumber(self.SECONDS, tr("Seconds that it took")))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
            request = self._request(parameters, context)
            _check_folder(Path(request.folder), request.is_resuming)
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
        folder, work = Path(request.folder), _work_folder(Path(request.folder))
        _check_folder(folder, request.is_resuming)
        with suppress(OSError):
            # QGIS's dialog lets one choose what exists: an empty folder becomes the model's
            folder.rmdir()
        try:
            result = carry_out_long(self._choice, self._worker, request, feedback)
        except PredictionCancelledError:
            if work.exists():
                feedback.pushInfo(
                    tr("What was learned is kept in {}: tick “Go on” to continue from there.").format(work)
                )
            return {}
        outputs: Parameters = {self.CHECKPOINTS: str(work), self.SECONDS: result.done.seconds}
        if folder.is_dir():
            outputs[self.OUTPUT] = str(folder)
            feedback.pushInfo(tr("The model: {}").format(folder))
        return outputs

    def _request(self, parameters: Parameters, context: QgsProcessingContext) -> TrainRequest:
        """What the worker is asked.

        Raises:
            QgsProcessingException: there is nothing to train on, or a path is none.
        """
        pair, config = read_pair(self, parameters, context), read_text(self, parameters, self.CONFIG, context)
        dataset = read_dataset(self, parameters, self.DATASET, context)
        if pair is None and config is None and dataset is None:
            raise QgsProcessingException(
                tr("There is nothing to train on: give images of two dates, a dataset, or a settings file.")
            )
        base = read_base(self, parameters, self.BASE, context)
        preset = self._choice_of(parameters, self.PRESET, context)
        if base is not None and preset is not None and config is None:
            text = tr("The preset {preset} and the model to start from, which brings its own, exclude each other.")
            raise QgsProcessingException(text.format(preset=preset))
        if config is not None and not Path(config).is_file():
            raise QgsProcessingException(tr("{}: no such settings file.").format(config))
        return TrainRequest(
            folder=str(Path(self.parameterAsString(parameters, self.OUTPUT, context)).absolute()),
            pairs=() if pair is None else (pair,),
            config=None if config is None else str(Path(config).absolute()),
            preset=preset,
            max_steps=self.parameterAsInt(parameters, self.MAX_STEPS, context) or None,
            stage=self._choice_of(parameters, self.STAGE, context) or "all",
            is_resuming=self.parameterAsBoolean(parameters, self.RESUME, context),
            device=self._choice_of(parameters, DEVICE, context) or "auto",
            threads=self.parameterAsInt(parameters, self.THREADS, context) or None,
            base=base,
            datasets=() if dataset is None else (dataset,),
            memory_limit_bytes=round(self.parameterAsDouble(parameters, self.MEMORY, context) * GIB) or None,
        )

    def _choice_of(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
        return self.parameterAsEnumString(parameters, name, context) or None

    def _main_definitions(self) -> list[QgsProcessingParameterDefinition]:
        return [
            QgsProcessingParameterFile(
                self.DATASET, tr("Dataset: a folder that “landcast pairs” made"), FOLDER, optional=True
            ),
            QgsProcessingParameterString(
                self.BASE, tr("Start from a model: its name or folder (empty: from nothing)"), optional=True
            ),
            QgsProcessingParameterEnum(
                self.PRESET, tr("Preset (empty: the settings file's, else default)"), PRESETS, optional=True,
                usesStaticStrings=True,
            ),
            QgsProcessingParameterNumber(
                self.MAX_STEPS, tr("Steps (0: as the preset or the settings file has it)"), NUMBER.Integer,
                optional=True, minValue=0,
            ),
            QgsProcessingParameterBoolean(
                self.RESUME, tr("Go on where an earlier training stopped"), defaultValue=False
            ),
        ]  # fmt: skip

    def _advanced_definitions(self) -> list[QgsProcessingParameterDefinition]:
        return [
            QgsProcessingParameterFile(self.CONFIG, tr("Settings file"), extension="toml", optional=True),
            QgsProcessingParameterEnum(
                self.STAGE, tr("Networks to train; the model is made once both are trained"), STAGES,
                defaultValue="all", usesStaticStrings=True,
            ),
            device_definition(),
            QgsProcessingParameterNumber(
                self.THREADS, tr("CPU threads (0: all)"), NUMBER.Integer, optional=True, minValue=0
            ),
            QgsProcessingParameterNumber(
                self.MEMORY, tr("Memory that a step may take, in GB (0: what a GPU has free)"), NUMBER.Double,
                optional=True, minValue=0,
            ),
        ]  # fmt: skip


def _work_folder(folder: Path) -> Path:
    """Where the worker keeps checkpoints and curves."""
    return folder.with_name(f"{folder.name}.training")


def _check_folder(folder: Path, is_resuming: bool) -> None:
    """Make sure that a training may write there.

    Raises:
        QgsProcessingException: something else stands there.
    """
    if folder.exists() and not folder.is_dir():
        raise QgsProcessingException(tr("{} is a file: choose a folder for the model.").format(folder))
    if folder.is_dir() and any(folder.iterdir()):
        raise QgsProcessingException(
            tr("{} holds files already: choose another folder, a new or an empty one, for the model.").format(folder)
        )
    work = _work_folder(folder)
    # the record of a run that failed before its first step is no training
    if not is_resuming and work.is_dir() and any(path.is_dir() for path in work.iterdir()):
        raise QgsProcessingException(
            tr("{} holds an earlier training: tick “Go on” to continue it, or choose another folder.").format(work)
        )
