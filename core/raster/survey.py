"""A look at the whole source: statistics for its radiometry, and what the user should know of its pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..radiometry.tones import SHARES
from .sampling import sample_windows
from .source import Sampled, SourceImage
from .validity import OPAQUE_SHARE, Validity

KEPT_VALUES = 2_000_000
"""Values of a band that are kept at most for its distribution, evenly spread over the sample."""
MANY_VALUES = 3
"""Different values above which it does not matter how many there are."""
NOTABLE_SHARE = 0.01
"""Oddities in fewer pixels are not worth a warning."""


@dataclass(frozen=True)
class Survey:
    """Statistics of a whole source, from all of it or from a fixed sample.

    Attributes:
        quantiles: float64, (band, share); the values below which the shares `SHARES` of the valid pixels lie;
            NaN where no pixel is valid.
        distinct: number of different values among the valid ones, over all bands; counted up to three.
        valid_share: of the sampled pixels.
        pixels: sampled.
        validity: what was found over all of them.
        pixels_sha256: hash over sampled values and validity, the same for equal pixels in any format.
    """

    quantiles: NDArray[np.float64]
    distinct: int
    valid_share: float
    pixels: int
    validity: Validity
    pixels_sha256: str

    @property
    def has_valid_pixels(self) -> bool:
        """Whether anything was seen."""
        return self.valid_share > 0


def survey(source: SourceImage) -> Survey:
    """Read a fixed sample of a source, or all of it where it is small.

    Raises:
        UnreadableSourceError: a block of the sample cannot be read.
    """
    looked_at = source.looked_at
    return _nothing_seen(source.bands) if looked_at is None else survey_all([looked_at])


def survey_all(sources: Iterable[Sampled]) -> Survey:
    """Read a fixed sample of several sources that are one, such as the chips of one date.

    Args:
        sources: open, of one data type and number of bands; each may be closed when the next is taken.

    Raises:
        UnreadableSourceError: a block of the sample cannot be read.
    """
    digest, found, pixels, valid_pixels = hashlib.sha256(), Validity.nothing(), 0, 0
    sample = _Sample()
    distinct: set[float] = set()
    for source in sources:
        windows = list(sample_windows(source.shape_yx))
        step = max(1, -(-sum(window.height * window.width for window in windows) // KEPT_VALUES))
        for window in windows:
            part = source.read_native(window)
            digest.update(part.values.tobytes())
            digest.update(np.packbits(part.valid).tobytes())
            found = found + part.validity
            pixels += part.valid.size
            values = part.values[:, part.valid]
            valid_pixels += values.shape[1]
            sample.add(values, step)
            if len(distinct) < MANY_VALUES and values.size:
                distinct |= set(np.unique(values)[:MANY_VALUES].tolist())
    count = min(len(distinct), MANY_VALUES)
    return Survey(sample.quantiles(), count, valid_pixels / max(1, pixels), pixels, found, digest.hexdigest())


def _nothing_seen(bands: int) -> Survey:
    """Statistics of a source that has none."""
    quantiles = np.full((bands, len(SHARES)), np.nan)
    return Survey(quantiles, MANY_VALUES, 0.0, 0, Validity.nothing(), hashlib.sha256().hexdigest())


class _Sample:
    """Values that stand for many, never more than twice `KEPT_VALUES` of a band."""

    def __init__(self) -> None:
        self._parts: list[NDArray[Any]] = []
        self._kept, self._thinning = 0, 1

    def add(self, values: NDArray[Any], step: int) -> None:
        """Take every so many of the values (band, value)."""
        # a view would keep all of them
        part = values[:, :: step * self._thinning].copy()
        self._parts.append(part)
        self._kept += part.shape[1]
        if self._kept > 2 * KEPT_VALUES:
            self._parts = [np.concatenate(self._parts, axis=1)[:, ::2].copy()]
            self._kept, self._thinning = self._parts[0].shape[1], 2 * self._thinning

    def quantiles(self) -> NDArray[np.float64]:
        """Values below which the shares lie: (band, share); NaN where nothing was taken."""
        values = np.concatenate(self._parts, axis=1)
        if not values.shape[1]:
            return np.full((len(values), len(SHARES)), np.nan)
        result: NDArray[np.float64] = np.quantile(values.astype(np.float64), SHARES, axis=1).T
        return result


def pixel_caveats(source: SourceImage, seen: Survey) -> list[str]:
    """What the user should know of the pixels of a source."""
    name, validity, lowest = source.name, seen.validity, seen.quantiles[:, 0]
    caveats = []
    if seen.distinct == 2 and source.bands == 1:
        caveats.append(
            f"{name}: holds two values only, {lowest.min():g} and {seen.quantiles[:, -1].max():g}: "
            "a mask or a classification rather than an image"
        )
    if source.dtype.kind == "i" and seen.has_valid_pixels and lowest.min() < 0:
        caveats.append(
            f"{name}: holds values below zero (down to {lowest.min():g}); "
            "if they are nodata say so in the file (gdal_edit.py -a_nodata)"
        )
    notable = NOTABLE_SHARE * seen.pixels
    for count, least, text in (
        (validity.not_finite, 0, "are NaN or infinite though the file names no nodata value; they are left out"),
        (
            validity.partly_transparent,
            notable,
            f"are partly transparent; from {OPAQUE_SHARE:.0%} opacity on they count as image, the rest is left out",
        ),
        (
            validity.nodata_in_one_band,
            notable,
            "have the nodata value in one or two bands only; they count as image, for dark roofs look like that",
        ),
    ):
        if count > least:
            caveats.append(f"{name}: {max(0.01, 100 * count / seen.pixels):.3g} % of its pixels {text}")
    return caveats


def pixel_notes(source: SourceImage, seen: Survey) -> list[str]:
    """What the user may like to know of the pixels of a source."""
    notes = []
    if seen.pixels and not seen.has_valid_pixels:
        notes.append(f"{source.name}: no valid pixel was found in it")
    if seen.validity.never_written:
        share = 100 * seen.validity.never_written / seen.pixels
        notes.append(f"{source.name}: {share:.3g} % of it was never written (a sparse file); that is left out")
    return notes
