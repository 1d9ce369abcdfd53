"""What a training draws from: all pairs and single dates of its settings, and what it is measured on meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import TrainingError
from ..core.files import hash_file
from ..core.radiometry.tones import ToneReference
from .dataset.folder import INDEX_NAME, JSON_NAME, SPLIT_NAME, Dataset, open_dataset
from .dataset.model_tones import model_tables
from .holding_out import chip_blocks, hold_out, row_blocks
from .pairs import ChipPair, fingerprint, load_pairs, load_single_dates
from .settings import PairSource, TrainingSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingData:
    """What a training draws from.

    Attributes:
        chips: pairs of all sources, matched.
        images: uint8 (band, y, x) chips of every date, as they are, for the upscaler.
        sha256: over all of it, and the years of the pairs.
        unreadable: rasters that could not be read.
        held_out: pairs to measure on, which are not among `chips`; empty where nothing is measured.
        sources: what was read, for the record: names as they were given, hashes, how each was split.
    """

    chips: list[ChipPair]
    images: list[NDArray[np.uint8]]
    sha256: str
    unreadable: tuple[Path, ...] = ()
    held_out: list[ChipPair] = field(default_factory=list)
    sources: tuple[dict[str, Any], ...] = ()

    def without(self, place: str) -> TrainingData:
        """All but the pairs of one place; all of them where it is empty."""
        return replace(self, chips=[chip for chip in self.chips if not place or chip.place != place])

    @property
    def held_out_sha256(self) -> str:
        """Over the pairs that are measured."""
        return fingerprint(self.held_out)


def load_data(settings: TrainingSettings, reference: ToneReference | None = None) -> TrainingData:
    """Read all pairs and single dates of the settings.

    Args:
        settings: of the training.
        reference: tones of the model that it starts from.

    Raises:
        TrainingError: no pairs are named, one of them cannot be read, or none can be held out and that is asked for.
    """
    if not (settings.pairs or settings.datasets):
        raise TrainingError(
            "no pairs: give --before and --after or --pairs, or [[pairs]] or datasets in the settings file"
        )
    unreadable: list[Path] = []
    chips, held_out, sources = _read_sources(settings, unreadable, reference)
    for name in settings.datasets:
        found, kept_back, facts = _read_dataset(open_dataset(name), settings, reference)
        sources.append({"dataset": name, **facts})
        chips += found
        held_out += kept_back
    if unreadable:
        log.warning("%d rasters could not be read and were left out", len(unreadable))
    if not chips:
        raise TrainingError(f"{', '.join(settings.datasets)}: no pair to train on; all of them validate or test")
    images = _every_date(chips) + load_single_dates(settings.single_dates, reference)
    digest = fingerprint(chips, images)
    return TrainingData(chips, images, digest, tuple(unreadable), held_out, tuple(sources))


def _read_sources(
    settings: TrainingSettings, unreadable: list[Path], reference: ToneReference | None
) -> tuple[list[ChipPair], list[ChipPair], list[dict[str, Any]]]:
    """Chips to train on and to validate on, and what was read: all sources are split together, by their ground."""
    chips: list[ChipPair] = []
    sources = []
    for source in settings.pairs:
        found = load_pairs(source, unreadable.append, reference)
        log.info("%s and %s: %d chips, %g years", source.before, source.after, len(found), source.years)
        sources.append({**_named(source), "chips": len(found), "sha256": fingerprint(found)})
        chips += found
    if not (chips and settings.validation.every):
        return chips, [], sources
    chips, held_out = hold_out(chips, *chip_blocks(chips), settings.validation.share, settings.seed)
    rule = _rule(settings, len(held_out), len(chips))
    log.warning("no part of the pairs of rasters is named for validation: %s", rule)
    return chips, held_out, [{**source, "split": rule} for source in sources]


def _read_dataset(
    dataset: Dataset, settings: TrainingSettings, reference: ToneReference | None
) -> tuple[list[ChipPair], list[ChipPair], dict[str, Any]]:
    """Chips to train on and to validate on, and what is recorded of the dataset."""
    chips = dataset.chips("train", reference)
    log.info("%s: %d pairs to train on of %d", dataset.folder, len(chips), len(dataset.rows))
    facts: dict[str, Any] = {
        "sha256": {name: hash_file(dataset.folder / name) for name in (JSON_NAME, INDEX_NAME)},
        "pairs": len(dataset.rows),
        "dates_in_other_tones": _brought_dates(dataset, reference),
    }
    if not settings.validation.every:
        return chips, [], {**facts, "split": f"{len(chips)} train, nothing is measured"}
    held_out = dataset.chips("validation", reference)
    if held_out:
        return chips, held_out, {**facts, "split": f"{len(chips)} train, {len(held_out)} validate, as {INDEX_NAME} has"}
    rows = [row for row in dataset.rows if row.part == "train"]
    has_place = (dataset.folder / SPLIT_NAME).exists()
    chips, held_out = hold_out(chips, *row_blocks(rows, has_place), settings.validation.share, settings.seed)
    rule = _rule(settings, len(held_out), len(chips))
    log.warning("%s has no validation part: %s", dataset.folder, rule)
    return chips, held_out, {**facts, "split": rule}


def _brought_dates(dataset: Dataset, reference: ToneReference | None) -> list[str]:
    """Dates whose levels are changed for the model that is started from; told, and recorded."""
    if reference is None:
        return []
    dates = sorted(model_tables(dataset.facts, reference, str(dataset.folder)))
    if dates:
        log.info("%s: brought to the tones of the model to start from: %s", dataset.folder, ", ".join(dates))
    return dates


def _rule(settings: TrainingSettings, held_out: int, kept: int) -> str:
    return (
        f"{held_out} of {held_out + kept} pairs are held out, {settings.validation.share:.0%} of the ground by a hash "
        f"of seed {settings.seed}; they may touch those that are trained on (`landcast pairs` keeps a buffer)"
    )


def _named(source: PairSource) -> dict[str, Any]:
    return {"before": source.before, "after": source.after, "years": source.years, "place": source.place}


def _every_date(chips: Sequence[ChipPair]) -> list[NDArray[np.uint8]]:
    """First dates of all pairs, each image once; second dates were recoloured and are left out."""
    seen: dict[int, NDArray[np.uint8]] = {}
    for chip in chips:
        if chip.valid.all():
            seen.setdefault(hash(chip.before.tobytes()), chip.before)
    return list(seen.values())
