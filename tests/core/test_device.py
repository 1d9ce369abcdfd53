"""The choice of device and precision."""

from __future__ import annotations

import pytest
import torch

from landcast.core import device as device_module
from landcast.core.device import (
    autocast,
    choose_device,
    choose_precision,
    choose_training_precision,
    has_cpu_bf16,
    precision_name,
)
from landcast.core.errors import RequestError

CPU = torch.device("cpu")


def test_the_cpu_is_taken_where_it_is_asked_for() -> None:
    assert choose_device("cpu") == CPU


def test_auto_takes_the_gpu_where_there_is_one() -> None:
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_asking_for_a_gpu_that_is_not_there_is_an_error_that_names_the_option() -> None:
    with pytest.raises(RequestError, match="--device cuda"):
        choose_device("cuda")


@pytest.mark.parametrize(("has_bf16", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_precision_on_a_cpu_is_what_it_has_in_hardware(
    monkeypatch: pytest.MonkeyPatch, has_bf16: bool, expected: torch.dtype
) -> None:
    monkeypatch.setattr(device_module, "has_cpu_bf16", lambda: has_bf16)
    assert choose_precision("auto", CPU) == expected


def test_half_precision_on_a_cpu_is_refused() -> None:
    with pytest.raises(RequestError, match="--precision fp16"):
        choose_precision("fp16", CPU)


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_a_precision_that_was_asked_for_is_taken_and_has_its_name(name: str) -> None:
    assert precision_name(choose_precision(name, CPU)) == name  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_matrix_work_is_done_in_the_lower_precision_while_weights_stay(precision: torch.dtype) -> None:
    layer = torch.nn.Linear(4, 4)
    with autocast(CPU, precision):
        assert layer(torch.ones(1, 4)).dtype == precision
    assert layer.weight.dtype == torch.float32


def test_training_takes_bf16_or_fp32_and_never_fp16() -> None:
    assert choose_training_precision("auto", CPU) == (torch.bfloat16 if has_cpu_bf16() else torch.float32)
    assert choose_training_precision("fp32", CPU) == torch.float32
    with pytest.raises(RequestError, match="fp16"):
        choose_training_precision("fp16", CPU)
