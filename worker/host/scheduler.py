"""Carries jobs from SUBMIT to their end: queue, engine, ledger, clients that come and go. Holds no socket."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ...core.protocol.codec import answer_error
from ...core.protocol.engine_messages import Kept
from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import clean_text
from ...core.protocol.frames import Frame
from ...core.protocol.message import Message
from ...core.protocol.messages import (
    Accepted,
    Cancel,
    Cancelled,
    Credit,
    Done,
    Error,
    Failed,
    FailureCode,
    Fetch,
    Forget,
    Notice,
    Progress,
    Source,
    Started,
    Submit,
)
from ...core.protocol.requests import PredictRequest
from ...core.raster.partial import remove_abandoned
from ..long_jobs.leftovers import remove_leftovers
from .delivery import stream
from .jobs import End, Job
from .ledger import Ledger
from .long_requests import refuse_long_job
from .models import is_model_name
from .queue import TurnQueue
from .receiving import as_ranges, first_credit, keep_overview, keep_part
from .settings import HostSettings
from .supervisor import Death, Supervisor

MOST_JOBS = 2048
MOST_KEPT = 50
"""Iterations of a prediction whose images may be kept; `core.request` says so too, which needs numpy."""
RECEIVING_S = 2.0
"""From word to word to a client that is to send pixels: that it is gone shows when something is said to it."""
NOT_PERMITTED = "files and folders of the worker's machine may only be named by a client on that machine"

logger = logging.getLogger(__name__)


class Scheduler:
    """Knows all jobs.

    Args:
        settings: of the host.
        supervisor: of the engine.
        tell: sends a message to a client; False where it is gone.
        order: sends a message to the engine.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        settings: HostSettings,
        supervisor: Supervisor,
        tell: Callable[[bytes, Message, Sequence[Frame]], bool],
        order: Callable[[Message], None],
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._supervisor = settings, supervisor
        self._tell, self._order, self._clock = tell, order, clock
        self._ledger = Ledger(settings.cache / "jobs")
        self._ledger.remove_stale()
        self.jobs: dict[str, Job] = {}
        self.queue = TurnQueue()
        self.running: Job | None = None

    @property
    def has_work(self) -> bool:
        """Whether a job runs or waits."""
        return self.running is not None or len(self.queue) > 0

    def take(self, owner: bytes, message: Message, frames: Sequence[Frame], is_local: bool) -> bool:
        """Handle a client's message about a job; False where it is about something else."""
        if isinstance(message, Submit):
            self._submit(owner, message, frames, is_local)
        elif isinstance(message, Credit | Cancel | Forget | Fetch | Source):
            job = self.jobs.get(message.job)
            if job is None:
                self._say(owner, Failed(message.job, "job_unknown", "this worker knows no such job; submit it again"))
            elif job.owner != owner:
                self._say(owner, Error("unexpected", "another connection has this job; submit it again", message.job))
            else:
                self._take_about(job, message, frames)
        else:
            return False
        return True

    def hear(self, message: Message) -> None:
        """Handle the engine's message about the job that it carries out."""
        job = self.running
        if job is None or getattr(message, "job", None) != job.id:
            return
        now = self._clock()
        if isinstance(message, Done | Failed | Cancelled):
            self._release(now)
            self._finish(job, message)
            return
        job.progress_at = now
        if isinstance(message, Kept):
            job.keep(message.number)
            self._stream(job)
        elif isinstance(message, Notice):
            if job.add_notice(message):
                self._say(job.owner, message)
        elif isinstance(message, Progress):
            job.progress = message
            self._say(job.owner, message)
        elif isinstance(message, Started):
            self._say(job.owner, message)

    def bear(self, death: Death) -> None:
        """Handle the death of the engine."""
        job, self.running = self.running, None
        if job is None:
            return
        if job.cancelled_at is not None:
            _remove_partial_files(job)
            self._finish(job, Cancelled(job.id))
            return
        job.crashes += death.kind != "wanted"
        if job.crashes >= self._settings.crashes:
            _remove_partial_files(job)
            code: FailureCode = "engine_hung" if death.kind == "hung" else "engine_crashed"
            self._finish(job, Failed(job.id, code, f"the engine died {job.crashes} times of it; {death.words}"[:4096]))
            return
        job.state = "queued"
        self.queue.push_front(job.owner, job.id)

    def tick(self) -> None:
        """Give the engine its next job, and see to what is late."""
        now = self._clock()
        if self._supervisor.has_given_up:
            self._fail_all("engine_missing", f"no engine can be started: {self._supervisor.last_words}")
        if self._supervisor.is_ready and self.running is None:
            self._start_next(now)
        patience = self._settings.patience
        job = self.running
        if job is not None and job.cancelled_at is not None and now - job.cancelled_at > patience.cancel:
            self._supervisor.kill("wanted", "a cancelled job did not stop")
        for job in list(self.jobs.values()):
            if job.orphaned_at is not None and not job.is_over and now - job.orphaned_at > patience.orphan:
                logger.info("job %s: its client did not come back", job.id, extra={"job": job.id})
                job.orphaned_at = now
                self._cancel(job)
            if job.ended_at is not None and now - job.ended_at > patience.ended:
                self._forget(job)
            if job.state == "receiving" and now - job.progress_at > RECEIVING_S:
                job.progress_at = now
                self._say(job.owner, Progress(job.id, "receiving", len(job.parts), job.part_count))

    def _forget_oldest(self) -> None:
        """Make room: jobs that are over are remembered for those who ask again, but not all of them."""
        over = [job for job in self.jobs.values() if job.is_over]
        for job in over[: max(0, len(self.jobs) - MOST_JOBS)]:
            self._forget(job)

    def orphan(self, owner: bytes) -> None:
        """A client is gone; its jobs wait for it to come back."""
        for job in self.jobs.values():
            if job.owner == owner and job.orphaned_at is None:
                job.orphaned_at = self._clock()

    def end(self, reason: str) -> None:
        """Tell all clients that nothing more comes; their ledgers stay for the next host."""
        for job in self.jobs.values():
            if not job.is_over:
                self._say(job.owner, Failed(job.id, "shutting_down", reason, is_retryable=True))

    def _submit(self, owner: bytes, submit: Submit, frames: Sequence[Frame], is_local: bool) -> None:
        job = self.jobs.get(submit.job)
        if job is None:
            refusal = self._refusal(owner, submit, is_local)
            if refusal is not None:
                self._say(owner, refusal)
                return
            job = Job(submit, owner, self._ledger.job(submit.job))
            if not self._prepare(job, frames):
                return
            self.jobs[job.id] = job
            self._forget_oldest()
            self._supervisor.try_again(self._clock())
        elif not job.asks_the_same(submit):
            self._say(owner, Failed(submit.job, "job_conflict", "this id belongs to another request; take a new one"))
            return
        self._attach(job, owner, submit)

    def _prepare(self, job: Job, frames: Sequence[Frame]) -> bool:
        """Queue a new job, or wait for the pixels that it needs; False where it is refused."""
        if job.submit.source is not None:
            job.state = "receiving"
            job.parts, job.part_count = job.folder.source_parts()
            try:
                keep_overview(job.folder, job.submit, frames)
            except (ProtocolError, OSError) as error:
                self._say(job.owner, self._cannot_keep(job, error))
                return False
        if job.has_its_source:
            job.state = "queued"
            self.queue.push(job.owner, job.id)
        return True

    def _receive(self, job: Job, source: Source, frames: Sequence[Frame]) -> None:
        """Take a part of the pixels; with the last the job is queued."""
        if job.state != "receiving":
            if job.submit.source is None:
                self._say(job.owner, Error("unexpected", "this job needs no pixels", job.id))
            return
        try:
            credit = keep_part(job, source, frames, self._settings.limits.source_bytes)
        except ProtocolError as error:
            self._say(job.owner, answer_error(error, job.id))
            return
        except OSError as error:
            self._finish(job, self._cannot_keep(job, error))
            return
        if job.has_its_source:
            job.state = "queued"
            self.queue.push(job.owner, job.id)
        else:
            self._say(job.owner, credit)

    def _cannot_keep(self, job: Job, error: Exception) -> Failed:
        is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        words = clean_text(f"the pixels cannot be kept in {self._ledger.folder}: {error}")
        return Failed(job.id, "disk_full" if is_full else "request", words, is_retryable=is_full)

    def _attach(self, job: Job, owner: bytes, submit: Submit) -> None:
        """Answer a SUBMIT, and tell what was told to an earlier connection."""
        if job.owner != owner:
            self.queue.move(job.id, owner)
        is_again = job.owner != owner or job.attempt > 0
        job.attach(owner, submit.received)
        self._say(owner, Accepted(job.id, self.queue.position(job.id), as_ranges(job.parts)))
        if job.state == "receiving":
            self._say(owner, first_credit(job.id))
        if is_again and job.attempt > 0:
            self._say(owner, Started(job.id, job.attempt))
            for message in [*job.notices, *([job.progress] if job.progress else [])]:
                self._say(owner, message)
        self._send_end(job)

    def _refusal(self, owner: bytes, submit: Submit, is_local: bool) -> Failed | None:
        limits, request = self._settings.limits, submit.request
        if isinstance(request, PredictRequest):
            refusal = _refuse_prediction(submit, request, is_local)
        else:
            refusal = refuse_long_job(submit, request, is_local)
        if refusal is not None:
            return refusal
        waiting = [job.owner for job in self.jobs.values() if job.state in ("receiving", "queued")]
        if len(waiting) >= limits.jobs or waiting.count(owner) >= limits.jobs_a_client:
            return Failed(submit.job, "queue_full", f"{len(waiting)} jobs wait already; try again later", True)
        return None

    def _take_about(self, job: Job, message: Message, frames: Sequence[Frame]) -> None:
        if isinstance(message, Source):
            self._receive(job, message, frames)
        elif isinstance(message, Credit):
            job.credit_messages += message.messages
            job.credit_bytes += message.bytes
            self._stream(job)
        elif isinstance(message, Cancel):
            self._cancel(job)
        elif isinstance(message, Forget):
            self._forget(job)
        elif isinstance(message, Fetch):
            self._fetch(job, message)

    def _fetch(self, job: Job, message: Fetch) -> None:
        layers = [file.layer for file in job.end.files] if isinstance(job.end, Done) else []
        if job.submit.delivery != "file" or message.layer not in layers:
            self._say(job.owner, Error("unexpected", f"there is no file {message.layer} to fetch", job.id))
            return
        job.fetch = message.layer, message.offset
        self._stream(job)

    def _cancel(self, job: Job) -> None:
        if job.has_tiles_to_wait_for:
            job.kept.clear()
            self._finish(job, Cancelled(job.id))
        elif job.is_over:
            job.is_end_sent = False
            self._send_end(job)
        elif job is self.running:
            self._say(job.owner, Cancelled(job.id, is_over=False))
            if job.cancelled_at is None:
                job.cancelled_at = self._clock()
                self._order(Cancel(job.id))
        else:
            self.queue.remove(job.id)
            self._finish(job, Cancelled(job.id))

    def _forget(self, job: Job) -> None:
        if not job.is_over:
            self._cancel(job)
            return
        job.folder.remove()
        self.jobs.pop(job.id, None)

    def _start_next(self, now: float) -> None:
        job = self.jobs.get(self.queue.pop() or "")
        if job is None:
            return
        job.state, job.progress_at = "running", now
        job.attempt += 1
        self.running = job
        self._supervisor.set_busy(now, True)
        received = job.submit.received if job.submit.delivery == "tiles" else ()
        self._order(replace(job.submit, attempt=job.attempt, received=received))

    def _release(self, now: float) -> None:
        self.running = None
        self._supervisor.set_busy(now, False)

    def _finish(self, job: Job, end: End) -> None:
        job.finish(end, self._clock())
        logger.info("job %s: %s", job.id, job.state, extra={"job": job.id})
        if not isinstance(end, Done):
            job.folder.remove()
        self._stream(job)
        self._send_end(job)

    def _send_end(self, job: Job) -> None:
        if job.end is None or job.is_end_sent or job.has_tiles_to_wait_for:
            return
        job.is_end_sent = self._say(job.owner, job.end)
        if job.submit.delivery == "path":
            # should the client have missed this, and come back to the next host, its own result is not in its way
            job.folder.remove_parts()
            job.kept.clear()

    def _stream(self, job: Job) -> None:
        if not stream(job, self._tell):
            self.orphan(job.owner)
        are_tiles_wanted = job.submit.delivery == "tiles" and not job.is_end_sent
        if are_tiles_wanted and isinstance(job.end, Done) and len(job.kept) < job.end.tiles:
            words = "a part of the result was damaged in the worker's cache folder; submit the job again"
            job.finish(Failed(job.id, "internal", words, is_retryable=True), self._clock())
            job.folder.remove()
        self._send_end(job)

    def _fail_all(self, code: FailureCode, words: str) -> None:
        while (waiting := self.queue.pop()) is not None:
            self._finish(self.jobs[waiting], Failed(waiting, code, words[:4096], is_retryable=True))

    def _say(self, owner: bytes, message: Message) -> bool:
        is_there = self._tell(owner, message, ())
        if not is_there:
            self.orphan(owner)
        return is_there


