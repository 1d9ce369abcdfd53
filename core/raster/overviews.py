"""Smaller copies of a layer, each half as large as the one before, averaged across the edges of blocks.

GDAL's own take twice the time where there is a mask. A pixel is the mean of those of its four that are valid, rounded
half up; it is valid where one of them is. What is read and written on the way is remembered as checksums, by which
the final file is read back.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window

from ..lattice import Rect, split
from .block_file import create
from .disk import BLOCK_PX, overview_factors
from .layer import LayerSpec
from .writing import open_quietly, to_mask

WINDOW_PX = 2 * BLOCK_PX
"""Side of what is read at once; half of it is one block of the next level, which so is written once."""
SUMS = {"u1": np.uint16, "u2": np.uint32, "i2": np.int32, "u4": np.uint64, "i4": np.int64}
"""In which type four values are added up."""


@dataclass(frozen=True)
class Overviews:
    """The overviews of a layer, as files of their own.

    Attributes:
        paths: one a level, the largest first.
        checksums: of each level, the layer itself first, window by window.
    """

    paths: tuple[Path, ...]
    checksums: tuple[tuple[int, ...], ...]


def make_overviews(source: Path | str, spec: LayerSpec, paths: tuple[Path, ...]) -> Overviews:
    """Read a layer through once, and write its overviews.

    Args:
        source: the layer: a path, or a VRT's text.
        spec: of the layer.
        paths: of the overviews, as many as `overview_factors` tells.

    Raises:
        RasterioError: the layer cannot be read, or an overview not be written.
    """
    if len(paths) != len(overview_factors(spec.shape_yx)):
        raise ValueError(f"{spec.shape_yx} take {len(overview_factors(spec.shape_yx))} overviews, not {len(paths)}")
    checksums = []
    for path in paths:
        smaller = halved(spec)
        with open_quietly(source) as dataset, create(path, smaller) as target:
            checksums.append(tuple(_halve(dataset, target)))
        source, spec = path, smaller
    with open_quietly(source) as dataset:
        checksums.append(window_checksums(dataset))
    return Overviews(paths, tuple(checksums))


def halved(spec: LayerSpec) -> LayerSpec:
    """The same layer in pixels twice as large; the last ones may reach beyond it."""
    a, b, x, d, e, y = spec.transform[:6]
    height, width = ((side + 1) // 2 for side in spec.shape_yx)
    rect = Rect(0, 0, height, width)
    return LayerSpec(
        spec.bands, rect, Affine(2 * a, 2 * b, x, 2 * d, 2 * e, y), spec.crs, spec.tags, spec.dtype, spec.scaling
    )


def window_checksums(dataset: Any) -> tuple[int, ...]:
    """Checksums of a whole open file, window by window, mask included."""
    return tuple(checksum(*read_window(dataset, window)) for window in windows_of(dataset))


def windows_of(dataset: Any) -> Iterator[Window]:
    """The windows of a file, row by row."""
    for rect in split(Rect(0, 0, dataset.height, dataset.width), WINDOW_PX):
        yield Window(rect.left, rect.top, rect.width, rect.height)


def read_window(dataset: Any, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Pixels (band, y, x) of a window and what is valid of them, bool (y, x)."""
    return dataset.read(window=window), dataset.read_masks(1, window=window) > 0


def checksum(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> int:
    """One number for pixels and what is valid of them."""
    return zlib.crc32(np.ascontiguousarray(valid).data, zlib.crc32(np.ascontiguousarray(pixels).data))


def halve(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Average squares of 2 px, (band, y, x) with validity (y, x); what is beyond an odd edge counts as not valid."""
    height, width = valid.shape
    pad = (0, height % 2), (0, width % 2)
    if height % 2 or width % 2:
        pixels, valid = np.pad(pixels, ((0, 0), *pad)), np.pad(valid, pad)
    counts = _add_fours(valid, np.uint8)
    known = pixels if bool(valid.all()) else np.where(valid, pixels, np.zeros((), pixels.dtype))
    if pixels.dtype.kind == "f":
        quarters = _add_fours(known.astype(np.float64) / 4, np.float64)  # four large ones would pass the type's end
        mean = quarters / (np.maximum(counts, 1) / 4)
    else:
        kind = SUMS[pixels.dtype.str[1:]]
        divisor = np.maximum(counts, 1).astype(kind)
        total = _add_fours(known, kind)
        mean = (total + 2) // 4 if known is pixels and counts.min() == 4 else (total + divisor // 2) // divisor
    return mean.astype(pixels.dtype), counts > 0


def _halve(dataset: Any, target: Any) -> Iterator[int]:
    """Write the half of a file to another; the checksums of what was read come back."""
    for window in windows_of(dataset):
        pixels, valid = read_window(dataset, window)
        yield checksum(pixels, valid)
        smaller, is_valid = halve(pixels, valid)
        place = Window(window.col_off // 2, window.row_off // 2, is_valid.shape[1], is_valid.shape[0])
        target.write(smaller, window=place)
        target.write_mask(to_mask(is_valid), window=place)


def _add_fours(values: NDArray[Any], kind: Any) -> NDArray[Any]:
    rows = np.add(values[..., ::2, :], values[..., 1::2, :], dtype=kind)
    fours: NDArray[Any] = np.add(rows[..., ::2], rows[..., 1::2], dtype=kind)
    return fours
