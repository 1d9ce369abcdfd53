"""Forecasts that know no place, which a model has to beat; persistence dressed with residuals is in `skill`."""

from __future__ import annotations

import numpy as np

from ..skill import Field

EQUAL_MEMBERS = 2
"""A forecast without spread is told by members that are equal."""


def persistence(truth: Field) -> Field:
    """Nothing changes; float32 (2, tile, 3, 32, 32)."""
    return np.broadcast_to(np.float32(0), (EQUAL_MEMBERS, *truth.shape))


def mean_change(training: Field, truth: Field) -> Field:
    """Everything changes as the training pairs did on average, band by band; float32 (2, tile, 3, 32, 32).

    Args:
        training: float32, (any, 3, 32, 32); true differences of training pairs.
        truth: float32, (tile, 3, 32, 32); of what is forecast, for its shape.
    """
    mean = training.mean((0, 2, 3), dtype=np.float64).astype(np.float32)
    return np.broadcast_to(mean[:, None, None], (EQUAL_MEMBERS, *truth.shape))
