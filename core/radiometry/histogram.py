"""Histograms of images, and what gives one the distribution of another.

Training pools 8-bit chips and takes the tables below, with which the definition of skill agrees. Whole images of any
data type are counted and matched by `Histogram` and `Matching`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError

LEVELS = 256
"""Values that an 8-bit band can take."""
WIDE_BITS = 20
"""Bits by which wider values are counted, as single precision: sign, exponent and part of the fraction."""
SIGN_BIT = np.uint32(2**31)
EXTENDED_SHARES = 0.02, 0.98
"""Shares of the pixels between which a curve is as steep as its straight ends."""


def count_levels(image: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Count the pixels of each value; uint8 (band, y, x) to int64 (band, 256).

    Args:
        image: uint8, (band, y, x).
        valid: bool, (y, x); pixels that count, all where None.
    """
    bands = [band.ravel() if valid is None else band[valid] for band in image]
    return np.stack([np.bincount(band, minlength=LEVELS) for band in bands])


def match_tables(source_counts: NDArray[np.int64], reference_counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Tables that give a source the value distribution of a reference; uint8 (band, 256).

    Args:
        source_counts: int64, (band, 256); pooled over all images that share one table.
        reference_counts: int64, (band, 256).

    Raises:
        RequestError: the images differ in their number of bands, or one of them is empty.

    Source: Gonzalez & Woods, Digital Image Processing, histogram specification; linear between levels.
    """
    if source_counts.shape != reference_counts.shape:
        raise RequestError(f"histograms of {len(source_counts)} and {len(reference_counts)} bands cannot be matched")
    if not (source_counts.sum(1).all() and reference_counts.sum(1).all()):
        raise RequestError("a histogram without any valid pixel cannot be matched")
    tables = []
    for source, reference in zip(source_counts, reference_counts, strict=True):
        source_share = source.cumsum() / source.sum()
        reference_share = reference.cumsum() / reference.sum()
        tables.append(np.interp(source_share, reference_share, np.arange(LEVELS)).round())
    return np.stack(tables).astype(np.uint8)


def apply_tables(image: NDArray[np.uint8], tables: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replace each value of uint8 (band, y, x) by its entry in uint8 (band, 256)."""
    return np.stack([table[band] for band, table in zip(image, tables, strict=True)])


@dataclass(frozen=True)
class Distribution:
    """The values that occur in one band, and how often.

    Attributes:
        values: float64, rising.
        counts: int64, above zero; one for each value.
    """

    values: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def middles(self) -> NDArray[np.float64]:
        """For each value the share of the pixels below it, with half of its own; float64, rising, in 0..1."""
        middles: NDArray[np.float64] = (2 * self.counts.cumsum() - self.counts) / (2 * self.counts.sum())
        return middles

    def share_up_to(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares of the pixels that are not above some values."""
        shares = np.concatenate([[0.0], self.counts.cumsum() / self.counts.sum()])
        found: NDArray[np.float64] = shares[np.searchsorted(self.values, values, side="right")]
        return found


class Histogram:
    """Counts of every value of an image of any size, given block by block in any order.

    Values of 8 and 16 bit are counted one by one. Wider ones are counted by their sign, exponent and first eleven
    bits of the fraction, so that whole numbers up to 4,096 are exact and others within a twentieth of a percent.

    Args:
        bands: of the image.
        dtype: of the image, integer or float.
    """

    def __init__(self, bands: int, dtype: np.dtype[Any]) -> None:
        self.dtype = np.dtype(dtype)
        levels = 2 ** (8 * self.dtype.itemsize) if is_narrow(self.dtype) else 2**WIDE_BITS
        self.counts = np.zeros((bands, levels), np.int64)

    @property
    def pixels(self) -> int:
        """How many were counted."""
        return int(self.counts[0].sum())

    def add(self, image: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Count the valid pixels of (band, y, x); they must be finite."""
        for counts, band in zip(self.counts, image, strict=True):
            counts += np.bincount(level_of(band[valid]), minlength=counts.size)

    def distribution(self, band: int) -> Distribution:
        """What occurs in one band."""
        levels = np.flatnonzero(self.counts[band])
        return Distribution(_value_of(levels, self.dtype), self.counts[band, levels])


@dataclass(frozen=True)
class MatchCurve:
    """What each value of a source becomes, so that it has the distribution of a reference; it never falls.

    Attributes:
        values: float64, rising; of the source.
        wanted: float64, never falling; what they become.
        slope: of the curve before its first and beyond its last value, zero or more.
    """

    values: NDArray[np.float64]
    wanted: NDArray[np.float64]
    slope: float

    def __call__(self, values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Bring values to another data type through the curve; they are rounded and clipped to what it holds."""
        exact = values.astype(np.float64)
        beyond = exact - exact.clip(self.values[0], self.values[-1])
        result = np.interp(exact, self.values, self.wanted) + self.slope * beyond
        if np.dtype(dtype).kind == "f":
            floats = np.finfo(dtype)
            clipped = result.clip(float(floats.min), float(floats.max))
        else:
            levels = np.iinfo(dtype)
            clipped = result.round().clip(levels.min, levels.max)
        brought: NDArray[Any] = clipped.astype(dtype)
        return brought


def match_curve(source: Distribution, reference: Distribution) -> MatchCurve:
    """The curve that gives a source the distribution of a reference, and that changes nothing where both are equal.

    Values that the source's distribution does not hold, for it was counted over a part of the image, go on in a
    straight line, which is as steep as the curve is between the darkest and brightest two percent.

    Raises:
        RequestError: one of them is empty.

    Source: Gonzalez & Woods, Digital Image Processing, histogram specification; linear between the values that occur,
    each of which stands at the middle of its pixels.
    """
    if not (source.counts.size and reference.counts.size):
        raise RequestError("a histogram without any valid pixel cannot be matched")
    wanted = np.interp(source.middles, reference.middles, reference.values)
    dark, bright = np.interp(EXTENDED_SHARES, source.middles, source.values)
    wanted_dark, wanted_bright = np.interp(EXTENDED_SHARES, reference.middles, reference.values)
    slope = (wanted_bright - wanted_dark) / (bright - dark) if bright > dark else 1.0
    return MatchCurve(source.values, wanted, float(slope))


class Matching:
    """Gives images the distribution of a reference, band by band.

    Args:
        source: counted over what is to be matched, or a part of it.
        reference: of the same number of bands, of any data type.

    Raises:
        RequestError: the images differ in their number of bands, or one of them is empty.
    """

    def __init__(self, source: Histogram, reference: Histogram) -> None:
        if len(source.counts) != len(reference.counts):
            raise RequestError(
                f"histograms of {len(source.counts)} and {len(reference.counts)} bands cannot be matched"
            )
        self.dtype = reference.dtype
        bands = range(len(source.counts))
        self._curves = [match_curve(source.distribution(band), reference.distribution(band)) for band in bands]
        self._tables: list[NDArray[Any]] | None = None
        if is_narrow(source.dtype):
            every = _value_of(np.arange(source.counts.shape[1]), source.dtype)
            self._tables = [curve(every, self.dtype) for curve in self._curves]

    def __call__(self, image: NDArray[Any]) -> NDArray[Any]:
        """Bring (band, y, x) of the source's data type to the reference's."""
        if self._tables is not None:
            return np.stack([table[level_of(band)] for band, table in zip(image, self._tables, strict=True)])
        return np.stack([curve(band, self.dtype) for band, curve in zip(image, self._curves, strict=True)])

    def matched(self, source: Histogram) -> list[Distribution]:
        """The distributions that the bands of what was counted get."""
        found = []
        for band, curve in enumerate(self._curves):
            before = source.distribution(band)
            values, places = np.unique(curve(before.values, self.dtype).astype(np.float64), return_inverse=True)
            counts = np.zeros(values.size, np.int64)
            np.add.at(counts, places, before.counts)
            found.append(Distribution(values, counts))
        return found


def distance(one: Distribution, other: Distribution) -> float:
    """How far two distributions lie apart, 0 to 1: the largest difference of their shares of pixels up to a value.

    Source: the statistic of Kolmogorov and Smirnov.
    """
    values = np.union1d(one.values, other.values)
    return float(np.abs(one.share_up_to(values) - other.share_up_to(values)).max())


def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether all values of a data type can be counted one by one."""
    return dtype.kind in "iu" and dtype.itemsize <= 2


def level_of(values: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers from 0 on in the order of the values: every value has its own, wide ones share theirs with neighbours."""
    if is_narrow(values.dtype):
        return values.astype(np.int64) - np.iinfo(values.dtype).min
    largest = float(np.finfo(np.float32).max)
    single = values.astype(np.float64).clip(-largest, largest).astype(np.float32) + np.float32(0)  # -0 becomes 0
    bits = single.view(np.uint32)
    rising = np.where(bits & SIGN_BIT, ~bits, bits | SIGN_BIT)
    return (rising >> np.uint32(32 - WIDE_BITS)).astype(np.int64)


def _value_of(levels: NDArray[np.int64], dtype: np.dtype[Any]) -> NDArray[np.float64]:
    """The value of each level; of those that share one, the nearest to zero."""
    if is_narrow(dtype):
        return (levels + np.iinfo(dtype).min).astype(np.float64)
    rising = levels.astype(np.uint32) << np.uint32(32 - WIDE_BITS)
    lowest = np.uint32(2 ** (32 - WIDE_BITS) - 1)
    bits = np.where(rising & SIGN_BIT, rising ^ SIGN_BIT, ~(rising | lowest))
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)
