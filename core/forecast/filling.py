"""What stands in for invalid pixels, so that the networks are shown no edge that is none."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ..model.condition import IMAGE_MEAN

FILL_SQUARES_PX = (4, 16, 64)
"""Squares of the lattice that lend their mean to invalid pixels, smallest first."""


def fill_invalid(image: Tensor, valid: Tensor) -> Tensor:
    """Give invalid pixels of float32 (3, y, x) the mean of the valid ones in their square of 4, 16 or 64 px.

    Where a square of 64 px holds no valid pixel a typical grey is taken. Squares count from the first pixel, so that
    windows of the lattice are filled alike however much was read around them.

    Args:
        image: float32, (3, y, x); both sides are multiples of 64.
        valid: bool, (y, x).
    """
    if bool(valid.all()):
        return image
    filled, known = image, valid
    weighted = torch.cat([image * valid, valid[None].float()])
    for side in FILL_SQUARES_PX:
        means = avg_pool2d(weighted[None], side)[0].repeat_interleave(side, 1).repeat_interleave(side, 2)
        is_new = ~known & (means[3] > 0)
        filled = torch.where(is_new, means[:3] / means[3].clamp(min=1 / side**2), filled)
        known = known | is_new
    return torch.where(known, filled, IMAGE_MEAN)


def fill_squares(image: Tensor, valid: Tensor) -> Tensor:
    """Fill as `fill_invalid` does, and work on those squares of 64 px alone that hold an invalid pixel.

    Args:
        image: float32, (3, y, x); both sides are multiples of 64.
        valid: bool, (y, x).
    """
    side = FILL_SQUARES_PX[-1]
    rows, columns = (size // side for size in valid.shape)
    is_whole = valid.view(rows, side, columns, side).all(3).all(1)
    if bool(is_whole.all()):
        return image
    filled = image.clone()
    for row, column in (~is_whole).nonzero().tolist():
        place = slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)
        filled[:, *place] = fill_invalid(image[:, *place], valid[place]) if bool(valid[place].any()) else IMAGE_MEAN
    return filled
