"""Everything that must be there before a worker can be asked; looked for in the main thread."""

from __future__ import annotations

from qgis.core import QgsProcessingException

from ..interpreter import InterpreterError
from ..worker.choice import WorkerChoice, WorkerChoiceError, choose_worker
from ..worker.installing import plugin_libraries
from ..worker.pyzmq import MissingPyzmqError, use_pyzmq


def ready_worker() -> WorkerChoice:
    """The worker that the settings name, and what it takes to talk with it.

    Raises:
        QgsProcessingException: there is none, or pyzmq is missing; the message says what to do.
    """
    try:
        choice = choose_worker()
        use_pyzmq(plugin_libraries())
    except (InterpreterError, WorkerChoiceError, MissingPyzmqError) as error:
        raise QgsProcessingException(str(error)) from error
    return choice
