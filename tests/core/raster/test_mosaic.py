"""Blocks under a VRT: read as one picture, moved as one folder, whole or not there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from landcast.core.errors import OutputError
from landcast.core.lattice import split
from landcast.core.raster import mosaic
from landcast.core.raster.block_file import decode_block
from landcast.core.raster.cog import write_cog
from landcast.core.raster.layer import LayerSpec, kept_pixels
from landcast.core.raster.mosaic import block_name, mosaic_folders, write_mosaic
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import open_source
from landcast.tests.core.raster.layers import TAGS, make_pixels, make_spec, write_blocks

SHAPE_YX = 700, 1100


def make(folder: Path, spec: LayerSpec, seed: int = 0, side: int = 512, overwrite: bool = False) -> Path:
    """Blocks and a VRT over them, in a folder of its own; the blocks' first names are gone."""
    blocks = write_blocks(folder.parent / f"blocks_of_{folder.name}", spec, *make_pixels(spec, seed), side)
    folder.mkdir(exist_ok=True)
    path = write_mosaic(folder / "a_pred.vrt", spec, blocks, overwrite)
    shutil.rmtree(folder.parent / f"blocks_of_{folder.name}")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("bands", [1, 3])
def test_it_reads_as_the_one_file_of_the_same_blocks_does(tmp_path: Path, dtype: str, bands: int) -> None:
    spec = make_spec(SHAPE_YX, bands, dtype, scaling=((2.0, 0.5),) * bands)
    pixels, valid = make_pixels(spec)
    cog = write_cog(tmp_path / "a.tif", spec, write_blocks(tmp_path / "b", spec, pixels, valid), overwrite=False)
    path = make(tmp_path / "out", spec)
    with rasterio.open(path) as tiles, rasterio.open(cog) as whole:
        np.testing.assert_array_equal(tiles.read(), kept_pixels(pixels, valid))
        np.testing.assert_array_equal(tiles.read_masks(1), whole.read_masks(1))
        assert TAGS.items() <= tiles.tags().items()
        for name in ("shape", "crs", "transform", "descriptions", "scales", "offsets", "dtypes", "colorinterp"):
            assert getattr(tiles, name) == getattr(whole, name), name
        assert tiles.overviews(1) == whole.overviews(1) == [2, 4, 8]
    for level in range(3):
        with rasterio.open(path, overview_level=level) as tiles, rasterio.open(cog, overview_level=level) as whole:
            np.testing.assert_array_equal(tiles.read(), whole.read())
            np.testing.assert_array_equal(tiles.read_masks(1), whole.read_masks(1))


