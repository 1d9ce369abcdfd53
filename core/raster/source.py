"""The source: an 8-bit RGB GeoTIFF, read by windows of its own pixels."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from types import TracebackType

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from ..errors import NotGeoreferencedError, UnreadableSourceError, UnsupportedSourceError
from .ground import ground_size_m

BANDS = 3
DRIVER = "GTiff"
"""Other drivers can be made to read any file of the machine, or the network."""
MAX_BLOCK_BYTES = 256 * 2**20
"""A block is read as a whole, so a larger one would break every promise about memory."""


class SourceImage:
    """An open source. Use it as a context manager; windows are in its own rows and columns.

    Attributes:
        path: the file.
        crs: its coordinate reference system.
        transform: pixel (column, row) to CRS (x, y).
        shape_yx: rows and columns.
        gsd_m: side of a pixel on the ground at the centre, metres; the geometric mean of both sides.
    """

    def __init__(self, path: Path, dataset: DatasetReader) -> None:
        self.path = path
        self._dataset = dataset
        self.crs = CRS.from_user_input(dataset.crs)
        self.transform: Affine = dataset.transform
        self.shape_yx: tuple[int, int] = (dataset.height, dataset.width)
        self._band_order = _band_order(dataset)
        self.gsd_m = math.sqrt(math.prod(ground_size_m(self.crs, self.transform, self.shape_yx)))

    def __enter__(self) -> SourceImage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dataset.close()

    @property
    def dataset(self) -> DatasetReader:
        """The open rasterio dataset, for warping."""
        return self._dataset

    @property
    def band_order(self) -> tuple[int, ...]:
        """One-based band numbers of red, green and blue."""
        return self._band_order

    def read_native(self, window: Window) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Read a window: uint8 (3, y, x) and whether each pixel is valid, bool (y, x).

        What lies outside the source is zero and not valid. Valid means opaque, not masked and not nodata;
        a pixel whose nodata value stands in one band only is valid.

        Raises:
            UnreadableSourceError: a block is damaged or missing; the message names the window.
        """
        inside = _clip(window, self.shape_yx)
        shape = (int(window.height), int(window.width))
        image, valid = np.zeros((BANDS, *shape), np.uint8), np.zeros(shape, np.bool_)
        if inside.width <= 0 or inside.height <= 0:
            return image, valid
        try:
            pixels = self._dataset.read(list(self._band_order), window=inside)
            mask = _read_mask(self._dataset, self._band_order, inside)
        except (RasterioError, MemoryError) as error:
            raise UnreadableSourceError(
                f"{self.path}: rows {inside.row_off} to {inside.row_off + inside.height} cannot be read: {error}"
            ) from error
        top, left = int(inside.row_off - window.row_off), int(inside.col_off - window.col_off)
        place = (slice(top, top + int(inside.height)), slice(left, left + int(inside.width)))
        image[(slice(None), *place)] = np.where(mask, pixels, 0)
        valid[place] = mask
        return image, valid


def open_source(path: str | Path) -> SourceImage:
    """Open a source and make sure that it can be predicted from.

    Raises:
        UnreadableSourceError: no such file, or not a GeoTIFF.
        NotGeoreferencedError: no CRS, or no transform.
        UnsupportedSourceError: other than 8-bit RGB, or blocks too large to read.
    """
    path = Path(path)
    if not path.is_file():
        raise UnreadableSourceError(f"{path}: no such file")
    try:
        with warnings.catch_warnings():
            # that a source has no place is an error of our own, below
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path, driver=DRIVER)
    except RasterioError as error:
        raise UnreadableSourceError(f"{path}: cannot be opened as a GeoTIFF: {error}") from error
    try:
        _check_bands(path, dataset)
        _check_blocks(path, dataset)
        _check_place(path, dataset)
        return SourceImage(path, dataset)
    except BaseException:
        dataset.close()
        raise


def _check_bands(path: Path, dataset: DatasetReader) -> None:
    if dataset.count < BANDS:
        raise UnsupportedSourceError(f"{path}: {dataset.count} band(s), and three (red, green, blue) are needed")
    others = sorted({kind for kind in dataset.dtypes[:BANDS] if kind != "uint8"})
    if others:
        raise UnsupportedSourceError(
            f"{path}: bands of {', '.join(others)}, and 8-bit ones (uint8) are needed; convert it first"
        )


def _check_blocks(path: Path, dataset: DatasetReader) -> None:
    rows, columns = dataset.block_shapes[0]
    size = rows * columns * BANDS
    if size > MAX_BLOCK_BYTES:
        raise UnsupportedSourceError(
            f"{path}: one block of {columns} x {rows} px takes {size / 2**20:.0f} MiB to read; "
            "rewrite it in tiles first (gdal_translate -co TILED=YES)"
        )


def _check_place(path: Path, dataset: DatasetReader) -> None:
    if dataset.crs is None or not dataset.crs.to_wkt():
        raise NotGeoreferencedError(f"{path}: no coordinate reference system; assign one first (gdal_translate -a_srs)")
    transform = dataset.transform
    if transform == Affine.identity() or not all(map(math.isfinite, transform)):
        raise NotGeoreferencedError(f"{path}: a coordinate reference system but no transform; georeference it first")
    if abs(transform.determinant) < 1e-24:
        raise NotGeoreferencedError(f"{path}: pixels of no size ({transform.a}, {transform.e})")


def _band_order(dataset: DatasetReader) -> tuple[int, ...]:
    """Bands named red, green and blue where all three are; else the first three."""
    meanings = list(dataset.colorinterp)
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(meanings.count(meaning) == 1 for meaning in wanted):
        return tuple(meanings.index(meaning) + 1 for meaning in wanted)
    return (1, 2, 3)


def _read_mask(dataset: DatasetReader, bands: tuple[int, ...], window: Window) -> NDArray[np.bool_]:
    """Combine nodata, internal or external mask, and alpha; a pixel is nodata where all its bands are."""
    valid = np.zeros((int(window.height), int(window.width)), np.bool_)
    with warnings.catch_warnings():
        # nodata hides an alpha band from GDAL's mask; it is read below
        warnings.simplefilter("ignore", NodataShadowWarning)
        for band in bands:
            valid |= dataset.read_masks(band, window=window) > 0
    for band, meaning in enumerate(dataset.colorinterp, 1):
        if meaning == ColorInterp.alpha and MaskFlags.alpha not in dataset.mask_flag_enums[0]:
            valid &= dataset.read(band, window=window) > 0
    return valid


def _clip(window: Window, shape_yx: tuple[int, int]) -> Window:
    top, left = max(0, int(window.row_off)), max(0, int(window.col_off))
    bottom = min(shape_yx[0], int(window.row_off + window.height))
    right = min(shape_yx[1], int(window.col_off + window.width))
    return Window(left, top, max(0, right - left), max(0, bottom - top))
