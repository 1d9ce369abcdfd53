"""How far two images lie beside each other, where both say they cover the same ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_RESPONSE = 0.1
"""Peak of a phase correlation below which two tiles say nothing of their offset."""
LEAST_SIDE_PX = 32
"""Tiles with a shorter side are not looked at."""
LEAST_VALID_SHARE = 0.5


@dataclass(frozen=True)
class Offset:
    """How far an image lies to the right of and below another, in pixels."""

    right_px: float
    down_px: float

    @property
    def length_px(self) -> float:
        """Straight from one to the other."""
        return math.hypot(self.right_px, self.down_px)


def find_offset(before: NDArray[np.float32], after: NDArray[np.float32], valid: NDArray[np.bool_]) -> Offset | None:
    """Find how far a tile lies beside the same tile of another date; None where that cannot be told.

    Args:
        before: float32, (y, x).
        after: as `before`.
        valid: bool, (y, x), of both.

    Source: Kuglin & Hines 1975, The phase correlation image alignment method, on the length of gradients, which light
    and season change less than values.
    """
    if min(valid.shape) < LEAST_SIDE_PX or valid.mean() < LEAST_VALID_SHARE:
        return None
    window = cv2.createHanningWindow(valid.shape[::-1], cv2.CV_32F)
    (right, down), response = cv2.phaseCorrelate(_edges(before, valid), _edges(after, valid), window)
    is_told = response >= LEAST_RESPONSE and math.isfinite(right) and math.isfinite(down)
    return Offset(float(right), float(down)) if is_told else None


def typical_offset(offsets: Sequence[Offset]) -> Offset:
    """The median of what several tiles say; none where they say nothing."""
    if not offsets:
        return Offset(0.0, 0.0)
    right, down = np.median([(offset.right_px, offset.down_px) for offset in offsets], axis=0)
    return Offset(float(right), float(down))


def _edges(image: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Length of the gradient, float32 (y, x); zero where a pixel that is not valid has a part in it."""
    across, down = (cv2.Sobel(image, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    inside = cv2.erode(valid.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) > 0
    return np.where(inside, np.hypot(across, down), 0).astype(np.float32)
