"""The check before a prediction: what it says of towns, of other ground, of the night, and of models without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from landcast.core.domain.look import load_domain_of, with_domain
from landcast.core.model.contract import load_contract
from landcast.core.model.domain import TrainingDomain
from landcast.core.plan import Plan, make_plan
from landcast.core.predict import dry_run, predict
from landcast.core.raster.source import open_source
from landcast.core.request import PredictionRequest
from landcast.core.scenes.prepared import prepare_scene
from landcast.tests.unlike_scenes import SCENES, at_night
from landcast.worker.demo.scene import render_scene

SHAPE = 256, 256
WriteImage = Callable[..., Path]


def planned(path: Path, model: Path, **asked: object) -> Plan:
    request = PredictionRequest(path, model=str(model), **asked)  # type: ignore[arg-type]
    with open_source(path) as source:
        return with_domain(make_plan(request, source, load_contract(model)), source, model)


def said(plan: Plan) -> tuple[list[str], list[str]]:
    """Caveats and notes about the training."""
    caveats, notes = (
        [text for text in found if "was trained on (median" in text] for found in (plan.caveats, plan.notes)
    )
    return caveats, notes


def test_most_of_the_places_it_knows_lie_within_one_when_left_out(town_domain: TrainingDomain) -> None:
    shares = list(town_domain.facts.left_out.values())
    assert len(shares) == 4
    assert np.mean(shares) == pytest.approx(0.05, abs=0.02)


def test_a_town_that_it_never_saw_is_noted_and_not_warned_of(town_model: Path, write_image: WriteImage) -> None:
    path = write_image("town.tif", render_scene(SHAPE, 77))
    caveats, notes = said(planned(path, town_model))
    assert not caveats
    assert len(notes) == 1
    assert notes[0].startswith(f"{path}: ")


@pytest.mark.parametrize("kind", SCENES)
def test_other_ground_is_warned_of(kind: str, town_model: Path, write_image: WriteImage) -> None:
    caveats, notes = said(planned(write_image(f"{kind}.tif", SCENES[kind](SHAPE, 5)), town_model))
    assert not notes
    assert len(caveats) == 1
    assert caveats[0].endswith("take what it predicts there with care")
    assert "100%" in caveats[0]


def test_the_same_town_is_warned_of_at_night(town_model: Path, write_image: WriteImage) -> None:
    night = write_image("night.tif", at_night(render_scene(SHAPE, 77), 1))
    assert len(said(planned(night, town_model))[0]) == 1


def test_a_part_is_judged_by_itself(town_model: Path, write_image: WriteImage) -> None:
    """Town in the west, snow in the east."""
    half = render_scene((256, 384), 78), SCENES["snow"]((256, 384), 3)
    path = write_image("both.tif", np.concatenate(half, axis=2))
    x, y, far = 434412.6, 3774020.4, 384 * 0.6
    west, east = (x + 1, y - 150, x + far - 80, y - 1), (x + far + 80, y - 150, x + 2 * far - 1, y - 1)
    assert not said(planned(path, town_model, extent=west))[0]
    assert len(said(planned(path, town_model, extent=east))[0]) == 1


def test_what_is_masked_out_tells_nothing(town_model: Path, write_image: WriteImage) -> None:
    image = render_scene(SHAPE, 79)
    image[:, :, 150:] = SCENES["snow"](SHAPE, 3)[:, :, 150:]
    valid = np.zeros(SHAPE, np.bool_)
    valid[:, :150] = True
    assert not said(planned(write_image("masked.tif", image, valid), town_model))[0]
    nothing = planned(write_image("empty.tif", image, np.zeros(SHAPE, np.bool_)), town_model)
    assert said(nothing) == ([], [])


def test_a_model_that_does_not_say_what_it_knows_leaves_the_plan_as_it_is(
    tiny_model: Path, write_image: WriteImage
) -> None:
    assert load_domain_of(tiny_model) is None
    assert said(planned(write_image("snow.tif", SCENES["snow"](SHAPE, 3)), tiny_model)) == ([], [])


def test_predictions_of_every_kind_are_warned_before_and_make_the_same_pixels(
    town_model: Path, tiny_model: Path, write_image: WriteImage, tmp_path: Path
) -> None:
    path = write_image("snow.tif", SCENES["snow"]((140, 140), 3))
    told: list[list[str]] = [[], [], []]
    results = [tmp_path / "knowing.tif", tmp_path / "plain.tif"]
    first, second = (
        PredictionRequest(path, out, model=str(model), device="cpu", precision="fp32")
        for out, model in zip(results, (town_model, tiny_model), strict=True)
    )
    predict(first, told[0].append)
    dry_run(PredictionRequest(path, tmp_path / "other.tif", model=str(town_model)), told[1].append)
    prepare_scene(PredictionRequest(path, tmp_path / "other.tif", model=str(town_model)), told[2].append)
    for warnings in told:
        assert any("unlike what tiny was trained on" in text for text in warnings)
    predict(second, lambda text: None)
    assert results[0].read_bytes() == results[1].read_bytes()
