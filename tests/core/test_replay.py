"""A result made again from what it records: found identical where it is, and told apart where it is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from rasterio.windows import Window

from landcast.core.asked import asked_after, asked_text, read_asked
from landcast.core.errors import ModelError, RequestError, UnreadableSourceError
from landcast.core.predict import predict
from landcast.core.raster.options import SourceOptions
from landcast.core.replay import Replay, replay
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

HEIGHT, WIDTH = 110, 120


def pay_no_heed(message: str) -> None:
    """Some requests of these tests are unwise."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, make_tiny_model: Callable[..., Path]) -> Path:
    """A folder with a source of 16 bit and with a hole, a result of it, and all layers of another; read it only."""
    folder = tmp_path_factory.mktemp("run")
    write_scene(folder / "bytes.tif", (HEIGHT, WIDTH), seed=3)
    with rasterio.open(folder / "bytes.tif") as scene:
        profile, pixels = scene.profile, scene.read().astype(np.uint16) * 40 + 300
    pixels[:, 50:70, 100:] = 0
    profile.update(dtype="uint16", nodata=0)
    with rasterio.open(folder / "scene.tif", "w", **profile) as target:
        target.write(pixels)
    settings: dict[str, Any] = {
        "source": folder / "scene.tif", "model": str(make_tiny_model(difference_std=0.5)), "seed": 7,
        "device": "cpu", "precision": "fp32", "extent": _extent(folder / "scene.tif"),
    }  # fmt: skip
    predict(PredictionRequest(output=folder / "a_pred.tif", **settings), pay_no_heed)
    more: dict[str, Any] = {"iterations": 2, "members": 3, "is_keeping_iterations": True, "is_drawing_typical": True}
    predict(PredictionRequest(output=folder / "all_pred.tif", **settings, **more), pay_no_heed)
    return folder


def _extent(path: Path) -> tuple[float, float, float, float]:
    with rasterio.open(path) as source:
        (left, top), (right, bottom) = source.transform @ (9.5, 13), source.transform @ (240, 210.25)
    return left, bottom, right, top


@pytest.fixture
def own(run: Path, tmp_path: Path) -> Path:
    """A copy of the run to do anything to."""
    return shutil.copytree(run, tmp_path / "own")


@pytest.fixture
def again(make_tiny_model: Callable[..., Path]) -> Callable[..., Replay]:
    """Replay with the run's model, which is not shipped."""

    def make(output: Path, source: Path | None = None, **settings: Any) -> Replay:
        return replay(output, source, **({"model": str(make_tiny_model(difference_std=0.5))} | settings))

    return make


def change_tags(path: Path, **tags: str) -> None:
    with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
        dataset.update_tags(**tags)


@pytest.mark.parametrize("layer", ["", "_spread", "_change", "_typical", "_iteration_1"])
def test_every_layer_of_a_run_comes_out_identical_and_nothing_is_written(
    run: Path, again: Callable[..., Replay], layer: str
) -> None:
    before = sorted(run.iterdir())
    found = again(run / f"all_pred{layer}.tif")
    assert found.is_identical
    assert found.circumstances == ()
    with rasterio.open(run / "all_pred.tif") as dataset:
        assert found.pixels == dataset.height * dataset.width > 9000
    assert "identical in all of" in found.tell()
    assert found.to_json()["identical"] is True
    assert sorted(run.iterdir()) == before


def test_lossless_copies_windows_and_single_bands_are_results_too(
    own: Path, tmp_path: Path, again: Callable[..., Replay]
) -> None:
    source = own / "scene.tif"
    rasterio.shutil.copy(own / "a_pred.tif", tmp_path / "cog.tif", driver="COG")
    assert again(tmp_path / "cog.tif", source).is_identical
    with rasterio.open(own / "a_pred.tif") as dataset:
        window, place = Window(30, 41, 57, 34), dataset.transform @ Affine.translation(30, 41)
        profile = dataset.profile | {"width": 57, "height": 34, "count": 1, "transform": place, "photometric": None}
        with rasterio.open(tmp_path / "window.tif", "w", **profile) as target:
            target.write(dataset.read(2, window=window), 1)
            target.write_mask(dataset.read_masks(2, window=window))
            target.set_band_description(1, dataset.descriptions[1])
            target.update_tags(**dataset.tags())
    found = again(tmp_path / "window.tif", source)
    assert (found.is_identical, found.pixels) == (True, 57 * 34)


