"""The table: what stands in it, what it says of itself, and that it appears whole or not at all."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyogrio import raw
from pyproj import CRS, Geod

from landcast.core.errors import OutputError, RequestError
from landcast.core.lattice import Rect
from landcast.core.scenes.statistics.areas import load_change_areas
from landcast.core.scenes.statistics.table import check_table, write_change_table
from landcast.tests.core.scenes.statistics.scenes import ChangedScene, make_scene, write_areas

Rows = list[dict[str, Any]]


def read_table(path: Path) -> tuple[Rows, list[shapely.Geometry], dict[str, Any]]:
    meta, _, geometries, values = raw.read(path)
    rows = [dict(zip(meta["fields"], row, strict=True)) for row in zip(*values, strict=True)]
    return rows, list(shapely.from_wkb(geometries)), meta


def box(scene: ChangedScene, top: int, left: int, bottom: int, right: int) -> shapely.Polygon:
    """A rectangle of pixels of a scene's lattice, rows and columns absolute."""
    to_xy = scene.plan.grid.transform(Rect(0, 0, 1, 1))
    (x_min, y_max), (x_max, y_min) = to_xy @ (left, top), to_xy @ (right, bottom)
    return shapely.box(x_min, y_min, x_max, y_max)


def test_rows_keep_the_areas_fields_geometry_and_crs(tmp_path: Path) -> None:
    scene = make_scene(members=20)
    geometries = [box(scene, 0, 30, 100, 200), box(scene, 9000, 9000, 9100, 9100)]
    source = write_areas(
        tmp_path / "parishes.geojson",
        geometries,
        Name=["Nørre Ås", None],
        count=[7, None],
        share=[0.25, 1.5],
        is_rural=[True, False],
        since=["2016-05-01", "2018-01-01"],
        codes=[[1, 2], [3]],
        Change_ha=["theirs", "too"],
    )
    areas = load_change_areas(source)
    change = scene.measure(areas)
    assert write_change_table(tmp_path / "change.gpkg", [change], areas) == []
    (first, second), found, meta = read_table(tmp_path / "change.gpkg")
    assert CRS.from_user_input(meta["crs"]) == CRS.from_epsg(32633)
    for one, other in zip(found, geometries, strict=True):
        assert one.equals(other)
    assert (first["Name"], first["count"], first["share"], first["is_rural"]) == ("Nørre Ås", 7, 0.25, True)
    assert (first["since"], first["codes"], first["Change_ha_source"]) == ("2016-05-01", "[1, 2]", "theirs")
    assert second["Name"] is None
    assert np.isnan(second["count"])
    member_ha = np.array(change.sums[0].member_m2) / 1e4
    assert first["change_ha"] == pytest.approx(member_ha.mean())
    assert first["low_ha"] < first["change_ha"] < first["high_ha"]
    assert (first["interval_pct"], first["members"], first["scenes"]) == (90.0, 20, 1)
    # a lattice pixel is 4 m2 of the map, UTM's scale here 1.0001
    assert first["area_ha"] == pytest.approx(100 * 170 * 4 / 1e4, rel=3e-3)
    assert first["valid_ha"] == change.sums[0].valid_m2 / 1e4 < first["area_ha"]
    assert (second["valid_ha"], second["scenes"]) == (0.0, 0)
    assert np.isnan(second["change_ha"])


def test_the_table_says_that_it_is_synthetic_wherever_one_may_look(tmp_path: Path) -> None:
    scene = make_scene()
    path = tmp_path / "change.gpkg"
    write_change_table(path, [scene.measure(name="north")], None)
    rows, _, _ = read_table(path)
    assert [(row["scene"], row["synthetic"]) for row in rows] == [("north", "YES")]
    info = pyogrio.read_info(path)
    assert info["layer_metadata"]["LANDCAST_SYNTHETIC"] == "YES"
    assert info["layer_metadata"]["LANDCAST_MODEL"] == "tiny"
    with closing(sqlite3.connect(path)) as database:
        ((title, said, changed),) = database.execute("select identifier, description, last_change from gpkg_contents")
    assert title == "Predicted change, 4 years ahead"
    assert said.startswith("SYNTHETIC: ")
    assert changed.startswith("1970")


def test_equal_counts_give_equal_bytes_in_any_order(tmp_path: Path) -> None:
    scenes = [make_scene(seed=seed).measure(name=f"scene {seed}") for seed in (1, 2)]
    write_change_table(tmp_path / "a.gpkg", scenes, None, csv_path=tmp_path / "a.csv")
    write_change_table(tmp_path / "b.gpkg", scenes[::-1], None, csv_path=tmp_path / "b.csv")
    for suffix in (".gpkg", ".csv"):
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
        assert one == other


