"""The dataset folder: what stands in it, written once and read by trainings, evaluations and people.

dataset.json     settings, sources with their hashes, checks of every pair of images, matching tables, shards
pairs.csv        one line a pair of tiles, in the order in which they stand in the shards
split.geojson    footprint and part of every pair, in longitude and latitude; absent without a place on Earth
pairs_0000.npy   uint8 (pair, date, band, y, x); the second date matched to the first
report.html      for a person
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import OutputError, TrainingError
from ...core.lattice import TILE_PX
from ...core.radiometry.histogram import apply_tables
from ...core.radiometry.tones import ToneReference
from .measures import MEASURES
from .model_tones import model_tables
from .splitting import PARTS, Part
from .storage import ShardReader

if TYPE_CHECKING:
    from ..pairs import ChipPair

FORMAT, VERSION = "landcast pairs", 1
JSON_NAME, INDEX_NAME, SPLIT_NAME, REPORT_NAME = "dataset.json", "pairs.csv", "split.geojson", "report.html"
PLACE_COLUMNS = ("before", "after", "years", "gsd_m", "part", "longitude", "latitude", "pair", "column", "row")
INDEX_COLUMNS = (*PLACE_COLUMNS, *MEASURES)
CORNER_DIGITS = 8


@dataclass(frozen=True)
class IndexRow:
    """A line of `pairs.csv`.

    Attributes:
        before: first date.
        after: second date.
        years: between them.
        gsd_m: metres a pixel of the tile covers.
        part: train, validation or test.
        centre: longitude and latitude, or metres without a place on Earth.
        pair: number of the pair of images in `dataset.json`.
        column: of the tile's first pixel, counted from that of what both images cover.
        row: likewise.
        measures: by their names.
    """

    before: str
    after: str
    years: float
    gsd_m: float
    part: Part
    centre: tuple[float, float]
    pair: int
    column: int
    row: int
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Dataset:
    """A dataset folder that was opened.

    Attributes:
        folder: where it stands.
        facts: what `dataset.json` says.
        rows: of the index.
        shards: the pixels.
    """

    folder: Path
    facts: Mapping[str, Any]
    rows: Sequence[IndexRow]
    shards: ShardReader

    def chips(self, part: Part, reference: ToneReference | None = None) -> list[ChipPair]:
        """The pairs of a part, as trainings and evaluations take them.

        Their pixels stay on the disk until read, but for dates whose levels are changed for a model.

        Args:
            part: which.
            reference: tones of a model that they are shown to as a prediction would show them; None for none.

        Raises:
            TrainingError: the dataset does not say how its levels came about, and that is asked for.
        """
        # trainings need torch, and the making of a dataset does not
        from ..pairs import ChipPair

        tables = {} if reference is None else model_tables(self.facts, reference, str(self.folder))
        seen = np.broadcast_to(np.True_, (TILE_PX, TILE_PX))
        chips = []
        for number, row in enumerate(self.rows):
            if row.part == part:
                before, after = self.shards[number]
                if row.before in tables:
                    # the second date was matched to the first, and stays so by the same table
                    before, after = (apply_tables(image, tables[row.before]) for image in (before, after))
                name = f"{self.folder.name} {number}"
                chips.append(ChipPair(before, after, seen, row.years, row.gsd_m, name, is_filtered=True))
        return chips


def write_index(path: Path, rows: Sequence[IndexRow]) -> None:
    """Write `pairs.csv`.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(INDEX_COLUMNS)
            for row in rows:
                longitude, latitude = (round(value, CORNER_DIGITS) for value in row.centre)
                place = row.before, row.after, row.years, round(row.gsd_m, 6), row.part, longitude, latitude
                values = (f"{row.measures[name]:.5g}" for name in MEASURES)
                writer.writerow([*place, row.pair, row.column, row.row, *values])
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def write_json(path: Path, value: Any, indent: int | None = 1) -> None:
    """Write a JSON document.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.write_text(json.dumps(value, indent=indent, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def is_dataset(folder: Path) -> bool:
    """Whether a folder is one of ours, whole or not."""
    try:
        return bool(_read_facts(folder))
    except TrainingError:
        return False


def open_dataset(name: str | Path) -> Dataset:
    """Open a dataset folder.

    Args:
        name: its path, which may begin with an environment variable.

    Raises:
        TrainingError: it is none, is of a later version, or parts of it are missing.
    """
    from ..pairs import expand_path

    folder = expand_path(str(name))
    facts = _read_facts(folder)
    shards = ShardReader([folder / shard["file"] for shard in facts["shards"]])
    rows = _read_index(folder / INDEX_NAME)
    if len(rows) != len(shards):
        raise TrainingError(
            f"{folder}: {INDEX_NAME} lists {len(rows)} pairs and the shards hold {len(shards)}; make the dataset again"
        )
    return Dataset(folder, facts, rows, shards)


def _read_facts(folder: Path) -> dict[str, Any]:
    path = folder / JSON_NAME
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(
            f"{folder}: no folder of pairs ({JSON_NAME}: {error.strerror}); `landcast pairs --out {folder}` makes one"
        ) from error
    except ValueError as error:
        raise TrainingError(f"{path}: is damaged: {error}; make the dataset again") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or not isinstance(facts.get("shards"), list):
        raise TrainingError(f"{path}: is no description of a folder of pairs")
    if facts.get("version") != VERSION:
        raise TrainingError(
            f"{path}: is of version {facts.get('version')}, and this program reads {VERSION}; make the dataset again"
        )
    return facts


def _read_index(path: Path) -> list[IndexRow]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [_row(line) for line in csv.DictReader(stream)]
    except OSError as error:
        raise TrainingError(f"{path}: cannot be read: {error.strerror}; make the dataset again") from error
    except (KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{path}: is damaged ({error}); make the dataset again") from error


def _row(line: Mapping[str, str]) -> IndexRow:
    part = {str(part): part for part in PARTS}[line["part"]]
    return IndexRow(
        line["before"], line["after"], float(line["years"]), float(line["gsd_m"]), part,
        (float(line["longitude"]), float(line["latitude"])), int(line["pair"]), int(line["column"]), int(line["row"]),
        {name: float(line[name]) for name in MEASURES},
    )  # fmt: skip
