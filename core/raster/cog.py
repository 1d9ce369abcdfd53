"""A layer as one Cloud Optimized GeoTIFF, made of its blocks: written aside, read back, and only then given its name.

GDAL's driver for them copies what is finished already, so the blocks stand together as a VRT in memory. It puts
overviews into files beside the result, which count towards the room that is needed, and are gone before it ends.
The bytes depend on the pixels and on what the layer says of itself: not on how it was cut, nor in what order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from ..lattice import Rect
from .block_file import decode_block
from .block_set import BlockPaths, check_cover, make_vrt
from .disk import BLOCK_PX, overview_factors
from .layer import LayerSpec, kept_pixels
from .partial import PartialFile
from .writing import CACHE_BYTES, NOT_AS_WRITTEN, open_quietly, to_rasterio_crs, writing

Pieces = Iterator[tuple[Rect, NDArray[Any], NDArray[np.bool_]]]
"""Pixels (band, y, x) and what is valid of them, (y, x), by what they cover of the grid."""
READ_PX = 1024
"""Side of what is read back at once."""


def write_cog(path: Path, spec: LayerSpec, blocks: BlockPaths, overwrite: bool) -> Path:
    """Make the one file of a layer from its blocks; its name comes back, another one where Windows holds it open.

    Takes about 100 MB, whatever the layer's size, and room on the disk as `disk.estimate_cog_bytes` says.

    Args:
        path: final name.
        spec: of the layer.
        blocks: local files of `encode_block` that cover it; they are read, and stay.
        overwrite: whether a file of that name is replaced.

    Raises:
        OutputError: the file cannot be written, or does not hold what the blocks hold; nothing is left behind.
    """
    check_cover(spec, blocks)

    def pieces() -> Pieces:
        for rect, block in sorted(blocks.items(), key=lambda item: (item[0].top, item[0].left)):
            yield rect, *decode_block(block, spec, rect)

    with writing(path), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        partial = PartialFile(path)
        try:
            copy_as_cog(make_vrt(spec, blocks), partial.path, spec)
            verify_cog(partial.path, spec, pieces)
            return partial.publish(overwrite)
        finally:
            partial.discard()


def copy_as_cog(source: str, path: Path, spec: LayerSpec) -> None:
    """Let GDAL write what can be opened as `source`, a VRT's text or a path, as a COG."""
    levels = len(overview_factors(spec.shape_yx))
    kind = "FLOATING_POINT" if np.dtype(spec.dtype).kind == "f" else "STANDARD"
    with open_quietly(source) as dataset:
        rasterio.shutil.copy(
            dataset, path, driver="COG", COMPRESS="ZSTD", LEVEL=1, PREDICTOR=kind, BLOCKSIZE=BLOCK_PX,
            BIGTIFF="IF_SAFER", STATISTICS="NO", SPARSE_OK="NO", RESAMPLING="AVERAGE", NUM_THREADS=1,
            **({"OVERVIEWS": "IGNORE_EXISTING", "OVERVIEW_COUNT": levels} if levels else {"OVERVIEWS": "NONE"}),
        )  # fmt: skip


def verify_cog(path: Path, spec: LayerSpec, pieces: Callable[[], Pieces]) -> None:
    """Read a COG back against the pixels that it must hold; GDAL can lose blocks without an error on a full disk.

    Raises:
        RasterioError: it does not hold them, has holes, or does not say what the layer says of itself.
    """
    with open_quietly(path, driver="GTiff") as dataset:
        levels = len(overview_factors(spec.shape_yx))
        if not (_is_labelled(dataset, spec) and len(dataset.overviews(1)) == levels):
            raise RasterioIOError(NOT_AS_WRITTEN)
        for rect, pixels, valid in pieces():
            rows, columns = rect.slices_in(spec.rect)
            window = Window.from_slices(rows, columns)
            same = np.array_equal(dataset.read(window=window), kept_pixels(pixels, valid))
            if not (same and np.array_equal(dataset.read_masks(1, window=window) > 0, valid)):
                raise RasterioIOError(NOT_AS_WRITTEN)
    # the image, its mask, and both of each overview
    for number in range(1, 2 * (1 + levels) + 1):
        with open_quietly(f"GTIFF_DIR:{number}:{path}") as dataset:
            if _has_holes(dataset):
                raise RasterioIOError(NOT_AS_WRITTEN)
            if number > 2:
                read_through(dataset)


def read_through(dataset: Any) -> None:
    """Read every block, for the error that a damaged one raises."""
    for top in range(0, dataset.height, READ_PX):
        for left in range(0, dataset.width, READ_PX):
            size = min(READ_PX, dataset.width - left), min(READ_PX, dataset.height - top)
            dataset.read(window=Window(left, top, *size))


def _is_labelled(dataset: Any, spec: LayerSpec) -> bool:
    """Whether a file says what its layer says of itself."""
    tags = dataset.tags()
    return bool(
        all(tags.get(name) == text for name, text in spec.tags.items() if text)
        and dataset.descriptions == spec.bands
        and dataset.shape == spec.shape_yx
        and set(dataset.dtypes) == {spec.dtype}
        and dataset.transform.almost_equals(spec.transform)
        and bool(dataset.crs) == bool(to_rasterio_crs(spec.crs))
        and tuple(zip(dataset.scales, dataset.offsets, strict=True)) == spec.scales
    )


def _has_holes(dataset: Any) -> bool:
    """Whether a block was never written; it would read as zeros, without an error."""
    rows, columns = dataset.block_shapes[0]
    blocks = ((y, x) for y in range(-(-dataset.height // rows)) for x in range(-(-dataset.width // columns)))
    return any(dataset.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=1) in (None, "0") for y, x in blocks)
