"""Asks what the prediction that is chosen now would be: a moment after the last change, and the newest answer wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..translation import tr
from .asking import Answer, Asker, AskTask, begin
from .choices import ChoiceError

DELAY_MS = 400
Ask = Callable[[Asker], Any]
MakeQuestion = Callable[[Asker], Optional[Ask]]


class PlanPreview(QObject):  # type: ignore[misc]
    """One question at a time.

    Args:
        make_question: called in the main thread; gives what asks and waits in another one, None where there is nothing
            to ask. Raises `ChoiceError` where what is chosen cannot be predicted.
        parent: owns this.
        delay_ms: after the last change.
    """

    asked = pyqtSignal()
    """A question was asked."""
    answered = pyqtSignal(object)
    """The `Answer` to the newest question."""

    def __init__(self, make_question: MakeQuestion, parent: QObject | None = None, delay_ms: int = DELAY_MS) -> None:
        super().__init__(parent)
        self._make_question = make_question
        self._task: AskTask | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._ask)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._timer.isActive() or self._task is not None

    def touch(self) -> None:
        """Something changed: earlier answers count no more."""
        self.stop()
        self._timer.start()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._timer.stop()
        task, self._task = self._task, None
        if task is not None:
            task.drop()

    def _ask(self) -> None:
        asker = Asker()
        try:
            ask = self._make_question(asker)
        except ChoiceError as error:
            self.answered.emit(Answer(problem=str(error)))
            return
        if ask is None:
            return
        self._task = begin(tr("Plan a prediction"), asker, ask, self._on_answer)
        self.asked.emit()

    def _on_answer(self, answer: Answer) -> None:
        self._task = None
        self.answered.emit(answer)
