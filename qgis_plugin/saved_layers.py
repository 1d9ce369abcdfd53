"""Layers that the user saves under another name keep the marks of a prediction."""

from __future__ import annotations

from typing import Any

from .kept_marks import keep_marks


class SavedLayers:
    """Follows QGIS's Export > Save As.

    Args:
        iface: of QGIS.
    """

    def __init__(self, iface: Any) -> None:
        self._saved_as = iface.layerSavedAs

    def load(self) -> None:
        """Begin to follow."""
        self._saved_as.connect(keep_marks)

    def unload(self) -> None:
        """Follow no longer."""
        self._saved_as.disconnect(keep_marks)
