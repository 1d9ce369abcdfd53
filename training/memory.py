"""How much memory a step will take, counted on a small one before the first is taken."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ..core.errors import TrainingError

MARGIN = 0.2
"""Share on top for what no tensor shows: workspaces of convolutions, and blocks that do not fit together."""
COUNTED_BATCHES = (2, 4)
SIZES = {"forecaster": "forecaster.unet.block_channels", "upscaler": "upscaler.channels or upscaler.blocks"}
"""Settings that decide how large a network is."""


@dataclass(frozen=True)
class StepMemory:
    """Bytes that a network's training takes.

    Attributes:
        name: of the network, as its settings are called.
        batch_size: samples that this process takes of each step.
        weights: of all networks of the stage.
        gradients: of those that are trained.
        optimiser: both moments of each weight.
        average: of the weights, and a copy while it is looked at.
        activations_of_sample: what the loss holds for each sample.
        activations_of_step: what it holds besides.
    """

    name: str
    batch_size: int
    weights: int
    gradients: int
    optimiser: int
    average: int
    activations_of_sample: int
    activations_of_step: int

    @property
    def fixed(self) -> int:
        """Bytes that do not depend on the batch."""
        return self.weights + self.gradients + self.optimiser + self.average + self.activations_of_step

    @property
    def total(self) -> int:
        """Bytes of a step, with a margin."""
        return round((self.fixed + self.batch_size * self.activations_of_sample) * (1 + MARGIN))

    def fitting_batch(self, limit_bytes: int) -> int:
        """The largest batch that fits; below 1 where none does."""
        return int((limit_bytes / (1 + MARGIN) - self.fixed) // max(1, self.activations_of_sample))

    def as_dict(self) -> dict[str, Any]:
        """For the record."""
        return {**asdict(self), "total": self.total}


def count_step(
    name: str,
    trained: Sequence[torch.nn.Module],
    frozen: Sequence[torch.nn.Module],
    has_average: bool,
    batch_size: int,
    loss: Callable[[int], Tensor],
) -> StepMemory:
    """Count what training takes.

    Activations are the most bytes that live at once while the loss of a batch of two and of four samples is computed,
    tensors of the networks apart; both are lines on which larger batches lie. While gradients come, activations go, so
    the sum of all is an upper bound.

    Args:
        name: of the network.
        trained: networks that are trained; an optimiser keeps two moments of each.
        frozen: networks that only help.
        has_average: whether an average of the first one's weights is kept.
        batch_size: samples a step.
        loss: computes the loss of a batch of that many samples; on a CPU, in the precision of the training.
    """
    known = [tensor for network in (*trained, *frozen) for tensor in network.state_dict(keep_vars=True).values()]
    peaks = []
    for samples in COUNTED_BATCHES:
        with _LiveBytes(known) as live:
            loss(samples)
        peaks.append(live.peak)
    of_sample = max(0, (peaks[1] - peaks[0]) // (COUNTED_BATCHES[1] - COUNTED_BATCHES[0]))
    own = sum(map(_bytes, trained))
    return StepMemory(
        name=name,
        batch_size=batch_size,
        weights=own + sum(map(_bytes, frozen)),
        gradients=own,
        optimiser=2 * own,
        average=2 * _bytes(trained[0]) if has_average else 0,
        activations_of_sample=of_sample,
        activations_of_step=max(0, peaks[0] - COUNTED_BATCHES[0] * of_sample),
    )


def check_memory(steps: Sequence[StepMemory], limit_bytes: int | None, what: str) -> None:
    """Make sure that every step fits.

    Args:
        steps: of all networks that are trained, one after the other.
        limit_bytes: that there are; no limit where None.
        what: names the limit, for the message.

    Raises:
        TrainingError: one does not fit; the message names the settings and a batch that would.
    """
    for step in steps:
        if limit_bytes is None or step.total <= limit_bytes:
            continue
        fitting = min(step.fitting_batch(limit_bytes), step.batch_size)
        table = step.name
        if fitting >= 1:
            advice = f"{table}.batch_size = {fitting} would fit"
        else:
            size = (
                "forecaster.unet.block_channels" if table == "forecaster" else "upscaler.channels and upscaler.blocks"
            )
            advice = f"not even {table}.batch_size = 1 would fit: lower {size}"
        raise TrainingError(
            f"{table}.batch_size = {step.batch_size} takes about {_gib(step.total)}, and {what} is "
            f"{_gib(limit_bytes)}: weights {_gib(step.weights)}, gradients {_gib(step.gradients)}, optimiser "
            f"{_gib(step.optimiser)}, average {_gib(step.average)}, activations "
            f"{_gib(step.activations_of_step + step.batch_size * step.activations_of_sample)}, "
            f"{MARGIN:.0%} on top; {advice}"
        )


def memory_limit(device: torch.device, asked_bytes: int | None) -> tuple[int | None, str]:
    """Bytes that a training may take, and what they are called: those asked for, or what a GPU has free."""
    if asked_bytes is not None:
        return asked_bytes, "--memory-limit"
    if device.type != "cuda":
        return None, ""
    free, _ = torch.cuda.mem_get_info(device)
    return free, f"the free memory of {torch.cuda.get_device_name(device)}"


def _bytes(network: torch.nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in network.parameters())


def _gib(count: int) -> str:
    return f"{count / 2**30:.2f} GiB"


class _LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch leaves the base untyped
    """Counts the bytes of all tensors that live at once, but for those that are known before.

    Attributes:
        peak: the most so far.
    """

    def __init__(self, known: Sequence[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        # a network's weights live longer than this, so no other storage takes their addresses
        self._live = {tensor.untyped_storage()._cdata: 0 for tensor in known}
        self._now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._count(tensor.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self._live:
            return
        self._live[key] = storage.nbytes()
        self._now += storage.nbytes()
        self.peak = max(self.peak, self._now)
        weakref.finalize(storage, self._drop, key)

    def _drop(self, key: int) -> None:
        self._now -= self._live.pop(key)
