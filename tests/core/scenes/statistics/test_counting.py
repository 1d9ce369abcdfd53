"""Counting block by block against counting the whole at once, by other tools."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Proj, Transformer
from rasterio.features import rasterize

from landcast.core.errors import RequestError
from landcast.core.lattice import Rect
from landcast.core.scenes.statistics.areas import load_change_areas
from landcast.core.scenes.statistics.counting import WHOLE, SceneChange
from landcast.tests.core.scenes.statistics.scenes import ChangedScene, make_scene, write_areas


def place(scene: ChangedScene, *corners: tuple[float, float]) -> shapely.Polygon:
    """A polygon by columns and rows of the scene's rectangle, a little off the pixels' centres."""
    to_xy = scene.plan.grid.transform(scene.plan.rect)
    return shapely.Polygon([to_xy @ (column + 0.137, row + 0.211) for column, row in corners])


def pixel_m2(scene: ChangedScene) -> NDArray[np.float64]:
    """Square metres of every pixel, by the areal scale of PROJ, (y, x)."""
    plan, crs = scene.plan, scene.plan.grid.crs
    columns, rows = np.meshgrid(np.arange(plan.rect.width) + 0.5, np.arange(plan.rect.height) + 0.5)
    t = plan.grid.transform(plan.rect)
    x, y = t.a * columns + t.c, t.e * rows + t.f
    longitudes, latitudes = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
    scale = np.asarray(Proj(crs).get_factors(longitudes, latitudes).areal_scale)
    return t.a * -t.e / scale


def count_at_once(scene: ChangedScene, geometry: shapely.Geometry | None) -> tuple[float, NDArray[np.float64]]:
    """Square metres that are valid, and that each member changes, by GDAL's rasterising over the whole array."""
    inside = scene.valid.copy()
    if geometry is not None:
        to_xy = scene.plan.grid.transform(scene.plan.rect)
        inside &= rasterize([geometry], inside.shape, transform=to_xy, dtype="uint8").astype(bool)
    ground = pixel_m2(scene) * inside
    return ground.sum(), (scene.fine * ground).sum((1, 2))


@pytest.mark.parametrize(("epsg", "rel"), [(32633, 1e-5), (3395, 2e-4)], ids=["UTM", "Mercator"])
def test_areas_are_counted_as_the_whole_array_is_at_once(tmp_path: Path, epsg: int, rel: float) -> None:
    scene = make_scene(members=11, epsg=epsg)
    hole = place(scene, (30, 30), (250, 20), (240, 260), (20, 240)).difference(
        place(scene, (100, 100), (150, 100), (150, 150), (100, 150))
    )
    several = shapely.MultiPolygon(
        [place(scene, (1, 1), (9, 1), (9, 9)), place(scene, (300, 250), (390, 290), (380, 200))]
    )
    beyond = place(scene, (-500, 280), (120, 200), (90, 900))
    tiny = place(scene, (200, 50), (205, 50), (205, 54), (200, 54))
    path = write_areas(tmp_path / "areas.geojson", [hole, several, beyond, tiny], epsg)
    change = scene.measure(load_change_areas(path))
    assert set(change.sums) == {0, 1, 2, 3}
    for number, geometry in enumerate((hole, several, beyond, tiny)):
        valid_m2, member_m2 = count_at_once(scene, geometry)
        sums = change.sums[number]
        assert valid_m2 > 0
        assert sums.valid_m2 == pytest.approx(valid_m2, rel=rel)
        assert sums.member_m2 == pytest.approx(member_m2, rel=rel)


def test_the_whole_scene_is_one_area_and_no_block_is_read_twice() -> None:
    scene = make_scene()
    sums = scene.measure().sums[WHOLE]
    valid_m2, member_m2 = count_at_once(scene, None)
    assert sums.valid_m2 == pytest.approx(valid_m2, rel=1e-6)
    assert sums.member_m2 == pytest.approx(member_m2, rel=1e-6)
    ground, changing = pixel_m2(scene) * scene.valid, scene.fine.sum(0)
    assert sums.any_m2 == pytest.approx(ground[changing > 0].sum(), rel=1e-6)
    assert sums.likely_m2 == pytest.approx(ground[changing >= 2].sum(), rel=1e-6)
    assert scene.reads == list(range(len(scene.plan.blocks)))


