"""Batches for training, each a function of seed and step alone, so that a resumed run sees what it would have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.errors import TrainingError
from ..core.lattice import TILE_PX
from ..core.model.condition import coarsen
from ..core.model.contract import ChangeGrid
from .filters import changed_share, rejection
from .pairs import ChipPair
from .settings import TileSettings

ALL = slice(None)
Window = tuple[slice, slice, slice]
"""Bands, rows and columns."""


@dataclass(frozen=True)
class PairBatch:
    """One batch for the UNet.

    Attributes:
        image: float32, (n, 3, 128, 128) in 0..1; the first date.
        difference: float32, second date minus first, in -1..1: (n, 3, 32, 32) area means, or (n, 3, 128, 128) pixels.
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
    changed_share: float


@dataclass(frozen=True)
class _Draw:
    """What chance decides of one sample: window, symmetry, and gain and offset of each band."""

    chip: int
    window: Window
    quarters: int
    is_mirrored: bool
    gain: NDArray[np.float32]
    offset: NDArray[np.float32]


class PairSampler:
    """Draws augmented tiles from chips.

    Attributes:
        tiles: those that pass the filters.
        cut: how many there were before.
        dropped: how many each filter threw out.
        weights: share of the draws of each tile; None where each comes once an epoch.

    Args:
        chips: pairs, matched.
        settings: how to cut.
        seed: of everything random.
        change_grid: what the difference is given on.

    Raises:
        TrainingError: no tile passes the filters.
    """

    def __init__(
        self, chips: Sequence[ChipPair], settings: TileSettings, seed: int, change_grid: ChangeGrid = "cells"
    ) -> None:
        self.chips, self.settings, self.seed, self.change_grid = chips, settings, seed, change_grid
        self.cut = sum(_tiles_of(chip) for chip in chips)
        self.dropped: Counter[str] = Counter()
        self.tiles = [
            tile for index, chip in enumerate(chips) for tile in _kept_tiles(index, chip, settings, self.dropped)
        ]
        if not self.tiles:
            raise TrainingError(
                f"none of {self.cut} tiles passes the filters ({settings.filter_kind}, at most "
                f"{settings.max_changed_share:.0%} changed, crops of {min(settings.crop_px)} px): "
                f"{self.dropped_words}; loosen filter_kind, max_changed_share or crop_px"
            )
        changed = np.array([tile.changed_share for tile in self.tiles])
        self.weights = draw_weights(changed, settings.change_emphasis)

    @property
    def dropped_words(self) -> str:
        """Which filter threw out how many, for a person."""
        return ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common()) or "0 thrown out"

    def difference_std(self) -> float:
        """Standard deviation of the difference over all kept tiles, on the grid that it is given on, in 0..1."""
        total, values = np.zeros(2), 0
        for tile in self.tiles:
            chip, window = self.chips[tile.chip], _window(tile.top, tile.left, TILE_PX)
            pair = np.stack([chip.after[window], chip.before[window]])
            on_grid = self._on_grid(torch.from_numpy(pair).float() / 255)
            difference = (on_grid[0] - on_grid[1]).double()
            total += [float(difference.sum()), float(difference.square().sum())]
            values += difference.numel()
        mean, square = total / values
        return float(np.sqrt(square - mean**2))

    def batch(self, step: int, batch_size: int, part: slice = ALL) -> PairBatch:
        """Return the batch of a step, or the part of it that one of several processes takes."""
        random = np.random.default_rng([self.seed, step])
        draws = [self._draw(index, random) for index in self._indices(step, batch_size)][part]
        pairs = torch.from_numpy(np.stack([self._cut(draw) for draw in draws]))
        before, after = pairs[:, :3].contiguous(), pairs[:, 3:].contiguous()
        chips = [self.chips[draw.chip] for draw in draws]
        gsd_m = [chip.gsd_m * _side(draw.window) / TILE_PX for chip, draw in zip(chips, draws, strict=True)]
        return PairBatch(
            image=before,
            difference=self._on_grid(after) - self._on_grid(before),
            years=torch.tensor([chip.years for chip in chips], dtype=torch.float32),
            gsd_m=torch.tensor(gsd_m, dtype=torch.float32),
        )

    def examples(self, count: int) -> tuple[PairBatch, Tensor]:
        """Return that many tiles as they are, from the one that changes most to the one that changes least.

        Their second dates come with them: float32, (n, 3, 128, 128) in 0..1.
        """
        changed = [changed_share(*self._levels(tile)) for tile in self.tiles]
        order = np.argsort(changed, kind="stable")[::-1]
        picks = order[np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)]
        tiles = [self.tiles[index] for index in picks]
        batch = tile_batch([(self.chips[tile.chip], tile.top, tile.left) for tile in tiles], self.change_grid)
        later = torch.from_numpy(np.stack([self._levels(tile)[1] for tile in tiles])).float() / 255
        return batch, later

    def _on_grid(self, images: Tensor) -> Tensor:
        return coarsen(images) if self.change_grid == "cells" else images

    def _levels(self, tile: _Tile) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        chip, window = self.chips[tile.chip], _window(tile.top, tile.left, TILE_PX)
        return chip.before[window], chip.after[window]

    def _indices(self, step: int, batch_size: int) -> list[int]:
        """Walk through a new order of the tiles each epoch."""
        return epoch_indices(len(self.tiles), step, batch_size, self.seed, self.weights)

    def _draw(self, index: int, random: np.random.Generator) -> _Draw:
        """Let chance decide one sample; it takes the same numbers from `random` whatever the pixels are."""
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
            window = _window(tile.top, tile.left, TILE_PX)
        quarters, is_mirrored = _symmetry(random)
        return _Draw(tile.chip, window, quarters, is_mirrored, *_colour_change(settings, random))

    def _cut(self, draw: _Draw) -> NDArray[np.float32]:
        """Both dates of a sample; float32 (6, 128, 128)."""
        chip = self.chips[draw.chip]
        levels = np.concatenate([chip.before[draw.window], chip.after[draw.window]])
        both = shrink(np.divide(levels, 255, dtype=np.float32), TILE_PX)
        gain, offset = np.tile(draw.gain, (2, 1, 1)), np.tile(draw.offset, (2, 1, 1))
        return apply_symmetry(both, draw.quarters, draw.is_mirrored) * gain + offset


