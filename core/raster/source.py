"""The source: any raster with a place, or one that the user gives a size, read by windows of its own pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..errors import RequestError, UnreadableSourceError
from .access import OpenedDataset, environment, open_dataset
from .bands import BandChoice, choose_bands
from .formats import check_blocks
from .ground import ground_size_m
from .options import SourceOptions
from .place import Place, find_place
from .validity import OPAQUE_SHARE, Validity, find_never_written, find_opaque_level, read_validity

OPAQUE_LEVEL = 255
"""Opacity of an entry of a palette that hides what is below."""

Values = NDArray[np.generic]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Pixels:
    """A window of a source.

    Attributes:
        values: in the source's own units, (band, y, x); one band or three; zero where not valid.
        valid: bool, (y, x); opaque, not masked, not nodata and finite.
        validity: what was found while deciding that; over the part inside the source.
    """

    values: Values
    valid: NDArray[np.bool_]
    validity: Validity


class Sampled(Protocol):
    """What is asked of something to take a sample of it."""

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""

    def read_native(self, window: Window) -> Pixels:
        """Read a window."""


class SourceImage:
    """An open source, seen north up and east right as far as flipping can do it. Use it as a context manager.

    Attributes:
        name: as the user named it.
        crs: its coordinate reference system; a local one where it has no place on Earth.
        transform: pixel (column, row) to CRS (x, y).
        shape_yx: rows and columns.
        dtype: of the values; uint8 for the colours of a palette, which has 8 bit.
        bands: how many a window holds: one (grey) or three (red, green, blue).
        has_place: whether it lies on Earth.
        gsd_m: side of a pixel on the ground at the centre, metres; the geometric mean of both sides.
        caveats: what the user should know of it, before any pixel was read.
        notes: what the user may like to know of it.
    """

    def __init__(self, name: str, opened: OpenedDataset, options: SourceOptions) -> None:
        dataset = opened.dataset
        self.name, self._dataset, self.is_remote = name, dataset, opened.is_remote
        self._choice: BandChoice = choose_bands(name, dataset, options.bands)
        self._place: Place = find_place(name, dataset, options)
        self.crs: CRS = self._place.crs
        self.transform: Affine = self._place.transform
        self.has_place = self._place.has_place
        self.shape_yx: tuple[int, int] = (dataset.height, dataset.width)
        self.dtype = np.result_type(*(dataset.dtypes[number - 1] for number in self._choice.numbers))
        self.bands = 3 if self._choice.palette is not None else len(self._choice.numbers)
        self.gsd_m = self.gsd_at_m((dataset.width / 2, dataset.height / 2))
        self.notes = (*self._choice.notes, *self._place.notes)
        self.caveats = (
            *(f"{name}: {complaint}" for complaint in opened.complaints),
            *self._choice.caveats,
            *self._place.caveats,
        )
        self._failure: str | None = None
        self._opaque_level = self._guarded(lambda: find_opaque_level(dataset, self._choice.alpha), None)

    def __enter__(self) -> SourceImage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dataset.close()

    @property
    def centre_xy(self) -> tuple[float, float]:
        """Its centre in its CRS."""
        x, y = self.transform @ (self.shape_yx[1] / 2, self.shape_yx[0] / 2)
        return float(x), float(y)

    @property
    def corners_xy(self) -> list[tuple[float, float]]:
        """Its corners in its CRS, clockwise from the first pixel."""
        rows, columns = self.shape_yx
        return [self.transform @ corner for corner in ((0, 0), (columns, 0), (columns, rows), (0, rows))]

    @property
    def has_palette(self) -> bool:
        """Whether its values are colours of a palette."""
        return self._choice.palette is not None

    @property
    def is_eight_bit(self) -> bool:
        """Whether its values are levels of 0 to 255."""
        return self.dtype == np.uint8

    @property
    def scaling(self) -> tuple[tuple[float, float], ...]:
        """Scale and offset of each band, which make physical units of its values."""
        if self.has_palette:
            return ((1.0, 0.0),) * self.bands
        scales, offsets = self._dataset.scales, self._dataset.offsets
        return tuple((float(scales[number - 1]), float(offsets[number - 1])) for number in self._choice.numbers)

    @property
    def tags(self) -> dict[str, str]:
        """Items of its default metadata domain."""
        return dict(self._dataset.tags())

    @property
    def imagery_tags(self) -> dict[str, str]:
        """Items of its domain of imagery metadata."""
        return dict(self._dataset.tags(ns="IMAGERY"))

    @property
    def band_numbers(self) -> tuple[int, ...]:
        """One-based numbers of the bands that are read."""
        return self._choice.numbers

    @property
    def looked_at(self) -> Sampled | None:
        """What statistics are taken from: all of it; None where there are none."""
        return self

    def gsd_at_m(self, at_column_row: tuple[float, float]) -> float:
        """Side of a pixel on the ground, metres; the geometric mean of both sides."""
        return math.sqrt(math.prod(ground_size_m(self.crs, self.transform, at_column_row)))

    def read_native(self, window: Window) -> Pixels:
        """Read a window; what lies outside the source is zero and not valid.

        Raises:
            UnreadableSourceError: a block is damaged or missing; the message names the window.
        """
        inside = _clip(window, self.shape_yx)
        shape = (int(window.height), int(window.width))
        values, valid = np.zeros((self.bands, *shape), self.dtype), np.zeros(shape, np.bool_)
        if inside.width <= 0 or inside.height <= 0:
            return Pixels(values, valid, Validity.nothing())
        found = self._guarded(lambda: self._read(self._in_file(inside)), inside)
        top, left = int(inside.row_off - window.row_off), int(inside.col_off - window.col_off)
        place = (slice(top, top + int(inside.height)), slice(left, left + int(inside.width)))
        rows, columns = self._steps()
        seen = found.valid[rows, columns]
        read = found.values[:, rows, columns]
        values[(slice(None), *place)] = read if seen.all() else np.where(seen, read, 0)
        valid[place] = seen
        return Pixels(values, valid, found.validity)

    def _read(self, window: Window) -> Pixels:
        choice = self._choice
        missing = find_never_written(self._dataset, choice.numbers, window)
        if missing is not None and missing.all():
            nothing = np.zeros((self.bands, *missing.shape), self.dtype)
            return Pixels(nothing, ~missing, Validity(0, 0, 0, missing.size))
        values = self._read_values(window)
        valid, validity = read_validity(self._dataset, choice, self._opaque_level, values, window, missing)
        if choice.palette is not None:
            entries = choice.palette[values[0]]
            valid &= entries[..., 3] >= OPAQUE_SHARE * OPAQUE_LEVEL
            values = np.ascontiguousarray(entries[..., :3].transpose(2, 0, 1))
        return Pixels(values, valid, validity)

    def _read_values(self, window: Window) -> Values:
        numbers = list(self._choice.numbers)
        if len({self._dataset.dtypes[number - 1] for number in numbers}) == 1:
            values: Values = self._dataset.read(numbers, window=window)
            return values
        # rasterio reads bands together only where they are of one type
        return np.stack([self._dataset.read(number, window=window).astype(self.dtype) for number in numbers])

    def _guarded(self, read: Callable[[], Result], window: Window | None) -> Result:
        """Read, and never again from a dataset that failed once: GDAL returns zeros for a second try."""
        if self._failure:
            raise UnreadableSourceError(self._failure)
        try:
            with rasterio.Env(**environment(self.is_remote)):
                return read()
        except (RasterioError, MemoryError) as error:
            where = "its opacity"
            if window is not None:
                rows = f"rows {window.row_off} to {window.row_off + window.height}"
                where = f"{rows}, columns {window.col_off} to {window.col_off + window.width}"
            reason = " ".join(str(error).split()) or type(error).__name__
            if error.__cause__ is not None:
                reason = " ".join(str(error.__cause__).split())
            if self.is_remote:
                reason += " (its server sent too little, or nothing)"
            self._failure = f"{self.name}: {where} cannot be read: {reason}"
            raise UnreadableSourceError(self._failure) from error

    def _in_file(self, window: Window) -> Window:
        """The window as the file counts it, before flipping."""
        top, left = window.row_off, window.col_off
        if self._place.are_rows_flipped:
            top = self.shape_yx[0] - window.row_off - window.height
        if self._place.are_columns_flipped:
            left = self.shape_yx[1] - window.col_off - window.width
        return Window(left, top, window.width, window.height)

    def _steps(self) -> tuple[slice, slice]:
        rows = slice(None, None, -1 if self._place.are_rows_flipped else 1)
        return rows, slice(None, None, -1 if self._place.are_columns_flipped else 1)


def open_source(name: str | Path, options: SourceOptions | None = None) -> SourceImage:
    """Open a source and make sure that it can be predicted from.

    Args:
        name: path of a file or a VRT, or an http(s) address.
        options: what the user says of it.

    Raises:
        UnreadableSourceError: no such file, or of a format that is not read.
        NotGeoreferencedError: no CRS, or no transform.
        UnsupportedSourceError: bands, data type or blocks that cannot be read as an image.
        RequestError: options that do not fit the source.
    """
    options = options or SourceOptions()
    with rasterio.Env(**environment(is_remote=False)):
        opened = open_dataset(str(name), options)
        try:
            check_blocks(str(name), opened.dataset)
            return SourceImage(str(name), opened, options)
        except BaseException:
            opened.dataset.close()
            raise


def local_path(name: str | Path) -> Path:
    """The path of a source that must be a file of this machine.

    Raises:
        RequestError: it is an address of the network.
    """
    if "://" in str(name):
        raise RequestError(f"{name}: lies in the network; -o names where the result goes")
    return Path(name)


def _clip(window: Window, shape_yx: tuple[int, int]) -> Window:
    top, left = max(0, int(window.row_off)), max(0, int(window.col_off))
    bottom = min(shape_yx[0], int(window.row_off + window.height))
    right = min(shape_yx[1], int(window.col_off + window.width))
    return Window(left, top, max(0, right - left), max(0, bottom - top))
