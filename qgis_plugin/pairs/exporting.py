"""Writes both images of a pair, or nothing; in the thread of a task."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

from ..layers.drawing import Grid, draw
from ..layers.reader import LayerReadError, Reader, ReadStoppedError
from ..translation import tr
from .dates import ImageDate
from .file import PairFile, PairFileError, split
from .grid import PairGrid
from .mask import PolygonMask


@dataclass(frozen=True)
class Half:
    """One image of a pair.

    Attributes:
        reader: of its layer.
        date: when it was taken.
        path: of the file to write.
        items: of the file's default metadata domain.
    """

    reader: Reader
    date: ImageDate
    path: Path
    items: dict[str, str]


def export_pair(
    halves: tuple[Half, Half],
    grid: PairGrid,
    mask: PolygonMask | None,
    on_part: Callable[[int, int], None],
    is_cancelled: Callable[[], bool],
) -> float:
    """Write both images on one grid; the share of pixels that both show comes back, above 0.

    Args:
        halves: first and second date.
        grid: of both.
        mask: what is wanted of it; all where None.
        on_part: called with the parts read and all parts.
        is_cancelled: whether to stop.

    Raises:
        LayerReadError: an image cannot be read, or shows nothing there.
        ReadStoppedError: it was stopped.
        PairFileError: a file cannot be written.
    """
    made = [folder for folder in (half.path.parent for half in halves) if not folder.exists()]
    files: list[PairFile] = []
    is_done = False
    try:
        for half in halves:
            files.append(_begin(half, grid.grid))
        share = _fill(halves, files, grid.grid, mask, on_part, is_cancelled)
        for file in files:
            file.verify()
        if is_cancelled():
            raise ReadStoppedError
        _publish(files)
        is_done = True
    finally:
        for file in files:
            file.abandon()
        if not is_done:
            _remove_empty(made)
    return share


def _begin(half: Half, grid: Grid) -> PairFile:
    try:
        half.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PairFileError(
            tr("{path}: cannot be made: {reason}").format(path=half.path.parent, reason=error.strerror)
        ) from error
    return PairFile(half.path, grid, half.reader.bands, half.reader.dtype, half.items, half.date)


def _fill(
    halves: tuple[Half, Half],
    files: list[PairFile],
    grid: Grid,
    mask: PolygonMask | None,
    on_part: Callable[[int, int], None],
    is_cancelled: Callable[[], bool],
) -> float:
    """Read and write all parts; the share of pixels that both show comes back."""
    parts = split(grid.shape_yx)
    seen, seen_by_both = [0, 0], 0
    for done, (left, top, width, height) in enumerate(parts):
        on_part(done, len(parts))
        if is_cancelled():
            raise ReadStoppedError
        part = _part(grid, left, top, width, height)
        inside = np.ones(part.shape_yx, bool) if mask is None else mask.inside(part)
        both = inside
        for index, (half, file) in enumerate(zip(halves, files)):
            block = draw(half.reader, part)
            valid = block.valid & inside
            file.write(left, top, type(block)(block.values, valid))
            seen[index] += int(valid.sum())
            both = both & valid
        seen_by_both += int(both.sum())
    on_part(len(parts), len(parts))
    _check_seen(halves, seen, seen_by_both)
    return seen_by_both / (grid.shape_yx[0] * grid.shape_yx[1])


def _check_seen(halves: tuple[Half, Half], seen: list[int], seen_by_both: int) -> None:
    for half, pixels in zip(halves, seen):
        if not pixels:
            raise LayerReadError(
                tr("“{name}” shows nothing in the area: choose one where both layers show something.").format(
                    name=half.reader.name
                )
            )
    if not seen_by_both:
        raise LayerReadError(tr("There is no place in the area where both layers show something: choose another one."))


def _publish(files: list[PairFile]) -> None:
    """Give both files their names; a first one whose second fails would pair with another."""
    with _kept_aside(files[0].path):
        for file in files:
            file.publish()


@contextmanager
def _kept_aside(path: Path) -> Iterator[None]:
    """Have under a name again what stood there, or nothing, where the block fails.

    Raises:
        PairFileError: another program holds what stands there open.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.replaced")
    was_there = path.exists()
    try:
        if was_there:
            path.replace(aside)
    except OSError as error:
        raise PairFileError(
            tr("{path}: cannot be written: {reason}").format(path=path, reason=error.strerror)
        ) from error
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if was_there:
                aside.replace(path)
            else:
                path.unlink()
        raise
    with suppress(OSError):
        aside.unlink()


def _part(grid: Grid, left: int, top: int, width: int, height: int) -> Grid:
    (x, y), (pixel_x, pixel_y) = grid.origin_xy, grid.size_xy
    return Grid(grid.wkt, (x + left * pixel_x, y - top * pixel_y), grid.size_xy, (height, width))


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
