"""Earlier iterations that are kept: what a prediction of so many iterations gives, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from landcast.core import plan as plan_module
from landcast.core.errors import OutputError, RequestError
from landcast.core.predict import dry_run, predict
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

WIDTH, HEIGHT = 270, 250
Ask = Callable[..., PredictionRequest]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered scene with a hole at its edge, in 16 bit, so that the way back to its values is no identity."""
    folder = tmp_path_factory.mktemp("scene")
    write_scene(folder / "bytes.tif", (HEIGHT, WIDTH), seed=3)
    with rasterio.open(folder / "bytes.tif") as source:
        profile, pixels = source.profile, source.read().astype(np.uint16) * 40 + 300
    pixels[:, 100:140, 240:] = 0
    profile.update(dtype="uint16", nodata=0)
    with rasterio.open(folder / "scene.tif", "w", **profile) as target:
        target.write(pixels)
    return folder / "scene.tif"


@pytest.fixture
def ask(scene: Path, tmp_path: Path, make_tiny_model: Callable[..., Path]) -> Ask:
    """Make a request for the scene with a bold, tiny model on the CPU."""

    def make(name: str = "a_pred.tif", **changes: Any) -> PredictionRequest:
        model = str(make_tiny_model(difference_std=0.5))
        settings = {"source": scene, "output": tmp_path / name, "model": model, "device": "cpu", "precision": "fp32"}
        return PredictionRequest(**(settings | changes))

    return make


def pay_no_heed(message: str) -> None:
    """Some requests of these tests are unwise."""


def read(path: Path) -> NDArray[Any]:
    with rasterio.open(path) as dataset:
        return np.asarray(dataset.read())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("more", [{}, {"members": 2, "seed": 5}], ids=["one member", "two members"])
def test_a_kept_iteration_is_the_result_of_so_many_iterations_alone(
    ask: Ask, tmp_path: Path, more: dict[str, Any]
) -> None:
    asked = {"source_date": "2016-06-14", **more}
    kept = predict(ask(iterations=3, is_keeping_iterations=True, **asked), pay_no_heed)
    assert {"prediction", "iteration_1", "iteration_2"} <= set(kept.paths)
    for number in (1, 2):
        predict(ask(f"alone_{number}.tif", iterations=number, **asked), pay_no_heed)
        # tags, mask and all: nothing tells the one from the other
        alone = (tmp_path / f"alone_{number}.tif").read_bytes()
        assert (tmp_path / f"a_pred_iteration_{number}.tif").read_bytes() == alone
    predict(ask("last.tif", iterations=3, **asked), pay_no_heed)
    assert (tmp_path / "a_pred.tif").read_bytes() == (tmp_path / "last.tif").read_bytes()


def test_each_iteration_says_its_own_years_and_date(ask: Ask, tmp_path: Path) -> None:
    predict(ask(years=6.0, is_keeping_iterations=True, source_date="2016-06"), pay_no_heed)
    assert names(tmp_path) == ["a_pred.tif", "a_pred_iteration_1.tif"]
    with rasterio.open(tmp_path / "a_pred_iteration_1.tif") as first:
        tags = first.tags()
        assert all(name.startswith("Predicted") for name in first.descriptions)
    assert tags["LANDCAST_SYNTHETIC"] == "YES"
    assert "3 years later" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert (tags["LANDCAST_YEARS_AHEAD"], tags["LANDCAST_ITERATIONS"]) == ("3", "1")
    assert (tags["LANDCAST_SOURCE_DATE"], tags["LANDCAST_RESULT_DATE"]) == ("2016-06", "2019-06")


def test_keeping_costs_no_network_call(ask: Ask) -> None:
    counts = []
    for is_keeping in (False, True):
        steps: list[tuple[int, int]] = []
        asked = ask(f"{is_keeping}.tif", iterations=2, is_keeping_iterations=is_keeping)
        predict(asked, pay_no_heed, lambda done, total, steps=steps: steps.append((done, total)))
        counts.append(steps)
    assert counts[0] == counts[1]


def test_an_extent_in_other_blocks_keeps_the_same_pixels(
    ask: Ask, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(ask("whole.tif", iterations=3, is_keeping_iterations=True), pay_no_heed)
    with rasterio.open(scene) as source:
        left, top = source.transform @ (141, 60)
        right, bottom = source.transform @ (260, 160)
    monkeypatch.setattr(plan_module, "BLOCK_PX", 128)
    predict(ask("part.tif", iterations=3, is_keeping_iterations=True, extent=(left, bottom, right, top)), pay_no_heed)
    for layer in ("", "_iteration_1", "_iteration_2"):
        whole, part = read(tmp_path / f"whole{layer}.tif"), read(tmp_path / f"part{layer}.tif")
        np.testing.assert_array_equal(whole[:, 60:160, 141:260], part)
        with rasterio.open(tmp_path / f"part{layer}.tif") as dataset:
            assert not dataset.read_masks(1)[40:80, 99:].any()


def test_a_taken_name_is_refused_before_any_network_call(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a_pred_iteration_1.tif").write_bytes(b"older")
    calls: list[int] = []
    with pytest.raises(OutputError, match=r"a_pred_iteration_1\.tif: exists; --overwrite"):
        predict(ask(iterations=2, is_keeping_iterations=True), pay_no_heed, lambda done, _: calls.append(done))
    assert (calls, names(tmp_path)) == ([], ["a_pred_iteration_1.tif"])


def test_more_than_can_be_kept_is_refused_and_one_is_noted(
    ask: Ask, make_tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    yearly = str(make_tiny_model(interval_years=(1.0,)))
    with pytest.raises(RequestError, match="--keep-iterations: 51 years are 51 iterations, and at most 50"):
        predict(ask(years=51.0, is_keeping_iterations=True, model=yearly), pay_no_heed)
    notes: list[str] = []
    prediction = predict(ask(is_keeping_iterations=True), pay_no_heed, note=notes.append)
    assert set(prediction.paths) == {"prediction"}
    assert any("one iteration" in note for note in notes)


def test_disk_and_memory_of_what_is_kept_are_counted(ask: Ask) -> None:
    plain, kept = (
        dry_run(ask(iterations=3, is_keeping_iterations=is_keeping), pay_no_heed) for is_keeping in (False, True)
    )
    assert [3 * size for size in plain.plan.disk_bytes] == list(kept.plan.disk_bytes)
    # two images of float32 in three bands, as long as their block is predicted
    assert kept.memory_bytes - plain.memory_bytes >= 2 * 12 * HEIGHT * WIDTH
    assert (kept.unet_calls, kept.upscaler_calls) == (plain.unet_calls, plain.upscaler_calls)
