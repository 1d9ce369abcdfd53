"""The figures of a backtest as tables that other programs read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .backtest import Backtest
from .resampling import total

Table = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Header and rows."""


def tables_of(backtest: Backtest) -> dict[str, Table]:
    """Make the tables by the names of their files."""
    ends = ("value", "low", "high")
    figures = [
        [name, key, *figure.as_dict().values()]
        for name in backtest.sums
        for key, figure in backtest.figures(name).items()
    ]
    kinds = {
        "decile of true change": backtest.by_decile(),
        "interval": backtest.by_years(),
        "ground scale": backtest.by_ground_scale(),
        "area": backtest.by_area(),
    }
    strata = [
        [kind, one.name, one.tiles, one.mean_change_levels, key, *figure.as_dict().values()]
        for kind, parts in kinds.items()
        for one in parts
        for key, figure in one.figures.items()
    ]
    ranks = [[rank, int(count)] for rank, count in enumerate(total(backtest.own)["ranks"])]
    return {
        "figures.csv": (("forecast", "figure", *ends), figures),
        "strata.csv": (("stratum", "name", "tiles", "mean_change_levels", "figure", *ends), strata),
        "reliability.csv": (
            ("share_of_members", "cells", "changed", *ends),
            [list(row.values()) for row in backtest.reliability()],
        ),
        "ranks.csv": (("rank", "values"), ranks),
    }


def write_tables(folder: Path, backtest: Backtest) -> list[Path]:
    """Write every table into a folder, as CSV in UTF-8; an empty field is not known."""
    written = []
    for name, (header, rows) in tables_of(backtest).items():
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        written.append(folder / name)
    return written
