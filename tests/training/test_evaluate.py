"""Evaluation: tiles as the definition cuts them, members that are independent, results that are written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch

from landcast.core.errors import OutputError, TrainingError
from landcast.core.model.folder import LoadedModel, load_model
from landcast.tests.models import write_tiny_model
from landcast.training.drift import measure_drift
from landcast.training.evaluate import EvaluationTiles, cut_tiles, draw_members, evaluate, measure_upscaler
from landcast.training.pairs import ChipPair, load_pairs
from landcast.training.settings import PairSource
from landcast.training.skill import measure_skill
from landcast.training.tables import drift_table, table

CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(write_tiny_model(tmp_path_factory.mktemp("model")), CPU, torch.float32)


def ignore(done: int, total: int) -> None:
    """Take no notice of progress."""


def numbered(count: int, size_yx: tuple[int, int] = (256, 256)) -> ChipPair:
    image = np.random.default_rng(count).integers(0, 256, (3, *size_yx), dtype=np.uint8)
    return ChipPair(image, 255 - image, np.ones(size_yx, np.bool_), 2.0, 0.6, str(count))


def draw(model: LoadedModel, tiles: EvaluationTiles, members: int = 2, seed: int = 0) -> np.ndarray:
    return draw_members(model, CPU, tiles, members, seed, 1, ignore)


def test_a_chip_is_cut_into_its_whole_tiles_row_by_row() -> None:
    chip = numbered(0, (256, 300))
    tiles = cut_tiles([chip])
    corners = [(0, 0), (0, 128), (128, 0), (128, 128)]
    for index, (top, left) in enumerate(corners):
        window = (slice(None), slice(top, top + 128), slice(left, left + 128))
        np.testing.assert_array_equal(tiles.present[index], chip.before[window])
        np.testing.assert_array_equal(tiles.later[index], chip.after[window])
    assert len(tiles.truth) == len(corners)


def test_tiles_with_an_invalid_pixel_are_left_out() -> None:
    chip = numbered(0)
    valid = chip.valid.copy()
    valid[200, 10] = False
    assert len(cut_tiles([replace(chip, valid=valid)]).truth) == 3
    with pytest.raises(TrainingError, match="no wholly valid tile"):
        cut_tiles([replace(chip, valid=np.zeros_like(valid))])


def test_the_truth_is_the_difference_of_area_means_in_0_to_1() -> None:
    before = np.zeros((3, 128, 128), np.uint8)
    after = before.copy()
    after[1, 4:8, 8:12] = 51
    chip = ChipPair(before, after, np.ones((128, 128), np.bool_), 2.0, 0.6, "one cell")
    truth = cut_tiles([chip]).truth[0]
    assert truth[1, 1, 2] == pytest.approx(0.2)
    assert np.count_nonzero(truth) == 1


def test_on_an_interval_of_real_imagery_the_truth_is_that_of_the_definition(
    naip: Path, definition: ModuleType, tmp_path: Path
) -> None:
    folders = [tmp_path / year for year in ("2016", "2018")]
    names = sorted(path.name for path in (naip / "claremont" / "2016").glob("*.tif"))[:5]
    for folder in folders:
        folder.mkdir()
        for name in names:
            shutil.copy(naip / "claremont" / folder.name / name, folder)
    tiles, truth = definition.make_pairs(*folders)
    found = cut_tiles(load_pairs(PairSource(*map(str, folders), 2)))
    assert len(found.present) == 4 * len(names)
    np.testing.assert_array_equal(found.present, tiles)
    np.testing.assert_allclose(found.truth, truth, atol=1e-6)


def test_tiles_that_show_the_same_place_draw_different_members(model: LoadedModel) -> None:
    chip = numbered(0, (128, 128))
    drawn = draw(model, cut_tiles([chip, chip]))
    assert np.abs(drawn[0, 0] - drawn[0, 1]).mean() > 0.003
    assert np.abs(drawn[0, 0] - drawn[1, 0]).mean() > 0.003


def test_a_member_depends_on_seed_and_tile_and_on_nothing_else(model: LoadedModel) -> None:
    tiles = cut_tiles([numbered(0), numbered(1)])
    first = draw(model, tiles)
    np.testing.assert_array_equal(first, draw(model, tiles))
    np.testing.assert_array_equal(first[:1], draw(model, tiles, members=1))
    assert np.abs(first - draw(model, tiles, seed=1)).mean() > 0.003
    fewer = cut_tiles([numbered(0)])
    np.testing.assert_allclose(first[:, :4], draw(model, fewer), atol=1e-5)


def test_each_interval_is_drawn_with_its_own_years(model: LoadedModel) -> None:
    chip = numbered(0, (128, 128))
    pooled = draw(model, cut_tiles([chip, replace(chip, years=4.0)]))
    alone = draw(model, cut_tiles([chip, chip]))
    np.testing.assert_allclose(pooled[:, 0], alone[:, 0], atol=1e-5)
    assert np.abs(pooled[:, 1] - alone[:, 1]).max() > 1e-4


def test_tiles_of_rasters_that_differ_by_less_than_a_millimetre_a_pixel_share_a_call(model: LoadedModel) -> None:
    chips = [replace(numbered(i, (128, 128)), gsd_m=0.6002 + i * 1e-5) for i in range(3)]
    calls: list[int] = []
    tiles = cut_tiles([*chips, replace(chips[0], gsd_m=0.7)])
    drawn = draw_members(model, CPU, tiles, 2, 0, 1, ignore, lambda: calls.append(1))
    assert len(calls) == 2 * 2, "one a member and GSD"
    alone = draw(model, cut_tiles([replace(chip, gsd_m=0.6) for chip in chips]))
    np.testing.assert_allclose(drawn[:, :3], alone, atol=1e-5)


def test_the_bicubic_rival_of_the_upscaler_is_perfect_where_there_is_nothing_to_draw(model: LoadedModel) -> None:
    flat = np.full((2, 3, 128, 128), 100, np.uint8)
    flat[:, :, :64] = 101
    assert measure_upscaler(model.upscaler, flat)["psnr_db_bicubic"] > 50


@pytest.fixture(scope="session")
def intervals(tmp_path_factory: pytest.TempPathFactory) -> list[PairSource]:
    """Two intervals of the rendered place."""
    from landcast.worker.demo.scene import write_scene

    folder = tmp_path_factory.mktemp("intervals")
    for years in (0, 2, 4):
        write_scene(folder / f"{years}.tif", (256, 256), seed=2, years_later=years)
    first, second, third = (str(folder / f"{years}.tif") for years in (0, 2, 4))
    return [PairSource(first, second, 2), PairSource(first, third, 4)]


def test_an_evaluation_writes_its_figures_and_a_sheet(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    folder, progress = tmp_path / "new" / "results", []
    metrics = evaluate(
        intervals, model, CPU, folder, 3, 0, None, intervals[:1], lambda done, total: progress.append((done, total))
    )
    assert json.loads((folder / "metrics.json").read_text()) == json.loads(json.dumps(metrics))
    sheet = cv2.imread(str(folder / "sheet.png"))
    assert sheet is not None
    assert sheet.shape[1] == 9 * (256 + 4)
    assert progress[-1] == (8, 8)

    tiles = cut_tiles([chip for source in intervals for chip in load_pairs(source)])
    expected = measure_skill(draw(model, tiles, members=3), tiles.truth).as_dict()
    assert {name: metrics[name] for name in expected} == expected
    assert metrics["by_years"].keys() == {"2", "4"}
    assert metrics["by_years"]["2"]["pairs"] == 4
    assert metrics["persistence_mae"] == pytest.approx(float(np.abs(tiles.truth).mean()))
    assert metrics["dressed"]["pairs"] == 8
    assert metrics["model_sha256"] == model.sha256


def test_the_table_has_a_row_for_each_rival(model: LoadedModel, intervals: list[PairSource], tmp_path: Path) -> None:
    metrics = evaluate(intervals[:1], model, CPU, tmp_path, 2, 0, None, [], ignore)
    rows = table(metrics).splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["persistence", "tiny"]
    assert f"{metrics['crps_over_persistence']:.3f}" in rows[-1]
    dressed = evaluate(intervals[:1], model, CPU, tmp_path, 2, 0, None, intervals[1:], ignore)
    assert "| dressed persistence |" in table(dressed)
    assert len({row.count("|") for row in table(dressed).splitlines()}) == 1


def test_results_cannot_be_written_where_a_file_stands(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match="taken"):
        evaluate(intervals, model, CPU, tmp_path / "taken", 2, 0, None, [], ignore)
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_evaluation_that_is_stopped_leaves_what_was_there(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(intervals[:1], model, CPU, tmp_path / "new", 2, 0, None, [], stop)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "metrics.json").write_text("of an earlier one")
    with pytest.raises(KeyboardInterrupt):
        evaluate(intervals[:1], model, CPU, tmp_path, 2, 0, None, [], ignore, before_call=lambda: stop(0, 0))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("metrics.json", "of an earlier one")]


KEYS = (
    "crps_over_persistence", "rmse_mean_over_persistence", "spread_over_skill", "member_std_over_truth",
    "member_power_over_truth", "pairs", "dressed_crps_over_persistence",
)  # fmt: skip


def test_every_figure_that_is_written_is_that_of_the_definition(
    model: LoadedModel, intervals: list[PairSource], definition: ModuleType, tmp_path: Path
) -> None:
    evaluate(intervals, model, CPU, tmp_path, 4, 0, None, intervals[1:], ignore)
    written = json.loads((tmp_path / "metrics.json").read_text())
    tiles = cut_tiles([chip for source in intervals for chip in load_pairs(source)])
    wanted = definition.score(draw(model, tiles, members=4), tiles.truth)
    residuals = cut_tiles(load_pairs(intervals[1])).truth
    picks = np.random.default_rng(0).integers(0, len(residuals), (4, len(tiles.truth)))
    wanted["dressed_crps_over_persistence"] = definition.score(residuals[picks], tiles.truth)["crps_over_persistence"]
    for name in KEYS:
        np.testing.assert_allclose(written[name], wanted[name], rtol=1e-4, atol=5.1e-4)


def test_rivals_stand_in_the_same_table_measured_on_the_same_tiles(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    rival = load_model(write_tiny_model(tmp_path / "rival", "regression", name="the mean"), CPU, torch.float32)
    metrics = evaluate(intervals[:1], model, CPU, tmp_path / "out", 3, 0, None, intervals[1:], ignore, rivals=[rival])
    tiles = cut_tiles(load_pairs(intervals[0]))
    assert metrics["rivals"]["the mean"] == measure_skill(draw(rival, tiles, members=3), tiles.truth).as_dict()
    assert metrics["rivals"]["the mean"]["spread_over_skill"] == 0
    names = [row.split("|")[1].strip() for row in table(metrics).splitlines()[2:]]
    assert names == ["persistence", "tiny", "the mean (rival)", "dressed persistence"]


def test_quarters_by_true_change_share_all_tiles(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    strata = evaluate(intervals, model, CPU, tmp_path, 2, 0, None, [], ignore)["by_change"]
    assert list(strata) == ["least", "less", "more", "most"]
    assert sum(figures["pairs"] for figures in strata.values()) == 8


def test_iteration_is_measured_beside_one_direct_step_over_the_longest_interval(
    model: LoadedModel, intervals: list[PairSource], tmp_path: Path
) -> None:
    metrics = evaluate(intervals, model, CPU, tmp_path, 2, 0, None, [], ignore, iterations=2)
    drift = metrics["drift"]
    assert (drift["years"], drift["pairs"]) == (4, 4)
    assert (drift["direct"]["iterations"], drift["direct"]["years_per_iteration"]) == (1, 4)
    assert (drift["iterated"]["iterations"], drift["iterated"]["years_per_iteration"]) == (2, 2)
    assert drift["direct"]["bias_levels"] != drift["iterated"]["bias_levels"]
    rows = drift_table(drift).splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == [
        "drawn, not composed, 1 x 4 years", "direct, 1 x 4 years", "iterated, 2 x 2 years",
    ]  # fmt: skip


class Brightening(torch.nn.Module):
    """Stands for a network that says of every cell that it gets brighter by ten levels."""

    def __init__(self, unet: torch.nn.Module) -> None:
        super().__init__()
        self.unet, self.config = unet, unet.config

    def forward(self, shown: torch.Tensor, *arguments: object, **more: object) -> object:
        result = self.unet(shown, *arguments, **more)
        # velocity at the last step is the clean field with its sign turned
        result.sample = torch.full_like(result.sample, -0.2)
        return result


def test_a_model_that_drifts_by_a_known_amount_is_caught(model: LoadedModel, intervals: list[PairSource]) -> None:
    """Each step adds 0.2, which two steps add twice but for what clipping takes: nothing here is as bright."""
    certain = replace(model.contract, composition="upscaled", difference_std=0.1)
    drifting = replace(model, contract=certain, unet=Brightening(model.unet), upscaler=Nearest(model.upscaler))
    (chip,) = load_pairs(intervals[1])
    dark = replace(chip, before=chip.before // 4, after=chip.before // 4 + chip.after // 8)
    drift = measure_drift([dark], drifting, CPU, 2, 2, 0, ignore)
    true_change = (dark.after.astype(float) - dark.before).mean((1, 2))
    for name, steps in (("drawn", 1), ("direct", 1), ("iterated", 2)):
        np.testing.assert_allclose(drift[name]["bias_levels"], steps * 0.02 * 255 - true_change, atol=0.05)


def test_what_the_composition_hides_shows_beside_what_was_drawn(
    make_tiny_model: Callable[..., Path], intervals: list[PairSource]
) -> None:
    """Every cell gets brighter by ten levels, which is where the gate begins to open: the source stays as it is."""
    for grid in ("cells", "pixels"):
        anchored = load_model(make_tiny_model(change_grid=grid), CPU, torch.float32)
        certain = replace(anchored.contract, composition="anchored", difference_std=0.195)
        hiding = replace(anchored, contract=certain, unet=Brightening(anchored.unet))
        (chip,) = load_pairs(intervals[1])
        true_change = (chip.after.astype(float) - chip.before).mean((1, 2))
        drift = measure_drift([chip], hiding, CPU, 2, 2, 0, ignore)
        np.testing.assert_allclose(drift["drawn"]["bias_levels"], 0.2 * 0.195 * 255 - true_change, atol=0.01)
        np.testing.assert_allclose(drift["direct"]["bias_levels"], -true_change, atol=0.01)


class Nearest(torch.nn.Module):
    """Enlarges cell by cell, so that nothing but the network changes a mean."""

    def __init__(self, upscaler: torch.nn.Module | None) -> None:
        super().__init__()
        assert upscaler is not None
        self.weight = next(upscaler.parameters())

    def forward(self, coarse: torch.Tensor) -> torch.Tensor:
        return coarse.repeat_interleave(4, 2).repeat_interleave(4, 3)
