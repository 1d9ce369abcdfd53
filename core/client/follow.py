"""Following a job in the caller's thread: a listener is called there, and stopping to wait stops the job."""

from __future__ import annotations

import time
from collections import deque
from threading import Condition
from typing import Callable

from ..protocol.frames import Frame
from ..protocol.messages import Stage, Tile
from .errors import AnswerTimeoutError, ClientError
from .events import Interrupted, JobEvent, Noticed, OnEvent, Progressed, StateChanged, TileArrived
from .job import ENDS, Job, JobResult

GLANCE_S = 0.2
"""Between two looks at whether the listener wants to stop; Windows sees Ctrl-C in between, too."""


class Listener:
    """Who follows a job; all methods are called from the thread that waits for it, and do nothing here."""

    def progress(self, stage: Stage, done: int, total: int) -> None:
        """So much of a stage is done; `total` is 0 where that is not known."""

    def noticed(self, event: Noticed) -> None:
        """Something about the result; passed on as a note or a warning."""
        self.warn(event.text) if event.level == "warning" else self.note(event.text)

    def note(self, text: str) -> None:
        """The user may like to know this about the result."""

    def warn(self, text: str) -> None:
        """The user should know this about the result."""

    def state(self, event: StateChanged) -> None:
        """The job stands elsewhere."""

    def interrupted(self, reason: str) -> None:
        """The connection was lost and is made anew; the job goes on."""

    def tile(self, tile: Tile, frames: tuple[Frame, ...]) -> None:
        """A part of the result; the frames are views of what was received, to be used or copied until this returns."""

    def is_cancelled(self) -> bool:
        """Whether to stop; asked several times a second."""
        return False


class EventQueue:
    """Events on their way to another thread; only the newest progress of a stage waits, and credit bounds the tiles."""

    def __init__(self) -> None:
        self._events: deque[JobEvent] = deque()
        self._changed = Condition()

    def put(self, event: JobEvent) -> None:
        """Add an event; never waits."""
        with self._changed:
            if self._events and _is_outdated(self._events[-1], event):
                self._events.pop()
            self._events.append(event)
            self._changed.notify()

    def get(self, timeout_s: float) -> JobEvent | None:
        """Take the oldest event; None where there is none in time."""
        with self._changed:
            if not self._events:
                self._changed.wait(timeout_s)
            return self._events.popleft() if self._events else None


def follow(submit: Callable[[OnEvent], Job], listener: Listener, timeout_s: float | None, stop_s: float) -> JobResult:
    """Submit a job, tell the listener what happens, and wait for its end.

    Args:
        submit: gives the job to the worker.
        listener: called in this thread.
        timeout_s: after which the job is cancelled; never where None.
        stop_s: that a cancelled job may take to stop.

    Raises:
        ClientError: there is no result.
        AnswerTimeoutError: the time is over.
    """
    events = EventQueue()
    job = submit(events.put)
    end = float("inf") if timeout_s is None else time.monotonic() + timeout_s
    try:
        while True:
            event = events.get(GLANCE_S)
            if event is not None:
                _tell(listener, event)
            if isinstance(event, StateChanged) and event.state in ENDS:
                return job.result(0)
            if event is None and job.is_over:
                return job.result(0)
            if listener.is_cancelled():
                job.cancel()
            if time.monotonic() >= end:
                raise AnswerTimeoutError(f"the job was not over after {timeout_s:g} s, and is cancelled")
    except BaseException:
        _stop(job, stop_s)
        raise


def _is_outdated(last: JobEvent, event: JobEvent) -> bool:
    return isinstance(last, Progressed) and isinstance(event, Progressed) and last.stage == event.stage


def _stop(job: Job, stop_s: float) -> None:
    """Cancel a job and wait until it has stopped; how it ended does not matter then."""
    if job.is_over:
        return
    job.cancel()
    try:
        job.result(stop_s)
    except ClientError:
        return


def _tell(listener: Listener, event: JobEvent) -> None:
    if isinstance(event, Progressed):
        listener.progress(event.stage, event.done, event.total)
    elif isinstance(event, Noticed):
        listener.noticed(event)
    elif isinstance(event, TileArrived):
        try:
            listener.tile(event.tile, event.frames)
        finally:
            event.release()
    elif isinstance(event, Interrupted):
        listener.interrupted(event.reason)
    else:
        listener.state(event)
