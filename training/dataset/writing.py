"""Writing what was chosen: matched pixels in shards, an index, footprints with their parts, and the record."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ...core import PROGRAM
from ...core.files import hash_file
from ...core.lattice import TILE_PX
from ...core.radiometry.histogram import apply_tables
from ...core.raster.access import is_address
from ...core.raster.options import SourceOptions
from ...core.raster.survey import survey
from ...core.raster.vrt import VRT_SUFFIX
from .folder import FORMAT, INDEX_NAME, JSON_NAME, SPLIT_NAME, VERSION, IndexRow, write_index, write_json
from .footprints import Footprint, open_with_place
from .gathering import Gathered
from .measures import MEASURES, Limit
from .model_tones import DATES, levels_facts
from .split_file import split_features
from .splitting import DROPPED, PARTS, Part, SplitSettings
from .storage import ShardReader, ShardWriter

if TYPE_CHECKING:
    from .build import DatasetSettings

LIBRARIES = ("numpy", "rasterio", "opencv-python-headless", "pyproj", "shapely")
TILES_A_TICK = 64


@dataclass(frozen=True)
class Outcome:
    """What became of the tiles that were cut.

    Attributes:
        tables: for each interval, uint8 (3, 256); what values of the second date become.
        values: float32, (tile,) for each measure.
        limits: that were asked of them.
        failed: int16, (tile,); number of the first limit that a tile fails, -1 for none.
        parts: (tile,); train, validation, test, `buffer`, or empty for tiles that fail.
        kept: numbers of the tiles that are written, in their order.
    """

    tables: Sequence[NDArray[np.uint8]]
    values: Mapping[str, NDArray[np.float32]]
    limits: Sequence[Limit]
    failed: NDArray[np.int16]
    parts: NDArray[np.str_]
    kept: NDArray[np.intp]

    @property
    def part_counts(self) -> dict[str, int]:
        """Tiles that are written, by part."""
        found = Counter(str(part) for part in self.parts[self.kept])
        return {part: found.get(part, 0) for part in PARTS}

    @property
    def thrown_counts(self) -> dict[str, int]:
        """Tiles that are not written, by what they failed."""
        counts = {limit.text: int(np.count_nonzero(self.failed == number)) for number, limit in enumerate(self.limits)}
        counts["buffer between parts"] = int(np.count_nonzero(self.parts == DROPPED))
        counts["beyond --max-pairs"] = int(np.isin(self.parts, PARTS).sum()) - len(self.kept)
        return {name: count for name, count in counts.items() if count}


def write_dataset(
    folder: Path, gathered: Gathered, outcome: Outcome, pixels: ShardReader, settings: DatasetSettings,
    command: Sequence[str], on_progress: Callable[[int, int], None],
) -> dict[str, Any]:  # fmt: skip
    """Write all of a dataset but its report; what `dataset.json` says comes back.

    Raises:
        OutputError: something cannot be written.
    """
    done, total = gathered.steps + len(gathered.tiles), gathered.steps + len(gathered.tiles) + len(outcome.kept)
    with ShardWriter(folder) as shards:
        for number, index in enumerate(outcome.kept):
            before, after = pixels.read(int(index))
            shards.add(before, apply_tables(after, outcome.tables[gathered.tiles[int(index)].interval]))
            if number % TILES_A_TICK == 0:
                on_progress(done + number, total)
    rows = [_row(gathered, outcome, int(index)) for index in outcome.kept]
    write_index(folder / INDEX_NAME, rows)
    if gathered.has_place:
        write_json(folder / SPLIT_NAME, split_features(gathered, outcome, settings.split), indent=None)
    facts = _facts(gathered, outcome, settings, command, lambda: on_progress(total, total))
    facts["shards"] = [{"file": path.name, "sha256": hash_file(path)} for path in shards.paths]
    facts["index_sha256"] = hash_file(folder / INDEX_NAME)
    write_json(folder / JSON_NAME, facts)
    return facts


def _row(gathered: Gathered, outcome: Outcome, index: int) -> IndexRow:
    tile = gathered.tiles[index]
    interval = gathered.intervals[tile.interval]
    x, y = tile.corners.mean(1)
    return IndexRow(
        str(interval.before), str(interval.after), interval.years, tile.ground_scale_m / TILE_PX,
        cast(Part, str(outcome.parts[index])), (float(x), float(y)), tile.pair, tile.column, tile.row,
        {name: float(outcome.values[name][index]) for name in MEASURES},
    )  # fmt: skip


def _facts(
    gathered: Gathered, outcome: Outcome, settings: DatasetSettings, command: Sequence[str], tick: Callable[[], None]
) -> dict[str, Any]:
    used = {tile.pair for tile in gathered.tiles}
    sources = {
        one.source: one for record in gathered.records if record.number in used for one in (record.before, record.after)
    }
    has_cut = [bool(counts.any()) for counts in gathered.counts]
    return {
        "format": FORMAT,
        "version": VERSION,
        "command": " ".join(command),
        "versions": _versions(),
        "tile_px": TILE_PX,
        "settings": _settings(settings),
        "split": _split(settings.split, gathered.frame.crs),
        "pairs": {"cut": len(gathered.tiles), "kept": len(outcome.kept), **outcome.part_counts},
        "left_out": {
            **outcome.thrown_counts, "not wholly seen": gathered.masked, "shown by another pair": gathered.repeated,
        },
        DATES: levels_facts(gathered),
        "intervals": [
            {
                "before": str(interval.before), "after": str(interval.after), "years": interval.years,
                "matching_tables": table.tolist() if is_cut else None,
            }
            for interval, table, is_cut in zip(gathered.intervals, outcome.tables, has_cut, strict=True)
        ],
        "sources": [_source(one, settings.options, tick) for one in sources.values()],
        "image_pairs": [
            record.facts(outcome.tables[record.interval] if has_cut[record.interval] else None)
            for record in gathered.records
            if record.is_pair
        ],
        "remarks": list(gathered.remarks),
    }  # fmt: skip


def _split(settings: SplitSettings, frame: str | None) -> dict[str, Any]:
    """How ground was shared out; shares, blocks and seed play no part where a file did it."""
    said = {"frame": frame, "buffer_m": settings.buffer_m}
    if settings.areas is not None:
        return {**said, "file": settings.areas.name, "sha256": settings.areas.sha256}
    return {**said, **{name: getattr(settings, name) for name in ("validation", "test", "block_m", "seed")}}


def _settings(settings: DatasetSettings) -> dict[str, Any]:
    said = {name: value for name, value in vars(settings).items() if name not in ("split", "limits", "options")}
    said |= {"limits": [limit.text for limit in settings.all_limits], "options": vars(settings.options)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def _source(one: Footprint, options: SourceOptions, tick: Callable[[], None]) -> dict[str, Any]:
    """What is recorded of a raster; its hash is that of the file, or of a sample of pixels where it is no plain one."""
    tick()
    said: dict[str, Any] = {
        "name": one.shown, "date": str(one.date), "gsd_m": round(one.gsd_m, 6), "shape_yx": list(one.shape_yx),
        "crs": one.crs or None, "bounds_xy": list(one.bounds_xy), "bands": one.bands, "dtype": one.dtype,
    }  # fmt: skip
    if is_address(one.source) or one.source.lower().endswith(VRT_SUFFIX):
        with open_with_place(one.source, options) as image:
            return {**said, "pixels_sha256": survey(image).pixels_sha256}
    return {**said, "sha256": hash_file(Path(one.source))}


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in (PROGRAM, *LIBRARIES)}}
