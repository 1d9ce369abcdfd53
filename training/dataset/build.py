"""Making a dataset of training pairs: look, check, cut, match, filter, split, write."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from ...core.errors import OutputError, RequestError, TrainingError
from ...core.files import sync
from ...core.radiometry.histogram import apply_tables, match_tables
from ...core.raster.access import ENVIRONMENT
from ...core.raster.options import SourceOptions
from .checks import LEAST_AGREEMENT
from .folder import REPORT_NAME, is_dataset
from .footprints import Box
from .gathering import Gathered, gather
from .inputs import DatedSources, Say
from .measures import MEASURES, FilterName, Limit, choose_limits, measure_tiles, thrown_out_by
from .report import write_report
from .splitting import DROPPED, PARTS, SplitSettings, split_tiles
from .storage import ShardReader, ShardWriter
from .writing import Outcome, write_dataset

Progress = Callable[[int, int], None]
TILES_A_TICK = 64
MAX_SHIFT_PX = 4.0
"""The side of a coarse cell: what lies farther beside itself looks like change to a model."""
LEAST_PAIRS = 16
"""A batch; fewer pairs teach nothing."""


@dataclass(frozen=True)
class DatasetSettings:
    """What is asked for.

    Attributes:
        options: what the user says of the rasters.
        ground_scales_m: metres that a tile covers, one or several; that of the coarser image's pixels where empty.
        bbox: west, south, east, north in degrees beyond which nothing is cut; everything where None.
        filter_name: which limits the tiles must keep.
        limits: further limits, in the place of the filter's own for the same measure.
        split: how ground is shared out.
        max_shift_px: pairs that lie farther beside each other are left out; pixels of the coarser image.
        is_aligned: whether the second date is moved back by the shift that was found.
        least_agreement: pairs whose edges correlate less are left out.
        least_pairs: of tiles that there must be in the end.
        most_pairs: of tiles that are kept, taken evenly from all; all where None.
        is_strict: whether a pair of images that is left out is an error.
        is_overwriting: whether an older dataset of the same name is replaced.
    """

    options: SourceOptions = field(default_factory=SourceOptions)
    ground_scales_m: tuple[float, ...] = ()
    bbox: Box | None = None
    filter_name: FilterName = "reference"
    limits: tuple[Limit, ...] = ()
    split: SplitSettings = field(default_factory=SplitSettings)
    max_shift_px: float = MAX_SHIFT_PX
    is_aligned: bool = False
    least_agreement: float = LEAST_AGREEMENT
    least_pairs: int = LEAST_PAIRS
    most_pairs: int | None = None
    is_strict: bool = False
    is_overwriting: bool = False

    def __post_init__(self) -> None:
        if any(not (np.isfinite(scale) and scale > 0) for scale in self.ground_scales_m):
            raise RequestError(f"--ground-scale must be above 0 metres, not {min(self.ground_scales_m):g}")
        if not self.max_shift_px > 0:
            raise RequestError(f"--max-shift-px must be above 0, not {self.max_shift_px}")
        if self.split.areas is not None and self.options.gsd_m is not None:
            raise RequestError(
                f"--split {self.split.areas.name}: images of --gsd have no place on Earth, so no file of areas can "
                "share them out; give a share"
            )

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        """Those of the filter and the further ones."""
        return choose_limits(self.filter_name, self.limits)


@dataclass(frozen=True)
class Built:
    """What came of it.

    Attributes:
        folder: of the dataset.
        parts: pairs of tiles in each part.
        thrown_out: pairs of tiles by what they failed: a measure, or the buffer between parts.
        cut: pairs of tiles before any filter.
        left_out: pairs of images that are not in it.
        seconds: wall time.
    """

    folder: Path
    parts: dict[str, int]
    thrown_out: dict[str, int]
    cut: int
    left_out: int
    seconds: float


def build_dataset(
    dates: Sequence[DatedSources],
    folder: Path,
    settings: DatasetSettings,
    warn: Say,
    note: Say = lambda text: None,
    on_progress: Progress = lambda done, total: None,
    command: Sequence[str] = (),
) -> Built:
    """Make a dataset folder of imagery of two or more dates.

    Memory is bounded by what is read at once, whatever the number and size of the rasters; while it works, the disk
    holds all tiles that were cut beside those that are kept.

    Args:
        dates: which rasters show which date, the earliest first.
        folder: to be made.
        settings: what is asked for.
        warn: called with each caveat.
        note: called with what the user may like to know.
        on_progress: called often, with steps done and steps that there are; may raise to stop.
        command: as the user gave it, for the record.

    Raises:
        LandcastError: anything that the user can mend; no folder stands under the final name then.
    """
    started = time.monotonic()
    check_folder(folder, settings.is_overwriting)
    with rasterio.Env(**ENVIRONMENT), _aside(folder, settings.is_overwriting) as aside:
        raw_folder = aside / "cut"
        raw_folder.mkdir()
        with ShardWriter(raw_folder) as raw:
            gathered = gather(dates, settings, raw, warn, note, on_progress)
        pixels = ShardReader(raw.paths)
        outcome = _choose(gathered, pixels, settings, on_progress)
        for text in _empty_parts(outcome, settings):
            warn(text)
        facts = write_dataset(aside, gathered, outcome, pixels, settings, command, on_progress)
        write_report(aside / REPORT_NAME, folder.name, gathered, outcome, pixels, facts)
        del pixels
        shutil.rmtree(raw_folder)
    return Built(
        folder, outcome.part_counts, outcome.thrown_counts, len(gathered.tiles),
        sum(bool(record.problems) for record in gathered.records), time.monotonic() - started,
    )  # fmt: skip


def check_folder(folder: Path, is_overwriting: bool) -> None:
    """Make sure that a dataset may get its name.

    Raises:
        OutputError: it is taken, or the folder around it is missing.
    """
    if not folder.absolute().parent.is_dir():
        raise OutputError(f"{folder}: there is no folder {folder.absolute().parent}")
    if not folder.exists():
        return
    if not is_overwriting:
        raise OutputError(f"{folder}: exists; --overwrite replaces it")
    if not is_dataset(folder):
        raise OutputError(
            f"{folder}: exists and is no dataset of pairs, so --overwrite leaves it; choose another --out"
        )


def _choose(gathered: Gathered, pixels: ShardReader, settings: DatasetSettings, on_progress: Progress) -> Outcome:
    """Match, measure, filter and split what was cut.

    Raises:
        TrainingError: too little is left.
    """
    tables = [_tables(counts) for counts in gathered.counts]
    values = _measure(gathered, pixels, tables, on_progress)
    limits = settings.all_limits
    failed = thrown_out_by(values, limits)
    passed = np.flatnonzero(failed < 0)
    _check_enough(len(passed), failed, limits, gathered, settings)
    parts = np.full(len(failed), "", dtype="U16")
    tiles = [gathered.tiles[int(number)] for number in passed]
    areas = None if settings.split.areas is None else settings.split.areas.in_metres(gathered.frame)
    parts[passed] = split_tiles(tiles, settings.split, gathered.has_place, areas)
    kept = np.flatnonzero(np.isin(parts, PARTS))
    if settings.most_pairs is not None and len(kept) > settings.most_pairs:
        kept = _evenly(kept, settings.most_pairs, settings.split.seed)
    for number in kept:
        gathered.records[gathered.tiles[int(number)].pair].kept += 1
    return Outcome(tables, values, limits, failed, parts, kept)


def _tables(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Matching of a second date to a first one; what changes nothing where no tile was cut."""
    if not counts.any():
        return np.tile(np.arange(256, dtype=np.uint8), (3, 1))
    return match_tables(counts[1], counts[0])


