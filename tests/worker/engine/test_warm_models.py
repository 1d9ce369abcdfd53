"""Models that stay loaded make room for the next one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from landcast.core.errors import DeviceMemoryError
from landcast.core.model.folder import LoadedModel, load_model
from landcast.core.protocol.engine_messages import Loaded
from landcast.worker.engine import models
from landcast.worker.engine.models import WarmModels
from landcast.worker.engine.requests import tell_failure

CPU = torch.device("cpu")


@pytest.fixture
def folders(make_tiny_model: Callable[..., Path]) -> list[Path]:
    """Folders of two models."""
    return [make_tiny_model("one_step", name=name) for name in ("one", "other")]


class Heard:
    """Takes in what is told of loaded models."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def take(self, loaded: Loaded) -> None:
        self.names = [model.name for model in loaded.models]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def warm(heard: Heard) -> WarmModels:
    return WarmModels(on_change=heard.take)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch, heard: Heard) -> Callable[[int], None]:
    """Let there be memory for so many models at once."""

    def make(most: int) -> None:
        def load(*arguments: Any) -> LoadedModel:
            if len(heard.names) >= most:
                raise DeviceMemoryError("cuda:0: has no memory for the weights")
            return load_model(*arguments)

        monkeypatch.setattr(models, "load_model", load)

    return make


def test_a_model_that_finds_no_memory_drives_out_the_others(
    folders: list[Path], limit: Callable[[int], None], warm: WarmModels, heard: Heard
) -> None:
    limit(1)
    for folder, name in zip(folders, ("one", "other"), strict=True):
        assert warm.load(folder, CPU, torch.float32).contract.name == name
        assert heard.names == [name]


def test_a_model_for_which_there_never_is_memory_is_told_as_such(
    folders: list[Path], limit: Callable[[int], None], warm: WarmModels
) -> None:
    limit(0)
    with pytest.raises(DeviceMemoryError) as raised:
        warm.load(folders[0], CPU, torch.float32)
    failed = tell_failure("0" * 32, raised.value)
    assert (failed.code, failed.is_retryable) == ("out_of_memory", True)


def test_making_room_keeps_the_model_used_last(folders: list[Path], warm: WarmModels, heard: Heard) -> None:
    for folder in (*folders, folders[0]):
        warm.load(folder, CPU, torch.float32)
    warm.make_room()
    assert heard.names == ["one"]
