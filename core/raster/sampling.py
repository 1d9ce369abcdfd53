"""Where a whole source is sampled: all of it where it is small, else windows at fixed places.

The windows depend on the size of the source alone, so that a file, its copy in another format and a VRT of it are
sampled alike, and never on what was selected.
"""

from __future__ import annotations

from collections.abc import Iterator

from rasterio.windows import Window

WHOLE_PX = 9_000_000
"""Sources of up to so many pixels are read as a whole."""
WINDOWS_A_SIDE = 12
WINDOW_PX = 256
STRIP_PX = 1_000_000


def sample_windows(shape_yx: tuple[int, int]) -> Iterator[Window]:
    """Windows that stand for the whole; never more than about a million pixels each."""
    height, width = shape_yx
    if height * width <= WHOLE_PX:
        rows = max(1, STRIP_PX // width)
        for top in range(0, height, rows):
            for left in range(0, width, STRIP_PX):
                yield Window(left, top, min(STRIP_PX, width - left), min(rows, height - top))
        return
    for top in _starts(height):
        for left in _starts(width):
            yield Window(left, top, min(WINDOW_PX, width), min(WINDOW_PX, height))


def _starts(side: int) -> list[int]:
    """First pixels of the windows along one side, the first and the last pixel of which are among them."""
    last = max(0, side - WINDOW_PX)
    return sorted({last * number // (WINDOWS_A_SIDE - 1) for number in range(WINDOWS_A_SIDE)})
