"""Puts the marks of a result into the files that QGIS saves it as.

QGIS's own writer, behind `Export > Save As`, copies pixels and drops every word that a file says of itself: a
saved result would no longer say that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import gdal
from qgis.core import Qgis, QgsMapLayer, QgsMessageLog, QgsProject, QgsRasterLayer

from .log import LOG
from .shown_bands import RGB_BANDS, shown_bands
from .translation import tr

PREFIX = "LANDCAST_"
DESCRIPTION_TAGS = ("TIFFTAG_IMAGEDESCRIPTION", "TIFFTAG_SOFTWARE")
SYNTHETIC = f"{PREFIX}SYNTHETIC"
OPEN_OPTIONS = "|option:"
"""Stands before options of opening in the source of a layer."""


@dataclass(frozen=True)
class Marks:
    """What a result says of itself.

    Attributes:
        items: of the default metadata domain.
        band_names: descriptions of all bands but opacity; empty texts where there are none.
    """

    items: dict[str, str]
    band_names: tuple[str, ...]

    @property
    def is_synthetic(self) -> bool:
        return self.items.get(SYNTHETIC) == "YES"


def keep_marks(layer: QgsMapLayer, path: str) -> None:
    """Mark what a layer was saved as, where the layer is a result of Landcast.

    A slot of QGIS's window: whatever is wrong is told in the message log and never raised.
    """
    if not isinstance(layer, QgsRasterLayer) or layer.providerType() != "gdal":
        return
    try:
        with _quiet_gdal():
            marks = read_marks(layer.source().split(OPEN_OPTIONS)[0])
            if marks is None or not marks.is_synthetic:
                return
            for name in _files_of(path):
                _mark(name, marks, _are_bands_as_in(layer))
        _show_marks(path)
    except (OSError, RuntimeError, ValueError) as error:
        _log_failure(path, str(error))


def read_marks(path: str) -> Marks | None:
    """Read the marks of a raster; None where GDAL cannot open it or it holds no bands."""
    dataset = _open(path, gdal.GA_ReadOnly)
    if dataset is None or dataset.RasterCount == 0:
        return None
    items = {
        name: text
        for name, text in (dataset.GetMetadata() or {}).items()
        if name.startswith(PREFIX) or name in DESCRIPTION_TAGS
    }
    return Marks(items, tuple(band.GetDescription() for band in _colour_bands(dataset)))


def _mark(path: str, marks: Marks, has_band_names: bool) -> None:
    is_open = _write(path, marks, has_band_names)
    kept = read_marks(path) if is_open else None
    if kept is None:
        _log_failure(path, tr("GDAL cannot open it"))
    elif not kept.is_synthetic:
        _log_failure(path, gdal.GetLastErrorMsg() or tr("its format has no place for them"))
    else:
        text = tr("{path}: marked as synthetic again, which QGIS's Save As had dropped").format(path=path)
        QgsMessageLog.logMessage(text, LOG, Qgis.MessageLevel.Info)


def _write(path: str, marks: Marks, has_band_names: bool) -> bool:
    """Write marks into a file; say whether there is such a file. It is closed once this is over."""
    # A format that cannot be changed, or a file that must not be, is opened for reading: marks then go beside it.
    dataset = _open(path, gdal.GA_Update) or _open(path, gdal.GA_ReadOnly)
    if dataset is None or dataset.RasterCount == 0:
        return False
    for name, text in marks.items.items():
        dataset.SetMetadataItem(name, text)
    bands = _colour_bands(dataset)
    # QGIS adds a band of opacity, and in the VRT of tiles does not say that it is one.
    if has_band_names and len(bands) - len(marks.band_names) in (0, 1):
        for number, name in enumerate(marks.band_names):
            bands[number].SetDescription(name)
    dataset.FlushCache()
    return True


def _files_of(path: str) -> list[str]:
    """The file itself; where it was saved as tiles, the VRT that joins them, and each of them."""
    if Path(path).is_dir():
        path = str(Path(path) / f"{Path(path).name}.vrt")
    if Path(path).suffix.lower() != ".vrt":
        return [path]
    dataset = _open(path, gdal.GA_ReadOnly)
    beside = [] if dataset is None else [name for name in dataset.GetFileList() or [] if Path(name) != Path(path)]
    return [path, *(name for name in beside if Path(name).parent == Path(path).parent)]


def _are_bands_as_in(layer: QgsRasterLayer) -> bool:
    """Whether a saved file of as many bands as the layer has holds them in the layer's order.

    Raw data always does; a rendered image, which nothing tells apart from it, holds the bands that are shown.
    """
    return layer.bandCount() < len(RGB_BANDS) or shown_bands(layer) == RGB_BANDS


def _show_marks(path: str) -> None:
    """Let layers that show the saved file, as QGIS adds one, read it again."""
    for layer in QgsProject.instance().mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and layer.source() == path:
            layer.reload()


def _colour_bands(dataset: Any) -> list[Any]:
    bands = [dataset.GetRasterBand(number) for number in range(1, dataset.RasterCount + 1)]
    return [band for band in bands if band.GetColorInterpretation() != gdal.GCI_AlphaBand]


def _open(path: str, access: int) -> Any:
    try:
        return gdal.Open(path, access)
    except RuntimeError:
        # raised only where something else in QGIS has asked GDAL for exceptions
        return None


@contextmanager
def _quiet_gdal() -> Iterator[None]:
    """Keep what GDAL says from standard error, which nobody sees in QGIS."""
    gdal.ErrorReset()
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def _log_failure(path: str, reason: str) -> None:
    text = tr("{path}: could not be marked as synthetic, which it is: {reason}").format(path=path, reason=reason)
    QgsMessageLog.logMessage(text, LOG, Qgis.MessageLevel.Warning)
