"""Predictions on another device than the CPU leave nothing behind there, and keep what is recorded free of copies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from landcast.core.forecast.batches import BATCH_SIZES
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.forecast.graphs import CallGraphs
from landcast.core.lattice import Rect
from landcast.core.model.folder import load_model
from landcast.tests.core.forecast.test_forecaster import CPU, read_texture
from landcast.tests.other_device import META, Watch, on_other_device

WANT = Rect(20, 90, 90, 120)


def test_the_watch_sees_what_a_gpu_would_refuse() -> None:
    here, there = torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3, device=META)
    with Watch() as watch:
        torch.nn.functional.conv2d(here, there)
        there[torch.zeros(1, dtype=torch.long)]
        there * torch.tensor(2.0)
    assert [words.split()[0] for words in watch.mixed] == ["aten.convolution.default", "aten.index.Tensor"]
    assert watch.crossings == []
    with Watch() as watch:
        here.to(META)
        there + 1
    assert (watch.mixed, watch.crossings) == ([], ["aten._to_copy.default"])


@pytest.mark.parametrize(
    ("objective", "changes"),
    [
        ("one_step", {}),
        ("v_prediction", {"temperature": 1.2, "views": 8, "networks": 2}),
        ("epsilon", {"composition": "upscaled"}),
        ("one_step", {"change_grid": "pixels"}),
    ],
    ids=str,
)
def test_a_forecast_leaves_nothing_on_the_cpu(
    objective: str, changes: dict[str, object], make_tiny_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(make_tiny_model(objective, **changes), CPU, torch.float16)
    for network in model.networks:
        network.to(META)
    monkeypatch.setitem(BATCH_SIZES, "meta", BATCH_SIZES["cuda"])
    recorded: list[Watch] = []

    def run(graphs: CallGraphs, call: Callable[..., Tensor], *inputs: Tensor | None) -> Tensor:
        assert {one.device for one in inputs if one is not None} == {META}
        with Watch() as watch:
            result = call(*inputs)
        recorded.append(watch)
        return result

    monkeypatch.setattr(CallGraphs, "run", run)
    steps = model.contract.sampling_steps
    settings = ForecastSettings(2.0, 0.6, iterations=2, members=2, sampling_steps=steps, is_drawing_typical=True)
    with on_other_device(monkeypatch) as watch:
        result = Forecaster(model, META, settings).forecast(WANT, read_texture)
    assert result.after.shape == (3, *WANT.shape_yx)
    assert watch.mixed == []
    assert len(recorded) >= 2 * 2 * steps
    # a recording can neither wait for the device nor bring anything there
    assert [(one.mixed, one.crossings) for one in recorded] == [([], [])] * len(recorded)
