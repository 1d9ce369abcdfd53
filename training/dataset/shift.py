"""How far two dates of one place lie beside each other, to a small part of a pixel, block by block."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.change.registration import Offset, find_offset

REFINEMENT_STEPS, REFINEMENT_PX = 30, 1e-3
SMOOTHING_PX = 5
FARTHEST_REFINED_PX = 1.5
"""A refinement that leads farther from where it began found something else."""
NORMAL_DEVIATION = 1.4826
"""Median absolute deviation to the standard deviation of a normal distribution."""


@dataclass(frozen=True)
class Shift:
    """How an image lies to another over several blocks.

    Attributes:
        right_px: median, in pixels of the grid that both were read on.
        down_px: median.
        spread_px: robust deviation of the blocks from the median; above one or so the shift differs from place to
            place, and no common correction helps.
        blocks: that told something.
    """

    right_px: float
    down_px: float
    spread_px: float
    blocks: int

    @property
    def length_px(self) -> float:
        """Straight from one to the other."""
        return math.hypot(self.right_px, self.down_px)


def find_shift(before: NDArray[np.uint8], after: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Offset | None:
    """Find how far a block lies to the right of and below the same block of another date; None where nothing tells.

    Phase correlation finds the shift, whatever its length, and is refined by enhanced correlation, both on the length
    of gradients. On pairs of aerial images two to four years apart that were moved by known amounts, phase correlation
    alone misses by 0.16 px in the median, refined by 0.016.

    Args:
        before: uint8, (band, y, x).
        after: as `before`.
        valid: bool, (y, x), of both.

    Source: Kuglin & Hines 1975, The phase correlation image alignment method; Evangelidis & Psarakis 2008, Parametric
    image alignment using enhanced correlation coefficient maximization, both as OpenCV has them.
    """
    first, second = (image.mean(0, dtype=np.float32) for image in (before, after))
    start = find_offset(first, second, valid)
    if start is None:
        return None
    matrix = np.array([[1, 0, start.right_px], [0, 1, start.down_px]], np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, REFINEMENT_STEPS, REFINEMENT_PX)
    try:
        _, found = cv2.findTransformECC(
            gradient_length(first, valid), gradient_length(second, valid), matrix, cv2.MOTION_TRANSLATION, criteria,
            np.full(valid.shape, 255, np.uint8), SMOOTHING_PX,
        )  # fmt: skip
    except cv2.error:
        # it did not converge
        return start
    refined = Offset(float(found[0, 2]), float(found[1, 2]))
    moved = math.hypot(refined.right_px - start.right_px, refined.down_px - start.down_px)
    return refined if moved <= FARTHEST_REFINED_PX else start


def typical_shift(offsets: Sequence[Offset]) -> Shift | None:
    """Median and spread of what the blocks say; None where none says anything."""
    if not offsets:
        return None
    places = np.array([(offset.right_px, offset.down_px) for offset in offsets])
    median = np.median(places, axis=0)
    spread = NORMAL_DEVIATION * float(np.median(np.hypot(*(places - median).T)))
    return Shift(float(median[0]), float(median[1]), spread, len(offsets))


def gradient_length(image: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Length of the gradient, float32 (y, x); zero where a pixel that is not valid has a part in it."""
    across, down = (cv2.Sobel(image, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    inside = cv2.erode(valid.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) > 0
    return np.where(inside, np.hypot(across, down), 0).astype(np.float32)
