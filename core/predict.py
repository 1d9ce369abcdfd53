"""A whole prediction: from a source to verified result files."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import rasterio
import torch

from .blocks import BlockPredictor, BlockStore, NoStore, Progress, StoredBlocks, result_key
from .calibrated import with_calibration
from .device import choose_device, choose_precision, precision_name
from .domain.look import with_domain
from .domain.mapping import measure_layers
from .facts import facts_of_iterations, make_facts
from .forecast.forecaster import Forecaster
from .lattice import Rect
from .model.contract import load_contract
from .model.folder import LoadedModel, find_model, load_model, weight_bytes
from .outputs import check_outputs
from .plan import Plan, Say, announce_plan, make_plan
from .quicklook import Quicklook
from .raster.access import ENVIRONMENT
from .raster.disk import check_disk
from .raster.grid import Grid
from .raster.layer import LayerSpec
from .raster.present import PresentReader
from .raster.provenance import MAP_NAMES, SPREAD_NAME, band_names, layer_names, make_tags
from .raster.result import ResultFile
from .raster.sent import SentImage
from .raster.source import open_source
from .request import PredictionRequest
from .scenes.disk_need import scene_disk_need

LoadModel = Callable[[Path, torch.device, torch.dtype], LoadedModel]
"""Loads the model of a folder, or gives one that was loaded before."""


@dataclass(frozen=True)
class Prediction:
    """What came of a request.

    Attributes:
        paths: files by what they hold.
        grid: of all files.
        shape_yx: rows and columns.
        transform: six numbers of the affine transform, in GDAL's order.
        facts: as recorded in the files.
        seconds: wall time.
        warnings: what the user should know.
    """

    paths: dict[str, Path]
    grid: Grid
    shape_yx: tuple[int, int]
    transform: tuple[float, ...]
    facts: dict[str, object]
    seconds: float
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DryRun:
    """What a request would take, without carrying it out.

    Attributes:
        plan: all that is decided.
        unet_calls: at most.
        upscaler_calls: at most.
        seconds: by two network calls that were timed.
        memory_bytes: at most.
    """

    plan: Plan
    unet_calls: int
    upscaler_calls: int
    seconds: float
    memory_bytes: int


def predict(
    request: PredictionRequest,
    warn: Say,
    on_progress: Progress = lambda done, total: None,
    note: Say = lambda message: None,
    store: BlockStore | None = None,
    load: LoadModel = load_model,
    sent: SentImage | None = None,
    has_files: bool = True,
    on_plan: Callable[[Plan], None] = lambda plan: None,
) -> Prediction:
    """Predict a scene, block by block, and write it.

    Peak memory over the loaded model is that of one block, whatever the scene's size.

    Args:
        request: what is asked for.
        warn: called with each caveat, as soon as all are known.
        on_progress: called before each network call.
        note: called with what the user may like to know.
        store: keeps finished blocks; what it has kept of the same result is not predicted again.
        load: gives the model.
        sent: the image, where it is not opened by its name but sent.
        has_files: whether the result is written; it is in the store alone where not.
        on_plan: called with all that is decided, before anything is told of it.

    Raises:
        LandcastError: anything that the user can mend; no file stands under a final name then.
    """
    started = time.monotonic()
    check_outputs(request)
    device = choose_device(request.device)
    precision = choose_precision(request.precision, device)
    folder = find_model(request.model)
    with (
        rasterio.Env(**ENVIRONMENT),
        sent or open_source(request.source, request.source_options) as source,
        ExitStack() as stack,
    ):
        plan = with_calibration(make_plan(request, source, load_contract(folder)), folder)
        plan = with_domain(plan, source, folder)
        on_plan(plan)
        announce_plan(plan, request, warn, note)
        if has_files:
            check_outputs(request, plan.interval.iterations)
            _check_room(request, plan)
        model = load(folder, device, precision)
        facts = make_facts(request, source, plan, model.contract, model.sha256, model.calibration)
        facts |= {"precision": precision_name(precision), "device": device.type}
        forecaster = Forecaster(model, device, plan.settings, source=plan.source_rect)
        picture = Quicklook(plan.rect) if request.quicklook else None
        reader = sent.reader(plan.grid, plan.tones) if sent else PresentReader(source, plan.grid, plan.tones)
        store = store or NoStore()
        store.begin(result_key(plan, facts), plan)
        predictor = BlockPredictor(forecaster, reader, plan, has_look=picture is not None)
        blocks = StoredBlocks(predictor, store, on_progress)
        judged = measure_layers(stack, request, plan, source, folder, model.sha256) if has_files else {}
        targets = {**request.layer_paths, **request.iteration_paths(plan.interval.iterations)} if has_files else {}
        paths = _write_layers(request, targets, blocks, reader, facts, picture, on_progress)
        paths |= {layer: one.publish(request.is_overwriting) for layer, one in judged.items()}
    warnings = list(plan.caveats)
    if paths.get("prediction", request.output_path) != request.output_path:
        warnings.append(f"{request.output_path} is held open by another program; written as {paths['prediction']}")
        warn(warnings[-1])
    if picture and request.quicklook:
        picture.write(request.quicklook, ("now", f"{plan.interval.years_ahead:g} years later (predicted)"))
        paths["quicklook"] = request.quicklook
    transform = plan.grid.transform(plan.rect).to_gdal()
    return Prediction(paths, plan.grid, plan.rect.shape_yx, transform, facts, time.monotonic() - started, warnings)


def dry_run(request: PredictionRequest, warn: Say, note: Say = lambda message: None) -> DryRun:
    """Decide all that a prediction would do, and measure what it would take; nothing is written.

    Raises:
        LandcastError: what would stop the prediction before its first network call.
    """
    check_outputs(request)
    device = choose_device(request.device)
    folder = find_model(request.model)
    with rasterio.Env(**ENVIRONMENT), open_source(request.source, request.source_options) as source:
        plan = with_calibration(make_plan(request, source, load_contract(folder)), folder)
        plan = with_domain(plan, source, folder)
        announce_plan(plan, request, warn, note)
    check_outputs(request, plan.interval.iterations)
    _check_room(request, plan)
    model = load_model(folder, device, choose_precision(request.precision, device))
    forecaster = Forecaster(model, device, plan.settings, source=plan.source_rect)
    unet_calls, upscaler_calls = plan.calls(forecaster.sizes)
    unet_s, upscaler_s = forecaster.seconds_a_call()
    seconds = unet_calls * unet_s + upscaler_calls * upscaler_s
    return DryRun(plan, unet_calls, upscaler_calls, seconds, plan.memory_bytes(weight_bytes(folder)))


def _check_room(request: PredictionRequest, plan: Plan) -> None:
    """Make sure that there is room for the files, and for the blocks that stand aside until they are made.

    Raises:
        OutputError: there is not.
    """
    transform, crs = plan.grid.transform(plan.rect), plan.grid.crs
    image = LayerSpec(band_names(plan.bands), plan.rect, transform, crs, {}, plan.dtype)
    map_of_one = LayerSpec(SPREAD_NAME, plan.rect, transform, crs, {})
    layers = [image] * plan.settings.images + [map_of_one] * (2 if plan.settings.members > 1 else 0)
    needed = scene_disk_need(layers, "cog", len(plan.blocks)).peak_bytes
    check_disk(request.output_path.parent.absolute(), needed, str(request.output_path))


def _write_layers(
    request: PredictionRequest,
    targets: dict[str, Path],
    blocks: StoredBlocks,
    reader: PresentReader,
    facts: dict[str, object],
    picture: Quicklook | None,
    on_progress: Progress,
) -> dict[str, Path]:
    """Predict all blocks, one after another, and finish the files only when all are whole."""
    plan = blocks.plan
    transform, crs = plan.grid.transform(plan.rect), plan.grid.crs
    facts_of = facts_of_iterations(facts, plan)
    with ExitStack() as stack:
        files = {
            layer: stack.enter_context(
                ResultFile(
                    path, layer_names(layer, plan.bands), plan.rect.shape_yx, transform, crs,
                    make_tags(facts_of.get(layer, facts)),
                    dtype="uint8" if layer in MAP_NAMES else plan.dtype,
                    scaling=None if layer in MAP_NAMES else reader.source.scaling,
                )
            )
            for layer, path in targets.items()
        }  # fmt: skip
        for number, block in enumerate(plan.blocks):
            if not files and not picture and blocks.skip(number):
                continue
            part = blocks.give(number)
            if picture:
                picture.add(part["look_before"], part["look_after"], part["valid"], block)
            place = Rect(block.top - plan.rect.top, block.left - plan.rect.left, *block.shape_yx)
            for layer, file in files.items():
                file.write_block(place, part[layer], part["valid"])
        on_progress(blocks.total, blocks.total)
        for file in files.values():
            file.close()
        return {layer: file.publish(request.is_overwriting) for layer, file in files.items()}
