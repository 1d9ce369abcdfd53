"""The result file: whole and verified, or not there at all."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.errors import OutputError
from landcast.core.lattice import Rect, split
from landcast.core.raster.partial import glob_escape
from landcast.core.raster.provenance import BAND_NAMES, make_tags
from landcast.core.raster.result import DTYPES, ResultFile, check_output

TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)
TAGS = make_tags({"model": "tiny", "years_ahead": "2", "seed": 5})


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    """More than one block in both directions, smooth enough to have overviews of its own kind."""
    rows, columns = np.mgrid[:700, :600]
    return np.stack([rows // 3, columns // 3, (rows + columns) // 6]).astype(np.uint8)


@pytest.fixture
def valid() -> NDArray[np.bool_]:
    mask = np.ones((700, 600), bool)
    mask[100:400, 50:300] = False
    return mask


def start(path: Path, shape_yx: tuple[int, int] = (700, 600), bands: tuple[str, ...] = BAND_NAMES) -> ResultFile:
    return ResultFile(path, bands, shape_yx, TRANSFORM, CRS.from_epsg(32611), TAGS)


def write(path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], overwrite: bool = False) -> Path:
    """Write a whole result in rows that fit no block."""
    with start(path) as file:
        for top in range(0, pixels.shape[1], 130):
            file.write_rows(pixels[:, top : top + 130], valid[top : top + 130])
        file.close()
        return file.publish(overwrite)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_reads_back(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    path = tmp_path / "a_pred.tif"
    assert write(path, pixels, valid) == path
    assert names(tmp_path) == ["a_pred.tif"]
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), pixels)
        np.testing.assert_array_equal(result.read_masks(2) > 0, valid)
        assert result.transform == TRANSFORM
        assert result.crs.to_epsg() == 32611
        assert result.descriptions == BAND_NAMES
        assert [band.name for band in result.colorinterp] == ["red", "green", "blue"]
        assert result.profile["tiled"]


def test_it_has_overviews_with_mask(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    path = write(tmp_path / "a.tif", pixels, valid)
    with rasterio.open(path) as result:
        assert result.overviews(1) == [2, 4]
    with rasterio.open(path, overview_level=1) as small:
        assert max(small.shape) <= 256
        mask = small.read_masks(1) > 0
        assert not mask[30:95, 15:70].any()
        assert mask[110:, :].all()
        inside = small.read(1)[110:, :].astype(int)
        assert np.abs(inside - pixels[0, 440::4, ::4][: inside.shape[0]]).max() <= 2


def test_marks_stand_in_the_default_domain(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    with rasterio.open(write(tmp_path / "a.tif", pixels, valid)) as result:
        assert TAGS.items() <= result.tags().items()


def test_equal_content_makes_equal_bytes(tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
    one, other = (write(tmp_path / name, pixels, valid).read_bytes() for name in ("a.tif", "b.tif"))
    assert one == other


def test_a_single_band_keeps_its_description_and_mask(tmp_path: Path) -> None:
    with start(tmp_path / "spread.tif", (20, 30), ("Predicted spread",)) as file:
        file.write_rows(np.full((1, 20, 30), 9, np.uint8), np.eye(20, 30, dtype=bool))
        file.close()
        file.publish(False)
    with rasterio.open(tmp_path / "spread.tif") as result:
        assert result.count == 1
        assert result.descriptions == ("Predicted spread",)
        np.testing.assert_array_equal(result.read_masks(1) > 0, np.eye(20, 30))


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_work_that_ends_in_an_error_leaves_nothing(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_], kind: type[BaseException]
) -> None:
    def work() -> None:
        with start(tmp_path / "a.tif") as file:
            file.write_rows(pixels[:, :600], valid[:600])
            assert len(names(tmp_path)) == 2
            raise kind

    with pytest.raises(kind):
        work()
    assert names(tmp_path) == []


def test_a_result_with_rows_missing_is_never_published(tmp_path: Path, pixels: NDArray[np.uint8]) -> None:
    with start(tmp_path / "a.tif") as file:
        file.write_rows(pixels[:, :512], np.ones((512, 600), bool))
        with pytest.raises(OutputError, match="ends after 512 of 700 rows"):
            file.close()
    assert names(tmp_path) == []


def test_a_file_that_appeared_meanwhile_is_left_alone(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    path = tmp_path / "a.tif"
    with start(path) as file:
        file.write_rows(pixels, valid)
        path.write_bytes(b"another program's")
        file.close()
        with pytest.raises(OutputError, match="appeared meanwhile"):
            file.publish(overwrite=False)
    assert path.read_bytes() == b"another program's"
    assert names(tmp_path) == ["a.tif"]


def test_an_older_result_stays_untouched_until_the_new_one_is_whole(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"older")
    with start(path) as file:
        file.write_rows(pixels, valid)
        file.close()
        assert path.read_bytes() == b"older"
    assert path.read_bytes() == b"older"
    assert write(path, pixels, valid, overwrite=True) == path
    with rasterio.open(path) as result:
        np.testing.assert_array_equal(result.read(), pixels)
    assert names(tmp_path) == ["a.tif"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps whatever is open by itself")
def test_what_a_killed_process_left_aside_is_removed_and_what_is_being_written_is_not(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    abandoned = tmp_path / ".a[1].tif.0badcafe.partial"
    others = tmp_path / ".a1.tif.0badcafe.partial"
    for path in (abandoned, others):
        path.write_bytes(b"rows")
    with start(tmp_path / "a[1].tif") as living:
        write(tmp_path / "a[1].tif", pixels // 2, valid)
        assert not abandoned.exists()
        assert others.exists()
        living.write_rows(pixels, valid)
        living.close()
        living.publish(overwrite=True)
    with rasterio.open(tmp_path / "a[1].tif") as result:
        np.testing.assert_array_equal(result.read(), pixels)
    assert names(tmp_path) == [".a1.tif.0badcafe.partial", "a[1].tif"]


def test_characters_with_a_meaning_in_patterns_stand_for_themselves(tmp_path: Path) -> None:
    name = "a[1]*?.tif"
    for each in (name, "a1xx.tif"):
        (tmp_path / each).touch()
    assert [path.name for path in tmp_path.glob(glob_escape(name))] == [name]


def test_an_output_that_cannot_appear_is_refused_before_any_work(tmp_path: Path) -> None:
    taken = tmp_path / "taken.tif"
    taken.touch()
    check_output(tmp_path / "free.tif", overwrite=False)
    check_output(taken, overwrite=True)
    with pytest.raises(OutputError, match="--overwrite"):
        check_output(taken, overwrite=False)
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path, overwrite=True)
    dangling = tmp_path / "dangling.tif"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="--overwrite"):
        check_output(dangling, overwrite=False)
    with pytest.raises(OutputError, match="does not exist"):
        check_output(tmp_path / "missing" / "a.tif", overwrite=False)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind the superuser, or Windows")
def test_a_folder_without_permission_is_refused_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission"):
        check_output(tmp_path / "a.tif", overwrite=False)


def test_a_file_in_a_missing_folder_is_an_error_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        start(tmp_path / "missing" / "a.tif")


def make_values(dtype: str) -> NDArray[Any]:
    """The whole range of a type, (2, 530, 520); floats with values that are no numbers among them."""
    generator = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        values = generator.normal(0, 1e6, (2, 530, 520)).astype(dtype)
        values[0, :5] = np.nan
        values[1, :5] = np.inf
        return values
    kind = np.iinfo(dtype)
    return generator.integers(kind.min, kind.max, (2, 530, 520), dtype, endpoint=True)


def write_values(path: Path, values: NDArray[Any], valid: NDArray[np.bool_], rows: int = 130) -> Path:
    bands = tuple(f"Predicted {number}" for number in range(values.shape[0]))
    crs = CRS.from_epsg(32611)
    with ResultFile(path, bands, valid.shape, TRANSFORM, crs, TAGS, dtype=values.dtype.name) as file:
        for top in range(0, valid.shape[0], rows):
            file.write_rows(values[:, top : top + rows], valid[top : top + rows])
        file.close()
        return file.publish(False)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_reads_back_with_its_mask_and_overviews(tmp_path: Path, dtype: str) -> None:
    values = make_values(dtype)
    valid = np.random.default_rng(1).random(values.shape[1:]) < 0.5
    path = write_values(tmp_path / "a.tif", values, valid)
    kept = np.where(valid, values, 0) if np.dtype(dtype).kind == "f" else values
    with rasterio.open(path) as result:
        assert set(result.dtypes) == {dtype}
        assert [band.name for band in result.colorinterp] == ["gray", "undefined"]
        np.testing.assert_array_equal(result.read(), kept)
        np.testing.assert_array_equal(result.read_masks(1), valid.astype(np.uint8) * 255)
        assert result.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == ("3" if np.dtype(dtype).kind == "f" else "2")
        assert result.overviews(1) == [2, 4]
    with rasterio.open(path, overview_level=0) as overview:
        assert set(overview.dtypes) == {dtype}
        assert overview.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "ZSTD"
        seen = overview.read_masks(1)[1:-1, 1:-1] > 0
        counts = valid.reshape(265, 2, 260, 2).sum((1, 3))[1:-1, 1:-1]
        assert not seen[counts == 0].any()
        assert seen[counts > 1].all()
        full = (counts == 4) & (np.arange(1, 264) > 3)[:, None]
        mean = kept[0].astype(np.float64).reshape(265, 2, 260, 2).mean((1, 3))[1:-1, 1:-1]
        found = overview.read(1)[1:-1, 1:-1].astype(np.float64)
        np.testing.assert_allclose(found[full], mean[full], rtol=1e-5, atol=1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_content_of_every_type_makes_equal_bytes_however_it_came(tmp_path: Path, dtype: str) -> None:
    values = make_values(dtype)
    valid = np.random.default_rng(1).random(values.shape[1:]) < 0.5
    one, other = (
        write_values(tmp_path / name, values, valid, rows).read_bytes() for name, rows in (("a.tif", 1), ("b.tif", 530))
    )
    assert one == other


def test_a_byte_that_is_lost_aside_is_noticed(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    with start(tmp_path / "a.tif") as file:
        file.write_rows(pixels, valid)
        block = next(tmp_path.glob(".a.tif.*.partial.blocks/*.tif"))
        data = bytearray(block.read_bytes())
        data[len(data) // 2] ^= 1
        block.write_bytes(data)
        with pytest.raises(OutputError, match="does not read back"):
            file.close()
    assert names(tmp_path) == []


def test_blocks_in_any_order_make_the_bytes_that_rows_make(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    by_rows = write(tmp_path / "a.tif", pixels, valid)
    with start(tmp_path / "b.tif") as file:
        for rect in reversed(list(split(Rect(0, 0, 700, 600), 300))):
            part = rect.slices_in(Rect(0, 0, 700, 600))
            file.write_block(rect, pixels[:, *part], valid[part])
        file.close()
        assert file.publish(overwrite=False).read_bytes() == by_rows.read_bytes()
    assert names(tmp_path) == ["a.tif", "b.tif"]


def test_a_block_that_is_missing_is_an_error(
    tmp_path: Path, pixels: NDArray[np.uint8], valid: NDArray[np.bool_]
) -> None:
    with start(tmp_path / "a.tif") as file:
        file.write_block(Rect(0, 0, 700, 300), pixels[:, :, :300], valid[:, :300])
        with pytest.raises(OutputError, match="ends after 210000 of 420000 pixels"):
            file.close()
    assert names(tmp_path) == []


def test_what_is_held_does_not_grow_with_the_rows_of_a_file(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        block, valid = np.ones((3, 512, 700), np.float32), np.ones((512, 700), bool)
        tracemalloc.start()
        try:
            with ResultFile(
                tmp_path / f"{rows}.tif",
                BAND_NAMES,
                (rows, 700),
                TRANSFORM,
                CRS.from_epsg(32611),
                TAGS,
                dtype="float32",
            ) as file:
                for top in range(0, rows, 512):
                    file.write_block(Rect(top, 0, 512, 700), block, valid)
                file.close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(6 * 512) < 1.2 * peak(2 * 512)


@pytest.mark.parametrize(
    ("pixels", "valid", "named"),
    [
        (np.ones((3, 9, 600), np.uint16), np.ones((9, 600), bool), "uint8"),
        (np.ones((3, 9, 600), np.uint8), np.ones((9, 600), np.uint8), "bool"),
        (np.ones((1, 9, 600), np.uint8), np.ones((9, 600), bool), r"\(3, y, 600\)"),
        (np.ones((3, 9, 601), np.uint8), np.ones((9, 601), bool), r"\(3, y, 600\)"),
        (np.ones((3, 9, 600), np.uint8), np.ones((8, 600), bool), r"\(3, y, 600\)"),
        (np.ones((3, 701, 600), np.uint8), np.ones((701, 600), bool), "only 700 are left"),
    ],
    ids=["type", "type of the mask", "bands", "columns", "rows of the mask", "rows"],
)
def test_rows_that_do_not_fit_are_a_mistake_of_the_caller(
    tmp_path: Path, pixels: NDArray[Any], valid: NDArray[Any], named: str
) -> None:
    with start(tmp_path / "a.tif") as file, pytest.raises(ValueError, match=named):
        file.write_rows(pixels, valid)
    assert names(tmp_path) == []


def test_a_type_that_no_result_has_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="complex64"):
        ResultFile(tmp_path / "a.tif", ("a",), (9, 9), TRANSFORM, CRS.from_epsg(32611), {}, dtype="complex64")
