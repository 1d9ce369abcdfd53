"""How the present image, the years ahead and the GSD are shown to the UNet."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pixel_unshuffle

from ..lattice import CELL_PX, COARSE_PX
from .contract import ConditionLayout

IMAGE_MEAN, IMAGE_STD = 0.45, 0.25
"""Typical mean and spread of aerial imagery in 0..1, so that the network's input is of order one."""

CONDITION_CHANNELS: dict[ConditionLayout, int] = {"quadrants": 48, "quadrants_64": 12, "unshuffle": 48}
"""Channels of each layout."""


def lay_out_condition(image: Tensor, layout: ConditionLayout) -> Tensor:
    """Carry float (n, 3, 128, 128) in 0..1 in channels of 32 x 32: 48, or 12 for `quadrants_64`.

    `unshuffle` is space to depth, which moves with the image. `quadrants` is the layout of the method's
    authors: two successive halvings, channel = colour x 16 + coarse x 4 + fine, each index
    2 x row half + column half, values left in 0..1. `quadrants_64` is that of their published notebook: the
    image reduced to 64 x 64 and halved once, channel = colour x 4 + half.
    """
    if layout == "unshuffle":
        return pixel_unshuffle((image - IMAGE_MEAN) / IMAGE_STD, CELL_PX)
    count = len(image)
    if layout == "quadrants_64":
        halves = avg_pool2d(image, 2).reshape(count, 3, 2, COARSE_PX, 2, COARSE_PX)
        return halves.permute(0, 1, 2, 4, 3, 5).reshape(count, 12, COARSE_PX, COARSE_PX)
    split = image.reshape(count, 3, 2, 2, COARSE_PX, 2, 2, COARSE_PX)
    # axes: tile, colour, coarse row, fine row, y, coarse column, fine column, x
    return split.permute(0, 1, 2, 5, 3, 6, 4, 7).reshape(count, 48, COARSE_PX, COARSE_PX)


def embed_interval(years_ahead: Tensor, gsd_m: Tensor, width: int) -> Tensor:
    """Turn years (n,) and metres (n,) into float (n, width) sines and cosines for the time embedding.

    Half of the width tells the years, half the logarithm of the GSD, each at geometrically spaced
    periods (Vaswani et al. 2017, section 3.5).
    """
    return torch.cat(
        [_sinusoids(years_ahead, width // 2, 0.5, 64.0), _sinusoids(gsd_m.log2(), width // 2, 0.25, 16.0)], 1
    )


def coarsen(image: Tensor) -> Tensor:
    """Average (n, c, y, x) over cells of 4 x 4 px."""
    return avg_pool2d(image, CELL_PX)


def _sinusoids(values: Tensor, width: int, shortest: float, longest: float) -> Tensor:
    steps = torch.linspace(math.log(shortest), math.log(longest), width // 2, device=values.device)
    angles = values.float()[:, None] * (2 * math.pi / steps.exp())[None]
    return torch.cat([angles.sin(), angles.cos()], 1)
