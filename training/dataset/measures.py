"""What is measured of each pair of tiles, and by which limits one is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import RequestError
from ..filters import CANNY_RANGE, changed_share, mean_gradient, wrapped_changed_share
from .checks import saturated, uniform_share

FilterName = Literal["reference", "share", "none"]

MEASURES = {
    "gradient_before": "mean gradient along edges of the first date",
    "gradient_after": "mean gradient along edges of the second date",
    "wrapped_share": "share that differs by more than 20 levels, bytes wrapping as the authors count",
    "changed_share": "share that truly differs by more than 20 levels",
    "mean_change": "mean absolute difference, levels",
    "saturated_share": "share of pixels black or white at either date",
    "uniform_share": "share of uniform squares at either date",
}
"""Names of what is measured, with what they mean."""


@dataclass(frozen=True)
class Limit:
    """A pair of tiles is kept where a measure lies between two values, both excluded.

    Attributes:
        measure: one of `MEASURES`.
        above: the lower end; no end where -inf.
        below: the upper end; no end where inf.
    """

    measure: str
    above: float = -math.inf
    below: float = math.inf

    @property
    def text(self) -> str:
        """What it asks for."""
        if math.isinf(self.above):
            return f"{self.measure} below {self.below:g}"
        if math.isinf(self.below):
            return f"{self.measure} above {self.above:g}"
        return f"{self.measure} between {self.above:g} and {self.below:g}"

    def passes(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which values are kept."""
        passed: NDArray[np.bool_] = (values > self.above) & (values < self.below)
        return passed

    @classmethod
    def read(cls, text: str) -> Limit:
        """Read NAME=ABOVE:BELOW, of which one number may be left out.

        Raises:
            RequestError: there is no such measure, or no such numbers.
        """
        name, _, ends = text.partition("=")
        if name not in MEASURES:
            raise RequestError(f"--limit {text}: measures are {', '.join(MEASURES)}")
        low, colon, high = ends.partition(":")
        try:
            limit = cls(name, float(low) if low else -math.inf, float(high) if high else math.inf)
        except ValueError:
            limit = cls(name, math.inf, -math.inf)
        if not colon or not limit.above < limit.below or not (low or high):
            raise RequestError(f"--limit {text}: needs NAME=ABOVE:BELOW, as changed_share=:0.5 or gradient_before=2:40")
        return limit


FILTERS: Mapping[FilterName, tuple[Limit, ...]] = {
    "reference": (
        Limit("gradient_before", *CANNY_RANGE),
        Limit("gradient_after", *CANNY_RANGE),
        Limit("wrapped_share", below=0.75),
    ),
    "share": (Limit("changed_share", below=0.75), Limit("saturated_share", below=0.5)),
    "none": (),
}
"""`reference`: the published thresholds, with their byte arithmetic. `share`: what truly changed, and clouds."""


def choose_limits(name: FilterName, further: Sequence[Limit]) -> tuple[Limit, ...]:
    """The limits of a filter, with further ones; a further one takes the place of that for the same measure."""
    by_measure = {limit.measure: limit for limit in (*FILTERS[name], *further)}
    return tuple(by_measure.values())


def measure_tiles(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> dict[str, float]:
    """Measure a pair of tiles, uint8 (3, y, x) both, the second matched to the first."""
    difference = np.abs(before.astype(np.int16) - after.astype(np.int16))
    return {
        "gradient_before": mean_gradient(before),
        "gradient_after": mean_gradient(after),
        "wrapped_share": wrapped_changed_share(before, after),
        "changed_share": changed_share(before, after),
        "mean_change": float(difference.mean()),
        "saturated_share": max(float(saturated(image).mean()) for image in (before, after)),
        "uniform_share": max(uniform_share(image) for image in (before, after)),
    }


def thrown_out_by(values: Mapping[str, NDArray[np.float32]], limits: Sequence[Limit]) -> NDArray[np.int16]:
    """The number of the first limit that each pair of tiles fails, -1 for those that pass all; int16 (n,)."""
    count = len(next(iter(values.values())))
    found = np.full(count, -1, np.int16)
    for number, limit in reversed(list(enumerate(limits))):
        found[~limit.passes(values[limit.measure])] = number
    return found
