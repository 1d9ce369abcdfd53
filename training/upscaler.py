"""Training of the ESRGAN: mean absolute error first, then against a discriminator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import l1_loss

from ..core.device import autocast
from ..core.model.condition import coarsen
from ..core.model.rrdb import UPSCALE, RRDBNet
from .checkpoint import optimiser_tensors, restore_optimiser
from .discriminator import PatchDiscriminator, discriminator_loss, feature_loss, generator_loss
from .loop import LoopPlan, States, average_tensors, descend, make_average, restore_average, run_loop
from .samples import ChipSampler
from .settings import TrainingSettings, UpscalerSettings

WARM_UP_STEPS = 50
ADAM_BETAS = (0.9, 0.99)


def train_upscaler(
    settings: TrainingSettings,
    sampler: ChipSampler,
    folder: Path,
    facts: dict[str, Any],
    device: torch.device,
    precision: torch.dtype,
    on_step: Callable[[int, float], None],
) -> RRDBNet:
    """Train an upscaler, or go on at the newest checkpoint in `folder`; the averaged network is returned.

    The arguments are those of `train_forecaster`.

    Raises:
        TrainingError: the loss stayed non-finite; the last good checkpoint is kept.
    """
    own = settings.upscaler
    torch.manual_seed(settings.seed)
    trainee = _Upscaling(own, sampler, device, precision)
    rate = "upscaler.learning_rate"
    run_loop(trainee, LoopPlan(folder, facts, own.max_steps, settings.checkpoint_every, rate, on_step))
    trainee.average.copy_to(trainee.generator.parameters())
    generator: RRDBNet = trainee.generator.eval()
    return generator


class _Upscaling:
    """The generator in training, and the judge that it is trained against."""

    def __init__(
        self, settings: UpscalerSettings, sampler: ChipSampler, device: torch.device, precision: torch.dtype
    ) -> None:
        self.own, self.sampler, self.device, self.precision = settings, sampler, device, precision
        self.generator = RRDBNet(
            blocks=settings.blocks, channels=settings.channels, has_bicubic_base=settings.has_bicubic_base
        ).to(device, memory_format=torch.channels_last)
        self.judge = PatchDiscriminator().to(device)
        self.average = make_average(self.generator, settings.ema_decay)
        self.optimiser = torch.optim.Adam(self.generator.parameters(), settings.learning_rate, betas=ADAM_BETAS)
        self.judge_optimiser = torch.optim.Adam(self.judge.parameters(), settings.learning_rate, betas=ADAM_BETAS)

    def take_step(self, step: int) -> float | None:
        fine = self.sampler.batch(step, self.own.batch_size, self.own.coarse_px * UPSCALE).to(self.device)
        _set_learning_rate(self, self.own, step)
        with autocast(self.device, self.precision):
            return _step(self, fine, self.own, is_adversarial=step >= self.own.adversarial_from_step)

    def states(self) -> States:
        return {
            "generator": dict(self.generator.state_dict()),
            "judge": dict(self.judge.state_dict()),
            "average": average_tensors(self.average),
            "optimiser": optimiser_tensors(self.optimiser),
            "judge-optimiser": optimiser_tensors(self.judge_optimiser),
        }

    def restore(self, states: States) -> None:
        self.generator.load_state_dict(states["generator"])
        self.judge.load_state_dict(states["judge"])
        restore_average(self.average, states["average"])
        restore_optimiser(self.optimiser, states["optimiser"])
        restore_optimiser(self.judge_optimiser, states["judge-optimiser"])


def _step(networks: _Upscaling, fine: Tensor, settings: UpscalerSettings, is_adversarial: bool) -> float | None:
    """One step of the generator, and of the judge where there is one; None where a loss is not finite."""
    fine = fine.to(memory_format=torch.channels_last)
    coarse = coarsen(fine)
    drawn = networks.generator(coarse).float()
    loss = l1_loss(drawn, fine) + l1_loss(coarsen(drawn), coarse)
    if is_adversarial:
        networks.judge.requires_grad_(False)
        real_rating, real_features = networks.judge(fine)
        drawn_rating, drawn_features = networks.judge(drawn)
        loss = loss + settings.adversarial_weight * generator_loss(real_rating.float(), drawn_rating.float())
        loss = loss + settings.feature_weight * feature_loss(real_features, drawn_features)
        networks.judge.requires_grad_(True)
    if not descend(networks.optimiser, loss, networks.generator):
        return None
    networks.average.step(networks.generator.parameters())
    if is_adversarial:
        real_rating, _ = networks.judge(fine)
        drawn_rating, _ = networks.judge(drawn.detach())
        judgement = discriminator_loss(real_rating.float(), drawn_rating.float())
        if not descend(networks.judge_optimiser, judgement, networks.judge):
            return None
    return float(loss.item())


def _set_learning_rate(networks: _Upscaling, settings: UpscalerSettings, step: int) -> None:
    """Warm up, hold, and fall linearly to a tenth over the last third."""
    remaining = (settings.max_steps - step) / max(1, settings.max_steps / 3)
    share = min(1.0, (step + 1) / WARM_UP_STEPS, max(0.1, remaining))
    for optimiser in (networks.optimiser, networks.judge_optimiser):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * share
