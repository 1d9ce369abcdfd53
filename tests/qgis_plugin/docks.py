"""The panel in a window, as the plugin adds it, and what a person does with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QCheckBox, QWidget

import landcast
from landcast.qgis_plugin.dock.dock import LandcastDock
from landcast.qgis_plugin.dock.part import ACTION

WAIT_S = 90.0


@contextmanager
def shown_window(iface: Any) -> Iterator[None]:
    """A window that is seen, and docks that are really in it, as in QGIS."""
    window, canvas = iface.mainWindow(), iface.mapCanvas()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("addDockWidget", "removeDockWidget"):
            patch.setattr(iface, name, getattr(window, name))
        QgsSettings().remove("landcast/dock")
        window.resize(1280, 800)
        window.show()
        canvas.resize(500, 500)
        canvas.show()
        yield
        window.hide()
        QgsSettings().remove("landcast/dock")


@contextmanager
def loaded_plugin(iface: Any) -> Iterator[Any]:
    """The plugin in that window, and afterwards nothing of it."""
    plugin: Any = landcast.classFactory(iface)
    plugin.initGui()
    worker = plugin.worker
    yield plugin
    plugin.unload()
    delete_later()
    wait_until(lambda: worker.process_id is None, "the worker ends with the plugin")
    wait_until(lambda: not tasks(), "no task outlives the plugin")


def find_dock(iface: Any) -> LandcastDock:
    """The panel."""
    found: LandcastDock = iface.mainWindow().findChild(LandcastDock)
    return found


def find_action(iface: Any) -> Any:
    """What opens the panel; None where it is not there."""
    return iface.mainWindow().findChild(QAction, ACTION)


def add_image(iface: Any, path: Path) -> QgsRasterLayer:
    """Add an image to the project, and show all of it."""
    layer = QgsRasterLayer(str(path), path.stem)
    QgsProject.instance().addMapLayer(layer)
    iface.setActiveLayer(layer)
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    return layer


def wait_until(is_so: Callable[[], bool], what: str, most_s: float = WAIT_S) -> None:
    """Let QGIS's event loop turn until something is so."""
    deadline = time.monotonic() + most_s
    while not is_so():
        assert time.monotonic() < deadline, f"it did not come to pass: {what}"
        QTest.qWait(20)


def click(widget: QWidget) -> None:
    """Click into a widget."""
    assert widget.isVisible(), widget.objectName()
    # a box with a text takes clicks on these alone
    place = QPoint(8, widget.height() // 2) if isinstance(widget, QCheckBox) else QPoint()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def type_into(field: QWidget, text: str) -> None:
    """Replace the text of a field by keys, and go on to the next one."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def drag(canvas: Any, start: QPoint, end: QPoint) -> None:
    """Drag over a map."""
    view, none = canvas.viewport(), Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, Qt.MouseButton.LeftButton, none, start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, none, end)


def delete_later() -> None:
    """Have deleted what is to be deleted later."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def tasks() -> list[Any]:
    """What QGIS still does in the background."""
    return list(QgsApplication.taskManager().activeTasks())
