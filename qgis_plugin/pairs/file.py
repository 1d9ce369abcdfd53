"""One image of a pair as a GeoTIFF: written aside, read back, then renamed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal

from ..layers.drawing import Grid
from ..layers.reader import Block
from ..translation import tr
from .dates import ACQUISITION_ITEM, TIFF_ITEM, ImageDate

GDAL_TYPES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "float32": "Float32", "float64": "Float64",
}  # fmt: skip
BLOCK_PX = 256
PART_PX = 512
"""Side of what is written at once."""


class PairFileError(Exception):
    """A file could not be written; the message says why."""


class PairFile:
    """A GeoTIFF that has no name before all of it is known to be right; to be published or abandoned.

    Args:
        path: its name later; its folder exists.
        grid: its pixels.
        bands: one or three.
        dtype: numpy's name.
        items: of the default metadata domain.
        date: when the image was taken.

    Raises:
        PairFileError: it cannot be made.
    """

    def __init__(
        self, path: Path, grid: Grid, bands: int, dtype: str, items: Mapping[str, str], date: ImageDate
    ) -> None:
        self.path = path
        self._aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
        self._dtype = np.dtype(dtype)
        self._written: list[tuple[tuple[int, int, int, int], str]] = []
        self._dataset: Any = None
        try:
            with self._told():
                self._dataset = self._create(grid, bands)
                self._describe(items, date)
        except BaseException:
            self.abandon()
            raise

    def write(self, left: int, top: int, block: Block) -> None:
        """Write a part; what does not count is masked.

        Raises:
            PairFileError: it cannot be written.
        """
        height, width = block.valid.shape
        window = left, top, width, height
        values = np.ascontiguousarray(np.where(block.valid, block.values, 0).astype(self._dtype))
        mask = np.ascontiguousarray(block.valid * np.uint8(255)).astype(np.uint8)
        with self._told():
            _check(self._dataset.WriteRaster(*window, values.tobytes()))
            _check(self._dataset.GetRasterBand(1).GetMaskBand().WriteRaster(*window, mask.tobytes()))
        self._written.append((window, _digest(values.tobytes(), mask.tobytes())))

    def verify(self) -> None:
        """Close the file, and compare each part of it with what was written.

        Raises:
            PairFileError: it is not what was written, as on a full disk.
        """
        with self._told():
            self._dataset.FlushCache()
            self._dataset = None
            read = gdal.Open(str(self._aside))
            if read is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
            for window, digest in self._written:
                values, mask = read.ReadRaster(*window), read.GetRasterBand(1).GetMaskBand().ReadRaster(*window)
                if values is None or mask is None or _digest(values, mask) != digest:
                    raise RuntimeError(tr("what was read back is not what was written; is the disk full?"))
            read = None
            with self._aside.open("rb+") as stream:
                os.fsync(stream.fileno())

    def publish(self) -> None:
        """Give the file its name.

        Raises:
            PairFileError: another program holds a file of that name open.
        """
        with self._told():
            self._aside.replace(self.path)

    def abandon(self) -> None:
        """Remove what stands aside, if anything does."""
        self._dataset = None
        for path in (self._aside, self._aside.with_name(f"{self._aside.name}.msk")):
            with suppress(OSError):
                path.unlink()

    def _create(self, grid: Grid, bands: int) -> Any:
        height, width = grid.shape_yx
        kind = gdal.GetDataTypeByName(GDAL_TYPES[self._dtype.name])
        options = ["TILED=YES", f"BLOCKXSIZE={BLOCK_PX}", f"BLOCKYSIZE={BLOCK_PX}", "BIGTIFF=IF_SAFER"]
        options += ["COMPRESS=DEFLATE", f"PREDICTOR={3 if self._dtype.kind == 'f' else 2}"]
        if bands == 3:
            options.append("PHOTOMETRIC=RGB")
        gdal.SetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
        try:
            dataset = gdal.GetDriverByName("GTiff").Create(str(self._aside), width, height, bands, kind, options)
            if dataset is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
            dataset.SetProjection(grid.wkt)
            dataset.SetGeoTransform((grid.origin_xy[0], grid.size_xy[0], 0, grid.origin_xy[1], 0, -grid.size_xy[1]))
            _check(dataset.CreateMaskBand(gdal.GMF_PER_DATASET))
        finally:
            gdal.SetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
        return dataset

    def _describe(self, items: Mapping[str, str], date: ImageDate) -> None:
        for name, text in items.items():
            self._dataset.SetMetadataItem(name, text)
        self._dataset.SetMetadataItem(ACQUISITION_ITEM, str(date), "IMAGERY")
        if date.day is not None:
            self._dataset.SetMetadataItem(TIFF_ITEM, f"{date.first_day:%Y:%m:%d} 00:00:00")

    @contextmanager
    def _told(self) -> Iterator[None]:
        gdal.ErrorReset()
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        try:
            yield
        except (RuntimeError, OSError) as error:
            raise PairFileError(
                tr("{path}: cannot be written: {reason}").format(
                    path=self.path, reason=getattr(error, "strerror", None) or error
                )
            ) from error
        finally:
            gdal.PopErrorHandler()


def split(shape_yx: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """The parts of an image in the order in which they are written: left, top, width, height."""
    height, width = shape_yx
    return [
        (left, top, min(PART_PX, width - left), min(PART_PX, height - top))
        for top in range(0, height, PART_PX)
        for left in range(0, width, PART_PX)
    ]


def _check(code: int) -> None:
    if code != gdal.CE_None:
        raise RuntimeError(gdal.GetLastErrorMsg() or tr("GDAL gave no reason"))


def _digest(values: bytes, mask: bytes) -> str:
    return hashlib.sha256(bytes(values) + bytes(mask)).hexdigest()
