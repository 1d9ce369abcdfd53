"""Training of the ESRGAN: it learns, it resumes exactly also against its judge, and it survives a bad step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate, l1_loss

from landcast.core.errors import TrainingError
from landcast.core.model.condition import coarsen
from landcast.core.model.rrdb import RRDBNet
from landcast.training import loop
from landcast.training.checkpoint import checkpoint_folders, load_checkpoint
from landcast.training.pairs import ChipPair
from landcast.training.samples import ALL, ChipSampler
from landcast.training.settings import TrainingSettings
from landcast.training.upscaler import train_upscaler

MakeSettings = Callable[..., TrainingSettings]
FACTS = {"run": 1}


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


class BadSampler(ChipSampler):
    """Gives batches of NaN at some steps."""

    bad_steps: frozenset[int] = frozenset()

    def batch(self, step: int, batch_size: int, side_px: int, part: slice = ALL) -> Tensor:
        return super().batch(step, batch_size, side_px, part) * (torch.nan if step in self.bad_steps else 1)


def ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


def train(
    settings: TrainingSettings,
    chips: list[ChipPair],
    folder: Path,
    on_step: Callable[[int, float], None] = ignore,
    bad_steps: frozenset[int] = frozenset(),
) -> RRDBNet:
    sampler = BadSampler([chip.before for chip in chips], settings.tiles, settings.seed)
    sampler.bad_steps = bad_steps
    return train_upscaler(settings, sampler, folder, FACTS, torch.device("cpu"), torch.float32, on_step)


def kill_at(step: int) -> Callable[[int, float], None]:
    def on_step(done: int, loss: float) -> None:
        if done == step:
            raise Killed

    return on_step


def steps_in(folder: Path) -> list[int]:
    return [int(line.split(",")[0]) for line in (folder / "loss.csv").read_text().splitlines()[1:]]


def test_it_learns_to_enlarge_better_than_bicubic_interpolation(
    learning_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = learning_settings()
    losses: list[float] = []
    upscaler = train(settings, scene_chips, tmp_path, lambda step, loss: losses.append(loss))
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    fine = torch.from_numpy(scene_chips[0].after[None, :, :128, :128] / np.float32(255))
    coarse = coarsen(fine)
    with torch.no_grad():
        drawn = upscaler(coarse)
    assert l1_loss(drawn, fine) < l1_loss(interpolate(coarse, scale_factor=4.0, mode="bicubic"), fine)


def test_without_a_base_it_makes_the_whole_image(
    learning_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = learning_settings()
    settings = replace(settings, upscaler=replace(settings.upscaler, has_bicubic_base=False))
    losses: list[float] = []
    train(settings, scene_chips, tmp_path, lambda step, loss: losses.append(loss))
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


# the judge enters at step 3: killed before it, as it enters, and after it
@pytest.mark.parametrize("killed_at", [1, 3, 5])
def test_a_killed_and_resumed_run_equals_an_uninterrupted_one_bit_for_bit(
    killed_at: int, tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    whole = train(settings, scene_chips, tmp_path / "whole")
    with pytest.raises(Killed):
        train(settings, scene_chips, tmp_path / "killed", kill_at(killed_at))
    resumed = train(settings, scene_chips, tmp_path / "killed")
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    finals = [checkpoint_folders(tmp_path / run)[-1] for run in ("whole", "killed")]
    assert "judge-optimiser.safetensors" in {path.name for path in finals[0].iterdir()}
    for path in finals[0].iterdir():
        assert path.read_bytes() == (finals[1] / path.name).read_bytes(), path.name
    assert steps_in(tmp_path / "killed") == list(range(6))


def test_the_judge_learns_from_its_first_step_on_and_not_before(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    train(tiny_settings(), scene_chips, tmp_path)
    found = load_checkpoint(tmp_path, FACTS)
    assert found is not None
    # Adam counts its steps: the judge has taken 3, 4 and 5 of the six
    assert float(found[1]["optimiser"]["0.step"]) == 6
    assert float(found[1]["judge-optimiser"]["0.step"]) == 3


def test_the_adversarial_term_makes_another_network(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    without = replace(settings, upscaler=replace(settings.upscaler, adversarial_from_step=6))
    sharp = train(settings, scene_chips, tmp_path / "sharp")
    smooth = train(without, scene_chips, tmp_path / "smooth")
    assert not torch.equal(sharp.conv_out.weight, smooth.conv_out.weight)


@pytest.mark.parametrize("bad_step", [0, 4, 5])
def test_a_step_whose_loss_is_not_finite_is_left_out(
    bad_step: int, tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    """The last one, 5, too: its checkpoint is what says that the training is done."""
    upscaler = train(tiny_settings(), scene_chips, tmp_path, bad_steps=frozenset({bad_step}))
    assert all(torch.isfinite(parameter).all() for parameter in upscaler.parameters())
    assert steps_in(tmp_path) == [step for step in range(6) if step != bad_step]
    assert checkpoint_folders(tmp_path)[-1].name == "step-0000006"


def test_a_loss_that_stays_non_finite_ends_the_run_and_keeps_the_last_good_checkpoint(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    longer = replace(settings, upscaler=replace(settings.upscaler, max_steps=60), checkpoint_every=4)
    with pytest.raises(TrainingError, match=r"21 of the last 25 steps, up to 24; lower upscaler\.learning_rate"):
        train(longer, scene_chips, tmp_path, bad_steps=frozenset(range(4, 60)))
    found = load_checkpoint(tmp_path, FACTS)
    assert found is not None
    for group in ("generator", "judge", "average"):
        assert all(torch.isfinite(tensor).all() for tensor in found[1][group].values())


def test_single_losses_that_are_not_finite_do_not_add_up_over_a_long_training(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "MAX_BAD_STEPS", 1)
    monkeypatch.setattr(loop, "LATE_STEPS", 5)
    settings = tiny_settings()
    longer = replace(settings, upscaler=replace(settings.upscaler, max_steps=20))
    train(longer, scene_chips, tmp_path / "rare", bad_steps=frozenset({2, 7, 12, 17}))
    assert len(steps_in(tmp_path / "rare")) == 16
    with pytest.raises(TrainingError, match="in 2 of the last 5 steps, up to 16"):
        train(longer, scene_chips, tmp_path / "often", bad_steps=frozenset({2, 7, 12, 16}))
