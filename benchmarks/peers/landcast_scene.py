"""Landcast: `run_scene`, which `landcast predict` calls, with its networks replaced by trivial ones, or as they are.

The trivial UNet answers with the noise that it is given, so that everything changes everywhere and all that lies
between reading and writing has its full work; the trivial upscaler repeats pixels.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from measured import Trivial, measured
from torch import Tensor, nn

from landcast.core.device import choose_device, choose_precision
from landcast.core.model.folder import LoadedModel, find_model, load_model
from landcast.core.request import DEFAULT_MODEL, PredictionRequest
from landcast.core.scenes.local_runner import LocalRunner
from landcast.core.scenes.scene_run import SceneListener, SceneSettings, run_scene


class Counted(nn.Module):
    """Carries out something in place of a network, and adds the CPU seconds of its thread to a count."""

    def __init__(self, network: nn.Module, count: Trivial, answer: Callable[..., Any]) -> None:
        super().__init__()
        self.weight = nn.Parameter(next(network.parameters()).detach().flatten()[:1].clone(), requires_grad=False)
        self.config = getattr(network, "config", None)
        self._count, self._answer = [count], answer

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Answer."""
        started = time.thread_time()
        answered = self._answer(*inputs, **named)
        self._count[0].cpu_s += time.thread_time() - started
        return answered


def noise_of(shown: Tensor, *rest: Any, **named: Any) -> SimpleNamespace:
    """Answer with the noise that comes first in a UNet's input."""
    return SimpleNamespace(sample=shown[:, :3].clone())


def repeat(image: Tensor) -> Tensor:
    """Repeat each pixel of an image four times along both sides."""
    return nn.functional.interpolate(image, scale_factor=4.0, mode="nearest")


def counting_load(count: Trivial, *, is_trivial: bool) -> Callable[[Path, torch.device, torch.dtype], LoadedModel]:
    """Load a model once, with networks whose CPU seconds are counted, or trivial ones instead."""
    kept: dict[Path, LoadedModel] = {}

    def load(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        if folder not in kept:
            model = load_model(folder, device, precision)
            unet, upscaler = (noise_of, repeat) if is_trivial else (model.unet, model.upscaler)
            kept[folder] = replace(
                model, unet=Counted(model.unet, count, unet), upscaler=Counted(model.upscaler, count, upscaler)
            )
        return kept[folder]

    return load


_LOADED: list[Callable[..., LoadedModel]] = []


def prepare(network: Trivial) -> None:
    """Load the model before the measurement begins, as the peers' network is there before theirs."""
    model, is_trivial = os.environ.get("LANDCAST_BENCH_MODEL"), "LANDCAST_BENCH_MODEL" not in os.environ
    load, device = counting_load(network, is_trivial=is_trivial), choose_device("cpu")
    load(find_model(model or DEFAULT_MODEL), device, choose_precision("auto", device))
    _LOADED.append(load)


def work(source: Path, output: Path, scratch: Path, network: Trivial) -> None:
    """Predict the scene; plan and blocks stand in the scratch folder until the result is whole."""
    model = os.environ.get("LANDCAST_BENCH_MODEL", DEFAULT_MODEL)
    request = PredictionRequest(source, output, model=model, device="cpu", max_output_px=10**12)
    settings = SceneSettings(folder=scratch / "blocks")
    run_scene(request, settings, SceneListener(), LocalRunner(load=_LOADED[0]))


if __name__ == "__main__":
    measured({"landcast": version("landcast")}, work, prepare)
