"""A training or an evaluation by a worker on this machine; loaded once pyzmq is there."""

from __future__ import annotations

from typing import Union

from ...core.client.job import JobResult
from ...core.protocol.messages import Stage
from ...core.protocol.requests import EvaluateRequest, TrainRequest
from ..prediction import Listener, PredictionFailedError
from ..translation import tr
from .choice import WorkerChoice
from .predicting import check_known, conversation, own_words, told_errors
from .shared_worker import SharedWorker
from .telling import Telling

LongRequest = Union[TrainRequest, EvaluateRequest]


def carry_out(worker: WorkerChoice, shared: SharedWorker, request: LongRequest, listener: Listener) -> JobResult:
    """Have a training or an evaluation done and wait for it; not for the main thread.

    Args:
        worker: that the settings name.
        shared: the one of this QGIS.
        request: what is asked for; its paths are absolute.
        listener: called in this thread.

    Raises:
        PredictionFailedError: the worker said why it cannot, or is too old, or stands on another machine.
        PredictionCrashedError: the worker ended without a reason.
        PredictionCancelledError: the listener said so; a training keeps its checkpoints.
        InterpreterError: the interpreter has no Landcast.
    """
    with told_errors(), conversation(worker, shared, listener) as connection:
        if not connection.welcome.is_local:
            raise PredictionFailedError(
                tr(
                    "The worker is on another machine and cannot read these files: empty the QGIS setting "
                    "landcast/worker to use one on this machine."
                )
            )
        check_known(request, connection)
        with own_words(connection, listener):
            return connection.client.carry_out(request, _LongTelling(listener, False, lambda: connection.problem))


class _LongTelling(Telling):
    """Tells the stages of long jobs, whose steps are the whole way."""

    def progress(self, stage: Stage, done: int, total: int) -> None:
        """So much of a stage is done."""
        names = {
            "reading": tr("Reading the pairs"),
            "training": tr("Training"),
            "evaluating": tr("Measuring"),
            "writing": tr("Writing the results"),
        }
        self._enter(names.get(stage, stage))
        if stage in ("training", "evaluating") and total:
            self._listener.show_progress(done, total)
