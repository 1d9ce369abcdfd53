"""Calibration of the probability of change: its file, ensembles of other sizes, and what it is not fitted for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from landcast.core.errors import ModelError
from landcast.core.forecast.ensemble import ensemble_maps
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.lattice import Rect
from landcast.core.model.calibration import CALIBRATION_NAME, ChangeCalibration, load_calibration
from landcast.core.model.folder import hash_model, load_model, store_calibration, verify_model
from landcast.core.predict import predict
from landcast.core.replay import replay
from landcast.core.request import PredictionRequest
from landcast.core.scenes.prepared import prepare_scene
from landcast.worker.demo.scene import write_scene

CPU = torch.device("cpu")
HALVED = ChangeCalibration(4, (10, 5, 5, 3, 2), (0.1, 0.2, 0.3, 0.4, 0.5), (2.0, 4.0), (0.6, 1.0), "here", "0" * 64)


@pytest.fixture
def calibrated(make_tiny_model: Callable[..., Path], tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(make_tiny_model(difference_std=0.5), tmp_path / "model"))
    store_calibration(folder, HALVED)
    return folder


def test_a_smaller_ensemble_is_worth_what_drawing_members_at_random_gives() -> None:
    """Draw members by lot from cells of known number and probability, and count."""
    random = np.random.default_rng(3)
    cells = np.array([4000, 900, 600, 500, 700, 300, 200])
    probability = (0.02, 0.1, 0.15, 0.3, 0.5, 0.55, 0.9)
    calibration = ChangeCalibration(6, tuple(map(int, cells * 100)), probability, (2,), (0.6, 0.6), "", "")
    votes = np.repeat(np.arange(7), cells * 40)
    truth = random.random(len(votes)) < np.array(probability)[votes]
    seen = random.hypergeometric(votes, 6 - votes, 3)
    counted = [truth[seen == number].mean() for number in range(4)]
    np.testing.assert_allclose(calibration.table(3), counted, atol=0.01)


@pytest.mark.parametrize("members", [2, 3, 4, 5, 8, 64])
def test_a_table_never_falls_and_stays_within_what_was_fitted(members: int) -> None:
    table = HALVED.table(members)
    assert table.shape == (members + 1,)
    assert (np.diff(table) >= 0).all()
    assert 0.1 <= table[0] <= table[-1] <= 0.5 + 1e-6


def test_the_size_of_the_fit_and_its_multiples_give_what_was_fitted() -> None:
    np.testing.assert_allclose(HALVED.table(4), HALVED.probability, rtol=1e-6)
    np.testing.assert_allclose(HALVED.table(8)[::2], HALVED.probability, rtol=1e-6)


@pytest.mark.parametrize(
    ("years", "gsd_m", "iterations", "is_covered"),
    [(2, 0.6, 1, True), (4.9, 1.2, 1, True), (4, 0.6, 2, False), (8, 0.6, 1, False), (2, 3.0, 1, False)],
)
def test_it_speaks_of_forecasts_like_those_of_the_fit_alone(
    years: float, gsd_m: float, iterations: int, is_covered: bool
) -> None:
    assert HALVED.covers(years, gsd_m, iterations) is is_covered


def test_it_is_part_of_the_model_and_of_its_hash(make_tiny_model: Callable[..., Path], calibrated: Path) -> None:
    plain = make_tiny_model(difference_std=0.5)
    assert load_model(plain, CPU, torch.float32).calibration is None
    model = load_model(calibrated, CPU, torch.float32)
    assert model.calibration == HALVED
    assert CALIBRATION_NAME in verify_model(calibrated)
    assert model.sha256 == hash_model(calibrated) != hash_model(plain)
    assert not list(calibrated.glob(".*"))


def test_another_calibration_takes_the_place_of_the_first(calibrated: Path) -> None:
    first = hash_model(calibrated)
    other = replace(HALVED, probability=(0.0, 0.1, 0.2, 0.3, 1.0))
    assert store_calibration(calibrated, other) == hash_model(calibrated) != first
    assert load_model(calibrated, CPU, torch.float32).calibration == other


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"probability": [0.1, 0.2, 0.3, 0.4]}, "4 members need 5 cells"),
        ({"probability": [0.2, 0.1, 0.3, 0.4, 0.5]}, "must not fall"),
        ({"probability": [0.2, 0.3, 0.3, 0.4, 1.5]}, "within 0 and 1"),
        ({"interval_years": []}, "must be above 0"),
        ({"format_version": 9}, "format 9 is not known"),
        ({"strange": 1}, "strange"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_damaged_one_is_named(changes: dict[str, object], named: str, tmp_path: Path) -> None:
    (tmp_path / CALIBRATION_NAME).write_text(json.dumps(asdict(HALVED) | changes), encoding="utf-8")
    with pytest.raises(ModelError, match=named) as caught:
        load_calibration(tmp_path)
    assert CALIBRATION_NAME in str(caught.value)


def test_maps_say_what_a_share_is_worth_and_the_spread_stays() -> None:
    area = Rect(0, 0, 64, 64)
    changes = [torch.full((3, 16, 16), level / 255) for level in (0, 0, 30, 90)]
    raw_spread, raw = ensemble_maps(changes, area, area)
    spread, worth = ensemble_maps(changes, area, area, HALVED.table(4))
    assert (raw == 50).all()
    assert (worth == 30).all()
    np.testing.assert_array_equal(spread, raw_spread)


def test_a_forecaster_speaks_by_it_and_counts_members_as_before(calibrated: Path) -> None:
    image, valid = torch.rand(3, 512, 512).numpy(), np.ones((512, 512), np.bool_)

    def forecast(folder_model: object, years: float) -> object:
        settings = ForecastSettings(years, 0.6, members=4)
        made = Forecaster(folder_model, CPU, settings)  # type: ignore[arg-type]
        return made.forecast(Rect(0, 0, 64, 64), lambda rect: (image[:, : rect.height, : rect.width],
                                                             valid[: rect.height, : rect.width]))  # fmt: skip

    model = load_model(calibrated, CPU, torch.float32)
    plain = replace(model, calibration=None)
    raw, told = forecast(plain, 2.0), forecast(model, 2.0)
    np.testing.assert_array_equal(raw.changed, told.changed)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(raw.after, told.after)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(raw.spread, told.spread)  # type: ignore[attr-defined]
    shares = np.unique(told.change)  # type: ignore[attr-defined]
    # enlargement overshoots a little beside edges
    assert shares.max() <= 60
    assert raw.change.max() == 100  # type: ignore[attr-defined]


@pytest.mark.parametrize(("years", "said"), [(2.0, "yes"), (10.0, "no")])
def test_a_result_says_whether_its_probability_is_calibrated(
    years: float, said: str, calibrated: Path, tmp_path: Path
) -> None:
    scene = tmp_path / "scene.tif"
    write_scene(scene, (64, 64), seed=1, years_later=0)
    asked = {"members": 2, "years": years, "device": "cpu"}
    request = PredictionRequest(scene, tmp_path / "out.tif", model=str(calibrated), **asked)  # type: ignore[arg-type]
    paths = predict(request, lambda message: None).paths
    with rasterio.open(paths["change"]) as dataset:
        tags = dataset.tags()
    assert tags["LANDCAST_CHANGE_CALIBRATED"] == said
    assert tags.get("LANDCAST_CHANGE_CALIBRATED_ON") == ("here" if said == "yes" else None)


def test_a_scene_among_many_says_so_too(calibrated: Path, tmp_path: Path) -> None:
    scene = tmp_path / "scene.tif"
    write_scene(scene, (64, 64), seed=1, years_later=0)
    request = PredictionRequest(scene, tmp_path / "out.tif", model=str(calibrated), members=2, years=4, device="cpu")
    facts = prepare_scene(request, lambda message: None).facts
    assert (facts["change_calibrated"], facts["change_calibrated_on"]) == ("yes", "here")


def test_a_calibrated_probability_is_made_again_to_the_last_pixel(calibrated: Path, tmp_path: Path) -> None:
    scene = tmp_path / "scene.tif"
    write_scene(scene, (64, 64), seed=1, years_later=0)
    request = PredictionRequest(scene, tmp_path / "out.tif", model=str(calibrated), members=2, years=4, device="cpu")
    change = predict(request, lambda message: None).paths["change"]
    again = replay(change, model=str(calibrated))
    assert (again.layer, again.is_identical, again.circumstances) == ("change", True, ())


def test_a_single_member_has_no_probability_to_calibrate(calibrated: Path, tmp_path: Path) -> None:
    scene = tmp_path / "scene.tif"
    write_scene(scene, (64, 64), seed=1, years_later=0)
    predict(PredictionRequest(scene, tmp_path / "out.tif", model=str(calibrated), device="cpu"), lambda message: None)
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert "LANDCAST_CHANGE_CALIBRATED" not in dataset.tags()
