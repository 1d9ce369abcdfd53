"""What is known of the pairs of images of a dataset while it is made, and the worst of them as pictures."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.dates import ImageDate
from .checks import PairCheck
from .footprints import Footprint

WORST = 3
"""Pictures of each kind."""
ROUGH: Mapping[str, Callable[[PairCheck], float]] = {
    "shift": lambda check: 0.0 if check.shift is None else check.shift.length_px,
    "agreement": lambda check: 0.0 if check.agreement is None else 1 - check.agreement,
    "radiometry": lambda check: check.distance(),
    "saturated": lambda check: check.saturated_share,
    "uniform": lambda check: check.uniform_share,
    "empty": lambda check: check.empty_share,
}
"""Ways to be bad, the higher the worse."""


@dataclass(frozen=True)
class Interval:
    """Two dates, and the years between them."""

    before: ImageDate
    after: ImageDate
    years: float

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.before} to {self.after}"


@dataclass
class PairRecord:
    """A pair of images.

    Attributes:
        number: of the pair.
        interval: number of its dates.
        before: the earlier image.
        after: the later image.
        check: what was found; None where they share no ground, or cannot be read.
        problems: why it is left out, or a part of it; empty where it was cut.
        cut: tiles that both dates show wholly.
        kept: tiles that passed the filters.
        is_moved: whether the second date was moved back by the shift that was found.
        is_pair: whether both show common ground; their boxes do before it is looked at.
    """

    number: int
    interval: int
    before: Footprint
    after: Footprint
    check: PairCheck | None = None
    problems: list[str] = field(default_factory=list)
    cut: int = 0
    kept: int = 0
    is_moved: bool = False
    is_pair: bool = True

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.before.shown} and {self.after.shown}"

    def facts(self, tables: NDArray[np.uint8] | None) -> dict[str, Any]:
        """What is recorded of it."""
        found: dict[str, Any] = {
            "number": self.number, "before": self.before.shown, "after": self.after.shown, "interval": self.interval,
            "tiles": self.cut, "kept": self.kept, "problems": self.problems, "moved": self.is_moved,
        }  # fmt: skip
        if self.check is None:
            return found
        shift = self.check.shift
        return found | {
            "gsd_m": round(self.check.gsd_m, 6),
            "shape_yx": list(self.check.shape_yx),
            "shift_right_px": None if shift is None else round(shift.right_px, 3),
            "shift_down_px": None if shift is None else round(shift.down_px, 3),
            "shift_spread_px": None if shift is None else round(shift.spread_px, 3),
            "agreement": None if self.check.agreement is None else round(self.check.agreement, 4),
            "empty_share": round(self.check.empty_share, 5),
            "saturated_share": round(self.check.saturated_share, 5),
            "uniform_share": round(self.check.uniform_share, 5),
            "distance_before_matching": round(self.check.distance(), 4),
            "distance_after_matching": None if tables is None else round(self.check.distance(tables), 4),
        }


class WorstPairs:
    """Keeps pictures of the worst pairs alone, so that memory does not grow with their number."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[float, int, NDArray[np.uint8]]]] = {name: [] for name in ROUGH}

    def see(self, number: int, check: PairCheck) -> None:
        """Look at a pair."""
        for name, badness in ROUGH.items():
            score = badness(check)
            if score > 0:
                heapq.heappush(self._kept[name], (score, -number, check.thumbnail))
                if len(self._kept[name]) > WORST:
                    heapq.heappop(self._kept[name])

    def pictures(self) -> dict[str, list[tuple[int, float, NDArray[np.uint8]]]]:
        """For each way to be bad: number of the pair, how bad, and picture (3, y, x), the worst first."""
        return {
            name: [
                (-number, score, picture)
                for score, number, picture in sorted(kept, reverse=True, key=lambda one: one[:2])
            ]
            for name, kept in self._kept.items()
            if kept
        }
