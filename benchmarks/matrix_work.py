"""Operations of a network, counted, and the most that the machine does of them in a second, measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

PEAK_SIDES = (1024, 1536, 2048)
PEAK_TRIES = 6


def count_flop(call: Callable[[], object]) -> float:
    """Floating-point operations of a call, a multiplication and an addition counted as two.

    Attention is taken apart into its two products, for the counter knows none of the fused forms of a CPU.
    """
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), counter:
        call()
    return float(counter.get_total_flops())


def matrix_peak(precision: torch.dtype, device: torch.device) -> float:
    """The most operations a second that one product of square matrices gets to; by CPU time on a CPU."""
    return max(_rate(side, precision, device) for side in PEAK_SIDES for _ in range(PEAK_TRIES))


def clock_of(device: torch.device) -> Callable[[], float]:
    """CPU seconds of this thread for a CPU; for a GPU seconds on the clock, once it is done with all before."""

    def wall() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return time.thread_time if device.type == "cpu" else wall


def _rate(side: int, precision: torch.dtype, device: torch.device) -> float:
    left, right = (_matrix(side, precision, device) for _ in range(2))
    clock = clock_of(device)
    left @ right
    started = clock()
    left @ right
    return 2 * side**3 / (clock() - started)


def _matrix(side: int, precision: torch.dtype, device: torch.device) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(side, side, generator=generator).to(device, precision)
