"""Training of the ESRGAN: mean absolute error and features, then against a judge of one of two kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import l1_loss

from ..core.device import autocast, in_float32
from ..core.model.condition import coarsen
from ..core.model.rrdb import UPSCALE, RRDBNet
from .average import WeightAverage
from .checkpoint import optimiser_tensors, restore_optimiser
from .critic import WassersteinCritic, critic_loss
from .discriminator import PatchDiscriminator, discriminator_loss, feature_loss, generator_loss
from .loop import LoopPlan, States, descend, run_loop
from .perceptual import PerceptualLoss
from .preview import write_upscaled_sheet
from .processes import ALONE, Processes
from .samples import ChipSampler
from .settings import TrainingSettings, UpscalerSettings
from .spectrum import spectral_loss

WARM_UP_STEPS = 50


def train_upscaler(
    settings: TrainingSettings,
    sampler: ChipSampler,
    folder: Path,
    facts: dict[str, Any],
    device: torch.device,
    precision: torch.dtype,
    on_step: Callable[[int, float], None],
    processes: Processes = ALONE,
    start: RRDBNet | None = None,
) -> RRDBNet:
    """Train an upscaler, or go on at the newest checkpoint in `folder`; the averaged network is returned.

    The arguments are those of `train_forecaster`; `start` is the upscaler to go on with.

    Raises:
        TrainingError: the loss stayed non-finite; the last good checkpoint is kept.
        TrainingStoppedError: it was asked to stop; a checkpoint of the last step was written.
        RequestError: the weights of the perceptual loss cannot be used.
    """
    own = settings.upscaler
    torch.manual_seed(settings.seed)
    trainee = Upscaling(settings, sampler, device, precision, processes, start)
    plan = LoopPlan(
        folder, facts, own.max_steps, settings.checkpoint_every, "upscaler.learning_rate", on_step,
        bool(settings.sheet_rows), settings.is_logging_tensorboard, processes,
    )  # fmt: skip
    run_loop(trainee, plan)
    trainee.average.give()
    generator: RRDBNet = trainee.generator.eval()
    return generator


class Upscaling:
    """The generator in training, and the judge that it is trained against."""

    def __init__(
        self,
        settings: TrainingSettings,
        sampler: ChipSampler | None,
        device: torch.device,
        precision: torch.dtype,
        processes: Processes,
        start: RRDBNet | None = None,
    ) -> None:
        own = settings.upscaler
        self.own, self.sampler, self.device, self.precision = own, sampler, device, precision
        self.seed, self.sheet_rows, self.processes = settings.seed, settings.sheet_rows, processes
        generator = start or RRDBNet(blocks=own.blocks, channels=own.channels, has_bicubic_base=own.has_bicubic_base)
        self.generator = generator.to(device, memory_format=torch.channels_last)
        self.judge = make_judge(own).to(device)
        self.perceptual = PerceptualLoss(Path(own.perceptual_weights)).to(device) if own.perceptual_weights else None
        self.average = WeightAverage(self.generator, own.ema_decay)
        betas = (own.adam_betas[0], own.adam_betas[1])
        self.optimiser = torch.optim.Adam(self.generator.parameters(), own.learning_rate, betas=betas)
        self.judge_optimiser = torch.optim.Adam(self.judge.parameters(), own.learning_rate, betas=betas)

    def take_step(self, step: int) -> float | None:
        """Take one step of generator and judge; its loss, or None where it was not finite."""
        side_px = self.own.coarse_px * UPSCALE
        assert self.sampler is not None, "only a rehearsal has no images"
        fine = self.sampler.batch(step, self.own.batch_size, side_px, self.processes.part).to(self.device)
        _set_learning_rate(self, self.own, step)
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        with autocast(self.device, self.precision):
            return _step(self, fine, random, is_adversarial=step >= self.own.adversarial_from_step)

    @property
    def learning_rate(self) -> float:
        """Of the last step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def draw_sheet(self, path: Path) -> None:
        """Draw what the averaged generator makes of a few samples."""
        assert self.sampler is not None, "only a rehearsal has no images"
        fine = self.sampler.batch(0, self.sheet_rows, self.own.coarse_px * UPSCALE)
        with self.average.lent():
            write_upscaled_sheet(path, self.generator, fine)

    def states(self) -> States:
        """All that a resumed run needs."""
        return {
            "generator": dict(self.generator.state_dict()),
            "judge": dict(self.judge.state_dict()),
            "average": self.average.tensors(),
            "optimiser": optimiser_tensors(self.optimiser),
            "judge-optimiser": optimiser_tensors(self.judge_optimiser),
        }

    def restore(self, states: States) -> None:
        """Undo `states`."""
        self.generator.load_state_dict(states["generator"])
        self.judge.load_state_dict(states["judge"])
        self.average.restore(states["average"])
        restore_optimiser(self.optimiser, states["optimiser"])
        restore_optimiser(self.judge_optimiser, states["judge-optimiser"])


