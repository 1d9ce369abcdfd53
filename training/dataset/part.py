"""A part of a dataset as evaluations take it: its pairs, named by the ground that they show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...core.errors import TrainingError
from ...core.radiometry.tones import ToneReference
from ..holding_out import row_blocks
from .folder import SPLIT_NAME, open_dataset
from .splitting import Part

if TYPE_CHECKING:
    from ..pairs import ChipPair


@dataclass(frozen=True)
class DatasetPart:
    """Which pairs of which dataset.

    Attributes:
        folder: of the dataset.
        part: of it.
    """

    folder: str
    part: Part

    def chips(self, reference: ToneReference | None = None) -> list[ChipPair]:
        """Its pairs, shown as a prediction with a model of these tones shows them.

        Names are those of blocks of about a kilometre, all dates and ground scales of one together, so that the areas
        of a backtest are independent of each other.

        Raises:
            TrainingError: the folder is no dataset, or has no pair in that part.
        """
        dataset = open_dataset(self.folder)
        rows = [row for row in dataset.rows if row.part == self.part]
        if not rows:
            counts = Counter(row.part for row in dataset.rows)
            found = ", ".join(f"{number} {part}" for part, number in counts.items()) or "none at all"
            raise TrainingError(
                f"{self.folder}: no pair in the part {self.part} ({found}); --part names another, and `landcast pairs "
                "--split 0.2,0.2` makes both"
            )
        blocks, _ = row_blocks(rows, (dataset.folder / SPLIT_NAME).exists())
        chips = dataset.chips(self.part, reference)
        return [
            replace(chip, name=f"{dataset.folder.name} {' '.join(map(str, block))}")
            for chip, block in zip(chips, blocks, strict=True)
        ]
