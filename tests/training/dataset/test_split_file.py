"""A split that is read back: another dataset of the same region holds the same ground out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Geod, Transformer

from landcast.core.errors import RequestError, TrainingError
from landcast.core.raster.options import SourceOptions
from landcast.tests.training.dataset.conftest import (
    LEFT,
    TOP,
    Build,
    DatedSources,
    Said,
    dated,
    draw_place,
    write_image,
)
from landcast.training.dataset.build import DatasetSettings, build_dataset
from landcast.training.dataset.folder import Dataset, open_dataset
from landcast.training.dataset.measures import Limit
from landcast.training.dataset.part import DatasetPart
from landcast.training.dataset.split_file import read_split
from landcast.training.dataset.splitting import SplitSettings

SHAPE_YX = (1024, 1024)
BUFFER_M = 40.0
HASHED = SplitSettings(validation=0.2, test=0.3, block_m=150, buffer_m=BUFFER_M, seed=1)
"""Of a ground of 614 m that leaves tiles in every part."""
GEOD = Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> list[DatedSources]:
    """One place of 64 tiles at two dates."""
    folder = tmp_path_factory.mktemp("region")
    return [
        dated(year, write_image(folder / f"{year}.tif", draw_place(5, SHAPE_YX, later=year > 2016)))
        for year in (2016, 2020)
    ]


@pytest.fixture(scope="module")
def first(region: list[DatedSources], tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A dataset of all of it, shared out by a hash."""
    folder = tmp_path_factory.mktemp("first") / "pairs"
    build_dataset(region, folder, DatasetSettings(filter_name="none", split=HASHED), ignore)
    return open_dataset(folder)


def ignore(text: str) -> None:
    """Take no notice."""


def parts_of(dataset: Dataset) -> dict[tuple[int, int], str]:
    return {(row.column, row.row): row.part for row in dataset.rows}


def write_polygons(
    path: Path, polygons: list[Any], parts: list[Any], crs: str = "EPSG:4326", name: str = "part"
) -> Path:
    shapes = np.array(polygons, object)
    kind = shapes[0].geom_type
    fields = [np.array(parts, object)]
    pyogrio.raw.write(path, shapely.to_wkb(shapes), fields, [name], geometry_type=kind, crs=crs)
    return path


def ground(left_m: float, top_m: float, width_m: float, height_m: float, crs: str = "EPSG:4326") -> shapely.Polygon:
    """A rectangle counted from the corner of the region."""
    box = shapely.box(LEFT + left_m, TOP - top_m - height_m, LEFT + left_m + width_m, TOP - top_m)
    transformer = Transformer.from_crs("EPSG:26911", crs, always_xy=True)
    return shapely.transform(shapely.segmentize(box, 20), transformer.transform, interleaved=False)


def split_by(place: Path, buffer_m: float = BUFFER_M) -> SplitSettings:
    return SplitSettings(buffer_m=buffer_m, areas=read_split(place))


