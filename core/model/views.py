"""The eight ways to turn and mirror an image, through which members look at a scene in turn.

A network that was trained on turned and mirrored tiles draws from one distribution of futures whichever way it looks,
but not without error. The errors of different views differ, so that the mean of an ensemble that looks eight ways comes
nearer to the truth, at no cost. Every member keeps its view everywhere, or its windows would not fit together.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..lattice import CELL_PX
from .contract import VIEWS


def turn(field: Tensor, view: int) -> Tensor:
    """Show a square field (..., side, side) in one of the views 0 to 7; 0 is as it stands.

    Views 4 to 7 are mirrored first; each is turned by a quarter more than the one before.
    """
    seen = field.flip(-1) if view >= VIEWS // 2 else field
    return seen.rot90(view % 4, (-2, -1))


def turn_back(field: Tensor, view: int) -> Tensor:
    """Undo `turn`."""
    stood = field.rot90(-(view % 4), (-2, -1))
    return stood.flip(-1) if view >= VIEWS // 2 else stood


def turn_unshuffled(channels: Tensor, view: int) -> Tensor:
    """Turn what space to depth makes of an image, float (n, colours x 16, side, side), as if the image had been."""
    if view == 0:
        return channels
    places = turn(torch.arange(CELL_PX**2).reshape(CELL_PX, CELL_PX), view).flatten()
    colours = channels.reshape(channels.shape[0], -1, CELL_PX**2, *channels.shape[-2:])
    return turn(colours[:, :, places].flatten(1, 2), view)
