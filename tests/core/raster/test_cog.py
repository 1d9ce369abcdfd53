"""One COG of a layer: exact, the same however it was cut, valid by GDAL's own rules, whole or not there."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.errors import OutputError
from landcast.core.lattice import Rect
from landcast.core.raster import cog
from landcast.core.raster.cog import write_cog
from landcast.core.raster.disk import overview_factors
from landcast.core.raster.layer import DTYPES, LayerSpec, kept_pixels
from landcast.core.raster.overviews import halve
from landcast.core.raster.result import ResultFile
from landcast.core.raster.writing import open_quietly
from landcast.tests.core.raster.layers import CORNER, TAGS, make_pixels, make_spec, write_blocks

SHAPE_YX = 700, 1100
LOCAL = 'ENGCRS["x",EDATUM[""],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'
OLDER = b"what was there before" * 1000


def make(folder: Path, spec: LayerSpec, seed: int = 0, side: int = 256, name: str = "a_pred.tif") -> Path:
    """Blocks and the COG of them."""
    blocks = write_blocks(folder / f"blocks{side}", spec, *make_pixels(spec, seed), side)
    return write_cog(folder / name, spec, blocks, overwrite=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read_levels(path: Path) -> list[tuple[NDArray[Any], NDArray[np.bool_]]]:
    """Pixels and validity of the image and all overviews."""
    with rasterio.open(path) as image:
        found = [(image.read(), image.read_masks(1) > 0)]
        levels = len(image.overviews(1))
    for level in range(levels):
        with rasterio.open(path, overview_level=level) as overview:
            found.append((overview.read(), overview.read_masks(1) > 0))
    return found


def cog_faults(path: Path) -> list[str]:
    """What GDAL's validate_cloud_optimized_geotiff and rio-cogeo would say against a file.

    By their rules: tiled, overviews present beyond 512 px and ever smaller, all directories before any data, the data
    of the smallest overview first and of the image last, each block's leader telling its size.
    """
    faults = []
    data = path.read_bytes()
    is_big = data[:4] == b"II+\0"
    with rasterio.open(path) as image:
        levels = len(image.overviews(1))
        if image.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") != "COG":
            faults.append("GDAL does not say that its layout is one of a COG")
        if max(image.shape) > 512 and not levels:
            faults.append("no overviews")
        if path.with_name(f"{path.name}.ovr").exists():
            faults.append("overviews beside the file")
    starts: dict[bool, list[tuple[int, tuple[int, int]]]] = {False: [], True: []}
    directories = []
    for number in range(1, 2 * (1 + levels) + 1):
        with open_quietly(f"GTIFF_DIR:{number}:{path}") as part:
            if part.block_shapes[0] != (512, 512):
                faults.append(f"directory {number} is not tiled")
            is_mask = part.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == "1"
            rows, columns = (-(-side // 512) for side in part.shape)
            places = [(x, y) for y in range(rows) for x in range(columns)]
            offsets = [int(part.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=1)) for x, y in places]
            counts = [int(part.get_tag_item(f"BLOCK_SIZE_{x}_{y}", "TIFF", bidx=1)) for x, y in places]
            if offsets != sorted(offsets):
                faults.append(f"blocks of directory {number} are out of order")
            for offset, count in zip(offsets, counts, strict=True):
                if struct.unpack("<I", data[offset - 4 : offset])[0] != count:
                    faults.append(f"a leader of directory {number} does not tell the size")
            starts[is_mask].append((offsets[0], part.shape))
            directories.append(int(part.get_tag_item("IFD_OFFSET", "TIFF", bidx=1)))
    if max(directories) > min(start for found in starts.values() for start, _ in found):
        faults.append("a directory stands behind data")
    for is_mask, found in starts.items():
        by_size = sorted(found, key=lambda one: one[1])
        if len(found) != 1 + levels or [start for start, _ in by_size] != sorted(start for start, _ in found):
            faults.append(f"data of an overview stands behind that of a larger one (masks: {is_mask})")
    if is_big:
        faults.append("BigTIFF without need")
    return faults


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bands", [1, 2, 3])
def test_it_holds_what_the_blocks_hold_in_every_type(tmp_path: Path, dtype: str, bands: int) -> None:
    spec = make_spec((530, 700), bands, dtype)
    pixels, valid = make_pixels(spec)
    path = make(tmp_path, spec)
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), kept_pixels(pixels, valid))
        np.testing.assert_array_equal(result.read_masks(1) > 0, valid)
        assert set(result.dtypes) == {dtype}
        assert result.nodata is None
        assert result.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == ("3" if np.dtype(dtype).kind == "f" else "2")
        assert result.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "ZSTD"
        assert result.overviews(1) == overview_factors(spec.shape_yx)
    assert cog_faults(path) == []
    assert names(tmp_path) == ["a_pred.tif", "blocks256"]


def test_it_says_all_that_the_blocks_say(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX, scaling=((2.0, 0.5), (0.1, 0.0), (1.0, -3.0)))
    with rasterio.open(make(tmp_path, spec)) as result:
        assert TAGS.items() <= result.tags().items()
        assert result.tags().keys() - TAGS.keys() == {"AREA_OR_POINT"}
        assert result.descriptions == spec.bands
        assert tuple(zip(result.scales, result.offsets, strict=True)) == spec.scaling
        assert [band.name for band in result.colorinterp] == ["red", "green", "blue"]
        assert result.crs.to_epsg() == 32611
        assert result.transform == spec.transform


@pytest.mark.parametrize(
    "crs",
    ["EPSG:2193", "EPSG:3413", "EPSG:32611+5703", "EPSG:3857", LOCAL],
    ids=["north before east", "polar", "with heights", "web", "no place"],
)  # fmt: skip
def test_it_lies_where_a_plain_result_lies(tmp_path: Path, crs: str) -> None:
    spec = make_spec((40, 50), crs=CRS.from_user_input(crs))
    pixels, valid = make_pixels(spec)
    with ResultFile(tmp_path / "plain.tif", spec.bands, spec.shape_yx, spec.transform, spec.crs, spec.tags) as file:
        file.write_rows(pixels, valid)
        file.close()
        file.publish(False)
    with rasterio.open(make(tmp_path, spec)) as result, rasterio.open(tmp_path / "plain.tif") as plain:
        assert result.crs == plain.crs
        assert result.crs
        assert result.transform == plain.transform


@pytest.mark.parametrize("shape_yx", [(1, 1), (1, 700), (700, 1), (256, 256), (257, 512), (513, 1025)])
@pytest.mark.parametrize("is_valid", [True, False], ids=["whole", "masked"])
def test_any_size_and_validity_does(tmp_path: Path, shape_yx: tuple[int, int], is_valid: bool) -> None:
    spec = make_spec(shape_yx)
    pixels, valid = make_pixels(spec)[0] * np.uint8(is_valid), np.full(shape_yx, is_valid)
    path = write_cog(tmp_path / "a.tif", spec, write_blocks(tmp_path / "b", spec, pixels, valid), overwrite=False)
    levels = read_levels(path)
    np.testing.assert_array_equal(levels[0][0], pixels)
    assert all((mask == is_valid).all() for _, mask in levels)
    assert cog_faults(path) == []


def test_the_bytes_depend_on_the_pixels_and_not_on_how_or_in_what_order_they_were_cut(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    pixels, valid = make_pixels(spec)
    made = set()
    for side in (128, 256, 1024):
        blocks = write_blocks(tmp_path / f"{side}", spec, pixels, valid, side)
        shuffled = random.Random(side).sample(sorted(blocks.items(), key=str), len(blocks))
        made.add(write_cog(tmp_path / f"{side}.tif", spec, dict(shuffled), overwrite=False).read_bytes())
    assert len(made) == 1
    assert make(tmp_path, spec, seed=1).read_bytes() not in made


def test_a_block_that_was_made_again_or_last_changes_nothing(tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    pixels, valid = make_pixels(spec)
    order = random.Random(3).sample(range(20), 20)
    one = write_blocks(tmp_path / "one", spec, pixels, valid)
    other = write_blocks(tmp_path / "other", spec, pixels, valid, order=[*order, *order])
    first, second = (
        write_cog(tmp_path / f"{number}.tif", spec, blocks, overwrite=False)
        for number, blocks in enumerate((one, other))
    )
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_overviews_are_means_of_what_is_valid_across_the_edges_of_blocks(tmp_path: Path, dtype: str) -> None:
    """Against means of the whole array: no block's edge lies on an even pixel, as the layer begins on an odd one."""
    spec = make_spec((701, 901), dtype=dtype)
    levels = read_levels(make(tmp_path, spec))
    assert len(levels) == 1 + len(overview_factors(spec.shape_yx))
    for (larger, seen), (smaller, is_valid) in pairwise(levels):
        height, width = seen.shape
        wide = np.full((3, height + height % 2, width + width % 2), np.nan)
        wide[:, :height, :width] = np.where(seen, larger.astype(np.float64), np.nan)
        squares = wide.reshape(3, wide.shape[1] // 2, 2, wide.shape[2] // 2, 2)
        counts = np.isfinite(squares).sum((2, 4))
        np.testing.assert_array_equal(is_valid, counts[0] > 0)
        mean = np.nansum(squares, (2, 4)) / np.maximum(counts, 1)
        rounding = 1e-6 * np.abs(larger[:, seen]).max() if dtype == "float32" else 0.5
        assert np.abs(smaller[:, is_valid] - mean[:, is_valid]).max() <= rounding


def test_overviews_of_what_is_valid_are_those_of_gdal(tmp_path: Path) -> None:
    spec = make_spec((512, 1024))
    pixels = make_pixels(spec)[0]
    plain = tmp_path / "plain.tif"
    with open_quietly(plain, "w", driver="GTiff", width=1024, height=512, count=3, dtype="uint8") as dataset:
        dataset.write(pixels)
        dataset.build_overviews([2, 4], rasterio.enums.Resampling.average)
    path = write_cog(
        tmp_path / "a.tif", spec, write_blocks(tmp_path / "b", spec, pixels, np.ones((512, 1024), bool)), False
    )
    with rasterio.open(path) as result, open_quietly(plain) as whole:
        np.testing.assert_array_equal(result.read(), whole.read())
    for level in range(2):
        with rasterio.open(path, overview_level=level) as found, open_quietly(plain, overview_level=level) as wanted:
            np.testing.assert_array_equal(found.read(), wanted.read())


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_mean_of_equal_pixels_is_that_pixel_at_both_ends_of_a_type(dtype: str) -> None:
    ends = (-1.5, 2.0**100) if np.dtype(dtype).kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    for value in ends:
        pixels = np.full((2, 5, 7), value, dtype)
        for valid in (np.ones((5, 7), bool), np.random.default_rng(0).random((5, 7)) < 0.7):
            mean, is_valid = halve(pixels, valid)
            assert mean.shape == (2, 3, 4)
            assert (mean[:, is_valid] == pixels[0, 0, 0]).all()
            assert (mean[:, ~is_valid] == 0).all()


def test_blocks_that_do_not_cover_the_layer_once_are_a_mistake_of_the_caller(tmp_path: Path) -> None:
    spec = make_spec((300, 300))
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec), 100)
    first, *others = blocks
    twice = {**blocks, Rect(*CORNER, 1, 1): blocks[first]}
    doubled = {rect: blocks[rect] for rect in others[1:]} | {
        Rect(others[1].top, others[1].left - 1, *first.shape_yx): blocks[first],
        Rect(others[2].top, others[2].left, *others[0].shape_yx): blocks[first],
    }
    for wrong in ({rect: blocks[rect] for rect in others}, twice, doubled, {}):
        with pytest.raises(ValueError, match="must cover all"):
            write_cog(tmp_path / "a.tif", spec, wrong, overwrite=False)
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_block_that_is_damaged_or_gone_is_an_error_and_leaves_nothing(tmp_path: Path, share: float) -> None:
    spec = make_spec(SHAPE_YX)
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec))
    victim = list(blocks.values())[7]
    victim.write_bytes(victim.read_bytes()[: round(victim.stat().st_size * share)])
    (tmp_path / "a.tif").write_bytes(OLDER)
    with pytest.raises(OutputError, match=r"a\.tif: cannot be written: .*nothing was left behind"):
        write_cog(tmp_path / "a.tif", spec, blocks, overwrite=True)
    victim.unlink()
    with pytest.raises(OutputError, match=r"a\.tif: cannot be written"):
        write_cog(tmp_path / "a.tif", spec, blocks, overwrite=True)
    assert names(tmp_path) == ["a.tif", "b"]
    assert (tmp_path / "a.tif").read_bytes() == OLDER


