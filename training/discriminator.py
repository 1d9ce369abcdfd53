"""The judge of generated detail: a small convolutional network that rates patches."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss, leaky_relu
from torch.nn.utils.parametrizations import spectral_norm

CHANNELS = (48, 96, 128, 128)


class PatchDiscriminator(nn.Module):
    """Rates overlapping patches of an image as real or drawn.

    Spectral normalisation (Miyato et al. 2018) keeps its judgement smooth, so that few steps suffice.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = [3, *CHANNELS]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4 if index < 3 else 3, stride=2 if index < 3 else 1, padding=1))
            for index, (before, after) in enumerate(pairwise(widths))
        )
        self.rating = spectral_norm(nn.Conv2d(CHANNELS[-1], 1, 3, padding=1))

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Rate float (n, 3, y, x): ratings (n, 1, y / 8, x / 8), and the features of each layer."""
        features: list[Tensor] = []
        current = image - 0.5
        for layer in self.layers:
            current = leaky_relu(layer(current), 0.2)
            features.append(current)
        return self.rating(current), features


def discriminator_loss(real: Tensor, drawn: Tensor) -> Tensor:
    """Relativistic average loss of the judge (Jolicoeur-Martineau 2018, equation 5)."""
    return 0.5 * (_rated(real - drawn.mean(), True) + _rated(drawn - real.mean(), False))


def generator_loss(real: Tensor, drawn: Tensor) -> Tensor:
    """Relativistic average loss of the generator: the judge's with the sides exchanged."""
    return discriminator_loss(drawn, real)


def feature_loss(real: list[Tensor], drawn: list[Tensor]) -> Tensor:
    """Mean absolute difference of the judge's features (Salimans et al. 2016, feature matching)."""
    return torch.stack([l1_loss(b, a.detach()) for a, b in zip(real, drawn, strict=True)]).mean()


def _rated(logits: Tensor, is_real: bool) -> Tensor:
    target = torch.ones_like(logits) if is_real else torch.zeros_like(logits)
    return binary_cross_entropy_with_logits(logits, target)
