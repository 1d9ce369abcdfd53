"""Network calls recorded on a GPU give what plain calls give; elsewhere they are plain calls."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from landcast.core.forecast import graphs as module
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.forecast.graphs import MOST_SHAPES, CallGraphs, forget_graphs, graphs_of, shapes_of
from landcast.core.lattice import Rect
from landcast.core.model.folder import LoadedModel, load_model
from landcast.tests.core.forecast.test_forecaster import agree, read_texture

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no CUDA GPU here")


def scaled(noisy: Tensor, factor: Tensor | None) -> Tensor:
    return noisy * 2 if factor is None else noisy * factor


def test_on_a_cpu_a_call_is_a_call() -> None:
    graphs, seen = CallGraphs(CPU), []

    def call(noisy: Tensor, factor: Tensor | None) -> Tensor:
        seen.append(noisy)
        return scaled(noisy, factor)

    given = torch.arange(4.0)
    assert graphs.run(call, given, None).tolist() == [0, 2, 4, 6]
    assert graphs.run(call, given, torch.tensor(3.0)).tolist() == [0, 3, 6, 9]
    assert all(one is given for one in seen), "nothing is copied where nothing is recorded"


def test_a_recorded_call_fits_equal_sizes_strides_and_types_alone() -> None:
    image = torch.zeros(2, 3, 8, 8)
    others = [
        torch.zeros(1, 3, 8, 8),
        image.half(),
        image.contiguous(memory_format=torch.channels_last),
    ]
    assert shapes_of((image, None)) == shapes_of((torch.ones(2, 3, 8, 8), None))
    assert len({shapes_of((one, None)) for one in [image, *others]}) == 4
    assert shapes_of((image, None)) != shapes_of((image, image))


def test_a_network_and_its_recorded_calls_go_together() -> None:
    network = nn.Linear(2, 2)
    graphs = graphs_of(network, CPU)
    assert graphs_of(network, CPU) is graphs
    is_there = weakref.ref(graphs)
    del network, graphs
    gc.collect()
    assert is_there() is None


@pytest.fixture
def load(make_tiny_model: Callable[..., Path]) -> Callable[..., LoadedModel]:
    """Load a model on the GPU, in the precision that users get there."""
    return lambda objective: load_model(make_tiny_model(objective, difference_std=0.5), CUDA, torch.float16)


@needs_cuda
@pytest.mark.parametrize("objective", ["one_step", "v_prediction"])
def test_a_forecast_by_recorded_calls_is_that_by_plain_ones(
    load: Callable[..., LoadedModel], objective: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    want, results = Rect(20, 90, 300, 500), []
    for is_recording in (True, False):
        model = load(objective)
        for network in (model.unet, model.upscaler):
            assert network is not None
            monkeypatch.setattr(graphs_of(network, CUDA), "_is_recording", is_recording)
        settings = ForecastSettings(2.0, 0.6, members=2, sampling_steps=model.contract.sampling_steps)
        with caplog.at_level(logging.WARNING):
            results.append(Forecaster(model, CUDA, settings).forecast(want, read_texture))
        assert len(graphs_of(model.unet, CUDA)._recorded) == int(is_recording)
    agree(*(part for result in results for part in (result, want)))
    assert not caplog.records


@needs_cuda
def test_a_result_is_left_alone_by_later_calls() -> None:
    graphs = CallGraphs(CUDA)
    with torch.inference_mode():
        first = graphs.run(scaled, torch.ones(3, device=CUDA), None)
        second = graphs.run(scaled, torch.full((3,), 5.0, device=CUDA), None)
    assert (first.tolist(), second.tolist()) == ([2.0] * 3, [10.0] * 3)


@needs_cuda
def test_what_cannot_be_recorded_is_called_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    graphs = CallGraphs(CUDA)

    def waits(noisy: Tensor) -> Tensor:
        return noisy * noisy.sum().item()  # a recording cannot wait for the device

    with torch.inference_mode(), caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert graphs.run(waits, torch.ones(2, device=CUDA)).tolist() == [2.0, 2.0]
    assert [record.message for record in caplog.records if "cannot be recorded" in record.message] == [
        caplog.records[0].message
    ]


@needs_cuda
def test_shapes_beyond_the_most_are_called_as_ever() -> None:
    graphs = CallGraphs(CUDA)
    with torch.inference_mode():
        for count in range(1, MOST_SHAPES + 3):
            assert graphs.run(scaled, torch.ones(count, device=CUDA), None).tolist() == [2.0] * count
    assert len(graphs._recorded) == MOST_SHAPES


@needs_cuda
def test_where_memory_does_not_suffice_to_record_larger_ones_are_let_go() -> None:
    graphs = CallGraphs(CUDA)

    def refuse(noisy: Tensor) -> Tensor:
        if len(noisy) > 2:
            raise torch.OutOfMemoryError("no memory")
        return noisy * 2

    with torch.inference_mode():
        graphs.run(refuse, torch.ones(2, device=CUDA))
        with pytest.raises(torch.OutOfMemoryError):
            graphs.run(refuse, torch.ones(4, device=CUDA))
        assert not graphs._recorded
        assert graphs.run(refuse, torch.ones(1, device=CUDA)).tolist() == [2.0]


class Held:
    """Something that a failed call leaves in memory, or does not."""


def test_a_recording_that_found_no_memory_lets_go_of_what_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = CallGraphs(CPU)
    monkeypatch.setattr(graphs, "_is_recording", True)
    left: list[weakref.ref[Held]] = []

    def record(*_: object) -> object:
        held = Held()
        left.append(weakref.ref(held))
        try:
            raise torch.OutOfMemoryError("no memory")
        finally:
            raise RuntimeError("the recording was cut short")

    monkeypatch.setattr(module, "_record", record)
    gc.disable()
    try:
        for _ in range(3):
            with pytest.raises(torch.OutOfMemoryError) as raised:
                graphs.run(scaled, torch.ones(2), None)
            del raised
            assert [one() for one in left] == [None] * len(left), "freed at once, and not when Python cleans up"
    finally:
        gc.enable()


def test_turned_views_are_recorded_as_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs, seen = CallGraphs(CPU), []
    monkeypatch.setattr(graphs, "_is_recording", True)

    def record(call: Callable[..., Tensor], inputs: tuple[Tensor, ...], device: torch.device) -> object:
        seen.append(shapes_of(inputs))
        return object()

    monkeypatch.setattr(module, "_record", record)
    monkeypatch.setattr(module, "_replay", lambda recorded, inputs: inputs[0])
    image = torch.rand(2, 3, 8, 8)
    for view in (image, image.transpose(2, 3), image.flip(2).transpose(2, 3)):
        assert torch.equal(graphs.run(scaled, view, None), view)
    graphs.run(scaled, image.contiguous(memory_format=torch.channels_last), None)
    assert len(seen) == 2, "as it is and channels last"


def test_where_a_device_has_no_memory_left_all_its_recordings_are_let_go() -> None:
    networks = [nn.Linear(2, 2) for _ in range(2)]
    for network in networks:
        graphs_of(network, CPU)._recorded[()] = object()  # type: ignore[assignment] # stands for a recording
    forget_graphs(CUDA)
    assert all(graphs_of(network, CPU)._recorded for network in networks)
    forget_graphs(CPU)
    assert not any(graphs_of(network, CPU)._recorded for network in networks)
