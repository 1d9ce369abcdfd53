"""What an error of a device means: too little memory, or a process that cannot use the device any more."""

from __future__ import annotations

import torch

NO_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "_STATUS_ALLOC_FAILED",
    "unable to find an engine",
)
"""In errors of CUDA, of PyTorch on a CPU of Linux and of Windows, and of cuBLAS and cuDNN; the last one is what PyTorch
says where cuDNN has no memory for any of its ways to convolve."""
LOST = ("CUDA error", "CUDA driver error", "device-side assert", "cuDNN error", "CUDNN_STATUS", "CUBLAS_STATUS")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a smaller batch may succeed where this was raised."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)


def is_device_lost(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, leaves the process without its device: all further calls would fail too.

    Source: the CUDA Runtime API on sticky errors, after which "the process must be terminated and relaunched".
    """
    accelerator_error = getattr(torch, "AcceleratorError", None)  # PyTorch 2.7 raises a RuntimeError
    while error is not None:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            if accelerator_error is not None and isinstance(error, accelerator_error):
                return True
            if any(words in str(error) for words in LOST):
                return True
        error = error.__cause__
    return False
