"""Histograms of 8-bit images, and the tables that give one the distribution of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import RequestError

LEVELS = 256
"""Values that an 8-bit band can take."""


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
