"""What windows share is what each of them would get on its own, to the last bit."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch

from landcast.core.forecast.filling import fill_invalid
from landcast.core.forecast.windows import AreaNoise, ShownArea
from landcast.core.lattice import Rect, unet_windows
from landcast.core.model.condition import lay_out_condition
from landcast.core.model.contract import ChangeGrid, ConditionLayout
from landcast.core.noise import NoiseKey, NoiseOctaves, lattice_noise

OCTAVES = NoiseOctaves((1, 8, 32), (1.0, 0.5, 0.5))
DENSE = unet_windows(Rect(-64, 128, 256, 192))
APART = [Rect(0, 0, 128, 128), Rect(0, 64 * 400, 128, 128)]


@pytest.mark.parametrize("grid", get_args(ChangeGrid))
@pytest.mark.parametrize("windows", [DENSE, APART], ids=["overlapping", "far apart"])
def test_a_window_has_the_noise_that_it_would_draw_alone(windows: list[Rect], grid: ChangeGrid) -> None:
    key = NoiseKey(3, 1, 2)
    drawn = AreaNoise(OCTAVES, windows, 4, grid).windows(key, windows[-2:])
    for window, tile in zip(windows[-2:], drawn, strict=True):
        place = window.in_cells() if grid == "cells" else window
        np.testing.assert_array_equal(tile, lattice_noise(key, OCTAVES, 3, (place.top, place.left), place.shape_yx))


def test_noise_of_more_steps_than_are_kept_is_the_same() -> None:
    key = NoiseKey(3, 0)
    kept, alone = AreaNoise(OCTAVES, DENSE, 1, "cells"), AreaNoise(OCTAVES, DENSE, 10**6, "cells")
    np.testing.assert_array_equal(kept.windows(key, DENSE), alone.windows(key, DENSE))


@pytest.mark.parametrize("layout", ["unshuffle", "quadrants"])
def test_a_window_is_shown_what_it_would_be_shown_alone(layout: ConditionLayout) -> None:
    have = Rect(-256, 0, 640, 512)
    image = torch.rand(3, *have.shape_yx, generator=torch.Generator().manual_seed(5))
    valid = torch.ones(have.shape_yx, dtype=torch.bool)
    valid[100:330, 90:300] = False
    shown = ShownArea(image, valid, have, DENSE, layout, torch.float32).windows(DENSE)
    for window, channels in zip(DENSE, shown, strict=True):
        filled = fill_invalid(image[:, *window.slices_in(have)], valid[window.slices_in(have)])
        assert torch.equal(channels, lay_out_condition(filled[None], layout)[0])
