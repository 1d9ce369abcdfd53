"""Rasters made for a test, of every kind that a person may bring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

UTM_TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)


@pytest.fixture
def make_raster(tmp_path: Path) -> Callable[..., Path]:
    """Write (band, y, x) as a GeoTIFF; a mask is written inside the file, `meanings` are colour interpretations."""

    def make(
        image: NDArray[Any] | None = None,
        name: str = "source.tif",
        mask: NDArray[np.bool_] | None = None,
        meanings: list[str] | None = None,
        **changes: Any,
    ) -> Path:
        if image is None:
            image = np.random.default_rng(0).integers(1, 255, (3, 96, 80), np.uint8)
        path = tmp_path / name
        profile: dict[str, Any] = {"crs": "EPSG:32611", "transform": UTM_TRANSFORM, "driver": "GTiff"} | changes
        bands, height, width = image.shape
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", count=bands, height=height, width=width, dtype=image.dtype, **profile) as target,
        ):
            if meanings:
                target.colorinterp = [rasterio.enums.ColorInterp[meaning] for meaning in meanings]
            target.write(image)
            if mask is not None:
                target.write_mask(mask)
        return path

    return make
