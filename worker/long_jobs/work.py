"""The work of a long job, and what the engine hears of it meanwhile."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core.device_errors import is_device_lost
from ...core.errors import LandcastError
from ...core.files import hash_file
from ...core.model.folder import verify_model
from ...core.protocol.engine_messages import Pulse
from ...core.protocol.fields import clean_text
from ...core.protocol.message import Message
from ...core.protocol.messages import Done, Failed, Notice, Progress, Stage, Submit
from ...core.protocol.requests import EvaluateRequest, TrainRequest
from ...core.protocol.values import ResultFile
from ..cli.stopping import stop_if_asked
from ..engine.lost import DeviceLostError, end_process
from ..engine.requests import tell_failure
from ..host.ledger import JobFolder
from .leftovers import remove_leftovers
from .needs import needs_training

PROGRESS_S = 0.1
"""Least time between two messages that only say how far it is."""
PULSE_S = 1.0
MOST_FILES = 64
MOST_WARNINGS = 64

logger = logging.getLogger(__name__)


class Work:
    """Trains or evaluates.

    Args:
        submit: the job.
        ledger: its folder; `publishing` there says that what stands under the result's names is from this job.
        send: sends a message to the engine.
        clock: seconds that never go back.
    """

    def __init__(
        self, submit: Submit, ledger: Path, send: Callable[[Message], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.submit, self.folder = submit, JobFolder(ledger)
        self._send, self._clock = send, clock
        self._stage: Stage = "loading"
        self._calls = 0
        self._last_progress = self._last_pulse = float("-inf")
        self._warnings: list[str] = []

    def carry_out(self) -> Done | Failed:
        """Do it, and return the result or why there is none.

        Raises:
            KeyboardInterrupt: it was asked to stop.
        """
        telling, started = _Telling(self._warn), self._clock()
        logging.getLogger().addHandler(telling)
        try:
            self._enter("loading")
            done = self._work()
        except Exception as error:
            if is_device_lost(error):
                words = str(error).partition("\n")[0]
                end_process(DeviceLostError(f"the device failed, and this process cannot use it any more: {words}"))
            if not isinstance(error, LandcastError):
                logger.exception("job %s failed", self.submit.job)
            return tell_failure(self.submit.job, error)
        finally:
            logging.getLogger().removeHandler(telling)
        warnings = tuple(self._warnings[:MOST_WARNINGS])
        return replace(done, warnings=warnings, seconds=self._clock() - started)

    def _work(self) -> Done:
        request = self.submit.request
        assert isinstance(request, TrainRequest | EvaluateRequest)
        remove_leftovers(request)
        return self._train(request) if isinstance(request, TrainRequest) else self._evaluate(request)

    def _train(self, request: TrainRequest) -> Done:
        with needs_training():
            from ...training.requests import plan_training
            from ...training.run import check_folders, run_training
        plan, hardware = plan_training(request, is_elsewhere=True)
        if self.folder.is_publishing:
            # an earlier attempt made this far
            plan = replace(plan, is_resuming=True)
            if plan.folder.exists():
                verify_model(plan.folder)
                return self._trained(plan.folder)
        check_folders(plan)
        self._mark()
        self._enter("reading")
        made = run_training(plan, hardware, self._counter("training"))
        if made is None:
            self._note(f"{request.stage} trained; train the other stage, resuming, to make the model")
            return Done(self.submit.job, facts={"trained": request.stage})
        return self._trained(made)

    def _trained(self, folder: Path) -> Done:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return Done(self.submit.job, _files(files), facts={"folder": clean_text(str(folder))})

    def _evaluate(self, request: EvaluateRequest) -> Done:
        with needs_training():
            from ...training.backtest.run import REPORT_NAME
            from ...training.evaluate import METRICS_NAME, SHEET_NAME
            from ...training.requests import carry_out_evaluation
        files = [Path(request.folder) / name for name in (METRICS_NAME, SHEET_NAME, REPORT_NAME)]
        if not (self.folder.is_publishing and all(path.is_file() for path in files)):
            self._enter("reading")
            carry_out_evaluation(request, self._counter("evaluating"), self._before_call, is_elsewhere=True)
            self._mark()
        return Done(self.submit.job, _files(files), facts=_facts(files[0]))

    def _mark(self) -> None:
        self.folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mark_publishing()

    def _counter(self, stage: Stage) -> Callable[[int, int], None]:
        """Return what is called with the steps done and all steps."""

        def count(done: int, total: int) -> None:
            stop_if_asked()
            self._stage = stage
            now = self._clock()
            if done == total or now - self._last_progress >= PROGRESS_S:
                self._last_progress = now
                self._send(Progress(self.submit.job, stage, done, total))
            self._pulse()
            if done == total:
                self._enter("writing")

        return count

    def _before_call(self) -> None:
        stop_if_asked()
        self._stage = "evaluating"
        self._pulse()

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        self._send(Progress(self.submit.job, stage, 0, 0))

    def _pulse(self) -> None:
        self._calls += 1
        now = self._clock()
        if now - self._last_pulse >= PULSE_S:
            self._last_pulse = now
            self._send(Pulse(self.submit.job, self._stage, self._calls))

    def _note(self, text: str) -> None:
        self._send(Notice(self.submit.job, "note", clean_text(text)))

    def _warn(self, text: str) -> None:
        self._warnings.append(clean_text(text))
        self._send(Notice(self.submit.job, "warning", clean_text(text)))


class _Telling(logging.Handler):
    """Passes on what the command line would print as a warning."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._warn = warn

    def emit(self, record: logging.LogRecord) -> None:
        # a traceback is for the log
        if record.exc_info is None:
            self._warn(record.getMessage())


def _files(paths: Iterable[Path]) -> tuple[ResultFile, ...]:
    """Describe files of a result, numbered in the order given."""
    return tuple(
        ResultFile(f"file_{number}", clean_text(path.name, 256), path.stat().st_size, hash_file(path), str(path))
        for number, path in enumerate(list(paths)[:MOST_FILES])
    )


def _facts(metrics: Path) -> dict[str, str]:
    """The single figures of an evaluation, as text."""
    figures: dict[str, Any] = json.loads(metrics.read_text(encoding="utf-8"))
    single = {name: value for name, value in figures.items() if not isinstance(value, dict | list)}
    return {name: clean_text(str(value)) for name, value in single.items()}