def _measure(
    gathered: Gathered, pixels: ShardReader, tables: Sequence[NDArray[np.uint8]], on_progress: Progress
) -> dict[str, NDArray[np.float32]]:
    values = {name: np.zeros(len(gathered.tiles), np.float32) for name in MEASURES}
    for number, tile in enumerate(gathered.tiles):
        before, after = pixels.read(number)
        for name, value in measure_tiles(before, apply_tables(after, tables[tile.interval])).items():
            values[name][number] = value
        if number % TILES_A_TICK == 0:
            on_progress(gathered.steps + number, gathered.steps + 2 * len(gathered.tiles))
    return values


def _check_enough(
    count: int, failed: NDArray[np.int16], limits: Sequence[Limit], gathered: Gathered, settings: DatasetSettings
) -> None:
    if count >= settings.least_pairs:
        return
    left_out = Counter(int(number) for number in failed if number >= 0)
    if not left_out:
        masked = f" ({gathered.masked} places are not wholly seen at both dates)" if gathered.masked else ""
        raise TrainingError(
            f"{count} tiles were cut{masked} and all pass the filter {settings.filter_name}, fewer than --min-pairs "
            f"{settings.least_pairs}: add imagery, or ask for fewer"
        )
    reasons = [f"{left_out[number]} fail {limits[number].text}" for number in sorted(left_out)]
    reasons += [f"{gathered.masked} places are not wholly seen at both dates"] if gathered.masked else []
    raise TrainingError(
        f"{count} of {len(gathered.tiles)} tiles pass the filter {settings.filter_name}, fewer than --min-pairs "
        f"{settings.least_pairs}: {'; '.join(reasons)}; loosen it by --filter share, --filter "
        "none or --limit, or add imagery"
    )


