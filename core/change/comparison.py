"""Two open images, compared tile by tile: a sample that tells what is unchanged, then what every pixel says."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..lattice import Rect, split
from ..radiometry.tones import LEVELS_8_BIT, SHARES, STRETCH_SHARES, as_is
from ..raster.present import PresentReader
from ..raster.source import SourceImage
from ..raster.survey import Survey
from .alteration import Alteration
from .common_grid import CommonGrid
from .features import HALO_PX, average, look_features, tolerant_distance
from .registration import Offset, find_offset, typical_offset

TILE_PX = 512
"""Side of what is compared at once; memory grows with it and with the width of the result."""
SAMPLED_TILES = 64
"""Tiles that are looked at, evenly spread, to learn what is unchanged; all of a small image."""
SAMPLE_PX = 400_000
"""Pixels of these that count, at every so many rows and columns."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sample:
    """What was seen of two images to learn what is unchanged.

    Attributes:
        before: float32, (feature, sample) in levels.
        after: as `before`, of the same ground.
        offset: by which the image after lies beside the image before.
    """

    before: Floats
    after: Floats
    offset: Offset


@dataclass(frozen=True)
class TileChange:
    """What changed over a tile.

    Attributes:
        probability: uint8, (y, x), percent.
        magnitude: uint8, (y, x), levels.
        valid: bool, (y, x), of both images; the others are zero where it is not.
    """

    probability: NDArray[np.uint8]
    magnitude: NDArray[np.uint8]
    valid: NDArray[np.bool_]


class Comparison:
    """Compares two images on common pixels.

    Args:
        before: open.
        after: open, with as many bands.
        common: the pixels.
        seen: statistics of both.
    """

    def __init__(
        self, before: SourceImage, after: SourceImage, common: CommonGrid, seen: tuple[Survey, Survey]
    ) -> None:
        images = before, after
        self.common, self.bands = common, before.bands
        self._readers = [PresentReader(image, common.as_seen_by(image), as_is(image.bands)) for image in images]
        self._scales = [_level_scale(image, look) for image, look in zip(images, seen, strict=True)]

    @property
    def tiles(self) -> list[Rect]:
        """What is compared at once, row by row."""
        return list(split(self.common.rect, TILE_PX))

    @property
    def sampled_tiles(self) -> list[Rect]:
        """Tiles that stand for all, the first and the last among them."""
        tiles = self.tiles
        if len(tiles) <= SAMPLED_TILES:
            return tiles
        return [tiles[number * (len(tiles) - 1) // (SAMPLED_TILES - 1)] for number in range(SAMPLED_TILES)]

    def sample(self, tick: Callable[[], None]) -> Sample:
        """Look at both images where both are valid."""
        tiles = self.sampled_tiles
        step = max(1, math.ceil(math.sqrt(sum(tile.height * tile.width for tile in tiles) / SAMPLE_PX)))
        parts: list[tuple[Floats, Floats]] = []
        offsets: list[Offset | None] = []
        for tile in tiles:
            before, after, valid = self._features(tile)
            rows, columns = (slice(-first % step, None, step) for first in (tile.top, tile.left))
            is_taken = valid[rows, columns]
            parts.append((before[:, rows, columns][:, is_taken], after[:, rows, columns][:, is_taken]))
            offsets.append(find_offset(before[: self.bands].mean(0), after[: self.bands].mean(0), valid))
            tick()
        before, after = (np.concatenate(kept, axis=1) for kept in zip(*parts, strict=True))
        return Sample(before, after, typical_offset([offset for offset in offsets if offset is not None]))

    def change(self, tile: Rect, alteration: Alteration) -> TileChange:
        """Compare a tile. A pixel is the same in every tile that holds it, but for the last bit of a sum."""
        seen = tile.expanded(HALO_PX)
        inner = tile.slices_in(seen)
        before, after, valid = self._features(seen)
        if not valid[inner].any():
            nothing = np.zeros(tile.shape_yx, np.uint8)
            return TileChange(nothing, nothing, valid[inner])
        distance = average(tolerant_distance(*alteration.variates(before, after), valid), valid)
        first, second = (image[: self.bands] for image in alteration.matched(before, after))
        magnitude = tolerant_distance(first, second, valid) / np.float32(math.sqrt(self.bands))
        percent = 100 * alteration.probability(distance[inner])
        return TileChange(
            probability=_rounded(percent, valid[inner]),
            magnitude=_rounded(magnitude[inner], valid[inner]),
            valid=valid[inner],
        )

    def _features(self, rect: Rect) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Features of both images over a rectangle, and what is valid of both."""
        (before, is_before), (after, is_after) = (
            _read_levels(reader, scale, rect.expanded(HALO_PX))
            for reader, scale in zip(self._readers, self._scales, strict=True)
        )
        valid = is_before & is_after
        rows, columns = rect.slices_in(rect.expanded(HALO_PX))
        features = (look_features(image, valid)[:, rows, columns] for image in (before, after))
        return *features, valid[rows, columns]  # type: ignore[return-value] # of two


def _read_levels(reader: PresentReader, scale: tuple[float, float], rect: Rect) -> tuple[Floats, NDArray[np.bool_]]:
    """Levels, float32 (band, y, x), cut one stretch beyond black and white, and bool (y, x)."""
    values, valid = reader.read_values(rect)
    black, level = scale
    levels = (values.astype(np.float64) - black) / level
    return np.clip(levels, -LEVELS_8_BIT, 2 * LEVELS_8_BIT).astype(np.float32), valid


def _level_scale(image: SourceImage, seen: Survey) -> tuple[float, float]:
    """The value that is black, and how many values make a level: those of 8 bit as they are, others stretched."""
    if image.is_eight_bit or not seen.has_valid_pixels:
        return 0.0, 1.0
    dark, bright = (seen.quantiles[:, SHARES.index(share)] for share in STRETCH_SHARES)
    low, high = float(dark.min()), float(bright.max())
    return low, (high - low) / LEVELS_8_BIT if high > low else 1.0


def _rounded(values: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(valid, values.round().clip(0, LEVELS_8_BIT), 0).astype(np.uint8)
