"""One block of a layer as a GeoTIFF: all that a result says of itself stands in each of its blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from ..errors import OutputError
from ..lattice import Rect
from .disk import BLOCK_PX
from .layer import LayerSpec, kept_pixels
from .writing import SETTINGS, WRITE_ERRORS, open_quietly, predictor_of, to_mask, to_rasterio_crs


def encode_block(spec: LayerSpec, rect: Rect, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> bytes:
    """Write a block as the bytes of a GeoTIFF; equal blocks make equal bytes.

    Args:
        spec: of the whole layer.
        rect: of the grid, within the layer's.
        pixels: (band, y, x), of the layer's dtype; floats are written as 0 where they are not valid.
        valid: bool, (y, x).

    Raises:
        ValueError: the pixels are not of this layer or rectangle.
    """
    part = spec.over(rect)
    part.check_pixels(pixels, valid)
    with rasterio.Env(**SETTINGS), MemoryFile() as memory:
        with create(memory.name, part) as dataset:
            dataset.write(kept_pixels(pixels, valid))
            dataset.write_mask(to_mask(valid))
        return bytes(memory.getbuffer())


def decode_block(
    file: bytes | Path, spec: LayerSpec, rect: Rect, name: str | None = None
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read what `encode_block` wrote: pixels (band, y, x), and what is valid of them, bool (y, x).

    Args:
        file: its bytes, or where it stands.
        spec: of the whole layer.
        rect: of the grid.
        name: of the file, for messages.

    Raises:
        OutputError: it is damaged, or of another layer or rectangle.
    """
    name = name or (str(file) if isinstance(file, Path) else "a block")
    try:
        with rasterio.Env(**SETTINGS), _opened(file) as dataset:
            pixels = dataset.read()
            valid = dataset.read_masks(1) > 0
    except WRITE_ERRORS as error:
        raise OutputError(f"{name}: cannot be read: {error}; remove it, and it is made again") from error
    try:
        spec.over(rect).check_pixels(pixels, valid)
    except ValueError as error:
        raise OutputError(f"{name}: is of another result: {error}; remove it, and it is made again") from error
    return pixels, valid


def create(path: Path | str, spec: LayerSpec) -> Any:
    """Open a new tiled GeoTIFF for a whole layer or a part of one, with all that it says of itself."""
    height, width = spec.shape_yx
    dataset = open_quietly(
        path, "w", driver="GTiff", dtype=spec.dtype, count=len(spec.bands), height=height, width=width,
        transform=spec.transform, crs=to_rasterio_crs(spec.crs), tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX,
        BIGTIFF="IF_SAFER", interleave="pixel", photometric="RGB" if len(spec.bands) == 3 else "MINISBLACK",
        compress="ZSTD", zstd_level="1", predictor=str(predictor_of(np.dtype(spec.dtype))),
    )  # fmt: skip
    dataset.update_tags(**spec.tags)
    for number, description in enumerate(spec.bands, 1):
        dataset.set_band_description(number, description)
    if spec.is_scaled:
        dataset.scales, dataset.offsets = zip(*spec.scales, strict=True)
    return dataset


@contextlib.contextmanager
def _opened(file: bytes | Path) -> Iterator[Any]:
    if isinstance(file, Path):
        with open_quietly(file, driver="GTiff") as dataset:
            yield dataset
    else:
        with MemoryFile(file) as memory, open_quietly(memory.name, driver="GTiff") as dataset:
            yield dataset
