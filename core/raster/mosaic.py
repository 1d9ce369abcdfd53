"""A layer as its blocks with a VRT over them: for who reads one block by itself, or cannot wait for one file.

Beside `NAME.vrt` stands a folder `NAME.1a2b3c4d.blocks` with the blocks, named by their place, and the overviews. It is
filled under another name and read back; its number follows from what it holds, so that another result never takes the
blocks away from under a VRT that is there. The VRT, which makes it a result, comes last.
"""

from __future__ import annotations

import filecmp
import hashlib
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

import rasterio
from rasterio.errors import RasterioIOError

from ..errors import OutputError
from ..files import sync
from ..lattice import Rect
from .block_set import BlockPaths, check_cover, make_vrt
from .disk import overview_factors
from .layer import LayerSpec
from .overviews import Overviews, make_overviews, window_checksums
from .partial import PartialFile, glob_escape
from .writing import CACHE_BYTES, NOT_AS_WRITTEN, open_quietly, writing

HASH_DIGITS = 8


def write_mosaic(path: Path, spec: LayerSpec, blocks: BlockPaths, overwrite: bool) -> Path:
    """Give the blocks of a layer their final names under a VRT; its name comes back.

    Blocks on the same file system are not copied: they get a second name, and may lose their first. Takes about
    120 MB, whatever the layer's size, and a third of the blocks' size on the disk.

    Args:
        path: final name, ending in `.vrt`.
        spec: of the layer.
        blocks: local files of `encode_block` that cover it; they stay.
        overwrite: whether a VRT of that name, and its folder, are replaced.

    Raises:
        OutputError: something cannot be written, or does not read back; nothing is left behind.
    """
    check_cover(spec, blocks)
    if not overwrite and (path.exists() or path.is_symlink()):
        raise OutputError(f"{path}: exists; --overwrite replaces it")
    older = mosaic_folders(path) if path.exists() else []
    # what was written aside goes last: an error asks how much room is left
    with ExitStack() as left, writing(path), rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES):
        partial = PartialFile(path)
        left.callback(partial.discard)
        aside = partial.path.with_name(f"{partial.path.name}.blocks")
        left.callback(shutil.rmtree, aside, ignore_errors=True)
        overviews = _fill(aside, spec, blocks)
        folder = path.with_name(f"{path.stem}.{_digest(spec, blocks, overviews)}.blocks")
        named = {rect: folder / block_name(spec, rect) for rect in blocks}
        text = make_vrt(spec, named, _overview_paths(folder, spec), path.parent)
        partial.path.write_text(text, encoding="utf-8")
        _rename(aside, folder)
        with ExitStack() as unless_published:
            if folder not in older:
                unless_published.callback(shutil.rmtree, folder, ignore_errors=True)
            final = partial.publish(overwrite)
            unless_published.pop_all()
        for one in older:
            if one != folder and final == path:
                shutil.rmtree(one, ignore_errors=True)
        return final


def mosaic_folders(path: Path) -> list[Path]:
    """The folders of blocks that belong to a VRT by their names: one, unless a run was ended while it replaced it."""
    digits = "[0-9a-f]" * HASH_DIGITS
    return sorted(path.parent.glob(f"{glob_escape(path.stem)}.{digits}.blocks"))


def block_name(spec: LayerSpec, rect: Rect) -> str:
    """The name of a block by its first row and column in the layer."""
    return f"y{rect.top - spec.rect.top:06d}_x{rect.left - spec.rect.left:06d}.tif"


def _fill(aside: Path, spec: LayerSpec, blocks: BlockPaths) -> Overviews:
    """Make the folder with all blocks and overviews, and read it back."""
    aside.mkdir()
    for rect, block in blocks.items():
        _give_name(block, aside / block_name(spec, rect))
    named = {rect: aside / block_name(spec, rect) for rect in blocks}
    names = _overview_paths(aside, spec)
    overviews = make_overviews(make_vrt(spec, named), spec, names)
    for level, (name, wanted) in enumerate(zip(names, overviews.checksums[1:], strict=True)):
        with open_quietly(name, driver="GTiff") as dataset:
            if window_checksums(dataset) != wanted:
                raise RasterioIOError(f"overview {level + 1}: {NOT_AS_WRITTEN}")
    with open_quietly(make_vrt(spec, named, names)) as dataset:
        if len(dataset.overviews(1)) != len(names):
            raise RasterioIOError(NOT_AS_WRITTEN)
    for one in (*named.values(), *names):
        sync(one)
    _sync_folder(aside)
    return overviews


def _give_name(block: Path, name: Path) -> None:
    """A second name for a file, or a copy of it where the file system gives none."""
    try:
        name.hardlink_to(block)
    except OSError:
        shutil.copyfile(block, name)
        if block.read_bytes() != name.read_bytes():
            raise RasterioIOError(NOT_AS_WRITTEN) from None


def _overview_paths(folder: Path, spec: LayerSpec) -> tuple[Path, ...]:
    return tuple(folder / f"overview_{factor}.tif" for factor in overview_factors(spec.shape_yx))


def _digest(spec: LayerSpec, blocks: BlockPaths, overviews: Overviews) -> str:
    """What a folder is known by: the pixels, how they are cut, and all that is said of them."""
    said = spec.bands, spec.rect, spec.transform[:6], spec.crs.to_wkt(), sorted(spec.tags.items()), spec.scales
    names = sorted(block_name(spec, rect) for rect in blocks)
    text = repr((said, spec.dtype, names, overviews.checksums))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def _rename(aside: Path, folder: Path) -> None:
    """Give a folder its name; one that has it and holds the same stays, for a VRT may lead to it."""
    if not folder.exists():
        aside.rename(folder)
    elif not _is_same(folder, aside):
        damaged = aside.with_name(f"{aside.name}.older")
        folder.rename(damaged)
        try:
            aside.rename(folder)
        except BaseException:
            damaged.rename(folder)
            raise
        shutil.rmtree(damaged, ignore_errors=True)
    _sync_folder(folder.parent)


def _is_same(folder: Path, other: Path) -> bool:
    """Whether two folders hold the same files, byte for byte."""
    names = sorted(path.name for path in other.iterdir())
    if sorted(path.name for path in folder.iterdir()) != names:
        return False
    return filecmp.cmpfiles(folder, other, names, shallow=False)[0] == names


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # its files are on the disk, whatever the file system thinks of syncing folders
        sync(folder)