def _empty_parts(outcome: Outcome, settings: DatasetSettings) -> list[str]:
    """What is to be said about the split.

    Raises:
        TrainingError: nothing is left to train on.
    """
    counts, split = outcome.part_counts, settings.split
    if not counts["train"]:
        dropped = int(np.count_nonzero(outcome.parts == DROPPED))
        cure = f"choose a smaller --block-m than {split.block_m:g} or --buffer-m, another --split or --seed"
        if split.areas is not None:
            cure = "add imagery beyond the areas, or choose a smaller --buffer-m"
        raise TrainingError(
            f"no tile is left to train on: {counts['validation']} validate, {counts['test']} test, {dropped} lie "
            f"within {split.buffer_m:g} m of these; {cure}"
        )
    if split.areas is not None:
        return [
            f"no tile is in the part {name}: none that is kept has its centre on the areas of {split.areas.name}"
            for name in split.areas.held_out
            if not counts[name]
        ]
    wanted = {"validation": split.validation, "test": split.test}
    return [
        f"no tile is in the part {name}, for which {share:.0%} was asked: the ground holds few blocks of "
        f"{split.block_m:g} m; a smaller --block-m, or another --seed, gives it some"
        for name, share in wanted.items()
        if share > 0 and not counts[name]
    ]


def _evenly(kept: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    """So many of the tiles, by a hash of seed and number, in their order."""
    ranks = [hashlib.sha256(f"{seed} {number}".encode()).digest() for number in kept]
    chosen = sorted(range(len(kept)), key=ranks.__getitem__)[:most]
    found: NDArray[np.intp] = kept[np.sort(chosen)]
    return found


@contextmanager
def _aside(folder: Path, is_overwriting: bool) -> Iterator[Path]:
    """Give a folder that takes its name once the work is done; else nothing of it is left.

    Raises:
        OutputError: it cannot be made or renamed.
    """
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    older = folder.with_name(f".{folder.name}.{os.getpid()}.older")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        yield aside
        sync(aside)
        if is_overwriting and folder.exists():
            folder.replace(older)
        try:
            aside.replace(folder)
        except OSError:
            if older.exists():
                older.replace(folder)
            raise
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    finally:
        for path in itertools.chain([aside], [older] if folder.exists() else []):
            shutil.rmtree(path, ignore_errors=True)
