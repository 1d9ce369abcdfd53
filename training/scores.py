"""Proper scores of two members against the truth, as training losses.

Each is smallest in expectation when the members are drawn from the truth's own distribution; the joint ones
reward the right relation between cells as well, without which members are right cell by cell and look like
noise or blobs.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import unfold

FAIR = 1.0
"""The fairness at which members are drawn as wide as the truth of the training is."""
PATCH_CELLS = (4, 8)
"""Sides of the patches that the energy score sees as one."""
HAAR_LEVELS = 3
OPPONENT_AXES = (
    (3**-0.5, 3**-0.5, 3**-0.5),
    (2**-0.5, 0.0, -(2**-0.5)),
    (-(6**-0.5), 2 * 6**-0.5, -(6**-0.5)),
)


def joint_score(first: Tensor, second: Tensor, truth: Tensor, fairness: float = FAIR) -> Tensor:
    """CRPS of cells, energy score of patches and CRPS of wavelet bands, summed; a scalar.

    Args:
        first: float32, (n, c, y, x); one member.
        second: float32, the same shape; another member.
        truth: float32, the same shape.
        fairness: what members are rewarded for differing, a share of what the fair score does.
    """
    loss = crps(first, second, truth, fairness)
    for side in PATCH_CELLS:
        loss = loss + energy_score(first, second, truth, side, fairness)
    # bands that are right one by one may still be of the wrong colour together
    first, second, truth = (opponent(field) for field in (first, second, truth))
    loss = loss + crps(first, second, truth, fairness)
    for _ in range(HAAR_LEVELS):
        first, first_detail = haar(first)
        second, second_detail = haar(second)
        truth, truth_detail = haar(truth)
        loss = loss + 0.5 * crps(first_detail, second_detail, truth_detail, fairness)
    return loss + 0.125 * crps(first, second, truth, fairness)


def crps(first: Tensor, second: Tensor, truth: Tensor, fairness: float = FAIR) -> Tensor:
    """CRPS of two members, averaged over all values.

    Below a fairness of 1 it is the almost fair CRPS (Lang et al. 2024, AIFS-CRPS, equations 3 and 4, for an ensemble of
    two), above it the fair one with more reward for members that differ.
    """
    error = 0.5 * ((first - truth).abs() + (second - truth).abs()).mean()
    return error - 0.25 * (1 + fairness) * (first - second).abs().mean()


def energy_score(first: Tensor, second: Tensor, truth: Tensor, side: int, fairness: float = FAIR) -> Tensor:
    """Energy score on half-overlapping patches of `side` cells, all channels together.

    Source: Gneiting & Raftery 2007, Strictly proper scoring rules, equation 22; `fairness` as for `crps`.
    """
    error = 0.5 * (_patch_norm(first - truth, side) + _patch_norm(second - truth, side))
    return error - 0.25 * (1 + fairness) * _patch_norm(first - second, side)


def opponent(field: Tensor) -> Tensor:
    """Brightness, red against blue, and green against both, of red, green and blue; (n, 3, y, x), an orthonormal turn.

    Differences of natural colours hardly correlate on these axes (Ohta, Kanade & Sakai 1980, Color information for
    region segmentation).
    """
    axes = torch.tensor(OPPONENT_AXES, device=field.device, dtype=field.dtype)
    return torch.einsum("ij,njyx->niyx", axes, field)


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
