"""A whole prediction: from a source file to verified result files."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from .device import DeviceChoice, PrecisionChoice, choose_device, choose_precision, precision_name
from .errors import RequestError
from .files import hash_file
from .forecast.forecaster import BlockForecast, Forecaster, ForecastSettings
from .lattice import Rect, split
from .model.contract import ModelContract
from .model.folder import LoadedModel, find_model, load_model
from .raster.grid import Grid, choose_grid, extent_rect, source_rect
from .raster.present import PresentReader
from .raster.provenance import BAND_NAMES, CHANGE_NAME, SPREAD_NAME, make_tags
from .raster.quicklook import decimation, write_quicklook
from .raster.result import ResultFile, check_output
from .raster.source import SourceImage, open_source

BLOCK_PX = 1024
"""Side of what is predicted at once; memory grows with it and not with the scene."""
MAX_OUTPUT_PX = 2_000_000_000
MAX_SEED = 2**63 - 1
DEFAULT_MODEL = "naip-california"

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the network calls done and the calls that there are at most."""


@dataclass(frozen=True)
class PredictionRequest:
    """What a prediction is asked for.

    Attributes:
        source: georeferenced RGB image.
        output: GeoTIFF to write; beside the source with `_pred` in its name where None.
        ground_scale_m: metres that one tile of 128 px covers; the source's own where None.
        years: years ahead; excludes `iterations`.
        iterations: how often the result is fed in again, each the model's shortest interval.
        extent: x min, y min, x max, y max of the area; the whole source where None.
        extent_crs: CRS of the extent; the source's where None.
        members: futures that are drawn.
        seed: of all noise.
        model: shipped name or folder.
        device: where to compute.
        precision: in which precision.
        sampling_steps: network calls a member; the model's own where None.
        is_overwriting: whether existing results are replaced.
        quicklook: PNG of before and after to write.
    """

    source: Path
    output: Path | None = None
    ground_scale_m: float | None = None
    years: float | None = None
    iterations: int | None = None
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str | None = None
    members: int = 1
    seed: int = 0
    model: str = DEFAULT_MODEL
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"
    sampling_steps: int | None = None
    is_overwriting: bool = False
    quicklook: Path | None = None

    def __post_init__(self) -> None:
        if self.years is not None and self.iterations is not None:
            raise RequestError("--years and --iterations exclude each other; give one of them")
        if self.years is not None and not (math.isfinite(self.years) and 0 < self.years <= 200):
            raise RequestError(f"--years must lie above 0 and at most at 200, not {self.years:g}")
        if self.iterations is not None and not 1 <= self.iterations <= 50:
            raise RequestError(f"--iterations must lie between 1 and 50, not {self.iterations}")
        if not 1 <= self.members <= 256:
            raise RequestError(f"--members must lie between 1 and 256, not {self.members}")
        if not 0 <= self.seed <= MAX_SEED:
            raise RequestError(f"--seed must lie between 0 and {MAX_SEED}, not {self.seed}")

    @property
    def output_path(self) -> Path:
        """Where the result will stand."""
        return self.output or self.source.with_name(f"{self.source.stem}_pred.tif")

    @property
    def layer_paths(self) -> dict[str, Path]:
        """All files of the result by what they hold: `spread` and `change` only with several members."""
        first = self.output_path
        if self.members == 1:
            return {"prediction": first}
        layers = {name: first.with_name(f"{first.stem}_{name}{first.suffix}") for name in ("spread", "change")}
        return {"prediction": first, **layers}


@dataclass(frozen=True)
class Prediction:
    """What came of a request.

    Attributes:
        paths: files by what they hold.
        grid: of all files.
        shape_yx: rows and columns.
        transform: six numbers of the affine transform, in GDAL's order.
        facts: as recorded in the files.
        warnings: what the user should know.
        seconds: wall time.
    """

    paths: dict[str, Path]
    grid: Grid
    shape_yx: tuple[int, int]
    transform: tuple[float, ...]
    facts: dict[str, object]
    seconds: float
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Interval:
    """How far ahead, and in how many iterations."""

    years_ahead: float
    iterations: int

    @property
    def years_per_iteration(self) -> float:
        """Years that one iteration claims."""
        return self.years_ahead / self.iterations


