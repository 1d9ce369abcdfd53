"""A question to the worker in the background, whose answer comes back to the main thread."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsApplication, QgsRasterBlockFeedback, QgsTask

from ...core.client.errors import JobFailedError, RefusedError
from ..area_file import AreaError
from ..compat import QUIET_TASK
from ..interpreter import InterpreterError
from ..log import log
from ..prediction import PredictionCancelledError, PredictionCrashedError, PredictionError
from ..translation import tr

Answered = Callable[["Answer"], None]
CHOSEN = (
    "source", "not_georeferenced", "unsupported_source", "request", "model", "output", "not_permitted"
)  # fmt: skip
"""Codes of failures that another choice mends, and no waiting."""


@dataclass(frozen=True)
class Answer:
    """How a question ended.

    Attributes:
        value: what was answered.
        problem: why there is no answer; None where there is one.
        is_without_worker: whether that is because there is no Landcast that could answer.
        is_passing: whether the same question may be answered another time.
    """

    value: Any = None
    problem: str | None = None
    is_without_worker: bool = False
    is_passing: bool = False


class Asker:
    """Who waits for an answer, until nobody wants it any more; usable from any thread.

    Attributes:
        loading: of a layer's provider; cancelled with the rest.
    """

    def __init__(self) -> None:
        self.loading = QgsRasterBlockFeedback()

    def stop(self) -> None:
        """Nobody wants the answer any more."""
        self.loading.cancel()

    def is_cancelled(self) -> bool:
        """Whether nobody wants it."""
        return bool(self.loading.isCanceled())

    def show_stage(self, text: str) -> None:
        """A plan has no stages that a person could follow."""

    def show_progress(self, done: int, total: int) -> None:
        """Nor has it parts."""

    def warn(self, text: str) -> None:
        """What there is to warn of stands in the answer as well."""

    def info(self, text: str) -> None:
        """For the log."""
        log(text)


class AskTask(QgsTask):  # type: ignore[misc]
    """Asks in a thread of its own.

    Args:
        text: of the task.
        asker: who waits.
        ask: asks and waits; what it holds is let go of in that thread.
        on_answer: called in the main thread in any case, also where QGIS stopped the task; only not after `drop`.
    """

    def __init__(self, text: str, asker: Asker, ask: Callable[[Asker], Any], on_answer: Answered) -> None:
        super().__init__(text, QUIET_TASK)
        self._asker = asker
        self._ask: Callable[[Asker], Any] | None = ask
        self._on_answer = on_answer
        self._is_dropped = False
        self._answer = _stopped()

    def run(self) -> bool:
        """Called by QGIS in a thread of its own."""
        ask, self._ask = self._ask, None
        assert ask is not None
        try:
            self._answer = Answer(ask(self._asker))
        except PredictionCancelledError:
            return False
        except InterpreterError as error:
            self._answer = Answer(problem=str(error), is_without_worker=True, is_passing=True)
        except (PredictionError, AreaError) as error:
            self._answer = Answer(problem=str(error), is_passing=_is_passing(error))
        except Exception:  # noqa: BLE001 - QGIS drops what is raised in a thread
            log(traceback.format_exc())
            self._answer = Answer(
                problem=tr("This is a bug of the plugin; the log of messages says where (panel Landcast).")
            )
        finally:
            del ask
        return True

    def drop(self) -> None:
        """Who asked does not want the answer any more."""
        self._is_dropped = True
        self.cancel()

    def cancel(self) -> None:
        """Called by QGIS as well, where a user stops its tasks."""
        self._asker.stop()
        super().cancel()

    def finished(self, is_done: bool) -> None:
        """Called by QGIS in the main thread."""
        _ASKED.discard(self)
        if not self._is_dropped:
            self._on_answer(_stopped() if self._asker.is_cancelled() or not is_done else self._answer)


_ASKED: set[AskTask] = set()
"""Tasks that go on: QGIS keeps but the half of them that is not Python."""


def _stopped() -> Answer:
    return Answer(problem=tr("The question to Landcast was stopped before there was an answer."), is_passing=True)


def _is_passing(error: Exception) -> bool:
    """Whether it is not what was chosen that is wrong."""
    reason = error.__cause__
    if isinstance(reason, (JobFailedError, RefusedError)):
        return reason.code not in CHOSEN
    return isinstance(error, PredictionCrashedError) or reason is not None


def begin(text: str, asker: Asker, ask: Callable[[Asker], Any], on_answer: Answered) -> AskTask:
    """Ask in the background."""
    task = AskTask(text, asker, ask, on_answer)
    _ASKED.add(task)
    QgsApplication.taskManager().addTask(task)
    return task
