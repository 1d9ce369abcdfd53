"""`WorkerClient`: all that a program asks of a worker, waiting for it or being called back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any, Callable, TypeVar

from ..protocol.fields import clean_text, new_id
from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import (
    Delivery,
    ModelList,
    ModelsQuestion,
    ModelVerified,
    Plan,
    Planned,
    StatusQuestion,
    StatusReport,
    Submit,
    VerifyModel,
    Welcome,
)
from ..protocol.requests import JobRequest, PredictRequest, SourceGrid
from ..protocol.values import ModelInfo
from .address import Keys, Where, find_worker
from .errors import AnswerTimeoutError
from .events import OnEvent
from .follow import Listener, follow
from .job import Job, JobResult
from .job_run import JobRun
from .loop import Loop, new_future
from .questions import Question
from .sending import Pixels
from .settings import Patience

ANSWER_S = 10.0
PLAN_S = 120.0
"""A plan may read all of a source."""
VERIFY_S = 120.0
Value = TypeVar("Value")


class WorkerClient:
    """Talks with one worker in a thread of its own; usable from any thread. To be closed, or used by `with`.

    Methods that wait take `timeout_s` and raise `AnswerTimeoutError` after it; those that do not wait return a
    `Future` or a `Job`. Their callbacks run in the socket's thread: they return at once, and ask nothing that waits.

    Args:
        where: an endpoint, the path of a connection file, or None for that of this machine.
        keys: for a worker that demands them.
        program: name and version of who asks.
        patience: when silence is answered.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        where: Where = None,
        keys: Keys | None = None,
        program: str = "landcast",
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience or Patience()
        self._loop = Loop(lambda: find_worker(where, keys), program, self._patience, clock)

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation, its threads and sockets; the worker goes on with jobs that were not cancelled."""
        self._loop.close()

    def open(self) -> Future[Welcome]:
        """Begin to connect; the future tells what the worker says of itself, or a `ConnectError`."""
        waiting: Future[Welcome] = new_future()
        self._loop.call(lambda: self._loop.open(waiting))
        return waiting

    def connect(self, timeout_s: float | None = None) -> Welcome:
        """Connect, and return what the worker says of itself.

        Raises:
            ConnectError: its class says why not, at the latest after `Patience.answer_s`.
        """
        return self._wait(self.open(), self._patience.answer_s + 1 if timeout_s is None else timeout_s)

    def submit(
        self,
        request: JobRequest,
        on_event: OnEvent | None = None,
        delivery: Delivery = "path",
        folder: Path | None = None,
        has_tiles: bool = False,
        source: SourceGrid | None = None,
        frames: Sequence[Frame] = (),
        pixels: Pixels | None = None,
        job: str | None = None,
    ) -> Job:
        """Have something done; returns at once, and connects where there is no connection.

        Args:
            request: what is asked for; its paths are those of the worker's machine.
            on_event: called from the socket's thread with what is told of the job.
            delivery: `path` where the worker writes the result on this machine, `file` where it is fetched, `tiles`
                where it is not written at all.
            folder: where fetched files go, under the names that the worker gives them.
            has_tiles: whether tiles are wanted beside files.
            source: the image, where `pixels` are sent.
            frames: a decimated image, as of PLAN.
            pixels: the planned pixels, where the worker cannot open the source.
            job: id under which it was planned.
        """
        submit = Submit(job or new_id(), request, source, delivery)
        handle = Job(submit.job, request, lambda: self._loop.post(lambda: run.cancel()))
        run = JobRun(handle, submit, frames, self._loop, on_event, has_tiles, folder, pixels, self._loop.forget)
        self._loop.call(lambda: self._loop.start(run))
        return handle

    def predict(
        self,
        request: PredictRequest,
        listener: Listener | None = None,
        timeout_s: float | None = None,
        delivery: Delivery = "path",
        folder: Path | None = None,
        has_tiles: bool = False,
        source: SourceGrid | None = None,
        frames: Sequence[Frame] = (),
        pixels: Pixels | None = None,
        job: str | None = None,
    ) -> JobResult:
        """Carry out a prediction and wait for it; the listener is called in this thread, arguments are as of `submit`.

        What ends the waiting early (the time, the listener, Ctrl-C) cancels the job, and waits until it stopped.

        Raises:
            JobError: there is no result.
            ConnectError: there is no worker.
            AnswerTimeoutError: it took longer than `timeout_s`.
        """
        return self._follow(
            lambda tell: self.submit(request, tell, delivery, folder, has_tiles, source, frames, pixels, job),
            listener,
            timeout_s,
        )

    def carry_out(
        self, request: JobRequest, listener: Listener | None = None, timeout_s: float | None = None
    ) -> JobResult:
        """Carry out a job by path, such as a training or an evaluation, and wait for it.

        The listener, the ends and the errors are those of `predict`. A training that was cancelled keeps its
        checkpoints beside the model's folder, and goes on from them where the request says `is_resuming`.
        """
        return self._follow(lambda tell: self.submit(request, tell), listener, timeout_s)

    def plan(
        self,
        request: PredictRequest,
        source: SourceGrid | None = None,
        frames: Sequence[Frame] = (),
        timeout_s: float = PLAN_S,
    ) -> Planned:
        """Ask what a prediction would be.

        Raises:
            RefusedError: it cannot be done; the message says why.
            ConnectError: there is no worker.
        """
        plan = Plan(new_id(), request, source)
        return self._ask(plan.job, plan, timeout_s, frames)  # type: ignore[no-any-return]

    def status(self, timeout_s: float = ANSWER_S) -> StatusReport:
        """Ask what the worker is doing."""
        query = new_id()
        return self._ask(query, StatusQuestion(query), timeout_s)  # type: ignore[no-any-return]

    def models(self, timeout_s: float = ANSWER_S) -> tuple[ModelInfo, ...]:
        """Ask which models the worker knows."""
        query = new_id()
        answer: ModelList = self._ask(query, ModelsQuestion(query), timeout_s)
        return answer.models

    def verify_model(self, model: str, timeout_s: float = VERIFY_S) -> ModelVerified:
        """Ask whether the files of a model are those of its manifest."""
        query = new_id()
        return self._ask(query, VerifyModel(query, model), timeout_s)  # type: ignore[no-any-return]

    def ask(self, query: str, message: Message, frames: Sequence[Frame] = ()) -> Future[Any]:
        """Ask any question without waiting; `query` is the id in it."""
        question = Question(query, message, frames, new_future())
        self._loop.call(lambda: self._loop.ask(question))
        return question.answer

    def shutdown(self, reason: str = "", timeout_s: float = ANSWER_S) -> None:
        """Ask a worker that this program started to end, and wait until it is gone.

        Raises:
            RefusedError: it is not this client's to end.
            ConnectionLostError: there is no connection.
            AnswerTimeoutError: it is still there.
        """
        ended: Future[bool] = new_future()
        self._loop.call(lambda: self._loop.shut_down(clean_text(reason), ended))
        self._wait(ended, timeout_s)

    def _follow(
        self, submit: Callable[[OnEvent], Job], listener: Listener | None, timeout_s: float | None
    ) -> JobResult:
        return follow(submit, listener or Listener(), timeout_s, self._patience.cancel_s + 2)

    def _ask(self, query: str, message: Message, timeout_s: float, frames: Sequence[Frame] = ()) -> Any:
        try:
            return self._wait(self.ask(query, message, frames), timeout_s)
        except AnswerTimeoutError:
            self._loop.post(lambda: self._loop.drop_question(query))
            raise

    def _wait(self, future: Future[Value], timeout_s: float) -> Value:
        try:
            return future.result(timeout_s)
        except FutureTimeoutError:
            if future.done():
                raise
            raise AnswerTimeoutError(f"the worker did not answer within {timeout_s:g} s") from None
