"""A private copy of a layer's source, which is read as arrays in a thread of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Protocol

import numpy as np

Array = Any
"""An array of numpy, of whatever version QGIS has."""


class LayerReadError(Exception):
    """The layer cannot be read; the message says what was found."""


class ReadStoppedError(Exception):
    """Nobody waits for the pixels any more."""


@dataclass(frozen=True)
class Block:
    """Pixels and which of them count.

    Attributes:
        values: (band, y, x).
        valid: bool, (y, x).
    """

    values: Array
    valid: Array


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels of a raster: its first column and row, and its size."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class PixelLattice:
    """Pixels of one size that begin at the upper left corner of a layer.

    Attributes:
        origin_xy: that corner.
        size_xy: of a pixel, both positive.
        count_xy: columns and rows.
    """

    origin_xy: tuple[float, float]
    size_xy: tuple[float, float]
    count_xy: tuple[int, int]

    def bounds(self, window: Window) -> tuple[float, float, float, float]:
        """x minimum, y minimum, x maximum, y maximum of a window."""
        left, top = self.origin_xy[0] + window.left * self.size_xy[0], self.origin_xy[1] - window.top * self.size_xy[1]
        return left, top - window.height * self.size_xy[1], left + window.width * self.size_xy[0], top

    def around(self, bounds: tuple[float, float, float, float], margin: int) -> Window | None:
        """The window that holds a rectangle and so many pixels more, as far as there are any; None without any."""
        left = int(np.floor((bounds[0] - self.origin_xy[0]) / self.size_xy[0])) - margin
        top = int(np.floor((self.origin_xy[1] - bounds[3]) / self.size_xy[1])) - margin
        right = int(np.ceil((bounds[2] - self.origin_xy[0]) / self.size_xy[0])) + margin
        bottom = int(np.ceil((self.origin_xy[1] - bounds[1]) / self.size_xy[1])) + margin
        left, top = max(0, left), max(0, top)
        right, bottom = min(self.count_xy[0], right), min(self.count_xy[1], bottom)
        return None if left >= right or top >= bottom else Window(left, top, right - left, bottom - top)


class Reader(Protocol):
    """What is known of a layer, and its pixels.

    Attributes:
        name: of the layer.
        crs: as an authority's code or WKT.
        bounds_xy: x minimum, y minimum, x maximum, y maximum.
        bands: one or three.
        dtype: numpy's name.
        shape_yx: None for a layer without pixels of its own.
        has_statistics: whether the worker may take statistics from a sample of it.
        notes: what the user may like to know of how it is read.
    """

    name: str
    crs: str
    bounds_xy: tuple[float, float, float, float]
    bands: int
    dtype: str
    shape_yx: tuple[int, int] | None
    has_statistics: bool
    notes: tuple[str, ...]

    def lattice(self, wanted_xy: tuple[float, float]) -> PixelLattice | None:
        """The pixels to read where such a pixel size is wanted; None where any rectangle can be drawn at once."""

    def read(self, bounds: tuple[float, float, float, float], width: int, height: int) -> Block:
        """Pixels of a rectangle.

        Raises:
            LayerReadError: they cannot be read.
            ReadStoppedError: nobody waits for them any more.
        """


IsStopped = Callable[[], bool]
