"""From a raster layer to the file that a worker can open by itself."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProviderRegistry, QgsRasterLayer

from .translation import tr

TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First bytes of TIFF and BigTIFF, little and big endian."""


class UnsupportedLayerError(Exception):
    """A layer that is not a local GeoTIFF file; the message says what it is."""


def find_source_file(layer: QgsRasterLayer) -> Path:
    """The GeoTIFF that a layer shows.

    Raises:
        UnsupportedLayerError: a web service, a database, a part of a file, another format.
    """
    if layer.providerType() != "gdal":
        raise UnsupportedLayerError(_refusal(layer, tr("it comes from “{}”").format(layer.providerType())))
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    path = Path(parts["path"])
    # Archives, network paths and subdatasets are no plain files, or have a part beside the path.
    if parts.get("vsiPrefix") or parts.get("layerName") or not path.is_file():
        raise UnsupportedLayerError(_refusal(layer, tr("its source is {}").format(layer.source())))
    if not _is_tiff(path):
        raise UnsupportedLayerError(_refusal(layer, tr("{} is of another format").format(path)))
    return path.absolute()


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) in TIFF_SIGNATURES


def _refusal(layer: QgsRasterLayer, finding: str) -> str:
    return tr(
        "The layer “{name}” cannot be predicted from, {finding}: only local GeoTIFF files are supported. "
        "Save it as GeoTIFF first (Export > Save As)."
    ).format(name=layer.name(), finding=finding)
