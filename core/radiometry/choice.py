"""Which tones a source gets: the one rule for the command line, the worker and training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError
from .tones import SHARES, Radiometry, ToneReference, Tones, as_is, match_to, stretch, stretch_to


class ImageFacts(Protocol):
    """What is asked of a source."""

    name: str
    bands: int

    @property
    def is_eight_bit(self) -> bool:
        """Whether its values are levels of 0 to 255."""


class Statistics(Protocol):
    """What is asked of a look at the whole source."""

    @property
    def quantiles(self) -> NDArray[np.float64]:
        """Float64, (band, share); values below which the recorded shares of the pixels lie."""


def choose_tones(
    source: ImageFacts,
    seen: Statistics,
    reference: ToneReference | None,
    radiometry: Radiometry = "auto",
    limits: Sequence[float] | None = None,
) -> Tones:
    """Decide how the values of a source are shown to a model.

    Eight-bit values are shown as they are, others are stretched: on held-out imagery, as it was taken and with its
    colours distorted, `benchmarks/radiometry.py` found no rule that did better.

    Args:
        source: what is shown.
        seen: statistics of all of it.
        reference: distribution that the model was trained on, where it says so.
        radiometry: what the user asks for.
        limits: a dark and a bright value for all bands, or for each, that the user gives.

    Raises:
        RequestError: what is asked for does not fit the source or the model.
    """
    if limits is not None:
        pairs = list(zip(limits[::2], limits[1::2], strict=True))
        if len(pairs) not in (1, source.bands):
            raise RequestError(f"--stretch: {len(pairs)} pairs of numbers for {source.bands} band(s) of {source.name}")
        pairs = pairs * (source.bands // len(pairs))
        return stretch(pairs, [(0.0, 1.0)] * source.bands)
    if radiometry == "match":
        if reference is None:
            raise RequestError("--radiometry match: the model does not say which tones it was trained on")
        return match_to(seen.quantiles, SHARES, reference)
    if radiometry == "stretch" or (radiometry == "auto" and not source.is_eight_bit):
        return stretch_to(seen.quantiles, SHARES, reference)
    if not source.is_eight_bit:
        raise RequestError(f"--radiometry as-is: {source.name} does not hold 8-bit values; ask for stretch or match")
    return as_is(source.bands)
