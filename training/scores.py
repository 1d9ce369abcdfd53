"""Proper scores of two members against the truth, as training losses.

Each is smallest in expectation when the members are drawn from the truth's own distribution; the joint ones
reward the right relation between cells as well, without which members are right cell by cell and look like
noise or blobs.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import unfold

ALMOST_FAIR = 0.95
"""Weight of the fair score against the biased one, which keeps two members from drifting apart.

Source: Lang et al. 2024, AIFS-CRPS, equation 4.
"""
PATCH_CELLS = (4, 8)
"""Sides of the patches that the energy score sees as one."""
HAAR_LEVELS = 3


def joint_score(first: Tensor, second: Tensor, truth: Tensor) -> Tensor:
    """CRPS of cells, energy score of patches and CRPS of wavelet bands, summed; a scalar.

    Args:
        first: float32, (n, c, y, x); one member.
        second: float32, the same shape; another member.
        truth: float32, the same shape.
    """
    loss = crps(first, second, truth)
    for side in PATCH_CELLS:
        loss = loss + energy_score(first, second, truth, side)
    for _ in range(HAAR_LEVELS):
        first, first_detail = haar(first)
        second, second_detail = haar(second)
        truth, truth_detail = haar(truth)
        loss = loss + 0.5 * crps(first_detail, second_detail, truth_detail)
    return loss + 0.125 * crps(first, second, truth)


def crps(first: Tensor, second: Tensor, truth: Tensor) -> Tensor:
    """Almost fair CRPS of two members, averaged over all values.

    Source: Lang et al. 2024, AIFS-CRPS, equations 3 and 4, for an ensemble of two.
    """
    error = 0.5 * ((first - truth).abs() + (second - truth).abs()).mean()
    return error - 0.25 * (1 + ALMOST_FAIR) * (first - second).abs().mean()


def energy_score(first: Tensor, second: Tensor, truth: Tensor, side: int) -> Tensor:
    """Almost fair energy score on half-overlapping patches of `side` cells, all channels together.

    Source: Gneiting & Raftery 2007, Strictly proper scoring rules, equation 22.
    """
    error = 0.5 * (_patch_norm(first - truth, side) + _patch_norm(second - truth, side))
    return error - 0.25 * (1 + ALMOST_FAIR) * _patch_norm(first - second, side)


def haar(field: Tensor) -> tuple[Tensor, Tensor]:
    """One level of the orthonormal Haar transform of (n, c, y, x).

    Returns:
        The low band (n, c, y / 2, x / 2), and the three high bands side by side (n, 3 c, y / 2, x / 2).
    """
    top, bottom = field[..., ::2, :], field[..., 1::2, :]
    sums, differences = top + bottom, top - bottom
    low = (sums[..., ::2] + sums[..., 1::2]) / 2
    bands = (
        (sums[..., ::2] - sums[..., 1::2]) / 2,
        (differences[..., ::2] + differences[..., 1::2]) / 2,
        (differences[..., ::2] - differences[..., 1::2]) / 2,
    )
    return low, torch.cat(bands, 1)


def _patch_norm(field: Tensor, side: int) -> Tensor:
    """Mean over patches of the root mean square within a patch."""
    patches = unfold(field, side, stride=side // 2)
    return (patches.square().mean(1) + 1e-6).sqrt().mean()
