"""The image that was chosen, made ready for a plan or a prediction; in the main thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer

from ..layers.canvas import make_canvas_reader
from ..layers.prepared import PreparedSource, prepare_source
from ..layers.reader import LayerReadError
from ..shown_bands import default_bands, shown_bands
from ..source_file import find_source
from ..translation import tr
from ..worker.choice import OwnWorker, WorkerChoice
from .asking import Asker
from .choices import ChoiceError, Choices

SERVICES = ("wms", "arcgismapserver", "wcs")


def prepare(choices: Choices, canvas: Any, worker: WorkerChoice, asker: Asker, is_drawn: bool = True) -> PreparedSource:
    """Find out how the chosen image is read.

    Args:
        choices: of the panel.
        canvas: of the map.
        worker: that predicts.
        asker: who waits for the pixels.
        is_drawn: whether the map is drawn, where it is the source; its layers are copied for that alone.

    Raises:
        ChoiceError: it cannot be, or none is chosen.
    """
    try:
        if choices.is_canvas:
            return _prepare_canvas(canvas, asker, is_drawn)
        layer = source_layer(choices)
        if layer is None:
            raise ChoiceError(tr("Choose an image."))
        prepared = prepare_source(layer, isinstance(worker, OwnWorker), True, asker.loading, asker.is_cancelled)
    except LayerReadError as error:
        raise ChoiceError(str(error)) from error
    if choices.bands is None:
        return prepared
    if prepared.reader is not None:
        raise ChoiceError(
            tr("Here QGIS reads the pixels, and takes the bands that it shows: choose them in the layer's symbology.")
        )
    return replace(prepared, bands=choices.bands, notes=())


def source_layer(choices: Choices) -> QgsRasterLayer | None:
    """The layer that was chosen; None where it is none of the project any more."""
    layer = QgsProject.instance().mapLayer(choices.layer) if choices.layer else None
    return layer if isinstance(layer, QgsRasterLayer) else None


def is_service(layer: QgsMapLayer) -> bool:
    """Whether a layer comes from a service in the network, which has terms of use."""
    return layer.providerType() in SERVICES and "url=file:" not in layer.source()


def find_services(choices: Choices, canvas: Any) -> list[str]:
    """Names of the chosen layers that come from a service."""
    layer = source_layer(choices)
    layers = canvas.layers() if choices.is_canvas else [layer] if layer is not None else []
    return [str(layer.name()) for layer in layers if is_service(layer)]


def describe_bands(layer: QgsRasterLayer) -> str:
    """Which bands are predicted where nothing else is chosen, in words."""
    bands = shown_bands(layer)
    if layer.providerType() != "gdal" or bands is None:
        return tr("predicted in the colours in which it is shown")
    names = ", ".join(str(number) for number in bands)
    if len(bands) == 1:
        return tr("predicted from the band that is shown: {}").format(names)
    return tr("predicted from the bands that are shown: {}").format(names)


def has_bands(layer: QgsRasterLayer | None) -> bool:
    """Whether a layer has bands to choose among, which Landcast can be told."""
    return layer is not None and layer.bandCount() > 1 and find_source(layer) is not None


def first_bands(layer: QgsRasterLayer) -> tuple[int, ...]:
    """The bands to begin with where the user chooses others."""
    bands = shown_bands(layer) or default_bands(layer.dataProvider()) or (1,)
    return bands if len(bands) == 3 else (bands[0],) * 3


def describe_pixels(layer: QgsRasterLayer) -> str:
    """Size and CRS of an image, in words; empty where it has no pixels of its own."""
    if layer.width() <= 0 or layer.height() <= 0 or layer.providerType() == "wms":
        return ""
    return tr("{width:,} x {height:,} px").format(width=layer.width(), height=layer.height())


def _prepare_canvas(canvas: Any, asker: Asker, is_drawn: bool) -> PreparedSource:
    crs = canvas.mapSettings().destinationCrs()
    name = tr("Map")
    reader = make_canvas_reader(canvas.layers(), crs, None, name, asker.is_cancelled, is_drawn)
    return PreparedSource(None, name, None, reader)
