"""The study of ground scales: equal numbers of pairs, figures of each scale, stopping and going on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from landcast.core.errors import RequestError, TrainingError
from landcast.tests.training.study.conftest import CPU
from landcast.training.evaluate import cut_tiles
from landcast.training.pairs import ChipPair
from landcast.training.settings import PairSource
from landcast.training.stopping import TrainingStoppedError
from landcast.training.study.distance import Ruler
from landcast.training.study.plan import StudyPlan, with_channels
from landcast.training.study.scales import ScaleStudy, perceptual_distances, run_scale_study

SCALES = (76.8, 120.0)


def run(
    plan: StudyPlan, on_step: Callable[[int, int], None] = lambda *_: None, told: list[str] | None = None,
    **changes: Any,
) -> dict[str, Any]:  # fmt: skip
    """Carry out a study; what its JSON says comes back."""
    asked = ScaleStudy(plan, **{"scales_m": SCALES, **changes})
    run_scale_study(asked, CPU, on_step, lambda words: told.append(words) if told is not None else None)
    said: dict[str, Any] = json.loads((plan.folder / "study.json").read_text(encoding="utf-8"))
    return said


def without_times(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in point.items() if name != "seconds_a_step"} for point in said["points"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves its study, for the others to look at."""
    return tmp_path_factory.mktemp("finished") / "study"


@pytest.fixture
def finished(folder: Path, plan: StudyPlan) -> dict[str, Any]:
    if not folder.exists():
        run(replace(plan, folder=folder))
    said: dict[str, Any] = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    return said


def test_every_scale_is_trained_on_equally_many_pairs_and_measured(finished: dict[str, Any], folder: Path) -> None:
    assert finished["is_finished"]
    assert [point["ground_scale_m"] for point in finished["points"]] == list(SCALES)
    fewest = min(one["train"] for one in finished["cut"])
    assert [point["trained_pairs"] for point in finished["points"]] == [fewest] * 2
    for point in finished["points"]:
        assert point["gsd_m"] * 128 == pytest.approx(point["ground_scale_m"], rel=5e-3)
        assert 0 < point["crps_over_persistence"] < 3
        assert set(point["perceptual"]) == {"member", "mean of the members", "persistence", "cells"}
        assert [step for step, _ in point["curves"]["held-out CRPS over persistence"]] == [0, 2, 4]
        assert len(point["curves"]["loss"]) == 4
    assert "no weights of a VGG were given" in finished["perceptual_distance"]["words"]
    # of the work nothing is left but the network that is used again
    assert {path.name for path in folder.iterdir()} == {
        "study.json", "study.csv", "curves.csv", "report.html", "features.safetensors", "points", "kind.txt",
    }  # fmt: skip


