"""Sheets of pictures that let a person judge a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

CELL_SCALE = 4
PANEL_PX = 256
"""Side of a picture on a sheet; smaller ones are enlarged by whole numbers, pixel by pixel."""
GAP_PX = 4
HEAD_PX = 26
COLUMNS = (
    "before", "before, cells", "member 1", "member 2", "member 3", "mean", "spread x4", "truth, cells", "truth",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One tile of a sheet.

    Attributes:
        before: uint8, (3, 128, 128); first date.
        later: uint8, (3, 128, 128); matched second date.
        coarse_before: float, (3, 32, 32) in 0..1.
        members: float, (3 members, 3, 32, 32); coarse differences.
        mean: float, (3, 32, 32); mean of all members.
        spread: float, (3, 32, 32); deviation between members.
        truth: float, (3, 32, 32); coarse difference.
        caption: what to write above the row.
    """

    before: NDArray[np.uint8]
    later: NDArray[np.uint8]
    coarse_before: NDArray[Any]
    members: NDArray[Any]
    mean: NDArray[Any]
    spread: NDArray[Any]
    truth: NDArray[Any]
    caption: str = ""


def write_sheet(path: Path, examples: Sequence[Example]) -> None:
    """Write before, members, mean, spread and truth, one row a tile, as PNG."""
    write_panels(path, COLUMNS, [_panels(example) for example in examples], [example.caption for example in examples])


def write_panels(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[NDArray[np.uint8]]], captions: Sequence[str]
) -> None:
    """Write rows of equal pictures as PNG, as `draw_panels` puts them together."""
    picture = draw_panels(columns, rows, captions)
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    path.write_bytes(data.tobytes())


def draw_panels(
    columns: Sequence[str], rows: Sequence[Sequence[NDArray[np.uint8]]], captions: Sequence[str]
) -> NDArray[np.uint8]:
    """Put rows of equal pictures, uint8 (y, x, 3) each, together: names above the columns, a caption above each row."""
    parts: list[NDArray[np.uint8]] = []
    for panels, caption in zip(rows, captions, strict=True):
        row = _side_by_side(panels)
        if caption:
            parts.append(_strip(row.shape[1], [(2, caption)]))
        parts.append(row)
    width = parts[-1].shape[1] // len(columns)
    head = _strip(parts[-1].shape[1], [(index * width + 2, name) for index, name in enumerate(columns)])
    picture: NDArray[np.uint8] = np.concatenate([head, *parts])
    return picture


def _strip(width: int, texts: Sequence[tuple[int, str]]) -> NDArray[np.uint8]:
    """A white strip with texts at places along it; uint8 (y, width, 3)."""
    strip = np.full((HEAD_PX, width, 3), 255, np.uint8)
    for left, text in texts:
        cv2.putText(strip, text, (left, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
    return strip


def _panels(example: Example) -> list[NDArray[np.uint8]]:
    base = example.coarse_before
    panels = [example.before.transpose(1, 2, 0)]
    panels += [show_cells(base + member) for member in example.members]
    panels += [show_cells(base + example.mean), show_cells(4 * example.spread), show_cells(base + example.truth)]
    panels.append(example.later.transpose(1, 2, 0))
    return [panels[0], show_cells(base), *panels[1:]]


def _side_by_side(panels: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    factor = max(1, PANEL_PX // len(panels[0]))
    enlarged = [panel.repeat(factor, 0).repeat(factor, 1) for panel in panels]
    gap = np.full((len(enlarged[0]), GAP_PX, 3), 255, np.uint8)
    row = np.concatenate([piece for panel in enlarged for piece in (panel, gap)], axis=1)
    return np.concatenate([row, np.full((GAP_PX, row.shape[1], 3), 255, np.uint8)])


def show_cells(coarse: NDArray[Any]) -> NDArray[np.uint8]:
    """Turn float (3, y, x) in 0..1 into an enlarged uint8 (y, x, 3), cell by cell."""
    levels: NDArray[np.uint8] = (np.clip(coarse, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    return levels.repeat(CELL_SCALE, 0).repeat(CELL_SCALE, 1)
