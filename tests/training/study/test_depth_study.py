"""The study of depths: what each number of blocks is worth beside bicubic enlargement."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from landcast.core.errors import RequestError, TrainingError
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import PIXEL_CHANNELS
from landcast.tests.training.study.conftest import CPU
from landcast.training.evaluate import measure_upscaler
from landcast.training.pairs import ChipPair
from landcast.training.settings import UpscalerSettings
from landcast.training.stopping import TrainingStoppedError
from landcast.training.study.depths import DepthStudy, measure_depth, run_depth_study, with_upscaler_steps
from landcast.training.study.distance import Ruler
from landcast.training.study.plan import StudyPlan
from landcast.training.study.scales import ScaleStudy, run_scale_study


def ignore(*_: object) -> None:
    """Take no notice."""


def run(
    plan: StudyPlan, on_step: Callable[[int, int], None] = ignore, blocks: tuple[int, ...] = (2, 1)
) -> dict[str, Any]:
    run_depth_study(DepthStudy(plan, blocks), CPU, on_step, ignore)
    said: dict[str, Any] = json.loads((plan.folder / "study.json").read_text(encoding="utf-8"))
    return said


def test_every_depth_is_trained_for_equal_steps_and_measured(plan: StudyPlan) -> None:
    said = run(plan)
    assert said["is_finished"]
    first, second = said["points"]
    assert (first["blocks"], second["blocks"]) == (1, 2)
    assert len(first["curves"]["loss"]) == len(second["curves"]["loss"]) == 4
    for point in said["points"]:
        wanted = RRDBNet(blocks=point["blocks"], channels=8, has_bicubic_base=True)
        assert point["parameters"] == sum(tensor.numel() for tensor in wanted.parameters())
        assert point["seconds_a_step"] > 0
        assert point["held_out_images"] == 2 * said["cut"][0]["held_out"]
    # both are compared with the same enlargement of the same images
    assert first["psnr_db_bicubic"] == second["psnr_db_bicubic"]
    assert first["perceptual"]["bicubic"] == second["perceptual"]["bicubic"]
    assert "2 blocks" not in (plan.folder / "study.csv").read_text(encoding="utf-8")
    assert (plan.folder / "report.html").is_file()


def test_a_network_that_adds_nothing_is_bicubic_enlargement(town_tiles: list[ChipPair]) -> None:
    network = RRDBNet(blocks=1, channels=8, has_bicubic_base=True).eval()
    for name, parameter in network.named_parameters():
        if "body" not in name:
            torch.nn.init.zeros_(parameter)

    def apart(drawn: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        return (drawn - real).abs().mean((1, 2, 3))

    found = measure_depth(network, town_tiles[:2], Ruler("pixels", {}, apart, CPU.device))
    assert found["held_out_images"] == 4
    assert found["psnr_db_upscaler"] == found["psnr_db_bicubic"]
    assert found["perceptual"]["upscaler"] == pytest.approx(found["perceptual"]["bicubic"], rel=1e-6)
    images = torch.from_numpy(town_tiles[0].before)[None].numpy()
    assert measure_upscaler(network, images)["psnr_db_upscaler"] > 10


def test_a_study_of_depths_that_is_stopped_goes_on(plan: StudyPlan, tmp_path: Path) -> None:
    whole = run(plan)
    apart = replace(plan, folder=tmp_path / "stopped")

    def stop(done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(TrainingStoppedError):
        run(apart, stop)
    resumed = run(replace(apart, is_resuming=True))
    for one, other in zip(whole["points"], resumed["points"], strict=True):
        assert one["psnr_db_upscaler"] == other["psnr_db_upscaler"]
        assert one["curves"] == other["curves"]


def test_studies_of_two_kinds_do_not_mix(plan: StudyPlan) -> None:
    run(plan, blocks=(1,))
    with pytest.raises(TrainingError, match="holds a study of depths, not of scales"):
        run_scale_study(ScaleStudy(replace(plan, is_resuming=True)), CPU, ignore, ignore)


def test_a_folder_of_something_else_is_not_continued(plan: StudyPlan) -> None:
    plan.folder.mkdir()
    (plan.folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(TrainingError, match="holds no study to continue"):
        run(replace(plan, is_resuming=True))


def test_a_model_without_upscaler_has_no_depth(plan: StudyPlan) -> None:
    unet = replace(plan.settings.forecaster.unet, difference_channels=PIXEL_CHANNELS, reserved_channels=0)
    forecaster = replace(plan.settings.forecaster, change_grid="pixels", unet=unet)
    with pytest.raises(TrainingError, match="a model of pixels has no upscaler"):
        run(replace(plan, settings=replace(plan.settings, forecaster=forecaster)))


@pytest.mark.parametrize("blocks", [(), (0,), (4, 4)])
def test_numbers_of_blocks_that_are_none_are_refused(blocks: tuple[int, ...], plan: StudyPlan) -> None:
    with pytest.raises(RequestError, match="--blocks must be at least 1 each and differ"):
        DepthStudy(plan, blocks)


def test_steps_move_the_judge_in_proportion(plan: StudyPlan) -> None:
    settings = replace(plan.settings, upscaler=UpscalerSettings(max_steps=1000, adversarial_from_step=600))
    own = with_upscaler_steps(settings, 100).upscaler
    assert (own.max_steps, own.adversarial_from_step) == (100, 60)
