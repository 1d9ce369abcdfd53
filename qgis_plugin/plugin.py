"""The plugin object that QGIS holds: registers the Processing provider and takes it away again."""

# ruff: noqa: N802 - QGIS gives the methods their names

from __future__ import annotations

from qgis.core import QgsApplication

from .provider import LandcastProvider


class LandcastPlugin:
    """Wires the parts to QGIS; `unload` undoes what `initGui` or `initProcessing` did."""

    def __init__(self) -> None:
        self._provider: LandcastProvider | None = None

    def initGui(self) -> None:
        """Called by QGIS with windows."""
        self.initProcessing()

    def initProcessing(self) -> None:
        """Called by QGIS without windows, as in `qgis_process`."""
        self._provider = LandcastProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def unload(self) -> None:
        """Called when the plugin is disabled, updated or QGIS ends."""
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
