"""The authors' judge of the upscaler: a Wasserstein critic, and the penalty that keeps its slope near one."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, leaky_relu

POOLED_SIDE = 6
HIDDEN = 1024


class WassersteinCritic(nn.Module):
    """Rates whole images; every second layer halves them, two dense layers make one number of what is left.

    Args:
        channels: of each convolution.

    Source: Ledig et al. 2017, SRGAN, figure 4, without normalisation, as the gradient penalty asks for.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        widths = [3, *channels]
        self.layers = nn.ModuleList(
            nn.Conv2d(widths[index], width, 3, stride=1 + index % 2, padding=1) for index, width in enumerate(channels)
        )
        self.hidden = nn.Linear(channels[-1] * POOLED_SIDE**2, HIDDEN)
        self.rating = nn.Linear(HIDDEN, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Rate float (n, 3, y, x); (n, 1), without bounds."""
        current = image
        for layer in self.layers:
            current = leaky_relu(layer(current), 0.2)
        pooled = adaptive_avg_pool2d(current, POOLED_SIDE).flatten(1)
        rating: Tensor = self.rating(leaky_relu(self.hidden(pooled), 0.2))
        return rating


def critic_loss(critic: nn.Module, real: Tensor, drawn: Tensor, penalty_weight: float, share: Tensor) -> Tensor:
    """The critic's loss: how little it tells real from drawn, and the penalty.

    Args:
        critic: rates images.
        real: float32, (n, 3, y, x).
        drawn: float32, the same shape, without gradient.
        penalty_weight: of the gradient penalty.
        share: float32, (n, 1, 1, 1); where between drawn (0) and real (1) the slope is looked at.

    Source: Gulrajani et al. 2017, equation 3.
    """
    gap: Tensor = critic(real).mean() - critic(drawn).mean()
    return penalty_weight * gradient_penalty(critic, real, drawn, share) - gap


def gradient_penalty(critic: nn.Module, real: Tensor, drawn: Tensor, share: Tensor) -> Tensor:
    """Mean squared distance of the critic's slope from one, between real and drawn; a scalar with a gradient."""
    between = (share * real + (1 - share) * drawn).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    penalty: Tensor = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty
