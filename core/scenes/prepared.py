"""A scene about which all is decided, in a form that travels to whichever process predicts its blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

import rasterio
import torch

from ..blocks import BlockPredictor, BlockReading, Layers, result_key
from ..calibrated import with_calibration
from ..device import choose_device, choose_precision, precision_name
from ..domain.look import with_domain
from ..errors import ModelError, RequestError, SourceError
from ..facts import facts_of_iterations, make_facts
from ..forecast.batches import BATCH_SIZES, BatchSizes
from ..forecast.block_forecast import BlockForecast
from ..forecast.forecaster import Forecaster
from ..lattice import Rect
from ..model.calibration import load_calibration
from ..model.contract import load_contract
from ..model.folder import SHIPPED_FOLDER, LoadedModel, find_model, hash_model, load_model
from ..plan import Plan, Say, announce_plan, make_plan
from ..raster.access import ENVIRONMENT, is_address
from ..raster.layer import LayerSpec
from ..raster.present import PresentReader
from ..raster.provenance import MAP_NAMES, layer_names, make_tags
from ..raster.source import open_source
from ..request import PredictionRequest
from .source_stamp import SourceStamp, SourceWatch
from .statistics.members import MEMBERS_LAYER, pack_members

LOOKS = ("look_before", "look_after")
"""Layers from which a quicklook is made; they are part of no result file."""

LoadModel = Callable[[Path, torch.device, torch.dtype], LoadedModel]
"""Loads the model of a folder, or gives one that was loaded before."""


@dataclass(frozen=True)
class Compute:
    """Where and how exactly the networks compute.

    Attributes:
        device: type of the device, `cpu` or `cuda`.
        precision: `fp32`, `bf16` or `fp16`.
    """

    device: str
    precision: str


def choose_compute(request: PredictionRequest) -> Compute:
    """Say where this process computes what is asked for.

    Raises:
        RequestError: there is no such device here, or it has no such precision.
    """
    device = choose_device(request.device)
    return Compute(device.type, precision_name(choose_precision(request.precision, device)))


@dataclass(frozen=True)
class PreparedScene:
    """All that is decided about a scene; it can be pickled.

    Attributes:
        request: what was asked for; paths of source and model are absolute.
        plan: of the prediction.
        facts: as recorded in the result files.
        key: SHA-256 of all that decides about the pixels.
        compute: where and how the networks compute.
        scaling: scale and offset of each band of the prediction.
        stamp: of the source; None where it is not to be known so.
        has_members: whether the members' changes are kept with each block.
    """

    request: PredictionRequest
    plan: Plan
    facts: dict[str, object]
    key: str
    compute: Compute
    scaling: tuple[tuple[float, float], ...]
    stamp: SourceStamp | None
    has_members: bool = False

    def __getstate__(self) -> dict[str, object]:
        """What is told to another process, without what it works out itself."""
        return {name: value for name, value in self.__dict__.items() if name not in ("layers", "calls")}

    @property
    def is_remote(self) -> bool:
        """Whether the source is read over the network, or may be."""
        name, is_allowed = str(self.request.source), self.request.source_options.is_remote_allowed
        return is_address(name) or name.startswith("/vsi") or (is_allowed and name.lower().endswith(".vrt"))

    @property
    def blocks(self) -> list[Rect]:
        """What is predicted at once, by number."""
        return self.plan.blocks

    @property
    def decided_more(self) -> dict[str, str]:
        """What the pixels depend on and no fact tells, by name: what else the source is made of, and the polygons."""
        mark = None if self.stamp is None else self.stamp.mark
        area = None if self.plan.area is None else hashlib.sha256(self.plan.area.geometry.wkb).hexdigest()
        return {name: said for name, said in (("source_mark", mark), ("area_polygons_sha256", area)) if said}

    @property
    def targets(self) -> dict[str, Path]:
        """Result files by the layer that each holds."""
        return {**self.request.layer_paths, **self.request.iteration_paths(self.plan.interval.iterations)}

    @property
    def kept_layers(self) -> set[str]:
        """Layers and arrays that each kept block has at least."""
        more = {*(LOOKS if self.request.quicklook else ()), *([MEMBERS_LAYER] if self.has_members else [])}
        return {*self.targets, *more}

    @cached_property
    def layers(self) -> dict[str, LayerSpec]:
        """What each result file is, by its layer."""
        plan = self.plan
        facts_of = facts_of_iterations(self.facts, plan)
        return {
            layer: LayerSpec(
                bands=layer_names(layer, plan.bands),
                dtype="uint8" if layer in MAP_NAMES else plan.dtype,
                rect=plan.rect,
                transform=plan.grid.transform(plan.rect),
                crs=plan.grid.crs,
                tags=make_tags(facts_of.get(layer, self.facts)),
                scaling=None if layer in MAP_NAMES else self.scaling,
            )
            for layer in self.targets
        }

    @cached_property
    def calls(self) -> tuple[int, ...]:
        """Network calls that each block takes at most, with the batch of the plan."""
        return tuple(map(sum, self.plan.block_calls(self.batch_sizes)))

    @property
    def batch_sizes(self) -> BatchSizes:
        """What goes into a network call, as planned."""
        return BATCH_SIZES[self.compute.device]


def prepare_scene(
    request: PredictionRequest,
    warn: Say,
    note: Say = lambda message: None,
    compute: Compute | None = None,
    block_px: int | None = None,
    has_members: bool = False,
) -> PreparedScene:
    """Decide everything about a scene; no network is loaded but what tells how far it is from the training.

    Args:
        request: what is asked for.
        warn: called with each caveat.
        note: called with what the user may like to know.
        compute: of the processes that will predict; what this one has where None.
        block_px: side of a block; the plan's own where None.
        has_members: whether the members' changes are to be kept with each block.

    Raises:
        LandcastError: anything that the user can mend.
    """
    if request.is_mapping_domain:
        raise RequestError(f"{request.source}: a layer of distances from the training is made by landcast domain -o")
    compute = compute or choose_compute(request)
    folder = find_model(request.model)
    request = _absolute(request, folder)
    stamp = SourceWatch(str(request.source), request.source_options.is_remote_allowed).stamp()
    with rasterio.Env(**ENVIRONMENT), open_source(request.source, request.source_options) as source:
        contract = load_contract(folder)
        plan = with_domain(with_calibration(make_plan(request, source, contract, block_px), folder), source, folder)
        announce_plan(plan, request, warn, note)
        facts = make_facts(request, source, plan, contract, hash_model(folder), load_calibration(folder))
        facts |= {"precision": compute.precision, "device": compute.device}
        key = result_key(plan, facts)
        return PreparedScene(request, plan, facts, key, compute, source.scaling, stamp, has_members)


def open_scene(prepared: PreparedScene, load: LoadModel = load_model) -> OpenScene:
    """Open source and model of a scene in this process, so that any of its blocks can be predicted.

    Args:
        prepared: the scene.
        load: gives the model.

    Raises:
        SourceError: the source cannot be opened, or is not the one that the scene was prepared with.
        ModelError: the model cannot be loaded, or is another one.
    """
    device = torch.device(prepared.compute.device)
    precision = choose_precision(prepared.compute.precision, device)  # type: ignore[arg-type] # a name of one
    folder = find_model(prepared.request.model)
    model = load(folder, device, precision)
    if model.sha256 != prepared.facts["model_sha256"]:
        raise ModelError(
            f"{folder}: holds the model {model.sha256[:12]}, and the scene was planned with "
            f"{str(prepared.facts['model_sha256'])[:12]}; install the same model everywhere"
        )
    return OpenScene(prepared, Forecaster(model, device, prepared.plan.settings, source=prepared.plan.source_rect))


class OpenScene:
    """Source and model of a scene, open; use it as a context manager.

    Reading and computing are apart, each for one thread at a time.

    Args:
        prepared: the scene.
        forecaster: with its model and settings.
    """

    def __init__(self, prepared: PreparedScene, forecaster: Forecaster) -> None:
        self.prepared = prepared
        self._forecaster = forecaster
        self._stack = ExitStack()
        self._predictor, self._is_open = self._open(), True

    def __enter__(self) -> OpenScene:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, number: int) -> BlockReading:
        """Read what a block is predicted from; the source is opened where it was closed.

        Raises:
            SourceError: the source cannot be read, and will not be before it is opened again.
        """
        if not self._is_open:
            self.reopen()
        reading = self._predictor.read(number)
        self.check_source()
        return reading

    def compute(
        self, number: int, reading: BlockReading, on_call: Callable[[int], None] = lambda begun: None
    ) -> Layers:
        """Predict a block from what was read for it; `on_call` hears before each network call how many there were.

        Raises:
            DeviceMemoryError: not even one window fits the device.
        """
        return self._predictor.compute(number, reading, on_call)

    def predict(self, number: int) -> Layers:
        """Read and predict a block.

        Raises:
            SourceError: the source cannot be read.
        """
        return self.compute(number, self.read(number))

    def reopen(self) -> None:
        """Open the source again: GDAL gives zeros to who reads again from a dataset that failed.

        Raises:
            SourceError: it cannot be opened, or is another one by now.
        """
        self.close()
        self._predictor, self._is_open = self._open(), True

    def close(self) -> None:
        """Close the source; what was read of it can be computed still."""
        self._is_open = False
        self._stack.close()

    def check_source(self) -> None:
        """Make sure that the source is the one that the scene was prepared with.

        Raises:
            SourceError: it was written to since.
        """
        stamp, name = self.prepared.stamp, str(self.prepared.request.source)
        if stamp is None:
            return
        found = self._watch.stamp()
        if found is None and self.prepared.is_remote:
            return  # a server that does not answer now; whoever reads is told
        if found != stamp:
            raise SourceError(f"{name}: was written to since this run looked at it; start again when it is whole")

    def _open(self) -> BlockPredictor:
        request, plan = self.prepared.request, self.prepared.plan
        self._watch = SourceWatch(str(request.source), request.source_options.is_remote_allowed)
        self.check_source()
        source = self._stack.enter_context(open_source(request.source, request.source_options))
        reader = PresentReader(source, plan.grid, plan.tones)
        more = _members_of if self.prepared.has_members else _nothing_more
        return BlockPredictor(self._forecaster, reader, plan, request.quicklook is not None, more)


def _members_of(forecast: BlockForecast, block: Rect) -> Layers:
    return {MEMBERS_LAYER: pack_members(forecast.changed, forecast.valid, block)}


def _nothing_more(forecast: BlockForecast, block: Rect) -> Layers:
    return {}


def _absolute(request: PredictionRequest, folder: Path) -> PredictionRequest:
    """The same request, wherever the process that reads it stands."""
    source = request.source if is_address(str(request.source)) else Path(request.source).absolute()
    model = request.model if folder.parent == SHIPPED_FOLDER else str(folder.absolute())
    return replace(request, source=source, model=model, output=request.output_path.absolute())
