"""`landcast predict` by stage: CPU and wall time of each, and the work that its networks did."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from matrix_work import count_flop
from stage_clock import StageClock

from landcast.core.blocks import BlockPredictor
from landcast.core.forecast import forecaster as forecasting
from landcast.core.forecast.forecaster import Forecaster
from landcast.core.forecast.windows import AreaNoise, ShownArea
from landcast.core.model.folder import LoadedModel, load_model
from landcast.core.request import PredictionRequest
from landcast.core.scenes import scene_run
from landcast.core.scenes.block_folder import BlockFolder
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.scene_run import run_scene

STAGES = (
    (scene_run, "prepare_scene", "plan"),
    (BlockPredictor, "read", "read"),
    (ShownArea, "__init__", "condition"),
    (ShownArea, "windows", "condition"),
    (AreaNoise, "windows", "condition"),
    (forecasting, "fill_squares", "condition"),
    (forecasting, "coarsen", "condition"),
    (Forecaster, "_refine", "compose"),
    (Forecaster, "difference", "compose"),
    (BlockPredictor, "compute", "compose"),
    (BlockFolder, "save", "write"),
    (scene_run, "write_cog", "write"),
)
"""What is counted to which stage; what lies within it and is a stage of its own is not."""


@dataclass(frozen=True)
class PredictionCost:
    """What a prediction took.

    Attributes:
        cpu_s: CPU seconds of the process by stage; `rest` is what is in none.
        wall_s: seconds on the clock by stage; stages of several threads overlap.
        seconds: on the clock, from request to finished file, the model loaded before.
        flop: operations by network.
        precision: of the networks.
    """

    cpu_s: dict[str, float]
    wall_s: dict[str, float]
    seconds: float
    flop: dict[str, float]
    precision: torch.dtype


def measure_prediction(scene: Path, output: Path, name: str) -> PredictionCost:
    """Predict a scene once on the CPU, as `landcast predict` does, with the model loaded before."""
    clock, seen, held = StageClock(), Counter[tuple[str, Any]](), []

    def load(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        model = load_model(folder, device, precision)
        held.append(model)
        _watch(model, clock, seen)
        return model

    runner = LocalRunner(load=load)
    request = PredictionRequest(scene, output, model=name, device="cpu")
    cpu_s, started = time.process_time(), time.perf_counter()
    with clock.watching(*STAGES), clock.watching((runner, "_load", "loading")):
        run_scene(request, runner=runner)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_s
    loading = clock.spent.pop("loading")
    spent = {stage: one.cpu_s for stage, one in clock.spent.items()}
    spent["rest"] = cpu_s - loading.cpu_s - sum(spent.values())
    walls = {stage: one.wall_s for stage, one in clock.spent.items()}
    model = held[0]
    precision = next(model.unet.parameters()).dtype
    return PredictionCost(spent, walls, seconds - loading.wall_s, _flop(model, seen), precision)


def _watch(model: LoadedModel, clock: StageClock, seen: Counter[tuple[str, Any]]) -> None:
    """Count the networks' calls and their time."""
    for stage, network in (("UNet", model.unet), ("upscaler", model.upscaler)):
        if network is not None:
            network.forward = _seen(stage, clock.timed(stage, network.forward), seen)  # type: ignore[method-assign]


def _seen(stage: str, forward: Callable[..., Any], seen: Counter[tuple[str, Any]]) -> Callable[..., Any]:
    def call(*inputs: Any, **named: Any) -> Any:
        seen[stage, tuple(inputs[0].shape)] += 1
        return forward(*inputs, **named)

    return call


def _flop(model: LoadedModel, seen: Counter[tuple[str, Any]]) -> dict[str, float]:
    """Operations of all calls, counted once for each shape of input."""
    total: defaultdict[str, float] = defaultdict(float)
    for (stage, shape), calls in list(seen.items()):
        total[stage] += calls * count_flop(partial(_call, model, stage, shape))
    return dict(total)


def _call(model: LoadedModel, stage: str, shape: tuple[int, ...]) -> object:
    if stage == "upscaler":
        assert model.upscaler is not None
        return model.upscaler(torch.zeros(shape))
    unet = model.unet
    width = unet.config.block_out_channels[0] * 4
    labels = None if unet.config.class_embed_type is None else torch.zeros(shape[0], width, dtype=unet.dtype)
    return unet(torch.zeros(shape, dtype=unet.dtype), torch.zeros(shape[0], dtype=torch.int64), class_labels=labels)


def quickest(costs: list[PredictionCost]) -> PredictionCost:
    """Of several predictions of one scene the one with the least CPU time, with the shortest time on the clock."""
    best = min(costs, key=lambda cost: sum(cost.cpu_s.values()))
    return replace(best, seconds=min(cost.seconds for cost in costs))
