"""A step of every preset on another device than the CPU leaves nothing behind there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from landcast.core.forecast.sampler import make_schedule
from landcast.core.lattice import COARSE_PX, TILE_PX
from landcast.core.model.unet import build_unet
from landcast.tests.models import TINY_UNET
from landcast.tests.other_device import META, on_other_device
from landcast.training.forecaster import forecaster_loss
from landcast.training.presets import PRESETS, find_preset
from landcast.training.processes import Processes
from landcast.training.samples import PairBatch
from landcast.training.upscaler import Upscaling, rehearse_losses


@pytest.mark.parametrize("name", PRESETS)
def test_the_forecasters_loss_and_its_gradients(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = find_preset(name).forecaster
    tiny = replace(
        own.unet, block_channels=TINY_UNET.block_channels, layers_per_block=1, norm_groups=TINY_UNET.norm_groups,
        attention_from_level=2, attention_head_channels=16,
    )  # fmt: skip
    own = replace(own, batch_size=2, unet=tiny)
    unet, power = build_unet(own.unet).to(META), make_schedule(own.objective).alphas_cumprod.to(META)
    side = COARSE_PX if own.change_grid == "cells" else TILE_PX
    batch = PairBatch(torch.zeros(2, 3, TILE_PX, TILE_PX), torch.zeros(2, 3, side, side), torch.ones(2), torch.ones(2))
    with on_other_device(monkeypatch) as watch:
        loss = forecaster_loss(unet, batch, own, 0.1, power, torch.Generator().manual_seed(0), slice(None))
        loss.backward()
    assert watch.mixed == []
    assert (loss.device, loss.ndim) == (META, 0)
    assert {parameter.grad.device for parameter in unet.parameters() if parameter.grad is not None} == {META}


@pytest.mark.parametrize("name", ["default", "reference"])
def test_the_upscalers_losses(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = find_preset(name)
    own = replace(settings.upscaler, blocks=1, channels=8, batch_size=2, coarse_px=16)
    networks = Upscaling(replace(settings, upscaler=own), None, META, torch.float32, Processes())
    with on_other_device(monkeypatch) as watch:
        loss = rehearse_losses(networks, torch.zeros(2, 3, 64, 64, device=META), is_adversarial=True)
        loss.backward()
    assert watch.mixed == []
    assert loss.device == META
