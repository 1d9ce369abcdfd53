"""Maps of change against the true one: what was hit, missed and falsely alarmed, in how much and where.

Counts come as in `probability`: cells, and truly changed cells, by the number of members that change them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .probability import Counts, shares


@dataclass(frozen=True)
class MapAgreement:
    """Shares of all cells, each (...).

    Attributes:
        hits: that change and were said to.
        misses: that change and were not said to.
        false_alarms: that were said to change and do not.
    """

    hits: NDArray[np.float64]
    misses: NDArray[np.float64]
    false_alarms: NDArray[np.float64]

    @property
    def figure_of_merit(self) -> NDArray[np.float64]:
        """Hits over hits, misses and false alarms; 1 is perfect, NaN where nothing changes and nothing was said to.

        Source: Pontius et al. 2008, Comparing the input, output, and validation maps for several models of land change.
        """
        union = self.hits + self.misses + self.false_alarms
        return np.divide(self.hits, union, out=np.full_like(union, np.nan), where=union > 0)

    @property
    def quantity_disagreement(self) -> NDArray[np.float64]:
        """Share of cells that is wrong because too many or too few change.

        Source: Pontius & Millones 2011, Death to Kappa, equations 2 and 3, for two categories.
        """
        return np.abs(self.false_alarms - self.misses)

    @property
    def allocation_disagreement(self) -> NDArray[np.float64]:
        """Share of cells that is wrong because the right number changes in the wrong places; equations 4, 5 there."""
        return 2 * np.minimum(self.false_alarms, self.misses)


def members_agreement(cells: Counts, hits: Counts) -> MapAgreement:
    """Each member as a map of its own, their counts averaged; (..., member + 1) gives (...)."""
    return _agreement(cells, hits, shares(cells.shape[-1] - 1))


def majority_agreement(cells: Counts, hits: Counts) -> MapAgreement:
    """The one map that says change where at least half of the members do; (..., member + 1) gives (...)."""
    return _agreement(cells, hits, (shares(cells.shape[-1] - 1) >= 0.5).astype(np.float64))


def _agreement(cells: Counts, hits: Counts, said: NDArray[np.float64]) -> MapAgreement:
    """Agreement where a cell of so many members is said to change with this weight."""
    total = cells.sum(-1)
    return MapAgreement((hits @ said) / total, (hits @ (1 - said)) / total, ((cells - hits) @ said) / total)
