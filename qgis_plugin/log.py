"""The panel of QGIS's message log where Landcast says what it does."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog

LOG = "Landcast"


def log(text: str) -> None:
    """Write a line for whoever looks for the reason of something; from any thread."""
    QgsMessageLog.logMessage(text, LOG, Qgis.MessageLevel.Info, False)
