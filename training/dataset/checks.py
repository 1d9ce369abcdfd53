"""Whether two images of a pair show one place, lie on each other, and are clear: what is found, and what is refused."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.change.registration import Offset
from ...core.lattice import CELL_PX, Rect
from ...core.radiometry.histogram import Distribution, count_levels, distance
from .shared_grid import PairPixels, PairReader
from .shift import Shift, find_shift, gradient_length, typical_shift

BLOCK_PX = 256
MOST_BLOCKS = 16
"""Blocks that are looked at of one pair, evenly spread."""
LEAST_VALID_SHARE = 0.5
LEAST_SIDE_PX = 64
"""Blocks with a shorter side, or less to see, tell nothing of shift and agreement."""
LEAST_AGREEMENT = 0.15
"""Of images of one place. On 90 pairs of aerial chips four years apart it is 0.32 at least; on as many pairs of chips
of different places of one city 0.10 at most."""
DARK_LEVEL, BRIGHT_LEVEL = 3, 250
"""A pixel is saturated where all its bands are at most the one, or at least the other."""
UNIFORM_PX, UNIFORM_LEVELS = 8, 1.0
"""Squares whose values deviate by less are uniform: cloud, water, fill."""


@dataclass(frozen=True)
class PairCheck:
    """What was found of a pair of images, on pixels as large as those of the coarser one.

    Attributes:
        shape_yx: rows and columns of what both cover.
        gsd_m: metres.
        shift: by which the second lies beside the first; None where no block tells.
        agreement: correlation of the edges of both dates in cells of 4 px, once shifted; 1 for equal images, near 0
            for different places; None where there is nothing to compare.
        empty_share: of the pixels, those that are not seen at both dates.
        saturated_share: of the seen ones, those black or white at either date.
        uniform_share: of the seen ones, those in uniform squares at either date.
        counts: int64, (2, 3, 256); values of the first and of the second date where both are seen.
        thumbnail: uint8, (3, y, 2 x + gap); both dates of the block in the middle, side by side.
    """

    shape_yx: tuple[int, int]
    gsd_m: float
    shift: Shift | None
    agreement: float | None
    empty_share: float
    saturated_share: float
    uniform_share: float
    counts: NDArray[np.int64]
    thumbnail: NDArray[np.uint8]

    def distance(self, tables: NDArray[np.uint8] | None = None) -> float:
        """How far the distributions of both dates lie apart, 0 to 1, the most of all bands.

        Args:
            tables: uint8, (3, 256); what the second date's values become; as they are where None.
        """
        found = 0.0
        for band in range(3):
            first, second = self.counts[0, band], self.counts[1, band]
            if tables is not None:
                second = np.bincount(tables[band], weights=second, minlength=256).astype(np.int64)
            if first.any() and second.any():
                found = max(found, distance(_distribution(first), _distribution(second)))
        return found

    def problems(self, max_shift_px: float, is_aligned: bool, least_agreement: float = LEAST_AGREEMENT) -> list[str]:
        """Why the pair must not be trained on; nothing where it may."""
        found = []
        if self.empty_share >= 1:
            found.append("show no common pixel, all of one or the other is masked")
        if self.agreement is not None and self.agreement < least_agreement:
            found.append(
                f"hardly agree anywhere (edges correlate by {self.agreement:.2f}, less than {least_agreement:g}): "
                "two different places under one name or place, nothing but water or cloud, or ground that changed "
                "throughout, which --min-agreement 0 lets in"
            )
        elif self.shift is not None and not is_aligned and self.shift.length_px > max_shift_px:
            length = self.shift.length_px
            found.append(
                f"lie {length:.1f} px ({length * self.gsd_m:.3g} m) beside each other, more than --max-shift-px "
                f"{max_shift_px:g}; --align corrects it"
            )
        elif self.shift is not None and self.shift.spread_px > max_shift_px:
            found.append(
                f"lie beside each other by shifts that deviate by {self.shift.spread_px:.1f} px from place to place, "
                f"more than --max-shift-px {max_shift_px:g}; no common shift corrects that"
            )
        return found


def check_pair(reader: PairReader, tick: Callable[[], None] = lambda: None) -> PairCheck:
    """Look at blocks of a pair, evenly spread over what both cover.

    Args:
        reader: of the pair, on pixels of the coarser image.
        tick: called after each block.

    Raises:
        UnreadableSourceError: a block of one of the images is damaged.
    """
    blocks = sampled_blocks(reader.shared.rect)
    totals, counts = np.zeros(4), np.zeros((2, 3, 256), np.int64)
    offsets: list[Offset] = []
    agreements: list[float] = []
    thumbnail = np.zeros((3, 1, 1), np.uint8)
    for number, block in enumerate(blocks):
        pixels = reader.read(block)
        seen = int(np.count_nonzero(pixels.valid))
        totals += [pixels.valid.size, seen, *(share * seen for share in _unclear_shares(pixels))]
        counts += [count_levels(pixels.before, pixels.valid), count_levels(pixels.after, pixels.valid)]
        if min(block.shape_yx) >= LEAST_SIDE_PX and seen >= LEAST_VALID_SHARE * pixels.valid.size:
            offset, agreement = _shift_and_agreement(pixels)
            offsets += [] if offset is None else [offset]
            agreements += [] if agreement is None else [agreement]
        if number == len(blocks) // 2:
            thumbnail = side_by_side(pixels.before, pixels.after)
        tick()
    size, seen_px = totals[0], max(1.0, totals[1])
    return PairCheck(
        reader.shared.rect.shape_yx, reader.shared.grid.gsd_m, typical_shift(offsets),
        float(np.median(agreements)) if agreements else None,
        1 - totals[1] / size, totals[2] / seen_px, totals[3] / seen_px, counts, thumbnail,
    )  # fmt: skip


def sampled_blocks(rect: Rect) -> list[Rect]:
    """Blocks of a rectangle that stand for all, the first and the last among them."""
    blocks = list(_blocks(rect))
    if len(blocks) <= MOST_BLOCKS:
        return blocks
    return [blocks[number * (len(blocks) - 1) // (MOST_BLOCKS - 1)] for number in range(MOST_BLOCKS)]


def agreement_of(pixels: PairPixels, offset: Offset | None) -> float | None:
    """Correlation of the edges of both dates in cells of 4 px, moved by whole pixels; None where there are none."""
    first, second = (
        gradient_length(image.mean(0, dtype=np.float32), pixels.valid) for image in (pixels.before, pixels.after)
    )
    if offset is not None:
        first, second = _moved(first, second, round(offset.right_px), round(offset.down_px))
    height, width = (side // CELL_PX for side in first.shape)
    if min(height, width) < CELL_PX:
        return None
    one, other = (cv2.resize(edges, (width, height), interpolation=cv2.INTER_AREA) for edges in (first, second))
    one, other = one - one.mean(), other - other.mean()
    power = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / power if power > 0 else None


def uniform_share(image: NDArray[np.uint8]) -> float:
    """Share of squares of 8 px whose values hardly deviate; uint8 (band, y, x)."""
    height, width = (side // UNIFORM_PX * UNIFORM_PX for side in image.shape[1:])
    if not (height and width):
        return 0.0
    squares = image[:, :height, :width].reshape(len(image), height // UNIFORM_PX, UNIFORM_PX, -1, UNIFORM_PX)
    return float((squares.std((2, 4), dtype=np.float32).max(0) < UNIFORM_LEVELS).mean())


def saturated(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels all of whose bands are black or all white; uint8 (band, y, x) to bool (y, x)."""
    found: NDArray[np.bool_] = (image.min(0) >= BRIGHT_LEVEL) | (image.max(0) <= DARK_LEVEL)
    return found


