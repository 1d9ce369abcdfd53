"""Sheets of pictures drawn while a network is in training, so that a person sees where it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DModel
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from ..core.forecast.forecaster import LARGEST_DIFFERENCE
from ..core.forecast.sampler import make_schedule, sample
from ..core.model.condition import coarsen
from ..core.model.denoiser import call_unet, from_network, make_condition, to_network
from ..core.model.rrdb import UPSCALE, RRDBNet
from ..core.noise import batch_noise
from .samples import PairBatch, PairSampler
from .settings import ForecasterSettings
from .sheet import Example, write_panels, write_sheet

MEMBERS = 3
MOST_STEPS = 20
"""Network calls a member, at most: a look, and no measurement."""
UPSCALED_COLUMNS = ("cells", "bicubic", "upscaled", "truth")


def write_forecast_sheet(
    path: Path, unet: UNet2DModel, sampler: PairSampler, settings: ForecasterSettings, difference_std: float, rows: int
) -> None:
    """Draw members of tiles that the network is trained on, from much to little change, as PNG.

    They are drawn with noise of their own, so that the training does not hear of it.
    """
    batch, later = sampler.examples(rows)
    drawn = [_draw(unet, batch, settings, difference_std, seed).numpy() for seed in range(MEMBERS)]
    members = np.stack(drawn, axis=1)
    coarse = coarsen(batch.image).numpy()
    truth = coarsen(later).numpy() - coarse
    examples = [
        Example(
            _levels(batch.image[i]), _levels(later[i]), coarse[i], members[i], members[i].mean(0),
            members[i].std(0, ddof=1), truth[i], f"{batch.years[i]:g} years, {batch.gsd_m[i]:.2f} m a pixel",
        )
        for i in range(len(later))
    ]  # fmt: skip
    write_sheet(path, examples)


def draw_members(
    unet: UNet2DModel, batch: PairBatch, settings: ForecasterSettings, difference_std: float, members: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw members of each tile of a batch, with noise of their own and without any effect on the training.

    Returns:
        Members, float32 (member, n, 3, 32, 32), and the truth, float32 (n, 3, 32, 32), differences in 0..1.
    """
    drawn = [_draw(unet, batch, settings, difference_std, seed * members + number).numpy() for number in range(members)]
    truth = batch.difference if settings.change_grid == "cells" else coarsen(batch.difference)
    return np.stack(drawn), truth.numpy()


def write_upscaled_sheet(path: Path, upscaler: RRDBNet, fine: Tensor) -> None:
    """Draw what an upscaler makes of cells, beside bicubic enlargement and the truth; float32 (n, 3, y, x) in 0..1."""
    parameter = next(upscaler.parameters())
    coarse = coarsen(fine)
    with torch.no_grad():
        drawn = upscaler(coarse.to(parameter.device)).float().cpu()
    cells = coarse.repeat_interleave(UPSCALE, 2).repeat_interleave(UPSCALE, 3)
    bicubic = interpolate(coarse, scale_factor=float(UPSCALE), mode="bicubic")
    rows = [
        [_levels(image).transpose(1, 2, 0) for image in row] for row in zip(cells, bicubic, drawn, fine, strict=True)
    ]
    write_panels(path, UPSCALED_COLUMNS, rows, [""] * len(rows))


def _draw(
    unet: UNet2DModel, batch: PairBatch, settings: ForecasterSettings, difference_std: float, seed: int
) -> Tensor:
    """One member of each tile; float32 (n, 3, 32, 32) in 0..1, on the CPU."""
    device = next(unet.parameters()).device
    random = torch.Generator().manual_seed(seed)
    condition = make_condition(
        unet, settings.condition_layout, batch.image.to(device), batch.years.to(device), batch.gsd_m.to(device)
    )

    def network(noisy: Tensor, timestep: int) -> Tensor:
        times = torch.full((len(noisy),), timestep, device=device)
        return call_unet(unet, noisy, times, condition).float()

    def noise(step: int) -> Tensor:
        shape: tuple[int, int, int, int] = tuple(batch.difference.shape)  # type: ignore[assignment] # four of them
        return to_network(batch_noise(random, settings.noise, shape).to(device), settings.change_grid)

    power = make_schedule(settings.objective).alphas_cumprod
    with torch.no_grad():
        steps = min(settings.sampling_steps, MOST_STEPS)
        drawn = sample(network, noise, power, settings.objective, steps, LARGEST_DIFFERENCE / difference_std)
    field = from_network(drawn * difference_std, settings.change_grid).cpu()
    return field if settings.change_grid == "cells" else coarsen(field)


def _levels(image: Tensor) -> NDArray[np.uint8]:
    levels: NDArray[np.uint8] = (image.clamp(0, 1) * 255).round().byte().numpy()
    return levels
