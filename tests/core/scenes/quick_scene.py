"""Scenes that are predicted in a moment: the smallest networks that still change what they are shown."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from landcast.core.forecast.sampler import make_schedule
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import LoadedModel, hash_model
from landcast.core.request import PredictionRequest
from landcast.core.scenes.scene_run import SceneListener

BLOCK_PX = 128


class QuickUnet(nn.Module):
    """Says that each window becomes what its noise and its first condition channels make of it."""

    config = SimpleNamespace(in_channels=67, out_channels=3, class_embed_type=None, block_out_channels=(16,))

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(0.7))

    def forward(self, shown: Tensor, timestep: Tensor, class_labels: Tensor | None = None) -> Any:
        return SimpleNamespace(sample=self.gain * (shown[:, :3] - shown[:, 3:6]))


class QuickUpscaler(nn.Module):
    """Enlarges fourfold."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(1.0))

    def forward(self, coarse: Tensor) -> Tensor:
        return self.gain * interpolate(coarse, scale_factor=4.0, mode="nearest")


def load_quickly(folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
    """Put the smallest networks in the place of a folder's."""
    networks = (network.to(device, precision).requires_grad_(False) for network in (QuickUnet(), QuickUpscaler()))
    power = make_schedule("one_step").alphas_cumprod
    return LoadedModel(load_contract(folder), *networks, power, hash_model(folder))  # type: ignore[arg-type]


class Heard(SceneListener):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.calls: list[tuple[int, int]] = []
        self.blocks: list[tuple[int, bool]] = []
        self.failures: list[tuple[int, str]] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progress(self, done: int, total: int) -> None:
        self.calls.append((done, total))

    def block_done(self, number: int, total: int, seconds: float, was_kept: bool) -> None:
        self.blocks.append((number, was_kept))

    def block_failed(self, number: int, total: int, reason: str) -> None:
        self.failures.append((number, reason))


def hidden(request: PredictionRequest) -> Path:
    """Where plan and blocks of a result stand."""
    return request.output_path.with_name(f".{request.output_path.name}.landcast")


def kept_in(request: PredictionRequest) -> Path:
    """Where the blocks of an unfinished run are, which keeps them in its own folder."""
    return next(hidden(request).glob("blocks-*"))


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name, hidden ones too, in whatever folder below they are."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
