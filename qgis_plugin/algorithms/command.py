"""A command of Landcast that needs no model: run by its own Python, followed line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback

from ..child_process import ChildCancelledError, Outcome, run_child
from ..interpreter import MODULE, InterpreterError, check_interpreter, find_interpreter
from ..partial_files import no_partial_files
from ..shown_bands import choose_bands
from ..source_file import FORMATS, find_source
from ..translation import tr
from .base import Parameters
from .layer_sources import is_seen, read_raster

PROGRESS = re.compile(r"progress: (\d+)/(\d+)")
LAST_WORDS = 5
"""Lines that tell enough about a crash: the end of a traceback."""


class CommandCancelledError(Exception):
    """The user asked to stop; nothing is left under the output's name."""


def check_interpreter_is_set() -> None:
    """Make sure that there is a Python to run commands with.

    Raises:
        QgsProcessingException: there is none; the message says how to set one.
    """
    try:
        find_interpreter()
    except InterpreterError as error:
        raise QgsProcessingException(str(error)) from error


def read_image(
    algorithm: QgsProcessingAlgorithm, parameters: Parameters, name: str, context: QgsProcessingContext
) -> tuple[str, str | None]:
    """The file or address of a layer, and the bands that it shows where Landcast would choose others.

    Raises:
        QgsProcessingException: there is no such layer, or only QGIS can read it.
    """
    layer = read_raster(algorithm, parameters, name, context)
    source = find_source(layer)
    if source is None:
        raise QgsProcessingException(
            tr(
                "The layer “{name}” is no file that Landcast can open by itself ({formats}, VRT, or a GeoTIFF at an "
                "http(s) address). Save the part that you need as a GeoTIFF (Export > Save As…), and take that."
            ).format(name=layer.name(), formats=FORMATS)
        )
    bands = choose_bands(layer) if is_seen(layer, context) else None
    return str(source), None if bands is None else ",".join(map(str, bands))


def run_command(arguments: Sequence[str], output: Path, feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Run a command to its end; what it prints as JSON comes back.

    Args:
        arguments: the subcommand and what it gets; how it tells its progress is added.
        output: the file that it writes.
        feedback: hears what it says.

    Raises:
        QgsProcessingException: it failed; the message says why.
        CommandCancelledError: the feedback said so.
    """
    told = _Telling(feedback)
    try:
        interpreter = find_interpreter()
        check_interpreter(interpreter, feedback.isCanceled)
        command = [str(interpreter), "-m", MODULE, *arguments, "--progress", "lines", "--json"]
        with no_partial_files(output):
            outcome = run_child(command, told.hear, feedback.isCanceled)
            if outcome.exit_code != 0:
                raise QgsProcessingException(told.reason(outcome))
    except ChildCancelledError as error:
        raise CommandCancelledError from error
    except InterpreterError as error:
        raise QgsProcessingException(str(error)) from error
    except OSError as error:
        raise QgsProcessingException(tr("Landcast cannot be started: {}").format(error.strerror or error)) from error
    made: dict[str, Any] = json.loads(outcome.output)
    return made


class _Telling:
    """Passes the lines of a command on, and remembers why it failed."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback
        self._error: str | None = None
        self._others: list[str] = []

    def hear(self, line: str) -> None:
        """Take in a line of standard error."""
        kind, _, text = line.partition(": ")
        progress = PROGRESS.fullmatch(line)
        if progress:
            self._feedback.setProgress(100 * int(progress[1]) / max(1, int(progress[2])))
        elif kind == "warning":
            self._feedback.pushWarning(text)
        elif kind == "note":
            self._feedback.pushInfo(text)
        elif kind == "error":
            self._error = text
        elif line.strip():
            self._others.append(line)

    def reason(self, outcome: Outcome) -> str:
        """Why it failed: as it says, else the end of what it said."""
        if self._error is not None:
            return self._error
        words = "\n".join(self._others[-LAST_WORDS:]) or tr("exit code {}").format(outcome.exit_code)
        return str(tr("Landcast ended unexpectedly: {}").format(words))
