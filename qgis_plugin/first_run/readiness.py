"""Whether a prediction could begin, and what lacks; asked in the main thread, starts nothing."""

from __future__ import annotations

from ..interpreter import InterpreterError
from ..worker.choice import WorkerChoiceError, choose_worker
from ..worker.installing import plugin_libraries
from ..worker.pyzmq import MissingPyzmqError, use_pyzmq


def find_obstacle() -> Exception | None:
    """What stands between here and a prediction: the error that says it; None where there is nothing.

    One of `WorkerChoiceError`, `InterpreterError` and `MissingPyzmqError`. That the interpreter runs, or that the
    other machine answers, is seen only when it is asked.
    """
    try:
        choose_worker()
        use_pyzmq(plugin_libraries())
    except (InterpreterError, MissingPyzmqError, WorkerChoiceError) as error:
        return error
    return None
