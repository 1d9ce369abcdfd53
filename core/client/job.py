"""A job as the one sees it who asked for it."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from ..protocol.messages import Done
from ..protocol.requests import JobRequest
from .errors import AnswerTimeoutError, JobState

ENDS = ("complete", "cancelled", "failed", "crashed")


@dataclass(frozen=True)
class JobResult:
    """What came of a job.

    Attributes:
        done: what the worker said of it.
        paths: files that are here and were checked, by layer; none where the tiles are the result.
    """

    done: Done
    paths: dict[str, Path] = field(default_factory=dict)


class Job:
    """A job that a worker carries out; usable from any thread.

    Attributes:
        id: by which the worker knows it.
        request: what is asked for.
        outcome: a `JobResult`, or why there is none; its callbacks run in the socket's thread.
        cancelling: whether the worker acknowledged that it will stop, once `cancel` was called.
    """

    def __init__(self, job: str, request: JobRequest, cancel: Callable[[], None]) -> None:
        self.id = job
        self.request = request
        self.outcome: Future[JobResult] = Future()
        self.cancelling: Future[bool] = Future()
        # it is the worker that ends them
        self.outcome.set_running_or_notify_cancel()
        self.cancelling.set_running_or_notify_cancel()
        self._cancel = cancel
        self._state: JobState = "queued"

    @property
    def state(self) -> JobState:
        """Where it stands."""
        return self._state

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.outcome.done()

    def cancel(self) -> None:
        """Ask the worker to stop; returns at once. `outcome` tells what became of it, as it may be done by then."""
        self._cancel()

    def result(self, timeout_s: float | None = None) -> JobResult:
        """Wait for the result.

        Raises:
            JobError: there is none.
            ConnectError: there was no worker to give it to.
            AnswerTimeoutError: it is not over yet.
        """
        try:
            return self.outcome.result(timeout_s)
        except FutureTimeoutError:
            if self.outcome.done():
                raise
            raise AnswerTimeoutError(f"the job is not over after {timeout_s:g} s") from None

    def become(self, state: JobState) -> None:
        """Stand elsewhere; for the socket's thread."""
        self._state = state
