"""The blocks of a result: predicted one by one, or taken from where an earlier run left them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .forecast.block_forecast import BlockForecast
from .forecast.forecaster import Forecaster
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

    def save(self, number: int, block: Rect, layers: Layers) -> object:
        """Keep a finished block; what comes back is for who knows the store."""


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
    if plan.settings.is_drawing_typical:
        decided.append("with the most typical member")
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class BlockReading:
    """What a block is predicted from.

    Attributes:
        rect: of the lattice that was read: the block and what the networks see around it.
        present: over it; None where nothing of the block is wanted, which is not read.
        is_wanted: bool, (y, x) over the block; all of it where None.
    """

    rect: Rect
    present: Present | None
    is_wanted: NDArray[np.bool_] | None


class BlockPredictor:
    """Predicts the blocks of a plan, each from its own window of the source.

    Reading and computing are apart, so that one block can be read while another is computed; each of the two is for
    one thread at a time.

    Args:
        forecaster: with the plan's settings.
        reader: of the source on the plan's grid.
        plan: whose blocks are predicted.
        has_look: whether a quicklook will be made.
        more: gives further arrays of a block's forecast that are to be kept.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        reader: PresentReader,
        plan: Plan,
        has_look: bool = False,
        more: Callable[[BlockForecast, Rect], Layers] = lambda forecast, block: {},
    ) -> None:
        self.plan, self.reader, self.has_look = plan, reader, has_look
        self.forecaster = forecaster
        self._more = more

    def calls(self, number: int) -> int:
        """How many network calls a block takes at most."""
        return self.forecaster.calls(self.plan.blocks[number])

    def predict(self, number: int, on_call: Callable[[int], None] = lambda begun: None) -> Layers:
        """Return all layers of a block.

        Raises:
            SourceError: the source cannot be read.
        """
        return self.compute(number, self.read(number), on_call)

    def read(self, number: int) -> BlockReading:
        """Read what a block is predicted from.

        Raises:
            SourceError: the source cannot be read.
        """
        block = self.plan.blocks[number]
        is_wanted = None if self.plan.area is None else self.plan.area.mask(block)
        rect = self.plan.settings.rects(block, self.plan.source_rect)[0]
        present = self.reader.read(rect) if is_wanted is None or is_wanted.any() else None
        return BlockReading(rect, present, is_wanted)

    def compute(
        self, number: int, reading: BlockReading, on_call: Callable[[int], None] = lambda begun: None
    ) -> Layers:
        """Predict a block from what was read for it; `on_call` hears before each network call how many there were.

        Raises:
            DeviceMemoryError: not even one window fits the device.
        """
        block = self.plan.blocks[number]
        self.forecaster.before_call = lambda: on_call(self.forecaster.calls_begun)
        forecast = self.forecaster.forecast(block, lambda rect: _image_of(reading, rect), reading.is_wanted)
        images = dict(zip(iteration_layers(self.plan.settings.iterations), forecast.earlier, strict=False))
        if forecast.typical is not None:
            images["typical"] = forecast.typical
        layers: Layers = {"valid": forecast.valid}
        for name, image in {"prediction": forecast.after, **images}.items():
            layers[name] = self._in_source(image, forecast, reading, block)
        if forecast.spread is not None and forecast.change is not None:
            layers |= {"spread": forecast.spread[None], "change": forecast.change[None]}
        if self.has_look:
            layers |= {"look_before": forecast.present, "look_after": forecast.image}
        return layers | self._more(forecast, block)

    def _in_source(
        self, image: NDArray[np.float32], forecast: BlockForecast, reading: BlockReading, block: Rect
    ) -> NDArray[Any]:
        """A predicted image in the source's own values, zero where not valid."""
        dtype = np.dtype(self.plan.dtype)
        if not forecast.valid.any():
            return np.zeros((self.plan.bands, *block.shape_yx), dtype)
        assert reading.present is not None
        own = reading.present.values[:, *block.slices_in(reading.rect)]
        values = self.plan.tones.to_source(own, forecast.before, image, dtype)
        return values if forecast.valid.all() else np.where(forecast.valid, values, np.zeros((), dtype))


def _image_of(reading: BlockReading, rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    assert reading.present is not None
    assert rect == reading.rect
    return reading.present.image, reading.present.valid


class StoredBlocks:
    """Gives the blocks of a plan from a store, or predicts and stores them, and counts their network calls.

    Args:
        predictor: of the blocks.
        store: keeps finished blocks.
        on_progress: called before each network call.
    """

    def __init__(self, predictor: BlockPredictor, store: BlockStore, on_progress: Progress) -> None:
        self.plan = predictor.plan
        self._predictor, self._store, self._on_progress = predictor, store, on_progress
        self._done = 0
        self.total = sum(predictor.calls(number) for number in range(len(self.plan.blocks)))

    def skip(self, number: int) -> bool:
        """Pass over a block where the store says so; its calls count as done."""
        is_skipped = self._store.skip(number, self.plan.blocks[number])
        if is_skipped:
            self._done += self._predictor.calls(number)
        return is_skipped

    def give(self, number: int) -> Layers:
        """Return all layers of a block, from the store or predicted and stored.

        Raises:
            SourceError: the source cannot be read.
        """
        block = self.plan.blocks[number]
        layers = self._store.load(number, block)
        if layers is None:
            layers = self._predictor.predict(number, self._tick)
            self._store.save(number, block, layers)
        self._done += self._predictor.calls(number)
        return layers

    def _tick(self, begun: int) -> None:
        self._on_progress(self._done + begun, self.total)
