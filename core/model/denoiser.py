"""One call of the UNet: what it is shown, and how."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from diffusers import UNet2DModel
from torch import Tensor
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from ..lattice import CELL_PX, COARSE_PX
from .condition import embed_interval, lay_out_condition
from .contract import ChangeGrid, ConditionLayout

EMBEDDING_WIDTH_FACTOR = 4
"""UNet2DModel embeds time in four times the channels of its finest level."""


@dataclass(frozen=True)
class Condition:
    """What the network knows of the present.

    Attributes:
        channels: float, (n, condition + reserved, 32, 32).
        interval: float, (n, width) embedding of years ahead and GSD; None where the network takes none.
    """

    channels: Tensor
    interval: Tensor | None


def make_condition(
    unet: UNet2DModel, layout: ConditionLayout, image: Tensor, years_ahead: Tensor, gsd_m: Tensor
) -> Condition:
    """Prepare float images (n, 3, 128, 128) in 0..1, years (n,) and GSD in metres (n,) for a UNet."""
    channels = lay_out_condition(image, layout)
    reserved = unet.config.in_channels - unet.config.out_channels - channels.shape[1]
    if reserved:
        empty = channels.new_zeros(len(image), reserved, COARSE_PX, COARSE_PX)
        channels = torch.cat([channels, empty], 1)
    if unet.config.class_embed_type is None:
        return Condition(channels, None)
    width = unet.config.block_out_channels[0] * EMBEDDING_WIDTH_FACTOR
    return Condition(channels, embed_interval(years_ahead, gsd_m, width))


def to_network(field: Tensor, grid: ChangeGrid) -> Tensor:
    """Bring noise or a difference, float (n, 3, 32, 32) or of pixels (n, 3, 128, 128), to the UNet's channels."""
    return field if grid == "cells" else pixel_unshuffle(field, CELL_PX)


def from_network(channels: Tensor, grid: ChangeGrid) -> Tensor:
    """Undo `to_network`."""
    return channels if grid == "cells" else pixel_shuffle(channels, CELL_PX)


def call_unet(unet: UNet2DModel, noisy: Tensor, timestep: Tensor, condition: Condition) -> Tensor:
    """Run the UNet on float (n, difference, 32, 32) at integer timesteps (n,); the same shape comes back."""
    shown = torch.cat([noisy, condition.channels], 1)
    output: Tensor = unet(shown, timestep, class_labels=condition.interval).sample
    return output
