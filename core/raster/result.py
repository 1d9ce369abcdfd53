"""The result file of a run in memory: its blocks go aside as they come, and become one file when all are there."""

from __future__ import annotations

import contextlib
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioIOError

from ..errors import OutputError
from ..lattice import Rect
from .block_file import encode_block
from .cog import assemble_cog
from .disk import BLOCK_PX
from .layer import DTYPES, LayerSpec
from .partial import PartialFile
from .writing import NOT_AS_WRITTEN, to_rasterio_crs, writing

__all__ = ["BLOCK_PX", "DTYPES", "ResultFile", "check_output", "to_rasterio_crs"]

ROW_CUT_PX = 1024
"""Side of the blocks that rows are cut into."""


class ResultFile:
    """A Cloud Optimized GeoTIFF that appears under its name only when it is whole.

    Blocks come in any order, or rows from the top down; each pixel comes once. What came stands aside on the disk, so
    that memory is bounded whatever the size, unless rows are given: some of those are held. The bytes of the file
    are those that `write_cog` makes of the same pixels. An error of writing, or a context left with any other, removes
    what was written aside.

    Args:
        path: final name.
        bands: descriptions, one a band; three are taken for red, green and blue.
        shape_yx: rows and columns.
        transform: pixel (column, row) to CRS (x, y).
        crs: of the result; may be a local one, without a place on Earth.
        tags: items of the default metadata domain.
        dtype: of the pixels, one of `DTYPES`.
        scaling: for each band, scale and offset that make physical units of its values; one and zero where None.

    Raises:
        OutputError: the folder does not exist or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        bands: tuple[str, ...],
        shape_yx: tuple[int, int],
        transform: Affine,
        crs: CRS,
        tags: Mapping[str, str],
        *,
        dtype: str = "uint8",
        scaling: tuple[tuple[float, float], ...] | None = None,
    ) -> None:
        self.path = path
        self.spec = LayerSpec(bands, Rect(0, 0, *shape_yx), transform, crs, tags, dtype, scaling)
        self._rows = _Rows(self.spec)
        self._checksums: dict[Rect, int] = {}
        self._aside = ExitStack()
        with self._failing_cleanly():
            self._partial = PartialFile(path)
            self._aside.callback(self._partial.discard)
            self._folder = self._partial.path.with_name(f"{self._partial.path.name}.blocks")
            self._aside.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder.mkdir()

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._aside.close()

    def write_block(self, rect: Rect, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Put a block aside.

        Args:
            rect: rows and columns of the file.
            pixels: (band, y, x), of the file's dtype; floats are written as 0 where they are not valid.
            valid: bool, (y, x).

        Raises:
            OutputError: it cannot be written.
        """
        with self._failing_cleanly():
            data = encode_block(self.spec, rect, pixels, valid)
            self._block_path(rect).write_bytes(data)
            self._checksums[rect] = zlib.crc32(data)

    def write_rows(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Append rows.

        Args:
            pixels: (band, y, x), of the file's dtype; floats are written as 0 where they are not valid.
            valid: bool, (y, x).

        Raises:
            OutputError: the rows cannot be written.
        """
        for rect, part, is_valid in self._rows.cut(pixels, valid):
            self.write_block(rect, part, is_valid)

    def close(self) -> None:
        """Make one file of all blocks and read everything back; it still stands aside.

        Raises:
            OutputError: something is missing, or the file does not hold what was written.
        """
        with self._failing_cleanly():
            self._check_blocks()
            blocks = {rect: self._block_path(rect) for rect in self._checksums}
            assemble_cog(self._partial.path, self.spec, blocks, self._aside)
            shutil.rmtree(self._folder, ignore_errors=True)

    def publish(self, overwrite: bool) -> Path:
        """Give the closed file its name; the name comes back.

        Where the name is held open by another program, and the system does not let it be replaced, the next free
        one is taken instead.

        Raises:
            OutputError: a file of that name appeared meanwhile, or the file cannot be renamed.
        """
        with self._failing_cleanly():
            return self._partial.publish(overwrite)

    def _block_path(self, rect: Rect) -> Path:
        return self._folder / f"{rect.top}_{rect.left}.tif"

    def _check_blocks(self) -> None:
        """Make sure that all blocks are there as they were written."""
        height, width = self.spec.shape_yx
        if self._rows.is_used and self._rows.done != height:
            raise RasterioIOError(f"it ends after {self._rows.done} of {height} rows")
        held = sum(rect.height * rect.width for rect in self._checksums)
        if held != height * width:
            raise RasterioIOError(f"it ends after {held} of {height * width} pixels")
        for rect, wanted in self._checksums.items():
            if zlib.crc32(self._block_path(rect).read_bytes()) != wanted:
                raise RasterioIOError(NOT_AS_WRITTEN)

    @contextlib.contextmanager
    def _failing_cleanly(self) -> Iterator[None]:
        """Turn GDAL's errors into one of the output; after it nothing is left behind."""
        try:
            with writing(self.path):
                yield
        except OutputError:
            self._aside.close()
            raise


class _Rows:
    """Gathers rows into strips, and cuts those into blocks."""

    def __init__(self, spec: LayerSpec) -> None:
        self._spec = spec
        self._pixels: NDArray[Any] | None = None
        self._valid = np.zeros((0, 0), np.bool_)
        self._filled = self.done = 0

    @property
    def is_used(self) -> bool:
        """Whether rows came."""
        return self._pixels is not None or self.done > 0

    def cut(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> Iterator[tuple[Rect, NDArray[Any], Any]]:
        """Take rows in; the blocks that are whole by them come back.

        Raises:
            ValueError: they do not fit the file.
        """
        self._check(pixels, valid)
        height, width = self._spec.shape_yx
        if self._pixels is None:
            rows = min(BLOCK_PX, height)
            self._pixels = np.zeros((len(self._spec.bands), rows, width), pixels.dtype)
            self._valid = np.zeros((rows, width), np.bool_)
        taken = 0
        while taken < valid.shape[0]:
            count = min(valid.shape[0] - taken, self._pixels.shape[1] - self._filled)
            place = slice(self._filled, self._filled + count)
            self._pixels[:, place] = pixels[:, taken : taken + count]
            self._valid[place] = valid[taken : taken + count]
            taken += count
            self._filled += count
            if self._filled == self._pixels.shape[1] or self.done + self._filled == height:
                yield from self._blocks()

    def _blocks(self) -> Iterator[tuple[Rect, NDArray[Any], Any]]:
        assert self._pixels is not None
        width = self._spec.shape_yx[1]
        for left in range(0, width, ROW_CUT_PX):
            rect = Rect(self.done, left, self._filled, min(ROW_CUT_PX, width - left))
            part = slice(0, self._filled), slice(left, rect.right)
            yield rect, self._pixels[:, *part], self._valid[part]
        self.done += self._filled
        self._filled = 0

    def _check(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        height, width = self._spec.shape_yx
        left = height - self.done - self._filled
        if pixels.dtype != self._spec.dtype or valid.dtype != np.bool_:
            raise ValueError(f"pixels must be {self._spec.dtype} and valid bool, not {pixels.dtype} and {valid.dtype}")
        if pixels.shape != (len(self._spec.bands), *valid.shape) or valid.shape[1] != width:
            raise ValueError(
                f"rows must be ({len(self._spec.bands)}, y, {width}) with their validity, "
                f"not {pixels.shape} with {valid.shape}"
            )
        if valid.shape[0] > left:
            raise ValueError(f"{valid.shape[0]} rows, and only {left} are left of {height}")


def check_output(path: Path, overwrite: bool) -> None:
    """Make sure, before any work, that a result can appear under a name.

    Raises:
        OutputError: the folder is missing, the name is taken, or it is a folder.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; make it first")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file that ends in .tif")
    if (path.exists() or path.is_symlink()) and not overwrite:
        raise OutputError(f"{path}: exists; --overwrite replaces it")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: no permission to write in {path.parent}; choose another place with -o")
