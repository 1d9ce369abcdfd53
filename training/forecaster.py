"""Training of the UNet, from top to bottom: set up, step, save."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DModel
from torch import Tensor
from torch.nn.functional import mse_loss

from ..core.device import autocast, in_float32
from ..core.forecast.sampler import make_schedule
from ..core.model.condition import coarsen
from ..core.model.denoiser import call_unet, from_network, make_condition, to_network
from ..core.model.unet import build_unet
from ..core.noise import batch_noise
from .average import WeightAverage
from .checkpoint import optimiser_tensors, restore_optimiser
from .loop import LoopPlan, States, descend, run_loop
from .preview import write_forecast_sheet
from .processes import ALONE, Processes
from .samples import PairBatch, PairSampler
from .scores import joint_score
from .settings import ForecasterSettings, TrainingSettings
from .validation import HeldOutTiles, Watch

WARM_UP_STEPS = 100
FINAL_LEARNING_RATE_SHARE = 0.05
SNR_LIMIT = 5.0
"""Hang et al. 2023, Min-SNR weighting, gamma."""


def train_forecaster(
    settings: TrainingSettings,
    sampler: PairSampler,
    difference_std: float,
    folder: Path,
    facts: dict[str, Any],
    device: torch.device,
    precision: torch.dtype,
    on_step: Callable[[int, float], None],
    processes: Processes = ALONE,
    start: UNet2DModel | None = None,
    held_out: HeldOutTiles | None = None,
) -> UNet2DModel:
    """Train a UNet, or go on where the newest checkpoint in `folder` stands; the averaged network is returned.

    Where pairs are held out it is the one of the steps that was measured best on them, if the settings want that.

    Args:
        settings: of the whole training.
        sampler: of the pairs.
        difference_std: standard deviation of the target in 0..1, which it is divided by.
        folder: for checkpoints and the curve.
        facts: what a resumed run must have in common with the one before.
        device: where to train.
        precision: of the matrix work; weights and loss stay float32.
        on_step: called with the steps done and the loss.
        processes: those that train together.
        start: network to go on with, of the shape that the settings say; an untrained one where None.
        held_out: tiles to measure on.

    Raises:
        TrainingError: the loss stayed non-finite; the last good checkpoint is kept.
        TrainingStoppedError: it was asked to stop; a checkpoint of the last step was written.
    """
    own = settings.forecaster
    torch.manual_seed(settings.seed)
    trainee = _Forecasting(settings, sampler, difference_std, device, precision, processes, start)
    watch = None
    if held_out is not None:
        watch = Watch(settings.validation, held_out.count, partial(trainee.score, held_out), trainee.best_guess)
    plan = LoopPlan(
        folder, facts, own.max_steps, settings.checkpoint_every, "forecaster.learning_rate", on_step,
        bool(settings.sheet_rows), settings.is_logging_tensorboard, processes, watch,
    )  # fmt: skip
    run_loop(trainee, plan)
    if watch is not None and settings.validation.is_best_kept:
        watch.give_best(trainee.unet)
    else:
        trainee.average.give()
    return trainee.unet.eval()


class _Forecasting:
    """The UNet in training."""

    def __init__(
        self,
        settings: TrainingSettings,
        sampler: PairSampler,
        difference_std: float,
        device: torch.device,
        precision: torch.dtype,
        processes: Processes,
        start: UNet2DModel | None,
    ) -> None:
        own = settings.forecaster
        self.validation = settings.validation
        self.sheet_rows, self.processes = settings.sheet_rows, processes
        self.own, self.seed, self.sampler, self.difference_std = own, settings.seed, sampler, difference_std
        self.device, self.precision = device, precision
        self.unet = (start or build_unet(own.unet)).to(device)
        self.average = WeightAverage(self.unet, own.ema_decay)
        self.optimiser = torch.optim.AdamW(self.unet.parameters(), own.learning_rate, weight_decay=own.weight_decay)
        self.signal_power = make_schedule(own.objective).alphas_cumprod.to(device)

    def take_step(self, step: int) -> float | None:
        batch = self.sampler.batch(step, self.own.batch_size, self.processes.part)
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        set_learning_rate(self.optimiser, self.own, step)
        with autocast(self.device, self.precision):
            loss = forecaster_loss(
                self.unet, batch, self.own, self.difference_std, self.signal_power, random, self.processes.part
            )
        if not descend(self.optimiser, loss, self.unet, self.processes):
            return None
        self.average.step()
        return self.processes.mean(loss.detach()).item()

    def score(self, held_out: HeldOutTiles) -> float:
        """Of the averaged network on held-out tiles; all processes hear the same."""
        with self.average.lent():
            score = held_out.score(self.unet, self.own, self.difference_std, self.validation.members)
        return float(self.processes.mean(torch.tensor(score, dtype=torch.float64, device=self.device)).item())

    def best_guess(self) -> list[Tensor]:
        """The averaged weights, or the network's own where no average is kept."""
        return self.average.weights()

    @property
    def learning_rate(self) -> float:
        return float(self.optimiser.param_groups[0]["lr"])

    def draw_sheet(self, path: Path) -> None:
        with self.average.lent():
            write_forecast_sheet(path, self.unet, self.sampler, self.own, self.difference_std, self.sheet_rows)

    def states(self) -> States:
        return {
            "unet": dict(self.unet.state_dict()),
            "average": self.average.tensors(),
            "optimiser": optimiser_tensors(self.optimiser),
        }

    def restore(self, states: States) -> None:
        self.unet.load_state_dict(states["unet"])
        self.average.restore(states["average"])
        restore_optimiser(self.optimiser, states["optimiser"])


