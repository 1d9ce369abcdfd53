"""What a plan says of the worth of a probability of change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landcast.core.calibrated import with_calibration
from landcast.core.model.calibration import ChangeCalibration
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import store_calibration
from landcast.core.plan import Plan, make_plan
from landcast.core.raster.source import open_source
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

FITTED = ChangeCalibration(3, (9, 3, 2, 1), (0.1, 0.3, 0.5, 0.8), (2.0,), (0.5, 1.0), "Testville", "0" * 64)


@pytest.fixture(scope="module")
def plan_of(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Callable[..., Plan]:
    """Plan a prediction of a small scene."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    write_scene(path, (64, 64), seed=1)

    def make(**asked: int) -> Plan:
        request = PredictionRequest(path, model=str(tiny_model), **asked)  # type: ignore[arg-type]
        with open_source(path, request.source_options) as source:
            return make_plan(request, source, load_contract(tiny_model))

    return make


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of a model to calibrate."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_one_member_has_no_probability_to_tell_of(plan_of: Callable[..., Plan], model: Path) -> None:
    plan = plan_of()
    assert with_calibration(plan, model) == plan


def test_a_calibrated_model_names_where_and_another_one_says_what_the_layer_is(
    plan_of: Callable[..., Plan], model: Path
) -> None:
    plan = plan_of(members=3)
    told = with_calibration(plan, model)
    assert (told.is_change_calibrated, told.change_calibrated_on) == (False, "")
    assert "not calibrated; it is the share of the 3 members that change (landcast calibrate" in told.notes[-1]
    store_calibration(model, FITTED)
    told = with_calibration(plan, model)
    assert (told.is_change_calibrated, told.change_calibrated_on) == (True, "Testville")
    assert told.notes == (*plan.notes, "probability of change: calibrated, by what came true in Testville")
    assert told.caveats == plan.caveats


def test_what_it_was_not_fitted_on_is_not_called_calibrated(plan_of: Callable[..., Plan], model: Path) -> None:
    store_calibration(model, replace(FITTED, interval_years=(4.0, 7.0)))
    told = with_calibration(plan_of(members=4), model)
    assert (told.is_change_calibrated, told.change_calibrated_on) == (False, "")
    note = told.notes[-1]
    assert "calibrated on one step of 4 or 7 years at 0.5 to 1 m a pixel, and this takes 1 of 2 at 0.6 m" in note
