"""The loop that both trainings run in: step, curve, checkpoint, and going on after a kill."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor

from ..core.errors import TrainingError
from .checkpoint import load_checkpoint, save_checkpoint
from .curves import Curve

MAX_BAD_STEPS = 20
MAX_GRADIENT_NORM = 1.0
AVERAGE_WARM_UP_POWER = 0.75

States = Mapping[str, Mapping[str, Tensor]]
"""Tensors by group and name, as a checkpoint holds them."""

log = logging.getLogger(__name__)


class Trainee(Protocol):
    """What is trained: networks, their optimisers and the average of their weights."""

    def take_step(self, step: int) -> float | None:
        """Take one step; its loss, or None where loss or gradient was not finite and the weights stay."""

    def states(self) -> States:
        """All that a resumed run needs."""

    def restore(self, states: States) -> None:
        """Undo `states`."""


@dataclass(frozen=True)
class LoopPlan:
    """How long to train, and what to keep.

    Attributes:
        folder: for checkpoints and the curve.
        facts: what a resumed run must have in common with the one before.
        max_steps: steps in all.
        checkpoint_every: steps between checkpoints; the last step always makes one.
        learning_rate_setting: name of the setting to lower when the loss is not finite.
        on_step: called with the steps done and the loss.
    """

    folder: Path
    facts: dict[str, Any]
    max_steps: int
    checkpoint_every: int
    learning_rate_setting: str
    on_step: Callable[[int, float], None]


def run_loop(trainee: Trainee, plan: LoopPlan) -> None:
    """Train, or go on where the newest checkpoint stands.

    Raises:
        TrainingError: too many steps were not finite, or the checkpoint belongs to another run; the last good
            checkpoint is kept.
    """
    done, bad_steps = 0, 0
    found = load_checkpoint(plan.folder, plan.facts)
    if found is not None:
        done, states = found
        trainee.restore(states)
        log.info("%s: going on at step %d", plan.folder, done)
    curve = Curve(plan.folder / "loss.csv", done)
    for step in range(done, plan.max_steps):
        loss = trainee.take_step(step)
        if loss is not None:
            curve.add(step, loss)
        else:
            bad_steps += 1
            if bad_steps > MAX_BAD_STEPS:
                raise TrainingError(
                    f"the loss was not finite in {bad_steps} steps up to {step}; lower {plan.learning_rate_setting}. "
                    f"The last good checkpoint stays in {plan.folder}"
                )
        plan.on_step(step + 1, math.nan if loss is None else loss)
        if (step + 1) % plan.checkpoint_every == 0 or step + 1 == plan.max_steps:
            save_checkpoint(plan.folder, step + 1, trainee.states(), plan.facts)


def descend(optimiser: torch.optim.Optimizer, loss: Tensor, network: torch.nn.Module) -> bool:
    """Take one step, unless loss or gradient is not finite; whether it was taken comes back."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
    is_finite = bool(torch.isfinite(loss) and torch.isfinite(norm))
    if is_finite:
        optimiser.step()
    return is_finite


def make_average(network: torch.nn.Module, decay: float) -> EMAModel:
    """An exponential moving average of a network's weights that follows fast in the beginning."""
    return EMAModel(network.parameters(), decay=decay, use_ema_warmup=True, power=AVERAGE_WARM_UP_POWER)


def average_tensors(average: EMAModel) -> dict[str, Tensor]:
    """The averaged weights by position, and the steps that they have seen."""
    tensors = {f"{index:04d}": value for index, value in enumerate(average.shadow_params)}
    return {**tensors, "step": torch.tensor(average.optimization_step)}


def restore_average(average: EMAModel, tensors: Mapping[str, Tensor]) -> None:
    """Undo `average_tensors`."""
    devices = [value.device for value in average.shadow_params]
    average.shadow_params = [tensors[f"{index:04d}"].to(device) for index, device in enumerate(devices)]
    average.optimization_step = int(tensors["step"])
