"""Which pixels of a source say anything: opaque, not masked, not nodata, finite, and ever written."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.errors import NodataShadowWarning
from rasterio.io import DatasetReader
from rasterio.windows import Window

from .bands import BandChoice
from .sampling import sample_windows

OPAQUE_SHARE = 0.5
"""Pixels of at least this share of full opacity are valid."""


@dataclass(frozen=True)
class Validity:
    """What was found while deciding which pixels of a window are valid; all in pixels.

    Attributes:
        partly_transparent: opacity between none and full.
        not_finite: NaN or infinite where no nodata value says so.
        nodata_in_one_band: valid, with the nodata value in some of its bands.
        never_written: of blocks that the file does not hold.
    """

    partly_transparent: int
    not_finite: int
    nodata_in_one_band: int
    never_written: int

    @classmethod
    def nothing(cls) -> Validity:
        """Of a window that holds no pixel."""
        return cls(0, 0, 0, 0)

    def __add__(self, other: Validity) -> Validity:
        return Validity(
            self.partly_transparent + other.partly_transparent,
            self.not_finite + other.not_finite,
            self.nodata_in_one_band + other.nodata_in_one_band,
            self.never_written + other.never_written,
        )


def read_validity(
    dataset: DatasetReader,
    choice: BandChoice,
    opaque_level: float | None,
    values: NDArray[np.generic],
    window: Window,
    missing: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.bool_], Validity]:
    """Decide which pixels of a window are valid: bool (y, x).

    A pixel is nodata where all of its bands are; it is not valid where one of them is not finite.

    Args:
        dataset: open source.
        choice: its bands.
        opaque_level: value of full opacity, None without a band of opacity.
        values: (band, y, x); what was read of the window.
        window: in rows and columns of the file.
        missing: bool, (y, x); pixels that were never written, none where None.
    """
    valid, nodata_in_one_band = _unmasked(dataset, choice, values, window)
    partly = 0
    if choice.alpha is not None and opaque_level:
        opacity = dataset.read(choice.alpha, window=window)
        partly = int(np.count_nonzero((opacity > 0) & (opacity < opaque_level)))
        valid &= opacity >= OPAQUE_SHARE * opaque_level
    not_finite = 0
    if values.dtype.kind == "f":
        is_finite = np.isfinite(values).all(0)
        if all(dataset.nodatavals[number - 1] is None for number in choice.numbers):
            not_finite = int(np.count_nonzero(valid & ~is_finite))
        valid &= is_finite
    if missing is None:
        return valid, Validity(partly, not_finite, nodata_in_one_band, 0)
    never_written = int(np.count_nonzero(valid & missing))
    return valid & ~missing, Validity(partly, not_finite, nodata_in_one_band, never_written)


def find_opaque_level(dataset: DatasetReader, alpha: int | None) -> float | None:
    """The value of full opacity; None without a band of opacity.

    Sixteen-bit files with eight-bit opacity are common, so the largest value of a sample decides.
    """
    if alpha is None:
        return None
    dtype = np.dtype(dataset.dtypes[alpha - 1])
    if dtype == np.uint8:
        return 255.0
    largest = 0.0
    for window in sample_windows(dataset.shape):
        largest = max(largest, float(np.nan_to_num(dataset.read(alpha, window=window)).max()))
    if largest <= 1:
        return 1.0
    if largest <= 255 or dtype.kind == "f":
        return 255.0
    return float(np.iinfo(dtype).max)


def _unmasked(
    dataset: DatasetReader, choice: BandChoice, values: NDArray[np.generic], window: Window
) -> tuple[NDArray[np.bool_], int]:
    """What neither nodata nor a mask excludes, and how many of these have nodata in one band."""
    flags = [dataset.mask_flag_enums[number - 1] for number in choice.numbers]
    shape = values.shape[-2:]
    # opacity is read from its own band, for its values are needed, and nodata would hide it
    if all(MaskFlags.all_valid in kinds or MaskFlags.alpha in kinds for kinds in flags):
        return np.ones(shape, np.bool_), 0
    masks = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NodataShadowWarning)
        for number in choice.numbers:
            masks.append(dataset.read_masks(number, window=window) > 0)
    valid = np.logical_or.reduce(masks)
    is_nodata = any(MaskFlags.nodata in kinds and MaskFlags.per_dataset not in kinds for kinds in flags)
    partly = int(np.count_nonzero(valid & ~np.logical_and.reduce(masks))) if is_nodata else 0
    return valid, partly


def find_never_written(dataset: DatasetReader, bands: tuple[int, ...], window: Window) -> NDArray[np.bool_] | None:
    """Pixels that a sparse GeoTIFF holds in none of the bands, which GDAL reads as zeros; None where all are there.

    A writer may leave out the blocks of one band only because they are black, so one band that is there is enough.
    """
    if dataset.driver != "GTiff":
        return None
    rows, columns = dataset.block_shapes[bands[0] - 1]
    missing = [
        (row, column)
        for row in range(window.row_off // rows, (window.row_off + window.height - 1) // rows + 1)
        for column in range(window.col_off // columns, (window.col_off + window.width - 1) // columns + 1)
        if not any(dataset.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=band) for band in bands)
    ]
    if not missing:
        return None
    result = np.zeros((window.height, window.width), np.bool_)
    for row, column in missing:
        top, left = row * rows - window.row_off, column * columns - window.col_off
        result[max(0, top) : max(0, top + rows), max(0, left) : max(0, left + columns)] = True
    return result
