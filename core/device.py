"""Which device to compute on, and in which precision.

torch is imported where something is computed: what only asks for a device pays nothing for it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

from .errors import RequestError

if TYPE_CHECKING:
    import torch

DeviceChoice = Literal["auto", "cpu", "cuda"]
PrecisionChoice = Literal["auto", "fp32", "bf16", "fp16"]

_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def choose_device(choice: DeviceChoice) -> torch.device:
    """Return the device asked for; `auto` takes a CUDA GPU where there is one.

    Raises:
        RequestError: CUDA was asked for and there is none.
    """
    import torch

    has_cuda = torch.cuda.is_available()
    if choice == "cuda" and not has_cuda:
        raise RequestError("--device cuda: PyTorch sees no CUDA GPU here; use --device cpu, or see `landcast doctor`")
    return torch.device("cuda" if has_cuda and choice != "cpu" else "cpu")


def choose_precision(choice: PrecisionChoice, device: torch.device) -> torch.dtype:
    """Return the floating-point type of the networks; `auto` takes the fastest that the device has in hardware.

    Raises:
        RequestError: the device cannot compute in the precision asked for.
    """
    import torch

    if choice == "auto":
        if device.type == "cuda":
            return torch.float16
        return torch.bfloat16 if has_cpu_bf16() else torch.float32
    if choice == "fp16" and device.type == "cpu":
        raise RequestError("--precision fp16 needs a GPU; use fp32 or bf16 on a CPU")
    if choice == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise RequestError("--precision bf16: this GPU has no bf16 in hardware; use fp16")
    return getattr(torch, _DTYPES[choice])  # type: ignore[no-any-return] # a dtype by its name


def choose_training_precision(choice: PrecisionChoice, device: torch.device) -> torch.dtype:
    """Return the precision of matrix work in training; `auto` takes bf16 where the device has it, else fp32.

    Raises:
        RequestError: fp16, whose small gradients vanish without loss scaling, or what the device does not have.
    """
    if choice == "fp16":
        raise RequestError("--precision fp16: training needs the range of bf16 or fp32; choose one of them")
    if choice != "auto":
        return choose_precision(choice, device)
    import torch

    has_bf16 = has_cpu_bf16() if device.type == "cpu" else torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_bf16 else torch.float32


def has_cpu_bf16() -> bool:
    """Whether the processor multiplies bf16 matrices in hardware."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def precision_name(precision: torch.dtype) -> str:
    """Return the option's name of a floating-point type."""
    return next(name for name, dtype in _DTYPES.items() if str(precision) == f"torch.{dtype}")


def in_float32(device: torch.device) -> AbstractContextManager[object]:
    """Compute in float32 within `autocast`: losses, whose small differences a lower precision loses."""
    import torch

    return torch.autocast(device.type, enabled=False)


def autocast(device: torch.device, precision: torch.dtype) -> AbstractContextManager[object]:
    """Compute matrix work in a lower precision while weights stay float32; for training."""
    import torch

    if precision == torch.float32:
        return nullcontext()
    return torch.autocast(device.type, precision)
