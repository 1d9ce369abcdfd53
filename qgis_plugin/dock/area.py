"""The area that was chosen: where it is, how large it is, and whether the source reaches it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)

from ..layers.prepared import crs_text
from ..translation import tr
from .choices import ChoiceError, Rectangle

GLOBE = "EPSG:4326"
ELLIPSOID = "EPSG:7030"
M2_A_HA = 10_000.0
M2_A_KM2 = 1e6


@dataclass(frozen=True)
class GroundSize:
    """How large an area is, in true metres.

    Attributes:
        width_m: of its middle row.
        height_m: of its middle column.
        area_m2: of all of it.
    """

    width_m: float
    height_m: float
    area_m2: float


def rectangle_of(extent: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> Rectangle:
    """A rectangle of QGIS as plain values."""
    bounds = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    return Rectangle(bounds, crs_text(crs) if crs.isValid() else "")


def crs_of(rectangle: Rectangle) -> QgsCoordinateReferenceSystem:
    """The CRS of a rectangle; an invalid one where it has none."""
    return QgsCoordinateReferenceSystem(rectangle.crs) if rectangle.crs else QgsCoordinateReferenceSystem()


def move_to(
    rectangle: Rectangle, crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext
) -> QgsRectangle:
    """The rectangle of another CRS that holds all of this one; the same where either has none.

    Raises:
        ChoiceError: that CRS does not reach there.
    """
    extent, own = QgsRectangle(*rectangle.bounds_xy), crs_of(rectangle)
    if not own.isValid() or not crs.isValid() or own == crs:
        return extent
    try:
        moved = QgsCoordinateTransform(own, crs, context).transformBoundingBox(extent)
    except QgsCsException as error:
        raise _unreachable(own, crs) from error
    if not moved.isFinite() or moved.isEmpty():
        raise _unreachable(own, crs)
    return moved


def check_reached(rectangle: Rectangle, layer: QgsMapLayer, context: QgsCoordinateTransformContext) -> None:
    """Make sure that a layer reaches an area.

    Raises:
        ChoiceError: it does not, or its CRS does not.
    """
    if QgsRectangle(*rectangle.bounds_xy).isEmpty():
        raise ChoiceError(tr("The area has no size: draw another one."))
    if not move_to(rectangle, layer.crs(), context).intersects(layer.extent()):
        raise ChoiceError(tr("The area lies outside of the image “{}”.").format(layer.name()))


def measure(rectangle: Rectangle, project: QgsProject) -> GroundSize | None:
    """How large a rectangle is on the ground; None where its CRS does not say where it lies."""
    crs = crs_of(rectangle)
    if not crs.isValid():
        return None
    ruler = make_ruler(crs, project.transformContext())
    extent = QgsRectangle(*rectangle.bounds_xy)
    middle = extent.center()
    try:
        size = GroundSize(
            ruler.measureLine(QgsPointXY(extent.xMinimum(), middle.y()), QgsPointXY(extent.xMaximum(), middle.y())),
            ruler.measureLine(QgsPointXY(middle.x(), extent.yMinimum()), QgsPointXY(middle.x(), extent.yMaximum())),
            ruler.measureArea(QgsGeometry.fromRect(extent)),
        )
    except QgsCsException:
        return None
    is_known = all(map(math.isfinite, (size.width_m, size.height_m, size.area_m2)))
    return size if is_known else None


def make_ruler(crs: QgsCoordinateReferenceSystem, context: QgsCoordinateTransformContext) -> QgsDistanceArea:
    """Measures on the Earth, whatever the units of a CRS."""
    ruler = QgsDistanceArea()
    ruler.setSourceCrs(crs, context)
    ruler.setEllipsoid(ELLIPSOID)
    return ruler


def size_text(size: GroundSize) -> str:
    """The size of a rectangle for a person."""
    return tr("{width} x {height}, {area}").format(
        width=length_text(size.width_m), height=length_text(size.height_m), area=area_text(size.area_m2)
    )


def length_text(metres: float) -> str:
    """A length for a person."""
    return tr("{:.2f} km").format(metres / 1000) if metres >= 999.5 else tr("{:.0f} m").format(metres)


def area_text(square_metres: float) -> str:
    """An area for a person."""
    if square_metres >= 10 * M2_A_KM2:
        return tr("{:,.1f} km²").format(square_metres / M2_A_KM2)
    hectares = square_metres / M2_A_HA
    return tr("{:.1f} ha").format(hectares) if hectares >= 1 else tr("{:.2f} ha").format(hectares)


def _unreachable(own: QgsCoordinateReferenceSystem, crs: QgsCoordinateReferenceSystem) -> ChoiceError:
    return ChoiceError(
        tr("The area, in {area}, cannot be brought into the CRS of the image, {image}: choose another area.").format(
            area=own.userFriendlyIdentifier(), image=crs.userFriendlyIdentifier()
        )
    )