def side_by_side(before: NDArray[np.uint8], after: NDArray[np.uint8], gap_px: int = 4) -> NDArray[np.uint8]:
    """Both images, uint8 (3, y, x), with white between them."""
    gap = np.full((3, before.shape[1], gap_px), 255, np.uint8)
    return np.concatenate([before, gap, after], axis=2)


def _shift_and_agreement(pixels: PairPixels) -> tuple[Offset | None, float | None]:
    """A shift that makes a block agree better than none does; one that does not was of shadows or waves."""
    offset, unmoved = find_shift(pixels.before, pixels.after, pixels.valid), agreement_of(pixels, None)
    if offset is None or max(abs(round(offset.right_px)), abs(round(offset.down_px))) == 0:
        return offset, unmoved
    moved = agreement_of(pixels, offset)
    if unmoved is not None and (moved is None or moved <= unmoved):
        return None, unmoved
    return offset, moved


def _unclear_shares(pixels: PairPixels) -> tuple[float, float]:
    """Shares of the seen pixels that are saturated and uniform, at the date that has more."""
    if not pixels.valid.any():
        return 0.0, 0.0
    images = pixels.before, pixels.after
    bright = max(float(saturated(image)[pixels.valid].mean()) for image in images)
    return bright, max(uniform_share(image) for image in images)


def _moved(
    first: NDArray[np.float32], second: NDArray[np.float32], right: int, down: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The parts of two images that lie on each other once the second is moved back."""
    height, width = first.shape
    rows, columns = slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right))
    moved_rows = slice(rows.start + down, rows.stop + down)
    return first[rows, columns], second[moved_rows, columns.start + right : columns.stop + right]


def _blocks(rect: Rect) -> Iterator[Rect]:
    """Blocks of nearly equal size that a rectangle falls into."""
    rows, columns = (max(1, math.ceil(side / BLOCK_PX)) for side in rect.shape_yx)
    tops = np.linspace(0, rect.height, rows + 1).astype(int)
    lefts = np.linspace(0, rect.width, columns + 1).astype(int)
    for top, bottom in itertools.pairwise(tops.tolist()):
        for left, right in itertools.pairwise(lefts.tolist()):
            yield Rect(rect.top + top, rect.left + left, bottom - top, right - left)


def _distribution(counts: NDArray[np.int64]) -> Distribution:
    levels = np.flatnonzero(counts)
    return Distribution(levels.astype(np.float64), counts[levels])
