"""A device beside the CPU where there is no GPU: PyTorch's `meta`, which has shapes and no values.

What computes there without a tensor left behind on the CPU does so on a GPU as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

META = torch.device("meta")
COPIES = ("aten._to_copy", "aten.copy_", "aten.copy")
WAITS = ("aten._local_scalar_dense", "aten.nonzero", "aten.equal")


class Watch(TorchDispatchMode):
    """Notes what an operation of PyTorch may not do there.

    Attributes:
        mixed: operations on tensors of two devices; one without axes may lie anywhere, as it is sent along as a number.
        crossings: operations that bring values from one device to another, or have the CPU wait for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mixed: list[str] = []
        self.crossings: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result, name = func(*args, **(kwargs or {})), str(func)
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor) and one.ndim]
        devices = {one.device for one in given}
        made = {one.device for one in tree_leaves(result) if isinstance(one, Tensor)}
        if name.startswith(COPIES):
            if len(devices | made) > 1:
                self.crossings.append(name)
        elif len(devices) > 1:
            self.mixed.append(f"{name} of {[(str(one.device), tuple(one.shape)) for one in given]}")
        elif name.startswith(WAITS) and META in devices:
            self.crossings.append(name)
        return result


@contextmanager
def on_other_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch what is computed on `META`; values that come back from there are zeros."""
    to_cpu = Tensor.cpu

    def bring(one: Tensor) -> Tensor:
        return torch.zeros(one.shape, dtype=one.dtype) if one.device == META else to_cpu(one)

    monkeypatch.setattr(Tensor, "cpu", bring)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # there is none for this device
    with Watch() as watch:
        yield watch
