"""Finds the Python that Landcast is installed in; never QGIS's own, which lacks its libraries."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsSettings

from .. import __version__
from .child_process import run_child
from .environment.places import find_finished, find_outdated
from .environment.where import environments_folder
from .translation import tr

VARIABLE = "LANDCAST_PYTHON"
SETTING = "landcast/python"
MODULE = "landcast.worker.cli"


class InterpreterError(Exception):
    """There is no interpreter that could run Landcast; the message is one line and says how to set one."""


class OutdatedEnvironmentError(InterpreterError):
    """The environment that was made holds another version of Landcast, as after an update of the plugin."""


def find_interpreter() -> Path:
    """The interpreter that the environment variable names, else the QGIS setting, else the environment that was made.

    Raises:
        InterpreterError: there is none, or it is not there.
        OutdatedEnvironmentError: the environment is of another version.
    """
    named = named_interpreter()
    if not named:
        return _find_made()
    # Not resolved: an environment is known by its own link to the interpreter.
    interpreter = Path(named).expanduser().absolute()
    if not interpreter.is_file():
        raise InterpreterError(
            tr("The Python set for Landcast, {path}, is not a file.").format(path=interpreter) + " " + _how_to_set()
        )
    return interpreter


def named_interpreter() -> str:
    """What the variable or the setting says; empty where neither does."""
    return os.environ.get(VARIABLE, "").strip() or str(QgsSettings().value(SETTING, "") or "").strip()


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


def _find_made() -> Path:
    base = environments_folder()
    found = find_finished(base, __version__)
    if found is not None:
        return found.interpreter
    outdated = find_outdated(base, __version__)
    if outdated is not None:
        raise OutdatedEnvironmentError(
            tr(
                "The environment of Landcast is of version {found}, and this plugin is {version}. Open the panel of "
                "Landcast (Raster > Landcast) and press the button that updates it."
            ).format(found=outdated.version, version=__version__)
        )
    raise InterpreterError(tr("No Python with Landcast in it is set.") + " " + _how_to_set())


def _how_to_set() -> str:
    return tr(
        "Open the Landcast panel (Raster > Landcast), which makes one on a click. By hand: "
        "Run “pip install landcast” in a Python environment of its own and put the path of that environment's "
        "interpreter into the environment variable {variable}, or into the QGIS setting {setting}: "
        'QgsSettings().setValue("{setting}", "/path/to/python") in the Python console.'
    ).format(variable=VARIABLE, setting=SETTING)
