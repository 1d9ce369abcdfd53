"""The sample of a layer for the worker's statistics: where the command line takes it, thinned to one frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...core.protocol.frames import Frame
from ...core.protocol.limits import MAX_FRAME_BYTES
from .reader import Reader, Window

WHOLE_PX = 9_000_000
"""As in `core.raster.sampling`, which QGIS's Python cannot import."""
WINDOWS_A_SIDE = 12
WINDOW_PX = 256
STRIP_PX = 1_000_000


def take_overview(reader: Reader) -> list[Frame]:
    """Values and, unless all of them count, what does; nothing of a layer without statistics.

    Raises:
        LayerReadError: it cannot be read.
        ReadStoppedError: nobody waits for it any more.
    """
    lattice = reader.lattice((0.0, 0.0)) if reader.has_statistics else None
    if lattice is None:
        return []
    windows = list(sample_windows((lattice.count_xy[1], lattice.count_xy[0])))
    step = _thinning(windows, reader.bands * np.dtype(reader.dtype).itemsize)
    values, valid = [], []
    for window in windows:
        block = reader.read(lattice.bounds(window), window.width, window.height)
        values.append(block.values[:, ::step, ::step])
        valid.append(block.valid[::step, ::step])
    arrays = [np.concatenate(values, axis=-2)]
    mask = np.concatenate(valid, axis=-2)
    if not mask.all():
        arrays.append(mask.astype(np.uint8))
    return [Frame(str(one.dtype), one.shape, np.ascontiguousarray(one).data) for one in arrays]  # type: ignore[arg-type] # one of those on the wire


def sample_windows(shape_yx: tuple[int, int]) -> Iterator[Window]:
    """Windows that stand for the whole, all of one width; never more than about a million pixels each."""
    height, width = shape_yx
    if height * width <= WHOLE_PX:
        rows = max(1, STRIP_PX // width)
        for top in range(0, height, rows):
            yield Window(0, top, width, min(rows, height - top))
        return
    for top in _starts(height):
        for left in _starts(width):
            yield Window(left, top, min(WINDOW_PX, width), min(WINDOW_PX, height))


def _thinning(windows: list[Window], pixel_bytes: int) -> int:
    """Of how many rows and columns one is kept: all where that fits into a frame."""
    step = 1
    while True:
        pixels = sum(-(-window.height // step) * -(-window.width // step) for window in windows)
        if pixels * pixel_bytes <= MAX_FRAME_BYTES and pixels <= WHOLE_PX:
            return step
        step += 1


def _starts(side: int) -> list[int]:
    last = max(0, side - WINDOW_PX)
    return sorted({last * number // (WINDOWS_A_SIDE - 1) for number in range(WINDOWS_A_SIDE)})
