"""The Processing algorithm `landcast:workerstatus`: what the worker is, does and has."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFileDestination,
)

from ..compat import SUPPORTS_BATCH
from ..interpreter import InterpreterError
from ..prediction import PredictionCancelledError, PredictionError
from ..translation import tr
from ..worker.choice import OwnWorker
from .base import LandcastAlgorithm, Parameters
from .ready_worker import ready_worker


class WorkerStatusAlgorithm(LandcastAlgorithm):
    """Asks in the thread of the task; a worker that is not there is an answer, not an error."""

    START = "START"
    OUTPUT_HTML = "OUTPUT_HTML"
    NUMBERS = ("QUEUE", "JOBS", "UPTIME", "RESTARTS")
    TEXTS = ("SERVER", "PROTOCOL", "DEVICES", "MODELS", "PROBLEM")
    RUNNING = "RUNNING"

    def name(self) -> str:
        return "workerstatus"

    def displayName(self) -> str:
        return tr("Worker status")

    def group(self) -> str:
        return tr("Worker")

    def groupId(self) -> str:
        return "worker"

    def flags(self) -> Any:
        return super().flags() & ~SUPPORTS_BATCH

    def shortDescription(self) -> str:
        return tr("Says what the worker of Landcast is doing, its version, devices and models.")

    def shortHelpString(self) -> str:
        return tr(
            "Landcast computes in a worker, a program beside QGIS that keeps its model loaded. This says what it is "
            "doing, which version it is, on which devices it computes and which models it has, with what they were "
            "trained on: in the log, as outputs and, where you name a file, as a page.\n\n"
            "The worker of QGIS itself starts with the first prediction. It is not started merely to be asked, unless "
            "you tick that. One that the settings name, on this machine or another, is asked where it is."
        )

    def tags(self) -> list[str]:
        return tr("worker,status,models,devices,version,GPU").split(",")

    def initAlgorithm(self, configuration: Parameters | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterBoolean(self.START, tr("Start the worker where it does not run"), defaultValue=False)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                self.OUTPUT_HTML, tr("Page"), tr("HTML files (*.html)"), optional=True, createByDefault=False
            )
        )
        self.addOutput(QgsProcessingOutputBoolean(self.RUNNING, tr("Whether a worker answered")))
        numbers = (tr("Jobs that wait"), tr("Jobs that are known"), tr("Seconds since its start"), tr("Restarts"))
        for name, label in zip(self.NUMBERS, numbers):
            self.addOutput(QgsProcessingOutputNumber(name, label))
        texts = (
            tr("Program and version"), tr("Version of the protocol"), tr("Devices"), tr("Names of the models"),
            tr("Why no worker answered"),
        )  # fmt: skip
        for name, label in zip(self.TEXTS, texts):
            self.addOutput(QgsProcessingOutputString(name, label))

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        is_valid, message = super().checkParameterValues(parameters, context)
        if not is_valid:
            return False, message
        try:
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
        # they import pyzmq, which was made sure of by now
        from ..worker.asking import ask_worker
        from .status_page import as_page, describe_report

        page = self.parameterAsFileOutput(parameters, self.OUTPUT_HTML, context)
        is_starting = self.parameterAsBoolean(parameters, self.START, context)
        if isinstance(self._choice, OwnWorker) and self._worker.process_id is None and not is_starting:
            return self._nobody(tr("No worker of this QGIS runs; it starts with the first prediction."), page, feedback)
        try:
            report = ask_worker(self._choice, self._worker, feedback.isCanceled)
        except PredictionCancelledError:
            return {}
        except (PredictionError, InterpreterError) as error:
            return self._nobody(str(error), page, feedback)
        sections = describe_report(report)
        for section in sections:
            feedback.pushInfo(section.heading)
            for line in section.lines:
                feedback.pushInfo(f"  {line}")
        welcome, status = report.welcome, report.status
        return {
            self.RUNNING: True,
            "QUEUE": status.queue,
            "JOBS": len(status.jobs),
            "UPTIME": status.uptime_s,
            "RESTARTS": sum(engine.restarts for engine in status.engines),
            "SERVER": welcome.server,
            "PROTOCOL": f"{welcome.version.major}.{welcome.version.minor}",
            "DEVICES": "; ".join(f"{one.device} {one.name}" for one in welcome.devices),
            "MODELS": "; ".join(welcome.models),
            "PROBLEM": "",
            **_written(page, as_page(sections)),
        }

    def _nobody(self, problem: str, page: str, feedback: QgsProcessingFeedback) -> Parameters:
        from .status_page import Section, as_page

        feedback.pushWarning(problem)
        nothing = {**dict.fromkeys(self.NUMBERS, 0), **dict.fromkeys(self.TEXTS, "")}
        written = _written(page, as_page([Section(tr("Worker"), (problem,))]))
        return {self.RUNNING: False, **nothing, "PROBLEM": problem, **written}


def _written(page: str, content: str) -> Parameters:
    """Write the page where one is asked for; the output that it is."""
    if not page:
        return {}
    try:
        Path(page).write_text(content, encoding="utf-8")
    except OSError as error:
        raise QgsProcessingException(
            tr("{path}: cannot be written: {reason}").format(path=page, reason=error.strerror)
        ) from error
    return {WorkerStatusAlgorithm.OUTPUT_HTML: page}
