"""By what a source is known to be the same without reading it, wherever its pixels lie."""

from __future__ import annotations

import hashlib
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from ..raster.access import is_address
from ..raster.vrt import VRT_SUFFIX, files_of_vrt

MASK_SUFFIX = ".msk"
"""Of what GDAL opens beside a source this alone decides about pixels; others come when somebody looks at it."""
ASKING_S = 10.0
"""How long a server is waited for."""
CURL = "/vsicurl/"


@dataclass(frozen=True)
class SourceStamp:
    """By what a source is known to be the same.

    Attributes:
        size: in bytes.
        modified_ns: when it was last written.
        mark: of what else its pixels come from: the files that a VRT leads to and the masks beside them, by name,
            size and age; of an address the server's own mark. None where there is nothing else.
    """

    size: int
    modified_ns: int
    mark: str | None = None

    @classmethod
    def of(cls, name: str) -> SourceStamp | None:
        """Look at a source; None for what is not to be known so."""
        return SourceWatch(name).stamp()


class SourceWatch:
    """Looks at a source again and again; a VRT is looked into once.

    Args:
        name: path or address of the source.
        is_remote_allowed: whether a VRT may lead to the network.
    """

    def __init__(self, name: str, is_remote_allowed: bool = False) -> None:
        self._name, self._is_remote_allowed = name, is_remote_allowed
        self._files: list[Path] | None = None

    def stamp(self) -> SourceStamp | None:
        """What is seen of it now; None for what is not to be known so.

        Raises:
            SourceError: a VRT cannot be looked into, or leads where it must not.
        """
        address = self._name.removeprefix(CURL)
        if is_address(address):
            return _stamp_of_address(address)
        path = Path(self._name)
        try:
            found = path.stat()
        except (OSError, ValueError):
            return None
        if self._files is None:
            is_vrt = path.suffix.lower() == VRT_SUFFIX
            self._files = files_of_vrt(path, self._is_remote_allowed) if is_vrt else [path]
        further = [*(file for file in self._files if file != path), *map(_mask_of, self._files)]
        return SourceStamp(found.st_size, found.st_mtime_ns, _mark(further))


def _mask_of(path: Path) -> Path:
    return path.with_name(path.name + MASK_SUFFIX)


def _mark(files: Iterable[Path]) -> str | None:
    """SHA-256 over names, sizes and ages of those files that are there; None where none is."""
    seen = []
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue
        seen.append(f"{file.name}\0{found.st_size}\0{found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(seen)).encode("utf-8", "surrogateescape")).hexdigest() if seen else None


def _stamp_of_address(address: str) -> SourceStamp | None:
    """Ask a server by its first byte, for signed addresses often allow nothing but reading."""
    if not address.lower().startswith(("http://", "https://")):
        return None
    try:
        asked = urllib.request.Request(address, headers={"Range": "bytes=0-0", "User-Agent": "landcast"})
        with urllib.request.urlopen(asked, timeout=ASKING_S) as answer:
            headers = answer.headers
            length = headers.get("Content-Range", "").rpartition("/")[2] or headers.get("Content-Length", "")
            date, mark = headers.get("Last-Modified"), headers.get("ETag")
        modified_ns = int(parsedate_to_datetime(date).timestamp()) * 10**9 if date else 0
    except (OSError, ValueError, TypeError):
        return None
    if mark is None and not modified_ns:
        return None
    return SourceStamp(int(length) if length.isdigit() else 0, modified_ns, mark)