def test_the_same_imagery_is_shared_out_as_the_file_says(
    region: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    first = open_dataset(build(region, tmp_path / "first", filter_name="none", split=HASHED).folder)
    assert set(parts_of(first).values()) == {"train", "validation", "test"}
    again = open_dataset(build(region, tmp_path / "again", filter_name="none", split=split_by(first.folder)).folder)
    assert parts_of(again) == parts_of(first)
    facts = again.facts["split"]
    assert (facts["file"], facts["buffer_m"]) == (str(first.folder), BUFFER_M)
    assert len(facts["sha256"]) == 64
    assert "validation" not in facts, "shares played no part"
    third = build(region, tmp_path / "third", filter_name="none", split=split_by(again.folder / "split.geojson"))
    assert parts_of(open_dataset(third.folder)) == parts_of(first), "the file of a split that was read serves as well"


def test_held_out_ground_stays_so_where_the_first_filter_kept_none_of_it(
    region: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    whole = parts_of(open_dataset(build(region, tmp_path / "whole", filter_name="none", split=HASHED).folder))
    cut = build(region, tmp_path / "few", filter_name="none", split=HASHED, most_pairs=6)
    other = parts_of(
        open_dataset(build(region, tmp_path / "other", filter_name="none", split=split_by(cut.folder)).folder)
    )
    held_out = {place: part for place, part in whole.items() if part != "train"}
    assert {place: other.get(place) for place in held_out} == held_out


def test_no_tile_of_another_lattice_comes_near_ground_of_another_part(
    first: Dataset, build: Build, tmp_path: Path
) -> None:
    moved = [
        dated(year, write_image(tmp_path / f"{year}.tif", draw_place(6, SHAPE_YX, year > 2016), LEFT + 31, TOP + 17))
        for year in (2016, 2020)
    ]
    second = build(
        moved, tmp_path / "second", filter_name="none", split=split_by(first.folder), ground_scales_m=(90.0,)
    ).folder
    mine, theirs = (tiles_of(folder) for folder in (first.folder, second))
    assert {part for part, _ in theirs} >= {"train", "test"}
    for one in ("train", "validation", "test"):
        own, others = (
            shapely.union_all([polygon for part, polygon in tiles if is_own is (part == one) and part != "buffer"])
            for tiles, is_own in ((theirs, True), (mine, False))
        )
        if not own.is_empty:
            assert shapely.distance(own, others) > BUFFER_M - 0.1


def tiles_of(folder: Path) -> list[tuple[str, Any]]:
    """Part and outline of each tile, in metres."""
    metres = Transformer.from_crs("EPSG:4326", "EPSG:26911", always_xy=True).transform
    features = json.loads((folder / "split.geojson").read_text())["features"]
    return [
        (
            feature["properties"]["part"],
            shapely.transform(shapely.geometry.shape(feature["geometry"]), metres, interleaved=False),
        )
        for feature in features
        if feature["properties"]["kind"] == "tile"
    ]


@pytest.mark.parametrize(("suffix", "crs"), [("geojson", "EPSG:4326"), ("gpkg", "EPSG:3857"), ("fgb", "EPSG:32611")])
def test_areas_that_a_person_drew_in_any_crs_hold_their_ground_out(
    suffix: str, crs: str, region: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    drawn = write_polygons(
        tmp_path / f"drawn.{suffix}",
        [ground(-5, -5, 200, 700, crs), ground(460, -5, 200, 700, crs)],
        ["test", " Validation"],
        crs,
    )
    dataset = open_dataset(build(region, filter_name="none", split=split_by(drawn, 10.0)).folder)
    found = parts_of(dataset)
    columns = {
        part: sorted({column // 128 for (column, _), own in found.items() if own == part})
        for part in set(found.values())
    }
    # tiles are 76.8 m: the third is of the test by its centre at 192 m, and its neighbour lies within the buffer
    assert columns == {"test": [0, 1, 2], "train": [4], "validation": [6, 7]}


def test_a_part_without_a_tile_is_told_and_training_needs_ground_of_its_own(
    region: list[DatedSources], build: Build, said: Said, tmp_path: Path
) -> None:
    beside = write_polygons(
        tmp_path / "beside.geojson", [ground(0, 0, 200, 200), ground(900, 0, 50, 50)], ["validation", "test"]
    )
    build(region, filter_name="none", split=split_by(beside))
    assert f"no tile is in the part test: none that is kept has its centre on the areas of {beside}" in said.text
    whole = write_polygons(tmp_path / "whole.geojson", [ground(-5, -5, 900, 900)], ["test"])
    with pytest.raises(
        TrainingError, match=r"no tile is left to train on: .* 64 test, .*; add imagery beyond the areas"
    ):
        build(region, tmp_path / "none", filter_name="none", split=split_by(whole))


def test_areas_of_another_region_are_refused_before_anything_is_cut(
    region: list[DatedSources], build: Build, tmp_path: Path
) -> None:
    far = write_polygons(tmp_path / "far.geojson", [shapely.box(8.1, 49.2, 8.3, 49.4)], ["test"])
    with pytest.raises(RequestError, match=r"none of its areas meets any raster; they cover 8\.1000, 49\.2"):
        build(region, split=split_by(far))
    assert not (tmp_path / "pairs").exists()


def test_images_without_a_place_cannot_be_shared_out_by_areas(tmp_path: Path) -> None:
    drawn = write_polygons(tmp_path / "drawn.geojson", [ground(0, 0, 100, 100)], ["test"])
    with pytest.raises(RequestError, match="images of --gsd have no place on Earth"):
        DatasetSettings(options=SourceOptions(gsd_m=0.6), split=split_by(drawn))


def test_what_is_no_file_of_areas_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    box = ground(0, 0, 100, 100)
    (tmp_path / "text.geojson").write_text("no areas at all")
    (tmp_path / "empty").mkdir()
    for path, reason in (
        (tmp_path / "absent.geojson", "neither a share, as 0.2, nor a file or dataset folder that exists"),
        (tmp_path / "text.geojson", "cannot be read as an area"),
        (tmp_path / "empty", "a folder without split.geojson"),
        (write_polygons(tmp_path / "other.gpkg", [box], ["a"], name="use"), "has no field part; its fields: use"),
        (write_polygons(tmp_path / "named.gpkg", [box], ["hold out"]), "feature 1 has the part 'hold out'; parts are"),
        (write_polygons(tmp_path / "null.gpkg", [box], [None]), "feature 1 has no part"),
        (write_polygons(tmp_path / "train.gpkg", [box], ["train"]), "nothing would be held out"),
        (write_polygons(tmp_path / "points.gpkg", [shapely.Point(1, 1)], ["test"]), "holds 1 points"),
    ):
        with pytest.raises(RequestError, match=f"^--split {path}: ") as caught:
            read_split(path)
        assert reason in str(caught.value)


def test_metres_that_a_file_passes_off_as_degrees_are_told(tmp_path: Path) -> None:
    metres = write_polygons(tmp_path / "metres.geojson", [shapely.box(434400, 3773000, 435000, 3774000)], ["test"])
    with pytest.raises(RequestError, match=r"are no longitudes and latitudes \(WGS 84\); save it with the right CRS"):
        read_split(metres)


def test_limits_do_not_move_a_split(region: list[DatedSources], first: Dataset, build: Build) -> None:
    limits = (Limit.read("mean_change=:12"),)
    some = build(region, filter_name="none", limits=limits, split=split_by(first.folder)).folder
    found = parts_of(open_dataset(some))
    assert 0 < len(found) < len(first.rows)
    assert found.items() <= parts_of(first).items()


def test_the_pairs_of_a_part_bear_the_name_of_their_ground_at_all_dates(first: Dataset) -> None:
    chips = DatasetPart(str(first.folder), "test").chips()
    assert len(chips) == sum(row.part == "test" for row in first.rows) > 0
    assert len({chip.name for chip in chips}) <= 4, "blocks of about a kilometre"
    again = DatasetPart(str(first.folder), "test").chips()
    assert [chip.name for chip in chips] == [chip.name for chip in again]


def test_a_part_without_a_pair_is_an_error_that_says_which_there_are(region: list[DatedSources], build: Build) -> None:
    folder = build(region, filter_name="none").folder
    with pytest.raises(TrainingError, match=r"no pair in the part test \(64 train\); --part names another"):
        DatasetPart(str(folder), "test").chips()
