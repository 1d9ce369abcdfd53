"""How a source is opened: which formats, what a VRT may lead to, and what over the network.

GDAL chooses a driver by content, and some drivers read any file of the machine or any address of the network: a
VRT that is called `.tif` returned a password file as pixels. So formats are an allow-list, a VRT is opened only
under its own name and after a look into it, and the network is used only for an address that the user gave.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from ..errors import UnreadableSourceError, UnsupportedSourceError
from .options import SourceOptions

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
REMOTE_DRIVER = "GTiff"
"""Of what lies in the network only GeoTIFF can be read by windows."""
VRT_SUFFIX = ".vrt"
MAX_VRT_BYTES = 64 * 2**20
MAX_VRT_DEPTH = 8
ADDRESS = re.compile(r"^[a-z][a-z0-9+.]*://", re.IGNORECASE)
ENVIRONMENT = {
    "GDAL_CACHEMAX": 256,
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_HTTP_CONNECTTIMEOUT": "10",
    "GDAL_HTTP_TIMEOUT": "60",
    "GDAL_HTTP_MAX_RETRY": "3",
    "GDAL_HTTP_RETRY_DELAY": "1",
}
"""Settings of GDAL for reading; the cache in MB."""


@dataclass(frozen=True)
class OpenedDataset:
    """A dataset and what GDAL said while it was opened."""

    dataset: DatasetReader
    complaints: tuple[str, ...]
    is_remote: bool


def is_address(name: str) -> bool:
    """Whether a source is named by an address of the network rather than by a path."""
    return ADDRESS.match(name) is not None


def open_dataset(name: str, options: SourceOptions) -> OpenedDataset:
    """Open a file, a VRT or an `http(s)` address.

    Raises:
        UnreadableSourceError: no such file, damaged, or of a format that is not read.
        UnsupportedSourceError: a VRT, or a path, that leads where the user did not ask to go.
    """
    target, driver, found = _target(name, options)
    complaints: list[str] = list(found)
    try:
        with _heard(complaints), warnings.catch_warnings():
            # that a source has no place is an error of our own
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(target, driver=driver)
    except RasterioError as error:
        raise UnreadableSourceError(f"{name}: cannot be opened as {driver}: {_plain(error, name)}") from error
    if dataset.count == 0:
        dataset.close()
        raise UnreadableSourceError(f"{name}: holds no raster bands")
    return OpenedDataset(dataset, tuple(complaints), target.startswith("/vsi"))


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
    path = Path(name)
    if not path.is_file():
        raise UnreadableSourceError(f"{name}: {'is a folder' if path.is_dir() else 'no such file'}")
    if path.suffix.lower() != VRT_SUFFIX:
        return str(path.absolute()), _driver_of(path), []
    missing = _check_vrt(path, options.is_remote_allowed, frozenset())
    said = [f"leads to {len(missing)} file(s) that do not exist, {missing[0]} among them"] if missing else []
    return str(path.absolute()), "VRT", said


def _check_vrt(path: Path, is_remote_allowed: bool, within: frozenset[Path]) -> list[Path]:
    """Look into a VRT and what it leads to; files that do not exist come back.

    Raises:
        UnsupportedSourceError: it computes pixels, reads raw bytes, leads to the network or to another format.
        UnreadableSourceError: it is no VRT.
    """
    if len(within) >= MAX_VRT_DEPTH:
        raise UnsupportedSourceError(f"{path}: VRT files lead to VRT files more than {MAX_VRT_DEPTH} deep")
    missing: list[Path] = []
    for source in _vrt_sources(path):
        text, is_relative = source
        if text.startswith("/vsi") or is_address(text) or (":" in text and not Path(text).drive):
            if not is_remote_allowed:
                raise UnsupportedSourceError(f"{path}: leads to {text}; --allow-remote allows a VRT to do so")
            continue
        leads_to = path.parent / text if is_relative else Path(text)
        if not leads_to.is_file():
            missing.append(leads_to)
            continue
        if _known_driver(leads_to):
            continue
        if leads_to.suffix.lower() != VRT_SUFFIX:
            raise UnsupportedSourceError(f"{path}: leads to {leads_to}, which is not a {FORMATS}")
        resolved = leads_to.resolve()
        # one that leads to itself is left to GDAL, which stops at the block
        if resolved not in within and resolved != path.resolve():
            missing += _check_vrt(leads_to, is_remote_allowed, within | {path.resolve()})
    return missing


def _vrt_sources(path: Path) -> Iterator[tuple[str, bool]]:
    """Names of the files that a VRT leads to, and whether they count from its folder."""
    if path.stat().st_size > MAX_VRT_BYTES:
        raise UnsupportedSourceError(f"{path}: a VRT of more than {MAX_VRT_BYTES // 2**20} MiB")
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnsupportedSourceError(f"{path}: a VRT with entities of its own")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UnreadableSourceError(f"{path}: not a VRT: {error}") from error
    if root.tag != "VRTDataset":
        raise UnreadableSourceError(f"{path}: not a VRT but {root.tag}")
    for node in root.iter():
        kind = node.get("subClass", "")
        if kind not in ("", "VRTSourcedRasterBand", "VRTWarpedDataset", "VRTWarpedRasterBand"):
            raise UnsupportedSourceError(
                f"{path}: {kind} computes pixels or reads raw bytes; make a GeoTIFF of it first (gdal_translate)"
            )
        if node.tag in ("PixelFunctionType", "PixelFunctionCode", "VRTDataset", "Array") and node is not root:
            raise UnsupportedSourceError(f"{path}: {node.tag} in a VRT is not read; make a GeoTIFF of it first")
        if node.tag in ("SourceFilename", "SourceDataset"):
            yield (node.text or "").strip(), node.get("relativeToVRT", node.get("relativetoVRT", "0")) == "1"


@contextmanager
def _heard(complaints: list[str]) -> Iterator[None]:
    """Gather what GDAL warns of, which rasterio sends to its log."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            complaints.append(re.sub(r"^CPLE_\w+ in ", "", text))

    listener, log = Listener(logging.WARNING), logging.getLogger("rasterio")
    was_passed_on, log.propagate = log.propagate, False
    log.addHandler(listener)
    try:
        yield
    finally:
        log.removeHandler(listener)
        log.propagate = was_passed_on


def _driver_of(path: Path) -> str:
    driver = _known_driver(path)
    if driver is None:
        size = path.stat().st_size
        what = "is empty" if size == 0 else f"is none of the formats that are read ({FORMATS}; a VRT ends in .vrt)"
        raise UnreadableSourceError(f"{path}: {what}; convert it first (gdal_translate)")
    return driver


def _known_driver(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            first = stream.read(16)
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror}") from error
    return next((driver for driver, starts in SIGNATURES.items() if first.startswith(starts)), None)


def _plain(error: Exception, name: str) -> str:
    """GDAL's words without the name, which stands before them already."""
    return str(error).removeprefix(f"'{Path(name).absolute()}' ").removeprefix(f"{Path(name).name}: ")
