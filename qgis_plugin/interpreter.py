"""Finds the Python that Landcast is installed in; never QGIS's own, which lacks its libraries."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsSettings

from .child_process import run_child
from .translation import tr

VARIABLE = "LANDCAST_PYTHON"
SETTING = "landcast/python"
MODULE = "landcast.worker.cli"


class InterpreterError(Exception):
    """There is no interpreter that could run Landcast; the message is one line and says how to set one."""


def find_interpreter() -> Path:
    """The interpreter that the environment variable or else the QGIS setting names.

    Raises:
        InterpreterError: neither is set, or there is no such file.
    """
    named = os.environ.get(VARIABLE, "").strip() or str(QgsSettings().value(SETTING, "") or "").strip()
    if not named:
        raise InterpreterError(tr("No Python with Landcast in it is set.") + " " + _how_to_set())
    # Not resolved: an environment is known by its own link to the interpreter.
    interpreter = Path(named).expanduser().absolute()
    if not interpreter.is_file():
        raise InterpreterError(
            tr("The Python set for Landcast, {path}, is not a file.").format(path=interpreter) + " " + _how_to_set()
        )
    return interpreter


def check_interpreter(interpreter: Path, is_cancelled: Callable[[], bool]) -> None:
    """Make sure that an interpreter starts and can import Landcast.

    Raises:
        InterpreterError: it does not, or cannot.
        ChildCancelledError: `is_cancelled` said yes.
    """
    lines: list[str] = []
    try:
        outcome = run_child([str(interpreter), "-c", f"import {MODULE}"], lines.append, is_cancelled)
    except OSError as error:
        raise InterpreterError(
            tr("The Python set for Landcast, {path}, cannot be started: {reason}.").format(
                path=interpreter, reason=error.strerror
            )
            + " "
            + _how_to_set()
        ) from error
    if outcome.exit_code != 0:
        raise InterpreterError(
            tr("The Python set for Landcast, {path}, cannot import it: {reason}.").format(
                path=interpreter, reason=lines[-1] if lines else tr("exit code {}").format(outcome.exit_code)
            )
            + " "
            + _how_to_set()
        )


def _how_to_set() -> str:
    return tr(
        "Run `pip install landcast` in a Python environment of its own and put the path of that environment's "
        "interpreter into the environment variable {variable}, or into the QGIS setting {setting}: "
        'QgsSettings().setValue("{setting}", "/path/to/python") in the Python console.'
    ).format(variable=VARIABLE, setting=SETTING)
