"""Sheets of the best, typical and worst areas: what was, what was drawn, what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..backtest.backtest import Backtest, Stratum
from ..backtest.probability import is_changed
from ..evaluate import EvaluationTiles, cell_means
from ..sheet import CELL_SCALE, draw_panels, show_cells
from ..skill import Field

ROWS = 3
COLUMNS = ("before", "member 1", "nearest mean", "mean", "probability", "true change", "after, cells", "after")


@dataclass(frozen=True)
class Sheet:
    """A picture and what it shows.

    Attributes:
        title: which areas.
        caption: of the picture.
        picture: uint8, (y, x, 3).
    """

    title: str
    caption: str
    picture: NDArray[np.uint8]


def draw_sheets(backtest: Backtest, tiles: EvaluationTiles, members: Field) -> list[Sheet]:
    """Draw the best, typical and worst areas by fair CRPS over persistence's error.

    Args:
        backtest: of the same tiles.
        tiles: that were measured on.
        members: float32, (member, tile, 3, 32, 32); the model's.
    """
    areas = backtest.by_area()
    rows = min(ROWS, max(1, len(areas) // 3))
    middle = max(0, (len(areas) - rows) // 2)
    kinds = {"Best": areas[:rows], "Typical": areas[middle : middle + rows], "Worst": areas[-rows:][::-1]}
    return [_sheet(kind, chosen, backtest, tiles, members) for kind, chosen in kinds.items() if chosen]


def nearest_to_mean(members: Field) -> int:
    """The most typical member of a tile: whose difference is nearest to the mean of all, (member, 3, 32, 32)."""
    apart = ((members - members.mean(0)) ** 2).mean((1, 2, 3))
    return int(apart.argmin())


def _sheet(kind: str, chosen: list[Stratum], backtest: Backtest, tiles: EvaluationTiles, members: Field) -> Sheet:
    picks = [_most_changed(one.name, backtest, tiles) for one in chosen]
    captions = [
        f"{one.name}: CRPS {one.figures['crps_over_persistence'].value:.2f} of persistence, true change "
        f"{one.mean_change_levels:.1f} levels; the tile shown: {tiles.years[tile]:g} years"
        for one, tile in zip(chosen, picks, strict=True)
    ]
    picture = draw_panels(COLUMNS, [_row(tiles, members, tile) for tile in picks], captions)
    names = "; ".join(captions)
    caption = f"{kind} areas, of each the tile that changes most. Columns: {', '.join(COLUMNS)}. {names}."
    return Sheet(f"{kind} areas", caption, picture)


def _most_changed(area: str, backtest: Backtest, tiles: EvaluationTiles) -> int:
    """The tile of an area with the largest true change."""
    picks = np.flatnonzero(backtest.areas == area)
    return int(picks[np.abs(tiles.truth[picks]).mean((1, 2, 3)).argmax()])


def _row(tiles: EvaluationTiles, members: Field, tile: int) -> list[NDArray[np.uint8]]:
    base, drawn, truth = cell_means(tiles.present[tile : tile + 1])[0], members[:, tile], tiles.truth[tile]
    probability = is_changed(drawn).mean(0)
    return [
        tiles.present[tile].transpose(1, 2, 0),
        show_cells(base + drawn[0]),
        show_cells(base + drawn[nearest_to_mean(drawn)]),
        show_cells(base + drawn.mean(0)),
        _grey(probability),
        _grey(is_changed(truth)),
        show_cells(base + truth),
        tiles.later[tile].transpose(1, 2, 0),
    ]


def _grey(share: NDArray[np.generic]) -> NDArray[np.uint8]:
    """(32, 32) in 0..1 as an enlarged picture, white is 1."""
    levels = (np.asarray(share, np.float64) * 255).round().astype(np.uint8)
    enlarged: NDArray[np.uint8] = np.repeat(levels.repeat(CELL_SCALE, 0).repeat(CELL_SCALE, 1)[..., None], 3, axis=2)
    return enlarged
