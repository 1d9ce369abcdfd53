"""What became of each scene of a batch, as a table that grows with the run."""

from __future__ import annotations

import csv
import errno
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

NAME = "landcast_scenes.csv"
PREDICTED, SKIPPED, FAILED, CANCELLED = "predicted", "skipped", "failed", "cancelled"
MOST_NAMES = 100


@dataclass(frozen=True)
class Row:
    """One scene.

    Attributes:
        scene: its name.
        source: its file or address; empty where QGIS reads it.
        output: of its prediction; empty where there is none.
        status: one of the four above.
        seconds: that it took.
        message: why it failed, or what was warned of.
    """

    scene: str
    source: str
    output: str
    status: str
    seconds: float = 0.0
    message: str = ""


@dataclass
class Summary:
    """The table; written anew with each row, so that a killed run leaves it whole.

    While another program holds it open, as one that shows tables may, the rows wait for the next one.

    Attributes:
        path: of the file.
        rows: so far.
        is_waiting: whether rows could not be written yet.
    """

    path: Path
    rows: list[Row] = field(default_factory=list)
    is_waiting: bool = False

    def add(self, row: Row) -> None:
        """Add a row, and write the table unless another program holds it open.

        Raises:
            OSError: it cannot be written.
        """
        self.rows.append(row)
        self.is_waiting = not self._write(self.path)

    def finish(self) -> bool:
        """Write rows that wait; under the next name, which `path` then is, where that is still held open: then False.

        Raises:
            OSError: it cannot be written.
        """
        if not self.is_waiting:
            return True
        asked = self.path
        names = [asked.name, *(f"{asked.stem}_{number}{asked.suffix}" for number in range(2, MOST_NAMES))]
        for path in map(asked.with_name, names):
            if self._write(path):
                self.path, self.is_waiting = path, False
                return path == asked
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(asked))

    def _write(self, path: Path) -> bool:
        """Write all rows; False where another program holds the file open."""
        aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
        try:
            with aside.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(("scene", "status", "output", "source", "seconds", "message"))
                for one in self.rows:
                    text = " ".join(one.message.split())
                    writer.writerow((one.scene, one.status, one.output, one.source, f"{one.seconds:.1f}", text))
                stream.flush()
                os.fsync(stream.fileno())
            try:
                aside.replace(path)
            except PermissionError:
                return False
            return True
        finally:
            with suppress(OSError):
                aside.unlink()

    def count(self, status: str) -> int:
        """How many scenes ended so."""
        return sum(row.status == status for row in self.rows)
