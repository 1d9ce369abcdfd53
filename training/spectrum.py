"""How much fine detail a drawn image has, at each wavelength and in each direction, beside a real one."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

WINDOW_PX = 32
LONGEST_PX = 8.0
"""Wavelength from which on cells of 4 px leave detail to be drawn."""
RINGS, SECTORS = 4, 4
"""Bands of equal width from there to the shortest wavelength, and directions that each is parted into."""
ROUNDING = 1 / 255 / 12**0.5
"""Deviation of what rounding to 8 bits adds; detail below it is none."""


def spectral_loss(drawn: Tensor, real: Tensor) -> Tensor:
    """Mean absolute difference of the logarithmic power of fine detail, window by window and part by part.

    The mean of all sharp images is a blurred one, which is what a mean error of pixels asks for. This holds the
    drawn image to the power of the real one, and leaves it to the pixels and the judge where that power goes.

    Args:
        drawn: float32, (n, 3, y, x) in 0..1; sides of at least 32 px.
        real: the same.

    Source: Durall et al. 2020, Watch your Up-Convolution, section 4.2; here of windows, by direction, in logarithms.
    """
    return (_log_power(drawn) - _log_power(real)).abs().mean()


def _log_power(image: Tensor) -> Tensor:
    """Float32 (window, part): of half-overlapping windows, all colours together."""
    windows = image.unfold(2, WINDOW_PX, WINDOW_PX // 2).unfold(3, WINDOW_PX, WINDOW_PX // 2)
    windows = windows - windows.mean((-2, -1), keepdim=True)
    taper = torch.hann_window(WINDOW_PX, periodic=False, device=image.device)
    power = torch.fft.fft2(windows * taper[:, None] * taper).abs().square().sum(1).flatten(0, 2).flatten(1)
    parts = _parts().to(image.device)
    # what white noise of that deviation has in each part, in three bands
    floor = 3 * ROUNDING**2 * parts.sum(0) * taper.square().sum() ** 2
    logarithm: Tensor = (power @ parts + floor).log()
    return logarithm


@lru_cache(maxsize=1)
def _parts() -> Tensor:
    """Which wave belongs to which part of the spectrum; float32 (32 x 32, ring x sector) of 0 and 1."""
    frequency = torch.fft.fftfreq(WINDOW_PX)
    down, right = torch.meshgrid(frequency, frequency, indexing="ij")
    radius = torch.hypot(down, right).flatten()
    # the corners beyond two pixels a wave join the last ring
    ring = torch.bucketize(radius, torch.linspace(1 / LONGEST_PX, 0.5, RINGS + 1)[1:-1], right=True)
    # sectors lie about the rows, the columns and the diagonals; a wave and its opposite are one
    sector = (torch.atan2(down, right).flatten() / (torch.pi / SECTORS)).round().long() % SECTORS
    parts = torch.nn.functional.one_hot(ring * SECTORS + sector, RINGS * SECTORS).float()
    return parts * (radius >= 1 / LONGEST_PX)[:, None]
