"""Questions that only the engine can answer: kept until it does, asked again where it died."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.protocol.codec import answer_error
from ...core.protocol.errors import LimitError
from ...core.protocol.frames import Frame
from ...core.protocol.message import Message
from ...core.protocol.messages import (
    Failed,
    ModelList,
    ModelsQuestion,
    ModelVerified,
    Plan,
    Planned,
    VerifyModel,
)

MOST_WAITING = 256

Question = Plan | ModelsQuestion | VerifyModel
Say = Callable[[bytes, Message], object]


class Questions:
    """What clients asked the engine.

    Args:
        say: sends to a client.
        order: sends to the engine.
    """

    def __init__(self, say: Say, order: Callable[[Message, Sequence[Frame]], None]) -> None:
        self._say, self._order = say, order
        self._waiting: dict[str, tuple[bytes, Question, Sequence[Frame]]] = {}
        self._asked: dict[str, tuple[bytes, Question, Sequence[Frame]]] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._asked)

    def ask(self, client: bytes, question: Question, frames: Sequence[Frame] = ()) -> None:
        """Take in a question; the same id again replaces it."""
        if len(self) >= MOST_WAITING:
            self._say(client, answer_error(LimitError("too many questions wait for an answer"), _id(question)))
            return
        self._waiting[_id(question)] = client, question, frames

    def pass_on(self) -> None:
        """Ask the engine, which must be ready."""
        for number, (client, question, frames) in self._waiting.items():
            self._asked[number] = client, question, frames
            self._order(question, frames)
        self._waiting.clear()

    def hear(self, answer: Message) -> bool:
        """Bring the engine's answer to who asked; False where it answers no question."""
        if not isinstance(answer, Planned | Failed | ModelList | ModelVerified):
            return False
        asked = self._asked.pop(answer.job if isinstance(answer, Planned | Failed) else answer.query, None)
        if asked is None:
            return False
        self._say(asked[0], answer)
        return True

    def bear(self, words: str) -> None:
        """The engine died: plans fail, for one of them may have been why; all else is asked again."""
        for number, (client, question, frames) in self._asked.items():
            if isinstance(question, Plan):
                self._say(client, Failed(number, "engine_crashed", f"the engine died: {words}"[:4096], True))
            else:
                self._waiting[number] = client, question, frames
        self._asked.clear()

    def fail(self, words: str) -> None:
        """There is no engine: nothing is answered."""
        for number, (client, question, _) in [*self._waiting.items(), *self._asked.items()]:
            if isinstance(question, Plan):
                self._say(client, Failed(number, "engine_missing", words[:4096], True))
        self._waiting.clear()
        self._asked.clear()


def _id(question: Question) -> str:
    return question.job if isinstance(question, Plan) else question.query
