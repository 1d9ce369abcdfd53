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

LOCAL = "+proj=aeqd +lat_0={latitude:.9f} +lon_0={longitude:.9f} +datum=WGS84 +units=m +no_defs"
STEP_M = 10.0
"""Over which the scale of a CRS is measured."""
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

    Its sides are measured at its centre, on a plane that touches the Earth there.

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
    globe = QgsCoordinateReferenceSystem("EPSG:4326")
    try:
        place = QgsCoordinateTransform(crs, globe, context).transform(centre)
        if not (math.isfinite(place.x()) and abs(place.y()) < 89.99):
            raise FramePlaceError
        local = QgsCoordinateReferenceSystem.fromProj(LOCAL.format(latitude=place.y(), longitude=place.x()))
        outward = QgsCoordinateTransform(local, crs, context)
        east, north = outward.transform(STEP_M, 0.0), outward.transform(0.0, STEP_M)
    except QgsCsException as error:
        raise FramePlaceError from error
    # columns: what a metre to the east and to the north is in units of the CRS
    a, c = (east.x() - centre.x()) / STEP_M, (east.y() - centre.y()) / STEP_M
    b, d = (north.x() - centre.x()) / STEP_M, (north.y() - centre.y()) / STEP_M
    area = abs(a * d - b * c)
    if not (math.isfinite(area) and area > 0):
        raise FramePlaceError
    return area / math.hypot(d, c), area / math.hypot(b, a)


class ScaleFrame:
    """Draws the frame on a map, and takes it away.

    Args:
        canvas: of the map.
    """

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None

    @property
    def geometry(self) -> QgsGeometry | None:
        """What is drawn, in the CRS of the map; None where nothing is."""
        return None if self._band is None else self._band.asGeometry()

    def show(self, centre: QgsPointXY, side_m: float) -> None:
        """Draw it about a point of the map, or nothing where there is no ground."""
        crs = self._canvas.mapSettings().destinationCrs()
        try:
            rectangle = frame_rectangle(centre, crs, side_m, QgsProject.instance().transformContext())
        except FramePlaceError:
            self.hide()
            return
        if self._band is None:
            self._band = _make_band(self._canvas)
        self._band.setToGeometry(QgsGeometry.fromRect(rectangle), None)

    def hide(self) -> None:
        """Take it from the map."""
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
