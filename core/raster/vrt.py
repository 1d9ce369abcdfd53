"""What a VRT leads to, looked into before GDAL does: plain files of formats that are read, and nothing else.

GDAL opens the sources of a VRT with any driver, takes names of elements and attributes in any case, knows no
namespaces, and reads a value from an attribute as gladly as from an element. So does this look, and whatever GDAL
might understand differently is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from rasterio.errors import RasterioError

from ..errors import SourceError, UnreadableSourceError, UnsupportedSourceError
from .formats import FORMATS, Sidecars, check_blocks, known_driver, open_as

VRT_SUFFIX = ".vrt"
MAX_VRT_BYTES = 64 * 2**20
MAX_VRT_DEPTH = 8
PLAIN_CLASSES = "", "vrtsourcedrasterband", "vrtwarpeddataset", "vrtwarpedrasterband"
"""Bands and datasets that take their pixels from other rasters, in lower case."""
REFUSED = "pixelfunctiontype", "pixelfunctioncode", "vrtdataset", "array", "openoptions", "dempath"
LEADING = "sourcefilename", "sourcedataset"
"""Elements and attributes that name another raster."""


@dataclass
class _Look:
    """What was looked into so far, so that a file is looked into once however often it is named."""

    is_remote_allowed: bool
    seen: set[Path] = field(default_factory=set)
    missing: list[Path] = field(default_factory=list)
    sidecars: Sidecars = field(default_factory=Sidecars)


def check_vrt(path: Path, is_remote_allowed: bool) -> list[Path]:
    """Look into a VRT and all that it leads to; files that do not exist come back.

    Raises:
        UnsupportedSourceError: it computes pixels, reads raw bytes, leads to the network or to another format.
        UnreadableSourceError: it is no VRT.
    """
    return _look_into(path, is_remote_allowed).missing


def files_of_vrt(path: Path, is_remote_allowed: bool) -> list[Path]:
    """All files that a VRT leads to, itself and those that do not exist among them.

    Raises:
        SourceError: as `check_vrt` says.
    """
    look = _look_into(path, is_remote_allowed)
    return [*look.seen, *look.missing]


def _look_into(path: Path, is_remote_allowed: bool) -> _Look:
    look = _Look(is_remote_allowed)
    try:
        _check(path, look, ())
    except SourceError as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise type(error)(f"{path}: {error}") from error
    return look


def is_beyond_files(text: str) -> bool:
    """Whether GDAL may take a name for more than the path of a file: an address, a prefix, or contents."""
    if text.startswith(("/vsi", "\\\\.\\", "<", "{", "[")):
        return True
    without_drive = text[2:] if text[:1].isalpha() and text[1:3] in (":/", ":\\") else text
    # a path from the root cannot begin with the prefix of a driver
    return ":" in without_drive and not text.startswith("/")


def _check(path: Path, look: _Look, within: tuple[Path, ...]) -> None:
    resolved = path.resolve()
    if resolved in within or resolved in look.seen:
        # one that leads to itself is left to GDAL, which stops at the block
        return
    if len(within) >= MAX_VRT_DEPTH:
        raise UnsupportedSourceError(f"{path}: VRT files lead to VRT files more than {MAX_VRT_DEPTH} deep")
    look.sidecars.check(path)
    for text, is_relative in dict.fromkeys(_sources(path)):
        if not is_beyond_files(text):
            _check_source(path, path.parent / text if is_relative else Path(text), look, (*within, resolved))
        elif not look.is_remote_allowed:
            raise UnsupportedSourceError(f"{path}: leads to {text:.200}; --allow-remote allows a VRT to do so")
    look.seen.add(resolved)


def _check_source(path: Path, leads_to: Path, look: _Look, within: tuple[Path, ...]) -> None:
    if not _exists(leads_to):
        if leads_to not in look.missing:
            look.missing.append(leads_to)
        return
    driver = known_driver(leads_to) if leads_to.is_file() else None
    if driver is None and leads_to.is_file() and leads_to.suffix.lower() == VRT_SUFFIX:
        _check(leads_to, look, within)
        return
    if driver is None:
        raise UnsupportedSourceError(f"{path}: leads to {leads_to}, which is not a {FORMATS}")
    if leads_to in look.seen:
        return
    look.seen.add(leads_to)
    look.sidecars.check(leads_to)
    try:
        with open_as(leads_to, driver, []) as dataset:
            check_blocks(str(leads_to), dataset)
    except RasterioError:
        # GDAL says so where it reads the block
        return


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # a name that is too long, or a folder that may not be entered: GDAL cannot reach it either
        return False


def _sources(path: Path) -> Iterator[tuple[str, bool]]:
    """Names of the files that a VRT leads to, and whether they count from its folder."""
    root = _parse(path)
    if root.tag != "VRTDataset":
        raise UnreadableSourceError(f"{path}: not a VRT but {root.tag}")
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue  # a comment
        tag = _local(node.tag)
        attributes = {_local(key): value for key, value in node.attrib.items()}
        refused = [word for word in (tag, *attributes) if word in REFUSED and node is not root]
        if refused:
            raise UnsupportedSourceError(f"{path}: {refused[0]} in a VRT is not read; make a GeoTIFF of it first")
        kind = attributes.get("subclass", "")
        if kind.lower() not in PLAIN_CLASSES or tag == "subclass":
            raise UnsupportedSourceError(
                f"{path}: {kind or tag} computes pixels or reads raw bytes; make a GeoTIFF of it first (gdal_translate)"
            )
        if tag in LEADING:
            yield _source(path, node, attributes)
        elif any(word in LEADING for word in attributes) or len(attributes) < len(node.attrib):
            raise UnsupportedSourceError(f"{path}: {node.tag} with attributes that no VRT of GDAL's has")


def _source(path: Path, node: ElementTree.Element, attributes: dict[str, str]) -> tuple[str, bool]:
    text, relative = node.text or "", attributes.get("relativetovrt", "0")
    if len(node) or text != text.strip() or relative not in ("0", "1") or len(attributes) < len(node.attrib):
        raise UnsupportedSourceError(f"{path}: a {node.tag} that is no plain name ({text:.200})")
    return text, relative == "1"


def _parse(path: Path) -> ElementTree.Element:
    if known_driver(path) is not None:
        raise UnreadableSourceError(f"{path}: not a VRT though it ends in {path.suffix}; give it its own ending")
    if path.stat().st_size > MAX_VRT_BYTES:
        raise UnsupportedSourceError(f"{path}: a VRT of more than {MAX_VRT_BYTES // 2**20} MiB")
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnsupportedSourceError(f"{path}: a VRT with entities of its own")
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        # as text, so that an encoding that the file declares cannot make two readings of it
        return ElementTree.fromstring(data.decode("utf-8"), ElementTree.XMLParser(target=builder))
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise UnreadableSourceError(f"{path}: not a VRT: {error}") from error


def _local(word: str) -> str:
    return word.rpartition("}")[2].rpartition(":")[2].lower()
