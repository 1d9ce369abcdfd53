"""The socket thread's side of a job: from SUBMIT to its end, over as many connections as it takes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Callable, Literal

from ..protocol.errors import ProtocolError
from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import (
    Accepted,
    Cancel,
    Cancelled,
    Credit,
    Done,
    Failed,
    Forget,
    Notice,
    Progress,
    Result,
    Started,
    Submit,
    Tile,
)
from ..protocol.messages import Error as ErrorMessage
from .credit import CreditWindow
from .errors import (
    ClientError,
    ConnectError,
    JobCancelledError,
    JobCrashedError,
    JobError,
    JobFailedError,
    JobState,
    ResultError,
)
from .events import Interrupted, JobEvent, Noticed, OnEvent, Progressed, StateChanged, TileArrived
from .fetching import Fetching, Host
from .job import Job, JobResult
from .received import ReceivedTiles
from .received_file import check_file
from .sending import Pixels, Sending

CRASHES = ("engine_crashed", "engine_hung")
MOST_NOTICES = 256
"""Texts that are passed on of one job."""
TILE_TRIES = 3
"""Of asking for tiles that were not there when the job was done."""

logger = logging.getLogger(__name__)


class JobRun:
    """Carries a job through; used by the socket's thread alone.

    `phase`: `asking` until the worker knows it; `given`, queued or running; `arriving` while its result is fetched or
    checked; `over`.
    """

    def __init__(
        self,
        job: Job,
        submit: Submit,
        frames: Sequence[Frame],
        host: Host,
        on_event: OnEvent | None,
        has_tiles: bool,
        folder: Path | None,
        pixels: Pixels | None,
        on_end: Callable[[str], None],
    ) -> None:
        self.job = job
        self.phase: Literal["asking", "given", "arriving", "over"] = "asking"
        self._submit, self._frames, self._host = submit, tuple(frames), host
        self._on_event, self._on_end, self._folder = on_event, on_end, folder
        self._has_tiles = has_tiles or submit.delivery == "tiles"
        self._credit = CreditWindow()
        self._tiles = ReceivedTiles()
        self._tile_tries = 0
        self._notices: set[tuple[str, str]] = set()
        self._attempt = 0
        self._position = -1
        self._was_known = False
        self._resend_at = float("inf")
        self._cancel_by: float | None = None
        self._fetching: Fetching | None = None
        self._done: Done | None = None
        self._sending = Sending(job.id, pixels, host, self._on_unread) if pixels is not None else None
        self._uses = {
            Accepted: self._on_accepted,
            Credit: self._on_credit,
            Started: self._on_started,
            Progress: self._on_progress,
            Notice: self._on_notice,
            Done: self._on_done,
            Failed: self._on_failed,
            Cancelled: self._on_cancelled,
        }

    def on_up(self) -> None:
        """There is a new connection: say again what is wanted, unless only the disk is still at work."""
        self._credit.on_new_connection()
        if self._cancel_by is not None:
            self._ask_to_stop()
        elif self.phase != "arriving" or self._fetching is not None:
            self._ask()

    def on_down(self, error: ConnectError) -> None:
        """The connection is lost for a while."""
        self._resend_at = float("inf")
        if self.phase != "over":
            self._emit(Interrupted(str(error)))

    def on_gone(self, error: ClientError) -> None:
        """There will be no other connection."""
        if self._cancel_by is not None:
            self._end(JobCancelledError(f"the worker did not confirm that it stopped: {error}", is_confirmed=False))
        elif self.phase == "asking" and not self._was_known:
            self._end(error)
        elif self.phase != "arriving" or self._fetching is not None:
            self._end(JobCrashedError(f"the worker is gone and did not come back: {error}"))

    def on_closed(self, error: ClientError) -> None:
        """The client ends; the worker keeps the job."""
        self._end(error)

    def on_message(self, message: Message, frames: list[Frame]) -> None:
        """The worker said something about the job."""
        if isinstance(message, Tile):
            self._on_tile(message, frames)
        elif isinstance(message, Result):
            self._credit.on_arrival(frames[0].bytes)
            if self._fetching is not None:
                self._fetching.on_piece(message, frames[0])
        elif type(message) in self._uses:
            self._uses[type(message)](message)  # type: ignore[operator]

    def on_refused(self, message: ErrorMessage) -> None:
        """The worker did not understand something about the job, or found it out of place."""
        if self.phase == "asking":
            self._end(JobFailedError(message.message, "internal"))
        elif self._sending is not None and self.job.state == "queued":
            # without that part the worker would wait for ever
            self._host.send(Cancel(self.job.id))
            self._end(JobFailedError(f"the source's pixels were refused: {message.message}", "pixels_missing"))
        else:
            logger.warning("the worker said of a job: %s", message.message)

    def cancel(self) -> None:
        """Ask the worker to stop."""
        if self.phase == "over" or self._cancel_by is not None:
            return
        if self.phase == "arriving":
            self._end(JobCancelledError("stopped as asked"), is_told=True)
            return
        self._cancel_by = self._host.now() + self._host.patience.cancel_s
        if not self._ask_to_stop() and not self._was_known:
            self._end(JobCancelledError("stopped as asked"))

    def due(self) -> float:
        """When `advance` is to be called at the latest."""
        cancel_by = float("inf") if self._cancel_by is None else self._cancel_by
        fetching = float("inf") if self._fetching is None else self._fetching.due()
        return min(self._resend_at, cancel_by, fetching)

    def advance(self) -> None:
        """Do what is due."""
        now = self._host.now()
        if self._cancel_by is not None and now >= self._cancel_by:
            waited = self._host.patience.cancel_s
            text = f"the worker did not confirm within {waited:g} s that it stopped; it may still be computing"
            self._end(JobCancelledError(text, is_confirmed=False))
        elif now >= self._resend_at:
            self._ask_to_stop() if self._cancel_by is not None else self._ask()
        if self._fetching is not None:
            self._fetching.advance()

    def _ask(self) -> None:
        received = self._tiles.ranges
        submit = Submit(self.job.id, self._submit.request, self._submit.source, self._submit.delivery, received)
        try:
            is_sent = self._host.send(submit, self._frames)
        except ProtocolError as error:
            self._end(JobFailedError(f"the request cannot be sent: {error}", "request"))
            return
        self._resend_at = self._host.now() + self._host.patience.resend_s if is_sent else float("inf")

    def _ask_to_stop(self) -> bool:
        is_sent = self._host.send(Cancel(self.job.id))
        self._resend_at = self._host.now() + self._host.patience.resend_s if is_sent else float("inf")
        return is_sent

    def _on_accepted(self, message: Accepted) -> None:
        is_new = self._resend_at != float("inf") or self.phase == "asking"
        self._know()
        if self.job.state == "queued" and message.position != self._position:
            self._position = message.position
            self._become("queued", position=message.position)
        if is_new and self._sending is not None:
            self._sending.restart(message.received)
        if self._has_tiles:
            self._grant()

    def _know(self) -> None:
        """The worker knows the job."""
        self._was_known = True
        if self.phase == "asking":
            self.phase = "given"
        if self._cancel_by is None:
            self._resend_at = float("inf")

    def _on_credit(self, message: Credit) -> None:
        if self._sending is not None and self.phase == "given":
            self._sending.on_credit(message)

    def _on_started(self, message: Started) -> None:
        self._know()
        if self.phase == "given" and (self.job.state, self._attempt) != ("running", message.attempt):
            self._attempt = message.attempt
            self._become("running", attempt=message.attempt)

    def _on_progress(self, message: Progress) -> None:
        self._know()
        if self.phase != "given":
            return
        if self.job.state == "queued" and message.stage != "receiving":
            self._attempt = max(self._attempt, 1)
            self._become("running", attempt=self._attempt)
        self._emit(Progressed(message.stage, message.done, message.total))

    def _on_notice(self, message: Notice) -> None:
        # another attempt says the same again
        key = message.level, message.text
        if self.phase != "over" and key not in self._notices and len(self._notices) < MOST_NOTICES:
            self._notices.add(key)
            self._emit(Noticed(message.level, message.text, message.domain))

    def _on_tile(self, message: Tile, frames: list[Frame]) -> None:
        size = sum(frame.bytes for frame in frames)
        self._credit.on_arrival(size)
        is_new = self._has_tiles and self._tiles.add(message.number, message.layer, message.layers)
        if not is_new or self._on_event is None:
            self._on_taken(size)
        else:
            self._emit(TileArrived(message, tuple(frames), self._release_once(size)))
        if self.phase == "arriving" and self._submit.delivery == "tiles":
            self._check_tiles()

    def _release_once(self, size: int) -> Callable[[], None]:
        waiting = [size]

        def release() -> None:
            # pop is atomic: of several calls one has an effect
            try:
                taken = waiting.pop()
            except IndexError:
                return
            self._host.post(lambda: self._on_taken(taken))

        return release

    def _on_taken(self, size: int) -> None:
        self._credit.on_taken(size)
        if self._fetching is not None or (self._has_tiles and self.phase in ("given", "arriving")):
            self._grant()

    def _grant(self) -> None:
        credit = self._credit.top_up(self.job.id)
        if credit is not None:
            self._host.send(credit)

    def _on_done(self, message: Done) -> None:
        self._know()
        if self._fetching is not None:
            if message.files == self._fetching.files:
                self._fetching.ask()
                return
            # made again by a worker that had lost it
            self._fetching.abandon()
        elif self.phase == "arriving":
            return
        self.phase, self._done, self._cancel_by = "arriving", message, None
        self._resend_at = float("inf")
        if self._submit.delivery == "tiles":
            self._check_tiles()
        elif any(file.path is None for file in message.files):
            self._fetch(message)
        else:
            self._check(message)

    def _check_tiles(self) -> None:
        assert self._done is not None
        if len(self._tiles) >= self._done.tiles:
            self._end(JobResult(self._done))
        elif self._tile_tries < TILE_TRIES and self._resend_at == float("inf"):
            # credit for what got lost never comes back
            self._tile_tries += 1
            self.phase = "asking"
            self._credit.on_new_connection()
            self._ask()
        elif self._tile_tries >= TILE_TRIES:
            self._end(ResultError(f"{len(self._tiles)} of {self._done.tiles} tiles came"))

    def _fetch(self, done: Done) -> None:
        if self._folder is None:
            names = ", ".join(file.name for file in done.files)
            self._end(ResultError(f"the result ({names}) lies with the worker; say where it is to be fetched to"))
            return
        is_replacing = bool(getattr(self._submit.request, "is_overwriting", False))
        self._credit.on_new_connection()
        self._fetching = Fetching(
            self.job.id, done.files, self._folder, is_replacing, self._credit, self._host, self._on_fetched
        )
        self._fetching.start()

    def _on_fetched(self, paths: dict[str, Path], error: ResultError | None) -> None:
        assert self._done is not None
        self._end(JobResult(self._done, dict(paths)) if error is None else error)

    def _check(self, done: Done) -> None:
        files = done.files

        def check() -> dict[str, Path]:
            return {file.layer: check_file(file, self._is_stopped) for file in files}

        self._host.on_disk(check, self._on_checked)

    def _is_stopped(self) -> bool:
        return self.phase == "over" or self._host.is_closing()

    def _on_checked(self, outcome: Future[dict[str, Path]]) -> None:
        if self.phase == "over":
            return
        error = outcome.exception()
        assert self._done is not None
        if error is None:
            self._end(JobResult(self._done, outcome.result()))
        elif isinstance(error, ResultError):
            self._end(error)
        else:
            self._end(ResultError(f"the result was not checked: {error!r}"))

    def _on_unread(self, error: BaseException) -> None:
        self._host.send(Cancel(self.job.id))
        self._end(JobFailedError(f"the source's pixels cannot be read: {error}", "source"))

    def _on_failed(self, message: Failed) -> None:
        if self._cancel_by is not None and message.code == "job_unknown":
            self._end(JobCancelledError("stopped as asked"))
        elif message.code in CRASHES:
            self._end(JobCrashedError(message.message), is_told=True)
        else:
            self._end(JobFailedError(message.message, message.code, message.is_retryable), is_told=True)

    def _on_cancelled(self, message: Cancelled) -> None:
        if message.is_over:
            self._end(JobCancelledError("stopped as asked"), is_told=True)
        elif self._cancel_by is not None and not self.job.cancelling.done():
            self._resend_at = float("inf")
            self.job.cancelling.set_result(True)

    def _end(self, outcome: JobResult | ClientError, is_told: bool = False) -> None:
        if self.phase == "over":
            return
        self.phase = "over"
        if self._fetching is not None and not isinstance(outcome, JobResult):
            self._fetching.abandon()
        if is_told or isinstance(outcome, JobResult):
            self._host.send(Forget(self.job.id))
        self._on_end(self.job.id)
        state: JobState = "complete"
        if not isinstance(outcome, JobResult):
            state = outcome.state if isinstance(outcome, JobError) else "failed"
        self.job.become(state)
        if not self.job.cancelling.done():
            self.job.cancelling.set_result(state == "cancelled")
        if isinstance(outcome, JobResult):
            self.job.outcome.set_result(outcome)
        else:
            self.job.outcome.set_exception(outcome)
        self._emit(StateChanged(state, attempt=self._attempt))

    def _become(self, state: JobState, position: int = 0, attempt: int = 0) -> None:
        self.job.become(state)
        self._emit(StateChanged(state, position, attempt))

    def _emit(self, event: JobEvent) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            # what a listener does wrong is not to end the conversation of all jobs
            logger.exception("a listener failed on %s", type(event).__name__)
