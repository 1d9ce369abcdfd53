"""What became of each scene of a batch, as a table that grows with the run."""

from __future__ import annotations

import csv
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

NAME = "landcast_scenes.csv"
PREDICTED, SKIPPED, FAILED, CANCELLED = "predicted", "skipped", "failed", "cancelled"


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

    Attributes:
        path: of the file.
        rows: so far.
    """

    path: Path
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add a row, and write the table.

        Raises:
            OSError: it cannot be written.
        """
        self.rows.append(row)
        aside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}.partial")
        try:
            with aside.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(("scene", "status", "output", "source", "seconds", "message"))
                for one in self.rows:
                    text = " ".join(one.message.split())
                    writer.writerow((one.scene, one.status, one.output, one.source, f"{one.seconds:.1f}", text))
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(self.path)
        finally:
            with suppress(OSError):
                aside.unlink()

    def count(self, status: str) -> int:
        """How many scenes ended so."""
        return sum(row.status == status for row in self.rows)
