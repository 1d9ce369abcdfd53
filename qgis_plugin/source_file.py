"""From a raster layer to the file or the address that a worker can open by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Union

from qgis.core import QgsProviderRegistry, QgsRasterLayer

from .translation import tr

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


class UnsupportedLayerError(Exception):
    """A layer that Landcast cannot read from; the message says what it is."""


def find_source(layer: QgsRasterLayer) -> Source:
    """The file that a layer shows, or the address of a GeoTIFF in the network.

    Raises:
        UnsupportedLayerError: a web service, a database, a part of a file, another format.
    """
    if layer.providerType() != "gdal":
        raise UnsupportedLayerError(_refusal(layer, tr("it comes from “{}”").format(layer.providerType())))
    remote = REMOTE.fullmatch(layer.source())
    # A password kept by QGIS is known to nobody else.
    if remote and "authcfg=" not in layer.source():
        return remote["address"]
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    path = Path(parts["path"])
    # Archives, network paths and subdatasets are no plain files, or have a part beside the path.
    if parts.get("vsiPrefix") or parts.get("layerName") or not path.is_file():
        raise UnsupportedLayerError(_refusal(layer, tr("its source is {}").format(layer.source())))
    if path.suffix.lower() != VRT_SUFFIX and not _has_known_signature(path):
        raise UnsupportedLayerError(_refusal(layer, tr("{} is of another format").format(path)))
    return path.absolute()


def _has_known_signature(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(16).startswith(SIGNATURES)


def _refusal(layer: QgsRasterLayer, finding: str) -> str:
    return tr(
        "The layer “{name}” cannot be predicted from, {finding}: only local {formats} files, local VRT files (.vrt) "
        "and GeoTIFF files at an http(s) address are supported. Save it as GeoTIFF first (Export > Save As)."
    ).format(name=layer.name(), finding=finding, formats=FORMATS)
