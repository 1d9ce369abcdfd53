"""Before and after of a whole result, gathered while its blocks pass by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .lattice import Rect
from .raster.quicklook import decimation, write_quicklook


class Quicklook:
    """Gathers decimated means of before and after while blocks pass by.

    Args:
        rect: of the whole result.
    """

    def __init__(self, rect: Rect) -> None:
        self._rect, self._step = rect, decimation(rect.shape_yx)
        size = [-(-side // self._step) for side in rect.shape_yx]
        self._sums = np.zeros((6, *size), np.float64)
        self._counts = np.zeros(size, np.float64)

    def add(self, before: NDArray[np.uint8], after: NDArray[np.uint8], valid: NDArray[np.bool_], block: Rect) -> None:
        """Take in one block: uint8 (3, y, x) twice, zero where not valid, and bool (y, x)."""
        rows = (np.arange(block.height) + block.top - self._rect.top) // self._step
        columns = (np.arange(block.width) + block.left - self._rect.left) // self._step
        np.add.at(self._counts, (rows[:, None], columns[None]), valid)
        for index, band in enumerate([*before, *after]):
            np.add.at(self._sums[index], (rows[:, None], columns[None]), band)

    def write(self, path: Path, labels: tuple[str, str]) -> None:
        """Write what was gathered.

        Raises:
            OutputError: the file cannot be written.
        """
        write_quicklook(path, self._mean(slice(0, 3)), self._mean(slice(3, 6)), labels)

    def _mean(self, bands: slice) -> NDArray[np.uint8]:
        """Mean of the valid pixels; white where there are none."""
        mean = self._sums[bands] / np.maximum(self._counts, 1)
        return np.where(self._counts > 0, mean, 255).round().astype(np.uint8)
