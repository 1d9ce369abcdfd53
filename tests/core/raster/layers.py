"""Layers that tests write: whole arrays, cut into blocks as a plan cuts them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.lattice import Rect, split
from landcast.core.raster.block_file import encode_block
from landcast.core.raster.layer import LayerSpec
from landcast.core.raster.provenance import band_names, make_tags

TAGS = make_tags({"model": "tiny", "source": "Höfe & <Wege>.tif", "years_ahead": "2", "seed": 5, "tones": '{"a": [1]}'})
CORNER = 5_000_123, -700_045
"""Row and column of the grid at which layers begin; no block begins there."""


def make_spec(shape_yx: tuple[int, int], bands: int = 3, dtype: str = "uint8", **changes: Any) -> LayerSpec:
    """A layer of a size, somewhere on a grid."""
    names = band_names(bands) if bands in (1, 3) else tuple(f"Predicted {number}" for number in range(bands))
    values: dict[str, Any] = {
        "bands": names, "rect": Rect(*CORNER, *shape_yx), "transform": Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0),
        "crs": CRS.from_epsg(32611), "tags": TAGS, "dtype": dtype,
    }  # fmt: skip
    return LayerSpec(**(values | changes))


def make_pixels(spec: LayerSpec, seed: int = 0) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The whole range of a type, (band, y, x), and what is valid: half of the pixels, and none in a corner."""
    generator = np.random.default_rng(seed)
    shape = len(spec.bands), *spec.shape_yx
    if np.dtype(spec.dtype).kind == "f":
        pixels = generator.normal(0, 1e6, shape).astype(spec.dtype)
        pixels[:, :5] = np.nan
    else:
        kind = np.iinfo(spec.dtype)
        pixels = generator.integers(kind.min, kind.max, shape, spec.dtype, endpoint=True)
    valid = generator.random(spec.shape_yx) < 0.5
    valid[: max(1, spec.shape_yx[0] // 8), : spec.shape_yx[1] // 8] = False
    if np.dtype(spec.dtype).kind == "f":
        valid[:5] = False
    return pixels, valid


def write_blocks(
    folder: Path, spec: LayerSpec, pixels: NDArray[Any], valid: NDArray[np.bool_], side: int = 256,
    order: Iterable[int] | None = None,
) -> dict[Rect, Path]:  # fmt: skip
    """Write all blocks of a layer, in some order; files by what they cover, in order of their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    rects = list(split(spec.rect, side))
    paths = {rect: folder / f"{number:06d}.tif" for number, rect in enumerate(rects)}
    for number in range(len(rects)) if order is None else order:
        rows, columns = rects[number].slices_in(spec.rect)
        paths[rects[number]].write_bytes(
            encode_block(spec, rects[number], pixels[:, rows, columns], valid[rows, columns])
        )
    return paths
