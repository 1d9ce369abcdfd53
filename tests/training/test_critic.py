"""The Wasserstein critic and the perceptual loss: what theory says of them, and training with both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from landcast.core.errors import RequestError
from landcast.core.model.rrdb import RRDBNet
from landcast.training.checkpoint import checkpoint_folders
from landcast.training.critic import WassersteinCritic, critic_loss, gradient_penalty
from landcast.training.pairs import ChipPair
from landcast.training.perceptual import PerceptualLoss, build_vgg19_features
from landcast.training.presets import PRESETS
from landcast.training.samples import ChipSampler
from landcast.training.settings import TrainingSettings
from landcast.training.upscaler import make_judge, train_upscaler

MakeSettings = Callable[..., TrainingSettings]
CPU = torch.device("cpu")


class Linear(nn.Module):
    """A critic whose slope is the same everywhere, and known."""

    def __init__(self, slope: float, values: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((values,), slope / values**0.5))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return (image.flatten(1) @ self.weight)[:, None]


@pytest.mark.parametrize(("slope", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_the_penalty_is_the_squared_distance_of_the_slope_from_one(slope: float, penalty: float) -> None:
    real, drawn = torch.rand(2, 4, 3, 8, 8)
    critic = Linear(slope, 3 * 8 * 8)
    found = gradient_penalty(critic, real, drawn, torch.rand(4, 1, 1, 1))
    assert float(found.detach()) == pytest.approx(penalty, abs=1e-5)


def test_the_slope_is_looked_at_between_drawn_and_real() -> None:
    seen: list[torch.Tensor] = []

    def critic(image: torch.Tensor) -> torch.Tensor:
        seen.append(image.detach())
        return image.flatten(1).sum(1, keepdim=True)

    real, drawn = torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    gradient_penalty(critic, real, drawn, torch.tensor([0.0, 0.25]).view(2, 1, 1, 1))  # type: ignore[arg-type]
    assert torch.equal(seen[0][0], drawn[0])
    assert torch.equal(seen[0][1], torch.full((3, 4, 4), 0.25))


def test_a_critic_that_learns_rates_the_real_higher_by_about_their_distance() -> None:
    """Between two points the Wasserstein distance is how far they lie apart."""
    torch.manual_seed(0)
    real, drawn = torch.full((4, 3, 16, 16), 0.55), torch.full((4, 3, 16, 16), 0.45)
    critic = WassersteinCritic((8, 8, 16, 16))
    optimiser = torch.optim.Adam(critic.parameters(), 1e-3, betas=(0.0, 0.9))
    for step in range(150):
        share = torch.rand(4, 1, 1, 1, generator=torch.Generator().manual_seed(step))
        loss = critic_loss(critic, real, drawn, 10.0, share)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    gap = float((critic(real) - critic(drawn)).mean().detach())
    assert gap == pytest.approx(float((real[0] - drawn[0]).norm()), rel=0.25)


def test_the_reference_is_judged_by_the_critic_of_its_authors() -> None:
    judge = make_judge(PRESETS["reference"].upscaler)
    assert isinstance(judge, WassersteinCritic)
    assert [layer.stride[0] for layer in judge.layers] == [1, 2, 1, 2, 1, 2, 1, 2]
    assert judge.hidden.in_features == 512 * 36
    assert judge(torch.rand(2, 3, 128, 128)).shape == (2, 1)


def wasserstein(settings: TrainingSettings, **changes: object) -> TrainingSettings:
    own = replace(
        settings.upscaler, adversarial_kind="wasserstein", critic_channels=(4, 4), adam_betas=(0.0, 0.9),
        adversarial_from_step=0, ema_decay=0.0, **changes,
    )  # type: ignore[arg-type]  # fmt: skip
    return replace(settings, upscaler=own)


def train(
    settings: TrainingSettings, chips: list[ChipPair], folder: Path, on_step: Callable[[int, float], None]
) -> RRDBNet:
    sampler = ChipSampler([chip.before for chip in chips], settings.tiles, settings.seed)
    return train_upscaler(settings, sampler, folder, {}, CPU, torch.float32, on_step)


def ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


def test_a_training_against_the_critic_is_resumed_bit_for_bit(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = wasserstein(tiny_settings())

    class KilledError(BaseException):
        pass

    def kill(done: int, loss: float) -> None:
        if done == 3:
            raise KilledError

    whole = train(settings, scene_chips, tmp_path / "whole", ignore)
    with pytest.raises(KilledError):
        train(settings, scene_chips, tmp_path / "killed", kill)
    resumed = train(settings, scene_chips, tmp_path / "killed", ignore)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))
    finals = [checkpoint_folders(tmp_path / run)[-1] for run in ("whole", "killed")]
    for path in finals[0].iterdir():
        assert path.read_bytes() == (finals[1] / path.name).read_bytes(), path.name


def test_each_term_of_the_upscaler_s_loss_counts(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    base = wasserstein(tiny_settings())
    made = {}
    for name, changes in {
        "base": {}, "l1": {"l1_weight": 0.0}, "cells": {"low_pass_weight": 0.0}, "judge": {"adversarial_weight": 0.0},
    }.items():  # fmt: skip
        settings = replace(base, upscaler=replace(base.upscaler, **changes))  # type: ignore[arg-type]
        made[name] = train(settings, scene_chips, tmp_path / name, ignore).conv_out.weight
    assert all(not torch.equal(made["base"], made[name]) for name in ("l1", "cells", "judge"))


@pytest.fixture(scope="module")
def vgg19(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the shapes and under the names of a published file, classifier included."""
    torch.manual_seed(1)
    state = {f"features.{name}": value for name, value in build_vgg19_features().state_dict().items()}
    path = tmp_path_factory.mktemp("vgg") / "vgg19.safetensors"
    save_file({**state, "classifier.0.bias": torch.zeros(8)}, path)
    return path


