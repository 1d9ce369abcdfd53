"""From the values of a source to what a model knows, 0 to 1, and exactly back.

Each band has one curve that never falls: straight for a stretch, bent for a histogram match. Curves come from the
distribution over the whole source, never from what was selected. The way back adds to each value of the source what
the prediction changed, so that a value whose prediction is what the model was shown comes back as it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError

Radiometry = Literal["auto", "as-is", "stretch", "match"]
"""How a source is brought to the model: by its data type, unchanged, by two points, or by its whole distribution."""

LEVELS_8_BIT = 255
TABLE_VALUES = 256
"""Values of 8 bit, which are looked up where there are more pixels than that."""
SHARES = (0.0, 0.005, 0.01, 0.02, *np.linspace(0.05, 0.95, 19).round(2).tolist(), 0.98, 0.99, 0.995, 1.0)
"""Shares of the pixels at which distributions are recorded."""
STRETCH_SHARES = 0.02, 0.98
"""Shares of the pixels between which a stretch is fixed."""
SMALLEST_RISE = 1e-4
"""Least rise between two points of a curve, so that each level, a float32, leads back to one value."""


@dataclass(frozen=True)
class ToneReference:
    """The distribution of the images that a model was trained on.

    Attributes:
        shares: shares of the pixels, rising.
        levels: for red, green and blue, the levels in 0..1 below which these shares lie.
    """

    shares: tuple[float, ...]
    levels: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len(self.levels) != 3 or any(len(band) != len(self.shares) for band in self.levels):
            raise ValueError("tones need a level for each share, for each of three bands")
        for rising, end in ((self.shares, "shares"), *((band, "levels") for band in self.levels)):
            if not rising or list(rising) != sorted(rising) or not 0 <= rising[0] <= rising[-1] <= 1:
                raise ValueError(f"{end} of tones must rise within 0 to 1")


def tones_of(counts: NDArray[np.int64]) -> ToneReference:
    """Record the distribution of 8-bit images.

    Args:
        counts: int64, (3, 256); pixels of each level, pooled over all images; at least one a band.
    """
    levels = []
    for band in counts:
        # the share of 0 is the darkest level that occurs, so at least one pixel counts
        wanted = np.maximum(np.ceil(np.multiply(SHARES, band.sum())), 1)
        levels.append(tuple((np.searchsorted(band.cumsum(), wanted) / LEVELS_8_BIT).round(4).tolist()))
    return ToneReference(SHARES, tuple(levels))


@dataclass(frozen=True)
class Tones:
    """How the values of a source are shown to a model.

    Attributes:
        kind: what the curves are.
        values: for each band of the source (one or three), rising values in its own units.
        levels: for each band, the level in 0..1 of each value.
    """

    kind: Literal["as-is", "stretch", "match"]
    values: tuple[tuple[float, ...], ...]
    levels: tuple[tuple[float, ...], ...]

    def to_model(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Bring values (band, y, x) to levels, float32 (3, y, x) in 0..1; what lies beyond the curve is clipped."""
        if values.dtype == np.uint8 and values[0].size > TABLE_VALUES:
            every = np.arange(TABLE_VALUES, dtype=np.uint8)
            tables = self.to_model(np.broadcast_to(every[:, None], (len(values), TABLE_VALUES, 1)))[..., 0]
            levels = np.stack([table[band] for band, table in zip(values, tables, strict=False)])
        elif self.kind == "as-is":
            levels = np.divide(values, LEVELS_8_BIT, dtype=np.float32).clip(0, 1)
        else:
            levels = np.stack(
                [
                    np.interp(band, x, y).astype(np.float32)
                    for band, x, y in zip(values, self.values, self.levels, strict=True)
                ]
            )
        return levels if len(levels) == 3 else np.repeat(levels, 3, axis=0)

    def to_source(
        self, values: NDArray[Any], before: NDArray[np.float32], after: NDArray[np.float32], dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Bring a prediction to the source's own values and data type, (band, y, x).

        Where `after` equals `before` the source's value comes back unchanged, even where it was clipped.

        Args:
            values: (band, y, x); the source on the result's grid, in its own units.
            before: float32, (3, y, x) in 0..1; what the model was shown: `to_model` of the values.
            after: float32, (3, y, x) in 0..1; what it predicted.
            dtype: of the source.
        """
        if len(self.values) == 1:
            before, after = before.mean(0, keepdims=True), after.mean(0, keepdims=True)
        if self.kind == "as-is":
            levels = after * np.float32(LEVELS_8_BIT)
            np.rint(levels, out=levels)
            return levels.clip(0, LEVELS_8_BIT, out=levels).astype(dtype)
        changed = np.empty(values.shape, np.float64)
        for index, (x, y) in enumerate(zip(self.values, self.levels, strict=True)):
            own = values[index].astype(np.float64)
            # what the curve clipped stays as far beyond its end as it was
            changed[index] = np.interp(after[index], y, x) + (own - own.clip(x[0], x[-1]))
        return np.where(after == before, _fit(values, dtype), _fit(changed, dtype))

    def to_json(self) -> str:
        """All that is needed to make the same tones again, as one line."""
        if self.kind == "as-is":
            return json.dumps({"kind": self.kind}, separators=(",", ":"))
        return json.dumps({"kind": self.kind, "values": self.values, "levels": self.levels}, separators=(",", ":"))


def as_is(bands: int) -> Tones:
    """Eight-bit values as they are: 0 is 0 and 255 is 1."""
    return Tones("as-is", ((0.0, float(LEVELS_8_BIT)),) * bands, ((0.0, 1.0),) * bands)


def stretch(limits: Sequence[tuple[float, float]], levels: Sequence[tuple[float, float]]) -> Tones:
    """Straight lines through two points a band, clipped where a line leaves 0..1.

    Args:
        limits: for each band of the source, a dark and a bright value.
        levels: for each band of the source, the levels that they become.

    Raises:
        RequestError: a bright value that is not above the dark one.
    """
    values, ends = [], []
    for (dark, bright), (low, high) in zip(limits, levels, strict=True):
        if not (np.isfinite([dark, bright]).all() and dark < bright):
            raise RequestError(f"a stretch needs LOW < HIGH, not {dark:g} and {bright:g}")
        slope = (bright - dark) / (high - low)
        values.append((dark - low * slope, bright + (1 - high) * slope))
        ends.append((0.0, 1.0))
    return Tones("stretch", tuple(values), tuple(ends))


def stretch_to(quantiles: NDArray[np.float64], shares: Sequence[float], reference: ToneReference | None) -> Tones:
    """Bring the darkest and brightest two percent of a source to where those of the training images lie.

    Args:
        quantiles: float64, (band, share); of the whole source, NaN where it has no valid pixel.
        shares: of the quantiles.
        reference: of the model; black and white stand in where None.
    """
    limits = [_limits(band, shares) for band in quantiles]
    if reference is None:
        return stretch(limits, [(0.0, 1.0)] * len(limits))
    return stretch(limits, [_ends(band, reference.shares) for band in _bands(reference, len(limits))])


def match_to(quantiles: NDArray[np.float64], shares: Sequence[float], reference: ToneReference) -> Tones:
    """Give a source the distribution of the training images, band by band.

    Args:
        quantiles: float64, (band, share); of the whole source, NaN where it has no valid pixel.
        shares: of the quantiles.
        reference: of the model.

    Source: Gonzalez & Woods, Digital Image Processing, histogram specification; linear between quantiles.
    """
    if np.isnan(quantiles).any():
        return stretch_to(quantiles, shares, reference)
    curves = []
    for band, levels in zip(quantiles, _bands(reference, len(quantiles)), strict=True):
        wanted = np.interp(shares, reference.shares, levels)
        rising, first = np.unique(band, return_index=True)
        last = np.append(first[1:], len(band)) - 1
        # a value that many pixels share gets the middle of the levels that these would get
        level = (wanted[first] + wanted[last]) / 2
        if len(rising) < 2:
            return stretch_to(quantiles, shares, reference)
        steps = SMALLEST_RISE * np.arange(len(level))
        level = (np.maximum.accumulate(level) + steps) / (1 + steps[-1])
        curves.append((tuple(rising.tolist()), tuple(level.tolist())))
    return Tones("match", tuple(x for x, _ in curves), tuple(y for _, y in curves))


def tone_distance(quantiles: NDArray[np.float64], reference: ToneReference) -> float:
    """How far the distribution of an 8-bit source lies from that of the training images, in levels.

    The mean absolute difference of their quantiles between the `STRETCH_SHARES`, over all bands: what a histogram
    match would move a pixel by. NaN where the source has no valid pixel.

    Args:
        quantiles: float64, (band, share); of the whole source at `SHARES`.
        reference: of the model.
    """
    inner = slice(SHARES.index(STRETCH_SHARES[0]), SHARES.index(STRETCH_SHARES[1]) + 1)
    wanted = [np.interp(SHARES, reference.shares, band) for band in _bands(reference, len(quantiles))]
    return float(np.abs(quantiles - np.multiply(wanted, LEVELS_8_BIT))[:, inner].mean())


def tone_contrast(quantiles: NDArray[np.float64], reference: ToneReference) -> float:
    """How wide the tones of an 8-bit source are spread, as a share of those of the training images.

    What a stretch would divide by, the mean over all bands. NaN where the source has no valid pixel.

    Args:
        quantiles: float64, (band, share); of the whole source at `SHARES`.
        reference: of the model.
    """
    dark, bright = (quantiles[:, SHARES.index(share)] for share in STRETCH_SHARES)
    ends = np.array([_ends(band, reference.shares) for band in _bands(reference, len(quantiles))])
    return float(((bright - dark) / LEVELS_8_BIT / (ends[:, 1] - ends[:, 0])).mean())


def _limits(quantiles: NDArray[np.float64], shares: Sequence[float]) -> tuple[float, float]:
    """A dark and a bright value of a band; around its value where it has only one."""
    if np.isnan(quantiles).any():
        return 0.0, 1.0
    dark, bright = np.interp(STRETCH_SHARES, shares, quantiles)
    if dark == bright:
        dark, bright = quantiles[0], quantiles[-1]
    if dark == bright:
        size = max(1.0, abs(dark))
        dark, bright = dark - size, bright + size
    return float(dark), float(bright)


def _ends(levels: Sequence[float], shares: Sequence[float]) -> tuple[float, float]:
    """A dark and a bright level of the training images; black and white where they are of one level."""
    low, high = np.interp(STRETCH_SHARES, shares, levels)
    return (float(low), float(high)) if high - low >= 1 / LEVELS_8_BIT else (0.0, 1.0)


def _fit(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Bring values to a data type, rounded where it holds integers, and clipped to what it holds."""
    if values.dtype == dtype:
        return values
    if dtype.kind == "f":
        limits = np.finfo(dtype)
        return values.clip(float(limits.min), float(limits.max)).astype(dtype)
    levels = np.iinfo(dtype)
    return values.round().clip(levels.min, levels.max).astype(dtype)


def _bands(reference: ToneReference, count: int) -> list[tuple[float, ...]]:
    """Levels for each band of a source; the mean of all three for a grey one."""
    if count == 3:
        return list(reference.levels)
    return [tuple(np.mean(reference.levels, axis=0).tolist())]
