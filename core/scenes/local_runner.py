"""Predicting blocks in this process: one is read and one written while another is computed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import rasterio
import torch

from ..blocks import BlockReading, Layers
from ..errors import UnreadableSourceError
from ..large_arrays import give_back_large_arrays
from ..model.folder import LoadedModel, hash_model, load_model
from ..raster.access import ENVIRONMENT
from ..request import PredictionRequest
from .block_folder import BlockFolder, BlockRecord
from .lane import Lane
from .prepared import Compute, LoadModel, OpenScene, PreparedScene, choose_compute, open_scene
from .runner import BlockDone, BlockFailed, BlockOutcome, IsStopping, OnCalls

READ_TRIES = 2
"""How often a block is read, each time from the source opened anew, before it is given up."""
REMOTE_WAITS_S: tuple[float, ...] = (5.0, 30.0, 120.0)
"""Before each further try where the source is read over the network, whose servers are away for a while."""
LOOKING_S = 0.25
"""How often who waits looks whether the run is to stop."""
LEAVING_S = 5.0
"""How long a reading or writing thread is waited for by who stops at once."""


class WarmModel:
    """Keeps the model that was loaded last, for the next scene that asks for the same.

    Args:
        load: loads a model.
    """

    def __init__(self, load: LoadModel = load_model) -> None:
        self._load = load
        self._held: tuple[tuple[Path, torch.device, torch.dtype, str], LoadedModel] | None = None

    def __call__(self, folder: Path, device: torch.device, precision: torch.dtype) -> LoadedModel:
        """Return the model of a folder.

        Raises:
            ModelError: it cannot be loaded.
        """
        asked = folder.absolute(), device, precision, hash_model(folder)
        if self._held is None or self._held[0] != asked:
            self._held = None  # before the next is loaded, lest there are two
            self._held = asked, self._load(folder, device, precision)
        return self._held[1]


@dataclass(frozen=True)
class _Unreadable:
    """What is known of a block that cannot be read; `is_cut_short` where the run stopped before its last try."""

    reason: str
    is_cut_short: bool = False


class LocalRunner:
    """Predicts blocks in this process, with one block read ahead and one written behind the one that is computed.

    Memory is that of three blocks, whatever the scene's size.

    Args:
        load: gives the model; kept warm between scenes where not given.
    """

    def __init__(self, load: LoadModel | None = None) -> None:
        self._load = load or WarmModel()

    def compute_of(self, request: PredictionRequest) -> Compute:
        """Say where and how exactly what is asked for will be computed: by this process."""
        return choose_compute(request)

    def run(
        self,
        scene: PreparedScene,
        blocks_url: str,
        numbers: Sequence[int],
        stop: IsStopping,
        on_calls: OnCalls = lambda number, calls: None,
    ) -> Iterator[BlockOutcome]:
        """Predict blocks and keep them, in their order; what became of each."""
        if not numbers:
            return
        give_back_large_arrays()
        with rasterio.Env(**ENVIRONMENT):
            opened = open_scene(scene, self._load)
            run = _Run(opened, BlockFolder(blocks_url, scene), on_calls, stop)
            try:
                yield from run.outcomes(numbers)
            finally:
                run.leave()


class _Run:
    """One pass over blocks, with its two lanes."""

    def __init__(self, opened: OpenScene, folder: BlockFolder, on_calls: OnCalls, stop: IsStopping) -> None:
        self._opened, self._folder, self._on_calls, self._stop = opened, folder, on_calls, stop
        self._is_leaving = threading.Event()
        self._reader, self._writer = Lane("landcast reading"), Lane("landcast writing")

    def outcomes(self, numbers: Sequence[int]) -> Iterator[BlockOutcome]:
        """Compute each block while the next is read and the last is written."""
        ahead: Future[tuple[BlockReading | _Unreadable, float]] | None = self._reader.submit(self._read, numbers[0])
        behind: Future[BlockDone] | None = None
        for number, following in zip(numbers, [*numbers[1:], None], strict=True):
            if self._stop() or ahead is None:
                break
            reading, read_s = ahead.result()
            if isinstance(reading, _Unreadable) and reading.is_cut_short:
                break
            ahead = None if following is None else self._reader.submit(self._read, following)
            if isinstance(reading, _Unreadable):
                yield BlockFailed(number, reading.reason)
                continue
            started = time.monotonic()
            layers = self._opened.compute(number, reading, lambda calls, at=number: self._on_calls(at, calls))  # type: ignore[misc]
            seconds = read_s + time.monotonic() - started
            del reading
            if behind is not None:
                yield behind.result()
            behind = self._writer.submit(self._write, number, layers, seconds)
            del layers
        if behind is not None:
            yield behind.result()

    def leave(self) -> None:
        """Let go of the source, unless a thread still reads from it."""
        self._is_leaving.set()
        is_left = self._reader.close(LEAVING_S)
        self._writer.close(LEAVING_S)
        if is_left:
            self._opened.close()

    def _read(self, number: int) -> tuple[BlockReading | _Unreadable, float]:
        """Read a block, anew where it cannot be read at first; and the seconds that it took."""
        started, reason = time.monotonic(), ""
        waits = REMOTE_WAITS_S if self._opened.prepared.is_remote else (0.0,) * (READ_TRIES - 1)
        for wait_s in (0.0, *waits):
            if not self._rest(wait_s):
                return _Unreadable(reason, is_cut_short=True), time.monotonic() - started
            try:
                return self._opened.read(number), time.monotonic() - started
            except UnreadableSourceError as error:
                reason = str(error)
                self._opened.close()  # what failed once gives zeros to who reads again
        return _Unreadable(reason), time.monotonic() - started

    def _rest(self, seconds: float) -> bool:
        """Wait; False where the run is to stop meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stop() or self._is_leaving.wait(min(left, LOOKING_S)):
                return False
        return True

    def _write(self, number: int, layers: Layers, seconds: float) -> BlockDone:
        started = time.monotonic()
        record: BlockRecord = self._folder.save(number, self._opened.prepared.blocks[number], layers)
        return BlockDone(number, record, seconds + time.monotonic() - started)
