"""From a request to a training or an evaluation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from landcast.core.errors import ModelError, RequestError
from landcast.core.protocol.requests import EvaluateRequest, PairSource, TrainRequest
from landcast.training.presets import PRESETS
from landcast.training.requests import carry_out_evaluation, plan_training, read_pair

PAIR = PairSource("/data/a_2016", "/data/a_2020")


def ignore(done: int, total: int) -> None:
    """Take no notice of progress."""


def test_years_are_those_given_else_those_of_the_paths() -> None:
    assert read_pair(PAIR).years == 4
    assert read_pair(replace(PAIR, years=2.5)).years == 2.5
    with pytest.raises(RequestError, match="no year in the name of /b"):
        read_pair(PairSource("/a_2016", "/b"))


def test_what_is_asked_for_goes_before_the_settings_file(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(
        'preset = "default"\n[[pairs]]\nbefore = "/b"\nafter = "/c"\nyears = 1\n[forecaster]\nmax_steps = 100\n'
    )
    request = TrainRequest(str(tmp_path / "model"), config=str(config), stage="upscaler", device="cpu")
    plan, hardware = plan_training(request)
    assert (plan.settings.preset, plan.stages, plan.is_resuming) == ("default", ("upscaler",), False)
    assert [pair.years for pair in plan.settings.pairs] == [1]
    assert hardware.device == torch.device("cpu")
    plan, _ = plan_training(replace(request, pairs=(PAIR,), max_steps=50, preset="fast", is_resuming=True))
    assert [pair.before for pair in plan.settings.pairs] == [PAIR.before]
    assert (plan.settings.preset, plan.settings.forecaster.max_steps) == ("fast", 50)
    assert plan.settings.upscaler.max_steps == PRESETS["fast"].upscaler.max_steps // 2
    assert plan.is_resuming


def test_what_one_computer_alone_can_say_goes_into_the_settings() -> None:
    request = TrainRequest("/model", (PAIR,), perceptual_weights="/weights/vgg19.safetensors", has_tensorboard=True)
    settings = plan_training(request)[0].settings
    assert settings.is_logging_tensorboard
    assert settings.upscaler.perceptual_weights == "/weights/vgg19.safetensors"
    assert settings.upscaler.perceptual_weight > 0
    plain = plan_training(TrainRequest("/model", (PAIR,)))[0].settings
    assert (plain.is_logging_tensorboard, plain.upscaler.perceptual_weights) == (False, "")


def test_a_model_without_a_settings_file_is_called_as_its_folder() -> None:
    plan, _ = plan_training(TrainRequest("/models/my region", (PAIR,)))
    assert (plan.settings.name, plan.settings.preset) == ("my region", "default")
    assert plan.work_folder == Path("/models/my region.training")


@pytest.mark.parametrize("line", ['[[pairs]]\nbefore = "/b"\nafter = "here"\nyears = 2', 'single_dates = ["here"]'])
def test_relative_paths_of_a_settings_file_are_refused_by_who_stands_elsewhere(line: str, tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(f"{line}\n")
    request = TrainRequest("/model", config=str(config))
    plan_training(request)
    with pytest.raises(RequestError, match=r"settings.toml: here: the worker stands in another folder"):
        plan_training(request, is_elsewhere=True)


def test_that_holds_for_what_dresses_persistence_too(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('[[pairs]]\nbefore = "/b"\nafter = "here"\nyears = 2\n')
    asked = EvaluateRequest((PAIR,), str(tmp_path / "results"), config=str(config))
    with pytest.raises(RequestError, match="here: the worker stands in another folder"):
        carry_out_evaluation(asked, ignore, is_elsewhere=True)
    assert not (tmp_path / "results").exists()


def test_a_request_names_model_datasets_and_memory_to_train_with(tiny_model: Path, tmp_path: Path) -> None:
    request = TrainRequest(
        str(tmp_path / "mine"), base=str(tiny_model), datasets=("/data/pairs",), memory_limit_bytes=2**30, device="cpu"
    )
    plan, hardware = plan_training(request, is_elsewhere=True)
    assert (plan.settings.base, plan.settings.datasets) == (str(tiny_model), ("/data/pairs",))
    assert plan.settings.name == "mine"
    assert hardware.memory_limit_bytes == 2**30
    with pytest.raises(RequestError, match=r"--preset fast cannot stand beside --from"):
        plan_training(replace(request, preset="fast"))
    with pytest.raises(ModelError, match="nowhere"):
        plan_training(replace(request, base=str(tmp_path / "nowhere")))
