"""Training in several processes, one a GPU, as `accelerate launch` starts them; one alone needs nothing of it."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Processes:
    """This process among those that train together.

    Every process holds the same weights, takes its part of each batch, and steps by the mean of all gradients: the
    networks stay equal, and are those that one process would train on the whole batch, up to rounding and to terms
    that look at a batch as a whole. Only the first one writes.

    Attributes:
        count: of the processes.
        rank: of this one, from 0.
        device: where it computes; None for the one asked for.
    """

    count: int = 1
    rank: int = 0
    device: torch.device | None = None

    @property
    def is_first(self) -> bool:
        """Whether this one writes checkpoints, curves and the model."""
        return self.rank == 0

    @property
    def part(self) -> slice:
        """This process's samples of a batch."""
        return slice(self.rank, None, self.count)

    def average_gradients(self, network: torch.nn.Module) -> None:
        """Replace each gradient by its mean over all processes."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        flat = self.mean(torch.cat([gradient.flatten() for gradient in gradients]))
        offset = 0
        for gradient in gradients:
            gradient.copy_(flat[offset : offset + gradient.numel()].view_as(gradient))
            offset += gradient.numel()

    def mean(self, values: Tensor) -> Tensor:
        """Mean of a tensor over all processes."""
        if self.count == 1:
            return values
        from accelerate.utils import reduce

        reduced: Tensor = reduce(values, reduction="mean")
        return reduced

    def any(self, is_so: bool, device: torch.device) -> bool:
        """Whether it is so in any process, which all of them hear alike."""
        return is_so if self.count == 1 else bool(self.mean(torch.tensor(float(is_so), device=device)) > 0)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            from accelerate import PartialState

            PartialState().wait_for_everyone()


ALONE = Processes()


def join_processes(is_on_cpu: bool) -> Processes:
    """Join the processes that a launcher started with this one; without a launcher there is this one alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return ALONE
    from accelerate import PartialState

    state = PartialState(cpu=is_on_cpu)
    return Processes(state.num_processes, state.process_index, state.device)
