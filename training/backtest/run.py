"""The backtest of an evaluation: from drawn members to figures, tables and the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...core.device import precision_name
from ...core.model.folder import LoadedModel
from ..dataset.part import DatasetPart
from ..pairs import ChipPair, fingerprint
from ..settings import PairSource
from ..skill import Field, dressed_persistence
from .areas import name_areas
from .backtest import Backtest
from .csv_files import write_tables
from .resampling import Sums
from .rivals import mean_change, persistence
from .seams import measure_seams
from .sums import sums_of_tiles

if TYPE_CHECKING:
    from ..evaluate import EvaluationTiles

REPORT_NAME = "report.html"
DRESSED, MEAN_CHANGE, PERSISTENCE = "dressed persistence", "mean change", "persistence"


@dataclass
class BacktestRun:
    """Takes in the forecasts of an evaluation one after another, and keeps no more than their sums.

    Attributes:
        tiles: that all are measured on.
        chips: that these were cut from.
        sources: of the chips.
        dressing: training pairs of the rivals that are made of them.
        seed: of all noise and draws.
        members: futures a tile.
        parts: of datasets, that chips were taken from as well.
    """

    tiles: EvaluationTiles
    chips: Sequence[ChipPair]
    sources: Sequence[PairSource]
    dressing: Sequence[PairSource]
    seed: int
    members: int
    parts: Sequence[DatasetPart] = ()
    _sums: dict[str, Sums] = field(default_factory=dict)

    def add(self, name: str, drawn: Field) -> None:
        """Take in a forecast, float32 (member, tile, 3, 32, 32); the model's own first."""
        unique = name
        while unique in self._sums:
            unique = f"{unique} (another)"
        self._sums[unique] = sums_of_tiles(drawn, self.tiles.truth, self.seed)

    def add_rivals(self, residuals: Field | None) -> None:
        """Take in the rivals that need no network; two of them are made of training pairs."""
        if residuals is not None:
            count = len(self.tiles.truth)
            self.add(DRESSED, dressed_persistence(residuals, count, self.members, self.seed))
            self.add(MEAN_CHANGE, mean_change(residuals, self.tiles.truth))
        self.add(PERSISTENCE, persistence(self.tiles.truth))

    def measure(self, model: LoadedModel, device: torch.device, before_call: Callable[[], None]) -> Backtest:
        """Measure what was taken in, and the model's seams."""
        calibration = model.calibration
        return Backtest(
            model=next(iter(self._sums)),
            areas=name_areas(self.tiles.chips),
            years=self.tiles.years,
            gsd_m=self.tiles.gsd_m,
            sums=self._sums,
            seed=self.seed,
            calibration=calibration,
            is_fitted_here=calibration is not None and calibration.data_sha256 == fingerprint(self.chips),
            seams=measure_seams(self.chips, model, device, self.seed, before_call),
        )

    def write(
        self, folder: Path, backtest: Backtest, model: LoadedModel, device: torch.device, steps: int, drawn: Field
    ) -> None:
        """Write tables and report into a folder; `drawn` are the model's members."""
        # matplotlib is loaded where a report is made, and nowhere else
        from ..report.backtest_page import Circumstances, make_page
        from ..report.examples import draw_sheets

        precision = precision_name(next(model.unet.parameters()).dtype)
        about = Circumstances(
            self.sources,
            self.dressing,
            model.sha256,
            self.members,
            self.seed,
            steps,
            f"{device.type}, {precision}",
            self.parts,
        )
        write_tables(folder, backtest)
        make_page(backtest, about, draw_sheets(backtest, self.tiles, drawn)).write(folder / REPORT_NAME)
