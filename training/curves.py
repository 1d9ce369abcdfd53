"""The loss of each step as CSV, which a resumed run continues."""

from __future__ import annotations

from pathlib import Path


class Curve:
    """A CSV file of steps and losses; lines from `done` on are dropped first, for they will come again."""

    def __init__(self, path: Path, done: int) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
        kept = [line for line in lines if int(line.split(",")[0]) < done]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["step,loss", *kept]) + "\n", encoding="utf-8")

    def add(self, step: int, loss: float) -> None:
        """Append the loss of a step."""
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(f"{step},{loss:.6g}\n")
