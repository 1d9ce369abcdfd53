"""A small network that learns to tell places of the region apart, as the ruler of perceptual distance.

Where the user has no weights of a VGG, features have to come from the region itself. A model's own network, whose
features the domain check compares (`core/domain/features.py`), is no ruler here: a study trains a forecast at each
point, and a forecast must not be judged by features of its own; one network of its own judges all points alike. It has
no labels, so it learns by telling apart (Chen et al. 2020, A simple framework for contrastive learning of visual
representations, equation 1): of many images, which two are views of one, turned and recoloured? Both dates of a place
are different images in this, so that what changes between them counts. Such features measure perceived distance nearly
as well as those of labelled images (Zhang et al. 2018, table 5). They know this region alone: distances of two regions
cannot be compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize, relu

from ...core.files import sync
from ...core.lattice import TILE_PX
from ..pairs import ChipPair

CHANNELS = (16, 32, 48, 64)
"""Of the stages; each but the first halves the image."""
EMBEDDED = 64
STEPS, BATCH_PAIRS, VIEW_PX = 400, 16, 64
LARGEST_SHIFT_PX = 16
"""Between the middles of two views of an image, along each axis."""
GAIN, OFFSET = 0.1, 0.05
"""Of the colours of a view, per band."""
TEMPERATURE = 0.1
LEARNING_RATE = 1e-3
FORMAT = 1
CHECKED_PAIRS = 64
"""Held-out pairs that are told apart at the end, at most."""


class RegionFeatures(nn.Module):
    """Four stages of two convolutions each; features are taken at the end of every stage."""

    def __init__(self) -> None:
        super().__init__()
        before, stages = 3, []
        for number, channels in enumerate(CHANNELS):
            stride = 1 if number == 0 else 2
            stages.append(nn.ModuleList([
                nn.Conv2d(before, channels, 3, stride, padding=1), nn.Conv2d(channels, channels, 3, padding=1),
            ]))  # fmt: skip
            before = channels
        self.stages = nn.ModuleList(stages)
        self.embedding = nn.Linear(sum(CHANNELS), EMBEDDED)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Features of float32 (n, 3, y, x) in 0..1: one (n, channel, y / 2^i, x / 2^i) a stage."""
        found, hidden = [], 2 * images - 1
        for stage in self.stages:
            assert isinstance(stage, nn.ModuleList)
            for convolution in stage:
                hidden = relu(convolution(hidden))
            found.append(hidden)
        return found

    def embed(self, images: Tensor) -> Tensor:
        """One direction for each image, float32 (n, 64), of length 1."""
        pooled = torch.cat([stage.mean((2, 3)) for stage in self(images)], 1)
        return normalize(self.embedding(pooled))


def region_facts(chips: Sequence[ChipPair], sha256: str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """What a network of the region depends on; one with equal facts is used again."""
    return {"format": FORMAT, "channels": list(CHANNELS), "steps": steps, "batch": BATCH_PAIRS, "seed": seed,
            "pairs": len(chips), "data": sha256}  # fmt: skip


def train_region_features(
    chips: Sequence[ChipPair], seed: int, device: torch.device, on_step: Callable[[int], None], steps: int = STEPS
) -> RegionFeatures:
    """Train a network on pairs of 128 px; the frozen network comes back.

    Args:
        chips: of all scales that it is to look at.
        seed: of weights, batches and views.
        device: where to train.
        on_step: called with the steps done; may raise to stop.
        steps: to take.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = RegionFeatures().to(device)
    optimiser = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    for step in range(steps):
        random = np.random.default_rng([seed, 6, step])
        first, second = draw_views(_batch(chips, random), random)
        loss = contrastive_loss(network.embed(first.to(device)), network.embed(second.to(device)))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        on_step(step + 1)
    return network.eval().requires_grad_(False)


def contrastive_loss(first: Tensor, second: Tensor) -> Tensor:
    """How badly the views of one image, equal rows of (n, axis) both, are told from those of all others; a scalar."""
    likeness = first @ second.T / TEMPERATURE
    own = torch.arange(len(first), device=first.device)
    return (cross_entropy(likeness, own) + cross_entropy(likeness.T, own)) / 2


def told_apart(
    network: RegionFeatures, chips: Sequence[ChipPair], seed: int, device: torch.device
) -> tuple[float, int]:
    """How often a view finds the other one of its image among those of both dates of some pairs, and of how many.

    By chance it would be one divided by that number.
    """
    random = np.random.default_rng([seed, 7])
    picks = np.unique(np.linspace(0, len(chips) - 1, min(CHECKED_PAIRS, len(chips))).round().astype(int))
    first, second = draw_views([chips[index] for index in picks], random)
    with torch.inference_mode():
        likeness = network.embed(first.to(device)) @ network.embed(second.to(device)).T
    own = torch.arange(len(likeness), device=likeness.device)
    return float((likeness.argmax(1) == own).float().mean()), len(likeness)


def draw_views(chips: Sequence[ChipPair], random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Two views of every date of some pairs; float32 (image, 3, 64, 64) both."""
    images = [image for chip in chips for image in (chip.before, chip.after)]
    views = [_view_pair(image, random) for image in images]
    first, second = (torch.from_numpy(np.stack([pair[number] for pair in views])) for number in range(2))
    return first, second


def save_region_features(path: Path, network: RegionFeatures, facts: Mapping[str, Any]) -> None:
    """Write a network and the facts that made it, aside first."""
    aside = path.with_name(f".{path.name}.partial")
    said = {"landcast": json.dumps(dict(facts), sort_keys=True)}
    save_file({name: value.cpu().contiguous() for name, value in network.state_dict().items()}, aside, said)
    sync(aside)
    aside.replace(path)


def load_region_features(path: Path, facts: Mapping[str, Any], device: torch.device) -> RegionFeatures | None:
    """Read a network that was kept; None where there is none, or it is damaged, or of other facts."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            said = json.loads((file.metadata() or {})["landcast"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        network = RegionFeatures()
        network.load_state_dict(tensors)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError):
        return None
    return network.to(device).eval().requires_grad_(False) if said == dict(facts) else None


def _batch(chips: Sequence[ChipPair], random: np.random.Generator) -> list[ChipPair]:
    count = min(BATCH_PAIRS, len(chips))
    return [chips[index] for index in random.choice(len(chips), count, replace=False)]


def _view_pair(
    image: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    reach = TILE_PX - VIEW_PX
    corner = random.integers(0, reach + 1, 2)
    other = np.clip(corner + random.integers(-LARGEST_SHIFT_PX, LARGEST_SHIFT_PX + 1, 2), 0, reach)
    return _view(image, corner, random), _view(image, other, random)


def _view(image: NDArray[np.uint8], corner: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float32]:
    """A part of uint8 (3, 128, 128), turned and recoloured; float32 (3, 64, 64)."""
    top, left = corner
    part = np.divide(image[:, top : top + VIEW_PX, left : left + VIEW_PX], 255, dtype=np.float32)
    part = np.rot90(part, int(random.integers(4)), axes=(1, 2))
    if random.integers(2):
        part = part[:, :, ::-1]
    gain = 1 + GAIN * random.uniform(-1, 1, (3, 1, 1))
    offset = OFFSET * random.uniform(-1, 1, (3, 1, 1))
    return np.ascontiguousarray(part * gain + offset, dtype=np.float32)
