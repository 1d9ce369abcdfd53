"""The result file: written aside in whole rows of its blocks, read back, and only then given its name."""

from __future__ import annotations

import contextlib
import errno
import os
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError  # some calls raise it bare
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.windows import Window

from ..errors import OutputError
from .disk import BLOCK_PX, format_bytes, free_bytes, overview_factors
from .partial import PartialFile

DTYPES = ("uint8", "uint16", "int16", "uint32", "int32", "float32", "float64")
NEARLY_FULL_BYTES = 2**20
"""GDAL does not always say why it could not write; with less room than this left, the disk is to blame."""
WRITE_ERRORS = (RasterioError, CPLE_BaseError, OSError, MemoryError)
NOT_AS_WRITTEN = "it does not read back as it was written; is the disk full, or failing?"


class ResultFile:
    """A GeoTIFF that appears under its name only when it is whole.

    Rows come from the top down, in any number at a time; each block is written once, and no more than one row of
    blocks is held. An error of writing, or a context left with any other, removes what was written aside.

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
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype}")
        self.path, self.shape_yx, self.dtype = path, shape_yx, np.dtype(dtype)
        self._bands, self._transform, self._tags = bands, transform, dict(tags)
        self._scaling = scaling or ((1.0, 0.0),) * len(bands)
        self._predictor = "3" if self.dtype.kind == "f" else "2"
        self._row_pixels = np.zeros((len(bands), BLOCK_PX, shape_yx[1]), self.dtype)
        self._row_valid = np.zeros((BLOCK_PX, shape_yx[1]), np.bool_)
        self._filled = self._next_row = 0
        self._checksums: list[int] = []
        self._partial: PartialFile | None = None
        self._dataset: Any = None
        try:
            with self._failing_cleanly():
                self._partial = PartialFile(path)
                self._open(self._partial.path, crs)
        except BaseException:
            self._discard()
            raise

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()

    def write_rows(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Append rows.

        Args:
            pixels: (band, y, x), of the file's dtype; floats are written as 0 where they are not valid.
            valid: bool, (y, x).

        Raises:
            OutputError: the rows cannot be written.
        """
        self._check_rows(pixels, valid)
        done = 0
        while done < valid.shape[0]:
            count = min(valid.shape[0] - done, BLOCK_PX - self._filled)
            rows, place = slice(done, done + count), slice(self._filled, self._filled + count)
            self._row_valid[place] = valid[rows]
            self._row_pixels[:, place] = pixels[:, rows]
            if self.dtype.kind == "f":
                self._row_pixels[:, place][:, ~valid[rows]] = 0
            self._filled += count
            done += count
            if self._filled == BLOCK_PX or self._next_row + self._filled == self.shape_yx[0]:
                self._write_block_row()

    def close(self) -> None:
        """Close, add overviews and read everything back; the file still stands aside.

        Raises:
            OutputError: the file does not hold what was written.
        """
        assert self._partial is not None
        with self._failing_cleanly():
            self._dataset.close()
            if self._next_row != self.shape_yx[0]:
                raise RasterioIOError(f"it ends after {self._next_row} of {self.shape_yx[0]} rows")
            del self._row_pixels, self._row_valid
            self._add_overviews(self._partial.path)
            self._verify(self._partial.path)

    def publish(self, overwrite: bool) -> Path:
        """Give the closed file its name; the name comes back.

        Where the name is held open by another program, and the system does not let it be replaced, the next free
        one is taken instead.

        Raises:
            OutputError: a file of that name appeared meanwhile, or the file cannot be renamed.
        """
        assert self._partial is not None
        with self._failing_cleanly():
            return self._partial.publish(overwrite)

    def _open(self, path: Path, crs: CRS) -> None:
        height, width = self.shape_yx
        self._dataset = _open_quietly(
            path, "w", driver="GTiff", dtype=self.dtype.name, count=len(self._bands), height=height, width=width,
            transform=self._transform, crs=to_rasterio_crs(crs), tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX,
            BIGTIFF="IF_SAFER", interleave="pixel", photometric="RGB" if len(self._bands) == 3 else "MINISBLACK",
            compress="ZSTD", zstd_level="1", predictor=self._predictor,
        )  # fmt: skip
        self._dataset.update_tags(**self._tags)
        for number, description in enumerate(self._bands, 1):
            self._dataset.set_band_description(number, description)
        if any(pair != (1.0, 0.0) for pair in self._scaling):
            self._dataset.scales, self._dataset.offsets = zip(*self._scaling, strict=True)

    def _check_rows(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        left = self.shape_yx[0] - self._next_row - self._filled
        if pixels.dtype != self.dtype or valid.dtype != np.bool_:
            raise ValueError(f"pixels must be {self.dtype} and valid bool, not {pixels.dtype} and {valid.dtype}")
        if pixels.shape != (len(self._bands), *valid.shape) or valid.shape[1] != self.shape_yx[1]:
            raise ValueError(
                f"rows must be ({len(self._bands)}, y, {self.shape_yx[1]}) with their validity, "
                f"not {pixels.shape} with {valid.shape}"
            )
        if valid.shape[0] > left:
            raise ValueError(f"{valid.shape[0]} rows, and only {left} are left of {self.shape_yx[0]}")

    def _write_block_row(self) -> None:
        pixels, valid = self._row_pixels[:, : self._filled], self._row_valid[: self._filled]
        window = Window(0, self._next_row, self.shape_yx[1], self._filled)
        with self._failing_cleanly():
            self._dataset.write(pixels, window=window)
            self._dataset.write_mask(_to_mask(valid), window=window)
        self._checksums.append(_checksum(pixels, _to_mask(valid)))
        self._next_row += self._filled
        self._filled = 0

    def _add_overviews(self, path: Path) -> None:
        factors = overview_factors(self.shape_yx)
        if factors:
            with _open_quietly(path, "r+") as dataset:
                dataset.build_overviews(factors, Resampling.average)

    def _verify(self, path: Path) -> None:
        """Read every block of every level; GDAL can lose them without an error when a disk is full."""
        with _open_quietly(path) as dataset:
            found = [_checksum(*rows) for rows in _block_rows(dataset)]
            is_labelled = (
                {name for name, text in self._tags.items() if text} <= dataset.tags().keys()
                and dataset.descriptions == self._bands
                and dataset.transform == self._transform
                and dataset.crs
            )
            levels = len(dataset.overviews(1))
        if found != self._checksums or not is_labelled or levels != len(overview_factors(self.shape_yx)):
            raise RasterioIOError(NOT_AS_WRITTEN)
        # directories of pixels and of their masks, of the image and of each overview
        for number in range(1, 2 * (1 + levels) + 1):
            with _open_quietly(f"GTIFF_DIR:{number}:{path}") as dataset:
                if _has_holes(dataset):
                    raise RasterioIOError(NOT_AS_WRITTEN)
                if number > 2:  # the image itself is read above
                    for _ in _block_rows(dataset):
                        pass

    @contextlib.contextmanager
    def _failing_cleanly(self) -> Iterator[None]:
        """Work within GDAL's settings; turn its errors into one of the output, with nothing left behind."""
        settings = {
            "GDAL_TIFF_INTERNAL_MASK": True,
            "COMPRESS_OVERVIEW": "ZSTD",
            "ZSTD_LEVEL_OVERVIEW": "1",
            "PREDICTOR_OVERVIEW": self._predictor,
            "SPARSE_OK_OVERVIEW": "NO",  # a hole stands for a lost block
            "GDAL_PAM_ENABLED": "NO",  # what does not fit into the file would be lost beside it
        }
        try:
            with rasterio.Env(**settings):
                yield
        except WRITE_ERRORS as error:
            reason = _reason(error, self.path.parent)
            self._discard()
            raise OutputError(f"{self.path}: cannot be written: {reason}; nothing was left behind") from error

    def _discard(self) -> None:
        if self._dataset is not None and not self._dataset.closed:
            with contextlib.suppress(*WRITE_ERRORS):  # what could not be written is going to be removed
                self._dataset.close()
        if self._partial is not None:
            self._partial.discard()


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


def to_rasterio_crs(crs: CRS) -> rasterio.crs.CRS:
    """Bring a CRS to rasterio, so that a GeoTIFF keeps it.

    WKT 2 does so for all that a GeoTIFF can hold, local ones too; older forms rename the datum of some. An
    ellipsoidal height has no place in a GeoTIFF of GDAL's default version: it would be written to a file beside
    the image, and is dropped.
    """
    if not crs.is_compound and len(crs.axis_info) > 2:
        crs = crs.to_2d()
    return rasterio.crs.CRS.from_wkt(crs.to_wkt())


def _reason(error: BaseException, folder: Path) -> str:
    """Say why nothing could be written; ask before what was written is removed."""
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    with contextlib.suppress(OSError):
        free = free_bytes(folder)
        if is_full or free < NEARLY_FULL_BYTES:
            return (
                f"the disk is full, {format_bytes(free)} are left in {folder}; "
                "free some space, or choose another place with -o"
            )
    return (isinstance(error, OSError) and error.strerror) or f"{error}"


def _open_quietly(path: Path | str, mode: str = "r", **settings: Any) -> Any:
    """Open without a warning of a missing place: an overview has none, and a local grid may have the simplest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **settings)


def _block_rows(dataset: rasterio.io.DatasetReader) -> Iterator[tuple[NDArray[Any], NDArray[np.uint8]]]:
    for top in range(0, dataset.height, BLOCK_PX):
        window = Window(0, top, dataset.width, min(BLOCK_PX, dataset.height - top))
        yield dataset.read(window=window), dataset.read_masks(1, window=window)


def _has_holes(dataset: rasterio.io.DatasetReader) -> bool:
    """Whether a block was never written; it would read as zeros, without an error."""
    rows, columns = dataset.block_shapes[0]
    blocks = ((y, x) for y in range(-(-dataset.height // rows)) for x in range(-(-dataset.width // columns)))
    return any(dataset.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=1) in (None, "0") for y, x in blocks)


def _to_mask(valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return valid.astype(np.uint8) * 255


def _checksum(pixels: NDArray[Any], mask: NDArray[np.uint8]) -> int:
    return zlib.crc32(np.ascontiguousarray(mask).data, zlib.crc32(np.ascontiguousarray(pixels).data))
