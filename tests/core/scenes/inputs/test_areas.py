"""Areas of a vector file: one scene each, by exact polygons of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
from affine import Affine

from landcast.core.errors import OutputError, RequestError, UnreadableSourceError
from landcast.core.raster.area_file import load_area, load_features
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import open_source
from landcast.core.scenes.inputs import areas
from landcast.core.scenes.inputs.areas import scenes_of_areas, write_area
from landcast.core.scenes.inputs.scene import Scene

LEFT, TOP = 500_000, 4_000_000
SIDE = 100


def write_areas(path: Path, boxes: list[tuple[float, ...]], names: list[str | None], field: str = "name") -> Path:
    geometry = np.array([shapely.to_wkb(shapely.box(*box)) for box in boxes], object)
    pyogrio.raw.write(
        path, geometry, [np.array(names, object)], [field], geometry_type="Polygon", crs="EPSG:32611", driver="GPKG"
    )
    return path


def write_tile(path: Path, left: float) -> Scene:
    profile = {
        "driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "crs": "EPSG:32611",
        "transform": Affine(1, 0, left, 0, -1, TOP),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(np.ones((3, SIDE, SIDE), np.uint8))
    return Scene(path, "test")


def box(left: float, width: float) -> tuple[float, ...]:
    return LEFT + left, TOP - 60, LEFT + left + width, TOP - 10


def test_features_are_named_by_a_field_and_told_apart_by_their_numbers(tmp_path: Path) -> None:
    path = write_areas(tmp_path / "a.gpkg", [box(0, 9)] * 4, ["Lake", "lake", None, "Hill"])
    assert [feature.name for feature in load_features(path)] == ["Lake_1", "lake_2", "area_3", "Hill"]
    other = write_areas(tmp_path / "b.gpkg", [box(0, 9)] * 2, ["x", "y"], field="parish")
    assert [feature.name for feature in load_features(other)] == ["area_1", "area_2"]
    assert [feature.name for feature in load_features(other, name_field="parish")] == ["x", "y"]
    with pytest.raises(RequestError, match=r"--area-name nothing: no field of .*; its fields: parish"):
        load_features(other, name_field="nothing")


def test_an_area_of_its_own_file_is_the_same_area_to_the_last_bit(tmp_path: Path) -> None:
    corner = 1 / 3
    path = write_areas(tmp_path / "a.gpkg", [(LEFT + corner, TOP - 50 - corner, LEFT + 40, TOP)], ["x"])
    (feature,) = load_features(path)
    first = write_area(feature, tmp_path / "out" / "x.fgb")
    assert load_area(first).geometry.equals(load_area(path).geometry)
    assert shapely.to_wkb(load_area(first).geometry) == shapely.to_wkb(load_area(path).geometry)
    assert load_area(first).crs == load_area(path).crs
    before = first.read_bytes()
    assert write_area(feature, first).read_bytes() == before
    assert [one.name for one in first.parent.iterdir()] == ["x.fgb"]


def test_another_file_of_an_areas_name_is_left_alone(tmp_path: Path) -> None:
    (feature,) = load_features(write_areas(tmp_path / "a.gpkg", [box(0, 9)], ["x"]))
    path = tmp_path / "x.fgb"
    path.write_bytes(b"someone's")
    with pytest.raises(OutputError, match="is no file of this area; --overwrite"):
        write_area(feature, path)
    assert path.read_bytes() == b"someone's"
    write_area(feature, path, is_overwriting=True)
    assert load_area(path).geometry.area > 0


def test_of_one_source_each_area_is_a_scene(tmp_path: Path) -> None:
    features = load_features(write_areas(tmp_path / "a.gpkg", [box(0, 9), box(5_000, 9)], ["in", "beside"]))
    scenes, told = scenes_of_areas([write_tile(tmp_path / "t.tif", LEFT)], features, SourceOptions())
    assert [scene.name for scene in scenes] == ["in", "beside"]
    assert told == []


def test_of_several_sources_an_area_is_taken_from_those_that_it_meets(tmp_path: Path) -> None:
    tiles = [write_tile(tmp_path / f"t{number}.tif", LEFT + number * SIDE) for number in range(3)]
    path = write_areas(tmp_path / "a.gpkg", [box(10, 9), box(90, 50), box(5_000, 9)], ["one", "two", "none"])
    scenes, told = scenes_of_areas(tiles, load_features(path), SourceOptions())
    assert [(scene.name, Path(scene.source).name) for scene in scenes] == [
        ("one", "t0.tif"), ("two_t0", "t0.tif"), ("two_t1", "t1.tif")
    ]  # fmt: skip
    assert told == ["1 area(s) on none of the scenes: none"]


def test_an_area_that_only_touches_a_source_is_not_taken_from_it(tmp_path: Path) -> None:
    tiles = [write_tile(tmp_path / f"t{number}.tif", LEFT + number * SIDE) for number in range(2)]
    path = write_areas(tmp_path / "a.gpkg", [box(50, 50)], ["edge"])
    scenes, _ = scenes_of_areas(tiles, load_features(path), SourceOptions())
    assert [Path(scene.source).name for scene in scenes] == ["t0.tif"]


def test_a_source_that_cannot_be_opened_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiles = [write_tile(tmp_path / f"t{number}.tif", LEFT + number * SIDE) for number in range(2)]
    failing = [UnreadableSourceError("503")]

    def open_it(*args: Any) -> Any:
        if failing:
            raise failing.pop()
        return open_source(*args)

    monkeypatch.setattr(areas, "open_source", open_it)
    monkeypatch.setattr(areas, "RETRY_S", 0.0)
    path = write_areas(tmp_path / "a.gpkg", [box(10, 9), box(110, 9)], ["one", "two"])
    scenes, _ = scenes_of_areas(tiles, load_features(path), SourceOptions())
    assert [(scene.name, Path(scene.source).name, scene.refused) for scene in scenes] == [
        ("one", "t0.tif", None), ("two", "t1.tif", None)
    ]  # fmt: skip


def test_a_source_that_cannot_be_opened_is_refused_and_never_taken_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "RETRY_S", 0.0)
    tiles = [write_tile(tmp_path / "t.tif", LEFT), Scene(tmp_path / "missing.tif", "test")]
    path = write_areas(tmp_path / "a.gpkg", [box(10, 9)], ["one"])
    scenes, _ = scenes_of_areas(tiles, load_features(path), SourceOptions())
    assert [(Path(scene.source).name, scene.area is None) for scene in scenes] == [
        ("t.tif", False),
        ("missing.tif", True),
    ]
    assert scenes[0].refused is None
    assert scenes[1].refused is not None
    assert scenes[1].refused.startswith("which areas lie on it is not known: ")
    assert "no such file" in caplog.text


def test_areas_that_meet_no_source_are_refused(tmp_path: Path) -> None:
    tiles = [write_tile(tmp_path / f"t{number}.tif", LEFT) for number in range(2)]
    path = write_areas(tmp_path / "a.gpkg", [box(5_000, 9)], ["far"])
    with pytest.raises(RequestError, match="none of 1 areas meets any of 2 scenes"):
        scenes_of_areas(tiles, load_features(path), SourceOptions())
