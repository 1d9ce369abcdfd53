"""How much a network is given at once: what the device does best, half as much where it has no memory for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ..device_errors import is_out_of_memory
from ..errors import DeviceMemoryError
from .graphs import forget_graphs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BatchSizes:
    """What goes into one network call, where the device has the memory.

    Attributes:
        windows: of the UNet, 32 x 32 cells each.
        drawn: images of the upscaler, 80 x 80 cells each.
    """

    windows: int
    drawn: int


BATCH_SIZES = {"cpu": BatchSizes(windows=16, drawn=1), "cuda": BatchSizes(windows=64, drawn=8)}
"""By the type of the device. One image of the upscaler keeps a CPU busy, and does not fill a GPU."""


class Batch:
    """How many samples go into one call; once reduced it stays so.

    Args:
        most: to begin with.
        device: where the network lies.
    """

    def __init__(self, most: int, device: torch.device) -> None:
        self.most = self.size = most
        self._device = device

    def run(self, count: int, call: Callable[[Sequence[int]], Tensor]) -> Tensor:
        """Return what `call` makes of so many samples, by as many calls as it takes; (count, ...).

        Args:
            count: of samples.
            call: takes indices of samples, as many as the batch has, of which the last may be repeated, so that all
                calls have one shape; it is called again where the device's memory did not suffice.

        Raises:
            DeviceMemoryError: not even one sample fits.
        """
        results: list[Tensor] = []
        done, has_failed = 0, False
        while done < count:
            indices = range(done, min(done + self.size, count))
            result = _attempt(call, [*indices, *[indices[-1]] * (self.size - len(indices))])
            # outside of the except block, for there the error's frames still hold the memory
            if result is None:
                self._make_room(is_again=has_failed)
            else:
                results.append(result[: len(indices)])
                done += len(indices)
            has_failed = result is None
        return torch.cat(results)

    def _make_room(self, *, is_again: bool) -> None:
        forget_graphs(self._device)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if self.size > 1:
            self.size //= 2
            logger.warning("%s: its memory holds no more than %d samples a call", self._device, self.size)
        elif is_again or self._device.type != "cuda":
            tried = f"from {self.most} down to one" if self.most > 1 else "one"
            raise DeviceMemoryError(
                f"{self._device}: has no memory for a single tile; {tried} at a time were tried. "
                "End other programs that use it, or choose another one with --device"
            )


_BATCHES: WeakKeyDictionary[nn.Module, Batch] = WeakKeyDictionary()


def batch_of(network: nn.Module, most: int, device: torch.device) -> Batch:
    """Return a network's batch, as small as it was found to be for as long as the network is loaded."""
    return _BATCHES.setdefault(network, Batch(most, device))


def _attempt(call: Callable[[Sequence[int]], Tensor], indices: Sequence[int]) -> Tensor | None:
    """Call; None where the memory does not suffice."""
    try:
        return call(indices)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    return None
