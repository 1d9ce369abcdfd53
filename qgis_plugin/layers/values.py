"""Rasters with values of their own that only QGIS can open: in memory, behind a password, in a database."""

from __future__ import annotations

from typing import Any

import numpy as np
from qgis.core import QgsRasterBlockFeedback, QgsRasterDataProvider, QgsRasterLayer, QgsRectangle

from ..compat import COLOUR, DATA_TYPE
from ..translation import tr
from .footprint import Footprint
from .owning import own
from .reader import Block, IsStopped, LayerReadError, PixelLattice, ReadStoppedError

DTYPES = {
    DATA_TYPE.Byte: "uint8",
    DATA_TYPE.UInt16: "uint16",
    DATA_TYPE.Int16: "int16",
    DATA_TYPE.UInt32: "uint32",
    DATA_TYPE.Int32: "int32",
    DATA_TYPE.Float32: "float32",
    DATA_TYPE.Float64: "float64",
}
FARTHEST = 1e6
"""How many times larger than their own pixels some are averaged."""
OPAQUE = 0.5
"""Share of full opacity from which on a pixel counts as image."""


class ValueReader:
    """Reads bands from a private copy of a layer's provider. Made in the main thread, used in one other.

    Args:
        layer: to be copied.
        crs: of the layer, as text.
        bands: their numbers, one or three, of one type.
        feedback: of what is waited for; asked by the provider while it loads.
        is_stopped: whether anybody waits.
    """

    has_statistics = True

    def __init__(
        self,
        layer: QgsRasterLayer,
        crs: str,
        bands: tuple[int, ...],
        feedback: QgsRasterBlockFeedback,
        is_stopped: IsStopped,
    ) -> None:
        self._provider: QgsRasterDataProvider = own(layer.dataProvider().clone())
        _average(self._provider)
        self._numbers, self._feedback, self._is_stopped = bands, feedback, is_stopped
        extent = self._provider.extent()
        self.name, self.crs = str(layer.name()), crs
        self.bounds_xy = extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()
        self.bands, self.dtype = len(bands), DTYPES[self._provider.dataType(bands[0])]
        self.shape_yx: tuple[int, int] | None = (self._provider.ySize(), self._provider.xSize())
        self.notes: tuple[str, ...] = ()
        self._alpha = _alpha_band(self._provider)
        self._footprint = Footprint(layer)

    def lattice(self, wanted_xy: tuple[float, float]) -> PixelLattice | None:
        """The raster's own pixels."""
        assert self.shape_yx is not None
        x_min, y_min, x_max, y_max = self.bounds_xy
        height, width = self.shape_yx
        return PixelLattice((x_min, y_max), ((x_max - x_min) / width, (y_max - y_min) / height), (width, height))

    def read(self, bounds: tuple[float, float, float, float], width: int, height: int) -> Block:
        """Values of a rectangle; a pixel counts where all of its bands have a value."""
        values = np.empty((self.bands, height, width), self.dtype)
        nodata = np.ones((height, width), bool)
        for index, number in enumerate(self._numbers):
            values[index] = self._read_band(number, bounds, width, height)
            nodata &= self._is_nodata(number, values[index])
        valid = ~nodata
        if self._alpha is not None:
            alpha = self._read_band(self._alpha, bounds, width, height)
            full = np.iinfo(alpha.dtype).max if alpha.dtype.kind in "iu" else 1
            valid &= alpha >= full * OPAQUE
        if values.dtype.kind == "f":
            valid &= np.isfinite(values).all(0)
        valid = self._footprint.cut(valid, bounds)
        return Block(np.where(valid, values, np.zeros((), values.dtype)), valid)

    def _read_band(self, number: int, bounds: tuple[float, float, float, float], width: int, height: int) -> Any:
        if self._is_stopped():
            raise ReadStoppedError
        block = self._provider.block(number, QgsRectangle(*bounds), width, height, self._feedback)
        if self._is_stopped():
            raise ReadStoppedError
        dtype = DTYPES.get(block.dataType()) if block is not None and block.isValid() else None
        if dtype is None or block.isEmpty():
            raise LayerReadError(tr("the layer gave no values of band {number} in {bounds}").format(
                number=number, bounds=bounds
            ))  # fmt: skip
        return np.frombuffer(block.data(), dtype).reshape(height, width)

    def _is_nodata(self, number: int, values: Any) -> Any:
        found = np.zeros(values.shape, bool)
        provider = self._provider
        if provider.sourceHasNoDataValue(number) and provider.useSourceNoDataValue(number):
            value = provider.sourceNoDataValue(number)
            found |= np.isnan(values) if np.isnan(value) else values == value
        for nodata in provider.userNoDataValues(number):
            found |= (values >= nodata.min()) & (values <= nodata.max())
        return found


def can_read_values(layer: QgsRasterLayer, bands: tuple[int, ...]) -> bool:
    """Whether these bands of a layer have values that travel, all of one type, and pixels of their own."""
    provider = layer.dataProvider()
    types = {provider.dataType(number) for number in bands}
    return provider.xSize() > 0 and provider.ySize() > 0 and len(types) == 1 and types <= DTYPES.keys()


def _average(provider: QgsRasterDataProvider) -> None:
    """Let larger pixels be means of the smaller ones, where the provider can do that."""
    if provider.enableProviderResampling(True):
        provider.setZoomedOutResamplingMethod(QgsRasterDataProvider.ResamplingMethod.Average)
        provider.setMaxOversampling(FARTHEST)


def _alpha_band(provider: QgsRasterDataProvider) -> int | None:
    numbers = range(1, provider.bandCount() + 1)
    return next((one for one in numbers if provider.colorInterpretation(one) == COLOUR.AlphaBand), None)
