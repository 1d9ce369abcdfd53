"""How far an area is from what a model was trained on, as figures and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOTABLE_SHARE = 0.25
"""Of the tiles: where more are unlike the training, the user should know.

One in twenty is expected of ground like that of the training; `docs/domain.md` says what other ground gives.
"""


@dataclass(frozen=True)
class DomainFigure:
    """How far an area is from the training.

    Attributes:
        distances: float32, (tile,); of tiles spread over it, at least one. 1 is as far as 95 % of the training tiles
            lie at most, each seen from the other places alone.
    """

    distances: NDArray[np.float32]

    @property
    def tiles(self) -> int:
        """How many were looked at."""
        return len(self.distances)

    @property
    def unlike_share(self) -> float:
        """Of the tiles: those further than 1."""
        return float((self.distances > 1).mean())

    @property
    def median(self) -> float:
        """Of the distances."""
        return float(np.median(self.distances))

    @property
    def is_notable(self) -> bool:
        """Whether the user should know before anything is predicted."""
        return self.unlike_share > NOTABLE_SHARE

    def tell(self, source_name: str, model_name: str) -> str:
        """All of it in a sentence."""
        words = (
            f"{source_name}: {self.unlike_share:.0%} of {self.tiles} tile(s) spread over the area are unlike what "
            f"{model_name} was trained on (median distance {self.median:.2f}; 1 is where 5 % of its own training lies "
            "beyond)"
        )
        return f"{words}, so take what it predicts there with care" if self.is_notable else words
