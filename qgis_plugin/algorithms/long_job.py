"""What the algorithms that train and measure have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
)

from ...core.protocol.requests import EvaluateRequest, TrainRequest
from ..compat import ADVANCED
from ..dock.plain_words import in_plain_words
from ..interpreter import InterpreterError
from ..prediction import PredictionCrashedError, PredictionFailedError
from ..translation import tr
from ..worker.choice import WorkerChoice
from ..worker.shared_worker import SharedWorker
from .feedback_listener import FeedbackListener

if TYPE_CHECKING:
    from ...core.client.job import JobResult

DEVICE = "DEVICE"
DEVICES = ["auto", "cpu", "cuda"]


def device_definition() -> QgsProcessingParameterDefinition:
    """Where to compute."""
    definition = QgsProcessingParameterEnum(
        DEVICE, tr("Device: auto takes a GPU where there is one"), DEVICES, defaultValue="auto", usesStaticStrings=True
    )
    definition.setFlags(definition.flags() | ADVANCED)
    return definition


def carry_out_long(
    choice: WorkerChoice,
    worker: SharedWorker,
    request: TrainRequest | EvaluateRequest,
    feedback: QgsProcessingFeedback,
) -> JobResult:
    """Have it done, with its errors as those of Processing.

    Raises:
        QgsProcessingException: there is no result; the message says why.
        PredictionCancelledError: the user asked to stop.
    """
    # it imports pyzmq, which was made sure of by now
    from ..worker.long_jobs import carry_out

    try:
        return carry_out(choice, worker, request, FeedbackListener(feedback))
    except PredictionFailedError as error:
        raise QgsProcessingException(in_plain_words(str(error))) from error
    except InterpreterError as error:
        raise QgsProcessingException(str(error)) from error
    except PredictionCrashedError as error:
        raise QgsProcessingException(tr("Landcast ended unexpectedly: {}").format(error)) from error
