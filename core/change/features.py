"""What is compared of a pixel: its smoothed bands and the texture around it; masked pixels count for nothing."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SMOOTHING_PX = 1.0
"""Deviation of the window over which bands are averaged and texture is taken."""
AVERAGING_PX = 2.0
"""Deviation of the window over which distances are averaged."""
TOLERANCE_PX = 1
"""A pixel may lie so many beside its place in the other image."""
HALO_PX = 16
"""Pixels around a tile that decide about it: 4 deviations of both windows, and the tolerance."""
LEAST_WEIGHT = 1e-6

Floats = NDArray[np.float32]


def look_features(levels: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Smoothed bands, and the deviation of their mean around each pixel.

    Args:
        levels: float32, (band, y, x).
        valid: bool, (y, x).

    Returns:
        float32, (band + 1, y, x) in levels; what masked pixels hold means nothing.
    """
    weight = _blur(valid.astype(np.float32), SMOOTHING_PX)
    weight = np.maximum(weight, LEAST_WEIGHT)
    bands = [_blur(np.where(valid, band, 0), SMOOTHING_PX) / weight for band in levels]
    grey = np.where(valid, levels.mean(0), 0)
    mean = _blur(grey, SMOOTHING_PX) / weight
    variance = _blur(grey * grey, SMOOTHING_PX) / weight - mean * mean
    return np.stack([*bands, np.sqrt(np.maximum(variance, 0))])


def tolerant_distance(one: Floats, other: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Euclidean distance of each pixel to the nearest like one of the other image, in both directions the larger.

    A pixel may lie `TOLERANCE_PX` beside its place, for images are never registered exactly.

    Args:
        one: float32, (feature, y, x).
        other: as `one`.
        valid: bool, (y, x), of both.

    Returns:
        float32, (y, x), the same where the images are swapped; zero where not valid.

    Source: Thonfeld et al. 2016, Robust change vector analysis (RCVA) for multi-sensor very high resolution optical
    satellite data, with the larger of both directions, so that what is in one image alone counts in either.
    """
    forth = np.full(valid.shape, np.inf, np.float32)
    back = np.full(valid.shape, np.inf, np.float32)
    steps = range(-TOLERANCE_PX, TOLERANCE_PX + 1)
    for here, there in (_shifted(valid.shape, down, right) for down in steps for right in steps):
        squared = np.square(one[:, *here] - other[:, *there]).sum(0)
        squared[~(valid[here] & valid[there])] = np.inf
        np.minimum(forth[here], squared, out=forth[here])
        np.minimum(back[there], squared, out=back[there])
    farthest = np.where(valid, np.maximum(forth, back), 0)
    return np.sqrt(farthest)


def average(distance: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Mean over the valid pixels around each, float32 (y, x), weighted by their distance."""
    weight = np.maximum(_blur(valid.astype(np.float32), AVERAGING_PX), LEAST_WEIGHT)
    return np.where(valid, _blur(np.where(valid, distance, 0), AVERAGING_PX) / weight, 0).astype(np.float32)


def _blur(plane: NDArray[Any], deviation_px: float) -> Floats:
    blurred = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), deviation_px, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32)


def _shifted(shape_yx: tuple[int, ...], down: int, right: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The pixels that have a neighbour so far away, and these neighbours."""
    height, width = shape_yx
    here = slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right))
    there = slice(max(0, down), height - max(0, -down)), slice(max(0, right), width - max(0, -right))
    return here, there
