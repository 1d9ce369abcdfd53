"""Parts of a result put aside as they come, so that a cancelled prediction can still become a layer."""

from __future__ import annotations

import os
import secrets
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, osr

from ...core.protocol.messages import Planned
from ...core.protocol.values import Rect
from ..layers.reader import Array
from ..translation import tr

BLOCK_PX = 256
GDAL_TYPES = {
    "uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "uint32": gdal.GDT_UInt32,
    "int32": gdal.GDT_Int32, "float32": gdal.GDT_Float32, "float64": gdal.GDT_Float64,
}  # fmt: skip
SETTINGS = {"GDAL_TIFF_INTERNAL_MASK": "YES", "GDAL_PAM_ENABLED": "NO"}
MOST_NAMES = 1000


class KeptTilesError(Exception):
    """What came cannot be written; the message says why."""


@dataclass(frozen=True)
class _Place:
    rect: Rect
    offset: int
    size: int
    checksum: int


class KeptTiles:
    """Parts in a file without a name, which is gone with the process however that ends; to be closed.

    Used by one thread.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="landcast-")  # noqa: SIM115 - closed by `close`
        self._planned: Planned | None = None
        self._places: dict[int, _Place] = {}
        self._end = 0

    def __len__(self) -> int:
        return len(self._places)

    def begin(self, planned: Planned) -> None:
        """Learn what the result would be."""
        self._planned = planned

    def add(self, number: int, rect: Rect, values: Array, valid: Array) -> None:
        """Keep a part; one of the same number replaces it.

        Args:
            number: of the part.
            rect: of the lattice.
            values: (band, y, x).
            valid: bool, (y, x).

        Raises:
            OSError: the disk is full.
        """
        data = np.ascontiguousarray(values).tobytes() + (valid * np.uint8(255)).tobytes()
        self._file.seek(self._end)
        self._file.write(data)
        self._places[number] = _Place(rect, self._end, len(data), zlib.crc32(data))
        self._end += len(data)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def write(self, output: Path, tags: Mapping[str, str], names: tuple[str, ...]) -> Path:
        """Write all that came as a tiled, compressed GeoTIFF, read it back, and give it its name.

        Args:
            output: that the whole result would have had; `_partial` is added to its name.
            tags: of the default metadata domain.
            names: of the bands.

        Returns:
            The file.

        Raises:
            KeptTilesError: nothing came, or the disk is full.
        """
        if self._planned is None or not self._places:
            raise KeptTilesError(tr("No part of the prediction was done yet."))
        path = free_path(output)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        try:
            with _settings():
                self._fill(aside, self._planned, tags, names)
                self._verify(aside, self._planned, tags)
            _sync(aside)
            aside.replace(path)
        except (OSError, RuntimeError) as error:
            raise KeptTilesError(tr("What was done cannot be written to {path}: {reason}").format(
                path=path, reason=error
            )) from error  # fmt: skip
        finally:
            with suppress(OSError):
                aside.unlink()
        return path

    def _fill(self, path: Path, planned: Planned, tags: Mapping[str, str], names: tuple[str, ...]) -> None:
        height, width = planned.shape_yx
        kind = GDAL_TYPES[planned.dtype]
        options = [
            "TILED=YES", f"BLOCKXSIZE={BLOCK_PX}", f"BLOCKYSIZE={BLOCK_PX}", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER",
            f"PREDICTOR={3 if planned.dtype.startswith('float') else 2}",
            f"PHOTOMETRIC={'RGB' if planned.bands == 3 else 'MINISBLACK'}",
        ]  # fmt: skip
        dataset: Any = None
        mask: Any = None
        try:
            dataset = _some(
                gdal.GetDriverByName("GTiff").Create(str(path), width, height, planned.bands, kind, options)
            )
            system = osr.SpatialReference()
            system.ImportFromWkt(planned.crs)
            dataset.SetProjection(system.ExportToWkt())
            x, pixel_width, skew, y, other_skew, pixel_height = planned.transform
            dataset.SetGeoTransform([x, pixel_width, skew, y, other_skew, pixel_height])
            dataset.SetMetadata(dict(tags))
            for number, name in enumerate(names, 1):
                dataset.GetRasterBand(number).SetDescription(name)
            dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
            mask = dataset.GetRasterBand(1).GetMaskBand()
            for place, values, valid in self._parts(planned):
                window = self._window(planned, place)
                if dataset.WriteRaster(*window, values, buf_type=kind) or mask.WriteRaster(*window, valid):
                    raise OSError(gdal.GetLastErrorMsg() or tr("the disk may be full"))
            dataset.FlushCache()
        finally:
            # an error would hold them, and Windows removes no file that is open
            dataset, mask = None, None

    def _verify(self, path: Path, planned: Planned, tags: Mapping[str, str]) -> None:
        """GDAL can lose blocks without an error when a disk is full."""
        dataset: Any = None
        mask: Any = None
        try:
            dataset = _some(gdal.Open(str(path)))
            mask = dataset.GetRasterBand(1).GetMaskBand()
            for place in self._places.values():
                window = self._window(planned, place)
                values, valid = dataset.ReadRaster(*window), mask.ReadRaster(*window)
                if values is None or valid is None or zlib.crc32(bytes(values) + bytes(valid)) != place.checksum:
                    raise OSError(tr("it does not read back as it was written; is the disk full?"))
            if not set(tags) <= set(dataset.GetMetadata()):
                raise OSError(tr("it does not say what it is"))
        finally:
            dataset, mask = None, None

    def _parts(self, planned: Planned) -> Iterator[tuple[_Place, bytes, bytes]]:
        """Place, values and mask of each part, from above."""
        item = np.dtype(planned.dtype).itemsize
        for number in sorted(self._places):
            place = self._places[number]
            self._file.seek(place.offset)
            size = place.rect.height * place.rect.width * planned.bands * item
            yield place, self._file.read(size), self._file.read(place.size - size)

    @staticmethod
    def _window(planned: Planned, place: _Place) -> tuple[int, int, int, int]:
        rect = place.rect
        return rect.left - planned.rect.left, rect.top - planned.rect.top, rect.width, rect.height


def free_path(output: Path) -> Path:
    """The name of a partial result: that of the whole one with `_partial`, numbered where that is taken."""
    for number in range(1, MOST_NAMES):
        mark = "_partial" if number == 1 else f"_partial_{number}"
        path = output.with_name(f"{output.stem}{mark}{output.suffix}")
        if not path.exists():
            return path
    raise KeptTilesError(tr("There are too many partial results beside {}.").format(output))


def _some(dataset: Any) -> Any:
    if dataset is None:
        raise OSError(gdal.GetLastErrorMsg() or tr("GDAL does not say why"))
    return dataset


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


@contextmanager
def _settings() -> Iterator[None]:
    """GDAL's settings of this thread, and its words kept from standard error."""
    gdal.ErrorReset()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    for name, value in SETTINGS.items():
        gdal.SetThreadLocalConfigOption(name, value)
    try:
        yield
    finally:
        for name in SETTINGS:
            gdal.SetThreadLocalConfigOption(name, None)
        gdal.PopErrorHandler()