def test_it_still_reads_where_it_was_moved_to(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    path = make(tmp_path / "out", spec)
    assert str(tmp_path) not in path.read_text()
    moved = (tmp_path / "out").rename(tmp_path / "else & where")
    with rasterio.open(moved / path.name) as tiles, rasterio.open(moved / path.name, overview_level=2) as small:
        np.testing.assert_array_equal(tiles.read(), make_pixels(spec)[0])
        assert small.read().any()


def test_each_block_is_a_result_of_its_own_named_by_its_place(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    pixels, valid = make_pixels(spec)
    path = make(tmp_path / "out", spec)
    (folder,) = mosaic_folders(path)
    rects = list(split(spec.rect, 512))
    overviews = [f"overview_{factor}.tif" for factor in (2, 4, 8)]
    assert names(folder) == sorted([*(block_name(spec, rect) for rect in rects), *overviews])
    for rect in rects:
        rows, columns = rect.slices_in(spec.rect)
        found, is_valid = decode_block(folder / block_name(spec, rect), spec, rect)
        np.testing.assert_array_equal(found, pixels[:, rows, columns])
        np.testing.assert_array_equal(is_valid, valid[rows, columns])
    for name in names(folder):
        with rasterio.open(folder / name) as one:
            assert one.tags()["LANDCAST_SYNTHETIC"] == "YES"
            assert one.crs.to_epsg() == 32611


def test_it_can_be_the_source_of_another_prediction(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    with open_source(make(tmp_path / "out", spec), SourceOptions()) as source:
        assert source.shape_yx == SHAPE_YX


@pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="no GDAL of the system")
def test_the_systems_gdal_reads_it_too(tmp_path: Path) -> None:
    path = make(tmp_path / "out", make_spec(SHAPE_YX))
    said = subprocess.run(["gdalinfo", "-json", "-checksum", str(path)], capture_output=True, text=True, check=True)
    assert "ERROR" not in said.stderr
    bands = json.loads(said.stdout)["bands"]
    assert [band["mask"]["flags"] for band in bands] == [["PER_DATASET"]] * 3
    assert [len(band["overviews"]) for band in bands] == [3] * 3
    with rasterio.open(path) as tiles:
        assert [band["checksum"] for band in bands] == [tiles.checksum(number) for number in (1, 2, 3)]


@pytest.mark.parametrize("shape_yx", [(1, 1), (1, 700), (700, 1)])
@pytest.mark.parametrize("is_valid", [True, False], ids=["whole", "masked"])
def test_any_size_and_validity_does(tmp_path: Path, shape_yx: tuple[int, int], is_valid: bool) -> None:
    spec = make_spec(shape_yx)
    pixels, valid = make_pixels(spec)[0], np.full(shape_yx, is_valid)
    path = write_mosaic(tmp_path / "a.vrt", spec, write_blocks(tmp_path / "b", spec, pixels, valid), overwrite=False)
    with rasterio.open(path) as tiles:
        np.testing.assert_array_equal(tiles.read(), pixels)
        assert (tiles.read_masks(1) > 0).all() == is_valid


def test_equal_blocks_make_equal_files(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    found = []
    for name in ("one", "other"):
        path = make(tmp_path / name, spec)
        found.append({str(one.relative_to(tmp_path / name)): one.read_bytes() for one in path.parent.rglob("*.*f")})
        found[-1]["vrt"] = path.read_bytes()
    assert found[0] == found[1]


def test_another_result_takes_the_place_of_an_older_one_and_its_blocks(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    older = mosaic_folders(make(tmp_path / "out", spec))
    with pytest.raises(OutputError, match=r"a_pred\.vrt: exists; --overwrite"):
        make(tmp_path / "out", spec, seed=1)
    path = make(tmp_path / "out", spec, seed=1, overwrite=True)
    assert mosaic_folders(path) != older
    assert len(names(tmp_path / "out")) == 2
    with rasterio.open(path) as tiles:
        np.testing.assert_array_equal(tiles.read(), make_pixels(spec, 1)[0])
    again = make(tmp_path / "out", spec, seed=1, overwrite=True)
    assert len(names(tmp_path / "out")) == 2
    with rasterio.open(again) as tiles:
        np.testing.assert_array_equal(tiles.read(), make_pixels(spec, 1)[0])


def test_the_older_result_stays_whole_where_the_new_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = make_spec(SHAPE_YX)
    path = make(tmp_path / "out", spec)
    before = names(path.parent)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    for where in ("make_overviews", "_rename"):
        with monkeypatch.context() as patch:
            patch.setattr(mosaic, where, fail)
            with pytest.raises(OutputError, match="the disk is full"):
                make(tmp_path / "out", spec, seed=1, overwrite=True)
        assert names(path.parent) == before
    monkeypatch.setattr("landcast.core.raster.partial.PartialFile.publish", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        make(tmp_path / "out", spec, seed=1, overwrite=True)
    assert names(path.parent) == before
    with rasterio.open(path) as tiles:
        np.testing.assert_array_equal(tiles.read(), make_pixels(spec)[0])


def test_blocks_that_a_vrt_leads_to_are_never_out_of_its_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = make_spec(SHAPE_YX)
    path = make(tmp_path / "out", spec)
    (folder,) = mosaic_folders(path)
    moved: list[Path] = []
    rename = Path.rename

    def watched(self: Path, target: Path) -> Path:
        moved.append(self)
        if target == folder and self.name.endswith(".partial.blocks"):
            raise OSError(13, os.strerror(13))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watched)
    make(tmp_path / "out", spec, overwrite=True)
    assert folder not in moved, "equal blocks are left where they are"
    victim = folder / "y000000_x000000.tif"
    victim.write_bytes(b"damaged")
    with pytest.raises(OutputError, match="cannot be written"):
        make(tmp_path / "out", spec, overwrite=True)
    assert victim.read_bytes() == b"damaged", "what was there is back"
    monkeypatch.undo()
    make(tmp_path / "out", spec, overwrite=True)
    assert names(tmp_path / "out") == sorted([folder.name, path.name])
    with rasterio.open(path) as tiles:
        np.testing.assert_array_equal(tiles.read(), make_pixels(spec)[0])


def test_a_file_system_that_cannot_sync_folders_gets_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = mosaic.sync

    def sync_files_alone(path: Path) -> None:
        if path.is_dir():
            raise OSError(22, os.strerror(22))
        sync(path)

    monkeypatch.setattr(mosaic, "sync", sync_files_alone)
    with rasterio.open(make(tmp_path / "out", make_spec(SHAPE_YX))) as tiles:
        assert tiles.shape == SHAPE_YX


def test_a_disk_of_any_size_holds_the_whole_result_or_none(small_disk: Callable[[int], Path], tmp_path: Path) -> None:
    """The blocks stand on another disk, so that they are copied."""
    spec = make_spec(SHAPE_YX)
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec), 512)
    total = sum(path.stat().st_size for path in blocks.values())
    whole_from, said = 0, set()
    for size in range(16_384, 2 * total, total // 10):
        folder = small_disk(size)
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            path = write_mosaic(folder / "a.vrt", spec, blocks, overwrite=False)
        except OutputError as error:
            said.add(str(error))
            assert whole_from == 0, "a larger disk held less"
            assert names(folder) == []
        else:
            whole_from = whole_from or size
            with rasterio.open(path) as tiles:
                np.testing.assert_array_equal(tiles.read(), make_pixels(spec)[0])
    assert total <= whole_from <= 1.6 * total
    assert all("the disk is full" in text for text in said)


def test_a_block_that_is_damaged_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec), 512)
    victim = list(blocks.values())[3]
    victim.write_bytes(victim.read_bytes()[: victim.stat().st_size // 2])
    with pytest.raises(OutputError, match=r"a\.vrt: cannot be written"):
        write_mosaic(tmp_path / "a.vrt", spec, blocks, overwrite=False)
    assert names(tmp_path) == ["b"]


def test_what_a_killed_process_left_beside_is_removed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    left = tmp_path / "out" / ".a_pred.vrt.0badcafe.partial.blocks"
    left.mkdir()
    (left / "y000000_x000000.tif").write_bytes(b"rows")
    path = make(tmp_path / "out", make_spec((300, 300)))
    assert names(tmp_path / "out") == sorted([path.name, mosaic_folders(path)[0].name])
