"""From a raster layer to the file or the address that a worker can open by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Union

from qgis.core import QgsProviderRegistry, QgsRasterLayer

SIGNATURES = (
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"\0\0\0\x0cjP",
    b"\xff\x4f\xff\x51",
    b"EHFA_HEADER_TAG",
    b"RIFF",
    b"BM",
)
"""First bytes of the formats that Landcast reads."""
FORMATS = "GeoTIFF, JPEG, PNG, JPEG 2000, HFA, WebP or BMP"
VRT_SUFFIX = ".vrt"
REMOTE = re.compile(r"(?:/vsicurl/)?(?P<address>https?://[^|]+)(?:\|option:.*)?", re.IGNORECASE)

Source = Union[Path, str]
"""A local file or an http(s) address."""


def find_source(layer: QgsRasterLayer) -> Source | None:
    """The file that a layer shows, or the address of a GeoTIFF in the network, which a worker opens by itself.

    None for a web service, a database, a part of a file, another format: there QGIS has to read the pixels.
    """
    if layer.providerType() != "gdal":
        return None
    remote = REMOTE.fullmatch(layer.source())
    # A password kept by QGIS is known to nobody else.
    if remote and "authcfg=" not in layer.source():
        return remote["address"]
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    path = Path(parts["path"])
    # Archives, network paths and subdatasets are no plain files, or have a part beside the path.
    if parts.get("vsiPrefix") or parts.get("layerName") or not _is_readable_source(path):
        return None
    return path.absolute()


def _is_readable_source(path: Path) -> bool:
    """Whether it is a file of a known format; no where it, or its drive, cannot be reached."""
    try:
        return path.is_file() and (path.suffix.lower() == VRT_SUFFIX or _has_known_signature(path))
    except OSError:
        return False


def _has_known_signature(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(16).startswith(SIGNATURES)
