"""What the worker is told of a layer that it cannot open, and all of the pixels that it planned with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

from qgis.core import QgsRasterBlockFeedback, QgsRasterLayer

from ...core.protocol.messages import Planned
from ...core.protocol.requests import SourceGrid
from ...core.protocol.values import Rect
from ..compat import COLOUR
from ..shown_bands import default_bands, shown_bands
from ..translation import tr
from .colours import ARGB, ColourReader
from .drawing import Grid, draw
from .reader import IsStopped, LayerReadError, Reader
from .spool import SpooledPixels
from .values import ValueReader, can_read_values

PART_PX = 512
"""Side of a part that is sent; one of three bands of 8 bytes each is below the largest frame."""


def check_place(layer: QgsRasterLayer) -> None:
    """Make sure that a layer lies somewhere.

    Raises:
        LayerReadError: it has no CRS.
    """
    if not layer.crs().isValid():
        raise LayerReadError(
            tr("The layer “{}” has no CRS: set one in the properties of the layer.").format(layer.name())
        )


def make_reader(
    layer: QgsRasterLayer, crs: str, is_seen: bool, feedback: QgsRasterBlockFeedback, is_stopped: IsStopped
) -> Reader:
    """Copy what is needed of a layer; in the main thread.

    Web services give colours. Of a raster with values the bands that are shown are taken, or those that Landcast would
    choose where nobody sees it; one in other colours than those of bands (a palette) is taken as it is shown.

    Raises:
        LayerReadError: it has no CRS, or nothing that could be predicted from.
    """
    check_place(layer)
    if layer.dataProvider().dataType(1) in ARGB:
        return ColourReader(layer, crs, False, feedback, is_stopped)
    bands = _bands(layer, is_seen)
    if bands is not None and can_read_values(layer, bands):
        return ValueReader(layer, crs, bands, feedback, is_stopped)
    if layer.renderer() is None:
        raise LayerReadError(tr("The layer “{}” shows nothing that could be predicted from.").format(layer.name()))
    return ColourReader(layer, crs, True, feedback, is_stopped)


def describe(reader: Reader) -> SourceGrid:
    """What the worker is told of a layer."""
    return SourceGrid(reader.crs, reader.bounds_xy, reader.bands, reader.dtype, reader.shape_yx)  # type: ignore[arg-type] # one of those on the wire


def draw_planned(reader: Reader, planned: Planned, on_part: Callable[[int, int], None]) -> SpooledPixels:
    """Read all pixels that a prediction needs; in the thread of a task. What comes back is to be closed.

    Raises:
        LayerReadError: they cannot be read.
        ReadStoppedError: nobody waits for them any more.
        OSError: the disk is full.
    """
    rects = list(_split(planned.source_rect))
    pixels, is_empty = SpooledPixels(rects, reader.bands, reader.dtype), True
    try:
        for done, rect in enumerate(rects):
            on_part(done, len(rects))
            block = draw(reader, _grid_of(planned, rect))
            is_empty = is_empty and not block.valid.any()
            pixels.add(block)
        on_part(len(rects), len(rects))
        if is_empty:
            raise LayerReadError(tr("“{}” shows nothing in the chosen area").format(reader.name))
    except BaseException:
        pixels.close()
        raise
    return pixels


def _bands(layer: QgsRasterLayer, is_seen: bool) -> tuple[int, ...] | None:
    """The bands to read; None where they are no colours by themselves, as of a palette."""
    provider = layer.dataProvider()
    if provider.colorInterpretation(1) == COLOUR.PaletteIndex:
        return None
    return shown_bands(layer) if is_seen else default_bands(provider)


def _grid_of(planned: Planned, rect: Rect) -> Grid:
    x, width, _, y, _, minus_height = planned.transform
    origin = x + (rect.left - planned.rect.left) * width, y + (rect.top - planned.rect.top) * minus_height
    return Grid(planned.crs, origin, (width, -minus_height), (rect.height, rect.width))


def _split(rect: Rect) -> Iterator[Rect]:
    bottom, right = rect.top + rect.height, rect.left + rect.width
    for top in range(rect.top, bottom, PART_PX):
        for left in range(rect.left, right, PART_PX):
            yield Rect(top, left, min(PART_PX, bottom - top), min(PART_PX, right - left))
