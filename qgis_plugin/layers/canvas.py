"""Several map layers as the map shows them, drawn as one picture on any grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapLayer,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from ..translation import tr
from .colours import OPAQUE
from .prepared import crs_text
from .reader import Block, IsStopped, LayerReadError, PixelLattice, Reader
from .sheets import Drawing, RasterSheet, Sheet, VectorSheet

Bounds = tuple[float, float, float, float]
"""x minimum, y minimum, x maximum, y maximum."""
DPI = 96
"""By which millimetres of symbols become pixels, and pixels a map scale."""
SQUARE = 1e-6
"""How much the sides of a square may differ: QGIS draws maps in square pixels only."""
SIZES_AN_OCTAVE = 4
"""Pixel sizes that are drawn where the asked ones are warped: few, so that neighbouring parts have the same."""


class CanvasReader:
    """Draws layers in the thread that asks, the way they are shown at the scale of the pixels asked for.

    Made in the main thread by `make_canvas_reader`, then used in one thread at a time.

    Args:
        settings: of the map, with everything but its place and its layers.
        sheets: what is drawn, the lowest first.
        bounds: where pixels are asked of.
        name: of the source.
        is_stopped: whether anybody waits.
    """

    bands = 3
    dtype = "uint8"
    has_statistics = False
    shape_yx: tuple[int, int] | None = None

    def __init__(
        self, settings: QgsMapSettings, sheets: list[Sheet], bounds: Bounds, name: str, is_stopped: IsStopped
    ) -> None:
        self._settings, self._sheets, self._is_stopped = settings, sheets, is_stopped
        self.name, self.crs, self.bounds_xy = name, crs_text(settings.destinationCrs()), bounds
        self.notes: tuple[str, ...] = (
            tr("The image is drawn as the map shows it, without labels, selections and decorations."),
        )

    def lattice(self, wanted_xy: tuple[float, float]) -> PixelLattice | None:
        """None where squares are wanted; else squares that are at least as fine, in steps and from the CRS's origin."""
        if abs(wanted_xy[0] / wanted_xy[1] - 1) < SQUARE:
            return None
        size = 2 ** (math.floor(math.log2(min(wanted_xy)) * SIZES_AN_OCTAVE) / SIZES_AN_OCTAVE)
        left, bottom, right, top = self.bounds_xy
        columns, rows = math.floor(left / size), math.ceil(top / size)
        count = math.ceil(right / size) - columns, rows - math.floor(bottom / size)
        return PixelLattice((columns * size, rows * size), (size, size), count)

    def read(self, bounds: Bounds, width: int, height: int) -> Block:
        """Colours of a rectangle; drawn again where a tile of a web service may not have come."""
        pixels = self._draw(bounds, width, height)
        if (pixels[..., 3] == 0).any() and any(sheet.is_from_web for sheet in self._sheets):
            pixels = self._draw(bounds, width, height)
        valid = pixels[..., 3] >= OPAQUE
        values = np.ascontiguousarray(np.moveaxis(pixels[..., 2::-1], -1, 0))
        return Block(values * valid, valid)

    def _draw(self, bounds: Bounds, width: int, height: int) -> Any:
        """Blue, green, red and opacity: uint8, (y, x, 4)."""
        drawing = Drawing(self._settings, QgsRectangle(*bounds), QSize(width, height), self._is_stopped)
        image = QImage(drawing.outer_size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        try:
            for sheet in self._sheets:
                sheet.draw(painter, drawing)
        finally:
            painter.end()
        return _pixels(image.copy(drawing.inner))


def make_canvas_reader(
    layers: Sequence[QgsMapLayer],
    crs: QgsCoordinateReferenceSystem,
    bounds: Bounds | None,
    name: str,
    is_stopped: IsStopped,
    is_drawn: bool = True,
) -> Reader:
    """Copy layers as they are styled now, to be drawn in the background; in the main thread.

    Edits that are not saved yet are not in the picture.

    Args:
        layers: of the map, the topmost first, as `QgsMapCanvas.layers()` gives them.
        crs: of the map.
        bounds: where pixels may be asked of, in the map's CRS; better more than what is predicted, for the model looks
            at what surrounds it. All that the layers cover where None.
        name: of the source, as it is recorded in the result.
        is_stopped: whether nobody waits for the pixels any more; asked in the thread that reads.
        is_drawn: whether pixels are read. A plan asks only where they are: no layer is copied, which takes a moment
            for those of a database or of a service.

    Raises:
        LayerReadError: the map has no CRS, or nothing to draw.
    """
    if not crs.isValid():
        raise LayerReadError(tr("The map has no CRS: set one in the properties of the project."))
    shown = [layer for layer in layers if layer.isValid() and layer.isSpatial()]
    if not shown:
        raise LayerReadError(tr("The map shows no layer: tick one in the layer panel."))
    settings = _settings(crs)
    sheets = _sheets(shown) if is_drawn else []
    return CanvasReader(settings, sheets, bounds or _full_bounds(settings, shown), name, is_stopped)


def _sheets(layers: list[QgsMapLayer]) -> list[Sheet]:
    """Each raster by itself, neighbouring other layers together; the lowest first."""
    sheets: list[Sheet] = []
    for is_raster, group in groupby(reversed(layers), lambda layer: isinstance(layer, QgsRasterLayer)):
        if is_raster:
            sheets += [RasterSheet(layer) for layer in group]
        else:
            sheets.append(VectorSheet(list(group)))
    return sheets


def _full_bounds(settings: QgsMapSettings, layers: list[QgsMapLayer]) -> Bounds:
    whole = QgsMapSettings(settings)
    whole.setLayers(layers)
    box = whole.fullExtent()
    if box.isEmpty() or not box.isFinite():
        raise LayerReadError(tr("The layers of the map are empty: switch on one that shows something."))
    return box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()


def _settings(crs: QgsCoordinateReferenceSystem) -> QgsMapSettings:
    """A map on no ground, in which neighbouring parts fit together."""
    project, settings, flags = QgsProject.instance(), QgsMapSettings(), Qgis.MapSettingsFlag
    settings.setDestinationCrs(crs)
    settings.setTransformContext(project.transformContext())
    settings.setEllipsoid(project.ellipsoid())
    settings.setPathResolver(project.pathResolver())
    settings.setOutputDpi(DPI)
    settings.setBackgroundColor(QColor(Qt.GlobalColor.transparent))
    for flag, is_set in (
        (flags.Antialiasing, True),
        (flags.UseAdvancedEffects, True),
        (flags.RenderMapTile, True),
        (flags.RenderBlocking, True),
        (flags.UseRenderingOptimization, False),
        (flags.DrawLabeling, False),
        (flags.DrawSelection, False),
        (flags.DrawEditingInfo, False),
    ):
        settings.setFlag(flag, is_set)
    context = QgsExpressionContext()
    context.appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(None))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    return settings


def _pixels(image: QImage) -> Any:
    """A drawn map as an array of its own: blue, green, red and opacity, uint8 (y, x, 4)."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    bits = plain.constBits()
    bits.setsize(plain.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(plain.height(), plain.width(), 4).copy()
