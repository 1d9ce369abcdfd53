"""Waiting for an answer in the thread of a task, as long as the user does."""

from __future__ import annotations

import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Callable, TypeVar

from ...core.client.errors import AnswerTimeoutError
from ..child_process import ChildCancelledError

GLANCE_S = 0.1
Value = TypeVar("Value")


def wait_for(answer: Future[Value], is_cancelled: Callable[[], bool], timeout_s: float) -> Value:
    """Return the answer.

    Raises:
        ChildCancelledError: `is_cancelled` said yes.
        AnswerTimeoutError: there was none in time.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return answer.result(GLANCE_S)
        except FutureTimeoutError:
            if answer.done():
                raise
        if is_cancelled():
            raise ChildCancelledError
        if time.monotonic() > deadline:
            raise AnswerTimeoutError(f"the worker did not answer within {timeout_s:g} s")
