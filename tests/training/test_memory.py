"""The estimate of memory before the first step: it grows with the batch, names what to change, and is kept to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from landcast.core.errors import TrainingError
from landcast.training.memory import MARGIN, check_memory, count_step
from landcast.training.processes import Processes
from landcast.training.rehearsal import rehearse
from landcast.training.run import Hardware, TrainingPlan, run_training
from landcast.training.settings import TrainingSettings

MakeSettings = Callable[..., TrainingSettings]


def test_a_chain_of_layers_is_counted_to_the_byte() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(100, 1000, bias=False), torch.nn.Sigmoid())

    def loss(samples: int) -> torch.Tensor:
        result: torch.Tensor = network(torch.zeros(samples, 100)).sum()
        return result

    step = count_step("forecaster", [network], [], True, 5, loss)
    weights = 100 * 1000 * 4
    assert (step.weights, step.gradients, step.optimiser, step.average) == (
        weights, weights, 2 * weights, 2 * weights,
    )  # fmt: skip
    # input, product and sigmoid of a sample; the product is gone when they are summed
    assert step.activations_of_sample == (100 + 1000 + 1000) * 4
    assert step.activations_of_step == 0
    assert step.total == round((6 * weights + 5 * 8400) * (1 + MARGIN))


def test_a_batch_that_is_said_to_fit_fits_and_one_more_does_not(tiny_settings: MakeSettings) -> None:
    step = rehearse("forecaster", tiny_settings(), torch.float32, Processes())
    limit = round(step.total * 3.3)
    fitting = step.fitting_batch(limit)
    assert replace(step, batch_size=fitting).total <= limit < replace(step, batch_size=fitting + 1).total
    check_memory([replace(step, batch_size=fitting)], limit, "the limit")
    with pytest.raises(TrainingError, match=rf"forecaster.batch_size = {fitting} would fit"):
        check_memory([replace(step, batch_size=fitting + 1)], limit, "the limit")
    with pytest.raises(TrainingError, match=r"not even forecaster.batch_size = 1.*forecaster.unet.block_channels"):
        check_memory([step], step.weights, "the limit")


def test_each_of_several_processes_takes_its_part_of_a_batch(tiny_settings: MakeSettings) -> None:
    settings = tiny_settings()
    for stage in ("forecaster", "upscaler"):
        alone = rehearse(stage, settings, torch.float32, Processes())
        assert replace(alone, batch_size=1) == rehearse(stage, settings, torch.float32, Processes(2, 0))


def test_a_judge_takes_memory_where_there_is_one(tiny_settings: MakeSettings) -> None:
    settings = tiny_settings()
    alone = replace(settings, upscaler=replace(settings.upscaler, adversarial_from_step=settings.upscaler.max_steps))
    judged, single = (rehearse("upscaler", one, torch.float32, Processes()) for one in (settings, alone))
    assert judged.weights > single.weights
    assert judged.total > single.total


def test_settings_that_do_not_fit_are_refused_before_the_first_step(
    tiny_settings: MakeSettings, tmp_path: Path
) -> None:
    steps: list[int] = []
    hardware = Hardware(torch.device("cpu"), torch.float32, memory_limit_bytes=2**20)
    plan = TrainingPlan(tiny_settings(), tmp_path / "model", ("forecaster",), False)
    with pytest.raises(TrainingError, match=r"and --memory-limit is 0\.00 GiB"):
        run_training(plan, hardware, lambda done, total: steps.append(done))
    assert steps == []
    assert not (tmp_path / "model").exists()
