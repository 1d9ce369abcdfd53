"""Batches for training, each a function of seed and step alone, so that a resumed run sees what it would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.errors import TrainingError
from ..core.lattice import CELL_PX, TILE_PX
from ..core.model.condition import coarsen
from .filters import is_worth_training
from .pairs import ChipPair
from .settings import TileSettings


@dataclass(frozen=True)
class PairBatch:
    """One batch for the UNet.

    Attributes:
        image: float32, (n, 3, 128, 128) in 0..1; the first date.
        difference: float32, (n, 3, 32, 32); second date minus first, area means, in -1..1.
        years: float32, (n,).
        gsd_m: float32, (n,); metres.
    """

    image: Tensor
    difference: Tensor
    years: Tensor
    gsd_m: Tensor


@dataclass(frozen=True)
class _Tile:
    chip: int
    top: int
    left: int


class PairSampler:
    """Draws augmented tiles from chips.

    Raises:
        TrainingError: no tile passes the filters.
    """

    def __init__(self, chips: Sequence[ChipPair], settings: TileSettings, seed: int) -> None:
        self.chips, self.settings, self.seed = chips, settings, seed
        self.cut = sum(_tiles_of(chip) for chip in chips)
        self.tiles = [tile for index, chip in enumerate(chips) for tile in _kept_tiles(index, chip, settings)]
        if not self.tiles:
            raise TrainingError(
                f"none of {self.cut} tiles passes the filters ({settings.filter_kind}, at most "
                f"{settings.max_changed_share:.0%} changed, crops of {min(settings.crop_px)} px); "
                "loosen filter_kind, max_changed_share or crop_px"
            )

    def difference_std(self) -> float:
        """Standard deviation of the coarse difference over all kept tiles, in 0..1."""
        total = np.zeros(2)
        for tile in self.tiles:
            chip, window = self.chips[tile.chip], _window(tile.top, tile.left, TILE_PX)
            pair = np.stack([chip.after[window], chip.before[window]])
            coarse = coarsen(torch.from_numpy(pair).float() / 255)
            difference = (coarse[0] - coarse[1]).double()
            total += [float(difference.sum()), float(difference.square().sum())]
        mean, square = total / (len(self.tiles) * 3 * (TILE_PX // CELL_PX) ** 2)
        return float(np.sqrt(square - mean**2))

    def batch(self, step: int, batch_size: int) -> PairBatch:
        """Return the batch of a step."""
        random = np.random.default_rng([self.seed, step])
        samples = [self._sample(index, random) for index in self._indices(step, batch_size)]
        before = torch.from_numpy(np.stack([s[0] for s in samples]))
        after = torch.from_numpy(np.stack([s[1] for s in samples]))
        return PairBatch(
            image=before,
            difference=coarsen(after) - coarsen(before),
            years=torch.tensor([s[2] for s in samples], dtype=torch.float32),
            gsd_m=torch.tensor([s[3] for s in samples], dtype=torch.float32),
        )

    def _indices(self, step: int, batch_size: int) -> list[int]:
        """Walk through a new permutation of all tiles each epoch."""
        return epoch_indices(len(self.tiles), step, batch_size, self.seed)

    def _sample(
        self, index: int, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], float, float]:
        """One augmented tile: first date, second date (float32 (3, 128, 128)), years, GSD in metres."""
        tile, settings = self.tiles[index], self.settings
        chip = self.chips[tile.chip]
        shape_yx = chip.valid.shape
        fitting = [size <= min(shape_yx) for size in settings.crop_px]
        weights = np.array(settings.crop_weights) * fitting
        crop = int(random.choice(settings.crop_px, p=weights / weights.sum()))
        top, left = (
            int(np.clip(start + random.integers(-settings.jitter_px, settings.jitter_px + 1), 0, size - crop))
            for start, size in ((tile.top, shape_yx[0]), (tile.left, shape_yx[1]))
        )
        window = _window(top, left, crop)
        if not chip.valid[window[1:]].all():
            crop, window = TILE_PX, _window(tile.top, tile.left, TILE_PX)
        both = np.divide(np.concatenate([chip.before[window], chip.after[window]]), 255, dtype=np.float32)
        both = turn(shrink(both, TILE_PX), random)
        gain, offset = _colour_change(settings, random)
        before, after = both[:3] * gain + offset, both[3:] * gain + offset
        return before, after, chip.years, chip.gsd_m * crop / TILE_PX


class ChipSampler:
    """Draws augmented fine images for the upscaler from chips of any date.

    Raises:
        TrainingError: there is no image.
    """

    def __init__(self, images: Sequence[NDArray[np.uint8]], settings: TileSettings, seed: int) -> None:
        if not images:
            raise TrainingError("no chip is wholly valid, and the upscaler needs such; name some in single_dates")
        self.images, self.settings, self.seed = images, settings, seed

    def batch(self, step: int, batch_size: int, side_px: int) -> Tensor:
        """Return float32 (n, 3, side, side) in 0..1 for a step."""
        random = np.random.default_rng([self.seed, 1, step])
        indices = epoch_indices(len(self.images), step, batch_size, self.seed)
        return torch.from_numpy(np.stack([self._sample(index, side_px, random) for index in indices]))

    def _sample(self, index: int, side_px: int, random: np.random.Generator) -> NDArray[np.float32]:
        image = self.images[index]
        weights = np.array(self.settings.crop_weights)
        crop = int(random.choice(self.settings.crop_px, p=weights / weights.sum())) * side_px // TILE_PX
        top, left = (int(random.integers(0, size - crop + 1)) for size in image.shape[1:])
        fine = shrink(np.divide(image[_window(top, left, crop)], 255, dtype=np.float32), side_px)
        gain, offset = _colour_change(self.settings, random)
        return turn(fine, random) * gain + offset


def epoch_indices(count: int, step: int, batch_size: int, seed: int) -> list[int]:
    """Indices of a batch: each epoch is a permutation that depends on seed and epoch only."""
    positions = range(step * batch_size, (step + 1) * batch_size)
    orders = {
        epoch: np.random.default_rng([seed, 2, epoch]).permutation(count)
        for epoch in {position // count for position in positions}
    }
    return [int(orders[position // count][position % count]) for position in positions]


def turn(image: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Apply one of the eight symmetries of the square (D4) to float32 (band, y, x)."""
    turned = np.rot90(image, int(random.integers(4)), axes=(1, 2))
    return np.ascontiguousarray(turned[:, :, ::-1] if random.integers(2) else turned)


