"""Writes a model folder with random weights; run by the interpreter that Landcast is installed in.

Usage: python write_tiny_model.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from diffusers import DDPMScheduler
from landcast.core.model.contract import ModelContract
from landcast.core.model.folder import save_model
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import UNetShape, build_unet

CONTRACT = ModelContract(
    name="tiny",
    region="nowhere",
    sensor="none",
    objective="one_step",
    condition_layout="unshuffle",
    difference_std=0.1,
    sampling_steps=1,
    composition="anchored",
    gsd_range_m=(0.3, 1.0),
    trained_gsd_m=(0.6,),
    interval_years=(2.0, 4.0),
)
UNET = UNetShape(
    block_channels=(8, 16),
    layers_per_block=1,
    attention_from_level=2,
    attention_head_channels=8,
    is_conditioned_on_interval=True,
    norm_groups=4,
)


def write(folder: Path) -> None:
    """Write the model; the same bytes each time."""
    torch.manual_seed(0)
    upscaler = RRDBNet(blocks=1, channels=8, growth=4)
    save_model(folder, CONTRACT, build_unet(UNET), upscaler, DDPMScheduler(100), "A model for tests.\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