def test_the_tables_hold_what_the_study_found(finished: dict[str, Any], folder: Path) -> None:
    with (folder / "study.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, point in zip(rows, finished["points"], strict=True):
        assert float(row["crps_over_persistence"]) == point["crps_over_persistence"]
        assert float(row["perceptual.member"]) == point["perceptual"]["member"]
    with (folder / "curves.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 2 * (3 + 4)


def test_a_study_that_is_stopped_goes_on_to_the_same_figures(
    finished: dict[str, Any], plan: StudyPlan, tmp_path: Path
) -> None:
    apart = replace(plan, folder=tmp_path / "stopped")

    # two steps of the region's network, four of the first scale, then within the second
    def stop(done: int, total: int) -> None:
        assert total == 10
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(TrainingStoppedError, match="--resume goes on there"):
        run(apart, stop)
    unfinished = json.loads((apart.folder / "study.json").read_text(encoding="utf-8"))
    assert (unfinished["is_finished"], len(unfinished["points"])) == (False, 1)
    assert "1 of 2 trainings" in (apart.folder / "report.html").read_text(encoding="utf-8")
    with pytest.raises(TrainingError, match="--resume continues a study"):
        run(apart)
    steps: list[int] = []
    resumed = run(replace(apart, is_resuming=True), lambda done, total: steps.append(done))
    assert steps[0] >= 2
    # the first scale comes from its file, of the second the last two steps were left
    assert len(steps) < 10
    assert without_times(resumed) == without_times(finished)


def test_other_settings_do_not_mix_with_what_is_measured(
    finished: dict[str, Any], folder: Path, plan: StudyPlan
) -> None:
    again = replace(plan, folder=folder, is_resuming=True)
    assert without_times(run(again)) == without_times(finished)
    with pytest.raises(TrainingError, match=r"other settings or data \(members\)"):
        run(replace(again, members=3))


def test_seeds_are_trained_on_the_same_pairs_and_differ(plan: StudyPlan) -> None:
    said = run(replace(plan, seeds=2), scales_m=(76.8,))
    first, second = said["points"]
    assert (first["seed"], second["seed"]) == (0, 1)
    assert first["trained_pairs"] == second["trained_pairs"]
    assert first["persistence_mae_levels"] == second["persistence_mae_levels"]
    assert first["crps_over_persistence"] != second["crps_over_persistence"]


def test_too_few_pairs_name_the_scale_and_leave_nothing_behind(plan: StudyPlan) -> None:
    with pytest.raises(TrainingError, match=r"too few pairs at 120 m a tile: \d+ \(.*\), and --count asks for 15"):
        run(plan, count=15)
    assert not plan.folder.exists()


def test_a_scale_finer_than_the_imagery_is_refused_where_it_is_named_and_left_out_where_not(plan: StudyPlan) -> None:
    with pytest.raises(TrainingError, match="60 m a tile is finer than the imagery"):
        run(plan, scales_m=(60.0, 120.0))
    told: list[str] = []
    said = run(plan, told=told, scales_m=None)
    assert [point["ground_scale_m"] for point in said["points"]] == [80, 100, 120]
    assert told[0] == "finer than the imagery, and left out: 40, 50, 60, 70 m a tile"


@pytest.mark.parametrize("scales", [(), (0.0,), (100.0, 100.0), (float("nan"),), (float("inf"),)])
def test_scales_that_are_none_are_refused(scales: tuple[float, ...], plan: StudyPlan) -> None:
    with pytest.raises(TrainingError, match="--scales must be above 0 and differ"):
        run(plan, scales_m=scales)
    assert not plan.folder.exists()


def test_pairs_that_are_named_are_measured_on(plan: StudyPlan, scene_pair: PairSource) -> None:
    said = run(replace(plan, held_out=(scene_pair,)), scales_m=(76.8,))
    assert said["cut"][0]["held_out"] == 4
    assert said["held_out_sources"][0]["before"] == scene_pair.before


def test_a_study_does_not_begin_with_a_trained_model(plan: StudyPlan) -> None:
    with pytest.raises(RequestError, match="leave base out"):
        replace(plan, settings=replace(plan.settings, base="naip-california"))


def test_widths_that_no_network_has_are_refused(plan: StudyPlan) -> None:
    assert with_channels(plan.settings, (16, 32)).forecaster.unet.block_channels == (16, 32)
    with pytest.raises(RequestError, match="level 2 needs a multiple of 8, not 20"):
        with_channels(plan.settings, (16, 20))


def test_pictures_lie_between_nothing_changes_and_the_true_cells(town_tiles: list[ChipPair]) -> None:
    class Absolute:
        """Mean absolute difference: what can be told without any network."""

        def __call__(self, drawn: Any, real: Any) -> Any:
            return (drawn - real).abs().mean((1, 2, 3))

    tiles = cut_tiles(town_tiles)
    ruler = Ruler("pixels", {}, Absolute(), CPU.device)
    nothing = np.zeros((2, *tiles.truth.shape), np.float32)
    found = perceptual_distances(ruler, nothing, tiles)
    later, present = (images.astype(np.float64) / 255 for images in (tiles.later, tiles.present))
    assert found["persistence"] == pytest.approx(float(np.abs(later - present).mean()), rel=1e-4)
    assert found["member"] == found["mean of the members"] == pytest.approx(found["persistence"], rel=1e-6)
    assert found["cells"] < 0.9 * found["persistence"]
    true = perceptual_distances(ruler, np.stack([tiles.truth] * 2), tiles)
    assert true["member"] == pytest.approx(found["cells"], rel=1e-6)
