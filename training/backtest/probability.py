"""How true a probability of change comes: reliability curve, Brier score and its parts.

Everything is made of two counts by the number of members that change a cell: how many such cells there are, and in how
many of them the truth changed. So it can be added up over tiles, and resampled by areas. The last axis is that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.forecast.ensemble import CHANGE_LEVEL

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class BrierParts:
    """The Brier score and what it is made of; `score` is reliability - resolution + uncertainty.

    Attributes:
        score: mean square of probability less outcome; 0 is perfect.
        reliability: how far the probabilities are from what came true; 0 is calibrated.
        resolution: how far what came true differs between probabilities; larger is better.
        uncertainty: score of always saying how often change is.
        skill: 1 - score / uncertainty: above 0 better than always saying how often change is.

    Source: Murphy 1973, A new vector partition of the probability score.
    """

    score: NDArray[np.float64]
    reliability: NDArray[np.float64]
    resolution: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    skill: NDArray[np.float64]

    def as_dict(self) -> dict[str, float | None]:
        """The figures by name, of one score; None for what cannot be told."""
        return {name: float(value) if np.isfinite(value) else None for name, value in vars(self).items()}


def count_cells(changing: NDArray[np.bool_], changed: NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """Count cells, and those that truly changed, by how many members change them; float64 (member + 1,) both.

    Args:
        changing: bool, (member, ...).
        changed: bool, (...).
    """
    votes, size = changing.sum(0), len(changing) + 1
    cells = np.bincount(votes.ravel(), minlength=size).astype(np.float64)
    hits = np.bincount(votes[changed], minlength=size).astype(np.float64)
    return cells, hits


def count_tiles(members: NDArray[Any], truth: NDArray[Any]) -> dict[str, Counts]:
    """Count `cells` and `changed` in each tile, float64 (tile, member + 1) both.

    Args:
        members: (member, tile, 3, 32, 32); coarse differences in 0..1.
        truth: (tile, 3, 32, 32).
    """
    both = [count_cells(is_changed(members[:, tile]), is_changed(truth[tile])) for tile in range(len(truth))]
    return {"cells": np.stack([cells for cells, _ in both]), "changed": np.stack([changed for _, changed in both])}


def is_changed(difference: NDArray[Any]) -> NDArray[np.bool_]:
    """Where the mean over bands of the absolute difference exceeds 20 levels: (..., 3, y, x) gives (..., y, x)."""
    changed: NDArray[np.bool_] = np.abs(difference).mean(-3) > CHANGE_LEVEL
    return changed


def shares(members: int) -> NDArray[np.float64]:
    """The probability that an ensemble says by its share of members, for each number of them; (members + 1,)."""
    share: NDArray[np.float64] = np.arange(members + 1) / members
    return share


def brier_parts(cells: Counts, hits: Counts, probability: NDArray[Any] | None = None) -> BrierParts:
    """Score a probability of change, all axes but the last at once.

    Args:
        cells: (..., member + 1).
        hits: (..., member + 1).
        probability: (member + 1,) in 0..1; the share of members where None.
    """
    said = shares(cells.shape[-1] - 1) if probability is None else np.asarray(probability, np.float64)
    total = cells.sum(-1)
    rate = np.divide(hits, cells, out=np.zeros_like(hits), where=cells > 0)
    base = hits.sum(-1) / total
    reliability = (cells * (said - rate) ** 2).sum(-1) / total
    resolution = (cells * (rate - base[..., None]) ** 2).sum(-1) / total
    uncertainty = base * (1 - base)
    score = reliability - resolution + uncertainty
    skill = np.divide(resolution - reliability, uncertainty, out=np.full_like(base, np.nan), where=uncertainty > 0)
    return BrierParts(score, reliability, resolution, uncertainty, skill)


def calibration_error(cells: Counts, hits: Counts, probability: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Mean absolute distance between what is said and how often it came true, weighted by cells; (...)."""
    said = shares(cells.shape[-1] - 1) if probability is None else np.asarray(probability, np.float64)
    error: NDArray[np.float64] = np.abs(cells * said - hits).sum(-1) / cells.sum(-1)
    return error
