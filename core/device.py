"""Which device to compute on, and in which precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from .errors import RequestError

DeviceChoice = Literal["auto", "cpu", "cuda"]
PrecisionChoice = Literal["auto", "fp32", "bf16", "fp16"]

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(choice: DeviceChoice) -> torch.device:
    """Return the device asked for; `auto` takes a CUDA GPU where there is one.

    Raises:
        RequestError: CUDA was asked for and there is none.
    """
    has_cuda = torch.cuda.is_available()
    if choice == "cuda" and not has_cuda:
        raise RequestError("--device cuda: PyTorch sees no CUDA GPU here; use --device cpu, or see `landcast doctor`")
    return torch.device("cuda" if has_cuda and choice != "cpu" else "cpu")


def choose_precision(choice: PrecisionChoice, device: torch.device) -> torch.dtype:
    """Return the floating-point type of the networks; `auto` takes the fastest that the device has in hardware.

    Raises:
        RequestError: the device cannot compute in the precision asked for.
    """
    if choice == "auto":
        if device.type == "cuda":
            return torch.float16
        return torch.bfloat16 if has_cpu_bf16() else torch.float32
    if choice == "fp16" and device.type == "cpu":
        raise RequestError("--precision fp16 needs a GPU; use fp32 or bf16 on a CPU")
    if choice == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise RequestError("--precision bf16: this GPU has no bf16 in hardware; use fp16")
    return _DTYPES[choice]


def choose_training_precision(choice: PrecisionChoice, device: torch.device) -> torch.dtype:
    """Return the precision of matrix work in training; `auto` takes bf16 where the device has it, else fp32.

    Raises:
        RequestError: fp16, whose small gradients vanish without loss scaling, or what the device does not have.
    """
    if choice == "fp16":
        raise RequestError("--precision fp16: training needs the range of bf16 or fp32; choose one of them")
    if choice != "auto":
        return choose_precision(choice, device)
    has_bf16 = has_cpu_bf16() if device.type == "cpu" else torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_bf16 else torch.float32


def has_cpu_bf16() -> bool:
    """Whether the processor multiplies bf16 matrices in hardware."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def precision_name(precision: torch.dtype) -> str:
    """Return the option's name of a floating-point type."""
    return next(name for name, dtype in _DTYPES.items() if dtype == precision)


def autocast(device: torch.device, precision: torch.dtype) -> AbstractContextManager[object]:
    """Compute matrix work in a lower precision while weights stay float32; for training."""
    if precision == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, precision)
