"""Network calls on a CUDA GPU, recorded once for each shape of their input and replayed as one launch.

A small network is hundreds of kernels of some microseconds each, which Python starts one by one more slowly than the
GPU carries them out. What is replayed is the same kernels on the same memory, so nothing is compiled and no value is
another. Elsewhere than on CUDA, and where recording fails, the network is called as ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from ..device_errors import is_out_of_memory

logger = logging.getLogger(__name__)

WARM_UP_CALLS = 3
"""Calls before the recorded one, in which libraries choose their kernels and take their memory.

Source: PyTorch, CUDA semantics, CUDA graphs.
"""
MOST_SHAPES = 8
"""Shapes that are recorded for a network, each of which keeps its memory; batches of fixed size need few."""

Shapes = tuple[tuple[tuple[int, ...], tuple[int, ...], torch.dtype] | None, ...]
"""Sizes, strides and type of each input; None for one that is left out."""


@dataclass(frozen=True)
class _Recorded:
    """A recorded call: the graph, and the memory that it reads and writes."""

    graph: Any
    inputs: tuple[Tensor | None, ...]
    output: Tensor


class CallGraphs:
    """The recorded calls of one network on one device.

    Args:
        device: where the network lies.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._recorded: dict[Shapes, _Recorded] = {}
        self._is_recording = device.type == "cuda"

    def run(self, call: Callable[..., Tensor], *inputs: Tensor | None) -> Tensor:
        """Return what a call makes of its inputs, in memory that later calls leave alone.

        Args:
            call: of the network; the same for all calls, and with equal work for inputs of equal shape.
            inputs: tensors on the device, some of which the call may do without.

        Raises:
            RuntimeError: what the call raises; out of memory too, of which recording needs more than calling.
        """
        if not self._is_recording:
            return call(*inputs)
        inputs = tuple(None if one is None else _in_order(one) for one in inputs)
        shapes = shapes_of(inputs)
        recorded = self._recorded.get(shapes)
        if recorded is None and len(self._recorded) < MOST_SHAPES:
            recorded = self._record(call, shapes, inputs)
        return call(*inputs) if recorded is None else _replay(recorded, inputs)

    def forget(self) -> None:
        """Let go of all recorded calls and their memory; they are recorded again when they are next asked for."""
        self._recorded.clear()

    def _record(
        self, call: Callable[..., Tensor], shapes: Shapes, inputs: tuple[Tensor | None, ...]
    ) -> _Recorded | None:
        """Record a call; None where that cannot be, and then nothing is tried to be recorded from now on."""
        try:
            self._recorded[shapes] = _record(call, inputs, self.device)
        except RuntimeError as error:
            no_memory = _cause_in_memory(error)
            if no_memory is not None:
                self.forget()  # larger batches, which are not asked for again
                try:
                    raise no_memory from None
                finally:
                    # the error knows this frame: were it kept here, all that it holds would stay in memory
                    del no_memory
            if not _is_answering(self.device):
                raise
            self._is_recording = False
            logger.warning("%s: calls cannot be recorded as CUDA graphs and take longer: %s", self.device, error)
            return None
        return self._recorded[shapes]


_GRAPHS: WeakKeyDictionary[nn.Module, CallGraphs] = WeakKeyDictionary()


def graphs_of(network: nn.Module, device: torch.device) -> CallGraphs:
    """Return a network's recorded calls, which are kept for as long as the network is loaded."""
    # nothing in them may refer to the network, or it would never be let go
    return _GRAPHS.setdefault(network, CallGraphs(device))


def forget_graphs(device: torch.device) -> None:
    """Let go of the recorded calls of all networks on a device, which has no memory left for others."""
    for graphs in list(_GRAPHS.values()):
        if graphs.device == device:
            graphs.forget()


def shapes_of(inputs: tuple[Tensor | None, ...]) -> Shapes:
    """What a recorded call fits: sizes, strides and types of its inputs."""
    return tuple(None if one is None else (tuple(one.shape), one.stride(), one.dtype) for one in inputs)


def _record(call: Callable[..., Tensor], inputs: tuple[Tensor | None, ...], device: torch.device) -> _Recorded:
    held = tuple(None if one is None else one.clone() for one in inputs)
    beside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    beside.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(beside):
        for _ in range(WARM_UP_CALLS):
            call(*held)
    torch.cuda.current_stream(device).wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    # the outer context leaves the stream as it was where recording fails; other threads may use the device meanwhile
    current = torch.cuda.stream(torch.cuda.current_stream(device))
    with current, torch.cuda.graph(graph, capture_error_mode="thread_local"):
        output = call(*held)
    return _Recorded(graph, held, output)


def _in_order(one: Tensor) -> Tensor:
    """A tensor whose strides are one of two kinds, so that turned views are not recorded apart."""
    is_in_order = one.is_contiguous() or (one.ndim == 4 and one.is_contiguous(memory_format=torch.channels_last))
    return one if is_in_order else one.contiguous()


def _replay(recorded: _Recorded, inputs: tuple[Tensor | None, ...]) -> Tensor:
    for held, given in zip(recorded.inputs, inputs, strict=True):
        if held is not None and given is not None:
            held.copy_(given)
    recorded.graph.replay()
    return recorded.output.clone()


def _cause_in_memory(error: BaseException | None) -> BaseException | None:
    """The error of missing memory in a chain: a recording that is cut short by it ends in an error of its own."""
    while error is not None and not is_out_of_memory(error):
        error = error.__context__
    return error


def _is_answering(device: torch.device) -> bool:
    """Whether the device can still be used: a recording that is not permitted sounds like a device that is lost."""
    try:
        torch.cuda.synchronize(device)
        torch.zeros(1, device=device).item()
    except RuntimeError:
        return False
    return True