def test_hectares_are_those_of_the_ground_and_not_of_the_map() -> None:
    """The Web Mercator of 60 degrees north shows all four times as large as it is."""
    scene = make_scene(epsg=3857, origin_xy=(1_000_000.0, 8_399_738.0), gsd_m=2.0)
    scene.valid[:] = True
    sums = scene.measure().sums[WHOLE]
    to_xy, rect = scene.plan.grid.transform(scene.plan.rect), scene.plan.rect
    corners = [to_xy @ corner for corner in ((0, 0), (rect.width, 0), (rect.width, rect.height), (0, rect.height))]
    degrees = Transformer.from_crs(3857, 4326, always_xy=True).transform(*np.array(corners).T)
    true_m2 = abs(Geod(ellps="WGS84").polygon_area_perimeter(*degrees)[0])
    assert sums.valid_m2 == pytest.approx(true_m2, rel=1e-5)
    assert sums.valid_m2 / (rect.width * rect.height * 4.0) == pytest.approx(0.25, abs=0.002)


def test_other_blocks_give_the_same_counts(tmp_path: Path) -> None:
    areas = load_change_areas(
        write_areas(tmp_path / "areas.geojson", [place(make_scene(), (30, 30), (250, 20), (240, 260))])
    )
    one, other = (make_scene(block_px=side).measure(areas).sums[0] for side in (64, 256))
    assert one.valid_m2 == pytest.approx(other.valid_m2, rel=1e-12)
    assert one.member_m2 == pytest.approx(other.member_m2, rel=1e-12)


def test_areas_that_do_not_meet_a_block_do_not_read_it_and_far_ones_are_missing(tmp_path: Path) -> None:
    scene = make_scene()
    near, far = place(scene, (5, 5), (60, 5), (60, 60)), shapely.box(100_000, 100_000, 110_000, 110_000)
    change = scene.measure(load_change_areas(write_areas(tmp_path / "areas.geojson", [far, near])))
    assert set(change.sums) == {1}
    to_xy = scene.plan.grid.transform(Rect(0, 0, 1, 1))
    met = {
        number
        for number, block in enumerate(scene.plan.blocks)
        if near.intersects(shapely.box(*(to_xy @ (block.left, block.bottom)), *(to_xy @ (block.right, block.top))))
    }
    assert set(scene.reads) >= met
    assert len(scene.reads) < len(scene.plan.blocks)


def test_areas_in_degrees_are_brought_to_the_grid(tmp_path: Path) -> None:
    scene = make_scene()
    own = place(scene, (30, 30), (250, 20), (240, 260), (20, 240))
    degrees = shapely.transform(
        shapely.segmentize(own, 5.0), Transformer.from_crs(32633, 4326, always_xy=True).transform, interleaved=False
    )
    paths = write_areas(tmp_path / "own.geojson", [own]), write_areas(tmp_path / "degrees.geojson", [degrees], 4326)
    first, second = (scene.measure(load_change_areas(path)).sums[0] for path in paths)
    assert second.valid_m2 == pytest.approx(first.valid_m2, rel=1e-4)
    assert second.member_m2 == pytest.approx(first.member_m2, rel=1e-3)


def test_counts_survive_as_json_to_the_last_bit() -> None:
    change = make_scene(members=9).measure()
    assert SceneChange.from_json(change.to_json()) == change
    for text in ("{}", "[]", '{"sums": 3}', "half of"):
        with pytest.raises(ValueError, match=r"."):
            SceneChange.from_json(text)


def test_areas_without_a_way_to_the_scene_are_refused(tmp_path: Path) -> None:
    scene = make_scene()
    local = tmp_path / "areas.csv"
    local.write_text('WKT\n"POLYGON((0 0,1 0,1 1,0 0))"\n')
    with pytest.raises(RequestError, match=r"no place on Earth"):
        scene.measure(load_change_areas(local, crs='LOCAL_CS["site",UNIT["metre",1]]'))
