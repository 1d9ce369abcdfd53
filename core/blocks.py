"""The blocks of a result: predicted one by one, or taken from where an earlier run left them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .forecast.forecaster import BlockForecast, Forecaster
from .lattice import Rect
from .plan import Plan
from .raster.present import Present, PresentReader
from .request import iteration_layers

Layers = dict[str, NDArray[Any]]
"""What is known of a block: `valid`, bool (y, x), and layers, (band, y, x) each. `look_before` and `look_after`, uint8
(3, y, x), are there where a quicklook is asked for."""
Progress = Callable[[int, int], None]
"""Called with the network calls done and the calls that there are at most."""


class BlockStore(Protocol):
    """Keeps finished blocks, so that a run which was ended goes on where it stopped."""

    def begin(self, key: str, plan: Plan) -> None:
        """Hear what will be predicted; blocks kept under another key are of another result."""

    def skip(self, number: int, block: Rect) -> bool:
        """Pass over a block that nobody needs, as who waits for it has it; asked where no file is written."""

    def load(self, number: int, block: Rect) -> Layers | None:
        """Return a kept block by its number in `plan.blocks`, None where it is not kept whole."""

    def save(self, number: int, block: Rect, layers: Layers) -> None:
        """Keep a finished block."""


class NoStore:
    """Keeps nothing."""

    def begin(self, key: str, plan: Plan) -> None:
        """Hear what will be predicted."""

    def skip(self, number: int, block: Rect) -> bool:
        """Return False: nobody has anything."""
        return False

    def load(self, number: int, block: Rect) -> Layers | None:
        """Return None: nothing is kept."""
        return None

    def save(self, number: int, block: Rect, layers: Layers) -> None:
        """Keep nothing."""


def result_key(plan: Plan, facts: Mapping[str, object]) -> str:
    """SHA-256 of all that decides about the pixels of a result and where its blocks lie."""
    rects = [[block.top, block.left, block.height, block.width] for block in plan.blocks]
    decided = [{name: str(value) for name, value in facts.items()}, plan.grid.crs.to_wkt(), rects, plan.dtype]
    if plan.settings.kept_iterations:
        decided.append("with earlier iterations")
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


class BlockPredictor:
    """Gives the blocks of a plan, and counts the network calls that they take.

    Args:
        forecaster: with the plan's settings.
        reader: of the source on the plan's grid.
        plan: whose blocks are predicted.
        on_progress: called before each network call.
        store: keeps finished blocks.
        has_look: whether a quicklook will be made.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        reader: PresentReader,
        plan: Plan,
        on_progress: Progress,
        store: BlockStore,
        has_look: bool,
    ) -> None:
        self.plan, self.store, self.has_look = plan, store, has_look
        self._forecaster, self._reader, self._on_progress = forecaster, reader, on_progress
        self._done = 0
        self.total = sum(forecaster.calls(block) for block in plan.blocks)

    def skip(self, number: int) -> bool:
        """Pass over a block where the store says so; its calls count as done."""
        block = self.plan.blocks[number]
        is_skipped = self.store.skip(number, block)
        if is_skipped:
            self._done += self._forecaster.calls(block)
        return is_skipped

    def give(self, number: int) -> Layers:
        """Return all layers of a block, from the store or predicted and stored.

        Raises:
            SourceError: the source cannot be read.
        """
        block = self.plan.blocks[number]
        layers = self.store.load(number, block)
        if layers is None:
            layers = self._predict(block)
            self.store.save(number, block, layers)
        self._done += self._forecaster.calls(block)
        return layers

    def _predict(self, block: Rect) -> Layers:
        self._forecaster.before_call = self._tick
        reading = _Reading(self._reader)
        is_wanted = None if self.plan.area is None else self.plan.area.mask(block)
        forecast = self._forecaster.forecast(block, reading.read, is_wanted)
        images = dict(zip(iteration_layers(self.plan.settings.iterations), forecast.earlier, strict=False))
        layers: Layers = {"valid": forecast.valid}
        for name, image in {"prediction": forecast.after, **images}.items():
            layers[name] = self._in_source(image, forecast, reading, block)
        if forecast.spread is not None and forecast.change is not None:
            layers |= {"spread": forecast.spread[None], "change": forecast.change[None]}
        if self.has_look:
            layers |= {"look_before": forecast.present, "look_after": forecast.image}
        return layers

    def _tick(self) -> None:
        self._on_progress(self._done + self._forecaster.calls_begun, self.total)

    def _in_source(
        self, image: NDArray[np.float32], forecast: BlockForecast, reading: _Reading, block: Rect
    ) -> NDArray[Any]:
        """A predicted image in the source's own values, zero where not valid."""
        dtype = np.dtype(self.plan.dtype)
        if not forecast.valid.any():
            return np.zeros((self.plan.bands, *block.shape_yx), dtype)
        values = self.plan.tones.to_source(reading.values(block), forecast.before, image, dtype)
        return np.where(forecast.valid, values, np.zeros((), dtype))


class _Reading:
    """Remembers what was read for a block, whose own values the way back needs."""

    def __init__(self, reader: PresentReader) -> None:
        self._reader = reader
        self._last: tuple[Rect, Present] | None = None

    def read(self, rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        present = self._reader.read(rect)
        self._last = rect, present
        return present.image, present.valid

    def values(self, rect: Rect) -> NDArray[Any]:
        assert self._last is not None
        held, present = self._last
        return present.values[:, *rect.slices_in(held)]