def test_what_was_altered_is_counted(own: Path, again: Callable[..., Replay]) -> None:
    path = own / "a_pred.tif"
    with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
        pixels, mask = dataset.read(), dataset.read_masks(1)
        rows, columns = (part[:5] for part in np.nonzero(mask))
        pixels[1, rows, columns] += 9
        pixels[2, rows[:2], columns[:2]] += 30
        mask[-3:, -1] ^= 255
        dataset.write(pixels)
        dataset.write_mask(mask)
    found = again(path)
    assert (found.differing, found.largest, found.masked_otherwise) == (5, 30.0, 3)
    assert not found.is_identical
    assert found.to_json()["differing_share"] == 5 / found.pixels
    assert "differs" in found.tell()
    assert "by 30 units of its values at most" in found.tell()
    assert "else the file was altered" in found.tell()


def test_a_source_that_moved_is_asked_for_and_another_one_refused(
    own: Path, tmp_path: Path, again: Callable[..., Replay]
) -> None:
    moved = tmp_path / "elsewhere.tif"
    (own / "scene.tif").rename(moved)
    with pytest.raises(RequestError, match=r"its source scene\.tif does not lie beside it; name it"):
        again(own / "a_pred.tif")
    assert again(own / "a_pred.tif", moved).is_identical
    with pytest.raises(RequestError, match="its source had other pixels"):
        again(own / "a_pred.tif", own / "bytes.tif")
    with pytest.raises(UnreadableSourceError, match="no such file"):
        again(own / "a_pred.tif", own / "nothing.tif")


def test_a_source_in_another_file_of_the_same_pixels_will_do_and_is_told(
    own: Path, again: Callable[..., Replay]
) -> None:
    change_tags(own / "scene.tif", NOTE="looked at")
    found = again(own / "a_pred.tif")
    assert found.is_identical
    assert [one.name for one in found.circumstances] == ["source sha256"]


def test_the_model_is_checked(own: Path, make_tiny_model: Callable[..., Path], again: Callable[..., Replay]) -> None:
    with pytest.raises(ModelError, match="its model tiny is none that is shipped; name its folder by --model"):
        again(own / "a_pred.tif", model=None)
    with pytest.raises(ModelError, match="not the model of"):
        again(own / "a_pred.tif", model=str(make_tiny_model()))


def test_other_versions_and_devices_are_named_beside_the_answer(own: Path, again: Callable[..., Replay]) -> None:
    path = own / "a_pred.tif"
    with rasterio.open(path) as dataset:
        versions = dataset.tags()["LANDCAST_VERSIONS"]
    torch = next(part for part in versions.split() if part.startswith("torch="))
    change_tags(path, LANDCAST_VERSIONS=versions.replace(torch, "torch=1.2.3"), LANDCAST_DEVICE="abacus")
    found = again(path)
    told = {one.name: (one.then, one.now) for one in found.circumstances}
    assert told["version of torch"] == ("1.2.3", torch.removeprefix("torch="))
    assert told["device"] == ("abacus", "cpu")
    assert "version of torch: 1.2.3 when it was made" in found.tell()
    assert found.to_json()["changed"]["device"] == {"then": "abacus", "now": "cpu"}  # type: ignore[index]


def test_an_area_is_found_beside_the_result_or_asked_for(
    own: Path, tmp_path: Path, make_tiny_model: Callable[..., Path], again: Callable[..., Replay]
) -> None:
    with rasterio.open(own / "scene.tif") as source:
        corners = [source.transform @ corner for corner in ((20.3, 20.1), (100.2, 40.7), (50.9, 90.4))]
        epsg = source.crs.to_epsg()
    for name, polygon in (("area", shapely.Polygon(corners)), ("other", shapely.Polygon(corners).buffer(9))):
        geometry = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(polygon)}
        (own / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [geometry]}))
    predict(
        PredictionRequest(
            source=own / "scene.tif", output=own / "within_pred.tif", area=own / "area.geojson",
            area_crs=f"EPSG:{epsg}", model=str(make_tiny_model(difference_std=0.5)), device="cpu", precision="fp32",
        ),
        pay_no_heed,
    )  # fmt: skip
    found = again(own / "within_pred.tif")
    assert found.is_identical
    (own / "area.geojson").rename(tmp_path / "drawn.geojson")
    with pytest.raises(RequestError, match=r"its area area\.geojson does not lie beside it; name it by --area"):
        again(own / "within_pred.tif")
    assert again(own / "within_pred.tif", area=tmp_path / "drawn.geojson").is_identical
    with pytest.raises(RequestError, match="not the area of"):
        again(own / "within_pred.tif", area=own / "other.geojson")
    with pytest.raises(RequestError, match="was not predicted within an area"):
        again(own / "a_pred.tif", area=own / "other.geojson")


