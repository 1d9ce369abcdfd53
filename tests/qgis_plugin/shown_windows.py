"""What parts of the plugin use of QGIS's windows, really shown: a map, the layer tree, the bar for messages."""

from __future__ import annotations

from qgis.core import QgsLayerTreeModel, QgsMapLayer, QgsMapLayerType, QgsProject, QgsTemporalNavigationObject
from qgis.gui import QgsLayerTreeMapCanvasBridge, QgsLayerTreeView, QgsMapCanvas, QgsMapToolPan, QgsMessageBar
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSize, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QMainWindow, QWidget

from .order_runs import turn_until

MAP_SIZE = QSize(500, 400)


class Windows:
    """Stands for `iface`, with QGIS's own widgets behind the same names."""

    def __init__(self) -> None:
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas()
        # the frame of the widget is a pixel wide
        self.canvas.resize(MAP_SIZE + QSize(2, 2))
        self.canvas.setParallelRenderingEnabled(True)
        self.canvas.show()
        self.pan = QgsMapToolPan(self.canvas)
        self.canvas.setMapTool(self.pan)
        self.time = QgsTemporalNavigationObject()
        self.canvas.setTemporalController(self.time)
        self.tree = QgsLayerTreeView()
        self.model = QgsLayerTreeModel(QgsProject.instance().layerTreeRoot())
        self.tree.setModel(self.model)
        self.bridge = QgsLayerTreeMapCanvasBridge(QgsProject.instance().layerTreeRoot(), self.canvas)
        # else it zooms to the first layer at some later turn of the event loop
        self.bridge.setAutoSetupOnFirstLayer(False)
        self.bar = QgsMessageBar()
        self.layer_actions: dict[str, list[str]] = {}
        """Texts in the context menus of layers, by the layers' names, as QGIS before 3.32 has them."""
        self.actions: list[QAction] = []
        self.panel = QDockWidget("Temporal", self.window)
        self.panel.setObjectName("Temporal Controller")
        self.window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, self.panel)
        self.panel.hide()
        turn_until(lambda: self.canvas.mapSettings().outputSize() == MAP_SIZE, 30)

    def mapCanvas(self) -> QgsMapCanvas:  # noqa: N802 - QGIS's name
        return self.canvas

    def layerTreeView(self) -> QgsLayerTreeView:  # noqa: N802 - QGIS's name
        return self.tree

    def messageBar(self) -> QgsMessageBar:  # noqa: N802 - QGIS's name
        return self.bar

    def mainWindow(self) -> QMainWindow:  # noqa: N802 - QGIS's name
        return self.window

    def addCustomActionForLayerType(  # noqa: N802 - QGIS's name
        self, action: QAction, menu: str, kind: QgsMapLayerType, is_for_all: bool
    ) -> None:
        assert (menu, kind, is_for_all) == ("Landcast", QgsMapLayerType.RasterLayer, False)
        self.actions.append(action)

    def addCustomActionForLayer(self, action: QAction, layer: QgsMapLayer) -> None:  # noqa: N802 - QGIS's name
        assert action in self.actions
        self.layer_actions.setdefault(layer.name(), []).append(action.text())

    def removeCustomActionForLayerType(self, action: QAction) -> bool:  # noqa: N802 - QGIS's name
        self.actions.remove(action)
        return True

    def close(self) -> None:
        """Take all of it away."""
        self.time.pause()
        self.canvas.stopRendering()
        self.canvas.hide()
        self.bridge.deleteLater()
        self.tree.deleteLater()
        self.bar.deleteLater()
        self.canvas.deleteLater()
        self.window.deleteLater()


def move_mouse(widget: QWidget, place: QPoint) -> None:
    """Move the mouse over a widget, whatever window of another test lies above it.

    QTest.mouseMove sets the cursor, and the system tells the topmost window.
    """
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(widget.mapToGlobal(place)), none, none,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QCoreApplication.sendEvent(widget, event)
