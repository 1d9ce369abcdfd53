"""Datasets from imagery of two dates: what comes in, what is left out and why, what stands in the folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod

from landcast.core.errors import OutputError, RequestError, TrainingError
from landcast.core.radiometry.histogram import count_levels
from landcast.core.raster.options import SourceOptions
from landcast.tests.training.dataset.conftest import (
    EVERYTHING_TRAINS,
    LEFT,
    TOP,
    Build,
    DatedSources,
    Image,
    Said,
    dated,
    draw_place,
    write_image,
)
from landcast.training.dataset.build import DatasetSettings, build_dataset
from landcast.training.dataset.folder import open_dataset
from landcast.training.dataset.measures import Limit
from landcast.training.dataset.splitting import SplitSettings


def facts_of(folder: Path) -> dict[str, object]:
    facts: dict[str, object] = json.loads((folder / "dataset.json").read_text())
    return facts


SEED_OF_BOTH_PARTS = 0
"""Of a split of the small ground of the test that leaves tiles in both parts."""


def ignore(*_: object) -> None:
    """Take no notice."""


def test_tiles_are_the_pixels_of_the_first_date_and_the_matched_ones_of_the_second(
    two_dates: list[DatedSources], build: Build, before: Image, after: Image
) -> None:
    built = build(two_dates, filter_name="none")
    dataset = open_dataset(built.folder)
    chips = dataset.chips("train")
    assert (built.cut, built.parts["train"], len(chips)) == (16, 16, 16)
    for row, chip in zip(dataset.rows, chips, strict=True):
        assert (chip.before == before[:, row.row : row.row + 128, row.column : row.column + 128]).all()
        assert (chip.years, chip.gsd_m) == (4.0, pytest.approx(0.6, rel=1e-3))
    levels = [
        np.concatenate([getattr(chip, name).reshape(3, -1) for chip in chips], axis=1) for name in ("before", "after")
    ]
    means = [image.mean(1) for image in (*levels, after.reshape(3, -1))]
    assert np.abs(means[1] - means[0]).max() < 1, "matched to the first date"
    assert np.abs(means[2] - means[0]).min() > 10, "which it was not"
    assert sum(count_levels(chip.after).sum() for chip in chips) == 512 * 512 * 3


def test_the_same_imagery_gives_the_same_bytes_and_sources_are_known_by_their_hash(
    two_dates: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    folders = [build(two_dates, tmp_path / name, filter_name="none").folder for name in ("one", "other")]
    for name in ("pairs_0000.npy", "pairs.csv", "split.geojson"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    sources = facts_of(folders[0])["sources"]
    assert isinstance(sources, list)
    assert {source["sha256"] for source in sources} == {
        hashlib.sha256(Path(one.sources[0]).read_bytes()).hexdigest() for one in two_dates
    }


def test_ground_that_two_rasters_of_a_date_show_is_cut_once(
    tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    halves = [
        write_image(tmp_path / "left.tif", before[:, :, :384]),
        write_image(tmp_path / "right.tif", before[:, :, 128:], LEFT + 128 * 0.6),
    ]
    built = build([dated(2016, *halves), dated(2020, write_image(tmp_path / "whole.tif", after))], filter_name="none")
    assert built.cut == 16
    rows = open_dataset(built.folder).rows
    assert len({(round(row.centre[0], 6), round(row.centre[1], 6)) for row in rows}) == 16


def test_what_is_masked_at_either_date_is_not_cut(tmp_path: Path, build: Build, before: Image, after: Image) -> None:
    valid = np.ones((512, 512), np.bool_)
    valid[130:135, 200:210] = False
    dates = [
        dated(2016, write_image(tmp_path / "a.tif", before)),
        dated(2020, write_image(tmp_path / "b.tif", after, valid=valid)),
    ]
    built = build(dates, filter_name="none")
    assert built.cut == 15
    assert (1, 1) not in {(row.row // 128, row.column // 128) for row in open_dataset(built.folder).rows}


def test_several_ground_scales_are_cut_and_those_that_would_enlarge_are_told(
    two_dates: list[DatedSources], build: Build, said: Said
) -> None:
    built = build(two_dates, ground_scales_m=(76.8, 120.0, 40.0), filter_name="none")
    gsds = [round(row.gsd_m, 4) for row in open_dataset(built.folder).rows]
    assert {gsd: gsds.count(gsd) for gsd in gsds} == {0.6: 16, 0.9375: 4}
    assert "not cut at 40 m" in said.text
    assert "would invent detail; --ground-scale 76.9 is the finest" in said.text


def test_different_resolutions_are_brought_to_the_coarser_and_it_is_said(
    tmp_path: Path, build: Build, said: Said, before: Image, after: Image
) -> None:
    coarse = after.reshape(3, 256, 2, 256, 2).mean((2, 4)).round().astype(np.uint8)
    dates = [
        dated(2016, write_image(tmp_path / "a.tif", before)),
        dated(2020, write_image(tmp_path / "b.tif", coarse, gsd_m=1.2)),
    ]
    built = build(dates, filter_name="none")
    assert {round(row.gsd_m, 3) for row in open_dataset(built.folder).rows} == {1.2}
    assert "of 0.6 and 1.2 m a pixel are brought to the coarser of both; nothing is enlarged" in said.text


def test_a_pair_far_beside_itself_is_left_out_and_named_unless_it_is_aligned(
    tmp_path: Path, build: Build, said: Said, before: Image, after: Image
) -> None:
    off = write_image(tmp_path / "off.tif", after, LEFT + 4.2, TOP - 2.4)
    good = [write_image(tmp_path / name / "good.tif", image, LEFT + 3000) for name, image in
            (("2016", before), ("2020", after))]  # fmt: skip
    first = write_image(tmp_path / "here.tif", before)
    dates = [dated(2016, first, good[0]), dated(2020, off, good[1])]
    built = build(dates, filter_name="none")
    assert (built.cut, built.left_out) == (16, 1)
    assert f"{first} and {off}: lie 8.1 px (4.8" in said.text
    assert "more than --max-shift-px 4; --align corrects it; left out" in said.text
    with pytest.raises(RequestError, match=r"--strict: .*lie 8"):
        build(dates, tmp_path / "strict", filter_name="none", is_strict=True)

    aligned = build(dates, tmp_path / "aligned", filter_name="none", is_aligned=True)
    changes = [row.measures["mean_change"] for row in open_dataset(aligned.folder).rows if row.pair == 0]
    straight = [row.measures["mean_change"] for row in open_dataset(aligned.folder).rows if row.pair == 1]
    assert len(changes) >= 9
    assert np.mean(changes) == pytest.approx(np.mean(straight), rel=0.25), "as if it had lain on it"


def test_different_places_under_one_name_are_refused_with_the_name(
    tmp_path: Path, build: Build, said: Said, two_dates: list[DatedSources]
) -> None:
    first = write_image(tmp_path / "2016" / "b.tif", draw_place(5), LEFT + 2000)
    second = write_image(tmp_path / "2020" / "b.tif", draw_place(6), LEFT + 2000)
    dates = [dated(2016, Path(two_dates[0].sources[0]), first), dated(2020, Path(two_dates[1].sources[0]), second)]
    assert build(dates, filter_name="none").cut == 16
    assert f"{first} and {second}: hardly agree anywhere" in said.text
    assert "different places under one name" in said.text
    with pytest.raises(TrainingError, match="hardly agree anywhere"):
        build([dated(2016, first), dated(2020, second)], tmp_path / "none")

    elsewhere = write_image(tmp_path / "2020" / "c" / "b.tif", draw_place(5), LEFT + 9000)
    dates = [dated(2016, Path(two_dates[0].sources[0]), first), dated(2020, Path(two_dates[1].sources[0]), elsewhere)]
    said.clear()
    assert build(dates, tmp_path / "apart", filter_name="none").cut == 16
    assert f"{first} and {elsewhere}: bear one name and lie at different places (" in said.text


def test_dates_that_do_not_overlap_are_an_error_with_both_extents(
    tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    here = write_image(tmp_path / "here.tif", before)
    there = write_image(tmp_path / "there.tif", after, LEFT + 5000)
    with pytest.raises(TrainingError) as told:
        build([dated(2016, here), dated(2020, there)])
    assert f"{here} and {there} do not overlap" in str(told.value)
    assert "434400, 3773692.8, 434707.2, 3774000 (NAD83 / UTM zone 11N)" in str(told.value)
    assert "439400, 3773692.8" in str(told.value)


def test_too_few_pairs_name_the_filter_and_how_many_it_dropped(two_dates: list[DatedSources], build: Build) -> None:
    limits = (Limit("mean_change", below=0.1),)
    with pytest.raises(TrainingError, match=r"0 of 16 tiles pass the filter none, fewer than --min-pairs 10: 16 fail "
                       r"mean_change below 0\.1; loosen"):  # fmt: skip
        build(two_dates, filter_name="none", limits=limits, least_pairs=10)


def test_a_split_that_leaves_nothing_to_train_on_is_an_error_and_an_empty_part_is_told(
    two_dates: list[DatedSources], build: Build, said: Said, tmp_path: Path
) -> None:
    whole = SplitSettings(validation=0.99, block_m=50_000)
    with pytest.raises(TrainingError, match="no tile is left to train on: 16 validate, 0 test, 0 lie within 256 m"):
        build(two_dates, filter_name="none", split=whole)
    build(two_dates, tmp_path / "few", filter_name="none", split=SplitSettings(validation=0.01, block_m=50_000))
    assert "no tile is in the part validation, for which 1% was asked" in said.text


def test_the_split_file_says_where_each_part_lies(tmp_path: Path, build: Build, before: Image, after: Image) -> None:
    names = [
        [write_image(tmp_path / str(year) / f"{number}.tif", image, LEFT + number * 400) for number in range(3)]
        for year, image in ((2016, before), (2020, after))
    ]
    settings = SplitSettings(validation=0.4, block_m=250, buffer_m=120, seed=SEED_OF_BOTH_PARTS)
    built = build([dated(2016, *names[0]), dated(2020, *names[1])], filter_name="none", split=settings)
    written = json.loads((built.folder / "split.geojson").read_text())["features"]
    features = [feature for feature in written if feature["properties"]["kind"] == "tile"]
    dataset = open_dataset(built.folder)
    assert len(features) == 48
    for feature in features:
        ring = shapely.Polygon(feature["geometry"]["coordinates"][0])
        area, _ = Geod(ellps="GRS80").geometry_area_perimeter(ring)
        assert abs(area) == pytest.approx(76.8**2, rel=0.01)
        assert area > 0, "counter-clockwise, as RFC 7946 asks"
        number = feature["properties"]["row"]
        if number is not None:
            assert dataset.rows[number].part == feature["properties"]["part"]
            assert ring.contains(shapely.Point(dataset.rows[number].centre))
    parts = {part: [one.centre for one in dataset.rows if one.part == part] for part in ("train", "validation")}
    assert all(parts.values())
    nearest = min(Geod(ellps="GRS80").inv(*one, *other)[2] for one in parts["train"] for other in parts["validation"])
    assert nearest > 120 + 76.8


def test_a_raster_that_cannot_be_read_is_named_and_stops_no_other(
    two_dates: list[DatedSources], build: Build, said: Said, tmp_path: Path
) -> None:
    (tmp_path / "2016" / "broken.tif").write_bytes(b"II*\0nothing")
    dates = [dated(2016, Path(two_dates[0].sources[0]), tmp_path / "2016" / "broken.tif"), two_dates[1]]
    assert build(dates, filter_name="none").cut == 16
    assert "broken.tif: " in said.text
    with pytest.raises(TrainingError, match=r"2016: none of 1 raster\(s\) can be opened"):
        build([dated(2016, tmp_path / "2016" / "broken.tif"), two_dates[1]], tmp_path / "none")


def test_plain_exports_are_paired_by_name_and_have_a_split_without_a_map(
    tmp_path: Path, build: Build, before: Image, after: Image
) -> None:
    for number in range(6):
        write_image(tmp_path / "2014" / f"{number}.png", np.roll(before, 50 * number, 2), crs=None)
        write_image(tmp_path / "2021" / f"{number}.png", np.roll(after, 50 * number, 2), crs=None)
    dates = [dated(year, *sorted((tmp_path / str(year)).iterdir())) for year in (2014, 2021)]
    split = SplitSettings(validation=0.4, seed=1)
    built = build(dates, filter_name="none", options=SourceOptions(gsd_m=0.625), split=split)
    dataset = open_dataset(built.folder)
    assert built.cut == 6 * 16
    assert {(row.years, row.gsd_m) for row in dataset.rows} == {(7.0, 0.625)}
    assert not (built.folder / "split.geojson").exists()
    assert built.parts["validation"] > 0
    by_pair = {pair: {row.part for row in dataset.rows if row.pair == pair} for pair in range(6)}
    assert all(len(parts) == 1 for parts in by_pair.values())
    placed = [dated(year, write_image(tmp_path / f"{year}.tif", before)) for year in (2014, 2021)]
    with pytest.raises(RequestError, match="--gsd is for images without a place"):
        build(placed, tmp_path / "mixed", options=SourceOptions(gsd_m=0.625))


def test_at_most_so_many_pairs_are_kept_and_from_everywhere(two_dates: list[DatedSources], build: Build) -> None:
    built = build(two_dates, filter_name="none", most_pairs=8)
    rows = open_dataset(built.folder).rows
    assert len(rows) == 8
    assert built.thrown_out == {"beyond --max-pairs": 8}
    assert len({row.row for row in rows}) >= 3


def test_what_exists_is_replaced_only_by_a_whole_dataset_and_only_where_it_is_one(
    two_dates: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    folder = build(two_dates, filter_name="none").folder
    first = (folder / "dataset.json").read_bytes()
    with pytest.raises(OutputError, match="exists; --overwrite replaces it"):
        build(two_dates, filter_name="none")

    def stop(done: int, total: int) -> None:
        if done > 3:
            raise KeyboardInterrupt

    settings = DatasetSettings(split=EVERYTHING_TRAINS, is_overwriting=True)
    with pytest.raises(KeyboardInterrupt):
        build_dataset(two_dates, folder, settings, ignore, ignore, stop)
    assert (folder / "dataset.json").read_bytes() == first, "the older one stays"
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == [], "nothing half-done is left"
    build(two_dates, filter_name="none", most_pairs=4, is_overwriting=True)
    assert len(open_dataset(folder).rows) == 4
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    (tmp_path / "photos").mkdir()
    with pytest.raises(OutputError, match="is no dataset of pairs, so --overwrite leaves it"):
        build(two_dates, tmp_path / "photos", is_overwriting=True)


def test_the_report_needs_no_network_and_shows_why_tiles_were_thrown_out(
    tmp_path: Path, build: Build, two_dates: list[DatedSources], after: Image
) -> None:
    white = after.copy()
    white[:, :256, :256] = 255
    cloudy = dated(2018, write_image(tmp_path / "2018 <b>" / "a.tif", white))
    built = build([two_dates[0], cloudy, two_dates[1]], filter_name="share")
    text = (built.folder / "report.html").read_text()
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("data:image/png;base64,") >= 6
    assert "<b>" not in text, "names are no markup"
    assert "changed_share below 0.75" in text
    for measure in ("gradient_before", "uniform_share"):
        assert measure in json.dumps(facts_of(built.folder)) or measure in (built.folder / "pairs.csv").read_text()
    assert sum(built.thrown_out.values()) >= 4


@pytest.mark.skipif("LANDCAST_DATA" not in os.environ, reason="LANDCAST_DATA names no imagery")
def test_aerial_chips_of_a_city_agree_and_one_under_another_chips_name_is_refused(
    tmp_path: Path, build: Build, said: Said
) -> None:
    city = Path(os.environ["LANDCAST_DATA"]) / "naip" / "long_beach"
    names = ("000.tif", "001.tif", "033.tif")
    dates = [dated(year, *(city / str(year) / name for name in names)) for year in (2016, 2020)]
    built = build(dates, filter_name="none")
    assert (built.cut, built.left_out) == (12, 0)
    pairs = facts_of(built.folder)["image_pairs"]
    assert isinstance(pairs, list)
    assert all(pair["agreement"] > 0.3 for pair in pairs)
    apart = np.mean([[pair[f"distance_{when}_matching"] for when in ("before", "after")] for pair in pairs], axis=0)
    assert apart[1] < 0.8 * apart[0], "one table for all of a date need not help every chip"

    wrong = tmp_path / "2020" / "000.tif"
    with rasterio.open(city / "2016" / "000.tif") as here, rasterio.open(city / "2020" / "033.tif") as other:
        write_image(wrong, other.read(), here.transform.c, here.transform.f, here.transform.a, crs=here.crs.to_string())
    with pytest.raises(TrainingError, match=r"000\.tif: hardly agree anywhere"):
        build([dated(2016, city / "2016" / "000.tif"), dated(2020, wrong)], tmp_path / "wrong")


def test_where_all_tiles_pass_and_are_still_too_few_nothing_is_said_of_filters(
    two_dates: list[DatedSources], build: Build
) -> None:
    with pytest.raises(TrainingError, match=r"^16 tiles were cut and all pass the filter none, fewer than"):
        build(two_dates, filter_name="none", least_pairs=20)


def test_what_is_wrong_with_imagery_is_told_without_waiting_for_torch() -> None:
    told = "import sys, landcast.training.dataset.build; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
