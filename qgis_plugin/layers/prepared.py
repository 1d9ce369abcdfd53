"""A layer made ready for a prediction in the background: everything that only the main thread may ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsCoordinateReferenceSystem, QgsRasterBlockFeedback, QgsRasterLayer

from ..compat import WKT
from ..shown_bands import Bands, choose_bands
from ..source_file import Source, find_source
from ..translation import tr
from .reader import IsStopped, LayerReadError, Reader
from .sending import make_reader


@dataclass(frozen=True)
class PreparedSource:
    """What a prediction needs of a layer.

    Attributes:
        source: that a worker on this machine opens by itself; None where only QGIS can.
        name: recorded as the source where pixels are sent.
        bands: to predict from; None where Landcast is to choose.
        reader: of the pixels, where it is not sure that the worker opens the source.
        warnings: what the user should know.
        notes: what the user may like to know.
    """

    source: Source | None
    name: str
    bands: Bands
    reader: Reader | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def prepare_source(
    layer: QgsRasterLayer,
    is_worker_own: bool,
    is_seen: bool,
    loading: QgsRasterBlockFeedback,
    is_stopped: IsStopped,
) -> PreparedSource:
    """Find out how a layer is read; in the main thread.

    Args:
        layer: any raster layer.
        is_worker_own: whether the worker is one that this QGIS starts, which opens files by itself.
        is_seen: whether a user sees the layer, so that the bands that it shows are the ones that are meant.
        loading: cancels what the layer's provider loads.
        is_stopped: whether nobody waits for the pixels any more.

    Raises:
        LayerReadError: neither the worker nor QGIS could read it.
    """
    source = find_source(layer)
    warnings, notes = [], []
    if source is not None and layer.crs() != layer.dataProvider().crs():
        warnings.append(
            tr("The layer's CRS was changed in QGIS; the one that stands in the file is used: {}").format(source)
        )
    bands = choose_bands(layer) if is_seen and source is not None else None
    if bands is not None:
        notes.append(tr("Predicted from the bands that the layer shows: {}").format(", ".join(map(str, bands))))
    name = layer.name() if source is None else getattr(source, "name", str(source))
    reader = None
    if source is None or not is_worker_own:
        reader = _copy_layer(layer, source, is_seen, loading, is_stopped)
    return PreparedSource(source, name, bands, reader, tuple(warnings), tuple(notes))


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """The code of an authority that others know too, else WKT."""
    code = str(crs.authid())
    return code if code and not code.startswith("USER:") else str(crs.toWkt(WKT))


def _copy_layer(
    layer: QgsRasterLayer,
    source: Source | None,
    is_seen: bool,
    loading: QgsRasterBlockFeedback,
    is_stopped: IsStopped,
) -> Reader | None:
    crs = layer.crs() if source is None else layer.dataProvider().crs()
    try:
        return make_reader(layer, crs_text(crs) if crs.isValid() else "", is_seen, loading, is_stopped)
    except LayerReadError:
        if source is None:
            raise
        # a picture without a place: a worker on this machine may still open it
        return None