def test_what_is_no_result_or_lies_elsewhere_is_refused(own: Path, again: Callable[..., Replay]) -> None:
    with pytest.raises(RequestError, match="nothing in it says that it was made by Landcast"):
        again(own / "scene.tif")
    (own / "text.tif").write_text("no image")
    with pytest.raises(UnreadableSourceError, match=r"text\.tif"):
        again(own / "text.tif")
    shutil.copy(own / "a_pred.tif", own / "older.tif")
    with rasterio.open(own / "older.tif") as dataset:
        tags = {name: text for name, text in dataset.tags().items() if name != "LANDCAST_ASKED"}
        profile, pixels, names = dataset.profile, dataset.read(), dataset.descriptions
    with rasterio.open(own / "older.tif", "w", **profile) as dataset:
        dataset.write(pixels)
        dataset.update_tags(**tags)
    with pytest.raises(RequestError, match="does not record asked"):
        again(own / "older.tif")
    with rasterio.open(own / "nameless.tif", "w", **profile) as dataset:
        dataset.update_tags(**tags, LANDCAST_ASKED="{}")
    with pytest.raises(RequestError, match="are not those of one layer"):
        again(own / "nameless.tif")
    assert all(name.startswith("Predicted") for name in names)


def test_a_resampled_copy_is_refused_before_any_network_call(own: Path, again: Callable[..., Replay]) -> None:
    with rasterio.open(own / "a_pred.tif") as result:
        height, width = result.height // 2, result.width // 2
        place = result.transform @ Affine.scale(result.width / width, result.height / height)
        profile = result.profile | {"height": height, "width": width, "transform": place}
        with rasterio.open(own / "smaller.tif", "w", **profile) as target:
            target.write(result.read(out_shape=(3, height, width)))
            target.descriptions = result.descriptions
            target.update_tags(**result.tags())
    calls: list[int] = []
    with pytest.raises(RequestError, match="lies on other pixels than its request gives"):
        again(own / "smaller.tif", on_progress=lambda done, total: calls.append(done))
    assert calls == []


def test_what_was_asked_for_is_read_back_as_it_was() -> None:
    request = PredictionRequest(
        source="a.tif",
        ground_scale_m=76.800000000000011,
        crs="EPSG:32611",
        years=1 / 3,
        extent=(0.1, -2e-17, 434400.123456789, 4.0),
        extent_crs="EPSG:4326",
        radiometry="stretch",
        stretch=(1.5, 300.25),
        source_options=SourceOptions(bands=(4, 3, 2), assume_crs="EPSG:4326", is_remote_allowed=True),
    )
    text = asked_text(request)
    assert "\n" not in text
    assert read_asked(text, source="a.tif", is_remote_allowed=True) == request
    plain = PredictionRequest(source="a.tif", source_options=SourceOptions(gsd_m=0.3), iterations=3)
    assert read_asked(asked_text(plain), source="a.tif") == plain
    assert asked_text(PredictionRequest(source="a.tif", seed=4, members=9, iterations=1)) == "{}"


def test_an_earlier_iteration_says_what_would_have_led_to_it() -> None:
    by_number, by_years = (PredictionRequest(source="a.tif", **ahead) for ahead in ({"iterations": 3}, {"years": 7.5}))
    assert asked_after(asked_text(by_number), 2, 2.0) == asked_text(PredictionRequest(source="a.tif", iterations=2))
    assert asked_after(asked_text(by_number), 1, 2.0) == "{}"
    assert asked_after(asked_text(by_years), 2, 2.5) == asked_text(PredictionRequest(source="a.tif", years=5.0))


@pytest.mark.parametrize("text", ["half of {", '{"colour": "blue"}', "[1, 2]"])
def test_what_another_version_asked_for_is_not_guessed_at(text: str) -> None:
    with pytest.raises(RequestError, match="what was asked for"):
        read_asked(text, source="a.tif")
