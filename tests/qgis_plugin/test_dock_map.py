"""What the panel draws on a real map: the tool that draws the area, by the mouse and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.gui import QgsMapToolPan
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, pyqtSignal
from qgis.PyQt.QtTest import QTest

from landcast.qgis_plugin.dock.choices import Rectangle
from landcast.qgis_plugin.dock.map_marks import MapMarks
from landcast.qgis_plugin.results.swipe_tool import SwipeTool

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def canvas(qgis_canvas: Any) -> Any:
    """A map of one unit a pixel in UTM."""
    qgis_canvas.resize(400, 300)
    qgis_canvas.show()
    qgis_canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32632"))
    width, height = qgis_canvas.mapSettings().outputSize().width(), qgis_canvas.mapSettings().outputSize().height()
    qgis_canvas.setExtent(QgsRectangle(600000, 6650000, 600000 + width, 6650000 + height))
    return qgis_canvas


@pytest.fixture
def marks(canvas: Any) -> Iterator[MapMarks]:
    marks = MapMarks(canvas)
    yield marks
    marks.clear()
    marks.deleteLater()


def drag(canvas: Any, start: QPoint, end: QPoint) -> None:
    view = canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, end)


def test_a_dragged_rectangle_is_told_in_the_crs_of_the_map(canvas: Any, marks: MapMarks) -> None:
    told: list[Rectangle] = []
    marks.drawn.connect(told.append)
    marks.start_drawing()
    drag(canvas, QPoint(50, 200), QPoint(250, 80))
    corner = canvas.getCoordinateTransform().toMapCoordinates(50, 200)
    other = canvas.getCoordinateTransform().toMapCoordinates(250, 80)
    assert [one.crs for one in told] == ["EPSG:32632"]
    assert told[0].bounds_xy == pytest.approx((corner.x(), corner.y(), other.x(), other.y()))


def test_two_clicks_draw_as_well(canvas: Any, marks: MapMarks) -> None:
    told: list[Rectangle] = []
    marks.drawn.connect(told.append)
    marks.start_drawing()
    for point in (QPoint(50, 60), QPoint(150, 160)):
        QTest.mouseClick(canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, point)
    assert len(told) == 1
    assert told[0].bounds_xy[2] - told[0].bounds_xy[0] == pytest.approx(100 * canvas.mapUnitsPerPixel())


@pytest.mark.parametrize("way", ["drawn", "escape", "escape while dragging", "right button"])
def test_the_tool_that_was_in_the_hand_comes_back(canvas: Any, marks: MapMarks, way: str) -> None:
    pan, told = QgsMapToolPan(canvas), []
    canvas.setMapTool(pan)
    marks.drawing_changed.connect(told.append)
    items = len(canvas.scene().items())
    marks.start_drawing()
    assert canvas.mapTool() is marks.tool
    view = canvas.viewport()
    if way == "drawn":
        drag(canvas, QPoint(50, 60), QPoint(150, 160))
    elif way == "escape while dragging":
        QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(50, 60))
        QTest.mouseMove(view, QPoint(100, 100))
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        before = canvas.extent()
        QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
        assert canvas.extent() == before, "the other tool took the end of the drag for a click"
    else:
        QTest.mouseClick(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(50, 60))
        QTest.mouseMove(view, QPoint(100, 100))
        if way == "escape":
            QTest.keyClick(canvas, Qt.Key.Key_Escape)
        else:
            QTest.mousePress(view, RIGHT, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    assert canvas.mapTool() is pan
    assert told == [True, False]
    assert len(canvas.scene().items()) == items, "the rectangle of the tool stays on the map"
    canvas.unsetMapTool(pan)


def test_another_tool_ends_the_drawing(canvas: Any, marks: MapMarks) -> None:
    told: list[bool] = []
    marks.drawing_changed.connect(told.append)
    marks.start_drawing()
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    assert told == [True, False]
    marks.stop_drawing()
    assert canvas.mapTool() is pan
    canvas.unsetMapTool(pan)


def test_the_area_is_shown_where_it_is_also_in_another_crs(canvas: Any, marks: MapMarks) -> None:
    rectangle = Rectangle((600010.0, 6650010.0, 600210.0, 6650110.0), "EPSG:32632")
    marks.show(rectangle, 80.0)
    assert marks.area.geometry is not None
    assert marks.area.geometry.boundingBox().width() == pytest.approx(200)
    assert marks.frame.geometry is not None
    middle = marks.frame.geometry.boundingBox().center()
    assert (middle.x(), middle.y()) == pytest.approx((600110.0, 6650060.0))
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    marks.show(rectangle, 80.0)
    # a metre at 60 degrees north is two units of web mercator
    assert marks.area.geometry.boundingBox().width() == pytest.approx(400, rel=0.03)


def test_without_an_area_the_frame_is_in_the_middle_of_the_map(canvas: Any, marks: MapMarks) -> None:
    marks.show(None, 80.0)
    assert marks.area.geometry is None
    assert marks.frame.geometry is not None
    middle, expected = marks.frame.geometry.boundingBox().center(), canvas.extent().center()
    assert (middle.x(), middle.y()) == pytest.approx((expected.x(), expected.y()))


def test_all_is_taken_away(canvas: Any, marks: MapMarks) -> None:
    items = len(canvas.scene().items())
    marks.show(Rectangle((600010.0, 6650010.0, 600210.0, 6650110.0), "EPSG:32632"), 80.0)
    marks.start_drawing()
    assert len(canvas.scene().items()) == items + 2
    marks.clear()
    assert len(canvas.scene().items()) == items
    assert canvas.mapTool() is not marks.tool


def test_a_swipe_that_is_over_is_not_taken_up_again(canvas: Any, marks: MapMarks) -> None:
    class Over(QObject):
        stopped = pyqtSignal()

        def stop(self) -> None:
            self.stopped.emit()

    pan, over = QgsMapToolPan(canvas), Over()
    canvas.setMapTool(pan)
    swipe = SwipeTool(canvas, over)  # type: ignore[arg-type]
    over.stopped.connect(swipe.deleteLater)
    canvas.setMapTool(swipe)
    marks.start_drawing()
    assert canvas.mapTool() is marks.tool
    marks.stop_drawing()
    assert canvas.mapTool() is pan
    canvas.unsetMapTool(pan)


def test_the_tool_does_not_outlive_the_panel(canvas: Any) -> None:
    marks = MapMarks(canvas)
    marks.start_drawing()
    gone: list[bool] = []
    marks.tool.destroyed.connect(lambda: gone.append(True))
    marks.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gone