def _step(networks: Upscaling, fine: Tensor, random: torch.Generator, is_adversarial: bool) -> float | None:
    """One step of the generator, and of the judge where there is one; None where a loss is not finite."""
    fine = fine.to(memory_format=torch.channels_last)
    loss, drawn = _generator_losses(networks, fine, is_adversarial)
    if not descend(networks.optimiser, loss, networks.generator, networks.processes):
        return None
    networks.average.step()
    if is_adversarial:
        judgement = _judgement(networks, drawn.detach(), fine, random)
        if not descend(networks.judge_optimiser, judgement, networks.judge, networks.processes):
            return None
    return float(networks.processes.mean(loss.detach()).item())


def rehearse_losses(networks: Upscaling, fine: Tensor, is_adversarial: bool) -> Tensor:
    """Compute all losses of a step without taking it; the last one comes back.

    Args:
        networks: in training.
        fine: float32, (n, 3, y, x) in 0..1.
        is_adversarial: whether there is a judge.
    """
    loss, drawn = _generator_losses(networks, fine, is_adversarial)
    if not is_adversarial:
        return loss
    seen = drawn.detach()
    del loss, drawn
    return _judgement(networks, seen, fine, torch.Generator().manual_seed(0))


def _generator_losses(networks: Upscaling, fine: Tensor, is_adversarial: bool) -> tuple[Tensor, Tensor]:
    """Loss of the generator, and what it drew."""
    coarse = coarsen(fine)
    drawn = networks.generator(coarse).float()
    loss = _faithfulness(networks, drawn, fine, coarse)
    if is_adversarial:
        if networks.own.spectral_weight:
            # before, what there is of detail lies at wrong places, and is better not made stronger
            with in_float32(networks.device):
                loss = loss + networks.own.spectral_weight * spectral_loss(drawn, fine)
        networks.judge.requires_grad_(False)
        loss = loss + _persuasion(networks, drawn, fine)
        networks.judge.requires_grad_(True)
    return loss, drawn


def _faithfulness(networks: Upscaling, drawn: Tensor, fine: Tensor, coarse: Tensor) -> Tensor:
    """How far the drawn image is from the real one: pixels, cells, features where weights are given."""
    own = networks.own
    pixels = l1_loss(drawn, fine)
    loss = own.l1_weight * pixels + own.low_pass_weight * l1_loss(coarsen(drawn), coarse)
    # without features nothing but the pixels would hold the image to the real one
    features = pixels if networks.perceptual is None else networks.perceptual(drawn, fine).float()
    return loss + own.perceptual_weight * features


def _persuasion(networks: Upscaling, drawn: Tensor, fine: Tensor) -> Tensor:
    """How little the judge takes the drawn image for a real one."""
    own = networks.own
    if own.adversarial_kind == "wasserstein":
        rating: Tensor = networks.judge(drawn).float()
        return -own.adversarial_weight * rating.mean()
    real_rating, real_features = networks.judge(fine)
    drawn_rating, drawn_features = networks.judge(drawn)
    loss = own.adversarial_weight * generator_loss(real_rating.float(), drawn_rating.float())
    return loss + own.feature_weight * feature_loss(real_features, drawn_features)


def _judgement(networks: Upscaling, drawn: Tensor, fine: Tensor, random: torch.Generator) -> Tensor:
    """How badly the judge tells real from drawn."""
    own = networks.own
    if own.adversarial_kind == "relativistic":
        real_rating, _ = networks.judge(fine)
        drawn_rating, _ = networks.judge(drawn)
        return discriminator_loss(real_rating.float(), drawn_rating.float())
    share = torch.rand(own.batch_size, 1, 1, 1, generator=random)[networks.processes.part].to(networks.device)
    # the slope's own gradient needs the range of fp32
    with in_float32(networks.device):
        return critic_loss(networks.judge, fine, drawn, own.gradient_penalty_weight, share)


def make_judge(settings: UpscalerSettings) -> torch.nn.Module:
    """The untrained judge of the kind that the settings name."""
    if settings.adversarial_kind == "wasserstein":
        return WassersteinCritic(settings.critic_channels)
    return PatchDiscriminator()


def _set_learning_rate(networks: Upscaling, settings: UpscalerSettings, step: int) -> None:
    """Warm up, hold, and fall linearly to a tenth over the last third."""
    remaining = (settings.max_steps - step) / max(1, settings.max_steps / 3)
    share = min(1.0, (step + 1) / WARM_UP_STEPS, max(0.1, remaining))
    if settings.is_learning_rate_constant:
        share = 1.0
    for optimiser in (networks.optimiser, networks.judge_optimiser):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * share