def _refuse_prediction(submit: Submit, request: PredictRequest, is_local: bool) -> Failed | None:
    """Say why not; None where nothing is against it."""
    quicklook = None if submit.delivery == "file" else request.quicklook
    is_by_path = submit.source is None or submit.delivery == "path" or request.area or quicklook
    if not is_local and (is_by_path or not is_model_name(request.model)):
        return Failed(submit.job, "not_permitted", NOT_PERMITTED)
    if submit.source is not None and submit.delivery == "path" and request.output is None:
        return Failed(submit.job, "request", "pixels that are sent have no folder; name the output")
    source = None if submit.source is not None else request.source
    output = request.output if submit.delivery == "path" else None
    if submit.delivery == "tiles" and request.is_mapping_domain:
        words = "the layer of distances from the training is a file and has no tiles; ask for it by path or file"
        return Failed(submit.job, "request", words)
    for path in (source, output, request.area, quicklook):
        if path is not None and "://" not in path and not os.path.isabs(path):  # noqa: PTH117 - text
            return Failed(submit.job, "request", f"{path}: the worker stands in another folder; give a full path")
    return None


def _remove_partial_files(job: Job) -> None:
    """Remove what a killed engine wrote aside of a result that nobody will make any more."""
    request = job.submit.request
    if not isinstance(request, PredictRequest):
        remove_leftovers(request)
        return
    if job.submit.delivery != "path":
        return
    source = Path(request.source)
    first = Path(request.output) if request.output else source.with_name(f"{source.stem}_pred.tif")
    # how many iterations so many years take is known to the engine alone
    most = (request.iterations or MOST_KEPT) if request.is_keeping_iterations else 1
    names = ["spread", "change", "typical", "domain", *(f"iteration_{number}" for number in range(1, most))]
    for path in [first, *(first.with_name(f"{first.stem}_{name}{first.suffix}") for name in names)]:
        with contextlib.suppress(OSError):
            remove_abandoned(path)
