"""The method as its authors run it: tile by tile, 100 steps of their network in fp32, one tile a call.

Built from what they describe; the weights are untrained, for values cost nothing. Nothing of what Landcast does for
speed is in it: the memory format is PyTorch's own, the tiles of 32 px go into ESRGAN as they are, with zeros around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import torch
from diffusers import DDPMScheduler
from rasterio.windows import Window
from stage_clock import StageClock
from torch import Tensor

from landcast.core.forecast.sampler import make_schedule
from landcast.core.lattice import COARSE_PX, TILE_PX
from landcast.core.model.condition import coarsen, lay_out_condition
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import DIFFERENCE_CHANNELS, REFERENCE_UNET, build_unet

STEPS = 100
CONDITION_CHANNELS = 48


@dataclass(frozen=True)
class TileCost:
    """CPU and wall seconds of one tile by stage; those of the UNet are of all its steps."""

    cpu_s: dict[str, float]
    wall_s: dict[str, float]


class AuthorsMethod:
    """The authors' two networks and what they do with them, on one thread of the CPU."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.unet = build_unet(REFERENCE_UNET).eval().requires_grad_(False)
        self.upscaler = RRDBNet().eval().requires_grad_(False)
        self._schedule: DDPMScheduler = make_schedule("epsilon")

    @property
    def parameters(self) -> int:
        """Of the UNet."""
        return sum(parameter.numel() for parameter in self.unet.parameters())

    def call_unet(self) -> object:
        """One step of one tile."""
        return self.unet(torch.zeros(1, DIFFERENCE_CHANNELS + CONDITION_CHANNELS, COARSE_PX, COARSE_PX), STEPS - 1)

    def call_upscaler(self) -> object:
        """One tile."""
        return self.upscaler(torch.zeros(1, 3, COARSE_PX, COARSE_PX))

    def measure(self, scene: Path, folder: Path, tiles: int, steps: int) -> TileCost:
        """Predict the first tiles of a scene with some of the steps; what one tile takes with all of them comes back.

        Each stage is the quickest of its kind, the UNet the quickest of all calls: other programs only add to it.
        """
        runs = []
        with rasterio.open(scene) as dataset, torch.inference_mode():
            for number in range(tiles):
                clock = StageClock()
                place = Window(
                    number * TILE_PX % dataset.width, number * TILE_PX // dataset.width * TILE_PX, TILE_PX, TILE_PX
                )
                self._predict(dataset, place, folder / f"tile_{number}.tif", self._schedule.timesteps[:steps], clock)
                runs.append(clock.spent)
        stages = runs[0]
        cpu_s = {stage: min(run[stage].cpu_s for run in runs) for stage in stages}
        wall_s = {stage: min(run[stage].wall_s for run in runs) for stage in stages}
        calls = [name for name in stages if name.startswith("step ")]
        for figures in (cpu_s, wall_s):
            figures["UNet"] = STEPS * min(figures.pop(name) for name in calls)
        return TileCost(cpu_s, wall_s)

    def _predict(
        self, dataset: rasterio.DatasetReader, place: Window, output: Path, times: Sequence[Tensor], clock: StageClock
    ) -> None:
        with clock.stage("read"):
            image = torch.from_numpy(dataset.read(window=place)).float()[None] / 255
        with clock.stage("condition"):
            condition = lay_out_condition(image, "quadrants")
            noisy = torch.randn(1, DIFFERENCE_CHANNELS, COARSE_PX, COARSE_PX)
        for number, time in enumerate(times):
            with clock.stage(f"step {number}"):
                noise = self.unet(torch.cat([noisy, condition], 1), time).sample
                noisy = self._schedule.step(noise, time, noisy).prev_sample
        with clock.stage("compose"):
            future = (coarsen(image) + noisy).clamp(0, 1)
        with clock.stage("upscaler"):
            fine = self.upscaler(future)
        with clock.stage("write"):
            levels = (fine[0].clamp(0, 1) * 255).round().numpy().astype(np.uint8)
            profile = {"driver": "GTiff", "width": TILE_PX, "height": TILE_PX, "count": 3, "dtype": "uint8"}
            profile["transform"] = dataset.window_transform(place)
            with rasterio.open(output, "w", **profile) as result:
                result.write(levels)
