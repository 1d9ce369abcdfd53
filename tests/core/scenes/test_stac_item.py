"""STAC items: what pystac and the rasters themselves say, and never a word that this was observed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pystac
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Geod
from shapely.geometry import box, shape

from landcast.core.dates import ImageDate
from landcast.core.errors import OutputError
from landcast.core.raster.cog import write_cog
from landcast.core.raster.layer import LayerSpec
from landcast.core.raster.provenance import CHANGE_NAME, SPREAD_NAME
from landcast.core.scenes.stac_item import StacItems, check_item_name, footprint, make_item, span, write_item
from landcast.tests.core.raster.layers import make_pixels, make_spec, write_blocks

FACTS = {
    "model": "tiny", "model_sha256": "0" * 64, "source": "a.tif", "source_sha256": None, "years_ahead": "2", "seed": 5,
    "gsd_m": "0.6", "source_date": "2016", "result_date": "2018",
}  # fmt: skip


@pytest.fixture
def result(tmp_path: Path) -> tuple[dict[str, Path], dict[str, LayerSpec]]:
    """Three layers of a result in a folder, with its source in another."""
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.tif").write_bytes(b"the source")
    specs = {
        "prediction": make_spec((300, 400)),
        "spread": _single(SPREAD_NAME),
        "change": _single(CHANGE_NAME),
    }
    paths = {}
    for name, spec in specs.items():
        blocks = write_blocks(tmp_path / name, spec, *make_pixels(spec))
        end = "" if name == "prediction" else f"_{name}"
        paths[name] = write_cog(out / f"a_pred{end}.tif", spec, blocks, overwrite=False)
    return paths, specs


def _single(bands: tuple[str, ...]) -> LayerSpec:
    spec = make_spec((300, 400), 1)
    return LayerSpec(bands, spec.rect, spec.transform, spec.crs, spec.tags)


def item_of(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]], **facts: object
) -> tuple[Path, dict[str, Any]]:
    path = tmp_path / "out" / "a_pred.json"
    item = make_item(path, *result, FACTS | facts, tmp_path / "in" / "a.tif")
    return write_item(path, item, overwrite=False), item


def test_pystac_reads_it_back_with_its_files_and_where_it_came_from(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    path, _ = item_of(tmp_path, result)
    item = pystac.Item.from_file(str(path))
    assert item.id == "a_pred"
    assert set(item.assets) == {"prediction", "spread", "change"}
    for name, asset in item.assets.items():
        href = asset.get_absolute_href()
        assert href is not None
        assert Path(href).samefile(result[0][name])
        data = result[0][name].read_bytes()
        assert asset.extra_fields["file:size"] == len(data)
        assert asset.extra_fields["file:checksum"] == "1220" + hashlib.sha256(data).hexdigest()
        assert asset.media_type == pystac.MediaType.COG
    source, model = (link.get_href() for link in item.links if link.rel == "derived_from")
    assert source == "../in/a.tif"
    assert model == f"urn:landcast:model:tiny:{'0' * 64}"


def test_projection_and_bands_are_those_of_the_raster(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    _, item = item_of(tmp_path, result)
    with rasterio.open(result[0]["prediction"]) as raster:
        told = item["properties"]
        assert told["proj:code"] == "EPSG:32611"
        assert told["proj:shape"] == list(raster.shape)
        assert told["proj:transform"] == list(raster.transform)[:6]
        assert told["proj:bbox"] == pytest.approx(list(raster.bounds))
        bands = item["assets"]["prediction"]["bands"]
        assert tuple(band["description"] for band in bands) == raster.descriptions
        assert {band["data_type"] for band in bands} == {"uint8"}
        outline = shape(item["geometry"])
        assert outline.exterior.is_ccw
        assert list(box(*item["bbox"]).bounds) == pytest.approx(outline.bounds)
        area, _ = Geod(ellps="WGS84").geometry_area_perimeter(outline)
        metres = raster.width * raster.height * 0.6**2
        assert abs(area) == pytest.approx(metres, rel=2e-3)  # the scale of UTM
    assert item["assets"]["spread"]["bands"][0]["description"] == SPREAD_NAME[0]


def test_it_says_that_nobody_took_this_picture(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    _, item = item_of(tmp_path, result)
    told = item["properties"]
    assert told["landcast:synthetic"] is True
    assert told["title"].startswith("SYNTHETIC: ")
    assert told["landcast:model_sha256"] == "0" * 64
    assert told["landcast:source_date"] == "2016"
    assert "landcast:source_sha256" not in told
    assert list(told["processing:software"]) == ["landcast"]
    assert all("synthetic" in asset["roles"] for asset in item["assets"].values())
    assert all(asset["title"].startswith("SYNTHETIC") for asset in item["assets"].values())


@pytest.mark.parametrize(
    ("date", "start", "end"),
    [
        ("2018", "2018-01-01T00:00:00Z", "2018-12-31T23:59:59Z"),
        ("2020-02", "2020-02-01T00:00:00Z", "2020-02-29T23:59:59Z"),
    ],
)
def test_a_year_or_a_month_is_a_span(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]], date: str, start: str, end: str
) -> None:
    _, item = item_of(tmp_path, result, result_date=date)
    told = item["properties"]
    assert (told["datetime"], told["start_datetime"], told["end_datetime"]) == (None, start, end)


def test_a_day_is_a_time() -> None:
    noon = datetime(2018, 6, 14, 12, tzinfo=UTC)
    assert span(ImageDate(2018, 6, 14)) == (noon, noon)


def test_equal_results_write_equal_items(tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]) -> None:
    path, _ = item_of(tmp_path, result)
    first = path.read_bytes()
    assert item_of(tmp_path, result)[0].read_bytes() == first
    assert sorted(one.name for one in path.parent.iterdir() if one.suffix != ".tif") == ["a_pred.json"]


def test_a_source_of_the_network_is_named_as_it_is_recorded(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    address = "https://example.org/a.tif"
    item = make_item(tmp_path / "x.json", *result, FACTS | {"source": address}, f"{address}?secret=1")
    (source, _) = (link for link in item["links"] if link["rel"] == "derived_from")
    assert source["href"] == address
    assert "secret" not in json.dumps(item)


def test_a_result_without_a_place_has_no_outline() -> None:
    crs = CRS.from_wkt(
        'ENGCRS["x",EDATUM[""],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'
    )
    assert footprint(make_spec((30, 40), crs=crs)) == (None, None)


def test_a_result_across_the_antimeridian_is_two_parts_and_does_not_span_the_globe(tmp_path: Path) -> None:
    across = make_spec((3000, 4000), crs=CRS.from_epsg(32601))
    across = replace(across, transform=Affine(1, 0, 164_000, 0, -1, 2_000))
    outline, bbox = footprint(across)
    assert outline is not None
    assert bbox is not None
    parts = list(shape(outline).geoms)
    assert outline["type"] == "MultiPolygon"
    assert [part.exterior.is_ccw for part in parts] == [True, True]
    east, west = sorted(parts, key=lambda part: part.bounds[0], reverse=True)
    assert (east.bounds[2], west.bounds[0]) == (180.0, -180.0)
    assert bbox == [east.bounds[0], bbox[1], west.bounds[2], bbox[3]]
    assert bbox[0] > 179.9
    assert bbox[2] < -179.9
    areas = [abs(Geod(ellps="WGS84").geometry_area_perimeter(part)[0]) for part in parts]
    assert sum(areas) == pytest.approx(3000 * 4000, rel=3e-3)


def test_a_result_around_a_pole_has_no_outline() -> None:
    spec = replace(
        make_spec((300, 400), crs=CRS.from_epsg(3995)), transform=Affine(1000, 0, -200_000, 0, -1000, 150_000)
    )
    assert footprint(spec) == (None, None)


def test_what_is_in_the_way_of_an_item_is_told_before_any_work(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    path = tmp_path / "out" / "a_pred.json"
    check_item_name(path.with_suffix(".tif"), is_overwriting=False)
    path.write_text("someone's notes")
    with pytest.raises(OutputError, match="no STAC item of this result; --overwrite"):
        check_item_name(path.with_suffix(".tif"), is_overwriting=False)
    check_item_name(path.with_suffix(".vrt"), is_overwriting=True)
    path.unlink()
    item_of(tmp_path, result)
    check_item_name(path.with_suffix(".tif"), is_overwriting=False)


def test_a_finished_result_gets_the_item_that_it_would_have_had(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    path, _ = item_of(tmp_path, result)
    before = path.read_bytes()
    path.unlink()
    source, said = tmp_path / "in" / "a.tif", list[str]()
    assert StacItems(said.append).of_finished(result[0], FACTS, source) == {"stac_item": path}
    assert path.read_bytes() == before
    assert StacItems(said.append).of_finished(result[0], FACTS | {"result_date": None}, source) == {}
    assert "--source-date" in said[0]


def test_a_file_that_is_no_item_of_this_result_is_left_alone(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    path = tmp_path / "out" / "a_pred.json"
    for text in ("someone's notes", '{"type": "Feature", "id": "b_pred"}', "[1]"):
        path.write_text(text)
        with pytest.raises(OutputError, match="no STAC item of this result; --overwrite"):
            item_of(tmp_path, result)
        assert path.read_text() == text
    item = make_item(path, *result, FACTS, tmp_path / "in" / "a.tif")
    assert write_item(path, item, overwrite=True) == path
    with pytest.raises(OutputError, match="cannot be written"):
        write_item(tmp_path / "missing" / "a.json", item, overwrite=False)


def test_a_scene_without_a_date_gets_none_and_the_user_hears_why(
    tmp_path: Path, result: tuple[dict[str, Path], dict[str, LayerSpec]]
) -> None:
    def scene(date: ImageDate | None) -> Any:
        request = SimpleNamespace(
            output_path=result[0]["prediction"], source=tmp_path / "in" / "a.tif", is_overwriting=False
        )
        plan = SimpleNamespace(result_date=date)
        return SimpleNamespace(request=request, plan=plan, layers=result[1], facts=FACTS)

    said: list[str] = []
    items, blocks = StacItems(said.append), Any
    assert items(scene(None), blocks, result[0]) == {}  # type: ignore[arg-type]
    assert "a_pred.tif: no STAC item" in said[0]
    assert "--source-date" in said[0]
    found = items(scene(ImageDate(2018)), blocks, result[0])  # type: ignore[arg-type]
    assert found == {"stac_item": result[0]["prediction"].with_suffix(".json")}
    assert len(said) == 1
