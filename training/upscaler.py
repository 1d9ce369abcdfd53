"""Training of the ESRGAN: mean absolute error first, then against a discriminator."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor
from torch.nn.functional import l1_loss

from ..core.device import autocast
from ..core.errors import TrainingError
from ..core.model.condition import coarsen
from ..core.model.rrdb import UPSCALE, RRDBNet
from .checkpoint import load_checkpoint, optimiser_tensors, restore_optimiser, save_checkpoint
from .curves import Curve
from .discriminator import PatchDiscriminator, discriminator_loss, feature_loss, generator_loss
from .samples import ChipSampler
from .settings import TrainingSettings, UpscalerSettings

WARM_UP_STEPS = 50
MAX_GRADIENT_NORM = 1.0
MAX_BAD_STEPS = 20
ADAM_BETAS = (0.9, 0.99)

log = logging.getLogger(__name__)


class _Networks:
    """Both networks of the training, their optimisers and the average, saved and restored as one."""

    def __init__(self, settings: UpscalerSettings, device: torch.device) -> None:
        self.generator = RRDBNet(
            blocks=settings.blocks, channels=settings.channels, has_bicubic_base=settings.has_bicubic_base
        ).to(device, memory_format=torch.channels_last)
        self.judge = PatchDiscriminator().to(device)
        self.average = EMAModel(self.generator.parameters(), decay=settings.ema_decay, use_ema_warmup=True, power=0.75)
        self.optimiser = torch.optim.Adam(self.generator.parameters(), settings.learning_rate, betas=ADAM_BETAS)
        self.judge_optimiser = torch.optim.Adam(self.judge.parameters(), settings.learning_rate, betas=ADAM_BETAS)

    def states(self) -> dict[str, dict[str, Tensor]]:
        average = {f"{index:04d}": value for index, value in enumerate(self.average.shadow_params)}
        return {
            "generator": dict(self.generator.state_dict()),
            "judge": dict(self.judge.state_dict()),
            "average": {**average, "step": torch.tensor(self.average.optimization_step)},
            "optimiser": optimiser_tensors(self.optimiser),
            "judge-optimiser": optimiser_tensors(self.judge_optimiser),
        }

    def restore(self, groups: dict[str, dict[str, Tensor]]) -> None:
        self.generator.load_state_dict(groups["generator"])
        self.judge.load_state_dict(groups["judge"])
        saved = groups["average"]
        device = next(self.generator.parameters()).device
        count = len(self.average.shadow_params)
        self.average.shadow_params = [saved[f"{index:04d}"].to(device) for index in range(count)]
        self.average.optimization_step = int(saved["step"])
        restore_optimiser(self.optimiser, groups["optimiser"])
        restore_optimiser(self.judge_optimiser, groups["judge-optimiser"])


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
    networks = _Networks(own, device)
    found = load_checkpoint(folder, facts)
    done = 0
    if found is not None:
        done, groups = found
        networks.restore(groups)
        log.info("%s: going on at step %d", folder, done)
    curve, bad_steps = Curve(folder / "loss.csv", done), 0
    for step in range(done, own.max_steps):
        fine = sampler.batch(step, own.batch_size, own.coarse_px * UPSCALE).to(device)
        _set_learning_rate(networks, own, step)
        with autocast(device, precision):
            loss = _step(networks, fine, own, is_adversarial=step >= own.adversarial_from_step)
        if loss is not None:
            curve.add(step, loss)
        else:
            bad_steps += 1
            if bad_steps > MAX_BAD_STEPS:
                raise TrainingError(
                    f"the loss was not finite in {bad_steps} steps up to {step}; lower upscaler.learning_rate. "
                    f"The last good checkpoint stays in {folder}"
                )
        on_step(step + 1, math.nan if loss is None else loss)
        if (step + 1) % settings.checkpoint_every == 0 or step + 1 == own.max_steps:
            save_checkpoint(folder, step + 1, networks.states(), facts)
    networks.average.copy_to(networks.generator.parameters())
    generator: RRDBNet = networks.generator.eval()
    return generator


def _step(networks: _Networks, fine: Tensor, settings: UpscalerSettings, is_adversarial: bool) -> float | None:
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
    if not _descend(networks.optimiser, loss, networks.generator):
        return None
    networks.average.step(networks.generator.parameters())
    if is_adversarial:
        real_rating, _ = networks.judge(fine)
        drawn_rating, _ = networks.judge(drawn.detach())
        judgement = discriminator_loss(real_rating.float(), drawn_rating.float())
        if not _descend(networks.judge_optimiser, judgement, networks.judge):
            return None
    return float(loss.item())


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor, network: torch.nn.Module) -> bool:
    """Take one step, unless loss or gradient is not finite; whether it was taken comes back."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
    is_finite = bool(torch.isfinite(loss) and torch.isfinite(norm))
    if is_finite:
        optimiser.step()
    return is_finite


def _set_learning_rate(networks: _Networks, settings: UpscalerSettings, step: int) -> None:
    """Warm up, hold, and fall linearly to a tenth over the last third."""
    remaining = (settings.max_steps - step) / max(1, settings.max_steps / 3)
    share = min(1.0, (step + 1) / WARM_UP_STEPS, max(0.1, remaining))
    for optimiser in (networks.optimiser, networks.judge_optimiser):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * share
