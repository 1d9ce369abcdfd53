"""What a worker says of itself; loaded once pyzmq is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from ...core.client.errors import AnswerTimeoutError, RefusedError
from ...core.protocol.fields import new_id
from ...core.protocol.messages import ModelList, ModelsQuestion, StatusQuestion, StatusReport, Welcome
from ...core.protocol.values import ModelInfo
from .choice import WorkerChoice
from .connecting import ANSWER_S, Connection, connect
from .predicting import told_errors
from .shared_worker import SharedWorker
from .waiting import wait_for

MODELS_S = 60.0
"""The process that computes answers, and may have to start first."""


@dataclass(frozen=True)
class WorkerReport:
    """What a worker said.

    Attributes:
        welcome: of itself.
        status: what it is doing.
        models: what they promise; None where it did not answer in time.
    """

    welcome: Welcome
    status: StatusReport
    models: tuple[ModelInfo, ...] | None


def ask_worker(worker: WorkerChoice, shared: SharedWorker, is_cancelled: Callable[[], bool]) -> WorkerReport:
    """Ask a worker what it is, does and has; starts it where it is one of QGIS's own and does not run.

    Raises:
        PredictionFailedError: nobody answers; the message says why.
        PredictionCrashedError: it cannot be started.
        PredictionCancelledError: `is_cancelled` said yes.
        InterpreterError: the interpreter has no Landcast.
    """
    with told_errors(), connect(worker, shared, is_cancelled) as connection:
        models, query = _ask_models(connection, is_cancelled), new_id()
        status: StatusReport = wait_for(connection.client.ask(query, StatusQuestion(query)), is_cancelled, ANSWER_S)
        welcome = connection.welcome
        if not welcome.devices:
            # they are known once the process that computes has started
            with connect(worker, shared, is_cancelled) as again:
                welcome = again.welcome
        return WorkerReport(welcome, status, models)


def _ask_models(connection: Connection, is_cancelled: Callable[[], bool]) -> tuple[ModelInfo, ...] | None:
    query = new_id()
    try:
        answer: ModelList = wait_for(connection.client.ask(query, ModelsQuestion(query)), is_cancelled, MODELS_S)
    except (AnswerTimeoutError, RefusedError):
        return None
    return answer.models
