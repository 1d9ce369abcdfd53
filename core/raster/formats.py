"""Which formats are read, how a file of one is told by its first bytes, and how it is opened without noise."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import DatasetReader

from ..errors import UnreadableSourceError, UnsupportedSourceError

SIGNATURES = {
    "GTiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG",),
    "JP2OpenJPEG": (b"\0\0\0\x0cjP", b"\xff\x4f\xff\x51"),
    "HFA": (b"EHFA_HEADER_TAG",),
    "WEBP": (b"RIFF",),
    "BMP": (b"BM",),
}
"""First bytes of the formats that hold pixels and nothing that leads elsewhere, by their drivers."""
FORMATS = "GeoTIFF, JPEG, PNG, JPEG 2000, HFA, WebP or BMP"
SIDECAR_SUFFIXES = ".msk", ".ovr"
"""Files beside a source that GDAL opens with any driver."""
MAX_BLOCK_BYTES = 256 * 2**20
"""A block is read as a whole, so a larger one would break every promise about memory."""
MAX_BLOCKS = 2**31 // 16
"""More blocks than this need an index of gigabytes."""


def known_driver(path: Path) -> str | None:
    """The driver that reads a file, by its first bytes; None where none of those that are read does.

    Raises:
        UnreadableSourceError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            first = stream.read(16)
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror}") from error
    return next((driver for driver, starts in SIGNATURES.items() if first.startswith(starts)), None)


def open_as(target: str | Path, driver: str, complaints: list[str]) -> DatasetReader:
    """Open with one driver only; what GDAL warns of is added to the complaints.

    Raises:
        RasterioError: it cannot be opened.
    """
    with _heard(complaints), warnings.catch_warnings():
        # that a source has no place is an error of our own
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(target, driver=driver)


def check_blocks(name: str, dataset: DatasetReader) -> None:
    """Make sure that a block can be read at all, before one is.

    Raises:
        UnsupportedSourceError: one block takes too much memory, or there are too many.
    """
    rows, columns = dataset.block_shapes[0]
    is_read_at_once = dataset.driver == "WEBP"
    if is_read_at_once:
        rows, columns = dataset.shape
    is_interleaved = is_read_at_once or dataset.profile.get("interleave") == "pixel"
    size = rows * columns * np.dtype(_size_dtype(dataset)).itemsize * (dataset.count if is_interleaved else 1)
    if size > MAX_BLOCK_BYTES:
        raise UnsupportedSourceError(
            f"{name}: one block of {columns} x {rows} px takes {size / 2**20:,.0f} MiB to read; "
            "rewrite it in tiles first (gdal_translate -co TILED=YES)"
        )
    blocks = -(-dataset.height // rows) * -(-dataset.width // columns)
    if blocks > MAX_BLOCKS:
        raise UnsupportedSourceError(f"{name}: {blocks:,} blocks of {columns} x {rows} px; rewrite it in tiles first")


class Sidecars:
    """The files beside sources that GDAL opens together with them; each folder is looked through once."""

    def __init__(self) -> None:
        self._found: dict[Path, dict[str, list[Path]]] = {}

    def check(self, path: Path) -> None:
        """Make sure that GDAL opens only formats that are read beside a file.

        Raises:
            UnsupportedSourceError: a mask or an overview file is something else, a VRT for example.
        """
        folder = path.parent
        if folder not in self._found:
            self._found[folder] = _sidecars_in(folder)
        for sidecar in self._found[folder].get(path.name.lower(), []):
            if known_driver(sidecar) is None:
                raise UnsupportedSourceError(f"{path}: {sidecar.name} beside it is not a {FORMATS}; remove it")


def _sidecars_in(folder: Path) -> dict[str, list[Path]]:
    """Masks and overviews by the name of their source, in lower case, for GDAL looks for them regardless of case."""
    found: dict[str, list[Path]] = {}
    try:
        entries = list(folder.iterdir())
    except OSError:
        # a folder that cannot be listed may still hold files that can be opened
        return {}
    for entry in entries:
        if entry.suffix.lower() in SIDECAR_SUFFIXES and entry.is_file():
            found.setdefault(entry.stem.lower(), []).append(entry)
    return found


def _size_dtype(dataset: DatasetReader) -> str:
    name: str = dataset.dtypes[0]
    return {"complex_int16": "complex64"}.get(name, name)


@contextmanager
def _heard(complaints: list[str]) -> Iterator[None]:
    """Gather what GDAL warns of, which rasterio sends to its log."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = " ".join(re.sub(r"^CPLE_\w+ in ", "", record.getMessage()).split())
            if text not in complaints:
                complaints.append(text)

    listener, log = Listener(logging.WARNING), logging.getLogger("rasterio")
    was_passed_on, log.propagate = log.propagate, False
    log.addHandler(listener)
    try:
        yield
    finally:
        log.removeHandler(listener)
        log.propagate = was_passed_on
