"""The frame of one tile and the size of an area, held against QGIS's own measuring on the ellipsoid."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDistanceArea,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)

from landcast.qgis_plugin.dock import scale_frame
from landcast.qgis_plugin.dock.area import measure, move_to, rectangle_of, size_text
from landcast.qgis_plugin.dock.choices import ChoiceError, Rectangle
from landcast.qgis_plugin.dock.scale_frame import FramePlaceError, ScaleFrame, frame_rectangle

OSLO = (10.75, 60.0)
CAPE = (18.4, -33.9)
GLOBE = "EPSG:4326"
pytestmark = pytest.mark.usefixtures("qgis_app")


def at(place: tuple[float, float], code: str) -> QgsPointXY:
    transform = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem(GLOBE), QgsCoordinateReferenceSystem(code), QgsProject.instance()
    )
    return transform.transform(QgsPointXY(*place))


def sides_m(rectangle: QgsRectangle, code: str) -> tuple[float, float]:
    """Width and height through the middle, by QGIS."""
    ruler = QgsDistanceArea()
    ruler.setSourceCrs(QgsCoordinateReferenceSystem(code), QgsProject.instance().transformContext())
    ruler.setEllipsoid("EPSG:7030")
    middle = rectangle.center()
    return (
        ruler.measureLine(QgsPointXY(rectangle.xMinimum(), middle.y()), QgsPointXY(rectangle.xMaximum(), middle.y())),
        ruler.measureLine(QgsPointXY(middle.x(), rectangle.yMinimum()), QgsPointXY(middle.x(), rectangle.yMaximum())),
    )


@pytest.mark.parametrize("place", [OSLO, CAPE])
@pytest.mark.parametrize("code", ["EPSG:3857", GLOBE, "EPSG:32632", "EPSG:3035"])
@pytest.mark.parametrize("side_m", [40.0, 90.0, 500.0])
def test_a_frame_is_as_long_on_the_ground_as_asked(place: tuple[float, float], code: str, side_m: float) -> None:
    if place == CAPE and code not in ("EPSG:3857", GLOBE):
        pytest.skip("this CRS does not reach there")
    crs, centre = QgsCoordinateReferenceSystem(code), at(place, code)
    rectangle = frame_rectangle(centre, crs, side_m, QgsProject.instance().transformContext())
    assert sides_m(rectangle, code) == pytest.approx((side_m, side_m), rel=1e-4)
    assert (rectangle.center().x(), rectangle.center().y()) == pytest.approx((centre.x(), centre.y()))


def test_a_frame_by_the_units_of_web_mercator_would_be_half_as_long() -> None:
    """What the frame must not be, so that the test above tells something."""
    centre = at(OSLO, "EPSG:3857")
    naive = QgsRectangle(centre.x() - 50, centre.y() - 50, centre.x() + 50, centre.y() + 50)
    assert sides_m(naive, "EPSG:3857")[0] == pytest.approx(50, rel=0.01)


@pytest.mark.parametrize("place", [(0.0, 90.0), (0.0, -90.0)])
def test_there_is_no_frame_at_a_pole(place: tuple[float, float]) -> None:
    with pytest.raises(FramePlaceError):
        frame_rectangle(
            QgsPointXY(*place), QgsCoordinateReferenceSystem(GLOBE), 90, QgsProject.instance().transformContext()
        )


def test_there_is_no_frame_on_a_map_without_a_crs() -> None:
    with pytest.raises(FramePlaceError):
        frame_rectangle(QgsPointXY(0, 0), QgsCoordinateReferenceSystem(), 90, QgsProject.instance().transformContext())


@pytest.mark.parametrize("code", ["EPSG:3857", GLOBE, "EPSG:32632"])
def test_the_frame_on_the_map_is_drawn_and_taken_away(qgis_canvas: Any, code: str) -> None:
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem(code))
    frame = ScaleFrame(qgis_canvas)
    before = len(qgis_canvas.scene().items())
    frame.show(at(OSLO, code), 80)
    assert frame.geometry is not None
    assert sides_m(frame.geometry.boundingBox(), code) == pytest.approx((80, 80), rel=1e-4)
    frame.show(at(OSLO, code), 120)
    assert sides_m(frame.geometry.boundingBox(), code) == pytest.approx((120, 120), rel=1e-4)
    assert len(qgis_canvas.scene().items()) == before + 1
    frame.hide()
    assert frame.geometry is None
    assert len(qgis_canvas.scene().items()) == before


@pytest.mark.parametrize("code", ["EPSG:3857", GLOBE, "EPSG:32632"])
def test_the_size_of_an_area_is_that_on_the_ground(code: str) -> None:
    crs = QgsCoordinateReferenceSystem(code)
    rectangle = frame_rectangle(at(OSLO, code), crs, 1000.0, QgsProject.instance().transformContext())
    size = measure(rectangle_of(rectangle, crs), QgsProject.instance())
    assert size is not None
    assert (size.width_m, size.height_m) == pytest.approx((1000, 1000), rel=1e-3)
    assert size.area_m2 == pytest.approx(1e6, rel=1e-3)
    assert size_text(size) == "1.00 km x 1.00 km, 100.0 ha"


def test_an_area_without_a_crs_has_no_size() -> None:
    assert measure(Rectangle((0, 0, 10, 10), ""), QgsProject.instance()) is None


def test_an_area_is_brought_into_another_crs() -> None:
    target = QgsCoordinateReferenceSystem("EPSG:3857")
    moved = move_to(Rectangle((10, 59, 11, 60), GLOBE), target, QgsProject.instance().transformContext())
    assert moved.xMinimum() == pytest.approx(at((10, 59), "EPSG:3857").x())
    assert moved.yMaximum() == pytest.approx(at((10, 60), "EPSG:3857").y())


def test_an_area_that_a_crs_does_not_reach_is_refused_in_words() -> None:
    half_a_globe = QgsCoordinateReferenceSystem.fromProj("+proj=ortho +lat_0=60 +lon_0=10 +datum=WGS84")
    with pytest.raises(ChoiceError, match="cannot be brought into the CRS"):
        move_to(Rectangle((189, -61, 190, -60), GLOBE), half_a_globe, QgsProject.instance().transformContext())


def test_a_frame_that_stays_is_not_measured_again(qgis_canvas: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[float] = []

    def measuring(centre: QgsPointXY, crs: Any, side_m: float, context: Any) -> QgsRectangle:
        measured.append(side_m)
        return frame_rectangle(centre, crs, side_m, context)

    monkeypatch.setattr(scale_frame, "frame_rectangle", measuring)
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    frame = ScaleFrame(qgis_canvas)
    for side_m in (80, 80, 90):
        frame.show(at(OSLO, "EPSG:3857"), side_m)
    frame.hide()
    frame.show(at(OSLO, "EPSG:3857"), 90)
    assert frame.geometry is not None
    frame.hide()
    assert measured == [80, 90, 90]


def test_no_crs_is_made_for_the_place_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """QGIS keeps each with its transforms for good."""
    codes: list[str] = []

    class Told(QgsCoordinateTransform):  # type: ignore[misc]
        def __init__(self, source: Any, target: Any, context: Any) -> None:
            super().__init__(source, target, context)
            codes.extend(crs.authid() for crs in (source, target))

    monkeypatch.setattr(scale_frame, "QgsCoordinateTransform", Told)
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    for place in (OSLO, CAPE):
        frame_rectangle(at(place, "EPSG:3857"), crs, 90, QgsProject.instance().transformContext())
    assert set(codes) == {"EPSG:3857", GLOBE}
