"""A layer as one Cloud Optimized GeoTIFF, made of its blocks: written aside, read back, and only then given its name.

GDAL's driver for them copies what is finished already: so the blocks stand together as a VRT in memory, with
overviews in files aside, which count towards the room that is needed and are gone before it ends. The bytes depend on
the pixels and on what the layer says of itself: not on how it was cut, nor in what order.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.errors import RasterioIOError

from .block_set import BlockPaths, check_cover, make_vrt
from .disk import BLOCK_PX, overview_factors
from .layer import LayerSpec
from .overviews import make_overviews, window_checksums
from .partial import PartialFile
from .writing import CACHE_BYTES, NOT_AS_WRITTEN, open_quietly, to_rasterio_crs, writing

TRAILER_BYTES = 4
"""Behind each block of a COG its last bytes stand once more."""


def write_cog(path: Path, spec: LayerSpec, blocks: BlockPaths, overwrite: bool) -> Path:
    """Make the one file of a layer from its blocks; its name comes back, another one where Windows holds it open.

    Takes about 120 MB, whatever the layer's size, and beside the result a third of its size on the disk.

    Args:
        path: final name.
        spec: of the layer.
        blocks: local files of `encode_block` that cover it; they are read, and stay.
        overwrite: whether a file of that name is replaced.

    Raises:
        OutputError: the file cannot be written, or does not hold what the blocks hold; nothing is left behind.
    """
    check_cover(spec, blocks)
    # what was written aside goes last: an error asks how much room is left
    with ExitStack() as aside, writing(path):
        partial = PartialFile(path)
        aside.callback(partial.discard)
        assemble_cog(partial.path, spec, blocks, aside)
        return partial.publish(overwrite)


def assemble_cog(path: Path, spec: LayerSpec, blocks: BlockPaths, aside: ExitStack) -> None:
    """Write a COG aside and read it back.

    Args:
        path: where it stands until it has its name; overviews stand beside it.
        spec: of the layer.
        blocks: cover it.
        aside: removes the overviews.

    Raises:
        RasterioError: it cannot be written, or does not hold what the blocks hold; or another of `WRITE_ERRORS`.
    """
    names = tuple(path.with_name(f"{path.name}.{factor}") for factor in overview_factors(spec.shape_yx))
    for name in names:
        aside.callback(name.unlink, missing_ok=True)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        overviews = make_overviews(make_vrt(spec, blocks), spec, names)
        _copy(make_vrt(spec, blocks, overviews.paths), path, spec)
        _verify(path, spec, overviews.checksums)


def _copy(vrt: str, path: Path, spec: LayerSpec) -> None:
    kind = "FLOATING_POINT" if np.dtype(spec.dtype).kind == "f" else "STANDARD"
    overviews = "FORCE_USE_EXISTING" if overview_factors(spec.shape_yx) else "NONE"
    with open_quietly(vrt) as dataset:
        rasterio.shutil.copy(
            dataset, path, driver="COG", COMPRESS="ZSTD", LEVEL=1, PREDICTOR=kind, BLOCKSIZE=BLOCK_PX,
            BIGTIFF="IF_SAFER", STATISTICS="NO", SPARSE_OK="NO", NUM_THREADS=1, OVERVIEWS=overviews,
        )  # fmt: skip


def _verify(path: Path, spec: LayerSpec, checksums: tuple[tuple[int, ...], ...]) -> None:
    """Read every level back against what it must hold; GDAL can lose blocks without an error on a full disk.

    Raises:
        RasterioError: it does not hold that, has holes, or does not say what the layer says of itself.
    """
    with open_quietly(path, driver="GTiff") as dataset:
        levels = len(dataset.overviews(1))
        is_right = _is_labelled(dataset, spec) and window_checksums(dataset) == checksums[0]
    if not is_right or levels != len(checksums) - 1:
        raise RasterioIOError(NOT_AS_WRITTEN)
    for level, wanted in enumerate(checksums[1:]):
        with open_quietly(path, driver="GTiff", overview_level=level) as dataset:
            if window_checksums(dataset) != wanted:
                raise RasterioIOError(NOT_AS_WRITTEN)
    end = 0
    for number in range(1, 2 * (1 + levels) + 1):
        with open_quietly(f"GTIFF_DIR:{number}:{path}") as dataset:
            end = max(end, last_byte(dataset))
    if path.stat().st_size != end + TRAILER_BYTES:
        raise RasterioIOError(NOT_AS_WRITTEN)


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


def last_byte(dataset: Any) -> int:
    """Where the last block of a TIFF's directory ends in the file.

    Raises:
        RasterioError: a block was never written; it would read as zeros, without an error.
    """
    rows, columns = dataset.block_shapes[0]
    end = 0
    for y in range(-(-dataset.height // rows)):
        for x in range(-(-dataset.width // columns)):
            size, start = (dataset.get_tag_item(f"BLOCK_{what}_{x}_{y}", "TIFF", bidx=1) for what in ("SIZE", "OFFSET"))
            if size in (None, "0") or start is None:
                raise RasterioIOError(NOT_AS_WRITTEN)
            end = max(end, int(start) + int(size))
    return end
