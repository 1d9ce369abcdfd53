"""What was asked and not answered yet."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import Error, Failed, ModelList, ModelVerified, Planned, StatusReport
from .errors import ClientError, RefusedError


@dataclass(frozen=True)
class Question:
    """A question with its id and the one who waits."""

    id: str
    message: Message
    frames: Sequence[Frame]
    answer: Future[Any]


class Questions:
    """Questions by id; used by the socket's thread."""

    def __init__(self) -> None:
        self._open: dict[str, Question] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, question: Question) -> None:
        """Remember a question until it is answered or its asker stops waiting."""
        self._open[question.id] = question

    def drop(self, question: str) -> None:
        """Nobody waits any more."""
        self._open.pop(question, None)

    def all(self) -> list[Question]:
        """Those that are open, to be asked over a new connection."""
        return list(self._open.values())

    def take(self, message: Message) -> bool:
        """Answer the question that a message answers; False where it answers none."""
        if isinstance(message, (Planned, Failed)):
            question = self._open.pop(message.job, None)
        elif isinstance(message, (StatusReport, ModelList, ModelVerified)):
            question = self._open.pop(message.query, None)
        elif isinstance(message, Error):
            question = self._open.pop(message.about or "", None)
        else:
            return False
        if question is None:
            return False
        if isinstance(message, (Failed, Error)):
            question.answer.set_exception(RefusedError(message.message, message.code))
        else:
            question.answer.set_result(message)
        return True

    def fail(self, error: ClientError, question: str | None = None) -> None:
        """Tell one asker, or all, that there will be no answer."""
        names = list(self._open) if question is None else [question]
        for name in names:
            found = self._open.pop(name, None)
            if found is not None:
                found.answer.set_exception(error)
