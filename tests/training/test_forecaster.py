"""Training of the UNet: it learns, it resumes exactly, and it survives a bad step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import UNet2DModel

from landcast.core.errors import TrainingError
from landcast.core.model.contract import Objective
from landcast.training.checkpoint import checkpoint_folders, load_checkpoint
from landcast.training.forecaster import set_learning_rate, train_forecaster
from landcast.training.pairs import ChipPair
from landcast.training.samples import ALL, PairBatch, PairSampler
from landcast.training.settings import ForecasterSettings, TrainingSettings

MakeSettings = Callable[[Objective], TrainingSettings]
OBJECTIVES: tuple[Objective, ...] = ("one_step", "v_prediction", "epsilon", "regression")
FACTS = {"run": 1}


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


class BadSampler(PairSampler):
    """Gives batches of NaN at some steps."""

    bad_steps: frozenset[int] = frozenset()

    def batch(self, step: int, batch_size: int, part: slice = ALL) -> PairBatch:
        batch = super().batch(step, batch_size, part)
        return replace(batch, image=batch.image * torch.nan) if step in self.bad_steps else batch


def ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


def train(
    settings: TrainingSettings,
    chips: list[ChipPair],
    folder: Path,
    on_step: Callable[[int, float], None] = ignore,
    bad_steps: frozenset[int] = frozenset(),
    std: float = 0.1,
) -> UNet2DModel:
    sampler = BadSampler(chips, settings.tiles, settings.seed)
    sampler.bad_steps = bad_steps
    return train_forecaster(settings, sampler, std, folder, FACTS, torch.device("cpu"), torch.float32, on_step)


def kill_at(step: int) -> Callable[[int, float], None]:
    def on_step(done: int, loss: float) -> None:
        if done == step:
            raise Killed

    return on_step


def losses(folder: Path) -> dict[int, float]:
    lines = (folder / "loss.csv").read_text().splitlines()
    assert lines[0] == "step,loss"
    return {int(step): float(loss) for step, loss in (line.split(",") for line in lines[1:])}


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_loss_falls(
    objective: Objective, learning_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    train(learning_settings(objective), scene_chips, tmp_path)
    curve = list(losses(tmp_path).values())
    assert np.mean(curve[-12:]) < 0.9 * np.mean(curve[:6])


@pytest.mark.parametrize("killed_at", [1, 5])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_killed_and_resumed_run_equals_an_uninterrupted_one_bit_for_bit(
    objective: Objective, killed_at: int, tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings(objective)
    whole = train(settings, scene_chips, tmp_path / "whole")
    with pytest.raises(Killed):
        train(settings, scene_chips, tmp_path / "killed", kill_at(killed_at))
    steps_after = []
    resumed = train(settings, scene_chips, tmp_path / "killed", lambda step, loss: steps_after.append(step))
    # checkpoints stand at 2, 4 and 6
    assert steps_after[0] == killed_at // 2 * 2 + 1
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    finals = [checkpoint_folders(tmp_path / run)[-1] for run in ("whole", "killed")]
    for path in finals[0].iterdir():
        assert path.read_bytes() == (finals[1] / path.name).read_bytes(), path.name
    assert losses(tmp_path / "whole") == losses(tmp_path / "killed")


def test_a_finished_run_takes_no_step_and_gives_the_same_network(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    first = train(tiny_settings("one_step"), scene_chips, tmp_path)
    again = train(tiny_settings("one_step"), scene_chips, tmp_path, kill_at(1))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_seed_and_settings_decide_the_network_and_the_state_of_others_does_not(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings("one_step")
    first = train(settings, scene_chips, tmp_path / "first")
    torch.manual_seed(99)
    again = train(settings, scene_chips, tmp_path / "again", lambda step, loss: torch.randn(7).sum())
    other = train(replace(settings, seed=1), scene_chips, tmp_path / "other")
    assert torch.equal(first.conv_in.weight, again.conv_in.weight)
    assert not torch.equal(first.conv_in.weight, other.conv_in.weight)


def test_the_average_of_the_weights_is_returned_where_one_is_kept(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings("one_step")
    without = replace(settings, forecaster=replace(settings.forecaster, ema_decay=0.0))
    averaged = train(settings, scene_chips, tmp_path / "average")
    last = train(without, scene_chips, tmp_path / "last")
    found = load_checkpoint(tmp_path / "average", FACTS)
    assert found is not None
    assert torch.equal(found[1]["unet"]["conv_in.weight"], last.conv_in.weight)
    assert not torch.equal(averaged.conv_in.weight, last.conv_in.weight)


def test_reserved_channels_are_shown_nothing_and_keep_their_zero_weights(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    unet = train(tiny_settings("one_step"), scene_chips, tmp_path)
    reserved = unet.conv_in.weight[:, -16:]
    assert torch.equal(reserved, torch.zeros_like(reserved))


@pytest.mark.parametrize("bad_step", [0, 3, 5])
def test_a_step_whose_loss_is_not_finite_is_left_out(
    bad_step: int, tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    """The last one, 5, too: its checkpoint is what says that the training is done."""
    unet = train(tiny_settings("one_step"), scene_chips, tmp_path, bad_steps=frozenset({bad_step}))
    assert all(torch.isfinite(parameter).all() for parameter in unet.parameters())
    assert set(losses(tmp_path)) == set(range(6)) - {bad_step}
    assert checkpoint_folders(tmp_path)[-1].name == "step-0000006"


def test_a_gradient_that_is_not_finite_leaves_the_weights_as_they_were(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landcast.training import forecaster

    real, calls = forecaster.forecaster_loss, []

    def loss_with_a_cliff(*arguments: object) -> torch.Tensor:
        calls.append(1)
        loss = real(*arguments)  # type: ignore[arg-type]
        # the root of zero is finite and its slope is not
        return loss + (loss * 0).sqrt() if len(calls) == 3 else loss

    monkeypatch.setattr(forecaster, "forecaster_loss", loss_with_a_cliff)
    unet = train(tiny_settings("one_step"), scene_chips, tmp_path)
    assert all(torch.isfinite(parameter).all() for parameter in unet.parameters())
    assert set(losses(tmp_path)) == {0, 1, 3, 4, 5}


def test_a_loss_that_stays_non_finite_ends_the_run_and_keeps_the_last_good_checkpoint(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings("one_step")
    longer = replace(settings, forecaster=replace(settings.forecaster, max_steps=60), checkpoint_every=4)
    with pytest.raises(
        TrainingError, match=r"up to 24; lower forecaster\.learning_rate\. The last good checkpoint stays: .*step-0*24$"
    ):
        train(longer, scene_chips, tmp_path, bad_steps=frozenset(range(4, 60)))
    found = load_checkpoint(tmp_path, FACTS)
    assert found is not None
    assert all(torch.isfinite(tensor).all() for tensor in found[1]["unet"].values())


def test_the_learning_rate_warms_up_and_falls_to_a_twentieth() -> None:
    settings = ForecasterSettings(max_steps=1000, learning_rate=1e-3)
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    rates = []
    for step in range(1000):
        set_learning_rate(optimiser, settings, step)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates[0] == pytest.approx(1e-5, rel=0.01)
    assert int(np.argmax(rates)) in range(95, 105)
    assert max(rates) == pytest.approx(1e-3, rel=0.05)
    assert rates[-1] == pytest.approx(5e-5, rel=0.01)
    set_learning_rate(optimiser, replace(settings, is_learning_rate_constant=True), 0)
    assert optimiser.param_groups[0]["lr"] == 1e-3


def test_where_no_checkpoint_was_written_yet_none_is_promised(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings("one_step")
    longer = replace(settings, forecaster=replace(settings.forecaster, max_steps=60), checkpoint_every=50)
    with pytest.raises(TrainingError, match="No checkpoint was written yet"):
        train(longer, scene_chips, tmp_path, bad_steps=frozenset(range(60)))


def test_scores_are_computed_in_float32_within_a_lower_precision(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from landcast.training import forecaster, scores

    real, seen = forecaster.joint_score, []

    def score(first: torch.Tensor, second: torch.Tensor, truth: torch.Tensor, fairness: float) -> torch.Tensor:
        seen.append((torch.is_autocast_enabled("cpu"), first.dtype, scores.opponent(first).dtype))
        return real(first, second, truth, fairness)

    monkeypatch.setattr(forecaster, "joint_score", score)
    settings = tiny_settings("one_step")
    sampler = PairSampler(scene_chips, settings.tiles, settings.seed)
    forecaster.train_forecaster(settings, sampler, 0.1, tmp_path, FACTS, torch.device("cpu"), torch.bfloat16, ignore)
    assert seen == [(False, torch.float32, torch.float32)] * 6
