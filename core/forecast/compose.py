"""Putting the result together at full resolution, anchored on the source."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from ..lattice import CELL_PX
from ..model.condition import coarsen

KEEP_BELOW, REPLACE_ABOVE = 10 / 255, 30 / 255
"""Mean absolute predicted difference up to which the source stays as it is, and from which it is drawn anew."""


def compose_anchored(present: Tensor, difference: Tensor, drawn: Tensor) -> Tensor:
    """Add to the present what changes: t1 + gate x (enlarged difference + generated detail).

    Where little changes the source keeps its real detail; where much changes its detail is replaced by the
    upscaler's, and the coarse image is the predicted one.

    Args:
        present: float32, (n, 3, 4 y, 4 x) in 0..1.
        difference: float32, (n, 3, y, x); predicted, coarse.
        drawn: float32, (n, 3, 4 y, 4 x); what the upscaler made of present plus difference.

    Returns:
        float32, (n, 3, 4 y, 4 x), clipped to 0..1.
    """
    generated = _detail(drawn) - _detail(present)
    return (present + change_gate(difference) * (enlarge(difference) + generated)).clamp(0, 1)


def compose_pixels(present: Tensor, difference: Tensor) -> Tensor:
    """Add to the present what changes, where the network draws every pixel: t1 + gate x difference.

    Args:
        present: float32, (n, 3, y, x) in 0..1; sides are multiples of 4.
        difference: float32, (n, 3, y, x); predicted.

    Returns:
        float32, (n, 3, y, x), clipped to 0..1.
    """
    return (present + change_gate(coarsen(difference)) * difference).clamp(0, 1)


def change_gate(difference: Tensor) -> Tensor:
    """How much of the change is shown: float32 (n, 1, 4 y, 4 x), 0 where the source stays, 1 where it is replaced."""
    size = difference.abs().mean(1, keepdim=True)
    smooth = avg_pool2d(size, 3, stride=1, padding=1, count_include_pad=False)
    share = ((_bilinear(smooth) - KEEP_BELOW) / (REPLACE_ABOVE - KEEP_BELOW)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def enlarge(coarse: Tensor) -> Tensor:
    """Smooth enlargement whose cell means are those of `coarse`, up to one step of back-projection."""
    first = _bilinear(coarse)
    return first + _bilinear(coarse - coarsen(first))


def _detail(image: Tensor) -> Tensor:
    """What an image holds beyond its coarse cells."""
    return image - enlarge(coarsen(image))


def _bilinear(coarse: Tensor) -> Tensor:
    # without antialias the rounding depends on the number of threads; enlarging, it changes nothing else
    return interpolate(coarse, scale_factor=float(CELL_PX), mode="bilinear", align_corners=False, antialias=True)
