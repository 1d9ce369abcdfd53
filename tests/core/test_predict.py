"""A whole prediction: on the source's grid, repeatable, and nothing half-done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from landcast.core import plan as plan_module
from landcast.core.errors import (
    ModelError,
    OutputError,
    RequestError,
    UnreadableSourceError,
)
from landcast.core.plan import Interval, choose_interval, choose_sampling_steps
from landcast.core.predict import predict
from landcast.core.raster import sampling
from landcast.core.request import PredictionRequest
from landcast.tests.models import TINY_CONTRACT
from landcast.worker.demo.scene import write_scene

WIDTH, HEIGHT = 270, 250


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered scene; read it only."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    write_scene(path, (HEIGHT, WIDTH), seed=3)
    return path


@pytest.fixture
def ask(scene: Path, tmp_path: Path, make_tiny_model: Callable[..., Path]) -> Callable[..., PredictionRequest]:
    """Make a request for the scene with a bold, tiny model on the CPU."""

    def make(name: str = "a_pred.tif", **changes: Any) -> PredictionRequest:
        model = str(make_tiny_model(difference_std=0.5))
        settings = {"source": scene, "output": tmp_path / name, "model": model, "device": "cpu", "precision": "fp32"}
        return PredictionRequest(**(settings | changes))

    return make


def refuse(message: str) -> None:
    raise AssertionError(f"warned: {message}")


def read(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with rasterio.open(path) as dataset:
        return np.asarray(dataset.read())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_result_lies_on_the_sources_pixels_and_says_what_it_is(
    ask: Callable[..., PredictionRequest], scene: Path, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []
    prediction = predict(ask(seed=4), refuse, lambda done, total: steps.append((done, total)))
    assert prediction.paths == {"prediction": tmp_path / "a_pred.tif"}
    assert names(tmp_path) == ["a_pred.tif"]
    with rasterio.open(scene) as source, rasterio.open(tmp_path / "a_pred.tif") as result:
        assert result.crs == source.crs
        assert result.transform.almost_equals(source.transform, 1e-6)
        assert result.shape == source.shape == prediction.shape_yx
        tags = result.tags()
        assert all(name.startswith("Predicted") for name in result.descriptions)
        assert result.read_masks(1).all()
        apart = np.abs(result.read().astype(int) - source.read())
    assert 1 < apart.mean() < 60
    assert tags["LANDCAST_SYNTHETIC"] == "YES"
    assert tags["LANDCAST_SEED"] == "4"
    assert tags["LANDCAST_YEARS_AHEAD"] == "2"
    assert tags["LANDCAST_SOURCE"] == "scene.tif"
    assert len({total for _, total in steps}) == 1
    assert [done for done, _ in steps[:3]] == [0, 1, 2]
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_the_same_request_makes_the_same_bytes_and_another_seed_others(
    ask: Callable[..., PredictionRequest], tmp_path: Path
) -> None:
    for name, seed in (("a.tif", 0), ("b.tif", 0), ("c.tif", 1)):
        predict(ask(name, seed=seed), refuse)
    one, same, other = ((tmp_path / name).read_bytes() for name in ("a.tif", "b.tif", "c.tif"))
    assert one == same
    assert one != other
    assert np.abs(read(tmp_path / "a.tif").astype(int) - read(tmp_path / "c.tif")).mean() > 1


def test_an_extent_gives_the_same_pixels_as_the_whole(
    ask: Callable[..., PredictionRequest], scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(ask("whole.tif", iterations=2), refuse)
    with rasterio.open(scene) as source:
        left, top = source.transform @ (141, 60)
        right, bottom = source.transform @ (231, 160)
    extent = left, bottom, right, top
    degrees = Transformer.from_crs(26911, 4326, always_xy=True).transform_bounds(*extent)
    monkeypatch.setattr(plan_module, "BLOCK_PX", 128)
    predict(ask("part.tif", iterations=2, extent=extent), refuse)
    whole, part = read(tmp_path / "whole.tif"), read(tmp_path / "part.tif")
    assert part.shape == (3, 100, 90)
    apart = np.abs(whole[:, 60:160, 141:231].astype(int) - part)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 0.001
    located = ask("located.tif", extent=degrees, extent_crs="EPSG:4326")
    shape_yx = predict(located, refuse).shape_yx
    assert 100 <= shape_yx[0] <= 106
    assert 90 <= shape_yx[1] <= 96


def test_an_asked_ground_scale_is_the_grid_of_the_result(ask: Callable[..., PredictionRequest], tmp_path: Path) -> None:
    prediction = predict(ask(ground_scale_m=128.0), refuse)
    with rasterio.open(tmp_path / "a_pred.tif") as result:
        # a metre on the ground is 0.99965 in this zone, 65 km west of its middle
        assert result.transform.a == pytest.approx(1, rel=0.001)
        assert result.tags()["LANDCAST_GROUND_SCALE_M"] == "128"
        assert result.width * result.transform.a == pytest.approx(WIDTH * 0.6, abs=2.1)
    assert prediction.grid.gsd_m == 1


def test_several_members_bring_spread_and_probability_of_change(
    ask: Callable[..., PredictionRequest], tmp_path: Path
) -> None:
    prediction = predict(ask(members=2), refuse)
    assert set(prediction.paths) == {"prediction", "spread", "change"}
    assert names(tmp_path) == ["a_pred.tif", "a_pred_change.tif", "a_pred_spread.tif"]
    with rasterio.open(tmp_path / "a_pred_spread.tif") as spread, rasterio.open(tmp_path / "a_pred.tif") as first:
        assert spread.count == 1
        assert spread.transform == first.transform
        assert spread.descriptions[0].startswith("Predicted spread")
    change = read(tmp_path / "a_pred_change.tif")
    assert change.min() >= 0
    assert change.max() == 100
    assert set(np.unique(change)) & {50}
    assert read(tmp_path / "a_pred_spread.tif").mean() > 1


def test_what_the_source_does_not_hold_stays_masked(
    ask: Callable[..., PredictionRequest], scene: Path, tmp_path: Path
) -> None:
    with rasterio.open(scene) as source:
        pixels, profile = source.read(), source.profile
    pixels[:, 40:90, :150] = 0
    masked = tmp_path / "masked.tif"
    with rasterio.open(masked, "w", **(profile | {"nodata": 0})) as target:
        target.write(np.maximum(pixels, 1) * (pixels.sum(0) > 0))
    predict(ask(source=masked), refuse)
    with rasterio.open(tmp_path / "a_pred.tif") as result:
        valid = result.read_masks(1) > 0
        assert not result.read()[:, ~valid].any()
    assert not valid[40:90, :150].any()
    assert valid.sum() == HEIGHT * WIDTH - 50 * 150


def test_a_quicklook_shows_before_and_after(ask: Callable[..., PredictionRequest], scene: Path, tmp_path: Path) -> None:
    prediction = predict(ask(quicklook=tmp_path / "look.png"), refuse)
    assert prediction.paths["quicklook"] == tmp_path / "look.png"
    picture = cv2.cvtColor(cv2.imread(str(tmp_path / "look.png")), cv2.COLOR_BGR2RGB).transpose(2, 0, 1)
    np.testing.assert_array_equal(picture[:, -HEIGHT:, :WIDTH], read(scene))
    np.testing.assert_array_equal(picture[:, -HEIGHT:, -WIDTH:], read(tmp_path / "a_pred.tif"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, Interval(2, 1)),
        ({"iterations": 3}, Interval(6, 3)),
        ({"years": 2}, Interval(2, 1)),
        ({"years": 3}, Interval(3, 1)),
        ({"years": 4}, Interval(4, 1)),
        ({"years": 4.5}, Interval(4.5, 2)),
        ({"years": 8}, Interval(8, 2)),
        ({"years": 20}, Interval(20, 5)),
    ],
    ids=str,
)
def test_years_become_as_few_iterations_as_the_model_was_trained_for(asked: dict[str, Any], expected: Interval) -> None:
    assert choose_interval(PredictionRequest(Path("a.tif"), **asked), TINY_CONTRACT) == (expected, [])


def test_fewer_years_than_the_model_knows_are_a_guess_and_said_so() -> None:
    interval, said = choose_interval(PredictionRequest(Path("a.tif"), years=1), TINY_CONTRACT)
    assert interval == Interval(1, 1)
    assert len(said) == 1
    assert "2 to 4 years" in said[0]


def test_another_number_of_calls_than_the_models_own_is_said_to_be_unmeasured() -> None:
    contract = replace(TINY_CONTRACT, objective="v_prediction", sampling_steps=5)
    own = PredictionRequest(Path("a.tif")), PredictionRequest(Path("a.tif"), sampling_steps=5)
    assert [choose_sampling_steps(request, contract) for request in own] == [(5, []), (5, [])]
    steps, said = choose_sampling_steps(PredictionRequest(Path("a.tif"), sampling_steps=8), contract)
    assert steps == 8
    assert len(said) == 1
    assert said[0].startswith("--sampling-steps 8: ")
    assert "fitted with 5" in said[0]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"years": 4, "iterations": 2}, "exclude each other"),
        ({"years": 0}, "--years"),
        ({"years": float("nan")}, "--years"),
        ({"years": 201}, "--years"),
        ({"iterations": 0}, "--iterations"),
        ({"iterations": 51}, "--iterations"),
        ({"members": 0}, "--members"),
        ({"members": 257}, "--members"),
        ({"seed": -1}, "--seed"),
        ({"seed": 2**63}, "--seed"),
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused_by_the_options_name(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestError, match=named):
        PredictionRequest(Path("a.tif"), **settings)


@pytest.mark.parametrize(
    ("settings", "kind", "named"),
    [
        ({"sampling_steps": 4}, RequestError, "--sampling-steps"),
        ({"sampling_steps": 0}, RequestError, "--sampling-steps"),
        ({"ground_scale_m": 20.0}, RequestError, "invent detail"),
        ({"extent_crs": "EPSG:4326"}, RequestError, "--extent-crs"),
        ({"extent": (0, 0, 1, 1), "extent_crs": "EPSG:0"}, RequestError, "not a CRS"),
        ({"extent": (0, 0, 1, 1)}, RequestError, "does not meet"),
        ({"model": "no-such-model"}, ModelError, "no-such-model"),
        ({"source": Path("missing.tif")}, UnreadableSourceError, "no such file"),
        ({"precision": "fp16"}, RequestError, "--precision"),
    ],
    ids=str,
)
def test_a_request_that_cannot_be_met_is_refused_and_nothing_is_written(
    ask: Callable[..., PredictionRequest], tmp_path: Path, settings: dict[str, Any], kind: type[Exception], named: str
) -> None:
    with pytest.raises(kind, match=named):
        predict(ask(**settings), refuse)
    assert names(tmp_path) == []


def test_a_result_too_large_is_refused_before_any_work(ask: Callable[..., PredictionRequest], tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="raise --max-output-px"):
        predict(ask(max_output_px=HEIGHT * WIDTH - 1), refuse)
    assert names(tmp_path) == []


@pytest.mark.parametrize("taken", ["a_pred.tif", "a_pred_change.tif"])
def test_an_existing_result_is_refused_and_untouched(
    ask: Callable[..., PredictionRequest], tmp_path: Path, taken: str
) -> None:
    (tmp_path / taken).write_bytes(b"older")
    with pytest.raises(OutputError, match="--overwrite"):
        predict(ask(members=2), refuse)
    assert names(tmp_path) == [taken]
    assert (tmp_path / taken).read_bytes() == b"older"


def test_a_result_never_replaces_its_own_source(ask: Callable[..., PredictionRequest], scene: Path) -> None:
    before = scene.read_bytes()
    with pytest.raises(RequestError, match="own source"):
        predict(ask(output=scene, is_overwriting=True), refuse)
    assert scene.read_bytes() == before


def test_a_quicklook_that_cannot_be_written_is_refused_before_any_work(
    ask: Callable[..., PredictionRequest], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        predict(ask(quicklook=tmp_path / "missing" / "look.png"), refuse)
    assert names(tmp_path) == []


def test_a_source_that_breaks_off_in_the_middle_leaves_nothing_and_the_older_result_as_it_was(
    ask: Callable[..., PredictionRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "BLOCK_PX", 256)
    monkeypatch.setattr(sampling, "WHOLE_PX", 0)
    monkeypatch.setattr(sampling, "WINDOW_PX", 16)
    source = tmp_path / "long.tif"
    pixels = np.random.default_rng(0).integers(1, 255, (3, 1280, 64), np.uint8)
    with rasterio.open(
        source, "w", driver="GTiff", width=64, height=1280, count=3, dtype="uint8", crs="EPSG:32611",
        transform=rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000), tiled=True, blockxsize=64, blockysize=64,
        compress="deflate",
    ) as target:  # fmt: skip
        target.write(pixels)
    _damage_block(source, row=13)
    (tmp_path / "a_pred.tif").write_bytes(b"older")
    done: list[int] = []
    with pytest.raises(UnreadableSourceError, match=r"long\.tif"):
        predict(ask(source=source, is_overwriting=True), refuse, lambda calls, _: done.append(calls))
    assert done
    assert names(tmp_path) == ["a_pred.tif", "long.tif"]
    assert (tmp_path / "a_pred.tif").read_bytes() == b"older"


def _damage_block(path: Path, row: int) -> None:
    """Overwrite the start of a block that no sample of the whole touches."""
    with rasterio.open(path) as dataset:
        start = int(dataset.get_tag_item(f"BLOCK_OFFSET_0_{row}", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[start : start + 64] = bytes(64)
    path.write_bytes(data)


def test_a_person_who_stops_it_finds_nothing_left(ask: Callable[..., PredictionRequest], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict(ask(members=2), refuse, stop)
    assert names(tmp_path) == []


def test_results_stand_beside_the_source_unless_asked() -> None:
    request = PredictionRequest(Path("data") / "town.tif", members=2)
    assert request.output_path == Path("data") / "town_pred.tif"
    assert request.layer_paths["spread"] == Path("data") / "town_pred_spread.tif"


def test_what_is_recorded_is_enough_to_make_the_same_again(
    ask: Callable[..., PredictionRequest], tmp_path: Path
) -> None:
    predict(ask("first.tif", iterations=2, seed=9), refuse)
    with rasterio.open(tmp_path / "first.tif") as result:
        said = {name.removeprefix("LANDCAST_").lower(): value for name, value in result.tags().items()}
    again = ask(
        "again.tif",
        iterations=int(said["iterations"]),
        seed=int(said["seed"]),
        members=int(said["members"]),
        sampling_steps=int(said["sampling_steps"]),
        precision=said["precision"],
        ground_scale_m=float(said["ground_scale_m"]),
    )
    predict(again, refuse)
    with rasterio.open(tmp_path / "first.tif") as first, rasterio.open(tmp_path / "again.tif") as second:
        np.testing.assert_array_equal(second.read(masked=True), first.read(masked=True))
        # the settings were asked for in other words
        told = [{**result.tags(), "LANDCAST_ASKED": ""} for result in (first, second)]
    assert told[0] == told[1]