def predict(
    request: PredictionRequest, warn: Callable[[str], None], on_progress: Progress = lambda done, total: None
) -> Prediction:
    """Predict a scene, block by block, and write it.

    Peak memory over the loaded model is that of one block and one row of blocks, whatever the scene's size.

    Args:
        request: what is asked for.
        warn: called with each caveat, as soon as it is known.
        on_progress: called before each network call.

    Raises:
        LandcastError: anything that the user can mend; no file stands under a final name then.
    """
    started, warnings = time.monotonic(), []

    def caution(message: str) -> None:
        warnings.append(message)
        warn(message)

    for path in [*request.layer_paths.values(), *([request.quicklook] if request.quicklook else [])]:
        # a quicklook is no result: one that is there is replaced
        check_output(path, request.is_overwriting or path == request.quicklook)
        if path.exists() and request.source.exists() and path.samefile(request.source):
            raise RequestError(f"{path}: the result would replace its own source; choose another place with -o")
    device = choose_device(request.device)
    precision = choose_precision(request.precision, device)
    with open_source(request.source) as source:
        model = load_model(find_model(request.model), device, precision)
        interval = choose_interval(request, model.contract, caution)
        grid, area = choose_area(request, source, model.contract, caution)
        settings = ForecastSettings(
            years_per_iteration=interval.years_per_iteration,
            gsd_m=grid.gsd_m,
            iterations=interval.iterations,
            members=request.members,
            seed=request.seed,
            sampling_steps=model.contract.sampling_steps if request.sampling_steps is None else request.sampling_steps,
        )
        facts = _facts(request, source, model, grid, interval, settings)
        facts["precision"] = precision_name(precision)
        facts["device"] = device.type
        forecaster = Forecaster(model, device, settings, source=source_rect(source, grid))
        picture = _Picture(area.shape_yx) if request.quicklook else None
        paths = _write_layers(request, forecaster, PresentReader(source, grid), grid, area, facts, picture, on_progress)
    if paths["prediction"] != request.output_path:
        caution(f"{request.output_path} is held open by another program; written as {paths['prediction']}")
    if picture and request.quicklook:
        labels = ("now", f"{interval.years_ahead:g} years later (predicted)")
        write_quicklook(request.quicklook, picture.before(), picture.after(), labels)
        paths["quicklook"] = request.quicklook
    return Prediction(
        paths, grid, area.shape_yx, grid.transform(area).to_gdal(), facts, time.monotonic() - started, warnings
    )


def choose_interval(request: PredictionRequest, contract: ModelContract, warn: Callable[[str], None]) -> Interval:
    """Decide how many iterations the years ahead take, each as long as the model was trained for."""
    shortest, longest = min(contract.interval_years), max(contract.interval_years)
    if request.years is None:
        iterations = request.iterations or 1
        return Interval(shortest * iterations, iterations)
    iterations = max(1, math.ceil(request.years / longest - 1e-9))
    interval = Interval(request.years, iterations)
    if interval.years_per_iteration < shortest:
        warn(
            f"--years {request.years:g}: {contract.name} was trained on {shortest:g} to {longest:g} years; "
            "a shorter time is a guess"
        )
    return interval


def choose_area(
    request: PredictionRequest, source: SourceImage, contract: ModelContract, warn: Callable[[str], None]
) -> tuple[Grid, Rect]:
    """Decide the grid and the rectangle of the result.

    Raises:
        RequestError: the extent does not meet the source, its CRS is unknown, or the result would be too large.
    """
    grid, warnings = choose_grid(source, contract, request.ground_scale_m)
    for message in warnings:
        warn(message)
    if request.extent is None:
        if request.extent_crs is not None:
            raise RequestError("--extent-crs names the CRS of --extent, which was not given")
        area = source_rect(source, grid)
    else:
        try:
            crs = source.crs if request.extent_crs is None else CRS.from_user_input(request.extent_crs)
        except CRSError as error:
            raise RequestError(f"--extent-crs {request.extent_crs}: not a CRS that PROJ knows") from error
        area = extent_rect(source, grid, request.extent, crs)
    if area.height * area.width > MAX_OUTPUT_PX:
        raise RequestError(
            f"{area.width} x {area.height} px are more than {MAX_OUTPUT_PX / 1e6:,.0f} Mpx at once; "
            "ask for a smaller --extent or a larger --ground-scale"
        )
    return grid, area


