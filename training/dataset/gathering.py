"""From dated rasters to tiles that were cut: which rasters are pairs, whether they may be, and their tiles."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.errors import RequestError, SourceError, TrainingError
from ...core.lattice import TILE_PX
from ...core.radiometry.tones import Tones
from ...core.raster.source import SourceImage
from .checks import check_pair, sampled_blocks
from .cutting import Frame, Tile, TileCutter
from .footprints import Candidates, Footprint, find_candidates, look_at, open_with_place
from .inputs import DatedSources, Say, years_apart
from .levels import check_bands, tones_of_date
from .records import Interval, PairRecord, WorstPairs
from .shared_grid import PairReader, SharedGrid, find_shared_grid
from .split_file import check_met
from .storage import ShardWriter

if TYPE_CHECKING:
    from .build import DatasetSettings

SAME_GSD = 0.005
PATIENCE = 20
"""Pairs of images that are told of one by one; of more only their number is told."""


@dataclass(frozen=True)
class Gathered:
    """What was cut of all pairs of images.

    Attributes:
        dates: footprints, a list for each date.
        tones: how the values of each date became levels.
        intervals: pairs of dates.
        records: of all pairs of images.
        tiles: in the order in which they were put aside.
        counts: int64, (interval, date, band, 256); values of the tiles before matching.
        masked: places that are not wholly seen at both dates.
        repeated: places that another pair of images showed.
        frame: of the tiles' places.
        worst: pictures.
        remarks: what was told, for the record.
        steps: of progress so far.
    """

    dates: Sequence[Sequence[Footprint]]
    tones: Sequence[Tones]
    intervals: Sequence[Interval]
    records: Sequence[PairRecord]
    tiles: Sequence[Tile]
    counts: NDArray[np.int64]
    masked: int
    repeated: int
    frame: Frame
    worst: WorstPairs
    remarks: Sequence[str]
    steps: int

    @property
    def has_place(self) -> bool:
        """Whether the tiles lie on Earth."""
        return self.frame.crs is not None

    @property
    def date_pairs(self) -> list[tuple[int, int]]:
        """Numbers of the dates of each interval."""
        return list(itertools.combinations(range(len(self.dates)), 2))


def gather(
    dates: Sequence[DatedSources], settings: DatasetSettings, raw: ShardWriter, warn: Say, note: Say,
    on_progress: Callable[[int, int], None],
) -> Gathered:  # fmt: skip
    """Look at all rasters, check each pair of them and cut its tiles.

    Raises:
        TrainingError: no pair is fit to be cut; the message says why the first is not.
        RequestError: options that do not fit the rasters, or a pair is left out and that is to be an error.
        OutputError: the disk is full.
    """
    work = _Gathering(settings, raw, warn, note, on_progress)
    work.look(dates)
    work.pair_up()
    for record in work.records:
        if not record.problems:
            work.take(record)
        work.advance()
    return work.result()


class _Gathering:
    """The work of `gather`, step by step."""

    def __init__(
        self, settings: DatasetSettings, raw: ShardWriter, warn: Say, note: Say,
        on_progress: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        self.settings, self._raw = settings, raw
        self._warn_user, self._note_user, self._on_progress = warn, note, on_progress
        self._steps = self._total = self._told = 0
        self.remarks: list[str] = []
        self.worst = WorstPairs()
        self.records: list[PairRecord] = []

    def look(self, dates: Sequence[DatedSources]) -> None:
        """Open every raster once, and find how the values of each date become levels."""
        self._total = 3 * sum(len(one.sources) for one in dates)
        options = self.settings.options
        self.dates = look_at(dates, options, self.warn, self.advance)
        if options.gsd_m is not None and self.dates[0][0].has_place:
            raise RequestError(f"--gsd is for images without a place, and {self.dates[0][0].shown} has one")
        for text in dict.fromkeys(text for date in self.dates for one in date for text in one.caveats):
            self.warn(text)
        check_bands(self.dates)
        if self.settings.split.areas is not None:
            boxes = [box for date in self.dates for one in date for box in one.boxes]
            check_met(self.settings.split.areas, boxes)
        self._tones: list[Tones] = [tones_of_date(date, options, self.pulse) for date in self.dates]
        self.intervals = [
            Interval(one[0].date, other[0].date, years_apart(one[0].date, other[0].date))
            for one, other in itertools.combinations(self.dates, 2)
        ]
        self._cutter = TileCutter(self._raw, _frame_of(self.dates), len(self.intervals))

    def pair_up(self) -> None:
        """Find the pairs of images of every pair of dates.

        Raises:
            TrainingError: there is none.
        """
        meeting: set[str] = set()
        lonely: dict[str, Footprint] = {}
        for number, (one, other) in enumerate(itertools.combinations(self.dates, 2)):
            found = find_candidates(one, other)
            for before, after in found.pairs:
                self.records.append(PairRecord(len(self.records), number, before, after))
                meeting |= {before.source, after.source}
            self._note_apart(found, number)
            lonely |= {footprint.source: footprint for footprint in found.alone}
        if not any(not record.problems for record in self.records):
            raise TrainingError(self._nothing_meets())
        for source, footprint in lonely.items():
            if source not in meeting:
                self.warn(f"{footprint.shown}: no raster of another date shows its ground; left out")
        self._total = self._steps + len(self.records)

    def take(self, record: PairRecord) -> None:
        """Check a pair and cut it, or remember why not."""
        options = self.settings.options
        try:
            with (
                open_with_place(record.before.source, options) as before,
                open_with_place(record.after.source, options) as after,
            ):
                self._take_opened(record, before, after)
        except SourceError as error:
            record.problems.append(f"cannot be read: {error}")
        if record.problems:
            self._refuse(record)

    def advance(self) -> None:
        """One more step is done."""
        self._steps += 1
        self.pulse()

    def pulse(self) -> None:
        """Work goes on; this is where it may be stopped."""
        self._on_progress(self._steps, max(self._total, self._steps))

    def warn(self, text: str) -> None:
        """Tell the user, and remember for the record."""
        self.remarks.append(text)
        self._warn_user(text)

    def result(self) -> Gathered:
        """What came of it.

        Raises:
            TrainingError: nothing was cut.
        """
        cutter = self._cutter
        if not cutter.tiles:
            raise TrainingError(self._nothing_cut())
        self._tell_left_out()
        self._tell_resolutions()
        return Gathered(
            self.dates, self._tones, self.intervals, self.records, cutter.tiles, cutter.counts, cutter.masked,
            cutter.repeated, _frame_of(self.dates), self.worst, self.remarks, self._steps,
        )  # fmt: skip

    def _take_opened(self, record: PairRecord, before: SourceImage, after: SourceImage) -> None:
        settings, tones = self.settings, self._tones_of(record)
        own = find_shared_grid(before, after, None, settings.bbox)
        if own is None or min(own.rect.shape_yx) < 1:
            record.is_pair = False
            return
        self._total += len(sampled_blocks(own.rect))
        record.check = check_pair(PairReader(before, after, own, tones), self.advance)
        if min(own.rect.shape_yx) >= TILE_PX:
            # slivers that neighbours share tell nothing of those who will be cut
            self.worst.see(record.number, record.check)
        record.problems += record.check.problems(settings.max_shift_px, settings.is_aligned, settings.least_agreement)
        if record.problems:
            return
        shift = record.check.shift if settings.is_aligned else None
        record.is_moved = shift is not None
        for shared in self._grids(record, before, after, own):
            reader = PairReader(before, after, shared, tones, shift, own.grid.gsd_m)
            record.cut += self._cutter.cut(reader, record.number, record.interval, self.pulse)

    def _grids(self, record: PairRecord, before: SourceImage, after: SourceImage, own: SharedGrid) -> list[SharedGrid]:
        """The grid of each ground scale that the pair is fine enough for."""
        if not self.settings.ground_scales_m:
            return [own]
        found = []
        for scale in self.settings.ground_scales_m:
            try:
                shared = find_shared_grid(before, after, scale, self.settings.bbox)
            except RequestError as error:
                record.problems.append(f"not cut at {scale:g} m: {error}")
                continue
            found += [] if shared is None else [shared]
        return found

    def _tones_of(self, record: PairRecord) -> tuple[Tones, Tones]:
        first, second = list(itertools.combinations(range(len(self.dates)), 2))[record.interval]
        return self._tones[first], self._tones[second]

    def _note_apart(self, found: Candidates, interval: int) -> None:
        for before, after in found.apart:
            record = PairRecord(len(self.records), interval, before, after)
            record.problems.append(
                f"bear one name and lie at different places ({before.extent_text} and {after.extent_text})"
            )
            self.records.append(record)
            self._refuse(record)

    def _refuse(self, record: PairRecord) -> None:
        """Tell that a pair, or a ground scale of it, is left out.

        Raises:
            RequestError: that is to be an error.
        """
        text = f"{record.name}: {'; '.join(record.problems)}"
        if self.settings.is_strict:
            raise RequestError(f"--strict: {text}; nothing was written")
        self._told += 1
        if self._told <= PATIENCE:
            # the record has it with the pair
            self._warn_user(f"{text}; left out")

    def _tell_left_out(self) -> None:
        if self._told > PATIENCE:
            self._warn_user(
                f"{self._told - PATIENCE} more pairs of images are left out, wholly or in part; the report lists them"
            )

    def _tell_resolutions(self) -> None:
        """Say which resolutions were brought to the coarser one, and that pixels were resampled."""
        combined: dict[tuple[str, str], int] = {}
        for record in self.records:
            if record.cut and abs(record.before.gsd_m / record.after.gsd_m - 1) > SAME_GSD:
                key = f"{record.before.gsd_m:.3g}", f"{record.after.gsd_m:.3g}"
                combined[key] = combined.get(key, 0) + 1
        for (before, after), count in combined.items():
            text = (
                f"{count} pair(s) of images of {before} and {after} m a pixel are brought to the coarser of both; "
                "nothing is enlarged"
            )
            self.remarks.append(text)
            self._note_user(text)

    def _nothing_meets(self) -> str:
        apart = next((record for record in self.records if record.problems), None)
        if apart is not None:
            return f"{apart.name}: {'; '.join(apart.problems)}"
        before, after = self.dates[0][0], self.dates[1][0]
        return (
            f"{before.shown} and {after.shown} do not overlap, nor does any other raster of two dates: they cover "
            f"{before.extent_text} and {after.extent_text}"
        )

    def _nothing_cut(self) -> str:
        refused = [record for record in self.records if record.problems]
        if refused:
            more = f" ({len(refused)} of {len(self.records)} pairs of images are left out)" if len(refused) > 1 else ""
            return f"{refused[0].name}: {'; '.join(refused[0].problems)}{more}"
        checked = [record for record in self.records if record.check is not None]
        if not checked:
            record = self.records[0]
            where = " within --bbox" if self.settings.bbox else ""
            return (
                f"{record.name} share no ground{where}: they cover {record.before.extent_text} and "
                f"{record.after.extent_text}"
            )
        largest = max((record.check.shape_yx for record in checked if record.check), key=min)
        return (
            f"no tile of 128 px is wholly seen at both dates: the most that two rasters share is {largest[1]} x "
            f"{largest[0]} px of the coarser one, and {self._cutter.masked} places are masked in part"
        )


def _frame_of(dates: Sequence[Sequence[Footprint]]) -> Frame:
    boxes = [box for date in dates for one in date for box in one.boxes]
    if not boxes:
        return Frame(None)
    west, south, east, north = np.median(np.array(boxes), axis=0)
    return Frame.around((west + east) / 2, (south + north) / 2)
