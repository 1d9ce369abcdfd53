"""Perceptual distance: how far two images are apart in the features of a network that looks at places, not at pixels.

With weights of a VGG16 or VGG19 it is the one that the method's authors measure by: the mean absolute difference of the
features at the end of the first four stages, summed, of images brought to 224 px (Johnson et al. 2016, Perceptual
losses, with all four). Without, it is that of Zhang et al. 2018 (The unreasonable effectiveness of deep features,
equation 1, all weights equal) in features of the region's own network. The figures of the two have nothing in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn.functional import interpolate, normalize

from ...core.errors import RequestError
from ..perceptual import (
    PREFIX,
    SIDE_PX,
    WIDTHS_OF_STAGES,
    WIDTHS_OF_VGG16,
    hash_weights,
    read_weights,
    stage_layers,
)
from .region_features import RegionFeatures

STAGES = 4
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the images that published weights were trained on, which they want to be brought to."""
IMAGES_AT_ONCE = 8


class Distance(Protocol):
    """Compares images."""

    def __call__(self, drawn: Tensor, real: Tensor) -> Tensor:
        """Compare float32 (n, 3, y, x) in 0..1 with others; float32 (n,), 0 where they are equal."""


@dataclass(frozen=True)
class Ruler:
    """What a study measures perceptual distance by.

    Attributes:
        name: in words, for the report.
        facts: what it depends on.
        distance: of two batches of images.
        device: where it computes.
    """

    name: str
    facts: Mapping[str, Any]
    distance: Distance
    device: torch.device

    def mean(self, drawn: NDArray[np.float32], real: NDArray[np.float32]) -> float:
        """Mean distance of images from others, both float32 (n, 3, y, x) in 0..1."""
        found = []
        for first in range(0, len(drawn), IMAGES_AT_ONCE):
            some = slice(first, first + IMAGES_AT_ONCE)
            pair = (torch.from_numpy(np.ascontiguousarray(part[some])).to(self.device) for part in (drawn, real))
            with torch.inference_mode():
                found.append(self.distance(*pair).float().cpu())
        return float(torch.cat(found).double().mean())


class VggDistance(nn.Module):
    """Mean absolute difference of the features of the first four stages of a VGG, summed.

    Attributes:
        kind: VGG16 or VGG19, as the file has it.

    Raises:
        RequestError: the file cannot be read, or holds another network.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.kind, widths = _kind(weights)
        self.features = nn.Sequential(*stage_layers(widths[:STAGES])[:-1])
        self.features.load_state_dict(read_weights(weights, self.features, self.kind))
        self.eval().requires_grad_(False)

    def forward(self, drawn: Tensor, real: Tensor) -> Tensor:
        stages = zip(self._stages(drawn), self._stages(real), strict=True)
        apart: list[Tensor] = [(one - other).abs().mean((1, 2, 3)) for one, other in stages]
        return torch.stack(apart).sum(0)

    def _stages(self, images: Tensor) -> list[Tensor]:
        found: list[Tensor] = []
        mean, deviation = (images.new_tensor(values).view(3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_DEVIATION))
        hidden = interpolate((images - mean) / deviation, (SIDE_PX, SIDE_PX), mode="bilinear")
        for layer in self.features:
            if isinstance(layer, nn.MaxPool2d):
                found.append(hidden)
            hidden = layer(hidden)
        return [*found, hidden]


def region_distance(network: RegionFeatures) -> Distance:
    """Mean over the stages of the squared distance of features, which have length 1 at every place, over the image."""

    def distance(drawn: Tensor, real: Tensor) -> Tensor:
        stages = zip(network(drawn), network(real), strict=True)
        apart = [(normalize(one) - normalize(other)).square().sum(1).mean((1, 2)) for one, other in stages]
        return torch.stack(apart).mean(0)

    return distance


def vgg_ruler(weights: Path, device: torch.device) -> Ruler:
    """Measure by the features of a user's weights.

    Raises:
        RequestError: the file cannot be read, or holds another network.
    """
    network = VggDistance(weights).to(device)
    digest = hash_weights(weights)
    words = f"{network.kind}, weights {weights.name} (SHA-256 {digest[:16]}): L1 of four stages, images of {SIDE_PX} px"
    return Ruler(words, {"kind": network.kind, "sha256": digest}, network, device)


def _kind(weights: Path) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Tell VGG16 from VGG19 by the place of the convolutions in its third stage."""
    try:
        with safe_open(weights, "pt") as file:
            names = {name.removeprefix(PREFIX) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise RequestError(f"--perceptual-weights {weights}: cannot be read as safetensors ({error})") from error
    if "17.weight" in names and "16.weight" not in names:
        return "VGG16", WIDTHS_OF_VGG16
    return "VGG19", WIDTHS_OF_STAGES