def fitting_images(
    images: Sequence[NDArray[np.uint8]], settings: TileSettings, side_px: int
) -> list[NDArray[np.uint8]]:
    """Return the images (band, y, x) that a crop of the settings fits into, for samples of so many pixels a side.

    Raises:
        TrainingError: there are images, and all are too small.
    """
    needed = min(settings.crop_px) * side_px // TILE_PX
    fitting = [image for image in images if min(image.shape[1:]) >= needed]
    if images and not fitting:
        raise TrainingError(
            f"no image has {needed} px a side, as the upscaler's samples of {side_px} px need with crops of "
            f"{min(settings.crop_px)} px; lower upscaler.coarse_px or tiles.crop_px"
        )
    return fitting


class ChipSampler:
    """Draws augmented fine images for the upscaler from chips of any date, each as large as the smallest crop at least.

    Raises:
        TrainingError: there is no image.
    """

    def __init__(self, images: Sequence[NDArray[np.uint8]], settings: TileSettings, seed: int) -> None:
        if not images:
            raise TrainingError("no chip is wholly valid, and the upscaler needs such; name some in single_dates")
        self.images, self.settings, self.seed = images, settings, seed

    def batch(self, step: int, batch_size: int, side_px: int, part: slice = ALL) -> Tensor:
        """Return float32 (n, 3, side, side) in 0..1 for a step, or the part of it that one process takes."""
        random = np.random.default_rng([self.seed, 1, step])
        indices = epoch_indices(len(self.images), step, batch_size, self.seed)
        return torch.from_numpy(np.stack([self._sample(index, side_px, random) for index in indices])[part])

    def _sample(self, index: int, side_px: int, random: np.random.Generator) -> NDArray[np.float32]:
        image = self.images[index]
        crops = np.array(self.settings.crop_px) * side_px // TILE_PX
        weights = np.where(crops <= min(image.shape[1:]), self.settings.crop_weights, 0)
        crop = int(random.choice(crops, p=weights / weights.sum()))
        top, left = (int(random.integers(0, size - crop + 1)) for size in image.shape[1:])
        fine = shrink(np.divide(image[_window(top, left, crop)], 255, dtype=np.float32), side_px)
        gain, offset = _colour_change(self.settings, random)
        return turn(fine, random) * gain + offset


