"""Room on the disk: how much there is, and how much a result takes."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np

from ..errors import OutputError

BLOCK_PX = 512
"""Side of a block of a result, of its overviews and masks too."""
SMALLEST_OVERVIEW_PX = 256
MEASURED_SHARE = 0.89
"""A result file, overviews and mask included, by the bytes of its pixels, uint8 in three bands.

Measured on 2304 x 2304 px of NAIP of 2016, chips of Claremont, California, put together; other places and years
lie between 0.84 and 0.99.
"""
DIRECTORY_BYTES = 64 * 2**10
"""What one directory of a TIFF takes besides its table of blocks, with tags and room to spare."""
TABLE_BYTES_PER_BLOCK = 16


def free_bytes(folder: Path) -> int:
    """Bytes that may still be written in a folder.

    Raises:
        OSError: the folder is not there.
    """
    return shutil.disk_usage(folder).free


def check_disk(folder: Path, needed_bytes: int, name: str) -> None:
    """Make sure, before any work, that a folder has room.

    Args:
        folder: where the file is going to stand.
        needed_bytes: that it takes.
        name: of what is going to be written, for the message.

    Raises:
        OutputError: there is less room than needed.
    """
    free = free_bytes(folder)
    if free < needed_bytes:
        raise OutputError(
            f"{name}: needs {format_bytes(needed_bytes)}, and {folder} has {format_bytes(free)} free; "
            "free some space, or choose another place with -o"
        )


def estimate_result_bytes(shape_yx: tuple[int, int], bands: int, dtype: str = "uint8") -> tuple[int, int]:
    """Estimate the size of a result file, with its mask and overviews: what to expect, and what it never passes.

    Args:
        shape_yx: rows and columns.
        bands: of pixels, the mask not counted.
        dtype: of the pixels.

    Returns:
        What to expect, which is measured for 8-bit imagery and has no compression in it for other types, and an
        upper bound: whole blocks that do not compress.
    """
    pixel_bytes = bands * np.dtype(dtype).itemsize
    levels = [1, *overview_factors(shape_yx)]
    shapes = [tuple(math.ceil(side / factor) for side in shape_yx) for factor in levels]
    blocks = [math.prod(math.ceil(side / BLOCK_PX) for side in shape) for shape in shapes]
    most_bytes_per_block = (
        _incompressible(BLOCK_PX**2 * pixel_bytes) + _incompressible(BLOCK_PX**2 // 8) + 2 * TABLE_BYTES_PER_BLOCK
    )
    upper = sum(blocks) * most_bytes_per_block + 2 * len(levels) * DIRECTORY_BYTES
    if dtype == "uint8":
        expected = round(math.prod(shape_yx) * pixel_bytes * MEASURED_SHARE)
    else:
        expected = sum(math.prod(shape) for shape in shapes) * pixel_bytes
    return min(expected + DIRECTORY_BYTES, upper), upper


def format_bytes(size: int) -> str:
    """Write a size as people read it, in powers of ten: `12 kB`, `3.4 MB`, `56.7 GB`."""
    for unit, bytes_per_unit in (("GB", 10**9), ("MB", 10**6)):
        if size >= bytes_per_unit:
            return f"{size / bytes_per_unit:.1f} {unit}"
    return f"{math.ceil(size / 1000)} kB"


def overview_factors(shape_yx: tuple[int, int]) -> list[int]:
    """Factors by which the overviews of a result are smaller, down to one that fits half a block."""
    factors: list[int] = []
    while max(shape_yx) / 2 ** len(factors) > SMALLEST_OVERVIEW_PX:
        factors.append(2 ** (len(factors) + 1))
    return factors


def _incompressible(size: int) -> int:
    """Bytes that so many take at most when they do not compress.

    Source: ZSTD_COMPRESSBOUND in zstd.h, `size + size / 256` and up to 64 more; deflate's bound is lower.
    """
    return size + size // 256 + 64