def set_learning_rate(optimiser: torch.optim.Optimizer, settings: ForecasterSettings, step: int) -> None:
    """Warm up, then follow a cosine down to a twentieth; or stay constant where the settings say so."""
    share = 1.0
    if not settings.is_learning_rate_constant:
        progress = 0.5 * (1 + math.cos(math.pi * step / max(1, settings.max_steps)))
        share = FINAL_LEARNING_RATE_SHARE + (1 - FINAL_LEARNING_RATE_SHARE) * progress
        share *= min(1.0, (step + 1) / WARM_UP_STEPS)
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * share


def forecaster_loss(
    unet: UNet2DModel,
    batch: PairBatch,
    settings: ForecasterSettings,
    difference_std: float,
    signal_power: Tensor,
    random: torch.Generator,
    part: slice,
) -> Tensor:
    """Loss of a batch under the objective of the settings, a scalar.

    Args:
        unet: in training.
        batch: of this process.
        settings: with the size of the whole batch.
        difference_std: what the target is divided by, in 0..1.
        signal_power: float32, (timestep,); of the schedule, where the network lies.
        random: of noise and time steps.
        part: of the whole batch that `batch` is.
    """
    device = signal_power.device
    truth = (batch.difference / difference_std).to(device)
    condition = make_condition(
        unet, settings.condition_layout, batch.image.to(device), batch.years.to(device), batch.gsd_m.to(device)
    )
    count, last = len(truth), len(signal_power) - 1

    def noise() -> Tensor:
        # drawn for the whole batch, so that several processes see what one would
        whole: Any = (settings.batch_size, *truth.shape[1:])
        field = batch_noise(random, settings.noise, whole)[part].to(device)
        return to_network(field, settings.change_grid)

    shown = to_network(truth, settings.change_grid)
    if settings.objective in ("one_step", "regression"):
        # all is noise at the last step, where velocity is the clean field with its sign turned
        terminal = torch.full((count,), last, device=device)
        if settings.objective == "regression":
            return mse_loss(-call_unet(unet, torch.zeros_like(shown), terminal, condition).float(), shown)
        first, second = (
            from_network(-call_unet(unet, noise(), terminal, condition).float(), settings.change_grid) for _ in range(2)
        )
        with in_float32(device):
            return _score(first, second, truth, settings)
    # the authors draw from 0..98 (randint excludes its upper end)
    steps = last if settings.objective == "epsilon" else last + 1
    timestep = torch.randint(0, steps, (settings.batch_size,), generator=random)[part].to(device)
    power = signal_power[timestep].view(-1, 1, 1, 1)
    drawn = noise()
    predicted = call_unet(unet, power.sqrt() * shown + (1 - power).sqrt() * drawn, timestep, condition).float()
    if settings.objective == "epsilon":
        return mse_loss(predicted, drawn)
    velocity = power.sqrt() * drawn - (1 - power).sqrt() * shown
    ratio = power / (1 - power)
    weight = ratio.clamp(max=SNR_LIMIT) / (ratio + 1)
    # zero terminal SNR would weigh the last step with nothing, and the sampler starts there
    weight = torch.where(power < 1e-3, 1.0, weight)
    return (weight * (predicted - velocity).square()).mean()


def _score(first: Tensor, second: Tensor, truth: Tensor, settings: ForecasterSettings) -> Tensor:
    """Score two members; of pixels their cells as well, so that wide changes count as they would there."""
    score = joint_score(first, second, truth, settings.fairness)
    if settings.change_grid == "cells":
        return score
    return score + joint_score(coarsen(first), coarsen(second), coarsen(truth), settings.fairness)