def tile_batch(tiles: Sequence[tuple[ChipPair, int, int]], change_grid: ChangeGrid) -> PairBatch:
    """Make a batch of tiles as they are, by chip, row and column of the first pixel."""
    windows = [(chip, _window(top, left, TILE_PX)) for chip, top, left in tiles]
    pairs = np.stack([np.stack([chip.before[window], chip.after[window]]) for chip, window in windows])
    before, after = (torch.from_numpy(np.ascontiguousarray(pairs[:, date])).float() / 255 for date in range(2))
    on_grid = coarsen if change_grid == "cells" else torch.clone
    return PairBatch(
        image=before,
        difference=on_grid(after) - on_grid(before),
        years=torch.tensor([chip.years for chip, _, _ in tiles], dtype=torch.float32),
        gsd_m=torch.tensor([chip.gsd_m for chip, _, _ in tiles], dtype=torch.float32),
    )


def draw_weights(changed_shares: NDArray[np.float64], emphasis: float) -> NDArray[np.float64] | None:
    """Share of the draws that falls on each tile; None where each comes once an epoch.

    A part of `1 - emphasis` falls on all tiles alike, the rest on each in proportion to its share of change.
    """
    total = changed_shares.sum()
    if emphasis == 0 or total == 0:
        return None
    weights: NDArray[np.float64] = (1 - emphasis) / len(changed_shares) + emphasis * changed_shares / total
    return weights


def epoch_indices(
    count: int, step: int, batch_size: int, seed: int, weights: NDArray[np.float64] | None = None
) -> list[int]:
    """Indices of a batch: each epoch is an order that depends on seed and epoch only.

    An epoch has `count` draws: each index once, or as often as its weight says, up to the rounding to whole draws
    (systematic resampling, Kitagawa 1996, appendix).
    """
    positions = range(step * batch_size, (step + 1) * batch_size)
    orders = {
        epoch: _epoch_order(count, np.random.default_rng([seed, 2, epoch]), weights)
        for epoch in {position // count for position in positions}
    }
    return [int(orders[position // count][position % count]) for position in positions]


def _epoch_order(
    count: int, random: np.random.Generator, weights: NDArray[np.float64] | None
) -> NDArray[np.integer[Any]]:
    if weights is None:
        return random.permutation(count)
    points = (np.arange(count) + random.random()) / count
    # the last sum may fall short of one by a rounding
    drawn = np.searchsorted(np.cumsum(weights), points, side="right").clip(max=count - 1)
    return random.permutation(drawn)


def turn(image: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Apply one of the eight symmetries of the square (D4) to float32 (band, y, x)."""
    return apply_symmetry(image, *_symmetry(random))


def apply_symmetry(image: NDArray[np.float32], quarters: int, is_mirrored: bool) -> NDArray[np.float32]:
    """Turn float32 (band, y, x) by quarters of a circle, and mirror it."""
    turned = np.rot90(image, quarters, axes=(1, 2))
    return np.ascontiguousarray(turned[:, :, ::-1] if is_mirrored else turned)


def _symmetry(random: np.random.Generator) -> tuple[int, bool]:
    return int(random.integers(4)), bool(random.integers(2))


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


def _kept_tiles(index: int, chip: ChipPair, settings: TileSettings, dropped: Counter[str]) -> list[_Tile]:
    if min(chip.valid.shape) < min(settings.crop_px):
        dropped["in chips smaller than crop_px"] += _tiles_of(chip)
        return []
    tiles = []
    for top in range(0, chip.valid.shape[0] - TILE_PX + 1, TILE_PX):
        for left in range(0, chip.valid.shape[1] - TILE_PX + 1, TILE_PX):
            window = _window(top, left, TILE_PX)
            reason = None
            if not chip.is_filtered:
                reason = rejection(chip.before[window], chip.after[window], chip.valid[window[1:]], settings)
            if reason is not None:
                dropped[reason] += 1
            else:
                # only a weighted draw asks how much changes
                share = changed_share(chip.before[window], chip.after[window]) if settings.change_emphasis else 0.0
                tiles.append(_Tile(index, top, left, share))
    return tiles


def _tiles_of(chip: ChipPair) -> int:
    height, width = map(int, chip.valid.shape)
    return (height // TILE_PX) * (width // TILE_PX)


def _window(top: int, left: int, side: int) -> Window:
    return slice(None), slice(top, top + side), slice(left, left + side)


def _side(window: Window) -> int:
    return int(window[1].stop - window[1].start)
