"""Measuring meanwhile: the best weights are kept, the training ends early, and a kill changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from landcast.core.errors import RequestError, TrainingError
from landcast.core.model.folder import load_model
from landcast.training.data import load_data
from landcast.training.forecaster import train_forecaster
from landcast.training.pairs import ChipPair
from landcast.training.record import RECORD_NAME
from landcast.training.run import Hardware, TrainingPlan, run_training
from landcast.training.samples import PairSampler
from landcast.training.settings import PairSource, TrainingSettings, ValidationSettings
from landcast.training.validation import SUMMARY_NAME, Watch, cut_held_out
from landcast.worker.demo.scene import write_scene

MakeSettings = Callable[..., TrainingSettings]
CPU = Hardware(torch.device("cpu"), torch.float32)


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> PairSource:
    """Four chips at two dates."""
    folder = tmp_path_factory.mktemp("town")
    for name, years in (("2016", 0), ("2020", 4)):
        write_scene(folder / f"{name}.tif", (512, 512), seed=7, years_later=years)
    return PairSource(str(folder / "2016.tif"), str(folder / "2020.tif"), 4, "town")


@pytest.fixture
def settings(tiny_settings: MakeSettings, town: PairSource) -> TrainingSettings:
    tiny = tiny_settings()
    upscaler = replace(tiny.upscaler, max_steps=1, adversarial_from_step=1)
    validation = ValidationSettings(every=2, patience=2, members=2, tiles=3, share=0.25)
    # no step of this rate makes anything better, so that patience runs out
    forecaster = replace(tiny.forecaster, max_steps=12, learning_rate=0.5, is_learning_rate_constant=True)
    return replace(tiny, pairs=(town,), upscaler=upscaler, forecaster=forecaster, validation=validation, sheet_rows=0)


def run(
    settings: TrainingSettings, folder: Path, is_resuming: bool = False, on_step: Callable[..., None] = lambda *_: None
) -> Path | None:
    return run_training(TrainingPlan(settings, folder, ("forecaster", "upscaler"), is_resuming), CPU, on_step)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_training_that_becomes_no_better_ends_and_gives_its_best_weights_also_after_a_kill(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    run(settings, tmp_path / "whole")
    work = tmp_path / "whole.training" / "forecaster"
    lines = (work / "validation.csv").read_text(encoding="utf-8").splitlines()
    scores = {int(step): float(score) for step, score in (line.split(",") for line in lines[1:])}
    summary = json.loads((work / SUMMARY_NAME).read_text(encoding="utf-8"))
    best = min(scores, key=lambda step: scores[step])
    assert summary["ended"] == "early"
    assert summary["best_step"] == best
    assert summary["crps_over_persistence"] == pytest.approx(scores[best], rel=1e-4)
    assert summary["steps"] == best + 2 * settings.validation.every < settings.forecaster.max_steps
    assert list(scores) == list(range(0, summary["steps"] + 1, 2))

    def kill(done: int, total: int) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        run(settings, tmp_path / "killed", on_step=kill)
    run(settings, tmp_path / "killed", is_resuming=True)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    again = tmp_path / "killed.training" / "forecaster"
    assert (again / "validation.csv").read_text() == (work / "validation.csv").read_text()
    assert (again / SUMMARY_NAME).read_text() == (work / SUMMARY_NAME).read_text()
    sessions = json.loads((tmp_path / f"killed.{RECORD_NAME}").read_text(encoding="utf-8"))["sessions"]
    assert len(sessions) == 2


def test_the_exported_weights_score_what_the_summary_says(settings: TrainingSettings, tmp_path: Path) -> None:
    gentle = replace(settings, forecaster=replace(settings.forecaster, learning_rate=2e-3, max_steps=4))
    run(gentle, tmp_path / "model")
    model = load_model(tmp_path / "model", torch.device("cpu"), torch.float32)
    tiles = cut_held_out(load_data(gentle).held_out, gentle.validation, gentle.forecaster)
    score = tiles.score(model.unet, gentle.forecaster, model.contract.difference_std, gentle.validation.members)
    summary = json.loads((tmp_path / "model.training" / "forecaster" / SUMMARY_NAME).read_text(encoding="utf-8"))
    # weights are stored in half precision
    assert score == pytest.approx(summary["crps_over_persistence"], rel=1e-2)


def test_without_patience_the_best_is_kept_and_all_steps_are_taken(settings: TrainingSettings, tmp_path: Path) -> None:
    run(replace(settings, validation=replace(settings.validation, patience=0)), tmp_path / "model")
    summary = json.loads((tmp_path / "model.training" / "forecaster" / SUMMARY_NAME).read_text(encoding="utf-8"))
    assert (summary["ended"], summary["steps"]) == ("all steps taken", settings.forecaster.max_steps)
    assert summary["best_step"] < settings.forecaster.max_steps


def test_where_the_best_weights_are_not_kept_measuring_changes_nothing(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    data = load_data(settings)
    sampler = PairSampler(data.chips, settings.tiles, settings.seed)
    held_out = cut_held_out(data.held_out, settings.validation, settings.forecaster)
    settings = replace(settings, forecaster=replace(settings.forecaster, max_steps=4))
    ends = []
    for is_best_kept, tiles in ((False, held_out), (True, None), (True, held_out)):
        validation = replace(settings.validation, patience=0, is_best_kept=is_best_kept)
        network = train_forecaster(
            replace(settings, validation=validation), sampler, 0.1, tmp_path / f"{len(ends)}", {}, CPU.device,
            CPU.precision, lambda *_: None, held_out=tiles,
        )  # fmt: skip
        ends.append(list(network.parameters()))
    assert all(torch.equal(a, b) for a, b in zip(ends[0], ends[1], strict=True))
    # steps of this rate make it worse, so that the best are the first
    assert not all(torch.equal(a, b) for a, b in zip(ends[0], ends[2], strict=True))


def test_held_out_pairs_are_not_trained_on(settings: TrainingSettings) -> None:
    data, everything = load_data(settings), load_data(replace(settings, validation=ValidationSettings()))
    assert (len(data.chips), len(data.held_out), len(everything.chips), everything.held_out) == (3, 1, 4, [])
    names = {chip.name for chip in data.chips}, {chip.name for chip in data.held_out}
    assert not names[0] & names[1]
    assert len(data.images) == 3
    assert load_data(settings).held_out[0].name == data.held_out[0].name
    assert "1 of 4 pairs are held out" in data.sources[0]["split"]


def test_a_watch_ends_after_its_patience_and_gives_back_the_best() -> None:
    scores = iter([3.0, 2.0, 2.5, 2.0, 1.0, 1.5, 1.4])
    network = torch.nn.Linear(1, 1)
    watch = Watch(ValidationSettings(every=1, patience=2), 1, lambda: next(scores), lambda: list(network.parameters()))
    seen = []
    for step in range(4):
        with torch.no_grad():
            network.weight.fill_(step)
        watch.look(step)
        seen.append(watch.is_over)
    # equal is no better
    assert seen == [False, False, False, True]
    resumed = Watch(watch.settings, 1, lambda: next(scores), lambda: list(network.parameters()))
    resumed.restore(watch.tensors())
    assert (resumed.is_over, resumed.best_step, resumed.best_score, resumed.first_score) == (True, 1, 2.0, 3.0)
    resumed.give_best(network)
    assert network.weight.item() == 1


def test_pairs_without_a_whole_tile_or_any_change_cannot_be_measured(
    settings: TrainingSettings, random_chip: ChipPair
) -> None:
    empty = replace(random_chip, valid=np.zeros_like(random_chip.valid))
    with pytest.raises(TrainingError, match="no wholly valid tile"):
        cut_held_out([empty], settings.validation, settings.forecaster)
    with pytest.raises(TrainingError, match="nothing differs"):
        cut_held_out([replace(random_chip, after=random_chip.before)], settings.validation, settings.forecaster)


def test_patience_without_measurements_is_an_error() -> None:
    with pytest.raises(RequestError, match=r"validation\.patience needs validation\.every"):
        ValidationSettings(patience=2)
