"""Pairs of tiles in plain `.npy` files: written one after the other, read by any number of processes at once.

A shard holds 2,048 pairs, uint8 (pair, date, band, y, x), 201 MB. It is mapped into memory, so that readers share what
the system keeps of it, and a single pair costs one read of 98 kB.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import OutputError, TrainingError
from ...core.files import sync
from ...core.lattice import TILE_PX
from ...core.raster.disk import free_bytes

PAIR_SHAPE = (2, 3, TILE_PX, TILE_PX)
"""Date, band, rows, columns."""
PAIR_BYTES = 2 * 3 * TILE_PX * TILE_PX
SHARD_PAIRS = 2048


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"pairs_{number:04d}.npy"


class ShardWriter:
    """Writes pairs into shards of a folder. Use it as a context manager; what was written is synced at its end.

    Args:
        folder: that exists.

    Attributes:
        count: pairs written so far.
        paths: of the shards.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: IO[bytes] | None = None
        self.count = 0
        self.paths: list[Path] = []

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            if self._held is not None:
                with contextlib.suppress(OSError):
                    self._held.close()
            return
        self._close()

    def add(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
        """Write a pair, uint8 (3, 128, 128) both.

        Raises:
            OutputError: the disk is full, or will not be written to.
        """
        try:
            if self.count % SHARD_PAIRS == 0:
                self._begin()
            assert self._held is not None
            for image in (before, after):
                self._held.write(np.ascontiguousarray(image).tobytes())
        except OSError as error:
            raise self._failed(error) from error
        self.count += 1

    def _begin(self) -> None:
        self._close()
        self.paths.append(self._folder / shard_name(len(self.paths)))
        self._held = self.paths[-1].open("wb")
        # a header of the same length for any number of pairs, which the end writes anew
        self._held.write(_header(SHARD_PAIRS))

    def _close(self) -> None:
        if self._held is None:
            return
        held, self._held = self._held, None
        in_last = self.count - (len(self.paths) - 1) * SHARD_PAIRS
        try:
            with held:
                held.seek(0)
                held.write(_header(in_last))
            sync(self.paths[-1])
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> OutputError:
        free = free_bytes(self._folder) // 10**6
        return OutputError(f"{self._folder}: cannot be written: {error.strerror} ({free} MB free)")


class ShardReader:
    """Reads pairs of shards; each is mapped when it is first asked for.

    Args:
        paths: of the shards, in order.

    Raises:
        TrainingError: one is missing or is none.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths)
        maps = [_mapped(path) for path in paths]
        self._offsets = [one.offset for one in maps]
        self._shards = [one.view(np.ndarray) for one in maps]
        sizes = [len(shard) for shard in self._shards]
        if any(size != SHARD_PAIRS for size in sizes[:-1]):
            raise TrainingError(f"{paths[0].parent}: shards of {sizes} pairs; all but the last need {SHARD_PAIRS}")
        self.count = sum(sizes)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """One pair, uint8 (date, band, y, x), not copied."""
        pair: NDArray[np.uint8] = self._shards[number // SHARD_PAIRS][number % SHARD_PAIRS]
        return pair

    def read(self, number: int) -> NDArray[np.uint8]:
        """One pair, copied, so that memory does not fill with pages of who reads all of them once."""
        shard, place = divmod(number, SHARD_PAIRS)
        offset = self._offsets[shard] + place * PAIR_BYTES
        return np.fromfile(self._paths[shard], np.uint8, PAIR_BYTES, offset=offset).reshape(PAIR_SHAPE)


def _mapped(path: Path) -> np.memmap[Any, np.dtype[np.uint8]]:
    try:
        shard: np.memmap[Any, np.dtype[np.uint8]] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read as pairs of tiles: {error}; make the dataset again") from error
    if shard.dtype != np.uint8 or shard.shape[1:] != PAIR_SHAPE:
        raise TrainingError(
            f"{path}: holds {shard.dtype} {shard.shape}, and pairs of tiles are uint8 (n, 2, 3, {TILE_PX}, {TILE_PX})"
        )
    return shard


def _header(pairs: int) -> bytes:
    """The head of a `.npy` file; equally long whatever the number."""
    stream = io.BytesIO()
    shape = (pairs, *PAIR_SHAPE)
    np.lib.format.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return stream.getvalue()
