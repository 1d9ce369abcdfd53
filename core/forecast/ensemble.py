"""What an ensemble says: how far its members lie apart, and how many of them change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..lattice import CELL_PX, Rect
from .compose import enlarge

CHANGE_LEVEL = 20 / 255
"""Mean absolute difference over the bands above which a cell counts as changed."""


def ensemble_maps(
    changes: Sequence[Tensor], area: Rect, want: Rect, worth: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Spread in levels and probability of change in percent, both uint8 (y, x) over `want`.

    Args:
        changes: float32, (3, y, x) in cells over `area`; the coarse change of each member.
        area: rectangle of the changes, in pixels.
        want: rectangle of the result, in pixels.
        worth: float32, (members + 1,) in 0..1; the probability of change for each number of members that change,
            their share where None.

    The spread is the unbiased deviation between members, root mean square over the bands; a member changes
    where the mean over bands of its absolute difference exceeds 20 levels.
    """
    stack = torch.stack(list(changes))
    spread = stack.var(0, unbiased=True).mean(0).sqrt() * 255
    is_changing = is_changed(stack)
    share = is_changing.float().mean(0) if worth is None else torch.from_numpy(worth)[is_changing.sum(0)]
    maps = enlarge(torch.stack([spread, share * 100])[None])[0][:, *want.slices_in(area)]
    levels = maps.round().clamp(0, 255).numpy().astype(np.uint8)
    return levels[0], np.minimum(levels[1], 100)


def changed_cells(changes: Sequence[Tensor], area: Rect, want: Rect) -> NDArray[np.bool_]:
    """Whether each member changes, bool (member, y, x) in cells over all cells that `want` touches.

    Args:
        changes: float32, (3, y, x) in cells over `area`; the coarse change of each member.
        area: rectangle of the changes, in pixels.
        want: rectangle of the result, in pixels.
    """
    cells = want.snapped(CELL_PX).in_cells()
    return is_changed(torch.stack(list(changes)))[:, *cells.slices_in(area.in_cells())].numpy()


def is_changed(changes: Tensor) -> Tensor:
    """Where the mean over bands of the absolute difference exceeds 20 levels: bool (n, y, x) of (n, 3, y, x)."""
    return changes.abs().mean(1) > CHANGE_LEVEL
