"""Fixtures of whole scenes: a small source, a request for it, and what predicts it in a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landcast.core.request import PredictionRequest
from landcast.core.scenes.local_runner import LocalRunner
from landcast.tests.core.scenes.quick_scene import load_quickly
from landcast.worker.demo.scene import write_scene

HEIGHT, WIDTH = 250, 270
"""Nine blocks of 128 px, of which those along the edges are smaller."""


@pytest.fixture(scope="session")
def scene_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered scene; read it only."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    write_scene(path, (HEIGHT, WIDTH), seed=3)
    return path


@pytest.fixture
def ask(scene_file: Path, tmp_path: Path, make_tiny_model: Callable[..., Path]) -> Callable[..., PredictionRequest]:
    """Make a request for the scene on the CPU; its results stand in a folder of their own."""
    (tmp_path / "out").mkdir()

    def make(name: str = "a.tif", **changes: Any) -> PredictionRequest:
        model = str(make_tiny_model(difference_std=0.5))
        output = tmp_path / "out" / name
        settings = {"source": scene_file, "output": output, "model": model, "device": "cpu", "precision": "fp32"}
        return PredictionRequest(**(settings | changes))

    return make


@pytest.fixture(scope="session")
def runner() -> LocalRunner:
    """Predicts in this process, by the smallest networks."""
    return LocalRunner(load_quickly)
