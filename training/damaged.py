"""Rasters of which parts may be damaged: what can be read of them is used, the rest counts as invalid."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from rasterio.windows import Window

from ..core.errors import UnreadableSourceError
from ..core.lattice import TILE_PX, Rect, split
from ..core.raster.source import Pixels, SourceImage, open_source
from ..core.raster.validity import Validity


class DamagedRaster:
    """An open raster that goes on after a part that cannot be read. Use it as a context manager.

    It is opened again after each such part, for GDAL gives zeros to who reads on.

    Attributes:
        source: the raster as it is open now.

    Raises:
        SourceError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._stack = path, ExitStack()
        self.source: SourceImage = self._stack.enter_context(open_source(path))

    def __enter__(self) -> DamagedRaster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.source.shape_yx

    def read_whole(self, window: Window) -> Pixels:
        """Read a window.

        Raises:
            UnreadableSourceError: a part of it cannot be read; the next window may be.
        """
        try:
            return self.source.read_native(window)
        except UnreadableSourceError:
            self._stack.close()
            self.source = self._stack.enter_context(open_source(self._path))
            raise

    def read_native(self, window: Window) -> Pixels:
        """Read a window; where it cannot be read whole, square by square, of which damaged ones are not valid."""
        try:
            return self.read_whole(window)
        except UnreadableSourceError:
            return self._read_squares(Rect(window.row_off, window.col_off, window.height, window.width))

    def _read_squares(self, rect: Rect) -> Pixels:
        values = np.zeros((self.source.bands, *rect.shape_yx), self.source.dtype)
        valid, validity = np.zeros(rect.shape_yx, np.bool_), Validity.nothing()
        for square in split(rect, TILE_PX):
            try:
                part = self.read_whole(Window(square.left, square.top, square.width, square.height))
            except UnreadableSourceError:
                continue
            values[:, *square.slices_in(rect)], valid[square.slices_in(rect)] = part.values, part.valid
            validity = validity + part.validity
        return Pixels(values, valid, validity)
