"""Puts actions into the context menu of the layer tree, as each version of QGIS lets a plugin do it."""

from __future__ import annotations

from typing import Any, Callable

from qgis.core import QgsLayerTreeNode, QgsMapLayer, QgsProject
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QAction, QMenu

from ..compat import RASTER_LAYER
from .metadata import kind_of
from .runs_in_tree import PREDICTED

MENU = "Landcast"
Entry = tuple[str, Callable[[QgsLayerTreeNode], object]]
"""A text and what it does with a node."""
Entries = Callable[["QgsLayerTreeNode | None"], "list[Entry]"]


class LayerMenu(QObject):  # type: ignore[misc]
    """Entries for layers and groups; before QGIS 3.32 for layers alone, which then have all entries at any time.

    Args:
        iface: of QGIS.
        entries: that suit a node.
        all_entries: that a predicted layer may have.
    """

    def __init__(self, iface: Any, entries: Entries, all_entries: list[Entry]) -> None:
        super().__init__()
        self._iface, self._entries, self._all_entries = iface, entries, all_entries
        self._actions: list[QAction] = []
        self._view = iface.layerTreeView()

    @property
    def has_signal(self) -> bool:
        """Whether QGIS tells when it shows the menu."""
        return hasattr(self._view, "contextMenuAboutToShow")

    def load(self) -> None:
        """Begin to add entries."""
        if self.has_signal:
            self._view.contextMenuAboutToShow.connect(self.fill)
            return
        for text, do in self._all_entries:
            action = QAction(text, self)
            action.triggered.connect(lambda *_, do=do: do(self._view.currentNode()))
            self._iface.addCustomActionForLayerType(action, MENU, RASTER_LAYER, False)
            self._actions.append(action)
        project = QgsProject.instance()
        self._add_to(list(project.mapLayers().values()))
        project.layersAdded.connect(self._add_to)

    def unload(self) -> None:
        """Take them away."""
        if self.has_signal:
            self._view.contextMenuAboutToShow.disconnect(self.fill)
            return
        QgsProject.instance().layersAdded.disconnect(self._add_to)
        for action in self._actions:
            self._iface.removeCustomActionForLayerType(action)
            action.deleteLater()
        self._actions = []

    def fill(self, menu: QMenu) -> None:
        """Add a submenu with what suits the current node; nothing where that is no result."""
        node = self._view.currentNode()
        entries = self._entries(node)
        if not entries:
            return
        ours = QMenu(MENU, menu)
        for text, do in entries:
            action = QAction(text, ours)
            action.triggered.connect(lambda *_, do=do: do(node))
            ours.addAction(action)
        first = menu.actions()[0] if menu.actions() else None
        menu.insertMenu(first, ours)
        if first is not None:
            menu.insertSeparator(first)

    def _add_to(self, layers: list[QgsMapLayer]) -> None:
        for layer in layers:
            if kind_of(layer) in PREDICTED:
                for action in self._actions:
                    self._iface.addCustomActionForLayer(action, layer)
