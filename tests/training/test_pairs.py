"""Pairs of chips: which files belong together, on which grid, and with whose colours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio import Affine

from landcast.core.errors import TrainingError
from landcast.training.pairs import (
    ChipPair,
    expand_path,
    fingerprint,
    load_pairs,
    load_single_dates,
    pair_files,
)
from landcast.training.settings import PairSource

WriteRaster = Callable[..., Path]


@pytest.fixture
def image() -> NDArray[np.uint8]:
    """Every level from 128 up, so that twice the contrast is again a set of whole levels."""
    return np.random.default_rng(3).integers(128, 256, (3, 256, 256)).astype(np.uint8)


def in_other_light(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Twice the contrast, and darker."""
    return 2 * (image - 128)


def folder_source(tmp_path: Path, years: float = 2) -> PairSource:
    return PairSource(str(tmp_path / "2018"), str(tmp_path / "2020"), years)


def test_files_of_equal_names_in_two_folders_are_pairs_in_the_order_of_their_names(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    for year in ("2018", "2020"):
        for name in ("b.tif", "a.TIFF", "c.tif"):
            write_raster(tmp_path / year / name, image[:, :128, :128])
        (tmp_path / year / "notes.txt").write_text("not a raster")
    pairs = pair_files(folder_source(tmp_path))
    assert [before.name for before, _ in pairs] == ["a.TIFF", "b.tif", "c.tif"]
    assert all(before.name == after.name and before.parent.name == "2018" for before, after in pairs)
    assert [chip.name.split()[0] for chip in load_pairs(folder_source(tmp_path))] == ["a.TIFF", "b.tif", "c.tif"]


def test_names_that_stand_in_one_folder_only_are_left_out_with_a_warning(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("2018/a.tif", "2020/a.tif", "2018/left.tif", "2020/over.tif", "2020/too.tif"):
        write_raster(tmp_path / name, image[:, :128, :128])
    with caplog.at_level(logging.WARNING):
        assert len(load_pairs(folder_source(tmp_path))) == 1
    assert "3 rasters stand in one folder only" in caplog.text


def test_folders_without_a_common_name_are_refused(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    write_raster(tmp_path / "2018" / "a.tif", image)
    write_raster(tmp_path / "2020" / "b.tif", image)
    with pytest.raises(TrainingError, match="no raster has the same name in both"):
        load_pairs(folder_source(tmp_path))


def test_two_files_of_any_names_are_one_pair(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    before = write_raster(tmp_path / "then.tif", image)
    after = write_raster(tmp_path / "now.tif", image[:, ::-1])
    (chip,) = load_pairs(PairSource(str(before), str(after), 3))
    assert (chip.years, chip.gsd_m) == (3, pytest.approx(0.6, rel=1e-3))
    np.testing.assert_array_equal(chip.before, image)


@pytest.mark.parametrize("missing", ["before", "after"])
def test_a_path_that_does_not_exist_is_named(
    missing: str, tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    there = str(write_raster(tmp_path / "there.tif", image))
    paths = {"before": there, "after": there, missing: str(tmp_path / "nowhere.tif")}
    with pytest.raises(TrainingError, match=r"nowhere\.tif"):
        load_pairs(PairSource(**paths, years=2))  # type: ignore[arg-type]


def test_a_file_and_a_folder_are_no_pair(tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster) -> None:
    file = write_raster(tmp_path / "2018" / "a.tif", image)
    with pytest.raises(TrainingError, match="two files or two folders"):
        load_pairs(PairSource(str(file), str(tmp_path / "2018"), 2))


@pytest.mark.parametrize(("shift_m", "height"), [(0.3, 256), (0.0, 255)])
def test_rasters_on_different_grids_are_refused(
    shift_m: float, height: int, tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    before = write_raster(tmp_path / "a.tif", image)
    after = write_raster(tmp_path / "b.tif", image[:, :height], left_m=434400.0 + shift_m)
    with pytest.raises(TrainingError, match="different grids"):
        load_pairs(PairSource(str(before), str(after), 2))


def test_a_change_of_exposure_alone_is_undone_by_the_matching(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    for name, part in (("a.tif", image[:, :128]), ("b.tif", image[:, 128:])):
        write_raster(tmp_path / "2018" / name, part)
        write_raster(tmp_path / "2020" / name, in_other_light(part))
    for chip in load_pairs(folder_source(tmp_path)):
        np.testing.assert_array_equal(chip.after, chip.before)


def test_one_table_serves_all_chips_of_a_source_so_that_a_change_in_one_keeps_its_colour(
    tmp_path: Path, write_raster: WriteRaster
) -> None:
    ramp = np.broadcast_to(np.arange(200, dtype=np.uint8)[:, None], (200, 200))
    same = np.stack([ramp, ramp, ramp])
    for index in range(8):
        write_raster(tmp_path / "2018" / f"{index}.tif", same)
        write_raster(tmp_path / "2020" / f"{index}.tif", same)
    write_raster(tmp_path / "2018" / "new.tif", np.full_like(same, 50))
    write_raster(tmp_path / "2020" / "new.tif", np.full_like(same, 150))
    changed = load_pairs(folder_source(tmp_path))[-1]
    # matched on its own, a uniform chip would have come back as if nothing had changed
    assert changed.after.mean() - changed.before.mean() > 60


def test_invalid_pixels_do_not_count_in_the_matching(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    valid = np.ones((256, 256), np.bool_)
    valid[:, :100] = False
    spoilt = in_other_light(image)
    spoilt[:, :, :100] = 255
    before = write_raster(tmp_path / "a.tif", image)
    after = write_raster(tmp_path / "b.tif", spoilt, valid)
    (chip,) = load_pairs(PairSource(str(before), str(after), 2))
    np.testing.assert_array_equal(chip.valid, valid)
    # the table is that of the valid pixels alone, which are the same place in other light
    np.testing.assert_array_equal(chip.after[:, valid], image[:, valid])


def test_a_large_raster_is_cut_into_chips_that_cover_it_once_but_for_narrow_rests(
    tmp_path: Path, write_raster: WriteRaster
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (3, 600, 400), dtype=np.uint8)
    path = str(write_raster(tmp_path / "large.tif", image))
    chips = load_pairs(PairSource(path, path, 2))
    # 600 = 256 + 256 + 88 and 400 = 256 + 144: the rest of 88 rows holds no tile
    assert sorted(chip.valid.shape for chip in chips) == [(256, 144), (256, 144), (256, 256), (256, 256)]
    rows = [np.concatenate([left.before, right.before], axis=2) for left, right in zip(chips[::2], chips[1::2])]  # noqa: B905
    np.testing.assert_array_equal(np.concatenate(rows, axis=1), image[:, :512])


def test_rasters_smaller_than_a_tile_are_refused(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    path = str(write_raster(tmp_path / "small.tif", image[:, :127, :200]))
    with pytest.raises(TrainingError, match="no chip of at least 128 px"):
        load_pairs(PairSource(path, path, 2))


def test_single_dates_give_only_chips_that_are_wholly_valid(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster
) -> None:
    valid = np.ones((256, 256), np.bool_)
    valid[7, 9] = False
    write_raster(tmp_path / "one" / "a.tif", image)
    write_raster(tmp_path / "one" / "b.tif", image, valid)
    (chip,) = load_single_dates([str(tmp_path / "one")])
    np.testing.assert_array_equal(chip, image)


def test_a_missing_folder_of_single_dates_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nowhere"):
        load_single_dates([str(tmp_path / "nowhere")])


def test_a_path_may_begin_with_a_variable_which_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGERY_OF_TESTS", "/imagery")
    assert expand_path("$IMAGERY_OF_TESTS/2018") == Path("/imagery/2018")
    monkeypatch.delenv("IMAGERY_OF_TESTS")
    with pytest.raises(TrainingError, match=r"\$IMAGERY_OF_TESTS is not set"):
        expand_path("$IMAGERY_OF_TESTS/2018")


def test_a_single_changed_pixel_changes_the_fingerprint(random_chip: ChipPair) -> None:
    touched = random_chip.after.copy()
    touched[1, 2, 3] ^= 1
    assert fingerprint([random_chip]) == fingerprint([random_chip])
    assert fingerprint([random_chip]) != fingerprint([replace(random_chip, after=touched)])
    assert fingerprint([random_chip]) != fingerprint([replace(random_chip, years=random_chip.years + 1)])
    assert fingerprint([random_chip]) != fingerprint([random_chip], [touched])


def test_a_raster_that_cannot_be_read_is_named_counted_and_left_out_with_its_pair(
    tmp_path: Path, image: NDArray[np.uint8], write_raster: WriteRaster, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.tif", "b.tif", "c.tif"):
        for year in ("2018", "2020"):
            write_raster(tmp_path / year / name, image)
    (tmp_path / "2018" / "a.tif").write_bytes(b"no raster at all")
    short = tmp_path / "2020" / "b.tif"
    short.write_bytes(short.read_bytes()[:2000])
    unreadable: list[Path] = []
    with caplog.at_level(logging.WARNING):
        (chip,) = load_pairs(folder_source(tmp_path), unreadable.append)
    assert chip.name.startswith("c.tif")
    assert unreadable == [tmp_path / "2018" / "a.tif", short]
    for path in unreadable:
        assert f"{path} cannot be read and is left out" in caplog.text


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_damage_within_a_raster_costs_the_chip_that_it_lies_in(dtype: str, tmp_path: Path) -> None:
    levels = np.random.default_rng(4).integers(1, 256, (3, 512, 512)).astype(dtype)
    place = {"crs": "EPSG:26911", "transform": Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)}
    form = {"driver": "GTiff", "dtype": dtype, "tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "zstd"}
    for year in ("2018", "2020"):
        (tmp_path / year).mkdir()
        with rasterio.open(tmp_path / year / "a.tif", "w", count=3, height=512, width=512, **form, **place) as file:
            file.write(levels)
    with rasterio.open(tmp_path / "2020" / "a.tif") as file:
        offset = int(file.get_tag_item("BLOCK_OFFSET_3_0", "TIFF", 1))
    with (tmp_path / "2020" / "a.tif").open("r+b") as raw:
        raw.seek(offset)
        raw.write(bytes(1000))
    chips = load_pairs(folder_source(tmp_path))
    assert [chip.valid.all() for chip in chips] == [True, False, True, True]
    assert not chips[1].valid.any()
    for chip in (chips[0], *chips[2:]):
        assert np.abs(chip.after.astype(int) - chip.before).max() <= 1


def test_where_no_pair_can_be_read_there_is_nothing_to_train_on(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        (tmp_path / name).write_bytes(b"no raster at all")
    with pytest.raises(TrainingError, match="none of 1 pairs can be read"):
        load_pairs(PairSource(str(tmp_path / "a.tif"), str(tmp_path / "b.tif"), 2))
