"""The frame of one tile on the map: that many metres on the ground, wherever and in whatever CRS the map is."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ..compat import POLYGON
from .area import GLOBE, make_ruler

STEP_DEGREES, STEP_UNITS = 1e-4, 10.0
"""To both sides of a place: over which the scale of a CRS is measured there."""
MOST_LATITUDE = 89.99
LINE = QColor(214, 40, 40)
WIDTH_PX = 2


class FramePlaceError(Exception):
    """The place is not on the ground that the CRS of the map covers."""


def frame_rectangle(
    centre: QgsPointXY,
    crs: QgsCoordinateReferenceSystem,
    side_m: float,
    context: QgsCoordinateTransformContext,
) -> QgsRectangle:
    """A rectangle along the axes of a CRS whose sides are as long on the ground as asked.

    Its sides are measured along the axes at its centre. No CRS is made for that place: QGIS would keep it for good.

    Args:
        centre: in units of `crs`.
        crs: of the map.
        side_m: true metres.
        context: of the project.

    Raises:
        FramePlaceError: there is no ground at the centre.
    """
    units = _units_a_metre(centre, crs, context)
    half_x, half_y = side_m * units[0] / 2, side_m * units[1] / 2
    return QgsRectangle(centre.x() - half_x, centre.y() - half_y, centre.x() + half_x, centre.y() + half_y)


def _units_a_metre(
    centre: QgsPointXY, crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext
) -> tuple[float, float]:
    """Units of a CRS, along its x and its y axis, that are a metre on the ground."""
    if not crs.isValid():
        raise FramePlaceError
    globe = QgsCoordinateReferenceSystem(GLOBE)
    try:
        place = QgsCoordinateTransform(crs, globe, context).transform(centre)
        if not (math.isfinite(place.x()) and abs(place.y()) < MOST_LATITUDE):
            raise FramePlaceError
        ruler, step = make_ruler(crs, context), STEP_DEGREES if crs.isGeographic() else STEP_UNITS
        x, y = centre.x(), centre.y()
        along_x_m = ruler.measureLine(QgsPointXY(x - step, y), QgsPointXY(x + step, y))
        along_y_m = ruler.measureLine(QgsPointXY(x, y - step), QgsPointXY(x, y + step))
    except QgsCsException as error:
        raise FramePlaceError from error
    if not all(math.isfinite(one) and one > 0 for one in (along_x_m, along_y_m)):
        raise FramePlaceError
    return 2 * step / along_x_m, 2 * step / along_y_m


class ScaleFrame:
    """Draws the frame on a map, and takes it away.

    Args:
        canvas: of the map.
    """

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None
        self._shown: tuple[QgsPointXY, float, QgsCoordinateReferenceSystem] | None = None

    @property
    def geometry(self) -> QgsGeometry | None:
        """What is drawn, in the CRS of the map; None where nothing is."""
        return None if self._band is None else self._band.asGeometry()

    def show(self, centre: QgsPointXY, side_m: float) -> None:
        """Draw it about a point of the map, or nothing where there is no ground."""
        crs = self._canvas.mapSettings().destinationCrs()
        if self._shown == (centre, side_m, crs):
            return
        try:
            rectangle = frame_rectangle(centre, crs, side_m, QgsProject.instance().transformContext())
        except FramePlaceError:
            self.hide()
            return
        if self._band is None:
            self._band = _make_band(self._canvas)
        self._band.setToGeometry(QgsGeometry.fromRect(rectangle), None)
        self._shown = (QgsPointXY(centre), side_m, crs)

    def hide(self) -> None:
        """Take it from the map."""
        self._shown = None
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None


def _make_band(canvas: Any) -> QgsRubberBand:
    band = QgsRubberBand(canvas, POLYGON)
    band.setStrokeColor(LINE)
    band.setSecondaryStrokeColor(QColor(255, 255, 255, 200))
    band.setFillColor(QColor(0, 0, 0, 0))
    band.setWidth(WIDTH_PX)
    band.setLineStyle(Qt.PenStyle.SolidLine)
    return band
