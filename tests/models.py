"""Untrained models, small enough to run in tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from landcast.core.forecast.sampler import make_schedule
from landcast.core.model.contract import ModelContract, Objective
from landcast.core.model.folder import save_model
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import PIXEL_CHANNELS, UNetShape, build_unet
from landcast.core.noise import NoiseOctaves

TINY_UNET = UNetShape(
    block_channels=(16, 16, 32),
    layers_per_block=1,
    attention_from_level=2,
    attention_head_channels=16,
    reserved_channels=16,
    is_conditioned_on_interval=True,
    norm_groups=8,
)
TINY_NATIVE_UNET = replace(TINY_UNET, difference_channels=PIXEL_CHANNELS, reserved_channels=0)
TINY_CONTRACT = ModelContract(
    name="tiny",
    region="nowhere",
    sensor="none",
    objective="one_step",
    condition_layout="unshuffle",
    difference_std=0.1,
    sampling_steps=1,
    composition="anchored",
    gsd_range_m=(0.5, 10.0),
    trained_gsd_m=(0.6, 1.0),
    interval_years=(2.0, 4.0),
    noise=NoiseOctaves((1, 8), (1.0, 0.5)),
)


def write_tiny_model(folder: Path, objective: Objective = "one_step", **changes: object) -> Path:
    """Write an untrained model that predicts visible, senseless change; equal calls give equal files."""
    torch.manual_seed(0)
    layout = "quadrants" if objective == "epsilon" else "unshuffle"
    steps = {"one_step": 1, "v_prediction": 3, "epsilon": 5, "regression": 1}[objective]
    contract = replace(TINY_CONTRACT, objective=objective, condition_layout=layout, sampling_steps=steps)
    contract = replace(contract, **changes)  # type: ignore[arg-type]
    is_native = contract.change_grid == "pixels"
    upscaler = RRDBNet(blocks=1, channels=8, growth=4, has_bicubic_base=True)
    save_model(
        folder,
        contract,
        [build_unet(TINY_NATIVE_UNET if is_native else TINY_UNET) for _ in range(contract.networks)],
        None if is_native else upscaler,
        make_schedule(objective),
        "A card.\n",
    )
    return folder