def shrink(image: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """Bring a square float32 (band, y, x) to a smaller side by area means."""
    if image.shape[1] == side_px:
        return image
    planes = [cv2.resize(band, (side_px, side_px), interpolation=cv2.INTER_AREA) for band in image]
    return np.stack(planes).astype(np.float32)


def _colour_change(
    settings: TileSettings, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gain and offset of each band; float32 (3, 1, 1) both."""
    gain = 1 + settings.colour_gain * random.uniform(-1, 1, (3, 1, 1))
    offset = settings.colour_offset * random.uniform(-1, 1, (3, 1, 1))
    return gain.astype(np.float32), offset.astype(np.float32)


def _kept_tiles(index: int, chip: ChipPair, settings: TileSettings) -> list[_Tile]:
    if min(chip.valid.shape) < min(settings.crop_px):
        return []
    tiles = []
    for top in range(0, chip.valid.shape[0] - TILE_PX + 1, TILE_PX):
        for left in range(0, chip.valid.shape[1] - TILE_PX + 1, TILE_PX):
            window = _window(top, left, TILE_PX)
            if is_worth_training(chip.before[window], chip.after[window], chip.valid[window[1:]], settings):
                tiles.append(_Tile(index, top, left))
    return tiles


def _tiles_of(chip: ChipPair) -> int:
    height, width = map(int, chip.valid.shape)
    return (height // TILE_PX) * (width // TILE_PX)


def _window(top: int, left: int, side: int) -> tuple[slice, slice, slice]:
    return slice(None), slice(top, top + side), slice(left, left + side)
