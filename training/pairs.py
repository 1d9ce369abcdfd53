"""Pairs of chips of one place at two dates, read from rasters with equal names."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from ..core.errors import SourceError, TrainingError, UnreadableSourceError
from ..core.lattice import TILE_PX
from ..core.radiometry.choice import choose_tones
from ..core.radiometry.histogram import apply_tables, count_levels, match_tables
from ..core.radiometry.tones import ToneReference, Tones, as_is
from ..core.raster.source import Pixels, SourceImage, open_source
from ..core.raster.survey import survey_all
from .damaged import DamagedRaster
from .settings import PairSource

CHIP_PX = 2 * TILE_PX
"""Larger rasters are cut into chips of this side."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChipPair:
    """One place at two dates on one grid, the second date matched to the first.

    Attributes:
        before: uint8, (band, y, x).
        after: uint8, (band, y, x).
        valid: bool, (y, x); seen at both dates.
        years: years between the dates.
        gsd_m: ground sample distance, metres.
        name: file name, and the window's corner where the raster was cut.
        is_filtered: whether a filter chose it already, so that all of its tiles are trained on.
        place: where it lies, in a word; empty where the settings do not say.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    years: float
    gsd_m: float
    name: str
    is_filtered: bool = False
    place: str = ""


def load_pairs(
    source: PairSource,
    on_unreadable: Callable[[Path], None] = lambda path: None,
    reference: ToneReference | None = None,
    side_px: Callable[[float], int] = lambda gsd_m: CHIP_PX,
) -> list[ChipPair]:
    """Read every pair of a source and match the second date to the first.

    A raster that cannot be read is named in a warning and left out with the other date of its pair.

    One table for each band, all pairs of the source pooled, so that a real change inside one chip does not
    become a change of its colours.

    Args:
        source: where the two dates lie, and the years between them.
        on_unreadable: called with each raster that cannot be read.
        reference: tones of a model that both dates are shown to as a prediction would show them; None for none.
        side_px: side of the chips that a raster of a GSD in metres is cut into, at least 128; those at its lower and
            right edge may be smaller.

    Raises:
        TrainingError: no pair that can be read, or the two rasters of a pair lie on different grids.
    """
    files = _readable(pair_files(source), on_unreadable)
    tones = date_tones([before for before, _ in files], reference), date_tones([after for _, after in files], reference)
    chips = [chip for before, after in files for chip in _read_pair(before, after, source.years, tones, side_px)]
    if not chips:
        raise TrainingError(f"{source.before} and {source.after}: no chip of at least {TILE_PX} px a side")
    counts_before = sum(count_levels(chip.before, chip.valid) for chip in chips)
    counts_after = sum(count_levels(chip.after, chip.valid) for chip in chips)
    tables = match_tables(np.asarray(counts_after), np.asarray(counts_before))
    return [replace(chip, after=apply_tables(chip.after, tables), place=source.place) for chip in chips]


def load_single_dates(folders: Sequence[str], reference: ToneReference | None = None) -> list[NDArray[np.uint8]]:
    """Read the chips of folders that have one date only; uint8 (band, y, x) each, fully valid ones alone.

    Args:
        folders: paths, which may begin with an environment variable.
        reference: tones of a model that they are shown to as a prediction would show them; None for none.
    """
    chips = []
    for folder in folders:
        files = raster_files(expand_path(folder))
        tones = date_tones(files, reference) if files else as_is(1)
        for path in files:
            with DamagedRaster(path) as raster:
                chips += [image for _, image, valid in _chips(raster, tones) if valid.all()]
    return chips


def date_tones(files: Sequence[Path], reference: ToneReference | None = None) -> Tones:
    """How the values of one date become 8-bit levels: one rule for all of its rasters.

    Without the tones of a model 8-bit values are levels already.

    Raises:
        TrainingError: the rasters differ in bands or data type.
    """
    with open_source(files[0]) as first:
        if first.is_eight_bit and reference is None:
            return as_is(first.bands)
        return choose_tones(first, survey_all(_opened(files, first)), reference)


def pair_files(source: PairSource) -> list[tuple[Path, Path]]:
    """Pair two files, or the files of two folders that bear equal names.

    Raises:
        TrainingError: a path does not exist, or no name stands in both folders.
    """
    before, after = expand_path(source.before), expand_path(source.after)
    if before.is_file() and after.is_file():
        return [(before, after)]
    if not (before.is_dir() and after.is_dir()):
        missing = before if not before.exists() else after
        raise TrainingError(f"{missing}: two files or two folders are needed, and this is neither of both kinds")
    firsts = {path.name: path for path in raster_files(before)}
    seconds = {path.name: path for path in raster_files(after)}
    names = sorted(firsts.keys() & seconds.keys())
    if not names:
        raise TrainingError(
            f"{before} and {after}: no raster has the same name in both ({len(firsts)} and {len(seconds)} rasters)"
        )
    alone = len(firsts.keys() ^ seconds.keys())
    if alone:
        log.warning("%s and %s: %d rasters stand in one folder only and are left out", before, after, alone)
    return [(firsts[name], seconds[name]) for name in names]


def raster_files(folder: Path) -> list[Path]:
    """List the GeoTIFF files of a folder in the order of their names.

    Raises:
        TrainingError: there is no such folder.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder}: no such folder of rasters")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in {".tif", ".tiff"})


