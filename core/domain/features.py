"""What a model's own network makes of a tile: the statistics of its finest activations, as numbers to compare by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from diffusers import UNet2DModel
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ..forecast.sampler import TRAINING_STEPS
from ..model.condition import IMAGE_MEAN
from ..model.contract import ModelContract
from ..model.denoiser import make_condition

LEVELS = 2
"""Finest levels of the encoder that are looked at. Deeper ones tell ground apart less well (`docs/domain.md`)."""
BATCH_TILES = 16
COLOUR_FEATURES = 9
"""Mean, deviation and sharpness of three colours."""
SHARP_PX = 5
"""What stands out from a square of this side is sharp."""
Floats = NDArray[np.float32]


class FeatureNetwork:
    """Looks at tiles as the forecast's first call does, but without noise.

    A network that learnt to change images of a region has filters for what it met there; other ground leaves other
    statistics in them. No further network is needed, and none was trained on anything else.

    Args:
        unet: the first of the model, in fp32.
        contract: of the model.
        years_ahead: told for every tile, so that distances do not depend on what is asked for.
        gsd_m: told for every tile, metres.
    """

    def __init__(self, unet: UNet2DModel, contract: ModelContract, years_ahead: float, gsd_m: float) -> None:
        self._unet, self._layout = unet, contract.condition_layout
        self._years_ahead, self._gsd_m = years_ahead, gsd_m

    @torch.inference_mode()
    def features(self, images: Floats) -> Floats:
        """Mean and deviation over the tile of each channel of each level, then of the colours.

        Args:
            images: float32, (tile, 3, 128, 128) in 0..1.

        Returns:
            float32, (tile, feature); the last `COLOUR_FEATURES` are those of the colours.
        """
        parts = [self._pooled(images[first : first + BATCH_TILES]) for first in range(0, len(images), BATCH_TILES)]
        return np.concatenate(parts)

    def _pooled(self, images: Floats) -> Floats:
        image = torch.from_numpy(images).to(self._unet.device)
        pooled = [torch.cat([level.mean((2, 3)), level.std((2, 3))], 1) for level in self._levels(image)]
        found: Floats = torch.cat([*pooled, _colours(image)], 1).float().cpu().numpy()
        return found

    def _levels(self, image: Tensor) -> Iterator[Tensor]:
        unet, count = self._unet, len(image)
        years, gsd_m = (image.new_full((count,), value) for value in (self._years_ahead, self._gsd_m))
        condition = make_condition(unet, self._layout, image, years, gsd_m)
        nothing = image.new_zeros(count, unet.config.out_channels, *condition.channels.shape[-2:])
        times = torch.full((count,), TRAINING_STEPS - 1, device=image.device)
        # as UNet2DModel.forward begins: diffusers gives no call that ends with the encoder
        told = unet.time_embedding(unet.time_proj(times).to(image.dtype))
        if condition.interval is not None:
            told = told + unet.class_embedding(condition.interval)
        hidden = unet.conv_in(torch.cat([nothing, condition.channels], 1))
        for block in unet.down_blocks[:LEVELS]:
            hidden, _ = block(hidden_states=hidden, temb=told)
            yield hidden


def _colours(image: Tensor) -> Tensor:
    """Mean, deviation and sharpness of each colour, float (tile, 9)."""
    soft = avg_pool2d(image, SHARP_PX, 1, SHARP_PX // 2, count_include_pad=False)
    return torch.cat([image.mean((2, 3)), image.std((2, 3)), (image - soft).std((2, 3))], 1)


def fill_tile(image: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Give invalid pixels of float32 (3, y, x) the mean of the valid ones, so that a hole is no feature.

    Args:
        image: float32, (3, y, x) in 0..1.
        valid: bool, (y, x).
    """
    if valid.all():
        return image
    mean = image[:, valid].mean(1) if valid.any() else np.full(3, IMAGE_MEAN, np.float32)
    return np.where(valid, image, mean[:, None, None]).astype(np.float32)
