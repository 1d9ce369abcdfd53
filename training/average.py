"""The exponential moving average of a network's weights, which is what a training ends with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from diffusers.training_utils import EMAModel
from torch import Tensor

WARM_UP_POWER = 0.75


class WeightAverage:
    """An average that follows fast in the beginning; where none is kept, the network's own weights stand for it.

    Args:
        network: in training, on its device.
        decay: share of the average that a late step leaves as it is; 0 keeps none.
    """

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self._network = network
        self._average: EMAModel | None = None
        if decay:
            self._average = EMAModel(network.parameters(), decay=decay, use_ema_warmup=True, power=WARM_UP_POWER)

    def step(self) -> None:
        """Take in the weights after a step."""
        if self._average is not None:
            self._average.step(self._network.parameters())

    def weights(self) -> list[Tensor]:
        """The averaged weights, in the order of the network's parameters; not copied."""
        return list(self._network.parameters() if self._average is None else self._average.shadow_params)

    def give(self) -> None:
        """Give the network its averaged weights for good."""
        if self._average is not None:
            self._average.copy_to(self._network.parameters())

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Give the network its averaged weights for a while; its own come back to the bit."""
        if self._average is None:
            yield
            return
        own = [parameter.detach().clone() for parameter in self._network.parameters()]
        self.give()
        try:
            yield
        finally:
            with torch.no_grad():
                for parameter, value in zip(self._network.parameters(), own, strict=True):
                    parameter.copy_(value)

    def tensors(self) -> dict[str, Tensor]:
        """All that a resumed run needs: the averaged weights by position, and the steps that they have seen."""
        if self._average is None:
            return {}
        weights = {f"{index:04d}": value for index, value in enumerate(self._average.shadow_params)}
        return {**weights, "step": torch.tensor(self._average.optimization_step)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Undo `tensors`."""
        if self._average is None:
            return
        devices = [value.device for value in self._average.shadow_params]
        self._average.shadow_params = [tensors[f"{index:04d}"].to(device) for index, device in enumerate(devices)]
        self._average.optimization_step = int(tensors["step"])
