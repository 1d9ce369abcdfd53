"""Fitting what a share of changing members is worth, and telling on areas left out what that gains.

Isotonic regression of the outcome on the number of changing members: with no more than one value for each number, and
thousands of cells behind most, nothing parametric has less to go by (`benchmarks/calibration.py` compares).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from ...core.errors import TrainingError
from .probability import Counts, brier_parts, calibration_error, shares

FOLDS = 5
PRIOR_CELLS = 1.0
"""Cells that each number of members is given beforehand, with the overall rate of change; keeps 0 and 1 unsaid."""
FEWEST_CELLS = 2000
"""Fewer tell little, as neighbouring cells change together."""


@dataclass(frozen=True)
class CalibrationGain:
    """What calibration makes of areas that it was not fitted on.

    Attributes:
        brier_skill_before: Brier skill score of the share of members.
        brier_skill_after: of what it is worth.
        calibration_error_before: mean distance of the probability from how often it comes true in a part of the areas.
        calibration_error_after: the same of the calibrated one.
        folds: parts that the areas were dealt into; each was judged by the others' fit.
    """

    brier_skill_before: float
    brier_skill_after: float
    calibration_error_before: float
    calibration_error_after: float
    folds: int

    def as_dict(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)


def fit_probability(cells: Counts, changed: Counts) -> NDArray[np.float64]:
    """How often change came true by the number of members that say it, made monotone; (member + 1,) in 0..1.

    Args:
        cells: (member + 1,).
        changed: (member + 1,).

    Raises:
        TrainingError: too few cells, or none that changed, or none that did not.

    Source: Zadrozny & Elkan 2002, Transforming classifier scores into accurate multiclass probability estimates.
    """
    count, hits = cells.sum(), changed.sum()
    if count < FEWEST_CELLS or not 0 < hits < count:
        raise TrainingError(
            f"{count:.0f} cells, of which {hits:.0f} changed: too few to calibrate on, or all alike; at least "
            f"{FEWEST_CELLS} are needed, and both kinds. Give more validation areas"
        )
    rate = (changed + PRIOR_CELLS * hits / count) / (cells + PRIOR_CELLS)
    fitted: NDArray[np.float64] = isotonic_regression(rate, weights=cells + PRIOR_CELLS).x
    return fitted.clip(0, 1)


@dataclass(frozen=True)
class CrossFit:
    """Counts of cells by what they are said, each area judged by a fit on the others.

    Attributes:
        probability: (fold, member + 1); fitted on all areas but the fold's.
        cells: (fold, member + 1); of the fold's areas.
        changed: (fold, member + 1).
        folds: of each area, (area,).
    """

    probability: NDArray[np.float64]
    cells: Counts
    changed: Counts
    folds: NDArray[np.intp]

    def gain(self) -> CalibrationGain:
        """Compare before and after."""
        # every fold has its own values to say, so all are scored side by side, before as after
        cells, changed = self.cells.ravel(), self.changed.ravel()
        before = np.tile(shares(self.cells.shape[1] - 1), len(self.cells))
        after = self.probability.ravel()
        return CalibrationGain(
            float(brier_parts(cells, changed, before).skill),
            float(brier_parts(cells, changed, after).skill),
            float(calibration_error(cells, changed, before)),
            float(calibration_error(cells, changed, after)),
            len(self.cells),
        )


def cross_fit(cells: Counts, changed: Counts, seed: int, folds: int = FOLDS) -> CrossFit:
    """Deal areas into folds and judge each by a fit on the others.

    Args:
        cells: (area, member + 1).
        changed: (area, member + 1).
        seed: of the dealing.
        folds: at most; no more than there are areas.

    Raises:
        TrainingError: a single area, or too few cells.
    """
    count = min(folds, len(cells))
    if count < 2:
        raise TrainingError("a single area to calibrate on: nothing is left to tell whether it helps; give more areas")
    dealt = np.random.default_rng(seed).permutation(len(cells)) % count
    here = [dealt == fold for fold in range(count)]
    probability = np.stack([fit_probability(cells[~own].sum(0), changed[~own].sum(0)) for own in here])
    return CrossFit(
        probability, np.stack([cells[own].sum(0) for own in here]), np.stack([changed[own].sum(0) for own in here]),
        dealt.astype(np.intp),
    )  # fmt: skip
