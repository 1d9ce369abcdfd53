"""Where a device has too little memory, less is computed at once, and the result is the same."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from landcast.core.device_errors import is_device_lost, is_out_of_memory
from landcast.core.errors import DeviceMemoryError, ModelError
from landcast.core.forecast.batches import BATCH_SIZES, Batch, BatchSizes
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.lattice import Rect
from landcast.core.model.folder import LoadedModel, load_model
from landcast.tests.core.forecast.test_forecaster import CPU, agree, read_texture, read_with_holes

WANT = Rect(20, 90, 90, 120)


def limit(network: nn.Module, most: int) -> list[int]:
    """Let a network run out of memory above a number of samples; the sizes of all its calls come back."""
    sizes: list[int] = []

    def refuse(module: nn.Module, given: tuple[Any, ...]) -> None:
        sizes.append(len(given[0]))
        if len(given[0]) > most:
            raise torch.OutOfMemoryError(f"no memory for {len(given[0])}")

    network.register_forward_pre_hook(refuse)
    return sizes


@pytest.fixture
def load(make_tiny_model: Callable[..., Path]) -> Callable[..., LoadedModel]:
    """Load a bold model of its own, whose networks may be tampered with."""
    return lambda objective="one_step": load_model(make_tiny_model(objective, difference_std=0.5), CPU, torch.float32)


def forecaster(model: LoadedModel, on_call: Callable[[], None] = lambda: None, **settings: int) -> Forecaster:
    asked = ForecastSettings(2.0, 0.6, sampling_steps=model.contract.sampling_steps, **settings)
    return Forecaster(model, CPU, asked, on_call)


@given(count=st.integers(1, 40), most=st.integers(1, 32), fits=st.integers(1, 32))
def test_every_sample_comes_once_in_calls_of_one_shape(count: int, most: int, fits: int) -> None:
    batch, sizes = Batch(most, CPU), []

    def call(indices: Sequence[int]) -> Tensor:
        sizes.append(len(indices))
        if len(indices) > fits:
            raise torch.OutOfMemoryError
        return torch.tensor(indices)

    assert batch.run(count, call).tolist() == list(range(count))
    assert batch.size == sizes[-1] <= max(1, min(most, fits))
    assert set(sizes) == {most >> halvings for halvings in range(len(set(sizes)))}
    called = len(sizes)
    batch.run(1, call)
    assert sizes[called:] == [batch.size], "a reduced batch is kept"


@pytest.mark.parametrize(("objective", "fits"), [("one_step", 8), ("one_step", 1), ("v_prediction", 3)])
def test_a_network_that_runs_out_of_memory_costs_nothing_but_time(
    load: Callable[..., LoadedModel], objective: str, fits: int
) -> None:
    undisturbed = forecaster(load(objective), members=2).forecast(WANT, read_with_holes)
    model = load(objective)
    sizes = limit(model.unet, fits)
    disturbed = forecaster(model, members=2).forecast(WANT, read_with_holes)
    assert sizes[0] == 16
    assert sizes[-1] == 1 << (fits.bit_length() - 1)
    agree(disturbed, WANT, undisturbed, WANT)
    again = forecaster(model).forecast(WANT, read_with_holes)
    assert sizes.count(16) == 1, "a later forecast does not try what did not fit before"
    np.testing.assert_array_equal(again.image, disturbed.image)


@pytest.mark.parametrize("fits", [4, 2])
def test_several_images_a_call_of_the_upscaler_change_nothing_even_where_they_do_not_fit(
    load: Callable[..., LoadedModel], monkeypatch: pytest.MonkeyPatch, fits: int
) -> None:
    want = Rect(20, 90, 450, 400)
    alone = forecaster(load()).forecast(want, read_texture)
    monkeypatch.setitem(BATCH_SIZES, "cpu", BatchSizes(windows=16, drawn=4))
    model = load()
    assert model.upscaler is not None
    sizes = limit(model.upscaler, fits)
    several = forecaster(model)
    agree(several.forecast(want, read_texture), want, alone, want)
    assert sizes == ([4] if fits == 4 else [4, 2, 2])
    assert several.calls_begun == several.calls(want)


def test_calls_are_counted_as_they_were_planned(load: Callable[..., LoadedModel]) -> None:
    model = load("v_prediction")
    sizes, told = limit(model.unet, 4), []
    limited = forecaster(model, lambda: told.append(limited.calls_begun))
    limited.forecast(WANT, read_texture)
    assert limited.calls_begun == limited.calls(WANT)
    assert told == sorted(told)
    assert max(told) < limited.calls(WANT)
    assert len(sizes) < len(told), "each call is told before it is made, those of the upscaler too"


def test_the_memory_of_a_call_that_failed_is_free_before_the_next(load: Callable[..., LoadedModel]) -> None:
    model, held = load(), []

    def fill(module: nn.Module, given: tuple[Any, ...]) -> None:
        assert all(reference() is None for reference in held)
        filling = torch.zeros(1000)
        held.append(weakref.ref(filling))
        if len(given[0]) > 2:
            raise torch.OutOfMemoryError

    model.unet.register_forward_pre_hook(fill)
    forecaster(model).forecast(WANT, read_with_holes)
    assert len(held) > 4


@pytest.mark.parametrize(("part", "tried"), [("unet", "from 16 down to one at a time"), ("upscaler", "one at a time")])
def test_where_not_even_one_tile_fits_it_is_said_with_what_was_tried(
    load: Callable[..., LoadedModel], part: str, tried: str
) -> None:
    model = load()
    limit(getattr(model, part), 0)
    with pytest.raises(DeviceMemoryError, match=rf"cpu: .*single tile.*{tried}.*--device"):
        forecaster(model).forecast(WANT, read_with_holes)


def test_another_error_of_a_network_is_not_tried_again(load: Callable[..., LoadedModel]) -> None:
    model, calls = load(), []

    def fail(module: nn.Module, given: tuple[Any, ...]) -> None:
        calls.append(len(given[0]))
        raise RuntimeError("CUDA error: device-side assert triggered")

    model.unet.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="assert"):
        forecaster(model).forecast(WANT, read_with_holes)
    assert calls == [16]


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "memory"),
        (MemoryError(), "memory"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"), "memory"),
        (RuntimeError("CUDA error: out of memory"), "memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "memory"),
        (RuntimeError("CUDA error: device-side assert triggered"), "lost"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "lost"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "lost"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx`"), "lost"),
        (RuntimeError("The size of tensor a (3) must match the size of tensor b (4)"), "neither"),
        (ValueError("CUDA error"), "neither"),
    ],
    ids=str,
)
def test_errors_of_devices_are_told_apart(error: Exception, means: str) -> None:
    assert (is_out_of_memory(error), is_device_lost(error)) == (means == "memory", means == "lost")
    wrapped = ModelError("cannot be loaded")
    wrapped.__cause__ = error
    assert is_device_lost(wrapped) == (means == "lost")


@pytest.mark.skipif(not hasattr(torch, "AcceleratorError"), reason="older PyTorch raises a RuntimeError")
def test_an_error_of_an_accelerator_loses_it_whatever_its_words() -> None:
    assert is_device_lost(torch.AcceleratorError("misaligned address"))
    assert not is_device_lost(torch.AcceleratorError("CUDA error: out of memory"))
    assert not is_device_lost(None)
