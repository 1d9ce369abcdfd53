"""What the forecast of one rectangle gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class BlockForecast:
    """The result over one rectangle.

    Attributes:
        before: float32, (3, y, x) in 0..1; the source on the same grid.
        after: float32, (3, y, x) in 0..1; the first member.
        valid: bool, (y, x); where the source is valid and the result is wanted.
        spread: uint8, (y, x); deviation between members in levels, None for one member.
        change: uint8, (y, x); probability of change in percent: the share of members that change, or what that is
            worth where the model is calibrated; None for one member.
        earlier: float32, (3, y, x) in 0..1 each; the first member after each kept iteration, which `after` is not one
            of.
        typical: float32, (3, y, x) in 0..1; the most typical member of each place, None where it was not asked for.
        changed: bool, (member, y, x) in cells, over all cells that the rectangle touches; whether a member changes.
    """

    before: NDArray[np.float32]
    after: NDArray[np.float32]
    valid: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    spread: NDArray[np.uint8] | None = None
    change: NDArray[np.uint8] | None = None
    earlier: tuple[NDArray[np.float32], ...] = ()
    typical: NDArray[np.float32] | None = None

    @property
    def present(self) -> NDArray[np.uint8]:
        """The source in 8-bit levels, uint8 (3, y, x); zero where not valid."""
        return _to_levels(self.before, self.valid)

    @property
    def image(self) -> NDArray[np.uint8]:
        """The first member in 8-bit levels, uint8 (3, y, x); zero where not valid."""
        return _to_levels(self.after, self.valid)


def _to_levels(image: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return ((image * 255).round().clip(0, 255) * valid).astype(np.uint8)
