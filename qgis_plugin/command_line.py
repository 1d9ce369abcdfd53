"""Carries out a prediction by the command line of Landcast, in the interpreter where Landcast is installed.

The one place that knows how the plugin and the worker talk. Standard library only.

The command line writes one JSON object to standard output, and to standard error lines of
`progress: DONE/TOTAL`, `note: TEXT`, `warning: TEXT` and `error: TEXT`.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .child_process import ChildCancelledError, Outcome, run_child
from .prediction import (
    Listener,
    PredictedFiles,
    PredictionCancelledError,
    PredictionCrashedError,
    PredictionFailedError,
    PredictionRequest,
)

MODULE = "landcast.worker.cli"
PROGRESS = re.compile(r"progress: (\d+)/(\d+)")
NOTE = "note: "
WARNING = "warning: "
ERROR = "error: "
LAST_WORDS = 8
"""Lines that tell enough about a crash: the end of a traceback."""


def predict(interpreter: Path, request: PredictionRequest, listener: Listener) -> PredictedFiles:
    """Carry out a request and wait for it.

    Raises:
        PredictionFailedError: Landcast said why it cannot.
        PredictionCrashedError: Landcast ended without a reason.
        PredictionCancelledError: the listener said so.
        OSError: the interpreter cannot be started.
    """
    command = build_command(interpreter, request)
    listener.log(shlex.join(command))
    reader = _MessageReader(listener)
    with _no_partial_files(request.output):
        try:
            outcome = run_child(command, reader.read, listener.is_cancelled)
        except ChildCancelledError as error:
            raise PredictionCancelledError from error
        return _result(outcome, reader)


def build_command(interpreter: Path, request: PredictionRequest) -> list[str]:
    """The program and the arguments for a request; numbers keep all of their digits."""
    command = [str(interpreter), "-m", MODULE, "predict", str(request.source), "-o", str(request.output)]
    command += ["--overwrite", "--json", "--progress=lines", f"--members={request.members}", f"--seed={request.seed}"]
    if request.extent is not None:
        command.append("--extent=" + ",".join(repr(bound) for bound in request.extent.bounds_xy))
        if request.extent.crs is not None:
            command.append(f"--extent-crs={request.extent.crs}")
    if request.area is not None:
        command.append(f"--area={request.area}")
    if request.bands is not None:
        command.append("--bands=" + ",".join(map(str, request.bands)))
    if request.ground_scale_m is not None:
        command.append(f"--ground-scale={request.ground_scale_m!r}")
    if request.years_ahead is not None:
        command.append(f"--years={request.years_ahead!r}")
    if request.source_date is not None:
        command.append(f"--source-date={request.source_date}")
    if request.model is not None:
        command.append(f"--model={request.model}")
    if request.is_strict:
        command.append("--strict")
    return command


class _MessageReader:
    """Sorts the lines of standard error; keeps the error and the last lines that are no message."""

    def __init__(self, listener: Listener) -> None:
        self.error: str | None = None
        self._listener = listener
        self._others: deque[str] = deque(maxlen=LAST_WORDS)

    @property
    def last_words(self) -> str:
        return "\n".join(self._others) or "it said nothing"

    def read(self, line: str) -> None:
        progress = PROGRESS.fullmatch(line)
        if progress:
            self._listener.show_progress(int(progress[1]), int(progress[2]))
        elif line.startswith(NOTE):
            self._listener.info(line[len(NOTE) :])
        elif line.startswith(WARNING):
            self._listener.warn(line[len(WARNING) :])
        elif line.startswith(ERROR):
            self.error = line[len(ERROR) :]
        elif line.strip():
            self._others.append(line)
            self._listener.log(line)


def _result(outcome: Outcome, reader: _MessageReader) -> PredictedFiles:
    if outcome.exit_code != 0:
        if reader.error is not None:
            raise PredictionFailedError(reader.error)
        raise PredictionCrashedError(f"exit code {outcome.exit_code}; {reader.last_words}")
    try:
        answer = json.loads(outcome.output)
        output = Path(answer["output"])
        return PredictedFiles(output, [path for path in map(Path, answer.get("files", {}).values()) if path != output])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PredictionCrashedError(f"its answer is not understood: {outcome.output[:200]!r}") from error


@contextmanager
def _no_partial_files(output: Path) -> Iterator[None]:
    """Remove what a worker wrote aside and, being killed, could not remove itself.

    Windows knows no way to ask a process without a window to stop: there every cancelled worker is killed.
    """
    before = _partial_files(output)
    try:
        yield
    except BaseException:
        for left in _partial_files(output) - before:
            with suppress(OSError):
                left.unlink()
        raise


def _partial_files(output: Path) -> set[Path]:
    """Files of `output` and of the layers beside it, as a worker names them while it writes."""
    name = re.compile(rf"\.{re.escape(output.stem)}(_[a-z]+)?{re.escape(output.suffix)}\.[0-9a-f]+\.partial")
    return {path for path in output.parent.glob(".*.partial") if name.fullmatch(path.name)}
