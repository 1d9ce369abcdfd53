"""A whole prediction from sources that are not clean 8-bit RGB, and of parts of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS
from rasterio.enums import ColorInterp
from rasterio.features import geometry_mask

from landcast.core.errors import NotGeoreferencedError, OutputError, RequestError
from landcast.core.predict import dry_run, predict
from landcast.core.raster import disk
from landcast.core.raster.options import SourceOptions
from landcast.core.request import PredictionRequest

TRANSFORM = rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000)
SIDE = 200
Ask = Callable[..., PredictionRequest]


@pytest.fixture
def ask(tmp_path: Path, make_tiny_model: Callable[..., Path]) -> Ask:
    """Make a request with a bold, tiny model on the CPU."""

    def make(source: Path, name: str = "a_pred.tif", **changes: Any) -> PredictionRequest:
        model = str(make_tiny_model(difference_std=0.5))
        settings = {"output": tmp_path / name, "model": model, "device": "cpu", "precision": "fp32"}
        return PredictionRequest(source, **(settings | changes))

    return make


def texture(bands: int = 3, side: int = SIDE) -> NDArray[np.float64]:
    """Smooth random fields between 0 and 1, (band, y, x)."""
    random = np.random.default_rng(0).random((bands, side // 10 + 1, side // 10 + 1))
    return np.kron(random, np.ones((1, 10, 10)))[:, :side, :side]


def write(path: Path, pixels: NDArray[Any], **profile: Any) -> Path:
    settings = {"crs": "EPSG:26911", "transform": TRANSFORM} | profile
    meanings = settings.pop("colorinterp", None)
    count, height, width = pixels.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=count, dtype=pixels.dtype, **settings
    ) as target:
        target.write(pixels)
        if meanings:
            target.colorinterp = meanings
    return path


def write_photo(path: Path) -> Path:
    cv2.imwrite(str(path), (texture() * 255).astype(np.uint8).transpose(1, 2, 0))
    return path


def refuse(message: str) -> None:
    raise AssertionError(f"warned: {message}")


def read(path: Path) -> tuple[NDArray[Any], NDArray[np.bool_], dict[str, str]]:
    with rasterio.open(path) as result:
        return result.read(), result.read_masks(1) > 0, result.tags()


@pytest.mark.parametrize(
    ("dtype", "gain", "offset"),
    [
        ("uint16", 2000, 300),
        ("int16", 9000, 100),
        ("uint32", 3e9, 1e6),
        ("int32", 1e6, 5),
        ("float32", 0.4, 0.1),
        ("float64", 1e-3, 0.7),
    ],
)
def test_a_result_holds_the_sources_values_and_changes_none_where_nothing_changes(
    ask: Ask, tmp_path: Path, make_tiny_model: Callable[..., Path], dtype: str, gain: float, offset: float
) -> None:
    pixels = (texture() * gain + offset).astype(dtype)
    source = write(tmp_path / "a.tif", pixels)
    predict(ask(source, "same.tif", model=str(make_tiny_model(difference_std=1e-4))), refuse)
    same, valid, tags = read(tmp_path / "same.tif")
    assert same.dtype == np.dtype(dtype)
    assert valid.all()
    assert json.loads(tags["LANDCAST_TONES"])["kind"] == "stretch"
    np.testing.assert_array_equal(same, pixels)
    predict(ask(source, "changed.tif"), refuse)
    changed = read(tmp_path / "changed.tif")[0].astype(float)
    spread = float(pixels.max()) - float(pixels.min())
    assert np.abs(changed - pixels).mean() > 0.02 * spread
    assert changed.min() > float(pixels.min()) - spread
    assert changed.max() < float(pixels.max()) + spread


def test_scale_and_offset_to_physical_units_are_kept(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 9000).astype(np.uint16))
    with rasterio.open(source, "r+") as target:
        target.scales, target.offsets = (1e-4,) * 3, (-0.1,) * 3
    with rasterio.open(predict(ask(source, members=2), refuse).paths["prediction"]) as result:
        assert result.scales == pytest.approx((1e-4,) * 3)
        assert result.offsets == pytest.approx((-0.1,) * 3)


def test_a_linear_change_of_values_changes_nothing_but_values(ask: Ask, tmp_path: Path) -> None:
    low = (texture() * 1000 + 50).round().astype(np.uint16)
    high = (low.astype(np.uint32) * 40 + 7000).astype(np.float32)
    predict(ask(write(tmp_path / "low.tif", low.astype(np.float32)), "l.tif"), refuse)
    predict(ask(write(tmp_path / "high.tif", high), "h.tif"), refuse)
    first, second = read(tmp_path / "l.tif")[0], read(tmp_path / "h.tif")[0]
    np.testing.assert_allclose(first * 40 + 7000, second, atol=40 * 2)


def test_a_grey_source_gives_a_grey_result(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "grey.tif", (texture(1) * 255).astype(np.uint8))
    said: list[str] = []
    prediction = predict(ask(source, members=2), refuse, note=said.append)
    with rasterio.open(prediction.paths["prediction"]) as result:
        assert result.count == 1
        assert result.descriptions == ("Predicted grey",)
    assert any("grey" in line for line in said)


def test_a_palette_is_predicted_in_colour(ask: Ask, tmp_path: Path) -> None:
    indices = (texture(1) * 3).astype(np.uint8)
    path = tmp_path / "palette.tif"
    write(path, indices, photometric="palette")
    colours = {0: (200, 30, 30, 255), 1: (30, 200, 30, 255), 2: (30, 30, 200, 255)}
    with rasterio.open(path, "r+") as target:
        target.write_colormap(1, colours)
    predict(ask(path), refuse)
    image, _, _ = read(tmp_path / "a_pred.tif")
    assert image.shape == (3, SIDE, SIDE)
    reds = image[0][indices[0] == 0].mean(), image[0][indices[0] == 2].mean()
    assert reds[0] > reds[1]


def test_chosen_bands_are_what_is_predicted(ask: Ask, tmp_path: Path) -> None:
    pixels = (texture(5) * 255).astype(np.uint8)
    five = write(tmp_path / "five.tif", pixels, colorinterp=[ColorInterp.undefined] * 5)
    three = write(tmp_path / "three.tif", pixels[[4, 1, 2]])
    predict(ask(five, "five_pred.tif", source_options=SourceOptions(bands=(5, 2, 3))), refuse)
    predict(ask(three, "three_pred.tif"), refuse)
    np.testing.assert_array_equal(read(tmp_path / "five_pred.tif")[0], read(tmp_path / "three_pred.tif")[0])
    said: list[str] = []
    predict(ask(five, "first.tif"), said.append)
    assert len(said) == 1
    assert "--bands" in said[0]


def test_an_image_without_a_place_is_predicted_on_metres_and_says_so(ask: Ask, tmp_path: Path) -> None:
    path = write_photo(tmp_path / "photo.png")
    with pytest.raises(NotGeoreferencedError, match="--gsd"):
        predict(ask(path), refuse)
    prediction = predict(ask(path, source_options=SourceOptions(gsd_m=0.625)), refuse)
    with rasterio.open(prediction.paths["prediction"]) as result:
        assert result.transform == rasterio.Affine(0.625, 0, 0, 0, -0.625, SIDE * 0.625)
        assert "no place on Earth" in result.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        assert result.tags()["LANDCAST_PLACE"] == "none"
        crs = CRS.from_user_input(result.crs)
    assert "without a place" in crs.name
    again = predict(ask(prediction.paths["prediction"], "further.tif"), lambda message: None)
    assert again.grid.gsd_m == pytest.approx(0.625)
    assert again.facts["place"] == "none"


def test_a_ground_scale_is_metres_without_a_place_too(ask: Ask, tmp_path: Path) -> None:
    source = write_photo(tmp_path / "photo.jpg")
    asked = ask(source, source_options=SourceOptions(gsd_m=0.6), ground_scale_m=128.0)
    prediction = predict(asked, refuse)
    assert prediction.transform[1] == pytest.approx(1.0)
    assert prediction.shape_yx == (SIDE * 0.6, SIDE * 0.6)


def test_polygons_are_predicted_and_the_rest_is_masked(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    shapes = [
        shapely.Point(434440, 3773960).buffer(25).difference(shapely.Point(434440, 3773960).buffer(8)),
        shapely.box(434480, 3773900, 434500, 3773920),
    ]
    file = tmp_path / "area.gpkg"
    geometries = np.array(shapely.to_wkb(shapes), object)
    raw.write(file, geometries, [], [], geometry_type="Polygon", crs="EPSG:26911")
    predict(ask(source, "whole.tif"), refuse)
    part = predict(ask(source, "part.tif", area=file), refuse)
    whole, _, _ = read(tmp_path / "whole.tif")
    image, valid, tags = read(tmp_path / "part.tif")
    transform = rasterio.Affine.from_gdal(*part.transform)
    top, left = (round(v) for v in ((3774000 - transform.f) / 0.6, (transform.c - 434400) / 0.6))
    window = (slice(top, top + image.shape[1]), slice(left, left + image.shape[2]))
    expected = geometry_mask(shapes, (SIDE, SIDE), TRANSFORM, invert=True)
    assert (valid != expected[window]).mean() < 0.001
    assert valid.sum() == pytest.approx(expected.sum(), abs=3)
    apart = np.abs(image.astype(int) - whole[:, *window])[:, valid]
    assert apart.max() <= 1
    assert not image[:, ~valid].any()
    assert tags["LANDCAST_AREA"] == "area.gpkg"


def test_an_area_that_misses_the_source_is_refused(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    file = tmp_path / "area.gpkg"
    raw.write(
        file, np.array([shapely.to_wkb(shapely.box(5, 50, 6, 51))], object), [], [], geometry_type="Polygon",
        crs="EPSG:4326",
    )  # fmt: skip
    with pytest.raises(RequestError, match="does not meet"):
        predict(ask(source, area=file), refuse)
    assert not (tmp_path / "a_pred.tif").exists()


@pytest.mark.parametrize(
    ("asked", "tag", "source_date", "result_date"),
    [
        ({"source_date": "2016"}, None, "2016", "2018"),
        ({"source_date": "2016-06", "years": 8}, None, "2016-06", "2024-06"),
        ({}, "2018:07:21 10:00:00", "2018-07-21", "2020-07-21"),
        ({"source_date": "2017"}, "2018:07:21 10:00:00", "2017", "2019"),
        ({}, None, None, None),
    ],
    ids=str,
)
def test_the_results_date_follows_from_the_sources(
    ask: Ask, tmp_path: Path, asked: dict[str, Any], tag: str | None, source_date: str | None, result_date: str | None
) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    if tag:
        with rasterio.open(source, "r+") as target:
            target.update_tags(TIFFTAG_DATETIME=tag)
    predict(ask(source, **asked), refuse)
    _, _, tags = read(tmp_path / "a_pred.tif")
    assert tags.get("LANDCAST_SOURCE_DATE") == source_date
    assert tags.get("LANDCAST_RESULT_DATE") == result_date


def test_a_prediction_of_a_prediction_says_so_and_goes_on_from_its_date(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    first = predict(ask(source, "first.tif", source_date="2020"), refuse)
    said: list[str] = []
    second = predict(ask(first.paths["prediction"], "second.tif"), said.append)
    assert any("is itself a prediction" in line for line in said)
    assert str(second.facts["result_date"]) == "2024"


def test_strict_makes_warnings_errors_before_any_work(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8), transform=TRANSFORM @ TRANSFORM.rotation(30))
    calls: list[int] = []
    with pytest.raises(RequestError, match=r"--strict: 1 warning is an error.*rotated"):
        predict(ask(source, is_strict=True), lambda message: None, lambda done, total: calls.append(done))
    assert not calls
    assert not (tmp_path / "a_pred.tif").exists()


@pytest.mark.parametrize("grid", ["cells", "pixels"])
def test_a_dry_run_writes_nothing_and_tells_what_the_run_does(
    ask: Ask, tmp_path: Path, make_tiny_model: Callable[..., Path], grid: str
) -> None:
    source = write(tmp_path / "a.tif", (texture() * 1000).astype(np.uint16))
    model = make_tiny_model(difference_std=0.5, change_grid=grid)
    request = ask(source, members=2, source_date="2016", model=str(model))
    before = sorted(tmp_path.iterdir())
    tried = dry_run(request, refuse)
    assert sorted(tmp_path.iterdir()) == before
    done: list[tuple[int, int]] = []
    made = predict(request, refuse, lambda calls, total: done.append((calls, total)))
    assert tried.plan.grid == made.grid
    assert tried.plan.rect.shape_yx == made.shape_yx
    assert tried.unet_calls + tried.upscaler_calls == done[-1][1]
    assert (tried.upscaler_calls == 0) == (grid == "pixels")
    size = sum(path.stat().st_size for path in made.paths.values())
    assert size <= tried.plan.disk_bytes[1]
    assert tried.seconds > 0
    assert str(tried.plan.result_date) == "2018"


def test_a_disk_without_room_is_refused_before_any_work(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    monkeypatch.setattr(disk, "free_bytes", lambda folder: 1000)
    with pytest.raises(OutputError, match="free"):
        predict(ask(source), refuse)
    with pytest.raises(OutputError, match="free"):
        dry_run(ask(source), refuse)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"extent": (0, 0, 1, 1), "area": Path("a.gpkg")}, "--area exclude"),
        ({"area_layer": "a"}, "--area-layer"),
        ({"stretch": (1.0, 2.0, 3.0)}, "--stretch"),
        ({"stretch": (1.0, 2.0), "radiometry": "match"}, "--stretch"),
        ({"max_output_px": 0}, "--max-output-px"),
        ({"source": "https://example.org/a.tif"}, "-o names"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestError, match=named):
        PredictionRequest(**({"source": Path("a.tif")} | settings))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"stretch": (5.0, 5.0)}, "LOW < HIGH"),
        ({"stretch": (1.0, 2.0, 1.0, 2.0, 1.0, 2.0), "source_options": SourceOptions(bands=(1,))}, "3 pairs"),
        ({"radiometry": "as-is"}, "as-is"),
        ({"radiometry": "match"}, "tones it was trained on"),
        ({"crs": "EPSG:4326"}, "not a projected CRS"),
        ({"crs": "nonsense"}, "--crs nonsense"),
        ({"source_options": SourceOptions(gsd_m=1.0)}, "--gsd is for images without a place"),
        ({"source_options": SourceOptions(assume_crs="EPSG:3857")}, "--assume-crs is for images without"),
        ({"source_date": "2016-13"}, "--source-date"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_source_is_refused(
    ask: Ask, tmp_path: Path, settings: dict[str, Any], named: str
) -> None:
    source = write(tmp_path / "a.tif", (texture() * 1000).astype(np.uint16))
    with pytest.raises(RequestError, match=named):
        predict(ask(source, **settings), refuse)
    assert not (tmp_path / "a_pred.tif").exists()


def test_a_crs_that_is_asked_for_is_that_of_the_result(ask: Ask, tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", (texture() * 255).astype(np.uint8))
    prediction = predict(ask(source, crs="EPSG:32610"), lambda message: None)
    with rasterio.open(prediction.paths["prediction"]) as result:
        assert result.crs.to_epsg() == 32610
