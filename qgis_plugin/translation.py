"""The texts that a person reads, in the language of their QGIS."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

CONTEXT = "Landcast"


def tr(text: str) -> str:
    """Translate a text; the text itself where there is no translation."""
    return str(QCoreApplication.translate(CONTEXT, text))
