"""An image that cannot be opened here: whoever has it tells of it, and sends its pixels on the grid of the result."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.windows import Window

from ..lattice import Rect
from ..radiometry.tones import Tones
from .grid import Grid
from .ground import ground_size_m
from .present import Present, PresentReader
from .source import Pixels, SourceImage
from .validity import Validity

HELD_PARTS = 16
"""Parts that are held at once; a block needs those around it."""

Part = tuple[NDArray[Any], NDArray[np.bool_]]
"""Values (band, y, x) and validity, bool (y, x)."""


@dataclass(frozen=True)
class Overview:
    """A decimated image of all of a source, from which its statistics are taken.

    Attributes:
        values: (band, y, x).
        valid: bool, (y, x).
    """

    values: NDArray[Any]
    valid: NDArray[np.bool_]

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.valid.shape[0], self.valid.shape[1]

    def read_native(self, window: Window) -> Pixels:
        """Return a window that lies inside."""
        rows = slice(window.row_off, window.row_off + window.height)
        columns = slice(window.col_off, window.col_off + window.width)
        valid = self.valid[rows, columns]
        return Pixels(self.values[:, rows, columns] * valid, valid, Validity.nothing())


class SentImage(SourceImage):
    """What is known of an image whose pixels are sent.

    Args:
        name: recorded for it.
        crs: of the image.
        transform: pixel (column, row) to CRS (x, y).
        shape_yx: rows and columns.
        bands: one or three.
        dtype: of the values.
        overview: None for a source that has no statistics.
        parts: pixels on the grid of the result, by their rectangles; each is read by calling it.
    """

    def __init__(
        self,
        name: str,
        crs: CRS,
        transform: Affine,
        shape_yx: tuple[int, int],
        bands: int,
        dtype: str,
        overview: Overview | None = None,
        parts: Mapping[Rect, Callable[[], Part]] | None = None,
    ) -> None:
        self.name, self.crs, self.transform, self.shape_yx = name, crs, transform, shape_yx
        self.bands, self.dtype = bands, np.dtype(dtype)
        self.is_remote, self.has_place = True, True
        self.notes: tuple[str, ...] = ()
        self.caveats: tuple[str, ...] = ()
        self.gsd_m = self.gsd_at_m((shape_yx[1] / 2, shape_yx[0] / 2))
        self._overview, self._parts = overview, parts or {}

    def __enter__(self) -> SentImage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    @property
    def looked_at(self) -> Overview | None:
        """What statistics are taken from."""
        return self._overview

    @property
    def has_palette(self) -> bool:
        """Whether its values are colours of a palette: they would be sent as colours."""
        return False

    @property
    def scaling(self) -> tuple[tuple[float, float], ...]:
        """Scale and offset of each band, which are not told."""
        return ((1.0, 0.0),) * self.bands

    @property
    def tags(self) -> dict[str, str]:
        """Metadata, which is not told."""
        return {}

    @property
    def imagery_tags(self) -> dict[str, str]:
        """Metadata, which is not told."""
        return {}

    @property
    def band_numbers(self) -> tuple[int, ...]:
        """The bands as they are sent."""
        return tuple(range(1, self.bands + 1))

    def gsd_at_m(self, at_column_row: tuple[float, float]) -> float:
        """Side of a pixel on the ground, metres; the geometric mean of both sides."""
        width, height = ground_size_m(self.crs, self.transform, at_column_row)
        return float(np.sqrt(width * height))

    def reader(self, grid: Grid, tones: Tones) -> PresentReader:
        """Return what reads the pixels that were sent."""
        return SentReader(self, grid, tones, self._parts)


class SentReader(PresentReader):
    """Reads pixels that were sent on the grid of the result; what was not sent is not valid."""

    def __init__(self, source: SentImage, grid: Grid, tones: Tones, parts: Mapping[Rect, Callable[[], Part]]) -> None:
        self.source, self.grid, self.tones = source, grid, tones
        self._parts = parts
        self._held: OrderedDict[Rect, Part] = OrderedDict()

    def read(self, rect: Rect) -> Present:
        """Read a rectangle."""
        values = np.zeros((self.source.bands, *rect.shape_yx), self.source.dtype)
        valid = np.zeros(rect.shape_yx, np.bool_)
        for place in self._parts:
            both = place.intersection(rect)
            if both.is_empty:
                continue
            part_values, part_valid = self._part(place)
            here, there = both.slices_in(rect), both.slices_in(place)
            values[:, *here], valid[here] = part_values[:, *there], part_valid[there]
        if self.source.dtype.kind == "f":
            valid &= np.isfinite(values).all(0)
        values = np.where(valid, values, np.zeros((), values.dtype))
        return Present(self.tones.to_model(values) * valid, valid, values)

    def _part(self, place: Rect) -> Part:
        if place not in self._held:
            self._held[place] = self._parts[place]()
            if len(self._held) > HELD_PARTS:
                self._held.popitem(last=False)
        return self._held[place]
