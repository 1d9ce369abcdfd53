"""Results that did not get the name that was asked for."""

from __future__ import annotations

from qgis.core import QgsProcessingContext


def load_from(written: str, asked: str, context: QgsProcessingContext) -> None:
    """Let QGIS load the file that was written: another one, where the asked name was held open."""
    layers = context.layersToLoadOnCompletion()
    if written != asked and asked in layers:
        layers[written] = layers.pop(asked)
        context.setLayersToLoadOnCompletion(layers)
