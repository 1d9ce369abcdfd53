"""What the windows of an area share: the present laid out once, and one field of noise, though they overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..lattice import CELL_PX, TILE_PX, Rect
from ..model.condition import lay_out_condition
from ..model.contract import ChangeGrid, ConditionLayout
from ..model.unet import DIFFERENCE_CHANNELS
from ..noise import NoiseKey, NoiseOctaves, lattice_noise
from .filling import fill_squares

MOST_FIELD_BYTES = 32 * 2**20
"""Noise that is kept for the windows of an area; where it would be more, each window draws its own."""
UNIT_PX: dict[ChangeGrid, int] = {"cells": CELL_PX, "pixels": 1}
"""Pixels a side of what a model draws one value of the difference for."""


def in_units(area: Rect, grid: ChangeGrid) -> Rect:
    """A rectangle of pixels in what a model draws the difference of."""
    return area.in_cells() if grid == "cells" else area


class ShownArea:
    """The present over an area, as the UNet is shown it.

    Args:
        image: float32, (3, y, x) in 0..1.
        valid: bool, (y, x).
        have: rectangle of both, in pixels.
        windows: of 128 px that will be asked for, at least one; all lie in it.
        layout: of the condition.
        precision: of what is shown.
    """

    def __init__(
        self,
        image: Tensor,
        valid: Tensor,
        have: Rect,
        windows: Sequence[Rect],
        layout: ConditionLayout,
        precision: torch.dtype,
    ) -> None:
        self._rect = rect = _around(windows)
        self._image = fill_squares(image[:, *rect.slices_in(have)], valid[rect.slices_in(have)])
        self._layout, self._precision = layout, precision
        # space to depth moves with the image, so all windows are parts of one
        self._cells = lay_out_condition(self._image[None], layout)[0].to(precision) if layout == "unshuffle" else None

    def windows(self, windows: Sequence[Rect]) -> Tensor:
        """The channels of windows of 128 px, (n, channel, 32, 32)."""
        if self._cells is None:
            images = torch.stack([self._image[:, *window.slices_in(self._rect)] for window in windows])
            return lay_out_condition(images, self._layout).to(self._precision)
        inside = self._rect.in_cells()
        return torch.stack([self._cells[:, *window.in_cells().slices_in(inside)] for window in windows])


class AreaNoise:
    """The noise of windows, cut from fields that are drawn once for all of them.

    Args:
        octaves: of the noise.
        windows: of 128 px, of which some are asked for at a time.
        steps: sampling steps that may ask for noise.
        grid: what the noise is drawn for.
    """

    def __init__(self, octaves: NoiseOctaves, windows: Sequence[Rect], steps: int, grid: ChangeGrid) -> None:
        self._octaves, self._grid, self._rect = octaves, grid, in_units(_around(windows), grid)
        area = self._rect.height * self._rect.width
        # windows far apart draw less on their own
        is_dense = area <= len(windows) * (TILE_PX // UNIT_PX[grid]) ** 2
        self._is_shared = is_dense and 4 * DIFFERENCE_CHANNELS * area * steps <= MOST_FIELD_BYTES
        self._fields: dict[NoiseKey, NDArray[np.float32]] = {}

    def windows(self, key: NoiseKey, windows: Sequence[Rect]) -> NDArray[np.float32]:
        """The noise of windows, float32 (n, 3, 32, 32), or (n, 3, 128, 128) where of pixels."""
        places = [in_units(window, self._grid) for window in windows]
        if not self._is_shared:
            return np.stack([self._draw(key, place) for place in places])
        if key not in self._fields:
            self._fields[key] = self._draw(key, self._rect)
        return np.stack([self._fields[key][:, *place.slices_in(self._rect)] for place in places])

    def _draw(self, key: NoiseKey, place: Rect) -> NDArray[np.float32]:
        return lattice_noise(key, self._octaves, DIFFERENCE_CHANNELS, (place.top, place.left), place.shape_yx)


def _around(windows: Sequence[Rect]) -> Rect:
    """The rectangle that holds all windows, in pixels."""
    top, left = min(one.top for one in windows), min(one.left for one in windows)
    return Rect(top, left, max(one.bottom for one in windows) - top, max(one.right for one in windows) - left)
