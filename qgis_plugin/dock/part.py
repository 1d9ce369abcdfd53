"""The panel as a part of the plugin: its action, its place in menu and toolbar, and the dock itself."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QObject, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from ..algorithms.base import ICON_PATH
from ..runs.controller import RunController
from ..translation import tr
from ..worker.shared_worker import SharedWorker
from .dock import LandcastDock

ACTION = "landcastShowDock"
MENU = "Landcast"


class DockPart(QObject):  # type: ignore[misc]
    """Adds the panel to QGIS's window, and takes it away.

    Args:
        iface: of QGIS.
        worker: the one that this QGIS starts where it needs one.
        controller: carries out what the panel asks for.

    Attributes:
        action: shows and hides the panel; None while it is not loaded.
        dock: the panel; None while it is not loaded.
    """

    def __init__(self, iface: Any, worker: SharedWorker, controller: RunController) -> None:
        super().__init__()
        self._iface, self._worker, self._controller = iface, worker, controller
        self.action: QAction | None = None
        self.dock: LandcastDock | None = None

    def load(self) -> None:
        """Add it."""
        window = self._iface.mainWindow()
        self.dock = LandcastDock(self._iface, self._worker, self._controller, window)
        # The name of the action is what QGIS keeps a shortcut by.
        self.action = QAction(QIcon(str(ICON_PATH)), tr("Landcast panel"), window)
        self.action.setObjectName(ACTION)
        self.action.setToolTip(tr("Landcast: predict how a landscape may look some years later"))
        self.dock.setToggleVisibilityAction(self.action)
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        # QGIS opens it again where it was open the last time.
        self.dock.hide()
        # the toolbar for rasters is hidden until a user wants it
        self._iface.addToolBarIcon(self.action)
        self._iface.addPluginToMenu(MENU, self.action)
        self._iface.addPluginToRasterMenu(MENU, self.action)

    def unload(self) -> None:
        """Take it away, with everything on the map and in the background."""
        dock, self.dock = self.dock, None
        action, self.action = self.action, None
        if dock is not None:
            dock.close_for_good()
            self._iface.removeDockWidget(dock)
            dock.deleteLater()
        if action is not None:
            self._iface.removePluginRasterMenu(MENU, action)
            self._iface.removePluginMenu(MENU, action)
            self._iface.removeToolBarIcon(action)
            action.deleteLater()
        self._controller.unload()
