"""One small step of each network, so that its memory can be counted before the first real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from ..core.device import autocast
from ..core.forecast.sampler import make_schedule
from ..core.lattice import COARSE_PX, TILE_PX
from ..core.model.rrdb import UPSCALE
from ..core.model.unet import build_unet
from .forecaster import forecaster_loss
from .memory import StepMemory, count_step
from .processes import Processes
from .samples import PairBatch
from .settings import Stage, TrainingSettings
from .upscaler import Upscaling, rehearse_losses

CPU = torch.device("cpu")


def rehearse(stage: Stage, settings: TrainingSettings, precision: torch.dtype, processes: Processes) -> StepMemory:
    """Count the memory of a step of one kind of network, as this process takes it, by a small one on the CPU.

    Args:
        stage: of which network.
        settings: of the training.
        precision: of the matrix work.
        processes: those that train together; each takes its part of a batch.
    """
    with _undisturbed():
        if stage == "forecaster":
            return _rehearse_forecaster(settings, precision, processes)
        return _rehearse_upscaler(settings, precision, processes)


def _rehearse_forecaster(settings: TrainingSettings, precision: torch.dtype, processes: Processes) -> StepMemory:
    own = settings.forecaster
    unet, power = build_unet(own.unet), make_schedule(own.objective).alphas_cumprod
    side = COARSE_PX if own.change_grid == "cells" else TILE_PX

    def loss(samples: int) -> Tensor:
        batch = PairBatch(
            torch.zeros(samples, 3, TILE_PX, TILE_PX), torch.zeros(samples, 3, side, side), torch.ones(samples),
            torch.ones(samples),
        )  # fmt: skip
        smaller, random = replace(own, batch_size=samples), torch.Generator().manual_seed(0)
        with autocast(CPU, precision):
            return forecaster_loss(unet, batch, smaller, 1.0, power, random, slice(None))

    return count_step("forecaster", [unet], [], bool(own.ema_decay), _share(own.batch_size, processes), loss)


def _rehearse_upscaler(settings: TrainingSettings, precision: torch.dtype, processes: Processes) -> StepMemory:
    own = settings.upscaler
    networks = Upscaling(settings, None, CPU, precision, Processes())
    is_adversarial = own.adversarial_from_step < own.max_steps

    def loss(samples: int) -> Tensor:
        fine = torch.zeros(samples, 3, *(own.coarse_px * UPSCALE,) * 2)
        networks.own = replace(own, batch_size=samples)
        with autocast(CPU, precision):
            return rehearse_losses(networks, fine, is_adversarial)

    trained = [networks.generator, *([networks.judge] if is_adversarial else [])]
    frozen = [] if networks.perceptual is None else [networks.perceptual]
    return count_step("upscaler", trained, frozen, bool(own.ema_decay), _share(own.batch_size, processes), loss)


def _share(batch_size: int, processes: Processes) -> int:
    """The largest part of a batch that a process takes."""
    return -(-batch_size // processes.count)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Leave torch's own random numbers as they were."""
    with torch.random.fork_rng(devices=[]):
        yield
