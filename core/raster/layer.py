"""What a layer of a result is, whatever files it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from ..lattice import Rect

DTYPES = ("uint8", "uint16", "int16", "uint32", "int32", "float32", "float64")


@dataclass(frozen=True)
class LayerSpec:
    """All of a layer but its pixels; travels between processes.

    Attributes:
        bands: descriptions, one a band; three are taken for red, green and blue.
        rect: of the grid that the layer covers; blocks are rectangles of the same grid.
        transform: pixel (column, row) of the layer to CRS (x, y).
        crs: of the layer; may be a local one, without a place on Earth.
        tags: items of the default metadata domain.
        dtype: of the pixels, one of `DTYPES`.
        scaling: for each band, scale and offset that make physical units of its values; one and zero where None.
    """

    bands: tuple[str, ...]
    rect: Rect
    transform: Affine
    crs: CRS
    tags: Mapping[str, str]
    dtype: str = "uint8"
    scaling: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, not {self.dtype}")
        if not self.bands or self.rect.is_empty:
            raise ValueError(f"a layer has bands and pixels, not {len(self.bands)} bands of {self.rect.shape_yx}")
        if self.scaling is not None and len(self.scaling) != len(self.bands):
            raise ValueError(f"{len(self.bands)} bands need as many scalings, not {len(self.scaling)}")

    @property
    def shape_yx(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rect.shape_yx

    @property
    def scales(self) -> tuple[tuple[float, float], ...]:
        """Scale and offset of each band."""
        return self.scaling or ((1.0, 0.0),) * len(self.bands)

    @property
    def is_scaled(self) -> bool:
        """Whether values stand for other ones, in physical units."""
        return any(pair != (1.0, 0.0) for pair in self.scales)

    def over(self, rect: Rect) -> LayerSpec:
        """The same layer over a part of it."""
        column, row = rect.left - self.rect.left, rect.top - self.rect.top
        a, b, x, d, e, y = self.transform[:6]
        place = Affine(a, b, a * column + b * row + x, d, e, d * column + e * row + y)
        return LayerSpec(self.bands, rect, place, self.crs, self.tags, self.dtype, self.scaling)

    def check_pixels(self, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> None:
        """Make sure that pixels (band, y, x) and what is valid of them, (y, x), are of this layer.

        Raises:
            ValueError: their types or shapes are others.
        """
        if pixels.dtype != self.dtype or valid.dtype != np.bool_:
            raise ValueError(f"pixels must be {self.dtype} and valid bool, not {pixels.dtype} and {valid.dtype}")
        if pixels.shape != (len(self.bands), *self.shape_yx) or valid.shape != self.shape_yx:
            raise ValueError(
                f"pixels must be ({len(self.bands)}, {self.shape_yx[0]}, {self.shape_yx[1]}) with their validity, "
                f"not {pixels.shape} with {valid.shape}"
            )


def kept_pixels(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[Any]:
    """The pixels (band, y, x) as every file holds them: floats are 0 where they are not valid, never NaN.

    An overview's average would spread a NaN over its neighbours.
    """
    if pixels.dtype.kind != "f" or bool(valid.all()):
        return pixels
    return np.where(valid, pixels, np.zeros((), pixels.dtype))
