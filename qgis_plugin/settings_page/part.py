"""Adds Landcast's page to QGIS's options, and takes it away again with the tasks that it began."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from typing import Any

from qgis.gui import QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QWidget

from ..algorithms.base import ICON_PATH
from ..kept_task import cancel_kept_tasks
from ..worker.shared_worker import SharedWorker
from .page import SettingsPage

TITLE = "Landcast"
KEY = "mLandcastOptions"


class OptionsFactory(QgsOptionsWidgetFactory):  # type: ignore[misc]
    """Makes the page each time that the options are opened."""

    def __init__(self, worker: SharedWorker) -> None:
        super().__init__(TITLE, QIcon(str(ICON_PATH)))
        self._worker = worker

    def createWidget(self, parent: QWidget | None = None) -> SettingsPage:
        page = SettingsPage(self._worker, parent)
        page.setObjectName(KEY)
        return page


class SettingsPart:
    """The page, while the plugin is loaded.

    Args:
        iface: of QGIS.
        worker: the one that this QGIS starts where it needs one.
    """

    def __init__(self, iface: Any, worker: SharedWorker) -> None:
        self._iface = iface
        self._factory = OptionsFactory(worker)

    def load(self) -> None:
        """Add it."""
        self._iface.registerOptionsWidgetFactory(self._factory)

    def unload(self) -> None:
        """Take it away; what it and the first page began is cancelled and ends by itself."""
        self._iface.unregisterOptionsWidgetFactory(self._factory)
        cancel_kept_tasks()