def _write_layers(
    request: PredictionRequest,
    forecaster: Forecaster,
    reader: PresentReader,
    grid: Grid,
    area: Rect,
    facts: dict[str, object],
    picture: _Picture | None,
    on_progress: Progress,
) -> dict[str, Path]:
    """Predict all blocks, row by row, and finish the files only when all are whole."""
    blocks = list(split(area, BLOCK_PX))
    total = sum(forecaster.calls(block) for block in blocks)
    names = {"prediction": BAND_NAMES, "spread": SPREAD_NAME, "change": CHANGE_NAME}
    with ExitStack() as stack:
        files = {
            layer: stack.enter_context(
                ResultFile(path, names[layer], area.shape_yx, grid.transform(area), grid.crs, make_tags(facts))
            )
            for layer, path in request.layer_paths.items()
        }
        done = 0
        for _, row in groupby(blocks, key=lambda block: block.top):
            rows: list[BlockForecast] = []
            for block in row:
                counter = _Counter(done, total, on_progress)
                forecaster.before_call = counter.tick
                forecast = forecaster.forecast(block, reader.read)
                done += forecaster.calls(block)
                if picture:
                    picture.add(forecast, block, area)
                rows.append(forecast)
            valid = np.concatenate([part.valid for part in rows], axis=1)
            for layer, file in files.items():
                file.write_rows(np.concatenate([_layer(part, layer) for part in rows], axis=2), valid)
        on_progress(total, total)
        for file in files.values():
            file.close()
        return {layer: file.publish(request.is_overwriting) for layer, file in files.items()}


class _Counter:
    """Counts network calls within a block."""

    def __init__(self, done: int, total: int, on_progress: Progress) -> None:
        self.done, self.total, self.on_progress = done, total, on_progress

    def tick(self) -> None:
        self.on_progress(self.done, self.total)
        self.done += 1


class _Picture:
    """Gathers decimated means of before and after while blocks pass by."""

    def __init__(self, shape_yx: tuple[int, int]) -> None:
        self.step = decimation(shape_yx)
        size = [-(-side // self.step) for side in shape_yx]
        self._sums = np.zeros((6, *size), np.float64)
        self._counts = np.zeros(size, np.float64)

    def add(self, forecast: BlockForecast, block: Rect, area: Rect) -> None:
        rows = (np.arange(block.height) + block.top - area.top) // self.step
        columns = (np.arange(block.width) + block.left - area.left) // self.step
        np.add.at(self._counts, (rows[:, None], columns[None]), forecast.valid)
        for index, band in enumerate([*forecast.present, *forecast.image]):
            np.add.at(self._sums[index], (rows[:, None], columns[None]), band)

    def before(self) -> NDArray[np.uint8]:
        return self._mean(slice(0, 3))

    def after(self) -> NDArray[np.uint8]:
        return self._mean(slice(3, 6))

    def _mean(self, bands: slice) -> NDArray[np.uint8]:
        """Mean of the valid pixels; white where there are none."""
        mean = self._sums[bands] / np.maximum(self._counts, 1)
        return np.where(self._counts > 0, mean, 255).round().astype(np.uint8)


def _layer(part: BlockForecast, layer: str) -> NDArray[np.uint8]:
    """The bands that a file holds of a block; uint8 (band, y, x)."""
    if layer == "prediction":
        return part.image
    band = part.spread if layer == "spread" else part.change
    assert band is not None
    return band[None]


def _facts(
    request: PredictionRequest,
    source: SourceImage,
    model: LoadedModel,
    grid: Grid,
    interval: Interval,
    settings: ForecastSettings,
) -> dict[str, object]:
    """What is recorded in the result."""
    return {
        "model": model.contract.name,
        "model_sha256": model.sha256,
        "source": source.path.name,
        "source_sha256": hash_file(source.path),
        "gsd_m": f"{grid.gsd_m:.6g}",
        "ground_scale_m": f"{grid.ground_scale_m:.6g}",
        "years_ahead": f"{interval.years_ahead:g}",
        "iterations": settings.iterations,
        "members": settings.members,
        "seed": settings.seed,
        "sampling_steps": settings.sampling_steps,
        "composition": model.contract.composition,
    }