def test_the_network_is_vgg19_up_to_its_sixteenth_convolution() -> None:
    features = build_vgg19_features()
    assert len(features) == 35
    places = [index for index, layer in enumerate(features) if isinstance(layer, nn.Conv2d)]
    # as torchvision numbers the layers of this network
    assert places == [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    # Simonyan & Zisserman 2015, table 2: 144 million parameters, 123.6 of them in the dense layers
    assert sum(parameter.numel() for parameter in features.parameters()) == 20_024_384


def test_equal_images_are_no_distance_apart_and_only_the_drawn_one_gets_a_gradient(vgg19: Path) -> None:
    loss = PerceptualLoss(vgg19)
    image = torch.rand(1, 3, 32, 32)
    assert float(loss(image, image)) == 0
    drawn = (image + 0.1 * torch.rand(1, 3, 32, 32)).requires_grad_(True)
    distance = loss(drawn, image)
    assert distance > 0
    distance.backward()
    assert drawn.grad is not None
    assert drawn.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in loss.parameters())


def test_a_training_with_perceptual_weights_differs_from_one_without(
    vgg19: Path, tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    own = replace(settings.upscaler, max_steps=2, perceptual_weight=1.0, adversarial_from_step=9)
    losses: dict[str, list[float]] = {"": [], str(vgg19): []}
    for index, (file, told) in enumerate(losses.items()):
        given = replace(settings, sheet_rows=0, upscaler=replace(own, perceptual_weights=file))
        train(given, scene_chips, tmp_path / str(index), lambda step, loss, told=told: told.append(loss))  # type: ignore[misc]
    assert np.isfinite(losses[str(vgg19)]).all()
    assert losses[""] != losses[str(vgg19)]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"not weights at all", "cannot be read as safetensors"),
        ({"features.0.weight": torch.zeros(64, 3, 3, 3)}, "features.0.bias is missing"),
        ({"features.0.weight": torch.zeros(64, 1, 3, 3)}, r"features.0.weight has the shape \(64, 1, 3, 3\)"),
    ],
)
def test_a_file_that_holds_something_else_is_named(content: object, named: str, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        save_file(content, path)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match=named):
        PerceptualLoss(path)
    with pytest.raises(RequestError, match="cannot be read"):
        PerceptualLoss(tmp_path / "nowhere.safetensors")
