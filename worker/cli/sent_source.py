"""A source of this machine for a worker that cannot open it: what is told of it, and the pixels that a plan needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.windows import Window

from ...core.lattice import Rect, split
from ...core.protocol.frames import Frame
from ...core.protocol.limits import MAX_FRAME_BYTES
from ...core.protocol.messages import Planned
from ...core.protocol.requests import SourceGrid
from ...core.protocol.values import Rect as SentRect
from ...core.radiometry.tones import as_is
from ...core.raster.grid import EDGE_TOLERANCE_PX, Grid
from ...core.raster.present import PresentReader
from ...core.raster.sampling import WHOLE_PX, sample_windows
from ...core.raster.source import Pixels, SourceImage
from ...core.raster.survey import Survey, survey_all

PART_PX = 512
"""Side of a part that is sent; one of three bands of 8 bytes each is well below the largest frame."""
SAME_SIZE = 1e-12


def describe_source(source: SourceImage) -> SourceGrid:
    """Return what a worker is told of an image."""
    x, y = zip(*source.corners_xy, strict=True)
    bounds = min(x), min(y), max(x), max(y)
    return SourceGrid(
        source.crs.to_wkt(), bounds, source.bands, str(source.dtype),  # type: ignore[arg-type] # no others are opened
        source.shape_yx, source.transform.to_gdal(),
    )  # fmt: skip


def look_at(source: SourceImage) -> tuple[Survey, list[Frame]]:
    """Read the sample of a source that statistics are taken from, once; with what is sent of it to a worker.

    The worker's statistics are those of the source where the whole sample fits into a frame, and of every so many of
    its rows and columns where it does not.

    Raises:
        UnreadableSourceError: a block of the sample cannot be read.
    """
    recorded = _Recorded(source)
    seen = survey_all([recorded])
    values, valid = (np.concatenate(parts, axis=-2) for parts in (recorded.values, recorded.valid))
    return seen, _frames(values, valid)


class PlannedPixels:
    """The pixels that a plan needs, in parts that are read when they are due; used by one thread at a time.

    Args:
        source: open for as long as this is used.
        planned: by the worker.
    """

    def __init__(self, source: SourceImage, planned: Planned) -> None:
        need = planned.source_rect
        self._reader = PresentReader(source, planned_grid(source, planned), as_is(source.bands))
        self._rects = list(split(Rect(need.top, need.left, need.height, need.width), PART_PX))
        self._dtype = np.dtype(planned.dtype)

    def __len__(self) -> int:
        return len(self._rects)

    def read(self, part: int) -> tuple[SentRect, Sequence[Frame]]:
        """Where a part lies, and its frames: values (band, y, x) and, unless all of it counts, what does.

        Raises:
            UnreadableSourceError: a block of the source is damaged.
        """
        rect = self._rects[part]
        values, valid = self._reader.read_values(rect)
        place = SentRect(rect.top, rect.left, rect.height, rect.width)
        return place, _frames(_to_dtype(values, self._dtype), valid)


def planned_grid(source: SourceImage, planned: Planned) -> Grid:
    """The grid of a plan, and whether its pixels are the source's own."""
    crs, rect = CRS.from_wkt(planned.crs), planned.rect
    x, width, _, y, _, minus_height = planned.transform
    size = width, -minus_height
    origin = x - rect.left * size[0], y + rect.top * size[1]
    is_native = crs == source.crs and _has_pixels_of(source, origin, size)
    if not is_native:
        # such lattices begin at the origin of the CRS, where rounding errors do not count
        origin = 0.0, 0.0
    return Grid(crs, size, origin, planned.gsd_m, is_native)


class _Recorded:
    """Passes a source on to the survey, and keeps what was read, thinned so that it fits into a frame."""

    def __init__(self, source: SourceImage) -> None:
        self._source = source
        self._step = _thinning(source)
        self.values: list[NDArray[Any]] = []
        self.valid: list[NDArray[np.bool_]] = []

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._source.shape_yx

    def read_native(self, window: Window) -> Pixels:
        """Read a window."""
        found = self._source.read_native(window)
        self.values.append(found.values[:, :: self._step, :: self._step].copy())
        self.valid.append(found.valid[:: self._step, :: self._step].copy())
        return found


def _thinning(source: SourceImage) -> int:
    """Of how many rows and columns of the sample one is kept: all where that fits into a frame."""
    windows, pixel_bytes, step = list(sample_windows(source.shape_yx)), source.bands * source.dtype.itemsize, 1
    while True:
        pixels = sum(-(-window.height // step) * -(-window.width // step) for window in windows)
        if pixels * pixel_bytes <= MAX_FRAME_BYTES and pixels <= WHOLE_PX:
            return step
        step += 1


def _has_pixels_of(source: SourceImage, origin_xy: tuple[float, float], size_xy: tuple[float, float]) -> bool:
    transform = source.transform
    if transform.b != 0 or transform.d != 0:
        return False
    own_size = transform.a, -transform.e
    apart = (transform.c - origin_xy[0]) / size_xy[0], (origin_xy[1] - transform.f) / size_xy[1]
    return all(
        math.isclose(own, size, rel_tol=SAME_SIZE) and abs(offset - round(offset)) < EDGE_TOLERANCE_PX
        for own, size, offset in zip(own_size, size_xy, apart, strict=True)
    )


def _to_dtype(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Resampled values as the source would hold them."""
    if values.dtype == dtype or dtype.kind == "f":
        return values.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    return values.round().clip(limits.min, limits.max).astype(dtype)


def _frames(values: NDArray[Any], valid: NDArray[np.bool_]) -> list[Frame]:
    arrays = [values] if valid.all() else [values, valid.astype(np.uint8)]
    contiguous = [np.ascontiguousarray(array) for array in arrays]
    return [Frame(str(one.dtype), one.shape, one.data) for one in contiguous]  # type: ignore[arg-type]
