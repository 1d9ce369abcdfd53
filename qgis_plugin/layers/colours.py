"""Images that come as colours: web services (WMS, XYZ), and layers in the colours in which they are shown."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from qgis.core import QgsRasterBlockFeedback, QgsRasterDataProvider, QgsRasterInterface, QgsRasterLayer, QgsRectangle

from ..compat import DATA_TYPE
from ..translation import tr
from .footprint import Footprint
from .owning import own
from .reader import Block, IsStopped, LayerReadError, PixelLattice, ReadStoppedError

OPAQUE = 128
"""Alpha from which on a pixel counts as image: half, as in files."""
AGAIN_S = 0.5
"""Before what was transparent is asked for again."""
SAME_SIZE = 1.01
ARGB = (DATA_TYPE.ARGB32, DATA_TYPE.ARGB32_Premultiplied)


class ColourReader:
    """Reads red, green and blue from a private copy of a layer's provider, or of what the layer makes of it.

    Made in the main thread, used in one other.

    Args:
        layer: to be copied.
        crs: of the layer, as text.
        is_rendered: whether the layer's colours are wanted rather than its provider's.
        feedback: of what is waited for; asked by the provider while it loads.
        is_stopped: whether anybody waits.
    """

    def __init__(
        self,
        layer: QgsRasterLayer,
        crs: str,
        is_rendered: bool,
        feedback: QgsRasterBlockFeedback,
        is_stopped: IsStopped,
    ) -> None:
        self._provider: QgsRasterDataProvider = own(layer.dataProvider().clone())
        self._feedback, self._is_stopped = feedback, is_stopped
        self._source: QgsRasterInterface = self._provider
        if is_rendered:
            self._source = own(layer.renderer().clone())
            self._source.setInput(self._provider)
        self._footprint = Footprint(layer)
        extent = layer.extent()
        self.name, self.crs = str(layer.name()), crs
        self.bounds_xy = extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()
        self.bands, self.dtype, self.has_statistics = 3, "uint8", False
        size = self._provider.ySize(), self._provider.xSize()
        self.shape_yx: tuple[int, int] | None = size if min(size) > 0 else None
        self.notes: tuple[str, ...] = (tr("The colours are those in which the layer is shown."),) if is_rendered else ()

    def lattice(self, wanted_xy: tuple[float, float]) -> PixelLattice | None:
        """The pixels of the level of tiles that is not coarser than wanted; the raster's own where there is one."""
        x_min, y_min, x_max, y_max = self.bounds_xy
        if self.shape_yx is not None:
            height, width = self.shape_yx
            size = (x_max - x_min) / width, (y_max - y_min) / height
            return PixelLattice((x_min, y_max), size, (width, height))
        levels = sorted(self._provider.nativeResolutions())
        if not levels:
            return None
        fitting = [level for level in levels if level <= min(wanted_xy) * SAME_SIZE]
        level = fitting[-1] if fitting else levels[0]
        # rounding must not cost the last column
        count = (math.ceil((x_max - x_min) / level - 1e-6), math.ceil((y_max - y_min) / level - 1e-6))
        return PixelLattice((x_min, y_max), (level, level), count)

    def read(self, bounds: tuple[float, float, float, float], width: int, height: int) -> Block:
        """Colours of a rectangle; what is transparent is read twice, for a tile that did not come looks like that."""
        pixels = self._read_once(bounds, width, height)
        if (pixels[..., 3] == 0).any() and self.shape_yx is None:
            self._pause()
            again = self._read_once(bounds, width, height)
            pixels = np.where(pixels[..., 3:] == 0, again, pixels)
        values = np.ascontiguousarray(np.moveaxis(pixels[..., 2::-1], -1, 0))
        valid = self._footprint.cut(pixels[..., 3] >= OPAQUE, bounds)
        return Block(values * valid, valid)

    def _read_once(self, bounds: tuple[float, float, float, float], width: int, height: int) -> Any:
        """Blue, green, red and alpha: uint8, (y, x, 4)."""
        if self._is_stopped():
            raise ReadStoppedError
        block = self._source.block(1, QgsRectangle(*bounds), width, height, self._feedback)
        if self._is_stopped():
            raise ReadStoppedError
        if block is None or not block.isValid() or block.isEmpty() or block.dataType() not in ARGB:
            reason = "; ".join(self._feedback.errors()) if hasattr(self._feedback, "errors") else ""
            raise LayerReadError(
                tr("the layer gave no image of {}: {}").format(bounds, reason or tr("no reason given"))
            )
        pixels = np.frombuffer(block.data(), np.uint8).reshape(height, width, 4)
        return _plain(pixels) if block.dataType() == DATA_TYPE.ARGB32_Premultiplied else pixels.copy()

    def _pause(self) -> None:
        end = time.monotonic() + AGAIN_S
        while time.monotonic() < end:
            if self._is_stopped():
                raise ReadStoppedError
            time.sleep(0.05)


def _plain(pixels: Any) -> Any:
    """Colours that were multiplied with their opacity, as they were before."""
    alpha = pixels[..., 3:].astype(np.uint16)
    colours = np.where(alpha > 0, (pixels[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1), 0)
    return np.concatenate([np.minimum(colours, 255).astype(np.uint8), pixels[..., 3:]], axis=-1)
