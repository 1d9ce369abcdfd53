"""A training or an evaluation in a process of its own: started, relayed, watched, stopped, started again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from ...core.device import choose_device
from ...core.errors import CancelledError
from ...core.protocol.engine_messages import Pulse
from ...core.protocol.fields import clean_text
from ...core.protocol.message import Message
from ...core.protocol.messages import Cancelled, Done, Failed, FailureCode, Notice, Progress, Stage, Started, Submit
from ...core.protocol.requests import EvaluateRequest, TrainRequest
from ..host.ledger import JobFolder
from ..host.settings import Patience
from ..host.watchdog import Watchdog
from ..long_jobs.leftovers import remove_leftovers
from .device_turn import device_turn
from .long_process import LongProcess
from .models import WarmModels

CRASHES = 3
"""Processes that may die of a job without a word before it has failed."""
POLL_S = 0.1
PULSE_S = 1.0
TOUCH_S = 3600.0
STOP_S = 3.0
"""To stop, or to end after the last word, before the process is killed; less than the host has patience."""
SILENCE = Patience(starting=3600.0, writing=3600.0, computing=1800.0, calls=20.0)
"""How long the process may say nothing: while it reads or writes, and between steps."""

End = Done | Failed | Cancelled
logger = logging.getLogger(__name__)


class LongJobRun:
    """Carries out a training or an evaluation.

    Args:
        submit: the job.
        folder: its ledger.
        models: loaded before; they make room.
        locks: folder with a lock a device.
        send: sends a message to the host.
        listen: takes in what the host says meanwhile; called often.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        submit: Submit,
        folder: JobFolder,
        models: WarmModels,
        locks: Path,
        send: Callable[[Message], None],
        listen: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        assert isinstance(submit.request, TrainRequest | EvaluateRequest)
        self.submit, self.request, self.folder = submit, submit.request, folder
        self._models, self._locks = models, locks
        self._send, self._listen, self._clock = send, listen, clock
        self.is_cancelled = False
        self._stage: Stage = "loading"
        self._calls = 0
        self._pulsed = self._touched = float("-inf")
        self._stepped_at: float | None = None

    @property
    def id(self) -> str:
        """Of the job."""
        return self.submit.job

    def carry_out(self) -> End:
        """Have it done; the end comes back.

        Raises:
            LandcastError: it cannot be begun, or it was cancelled before it had.
        """
        self._send(Started(self.id, self.submit.attempt))
        with device_turn(choose_device(self.request.device), self._locks, self._note, self._pulse_unless_cancelled):
            self._models.make_room(0)
            return self._try()

    def _note(self, text: str) -> None:
        self._send(Notice(self.id, "note", text))

    def _pulse_unless_cancelled(self) -> None:
        self._pulse()
        if self.is_cancelled:
            raise CancelledError("stopped as asked")

    def _try(self) -> End:
        """Start a process, and another one where it ended without a word, or because somebody else told it to."""
        code: FailureCode = "engine_crashed"
        for crashes in range(1, CRASHES + 1):
            with LongProcess(self.submit, self.folder.path) as process:
                end, is_hung = self._tend(process)
            remove_leftovers(self.request)
            if self.is_cancelled and not isinstance(end, Done):
                return Cancelled(self.id, is_over=True)
            if isinstance(end, Failed) and end.code == "internal":
                logger.error("job %s: %s", self.id, process.last_words)
            if isinstance(end, Done | Failed):
                return end
            code, words = "engine_hung" if is_hung else "engine_crashed", process.last_words
            logger.warning("the process of job %s is gone: %s", self.id, words)
            if crashes < CRASHES:
                self._note("the process that computes ended without a word and is started again")
        text = f"the process that computes died {CRASHES} times of it; {words}"
        return Failed(self.id, code, clean_text(text))

    def _tend(self, process: LongProcess) -> tuple[End | None, bool]:
        """Relay what a process says until it is gone; its last word and whether it had to be killed for silence."""
        end: End | None = None
        stop_at, is_hung = float("inf"), False
        watchdog, self._stepped_at = Watchdog(SILENCE, self._clock()), None
        while not process.has_ended:
            for message in process.receive(POLL_S):
                if isinstance(message, Done | Failed | Cancelled):
                    end = message
                else:
                    self._relay(message, watchdog)
            self._pulse()
            now = self._clock()
            if stop_at == float("inf") and (self.is_cancelled or end is not None):
                if end is None:
                    process.ask_to_stop()
                stop_at = now + STOP_S
            is_hung = is_hung or (end is None and watchdog.has_hung(now))
            if is_hung or now >= stop_at:
                process.kill()
        return end, is_hung

    def _relay(self, message: Message, watchdog: Watchdog) -> None:
        now = self._clock()
        if isinstance(message, Progress):
            self._stage = message.stage
            step_s = None if self._stepped_at is None else now - self._stepped_at
            self._stepped_at = now if message.total else None
            # a step is to the watchdog what a network call is
            watchdog.hear(now, "predicting" if message.total else message.stage, step_s if message.total else None)
        else:
            watchdog.hear(now)
        if isinstance(message, Pulse):
            self._calls = message.calls
        else:
            self._send(message)

    def _pulse(self) -> None:
        """Take in what the host says, and let it hear that this process lives."""
        self._listen()
        now = self._clock()
        if now - self._pulsed >= PULSE_S:
            self._pulsed = now
            self._send(Pulse(self.id, self._stage, self._calls))
        if now - self._touched >= TOUCH_S:
            self._touched = now
            self.folder.touch()
