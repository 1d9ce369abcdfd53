"""The loop that both trainings run in: step, curve, checkpoint, and going on after a kill or a request to stop."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from ..core.errors import TrainingError
from .checkpoint import PREFIX, checkpoint_folders, load_checkpoint, save_checkpoint
from .curves import Curve
from .processes import ALONE, Processes
from .stopping import StopRequest, TrainingStoppedError, deferred_stops
from .validation import Watch

MAX_BAD_STEPS, LATE_STEPS = 20, 200
"""A training ends where so many of its last steps were not finite; a few in a long one are passed over."""
MAX_GRADIENT_NORM = 1.0
SHEETS = "sheets"
BEST = "best"
"""Group of a checkpoint that holds what validation found best."""

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

    @property
    def device(self) -> torch.device:
        """Where the networks lie."""

    @property
    def learning_rate(self) -> float:
        """Of the last step."""

    def draw_sheet(self, path: Path) -> None:
        """Draw what the averaged network makes of a few samples, without any effect on the training."""


@dataclass(frozen=True)
class LoopPlan:
    """How long to train, and what to keep.

    Attributes:
        folder: for checkpoints and the curve.
        facts: what a resumed run must have in common with the one before.
        max_steps: steps in all.
        checkpoint_every: steps between checkpoints; the last step always makes one.
        learning_rate_setting: name of the setting to lower when the loss is not finite.
        on_step: called with the steps done and the loss; may raise KeyboardInterrupt to stop the training.
        has_sheets: whether a sheet of pictures is drawn with each checkpoint.
        has_tensorboard: whether curves are written for TensorBoard as well.
        processes: those that train together.
        watch: measures on held-out pairs, keeps the best weights and may end the training; None for none.
    """

    folder: Path
    facts: dict[str, Any]
    max_steps: int
    checkpoint_every: int
    learning_rate_setting: str
    on_step: Callable[[int, float], None]
    has_sheets: bool = False
    has_tensorboard: bool = False
    processes: Processes = ALONE
    watch: Watch | None = None

    def save(self, step: int, trainee: Trainee) -> None:
        """Write the checkpoint of a step, and its sheet; the first process does so for all."""
        if self.processes.is_first:
            states = dict(trainee.states())
            if self.watch is not None:
                states[BEST] = self.watch.tensors()
            save_checkpoint(self.folder, step, states, self.facts)
            if self.has_sheets:
                trainee.draw_sheet(self.folder / SHEETS / f"{PREFIX}{step:07d}.png")
        self.processes.wait()

    def log(self, step: int, loss: float | None, curve: Curve | None, learning_rate: float) -> None:
        """Note the loss of a step, if it was finite."""
        if loss is not None and curve is not None:
            curve.add(step, loss, learning_rate)

    def look(self, step: int, curve: Curve | None) -> None:
        """Measure on held-out pairs where that is due after so many steps."""
        if self.watch is None or not self.watch.is_due(step, self.max_steps):
            return
        score = self.watch.look(step)
        if curve is not None:
            curve.add_score(step, score)

    @property
    def is_over(self) -> bool:
        """Whether measurements say that going on is of no use."""
        return self.watch is not None and self.watch.is_over


def run_loop(trainee: Trainee, plan: LoopPlan) -> None:
    """Train, or go on where the newest checkpoint stands.

    Raises:
        TrainingError: too many steps were not finite, or the checkpoint belongs to another run; the last good
            checkpoint is kept.
        TrainingStoppedError: Ctrl-C, SIGTERM or `on_step` asked for it; a checkpoint of the last step was written.
    """
    done = _restore(trainee, plan)
    curve = Curve(plan.folder / "loss.csv", done, plan.has_tensorboard) if plan.processes.is_first else None
    try:
        with deferred_stops() as asked:
            done = _take_steps(trainee, plan, done, curve, asked)
    finally:
        if curve is not None:
            curve.close()
    if plan.watch is not None and plan.processes.is_first:
        plan.watch.write_summary(plan.folder, done)


def _kept(folder: Path) -> str:
    """What is left of a training that came to nothing."""
    newest = max(checkpoint_folders(folder), key=lambda path: path.name, default=None)
    return "No checkpoint was written yet" if newest is None else f"The last good checkpoint stays: {newest}"


def _restore(trainee: Trainee, plan: LoopPlan) -> int:
    """Go back to the newest checkpoint; the steps done come back."""
    found = load_checkpoint(plan.folder, plan.facts)
    if found is None:
        return 0
    done, states = found
    trainee.restore(states)
    if plan.watch is not None:
        plan.watch.restore(states[BEST])
    log.info("%s: going on at step %d", plan.folder, done)
    return done


def _take_steps(trainee: Trainee, plan: LoopPlan, done: int, curve: Curve | None, asked: StopRequest) -> int:
    """Take the steps that are left; the number of all that were taken comes back."""
    were_bad: deque[bool] = deque(maxlen=LATE_STEPS)
    if done == 0:
        plan.look(0, curve)
    for step in range(done, plan.max_steps):
        if plan.is_over:
            return step
        loss = trainee.take_step(step)
        plan.log(step, loss, curve, trainee.learning_rate)
        were_bad.append(loss is None)
        if sum(were_bad) > MAX_BAD_STEPS:
            raise TrainingError(
                f"the loss was not finite in {sum(were_bad)} of the last {len(were_bad)} steps, up to {step}; "
                f"lower {plan.learning_rate_setting}. {_kept(plan.folder)}"
            )
        try:
            plan.on_step(step + 1, math.nan if loss is None else loss)
        except KeyboardInterrupt:
            asked.is_made = True
        plan.look(step + 1, curve)
        is_last = step + 1 == plan.max_steps or plan.is_over
        is_stopping = plan.processes.any(asked.is_made, trainee.device) and not is_last
        if (step + 1) % plan.checkpoint_every == 0 or is_last or is_stopping:
            plan.save(step + 1, trainee)
        if is_stopping or (is_last and asked.is_made):
            raise TrainingStoppedError(f"stopped as asked after step {step + 1}; --resume goes on there")
    return plan.max_steps


def descend(
    optimiser: torch.optim.Optimizer, loss: Tensor, network: torch.nn.Module, processes: Processes = ALONE
) -> bool:
    """Take one step, unless loss or gradient is not finite; whether it was taken comes back.

    Of several processes all take it or none, for all see the same mean of their gradients.
    """
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    processes.average_gradients(network)
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
    is_finite = bool(torch.isfinite(processes.mean(loss.detach())) and torch.isfinite(norm))
    if is_finite:
        optimiser.step()
    return is_finite
