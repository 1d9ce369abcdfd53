"""Results that did not get the name that was asked for."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingContext


def load_from(written: str, asked: str, context: QgsProcessingContext) -> None:
    """Let QGIS load the file that was written: another one, where the asked name was held open.

    QGIS may write the asked name otherwise, as with slashes on Windows.
    """
    if Path(written) == Path(asked):
        return
    layers = context.layersToLoadOnCompletion()
    named = [key for key in layers if Path(key) == Path(asked)]
    for key in named:
        layers[written] = layers.pop(key)
    if named:
        context.setLayersToLoadOnCompletion(layers)
