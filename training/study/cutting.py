"""Pairs of tiles at one ground scale, cut from rasters of any pixel size or taken from datasets that hold it.

A tile of 128 px that covers S metres is a square of S / GSD source pixels, reduced by area means. Where that square has
fewer than 128 source pixels the imagery is too coarse for the scale, and it is refused rather than enlarged: an
enlarged tile has no detail of its scale, and would be easier to learn for a reason that says nothing of the scale.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.errors import SourceError, TrainingError
from ...core.lattice import TILE_PX
from ...core.raster.source import open_source
from ..dataset.folder import SPLIT_NAME, Dataset, open_dataset
from ..dataset.splitting import Part
from ..dataset.storage import ShardReader, ShardWriter
from ..filters import rejection
from ..holding_out import Group, chip_blocks, hold_out, row_blocks
from ..pairs import ChipPair, load_pairs, pair_files
from ..samples import shrink
from ..settings import PairSource, TileSettings, TrainingSettings

UNEQUAL_SHARE = 0.01
"""Scales that differ by no more are one: rasters of a sensor have slightly different GSDs."""
SEEN = np.broadcast_to(np.True_, (TILE_PX, TILE_PX))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScaleSources:
    """Where the pairs of a study lie.

    Attributes:
        settings: of the training, with its pairs, datasets, filter, seed, and the share that is held out.
        held_out: pairs that are measured and never trained on; where there are none, the validation part of the
            datasets and a share of the ground of the rasters.
    """

    settings: TrainingSettings
    held_out: tuple[PairSource, ...] = ()


@dataclass
class ScalePairs:
    """All pairs of one ground scale.

    Attributes:
        ground_scale_m: metres that a tile covers.
        train: tiles of 128 px that pass the filter.
        held_out: wholly valid tiles of 128 px, not filtered.
        dropped: how many were thrown out of the training part, by reason.
    """

    ground_scale_m: float
    train: list[ChipPair] = field(default_factory=list)
    held_out: list[ChipPair] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def dropped_words(self) -> str:
        """Which filter threw out how many, for a person."""
        return ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common()) or "0 thrown out"


def crop_side_px(ground_scale_m: float, gsd_m: float) -> int:
    """Source pixels along a tile of a ground scale, at least 128.

    Raises:
        TrainingError: the imagery is too coarse for it.
    """
    side = round(ground_scale_m / gsd_m)
    if side >= TILE_PX:
        return side
    if side >= TILE_PX * (1 - UNEQUAL_SHARE):
        return TILE_PX
    raise TrainingError(
        f"{ground_scale_m:g} m a tile is finer than the imagery: {TILE_PX} px of {gsd_m:.3g} m are "
        f"{TILE_PX * gsd_m:.4g} m, and enlarged tiles would have no detail of their scale; leave it out of --scales, "
        "or give finer imagery"
    )


def allowed_scales(sources: ScaleSources, wanted_m: Sequence[float]) -> list[float]:
    """Those of some ground scales that all rasters are fine enough for, or that the datasets hold.

    Raises:
        TrainingError: a source cannot be opened, or a dataset is none.
    """
    rasters = [*sources.settings.pairs, *sources.held_out]
    finest_m = max((_first_gsd_m(source) * TILE_PX for source in rasters), default=0.0)
    held_m = {row.gsd_m * TILE_PX for name in sources.settings.datasets for row in open_dataset(name).rows}
    return [
        scale
        for scale in wanted_m
        if scale >= finest_m * (1 - UNEQUAL_SHARE)
        and (sources.settings.pairs or any(_is_scale(held, scale) for held in held_m))
    ]


def cut_scale(sources: ScaleSources, ground_scale_m: float, coarsest_m: float, folder: Path) -> ScalePairs:
    """Cut all pairs of one ground scale; pixels of rasters stay in `folder` until they are read.

    Memory holds the chips of one source of pairs at a time.

    Args:
        sources: where the pairs lie.
        ground_scale_m: metres that a tile covers.
        coarsest_m: of all scales of the study; decides, with seed and share, which ground is held out.
        folder: that exists and is empty.

    Raises:
        TrainingError: pairs cannot be read, or are too coarse for the scale.
        OutputError: the disk is full.
    """
    found = ScalePairs(ground_scale_m)
    settings = sources.settings
    cells: list[Group] = []
    with ShardWriter(folder) as aside:
        kept = []
        for chip, cell in _cut_sources(settings.pairs, ground_scale_m, coarsest_m, found.dropped):
            kept.append(_put(aside, chip))
            cells.append(cell)
        ignored: Counter[str] = Counter()
        kept += [_put(aside, chip) for chip, _ in _cut_sources(sources.held_out, ground_scale_m, coarsest_m, ignored)]
    chips = _reopen(aside, kept)
    trained, found.held_out = chips[: len(cells)], chips[len(cells) :]
    is_split = not sources.held_out
    if is_split and len(trained) > 1:
        blocks, _ = chip_blocks(trained)
        trained, found.held_out = _split(trained, blocks, cells, settings)
    kept = [chip for chip in trained if _is_kept(chip, settings.tiles, found.dropped)]
    found.train = [replace(chip, is_filtered=True) for chip in kept]
    for name in settings.datasets:
        _add_dataset(found, open_dataset(name), settings, is_split)
    log.info("%g m a tile: %d pairs, %d held out; %s", ground_scale_m, len(found.train), len(found.held_out),
             found.dropped_words)  # fmt: skip
    return found


def pick_pairs(chips: Sequence[ChipPair], count: int, seed: int) -> list[ChipPair]:
    """Choose some pairs by chance, in the order in which they stand."""
    picks = np.random.default_rng([seed, 5]).permutation(len(chips))[:count]
    return [chips[index] for index in sorted(picks)]


def _first_gsd_m(source: PairSource) -> float:
    """GSD in metres of the first raster of a source that can be opened."""
    problem: SourceError | None = None
    for before, _ in pair_files(source):
        try:
            with open_source(before) as opened:
                return opened.gsd_m
        except SourceError as error:
            problem = error
    raise TrainingError(f"{source.before}: none of its rasters can be opened; the last problem: {problem}")


def _is_scale(one_m: float, other_m: float) -> bool:
    return math.isclose(one_m, other_m, rel_tol=UNEQUAL_SHARE)


def _cut_sources(
    sources: Sequence[PairSource], scale_m: float, coarsest_m: float, dropped: Counter[str]
) -> Iterator[tuple[ChipPair, Group]]:
    """Wholly valid tiles of 128 px of rasters, one source after the other, and the cell of ground of each."""
    for source in sources:
        for chip in load_pairs(source, side_px=lambda gsd_m: crop_side_px(scale_m, gsd_m)):
            side = crop_side_px(scale_m, chip.gsd_m)
            if chip.valid.shape != (side, side):
                dropped["at an edge, and too small"] += 1
            elif not chip.valid.all():
                dropped["not wholly valid"] += 1
            else:
                before, after = (_reduced(image) for image in (chip.before, chip.after))
                tile = replace(chip, before=before, after=after, valid=SEEN, gsd_m=chip.gsd_m * side / TILE_PX)
                yield tile, _cell(chip, coarsest_m)


def _reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    levels: NDArray[np.uint8] = shrink(image.astype(np.float32), TILE_PX).round().clip(0, 255).astype(np.uint8)
    return levels


def _put(aside: ShardWriter, chip: ChipPair) -> ChipPair:
    """Write the pixels of a pair; what is known of it stays, with nothing of the image."""
    aside.add(chip.before, chip.after)
    nothing = np.zeros((0, 0, 0), np.uint8)
    return replace(chip, before=nothing, after=nothing)


def _reopen(aside: ShardWriter, known: Sequence[ChipPair]) -> list[ChipPair]:
    if not known:
        return []
    shards = ShardReader(aside.paths)
    return [replace(chip, before=shards[i][0], after=shards[i][1]) for i, chip in enumerate(known)]


def _is_kept(chip: ChipPair, settings: TileSettings, dropped: Counter[str]) -> bool:
    reason = rejection(chip.before, chip.after, chip.valid, settings)
    if reason is not None:
        dropped[reason] += 1
    return reason is None


def _cell(chip: ChipPair, coarsest_m: float) -> Group:
    """Ground of a tile by its centre, in squares of the coarsest scale: the same squares at every scale."""
    name, *corner = chip.name.replace("(", "").replace(")", "").replace(",", "").rsplit(" ", 2)
    half = len(chip.valid) / 2
    return (chip.place, name, *(int((int(value) + half) * chip.gsd_m // coarsest_m) for value in corner))


def _split(
    chips: Sequence[ChipPair], blocks: Sequence[Group], grounds: Sequence[Group], settings: TrainingSettings
) -> tuple[list[ChipPair], list[ChipPair]]:
    """Hold a share of the ground out.

    Raises:
        TrainingError: all tiles show the same ground.
    """
    if len(set(grounds)) < 2:
        raise TrainingError(
            f"all {len(chips)} pairs of tiles show the same ground, so none can be held out to measure on; name pairs "
            "of another place by --held-out"
        )
    return hold_out(chips, blocks, grounds, settings.validation.share, settings.seed)


def _add_dataset(found: ScalePairs, dataset: Dataset, settings: TrainingSettings, is_split: bool) -> None:
    """Take the tiles of a dataset that have the scale; they passed its filters already."""
    has_place = (dataset.folder / SPLIT_NAME).exists()
    trained, blocks, grounds = _of_scale(dataset, "train", found.ground_scale_m, has_place)
    others = sum(row.part == "train" for row in dataset.rows) - len(trained)
    found.dropped.update({f"of other ground scales in {dataset.folder.name}": others} if others else {})
    if is_split:
        held_out, _, _ = _of_scale(dataset, "validation", found.ground_scale_m, has_place)
        if not held_out and len(trained) > 1:
            trained, held_out = _split(trained, blocks, grounds, settings)
        found.held_out += held_out
    found.train += trained


def _of_scale(
    dataset: Dataset, part: Part, scale_m: float, has_place: bool
) -> tuple[list[ChipPair], list[Group], list[Group]]:
    """Tiles of a part that have the scale, each named by its block of ground; the blocks, and their grounds."""
    rows = [row for row in dataset.rows if row.part == part]
    chips = dataset.chips(part)
    picks = [number for number, row in enumerate(rows) if _is_scale(row.gsd_m * TILE_PX, scale_m)]
    blocks, grounds = row_blocks([rows[number] for number in picks], has_place)
    named = [
        # tiles of one block tell of the same ground, and intervals take them together
        replace(chips[number], name=f"{dataset.folder.name} {block}")
        for number, block in zip(picks, blocks, strict=True)
    ]
    return named, blocks, grounds
