"""Loss of each step and validation scores as CSV, and for TensorBoard where asked for; a resumed run continues both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import RequestError

SCORES_NAME, SCORES_HEADER = "validation.csv", "step,validation_crps_over_persistence"


class Curve:
    """A CSV file of steps and losses; lines from `done` on are dropped first, for they will come again.

    Args:
        path: of the CSV file; TensorBoard's events stand beside it in `tensorboard`.
        done: steps that an earlier run took.
        has_tensorboard: whether to write for TensorBoard as well.

    Raises:
        RequestError: TensorBoard is asked for and not installed.
    """

    def __init__(self, path: Path, done: int, has_tensorboard: bool = False) -> None:
        self._path = path
        self._events = _open_events(path.with_name("tensorboard"), done) if has_tensorboard else None
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_off(path, "step,loss", done)
        self._scores = path.with_name(SCORES_NAME)
        if self._scores.exists():
            _cut_off(self._scores, SCORES_HEADER, done + 1)

    def add(self, step: int, loss: float, learning_rate: float) -> None:
        """Append the loss of a step; TensorBoard gets the learning rate as well."""
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(f"{step},{loss:.6g}\n")
        if self._events is not None:
            self._events.add_scalar("loss", loss, step)
            self._events.add_scalar("learning_rate", learning_rate, step)

    def add_score(self, step: int, score: float) -> None:
        """Append the validation score after that many steps, in a file of its own."""
        if not self._scores.exists():
            _cut_off(self._scores, SCORES_HEADER, 0)
        with self._scores.open("a", encoding="utf-8") as stream:
            stream.write(f"{step},{score:.6g}\n")
        if self._events is not None:
            self._events.add_scalar(SCORES_HEADER.split(",")[1], score, step)

    def close(self) -> None:
        """Bring to the disk what is still in memory."""
        if self._events is not None:
            self._events.close()


def _cut_off(path: Path, header: str, step: int) -> None:
    """Leave the lines of a curve before a step; begin it where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
    kept = [line for line in lines if int(line.split(",")[0]) < step]
    path.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")


def _open_events(folder: Path, done: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError as error:
        raise RequestError(f"{error.name} is missing: pip install 'landcast[tensorboard]'") from error
    return SummaryWriter(str(folder), purge_step=done)
