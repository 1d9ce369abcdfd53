"""How questions of the panel end: whoever asked hears of each, and whether asking again may help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsApplication

from landcast.core.client.errors import AnswerTimeoutError, RefusedError
from landcast.qgis_plugin.area_file import AreaError
from landcast.qgis_plugin.dock.asking import Answer, Asker, begin
from landcast.qgis_plugin.interpreter import InterpreterError
from landcast.qgis_plugin.prediction import PredictionCancelledError, PredictionCrashedError, PredictionFailedError

from .docks import tasks, wait_until

pytestmark = pytest.mark.usefixtures("qgis_app")


def ask_and_wait(ask: Callable[[Asker], Any]) -> Answer:
    answers: list[Answer] = []
    begin("a question", Asker(), ask, answers.append)
    wait_until(lambda: bool(answers), "an answer")
    return answers[0]


def failing(error: Exception, cause: Exception | None = None) -> Callable[[Asker], Any]:
    def ask(asker: Asker) -> Any:
        raise error from cause

    return ask


def until_stopped(asker: Asker) -> Any:
    while not asker.is_cancelled():
        pass
    raise PredictionCancelledError


def test_an_answer_comes_back() -> None:
    assert ask_and_wait(lambda asker: 7) == Answer(7)


@pytest.mark.parametrize(
    ("error", "cause", "is_passing"),
    [
        (PredictionCrashedError("gone"), None, True),
        (PredictionFailedError("late"), AnswerTimeoutError("late"), True),
        (PredictionFailedError("no file"), RefusedError("no file", "unreadable_source"), True),
        (PredictionFailedError("too fine"), RefusedError("too fine", "request"), False),
        (PredictionFailedError("no such model"), None, False),
        (AreaError("empty"), None, False),
        (InterpreterError("none"), None, True),
    ],
)
def test_only_what_lies_in_the_choices_stays(error: Exception, cause: Exception | None, is_passing: bool) -> None:
    answer = ask_and_wait(failing(error, cause))
    assert (answer.problem, answer.is_passing) == (str(error), is_passing)


def test_a_worker_that_says_cancelled_is_heard() -> None:
    answer = ask_and_wait(failing(PredictionCancelledError()))
    assert answer.problem
    assert answer.is_passing


def test_a_question_that_qgis_stops_is_answered() -> None:
    answers: list[Answer] = []
    begin("a question", Asker(), until_stopped, answers.append)
    QgsApplication.taskManager().cancelAll()
    wait_until(lambda: bool(answers), "an answer")
    assert answers[0].problem
    assert answers[0].is_passing


def test_who_drops_a_question_hears_no_more_of_it() -> None:
    answers: list[Answer] = []
    begin("a question", Asker(), until_stopped, answers.append).drop()
    wait_until(lambda: not tasks(), "the end of the question")
    assert answers == []
