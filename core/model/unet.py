"""The denoising UNet of each preset, as diffusers builds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from diffusers import UNet2DModel

DIFFERENCE_CHANNELS = 3
"""Channels of the coarse difference image: red, green, blue."""
PIXEL_CHANNELS = 48
"""Channels of the difference of pixels, by space to depth: 3 x 128 x 128 as 48 x 32 x 32."""


@dataclass(frozen=True)
class UNetShape:
    """The size of a UNet.

    Attributes:
        block_channels: channels of each resolution level, finest first.
        layers_per_block: residual blocks in each level.
        attention_from_level: first level with self-attention; 0 is the finest.
        attention_head_channels: channels of one attention head.
        difference_channels: channels of noise and prediction.
        condition_channels: channels that carry the present image.
        reserved_channels: channels kept for later conditions; their weights start at zero.
        is_conditioned_on_interval: whether years ahead and GSD enter through the time embedding.
        norm_groups: groups of each group normalisation.
    """

    block_channels: tuple[int, ...]
    layers_per_block: int
    attention_from_level: int
    attention_head_channels: int
    difference_channels: int = DIFFERENCE_CHANNELS
    condition_channels: int = 48
    reserved_channels: int = 0
    is_conditioned_on_interval: bool = False
    norm_groups: int = 32


REFERENCE_UNET = UNetShape(
    block_channels=(224, 448, 672, 896), layers_per_block=2, attention_from_level=0, attention_head_channels=8
)
"""The network of the method's authors: 51 channels in, attention at every level."""

DEFAULT_UNET = UNetShape(
    block_channels=(64, 96, 128, 192),
    layers_per_block=1,
    attention_from_level=2,
    attention_head_channels=32,
    reserved_channels=16,
    is_conditioned_on_interval=True,
)
"""Small enough for a CPU: attention at 8 x 8 and 4 x 4 cells only, room for one later condition raster."""

NATIVE_UNET = replace(DEFAULT_UNET, difference_channels=PIXEL_CHANNELS, reserved_channels=0)
"""As wide as the default; 96 channels in, 48 out: it draws every pixel of 128 x 128 itself."""


def build_unet(shape: UNetShape) -> UNet2DModel:
    """Make an untrained UNet that maps noise and condition to a prediction of the difference.

    The network takes float (n, difference + condition + reserved, 32, 32) and gives float (n, difference, 32, 32).
    """
    levels = len(shape.block_channels)
    has_attention = [level >= shape.attention_from_level for level in range(levels)]
    settings: dict[str, Any] = {"class_embed_type": "identity"} if shape.is_conditioned_on_interval else {}
    unet = UNet2DModel(
        sample_size=32,
        in_channels=shape.difference_channels + shape.condition_channels + shape.reserved_channels,
        out_channels=shape.difference_channels,
        layers_per_block=shape.layers_per_block,
        block_out_channels=shape.block_channels,
        down_block_types=tuple("AttnDownBlock2D" if has else "DownBlock2D" for has in has_attention),
        up_block_types=tuple("AttnUpBlock2D" if has else "UpBlock2D" for has in reversed(has_attention)),
        attention_head_dim=shape.attention_head_channels,
        norm_num_groups=shape.norm_groups,
        **settings,
    )
    if shape.reserved_channels:
        with torch.no_grad():
            unet.conv_in.weight[:, -shape.reserved_channels :] = 0
    return unet