def test_a_failure_that_gdal_does_not_explain_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SystemError("Unknown GDAL Error. To debug: ...")

    spec = make_spec((300, 300))
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec))
    monkeypatch.setattr(rasterio.shutil, "copy", fail)
    with pytest.raises(
        OutputError, match=r"a\.tif: cannot be written: GDAL failed, and did not say why; nothing was left"
    ):
        write_cog(tmp_path / "a.tif", spec, blocks, overwrite=False)
    assert names(tmp_path) == ["b"]


def test_a_file_that_appeared_meanwhile_is_left_alone(tmp_path: Path) -> None:
    spec = make_spec((300, 300))
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec))
    (tmp_path / "a.tif").write_bytes(OLDER)
    with pytest.raises(OutputError, match="appeared meanwhile"):
        write_cog(tmp_path / "a.tif", spec, blocks, overwrite=False)
    assert (tmp_path / "a.tif").read_bytes() == OLDER
    assert names(tmp_path) == ["a.tif", "b"]


def damage_of(kind: str) -> Callable[[Path], None]:
    """What a disk may do to a file behind the back of who wrote it."""

    def do(path: Path) -> None:
        size = path.stat().st_size
        if kind.startswith("zeros"):
            with path.open("r+b") as stream:
                stream.seek(round(size * float(kind.split()[1])))
                stream.write(bytes(64))
        else:
            os.truncate(path, size - int(kind.split()[1]))

    return do