def test_an_area_across_scenes_is_added_up_member_by_member(tmp_path: Path) -> None:
    whole = make_scene(Rect(0, 0, 256, 256), members=5)
    halves = []
    for left in (0, 128):
        half = make_scene(Rect(0, left, 256, 128), members=5)
        half.changed = whole.changed[:, :, left // 4 : left // 4 + 32]
        half.valid = whole.valid[:, left : left + 128]
        halves.append(half)
    areas = load_change_areas(write_areas(tmp_path / "areas.geojson", [box(whole, 10, 10, 200, 220)]))
    write_change_table(tmp_path / "whole.gpkg", [whole.measure(areas)], areas)
    parts = [half.measure(areas, f"{number}") for number, half in enumerate(halves)]
    assert write_change_table(tmp_path / "parts.gpkg", parts, areas) == []
    (one,), (other,) = (read_table(tmp_path / name)[0] for name in ("whole.gpkg", "parts.gpkg"))
    assert (one.pop("scenes"), other.pop("scenes")) == (1, 2)
    assert other.pop("overlap_ha") == pytest.approx(one.pop("overlap_ha"), abs=1e-6)
    assert other == pytest.approx(one)


def test_ground_of_two_scenes_is_counted_twice_and_said_to_be(tmp_path: Path) -> None:
    west, east = make_scene(Rect(0, 0, 128, 128)), make_scene(Rect(0, 96, 128, 128), seed=1)
    areas = load_change_areas(
        write_areas(tmp_path / "areas.geojson", [box(west, 0, 0, 100, 200), box(west, 0, 0, 100, 90)], name=["a", "b"])
    )
    changes = [scene.measure(areas, name) for scene, name in ((west, "west"), (east, "east"))]
    (warning,) = write_change_table(tmp_path / "change.gpkg", changes, areas)
    assert "counted twice, in 1 row(s) of the table, a among them" in warning
    (both, alone), _, _ = read_table(tmp_path / "change.gpkg")
    assert both["overlap_ha"] == pytest.approx(100 * 32 * 4 / 1e4, rel=1e-2)
    assert both["valid_ha"] == pytest.approx(sum(change.sums[0].valid_m2 for change in changes) / 1e4)
    assert (alone["overlap_ha"], alone["scenes"]) == (0.0, 1)


def test_whole_scenes_of_several_zones_are_shown_in_degrees(tmp_path: Path) -> None:
    scenes = [make_scene(epsg=32633).measure(name="a"), make_scene(epsg=32634).measure(name="b")]
    write_change_table(tmp_path / "change.gpkg", scenes, None)
    rows, outlines, meta = read_table(tmp_path / "change.gpkg")
    assert CRS.from_user_input(meta["crs"]) == CRS.from_epsg(4326)
    for row, outline in zip(rows, outlines, strict=True):
        area_m2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0])
        assert row["area_ha"] == pytest.approx(area_m2 / 1e4, rel=1e-4)


def test_the_csv_holds_the_same_to_the_last_bit(tmp_path: Path) -> None:
    scene = make_scene()
    geometries = [box(scene, 0, 30, 100, 200), box(scene, 9000, 9000, 9100, 9100)]
    areas = load_change_areas(write_areas(tmp_path / "areas.geojson", geometries, name=['say "a, b"', None]))
    write_change_table(tmp_path / "t.gpkg", [scene.measure(areas)], areas, csv_path=tmp_path / "t.csv")
    write_change_table(tmp_path / "alone.csv", [scene.measure(areas)], areas)
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()
    rows, _, _ = read_table(tmp_path / "t.gpkg")
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as stream:
        told = list(csv.DictReader(stream))
    assert (told[0]["name"], told[1]["name"], told[0]["synthetic"]) == ('say "a, b"', "", "YES")
    assert float(told[0]["change_ha"]) == rows[0]["change_ha"]
    assert told[1]["change_ha"] == ""


def test_what_was_counted_otherwise_is_refused(tmp_path: Path) -> None:
    scene = make_scene()
    one, other = (
        load_change_areas(write_areas(tmp_path / f"{size}.geojson", [box(scene, 0, 30, size, size)]))
        for size in (90, 91)
    )
    change, path = scene.measure(one), tmp_path / "change.gpkg"
    with pytest.raises(RequestError, match="counted in other areas"):
        write_change_table(path, [change], other)
    with pytest.raises(RequestError, match="counted in other areas"):
        write_change_table(path, [change], None)
    more = replace(make_scene(members=4).measure(one), name="z")
    with pytest.raises(RequestError, match="z has 4 members, scene 3"):
        write_change_table(path, [change, more], one)
    with pytest.raises(RequestError, match="no scene was counted"):
        write_change_table(path, [], one)
    assert not path.exists()


def test_a_table_is_never_written_over_another_unasked(tmp_path: Path) -> None:
    change, path = make_scene().measure(), tmp_path / "change.gpkg"
    path.write_bytes(b"older")
    with pytest.raises(OutputError, match="exists; --overwrite"):
        check_table(path, is_overwriting=False)
    with pytest.raises(OutputError, match="appeared meanwhile"):
        write_change_table(path, [change], None)
    assert path.read_bytes() == b"older"
    write_change_table(path, [change], None, is_overwriting=True)
    assert len(read_table(path)[0]) == 1
    with pytest.raises(OutputError, match=r"its name ends in \.gpkg \(or \.csv\)"):
        check_table(tmp_path / "change.shp", is_overwriting=False)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["change.gpkg"]
