"""How a source is opened: which formats, what a VRT may lead to, and what over the network.

GDAL chooses a driver by content, and some drivers read any file of the machine or any address of the network: a
VRT that is called `.tif` returned a password file as pixels. So formats are an allow-list, a VRT is opened only
under its own name and after a look into it, and the network is used only for an address that the user gave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from ..errors import UnreadableSourceError, UnsupportedSourceError
from .formats import FORMATS, Sidecars, known_driver, open_as
from .options import SourceOptions
from .vrt import VRT_SUFFIX, check_vrt

REMOTE_DRIVER = "GTiff"
"""Of what lies in the network only GeoTIFF can be read by windows."""
ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)
"""A scheme of two letters at least: one is a drive of Windows."""
MOST_REASONS = 2
"""What GDAL warned of last is part of an error."""
CACHE_BYTES = 32 * 2**20
"""What GDAL keeps of sources at most; rasterio takes it in bytes, not in megabytes as GDAL does.

It holds what neighbouring blocks of a result share, which is all that is read twice, up to some 10,000 px across.
"""
ENVIRONMENT: dict[str, str | int] = {
    "GDAL_CACHEMAX": CACHE_BYTES,
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_HTTP_CONNECTTIMEOUT": "10",
    "GDAL_HTTP_TIMEOUT": "30",
    "GDAL_HTTP_LOW_SPEED_TIME": "15",
    "GDAL_HTTP_LOW_SPEED_LIMIT": "1",
    "GDAL_HTTP_MAX_RETRY": "2",
    "GDAL_HTTP_RETRY_DELAY": "1",
    # else a file that was not there once, or was cut short, stays so as long as this process lives
    "CPL_VSIL_CURL_NON_CACHED": "/vsicurl/",
}
"""Settings of GDAL for reading."""
REMOTE_ENVIRONMENT: dict[str, str | int] = {
    # else GDAL asks for a dozen files that might lie beside, and opens them with any driver
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
}
"""Further settings for what does not lie in a plain file."""


@dataclass(frozen=True)
class OpenedDataset:
    """A dataset and what GDAL said while it was opened."""

    dataset: DatasetReader
    complaints: tuple[str, ...]
    is_remote: bool


def is_address(name: str) -> bool:
    """Whether a source is named by an address of the network rather than by a path."""
    return ADDRESS.match(name) is not None


def plain_address(address: str) -> str:
    """An address without what may be secret in it, or changes from day to day: name and password, and the query."""
    return re.sub(r"://[^/@]*@", "://", re.split(r"[?#]", address, maxsplit=1)[0])


def open_dataset(name: str, options: SourceOptions) -> OpenedDataset:
    """Open a file, a VRT or an `http(s)` address.

    Raises:
        UnreadableSourceError: no such file, damaged, or of a format that is not read.
        UnsupportedSourceError: a VRT, or a path, that leads where the user did not ask to go.
    """
    target, driver, complaints = _target(name, options)
    is_remote = target.startswith("/vsi")
    try:
        with rasterio.Env(**environment(is_remote)):
            dataset = open_as(target, driver, complaints)
    except RasterioError as error:
        reason = "; ".join(dict.fromkeys([*complaints[-MOST_REASONS:], _plain(error, name)]))
        needed = "; only GeoTIFF is read there, and only from servers that send parts of a file" if is_remote else ""
        raise UnreadableSourceError(f"{name}: cannot be opened as {driver}: {reason}{needed}") from error
    if dataset.count == 0:
        dataset.close()
        raise UnreadableSourceError(f"{name}: holds no raster bands")
    return OpenedDataset(dataset, tuple(complaints), is_remote)


def environment(is_remote: bool) -> dict[str, str | int]:
    """Settings of GDAL for reading a source."""
    return ENVIRONMENT | (REMOTE_ENVIRONMENT if is_remote else {})


def _target(name: str, options: SourceOptions) -> tuple[str, str, list[str]]:
    """What GDAL is to open, with which driver, and what there is to say about it."""
    if is_address(name):
        if not name.lower().startswith(("http://", "https://")):
            raise UnsupportedSourceError(f"{name}: only http and https addresses are read over the network")
        return f"/vsicurl/{name}", REMOTE_DRIVER, []
    if name.startswith("/vsi"):
        if not options.is_remote_allowed:
            raise UnsupportedSourceError(f"{name}: leads beyond plain files; --allow-remote allows it")
        return name, REMOTE_DRIVER, []
    path = _existing(name)
    if path.suffix.lower() != VRT_SUFFIX:
        driver = _driver_of(path)
        Sidecars().check(path)
        return str(path.absolute()), driver, []
    missing = check_vrt(path, options.is_remote_allowed)
    said = [f"leads to {len(missing)} file(s) that do not exist, {missing[0]} among them"] if missing else []
    return str(path.absolute()), "VRT", said


def _existing(name: str) -> Path:
    path = Path(name)
    try:
        name.encode()
        if path.is_file():
            return path
        why = "is a folder" if path.is_dir() else "no such file"
    except UnicodeEncodeError:
        why, name = "a name that is not UTF-8; rename it", ascii(name)
    except OSError as error:
        why = str(error.strerror)
    raise UnreadableSourceError(f"{name}: {why}")


def _driver_of(path: Path) -> str:
    driver = known_driver(path)
    if driver is None:
        size = path.stat().st_size
        what = "is empty" if size == 0 else f"is none of the formats that are read ({FORMATS}; a VRT ends in .vrt)"
        raise UnreadableSourceError(f"{path}: {what}; convert it first (gdal_translate)")
    return driver


def _plain(error: Exception, name: str) -> str:
    """GDAL's words in one line, without the name, which stands before them already."""
    text = " ".join(str(error).split())
    for prefix in (f"'{Path(name).absolute()}' ", f"'/vsicurl/{name}' ", f"{Path(name).name}: "):
        text = text.removeprefix(prefix)
    return text
