"""The result file: written aside in whole rows of its blocks, read back, and only then given its name."""

from __future__ import annotations

import os
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
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..errors import OutputError
from ..files import sync

BLOCK_PX = 512
SMALLEST_OVERVIEW_PX = 256
OPTIONS = {"compress": "ZSTD", "zstd_level": "1", "predictor": "2"}
ENVIRONMENT = {
    "GDAL_TIFF_INTERNAL_MASK": True,
    "COMPRESS_OVERVIEW": "ZSTD",
    "ZSTD_LEVEL_OVERVIEW": "1",
    "PREDICTOR_OVERVIEW": "2",
}
MAX_FREE_NAMES = 1000


class ResultFile:
    """A GeoTIFF that appears under its name only when it is whole.

    Rows come from the top down, in any number at a time; each block is written once. A context left with
    an error removes what was written aside.

    Args:
        path: final name.
        bands: descriptions, one a band; three are taken for red, green and blue.
        shape_yx: rows and columns.
        transform: pixel (column, row) to CRS (x, y).
        crs: of the result.
        tags: items of the default metadata domain.

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
    ) -> None:
        self.path, self.shape_yx = path, shape_yx
        self._aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
        self._checksums: list[int] = []
        self._next_row = 0
        height, width = shape_yx
        self._pending = np.zeros((len(bands) + 1, 0, width), np.uint8)
        colours: dict[str, Any] = {"photometric": "RGB"} if len(bands) == 3 else {}
        _remove_abandoned(path)
        try:
            with rasterio.Env(**ENVIRONMENT):
                self._dataset = rasterio.open(
                    self._aside, "w", driver="GTiff", dtype="uint8", count=len(bands), height=height, width=width,
                    transform=transform, crs=rasterio.crs.CRS.from_wkt(crs.to_wkt()), tiled=True, blockxsize=BLOCK_PX,
                    blockysize=BLOCK_PX, BIGTIFF="IF_SAFER", interleave="pixel", **colours, **OPTIONS,
                )  # fmt: skip
                self._dataset.update_tags(**tags)
                for number, description in enumerate(bands, 1):
                    self._dataset.set_band_description(number, description)
        except (RasterioError, OSError) as error:
            self._aside.unlink(missing_ok=True)
            raise OutputError(f"{path}: cannot be written: {error}") from error

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._dataset.closed:
            self._dataset.close()
        self._aside.unlink(missing_ok=True)

    def write_rows(self, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
        """Append rows: uint8 (band, y, x), and validity, bool (y, x).

        Raises:
            OutputError: the rows cannot be written.
        """
        rows = np.concatenate([pixels, valid[None].astype(np.uint8) * 255])
        self._pending = np.concatenate([self._pending, rows], axis=1)
        is_last = self._next_row + self._pending.shape[1] >= self.shape_yx[0]
        while self._pending.shape[1] >= BLOCK_PX or (is_last and self._pending.shape[1]):
            self._write_block_row(self._pending[:, :BLOCK_PX])
            self._pending = self._pending[:, BLOCK_PX:]

    def close(self) -> None:
        """Close, add overviews and read everything back; the file still stands aside.

        Raises:
            OutputError: the file does not hold what was written.
        """
        try:
            with rasterio.Env(**ENVIRONMENT):
                self._dataset.close()
                self._add_overviews()
                self._verify()
            sync(self._aside)
        except (RasterioError, OSError, MemoryError) as error:
            raise OutputError(f"{self.path}: cannot be written: {error}") from error

    def _write_block_row(self, rows: NDArray[np.uint8]) -> None:
        window = Window(0, self._next_row, self.shape_yx[1], rows.shape[1])
        try:
            with rasterio.Env(**ENVIRONMENT):
                self._dataset.write(rows[:-1], window=window)
                self._dataset.write_mask(rows[-1], window=window)
        except (RasterioError, OSError) as error:
            raise OutputError(f"{self.path}: cannot be written: {error}") from error
        self._checksums.append(_checksum(rows))
        self._next_row += rows.shape[1]

    def _add_overviews(self) -> None:
        factors: list[int] = []
        while max(self.shape_yx) / 2 ** len(factors) > SMALLEST_OVERVIEW_PX:
            factors.append(2 ** (len(factors) + 1))
        if factors:
            with rasterio.open(self._aside, "r+") as dataset:
                dataset.build_overviews(factors, Resampling.average)

    def _verify(self) -> None:
        """Read every block and every overview; GDAL can lose both without an error when a disk is full."""
        with rasterio.open(self._aside) as dataset:
            found = [_checksum(rows) for rows in _block_rows(dataset)]
            levels = len(dataset.overviews(1))
        if found != self._checksums or self._next_row != self.shape_yx[0]:
            raise OutputError(f"{self.path}: does not read back as it was written; is the disk full?")
        for level in range(levels):
            with rasterio.open(self._aside, overview_level=level) as overview:
                for _ in _block_rows(overview):
                    pass

    def publish(self, overwrite: bool) -> Path:
        """Give the closed file its name; the name comes back.

        Where the name is held open by another program, the next free one is taken instead.

        Raises:
            OutputError: a file of that name appeared meanwhile, or the file cannot be renamed.
        """
        try:
            return self._rename(overwrite)
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written: {error}") from error

    def _rename(self, overwrite: bool) -> Path:
        for path in _free_names(self.path):
            if path.exists() and not (overwrite and path == self.path):
                if path == self.path:
                    raise OutputError(f"{path}: appeared meanwhile; --overwrite replaces it")
                continue
            try:
                self._aside.replace(path)
            except PermissionError:
                if os.name != "nt":
                    raise
                continue
            sync(path.parent)
            return path
        raise OutputError(f"{self.path}: held open by another program, and so are all names beside it")


def check_output(path: Path, overwrite: bool) -> None:
    """Make sure, before any work, that a result can appear under a name.

    Raises:
        OutputError: the folder is missing, the name is taken, or it is a folder.
    """
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; make it first")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file that ends in .tif")
    if path.exists() and not overwrite:
        raise OutputError(f"{path}: exists; --overwrite replaces it")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: no permission to write in {path.parent}; choose another place with -o")


def _block_rows(dataset: rasterio.io.DatasetReader) -> Iterator[NDArray[np.uint8]]:
    for top in range(0, dataset.height, BLOCK_PX):
        window = Window(0, top, dataset.width, min(BLOCK_PX, dataset.height - top))
        yield np.concatenate([dataset.read(window=window), dataset.read_masks(1, window=window)[None]])


def _checksum(rows: NDArray[np.uint8]) -> int:
    return zlib.crc32(np.ascontiguousarray(rows).data)


def _free_names(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, MAX_FREE_NAMES):
        yield path.with_name(f"{path.stem}_{number}{path.suffix}")


def _remove_abandoned(path: Path) -> None:
    """Remove what a killed process wrote aside for the same name."""
    for left in path.parent.glob(f".{glob_escape(path.name)}.*.partial"):
        number = left.name.split(".")[-2]
        if number.isdigit() and not _is_running(int(number)):
            left.unlink(missing_ok=True)


def glob_escape(name: str) -> str:
    """Escape the characters that a glob pattern gives a meaning."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _is_running(process: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