def expand_path(text: str) -> Path:
    """Expand a leading environment variable or `~` of a path from a settings file.

    Raises:
        TrainingError: the path names a variable that is not set.
    """
    expanded = os.path.expandvars(text)
    if expanded.startswith("$"):
        raise TrainingError(f"{text}: the environment variable {expanded.split('/')[0]} is not set")
    return Path(expanded).expanduser()


def fingerprint(chips: Sequence[ChipPair], images: Sequence[NDArray[np.uint8]] = ()) -> str:
    """SHA-256 over pixels and years of all pairs and over further images: what a run was trained on."""
    digest = hashlib.sha256()
    for image in images:
        digest.update(image.tobytes())
    for chip in chips:
        digest.update(f"{chip.years} {chip.gsd_m}".encode())
        digest.update(chip.before.tobytes())
        digest.update(chip.after.tobytes())
    return digest.hexdigest()


def _opened(files: Sequence[Path], first: SourceImage) -> Iterator[DamagedRaster]:
    """Open one file after the other; all must be of the first one's kind."""
    for path in files:
        with DamagedRaster(path) as raster:
            bands, dtype = raster.source.bands, raster.source.dtype
            if (bands, dtype) != (first.bands, first.dtype):
                raise TrainingError(
                    f"{path}: {bands} band(s) of {dtype}, and {first.name} has {first.bands} of {first.dtype}; "
                    "the rasters of one date must be alike"
                )
            yield raster


def _readable(pairs: Sequence[tuple[Path, Path]], on_unreadable: Callable[[Path], None]) -> list[tuple[Path, Path]]:
    """Leave out pairs of which a raster cannot be opened or read.

    Raises:
        TrainingError: none is left.
    """
    kept, last = [], ""
    for pair in pairs:
        problems = {path: problem for path in pair if (problem := _problem(path))}
        for path, problem in problems.items():
            log.warning("%s cannot be read and is left out with its pair: %s", path, problem)
            on_unreadable(path)
            last = problem
        if not problems:
            kept.append(pair)
    if not kept:
        raise TrainingError(f"none of {len(pairs)} pairs can be read; the last problem: {last}")
    return kept


def _problem(path: Path) -> str:
    """Why a raster cannot be opened or its first pixels cannot be read; empty where they can."""
    try:
        with open_source(path) as source:
            source.read_native(Window(0, 0, *(min(side, TILE_PX) for side in reversed(source.shape_yx))))
    except (SourceError, rasterio.errors.RasterioError) as error:
        return str(error)
    return ""


def _read_pair(
    before: Path, after: Path, years: float, tones: tuple[Tones, Tones], side_px: Callable[[float], int]
) -> list[ChipPair]:
    try:
        with DamagedRaster(before) as first, DamagedRaster(after) as second:
            _check_same_grid(first.source, second.source)
            gsd_m = first.source.gsd_m
            side = side_px(gsd_m)
            return [
                ChipPair(image, matching, valid & also_valid, years, gsd_m, f"{before.name} {corner}")
                for (corner, image, valid), (_, matching, also_valid) in zip(
                    _chips(first, tones[0], side), _chips(second, tones[1], side), strict=True
                )
            ]
    except rasterio.errors.RasterioError as error:
        raise TrainingError(f"{before} and {after}: {error}") from error


def _check_same_grid(first: SourceImage, second: SourceImage) -> None:
    apart = np.abs(np.array(first.transform) - np.array(second.transform)).max()
    pixel = abs(first.transform.a)
    if first.shape_yx != second.shape_yx or first.crs != second.crs or apart > pixel / 100:
        raise TrainingError(
            f"{first.name} and {second.name} lie on different grids "
            f"({first.shape_yx} and {second.shape_yx} px); bring them to one grid first"
        )


def _chips(
    raster: DamagedRaster, tones: Tones, side: int = CHIP_PX
) -> list[tuple[tuple[int, int], NDArray[np.uint8], NDArray[np.bool_]]]:
    """Cut a raster into chips; ((row, column), uint8 (band, y, x), bool (y, x)) each."""
    chips = []
    height, width = raster.shape_yx
    for top in range(0, height, side):
        for left in range(0, width, side):
            size_yx = (min(side, height - top), min(side, width - left))
            if min(size_yx) < TILE_PX:
                continue
            try:
                pixels = raster.read_whole(Window(left, top, size_yx[1], size_yx[0]))
                image, valid = _levels(tones, pixels), pixels.valid
            except UnreadableSourceError as error:
                log.warning("%s: chip at %s left out: %s", raster.source.name, (top, left), error)
                image, valid = np.zeros((3, *size_yx), np.uint8), np.zeros(size_yx, np.bool_)
            chips.append(((top, left), image, valid))
    return chips


def _levels(tones: Tones, pixels: Pixels) -> NDArray[np.uint8]:
    levels: NDArray[np.uint8] = (tones.to_model(pixels.values) * 255 * pixels.valid).round().astype(np.uint8)
    return levels
