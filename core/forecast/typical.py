"""The most typical future of each place: of every tile the member that is nearest to the mean of all.

Two places further apart than a tile are drawn from noise that has nothing in common, so over a scene no member is more
typical than another. What is chosen is chosen tile by tile of the lattice, and so does not depend on the extent; across
the edges of tiles one member goes over into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ..lattice import CELL_PX, COARSE_PX, TILE_PX, Rect
from ..model.condition import coarsen
from ..model.contract import ChangeGrid

SOFT_PX = 4 * CELL_PX
"""On both sides of an edge between tiles, over which one member goes over into the next."""


@dataclass(frozen=True)
class MemberChange:
    """How a member differs from the source.

    Attributes:
        change: float32, (3, y, x) in cells.
        drawn: float, (3, y, x) in what the model draws, for which half the precision is enough where these are pixels;
            the change in cells where it is not asked for.
    """

    change: Tensor
    drawn: Tensor

    @classmethod
    def of(cls, difference: Tensor, since: Tensor | None, change_grid: ChangeGrid, is_kept: bool) -> MemberChange:
        """Put together what the last iteration drew and what came before it.

        Args:
            difference: float32, (3, y, x) in units of `change_grid`; of the last iteration.
            since: float32, (3, y, x) in pixels; change of earlier iterations, None where there were none.
            change_grid: of the model.
            is_kept: whether what was drawn is asked for.
        """
        if change_grid == "cells":
            change = difference if since is None else coarsen(since[None])[0] + difference
            return cls(change, change)
        whole = difference if since is None else since + difference
        change = coarsen(whole[None])[0]
        return cls(change, whole.half() if is_kept else change)


def typical_need(area: Rect) -> Rect:
    """Pixels over which all members must be known for the typical change over `area`: tiles of the lattice."""
    return area.expanded(SOFT_PX).snapped(TILE_PX)


def choose_members(changes: Sequence[Tensor], counted: Tensor) -> Tensor:
    """The member of each tile whose change is nearest to the mean of all, the first of equals.

    Args:
        changes: float32, (3, y, x) in cells each; the coarse change of each member over whole tiles.
        counted: float32, (y, x) in cells, 0..1; how much of each cell counts.

    Returns:
        int64, (row, column) of tiles.

    Source: the medoid by squared distance, as the sum of squared distances to all members is smallest where that to
    their mean is.
    """
    mean = torch.stack(list(changes)).mean(0)
    far = [((change - mean).square().mean(0) * counted)[None, None] for change in changes]
    return torch.stack([avg_pool2d(one, COARSE_PX)[0, 0] for one in far]).argmin(0)


def join_members(drawn: Sequence[Tensor], chosen: Tensor, tiles: Rect, area: Rect, unit_px: int) -> Tensor:
    """What the chosen members draw, each in its own tiles; float32 (3, y, x) over `area`.

    Args:
        drawn: float, (3, y, x) in units over `tiles`; of each member.
        chosen: int64, (row, column); by `choose_members`.
        tiles: what `area` needs, by `typical_need`.
        area: wanted rectangle, in pixels.
        unit_px: pixels along a side of a unit of `drawn`.
    """
    place = Rect(*(number // unit_px for number in (area.top, area.left, *area.shape_yx)))
    within = Rect(*(number // unit_px for number in (tiles.top, tiles.left, *tiles.shape_yx)))
    total = torch.zeros(3, *place.shape_yx)
    for member in torch.unique(chosen).tolist():
        share = _soft_share(chosen == member, unit_px, place, within)
        total += share * drawn[member][:, *place.slices_in(within)].float()
    return total


def _soft_share(is_chosen: Tensor, unit_px: int, place: Rect, within: Rect) -> Tensor:
    """How much of a member is taken, float32 (y, x) over `place`; all members together give one."""
    side, soft = TILE_PX // unit_px, SOFT_PX // unit_px
    hard = is_chosen.float().repeat_interleave(side, 0).repeat_interleave(side, 1)
    near = hard[place.expanded(soft).slices_in(within)][None, None]
    width = 2 * soft + 1
    return avg_pool2d(avg_pool2d(near, (width, 1), 1), (1, width), 1)[0, 0]
