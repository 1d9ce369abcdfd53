"""Which tiles are worth training on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .settings import TileSettings

CANNY_RANGE = (5.0, 30.0)
"""Mean gradient magnitude of a tile that the authors keep, both ends excluded."""
CANNY_KERNEL = (15, 15)
CHANGE_LEVEL = 20
"""A pixel counts as changed above this difference of 8-bit levels."""


def is_worth_training(
    before: NDArray[np.uint8], after: NDArray[np.uint8], valid: NDArray[np.bool_], settings: TileSettings
) -> bool:
    """Say whether a tile passes the filters; `before` and `after` uint8 (band, y, x), `valid` bool (y, x)."""
    return rejection(before, after, valid, settings) is None


def rejection(
    before: NDArray[np.uint8], after: NDArray[np.uint8], valid: NDArray[np.bool_], settings: TileSettings
) -> str | None:
    """Say why a tile does not pass the filters, in words that follow a number; None where it does."""
    if not valid.all():
        return "not wholly valid"
    if settings.filter_kind == "none":
        return None
    is_reference = settings.filter_kind == "reference"
    low, high = CANNY_RANGE
    if is_reference and not all(low < mean_gradient(image) < high for image in (before, after)):
        return f"without a mean gradient between {low:g} and {high:g}"
    share = wrapped_changed_share(before, after) if is_reference else changed_share(before, after)
    return None if share < settings.max_changed_share else f"changed by {settings.max_changed_share:.0%} or more"


def changed_share(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """Share of values that differ by more than 20 levels; uint8 arrays of one shape."""
    difference = np.abs(before.astype(np.int16) - after.astype(np.int16))
    return float((difference > CHANGE_LEVEL).mean())


def wrapped_changed_share(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """The authors' share: the difference of unsigned bytes wraps, so that -1 counts as 255.

    Kept for the `reference` preset alone; it reports about half of all values where almost none differ.
    """
    return float(((before - after) > CHANGE_LEVEL).mean())


def mean_gradient(image: NDArray[np.uint8]) -> float:
    """Mean of Canny's gradient magnitude with the authors' kernel; uint8 (band, y, x), levels 0 to 255."""
    # what is wrong with the imagery of a dataset is told before these are loaded
    import torch
    from kornia.filters import canny

    # the magnitude is the same without tracking edges, which takes most of the time
    magnitude, _ = canny(torch.from_numpy(image.copy())[None].float(), kernel_size=CANNY_KERNEL, hysteresis=False)
    return float(magnitude.mean())
