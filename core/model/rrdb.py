"""The generator of ESRGAN: residual-in-residual dense blocks, four times finer in each direction."""

from __future__ import annotations

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu

UPSCALE = 4
"""Fine pixels along one side of a coarse cell."""


class DenseBlock(nn.Module):
    """Five convolutions, each seeing all before it; the last is added to the input, scaled."""

    def __init__(self, channels: int, growth: int, residual_scale: float) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        widths = [channels + i * growth for i in range(5)]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(width, growth if i < 4 else channels, 3, padding=1) for i, width in enumerate(widths)
        )

    def forward(self, features: Tensor) -> Tensor:
        seen = [features]
        for convolution in self.convolutions[:-1]:
            seen.append(_leaky(convolution(torch.cat(seen, 1))))
        last: Tensor = self.convolutions[-1](torch.cat(seen, 1))
        return features + self.residual_scale * last


class ResidualInResidualBlock(nn.Module):
    """Three dense blocks within one more scaled residual."""

    def __init__(self, channels: int, growth: int, residual_scale: float) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        self.dense = nn.Sequential(*(DenseBlock(channels, growth, residual_scale) for _ in range(3)))

    def forward(self, features: Tensor) -> Tensor:
        refined: Tensor = self.dense(features)
        return features + self.residual_scale * refined


class RRDBNet(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """Upscale an image fourfold.

    Args:
        blocks: residual-in-residual blocks.
        channels: channels of the body.
        growth: channels that each convolution of a dense block adds.
        residual_scale: weight of every residual branch.
        has_bicubic_base: whether the network only corrects a bicubic enlargement, which trains in a
            fraction of the steps; the published network makes the whole image.

    Source: Wang et al. 2018, ESRGAN, figure 4; nearest-neighbour upsampling between convolutions.
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        blocks: int = 16,
        channels: int = 64,
        growth: int = 32,
        residual_scale: float = 0.2,
        has_bicubic_base: bool = False,
    ) -> None:
        super().__init__()
        self.has_bicubic_base = has_bicubic_base
        self.conv_in = nn.Conv2d(3, channels, 3, padding=1)
        self.body = nn.ModuleList(ResidualInResidualBlock(channels, growth, residual_scale) for _ in range(blocks))
        self.conv_body = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_up = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.conv_fine = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv_out = nn.Conv2d(channels, 3, 3, padding=1)
        self._shrink_initial_weights()

    def forward(self, coarse: Tensor) -> Tensor:
        """Enlarge float32 (n, 3, y, x) in 0..1 to float32 (n, 3, 4 y, 4 x); values may leave 0..1 a little.

        The body runs in the precision of its weights; the sum with the enlargement does not, for a step of
        bf16 near one is as large as a level of an 8-bit image.
        """
        shallow: Tensor = self.conv_in((coarse - 0.5).to(self.conv_in.weight.dtype))
        deep = shallow
        for block in self.body:
            deep = block(deep)
        features = shallow + self.conv_body(deep)
        for convolution in self.conv_up:
            features = _leaky(convolution(interpolate(features, scale_factor=2.0, mode="nearest")))
        fine: Tensor = self.conv_out(_leaky(self.conv_fine(features))).float()
        if self.has_bicubic_base:
            return fine + interpolate(coarse, scale_factor=float(UPSCALE), mode="bicubic")
        return fine + 0.5

    def _shrink_initial_weights(self) -> None:
        """Start near the identity, as Wang et al. 2018 advise for networks without normalisation."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, a=0.2)
                module.weight.data *= 0.1
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]


def _leaky(features: Tensor) -> Tensor:
    """The activation, in the memory of what nobody else needs; in training the convolution before it does."""
    return leaky_relu(features, 0.2, inplace=not torch.is_grad_enabled())
