"""A small picture of before and after, for people who want to look before they open a GIS."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..files import write_whole

SIDE_PX = 768
GAP_PX = 8
LABEL_PX = 28


def write_quicklook(path: Path, before: NDArray[np.uint8], after: NDArray[np.uint8], labels: tuple[str, str]) -> None:
    """Write two images side by side as PNG, each under its label.

    Args:
        path: ends in .png.
        before: uint8, (3, y, x); the present.
        after: uint8, (3, y, x); the prediction.
        labels: ASCII text over each.

    Raises:
        OutputError: the file cannot be written.
    """
    panels = [_panel(image, label) for image, label in zip((before, after), labels, strict=True)]
    gap = np.full((panels[0].shape[0], GAP_PX, 3), 255, np.uint8)
    picture = np.concatenate([panels[0], gap, panels[1]], axis=1)
    is_made, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    try:
        write_whole(path, data.tobytes())
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error}") from error
    assert is_made


def decimation(shape_yx: tuple[int, int]) -> int:
    """How many pixels stand for one in a quicklook of an image of this size."""
    return max(1, -(-max(shape_yx) // SIDE_PX))


def _panel(image: NDArray[np.uint8], label: str) -> NDArray[np.uint8]:
    picture = np.ascontiguousarray(image.transpose(1, 2, 0))
    head = np.full((LABEL_PX, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(head, label, (4, LABEL_PX - 9), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([head, picture])
