"""What all files of a result share: how GDAL is set up to write them, and what becomes of its errors."""

from __future__ import annotations

import contextlib
import errno
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError  # some calls raise it bare
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from ..errors import OutputError
from .disk import format_bytes, free_bytes

NEARLY_FULL_BYTES = 2**20
"""GDAL does not always say why it could not write; with less room than this left, the disk is to blame."""
WRITE_ERRORS = (RasterioError, CPLE_BaseError, SystemError, OSError, MemoryError)
"""What writing by rasterio raises; a `SystemError` where GDAL failed and did not say why."""
NOT_AS_WRITTEN = "it does not read back as it was written; is the disk full, or failing?"
CACHE_BYTES = 64 * 2**20
"""What GDAL keeps of pixels while a file is written and read back."""
SETTINGS: dict[str, Any] = {
    "GDAL_TIFF_INTERNAL_MASK": True,
    "GDAL_PAM_ENABLED": "NO",  # what does not fit into the file would be lost beside it
    "GDAL_NUM_THREADS": "1",  # with several, errors of writing were not told
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # a folder may hold ten thousand blocks
    "GDAL_MAX_DATASET_POOL_SIZE": "16",  # each open block takes a megabyte
}
"""Settings of GDAL for writing; whatever the user's own are."""


def predictor_of(dtype: np.dtype[Any]) -> int:
    """The TIFF predictor by which pixels of a type compress best: 3 for floats, 2 for integers."""
    return 3 if dtype.kind == "f" else 2


def open_quietly(path: Path | str, mode: str = "r", **settings: Any) -> Any:
    """Open without a warning of a missing place: an overview has none, and a local grid may have the simplest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(path, mode, **settings)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Work within GDAL's settings, and turn its errors into one of the output.

    Args:
        path: what is written, as the user knows it.

    Raises:
        OutputError: it cannot be written, or does not read back.
    """
    try:
        with rasterio.Env(**SETTINGS):
            yield
    except WRITE_ERRORS as error:
        reason = reason_of(error, path.parent)
        raise OutputError(f"{path}: cannot be written: {reason}; nothing was left behind") from error


def reason_of(error: BaseException, folder: Path) -> str:
    """Say why nothing could be written; ask before what was written is removed."""
    is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    with contextlib.suppress(OSError):
        free = free_bytes(folder)
        if is_full or free < NEARLY_FULL_BYTES:
            return (
                f"the disk is full, {format_bytes(free)} are left in {folder}; "
                "free some space, or choose another place with -o"
            )
    if isinstance(error, SystemError):
        return "GDAL failed, and did not say why"
    return (isinstance(error, OSError) and error.strerror) or f"{error}"


def to_mask(valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """What a mask band holds for what is valid."""
    return valid.astype(np.uint8) * 255


def to_rasterio_crs(crs: CRS) -> rasterio.crs.CRS:
    """Bring a CRS to rasterio, so that a GeoTIFF keeps it.

    WKT 2 does so for all that a GeoTIFF can hold, local ones too; older forms rename the datum of some. An
    ellipsoidal height has no place in a GeoTIFF of GDAL's default version: it would be written to a file beside
    the image, and is dropped.
    """
    if not crs.is_compound and len(crs.axis_info) > 2:
        crs = crs.to_2d()
    return rasterio.crs.CRS.from_wkt(crs.to_wkt())
