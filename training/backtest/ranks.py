"""The rank histogram: where among the members the truth lies. It is flat where both come from one distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def count_ranks(members: NDArray[Any], truth: NDArray[Any], random: np.random.Generator) -> NDArray[np.float64]:
    """Count the ranks of the truth among the members; float64 (member + 1,), from below all to above all.

    A truth that equals some members takes any of the places among them by lot.

    Args:
        members: (member, ...).
        truth: (...).
        random: decides ties.

    Source: Hamill 2001, Interpretation of rank histograms for verifying ensemble forecasts.
    """
    below, equal = (members < truth).sum(0), (members == truth).sum(0)
    ranks = below + random.integers(0, equal + 1)
    counts: NDArray[np.float64] = np.bincount(np.ravel(ranks), minlength=len(members) + 1).astype(np.float64)
    return counts


def outlier_share(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often the truth lies outside of all members, over how often it should; (..., rank) gives (...).

    Above 1 the ensemble is too narrow, below 1 too wide.
    """
    share: NDArray[np.float64] = ranks.shape[-1] / 2 * (ranks[..., 0] + ranks[..., -1]) / ranks.sum(-1)
    return share


def mean_rank(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean rank in 0..1, (..., rank) gives (...): above a half the truth is higher than the members, below it lower."""
    places = np.arange(ranks.shape[-1]) / (ranks.shape[-1] - 1)
    mean: NDArray[np.float64] = (ranks @ places) / ranks.sum(-1)
    return mean