@pytest.mark.parametrize("kind", ["zeros 0.0", "zeros 0.05", "zeros 0.4", "zeros 0.99", "lost 1", "lost 90000"])
def test_a_file_that_was_damaged_on_its_way_to_the_disk_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    spec = make_spec(SHAPE_YX)
    copy = cog._copy

    def damaging(vrt: str, path: Path, layer: LayerSpec) -> None:
        copy(vrt, path, layer)
        damage_of(kind)(path)

    monkeypatch.setattr(cog, "_copy", damaging)
    with pytest.raises(OutputError, match="nothing was left behind"):
        make(tmp_path, spec)
    assert names(tmp_path) == ["blocks256"]


def test_a_disk_of_any_size_holds_the_whole_result_or_none(small_disk: Callable[[int], Path], tmp_path: Path) -> None:
    spec = make_spec(SHAPE_YX)
    blocks = write_blocks(tmp_path / "b", spec, *make_pixels(spec))
    reference = write_cog(tmp_path / "a.tif", spec, blocks, overwrite=False).read_bytes()
    said, whole_from = set(), 0
    for size in range(16_384, 2 * len(reference), len(reference) // 12):
        folder = small_disk(size + len(OLDER) + 4096)
        path = folder / "a.tif"
        path.write_bytes(OLDER)
        try:
            write_cog(path, spec, blocks, overwrite=True)
        except OutputError as error:
            said.add(str(error))
            assert whole_from == 0, "a larger disk held less"
            assert path.read_bytes() == OLDER
        else:
            whole_from = whole_from or size
            assert path.read_bytes() == reference
        assert names(folder) == ["a.tif"]
    assert len(reference) <= whole_from <= 1.5 * len(reference)
    assert all("the disk is full" in text and "-o" in text for text in said)


def test_what_a_killed_process_left_beside_is_removed(tmp_path: Path) -> None:
    spec = make_spec((300, 300))
    left = [tmp_path / f".a_pred.tif.0badcafe.partial{end}" for end in ("", ".2", ".4")]
    others = [tmp_path / ".b_pred.tif.0badcafe.partial.2", tmp_path / ".a_pred.tif.landcast"]
    for path in (*left, *others):
        path.write_bytes(b"rows")
    make(tmp_path, spec)
    assert names(tmp_path) == sorted([*(path.name for path in others), "a_pred.tif", "blocks256"])
