"""How values of a result become the colours in which its source is shown on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from qgis.core import QgsContrastEnhancement, QgsMultiBandColorRenderer, QgsRasterLayer, QgsSingleBandGrayRenderer

from ..layers.reader import Array

Limits = tuple[float, float]
Stretch = Optional[tuple[Limits, ...]]
"""Least and greatest shown value of each band; None where values are shown as they are."""
SHOWN_PERCENT = (2.0, 98.0)
"""Of the first part that comes, where nothing says how such values are shown."""


@dataclass(frozen=True)
class Look:
    """The stretch of a layer; what it does not say is taken from the first values.

    Attributes:
        stretch: of the bands that are shown.
    """

    stretch: Stretch = None

    def fitted(self, values: Array, valid: Array) -> Look:
        """This look, or one made of the values where it does not suit them.

        Args:
            values: (band, y, x).
            valid: bool, (y, x).
        """
        if self.stretch is not None and len(self.stretch) in (1, values.shape[0]):
            return self
        if values.dtype == np.uint8 or not valid.any():
            return Look(None)
        limits = [np.percentile(band[valid].astype(np.float64), SHOWN_PERCENT) for band in values]
        return Look(tuple((float(low), float(high)) for low, high in limits))

    def colours(self, values: Array, valid: Array) -> Array:
        """Colours in Qt's premultiplied order.

        Args:
            values: (band, y, x), one band or three.
            valid: bool, (y, x); the rest is transparent.

        Returns:
            uint8, (y, x, 4): blue, green, red, opacity.
        """
        shown = [self._shown(band, number) for number, band in enumerate(values)]
        red, green, blue = shown if len(shown) == 3 else shown[:1] * 3
        opacity = np.where(valid, np.uint8(255), np.uint8(0))
        pixels = np.stack([blue, green, red, opacity], axis=-1)
        pixels[~valid] = 0
        return np.ascontiguousarray(pixels)

    def _shown(self, band: Array, number: int) -> Array:
        if self.stretch is None:
            return np.clip(band, 0, 255).astype(np.uint8)
        low, high = self.stretch[min(number, len(self.stretch) - 1)]
        share = (band.astype(np.float32) - low) / ((high - low) or 1.0)
        # as QGIS does it: cut, not rounded
        return (np.clip(np.nan_to_num(share), 0, 1) * 255).astype(np.uint8)


def take_look(layer: QgsRasterLayer | None) -> Look:
    """How a layer shows its values; in the main thread."""
    renderer = None if layer is None else layer.renderer()
    if isinstance(renderer, QgsMultiBandColorRenderer):
        enhancements = [
            renderer.redContrastEnhancement(), renderer.greenContrastEnhancement(), renderer.blueContrastEnhancement()
        ]  # fmt: skip
    elif isinstance(renderer, QgsSingleBandGrayRenderer):
        enhancements = [renderer.contrastEnhancement()]
    else:
        return Look()
    limits = [_limits(one) for one in enhancements]
    known = tuple(one for one in limits if one is not None)
    return Look(known) if len(known) == len(limits) else Look()


def _limits(enhancement: Any) -> Limits | None:
    none = QgsContrastEnhancement.ContrastEnhancementAlgorithm.NoEnhancement
    if enhancement is None or enhancement.contrastEnhancementAlgorithm() == none:
        return None
    return float(enhancement.minimumValue()), float(enhancement.maximumValue())
