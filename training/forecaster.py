"""Training of the UNet, from top to bottom: set up, step, save."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DModel
from diffusers.training_utils import EMAModel
from torch import Tensor
from torch.nn.functional import mse_loss

from ..core.device import autocast
from ..core.errors import TrainingError
from ..core.forecast.sampler import make_schedule
from ..core.model.denoiser import call_unet, make_condition
from ..core.model.unet import build_unet
from ..core.noise import batch_noise
from .checkpoint import load_checkpoint, optimiser_tensors, restore_optimiser, save_checkpoint
from .curves import Curve
from .samples import PairBatch, PairSampler
from .scores import joint_score
from .settings import ForecasterSettings, TrainingSettings

WARM_UP_STEPS = 100
FINAL_LEARNING_RATE_SHARE = 0.05
MAX_GRADIENT_NORM = 1.0
MAX_BAD_STEPS = 20
SNR_LIMIT = 5.0
"""Hang et al. 2023, Min-SNR weighting, gamma."""

log = logging.getLogger(__name__)


def train_forecaster(
    settings: TrainingSettings,
    sampler: PairSampler,
    difference_std: float,
    folder: Path,
    facts: dict[str, Any],
    device: torch.device,
    precision: torch.dtype,
    on_step: Callable[[int, float], None],
) -> UNet2DModel:
    """Train a UNet, or go on where the newest checkpoint in `folder` stands; the averaged network is returned.

    Args:
        settings: of the whole training.
        sampler: of the pairs.
        difference_std: standard deviation of the target in 0..1, which it is divided by.
        folder: for checkpoints and the curve.
        facts: what a resumed run must have in common with the one before.
        device: where to train.
        precision: of the matrix work; weights and loss stay float32.
        on_step: called with the steps done and the loss.

    Raises:
        TrainingError: the loss stayed non-finite; the last good checkpoint is kept.
    """
    own = settings.forecaster
    torch.manual_seed(settings.seed)
    unet = build_unet(own.unet).to(device)
    average = EMAModel(unet.parameters(), decay=own.ema_decay, use_ema_warmup=True, power=0.75)
    optimiser = torch.optim.AdamW(unet.parameters(), own.learning_rate, weight_decay=own.weight_decay)
    signal_power = make_schedule(own.objective).alphas_cumprod.to(device)
    done = _resume(folder, facts, unet, average, optimiser)
    curve, bad_steps = Curve(folder / "loss.csv", done), 0
    for step in range(done, own.max_steps):
        batch = sampler.batch(step, own.batch_size)
        random = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        set_learning_rate(optimiser, own, step)
        with autocast(device, precision):
            loss = _loss(unet, batch, own, difference_std, signal_power, random)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(unet.parameters(), MAX_GRADIENT_NORM)
        if torch.isfinite(loss) and torch.isfinite(norm):
            optimiser.step()
            average.step(unet.parameters())
            curve.add(step, loss.item())
        else:
            bad_steps += 1
            if bad_steps > MAX_BAD_STEPS:
                raise TrainingError(
                    f"the loss was not finite in {bad_steps} steps up to {step}; lower learning_rate. "
                    f"The last good checkpoint stays in {folder}"
                )
        on_step(step + 1, loss.item())
        if (step + 1) % settings.checkpoint_every == 0 or step + 1 == own.max_steps:
            states = {
                "unet": dict(unet.state_dict()),
                "average": _average_tensors(average),
                "optimiser": optimiser_tensors(optimiser),
            }
            save_checkpoint(folder, step + 1, states, facts)
    if own.ema_decay:
        average.copy_to(unet.parameters())
    return unet.eval()


def set_learning_rate(optimiser: torch.optim.Optimizer, settings: ForecasterSettings, step: int) -> None:
    """Warm up, then follow a cosine down to a twentieth; or stay constant where the settings say so."""
    share = 1.0
    if not settings.is_learning_rate_constant:
        progress = 0.5 * (1 + math.cos(math.pi * step / max(1, settings.max_steps)))
        share = FINAL_LEARNING_RATE_SHARE + (1 - FINAL_LEARNING_RATE_SHARE) * progress
        share *= min(1.0, (step + 1) / WARM_UP_STEPS)
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * share


def _loss(
    unet: UNet2DModel,
    batch: PairBatch,
    settings: ForecasterSettings,
    difference_std: float,
    signal_power: Tensor,
    random: torch.Generator,
) -> Tensor:
    device = signal_power.device
    truth = (batch.difference / difference_std).to(device)
    condition = make_condition(
        unet, settings.condition_layout, batch.image.to(device), batch.years.to(device), batch.gsd_m.to(device)
    )
    count, last = len(truth), len(signal_power) - 1

    def noise() -> Tensor:
        return batch_noise(random, settings.noise, tuple(truth.shape)).to(device)  # type: ignore[arg-type]

    if settings.objective == "one_step":
        terminal = torch.full((count,), last, device=device)
        first, second = (-call_unet(unet, noise(), terminal, condition).float() for _ in range(2))
        return joint_score(first, second, truth)
    # the authors draw from 0..98 (randint excludes its upper end)
    steps = last if settings.objective == "epsilon" else last + 1
    timestep = torch.randint(0, steps, (count,), generator=random).to(device)
    power = signal_power[timestep].view(-1, 1, 1, 1)
    drawn = noise()
    predicted = call_unet(unet, power.sqrt() * truth + (1 - power).sqrt() * drawn, timestep, condition).float()
    if settings.objective == "epsilon":
        return mse_loss(predicted, drawn)
    velocity = power.sqrt() * drawn - (1 - power).sqrt() * truth
    ratio = power / (1 - power)
    weight = ratio.clamp(max=SNR_LIMIT) / (ratio + 1)
    # zero terminal SNR would weigh the last step with nothing, and the sampler starts there
    weight = torch.where(power < 1e-3, 1.0, weight)
    return (weight * (predicted - velocity).square()).mean()


def _resume(
    folder: Path, facts: dict[str, Any], unet: UNet2DModel, average: EMAModel, optimiser: torch.optim.Optimizer
) -> int:
    found = load_checkpoint(folder, facts)
    if found is None:
        return 0
    step, groups = found
    unet.load_state_dict(groups["unet"])
    device = next(unet.parameters()).device
    saved = groups["average"]
    average.shadow_params = [saved[f"{index:04d}"].to(device) for index in range(len(average.shadow_params))]
    average.optimization_step = int(saved["step"])
    restore_optimiser(optimiser, groups["optimiser"])
    log.info("%s: going on at step %d", folder, step)
    return step


def _average_tensors(average: EMAModel) -> dict[str, Tensor]:
    tensors = {f"{index:04d}": value for index, value in enumerate(average.shadow_params)}
    return {**tensors, "step": torch.tensor(average.optimization_step)}
