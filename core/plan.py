"""What a prediction will do, decided before any network call: grid, pixels, tones, dates, memory and disk."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from .dates import ImageDate
from .domain.figure import DomainFigure
from .errors import RequestError, UnsupportedSourceError, strict_error
from .forecast.batches import BATCH_SIZES, BatchSizes
from .forecast.forecaster import ForecastSettings, count_calls
from .forecast.sampler import check_sampling_steps
from .lattice import Rect, split
from .model.contract import ModelContract
from .radiometry.choice import choose_tones, tone_caveats, tone_notes
from .radiometry.tones import Tones
from .raster.access import CACHE_BYTES
from .raster.area import Area, PixelArea
from .raster.area_file import load_area
from .raster.disk import estimate_result_bytes
from .raster.grid import Grid, Selection, choose_grid, select_extent, selected_rect, source_rect
from .raster.ground import parse_crs
from .raster.source import SourceImage
from .raster.survey import Survey, pixel_caveats, pixel_notes, survey
from .request import MAX_ITERATIONS, PredictionRequest
from .source_date import date_of

BLOCK_PX = 1024
"""Side of what is predicted at once; memory grows with it and not with the scene."""
PROGRAM_BYTES = 500_000_000
"""Memory of the program with its libraries, before a model is loaded."""
BLOCK_BYTES = 230_000_000
"""Memory that one block takes while it is predicted."""
KEPT_BYTES_A_PX = 12
"""Memory for each pixel of the block that is kept of an earlier iteration, before it is in the source's values."""
READ_BYTES_A_PX = 40
"""Memory for each pixel of the present beyond the block, with validity and values."""
MEMBER_BYTES_A_PX = {True: 0.75, False: 6.75}
"""Memory for each pixel of a member's change, which is kept until the most typical one is chosen: of models that draw
cells, and of those that draw pixels."""
MAPS_BYTES_A_PX = 9
"""Memory for each pixel of a block that waits to be written, besides its images: validity, two maps, two looks."""

Say = Callable[[str], None]
"""Called with something to tell the user."""


@dataclass(frozen=True)
class Interval:
    """How far ahead, and in how many iterations."""

    years_ahead: float
    iterations: int

    @property
    def years_per_iteration(self) -> float:
        """Years that one iteration claims."""
        return self.years_ahead / self.iterations


@dataclass(frozen=True)
class Plan:
    """All that is decided before the first network call.

    Attributes:
        grid: of the result.
        rect: of the grid that is written.
        source_rect: of the grid that the source touches; None for a source that spans more than the grid can show.
        area: polygons that are predicted, all of the rectangle where None.
        tones: how the source's values are shown to the model.
        seen: statistics of the whole source.
        interval: years ahead and iterations.
        settings: of the forecast.
        bands: of the result: one (grey) or three.
        dtype: of the result.
        source_date: when the source was taken, None where nothing says.
        result_date: what the result claims to show, None without a source date.
        caveats: what the user should know.
        notes: what the user may like to know.
        block_px: side of the squares of the lattice that are predicted at once.
        has_upscaler: whether the model has a second network, whose calls count.
        domain: how far the area is from the model's training; None where that is not known.
        domain_text: the same as a sentence, which stands among caveats or notes; empty where it is not known.
        is_change_calibrated: whether the probability of change was held to what came true in forecasts like this.
        change_calibrated_on: where; empty where it was not.
    """

    grid: Grid
    rect: Rect
    source_rect: Rect | None
    area: PixelArea | None
    tones: Tones
    seen: Survey
    interval: Interval
    settings: ForecastSettings
    bands: int
    dtype: str
    source_date: ImageDate | None
    result_date: ImageDate | None
    caveats: tuple[str, ...]
    notes: tuple[str, ...]
    block_px: int = BLOCK_PX
    has_upscaler: bool = True
    domain: DomainFigure | None = None
    domain_text: str = ""
    is_change_calibrated: bool = False
    change_calibrated_on: str = ""

    def __getstate__(self) -> dict[str, object]:
        """What is told to another process, without what it works out itself."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def blocks(self) -> list[Rect]:
        """What is predicted at once, row by row."""
        return list(split(self.rect, self.block_px))

    def block_calls(self, sizes: BatchSizes) -> list[tuple[int, int]]:
        """Calls of the UNet and of the upscaler that each block takes at most."""
        source, has_upscaler = self.source_rect, self.has_upscaler
        return [count_calls(self.settings, sizes, block, source, has_upscaler) for block in self.blocks]

    def calls(self, sizes: BatchSizes = BATCH_SIZES["cpu"]) -> tuple[int, int]:
        """Calls of the UNet and of the upscaler that there are at most."""
        each = self.block_calls(sizes)
        return sum(unet for unet, _ in each), sum(upscaler for _, upscaler in each)

    @property
    def disk_bytes(self) -> tuple[int, int]:
        """What all files of the result take: what to expect, and the most."""
        files = [estimate_result_bytes(self.rect.shape_yx, self.bands, self.dtype)] * self.settings.images
        if self.settings.members > 1:
            files += [estimate_result_bytes(self.rect.shape_yx, 1)] * 2
        return sum(expected for expected, _ in files), sum(most for _, most in files)

    def memory_bytes(self, weight_bytes: int) -> int:
        """Memory that the run takes at most, with a model of so many bytes on disk (fp16) in CPU memory."""
        block = max(self.blocks, key=lambda rect: rect.height * rect.width)
        block_px = block.height * block.width
        read = self.settings.rects(block, self.source_rect)[0]
        read_px = read.height * read.width
        beyond = max(0, read_px - BLOCK_PX**2) * READ_BYTES_A_PX
        kept, itemsize = self.settings.images - 1, np.dtype(self.dtype).itemsize
        images = kept * block_px * (KEPT_BYTES_A_PX + self.bands * itemsize)
        layers = block_px * ((1 + kept) * self.bands * itemsize + MAPS_BYTES_A_PX + self.settings.members // 8)
        # one block is read ahead, and one is written, as arrays and as what they are encoded to
        beside = read_px * READ_BYTES_A_PX + 2 * layers
        if self.settings.is_drawing_typical:
            drawn_px = math.prod(self.settings.last_area(block).shape_yx)
            beside += round(self.settings.members * drawn_px * MEMBER_BYTES_A_PX[self.has_upscaler])
        return PROGRAM_BYTES + 3 * weight_bytes + BLOCK_BYTES + beyond + images + beside + CACHE_BYTES


def make_plan(
    request: PredictionRequest, source: SourceImage, contract: ModelContract, block_px: int | None = None
) -> Plan:
    """Decide everything about a prediction, and look at the whole source once.

    Args:
        request: what is asked for.
        source: open.
        contract: of the model.
        block_px: side of what is predicted at once; `BLOCK_PX` where None.

    Raises:
        SourceError: the source cannot be read, or lies nowhere.
        RequestError: what is asked for does not fit the source or the model.
    """
    caveats, notes = list(source.caveats), list(source.notes)
    interval, said = choose_interval(request, contract)
    caveats += said
    notes += _check_kept(request, interval)
    selection, polygons = _select(request, source)
    crs = None if request.crs is None else parse_crs(request.crs, "--crs")
    choice = choose_grid(source, contract, request.ground_scale_m, crs, selection)
    grid = choice.grid
    caveats += choice.caveats
    notes += choice.notes
    within = _source_rect(source, grid)
    rect = source_rect(source, grid) if selection is None else selected_rect(source, grid, selection)
    area = None
    if polygons is not None:
        area, rect = _pixels_of(polygons, grid, rect, within or rect, source.name)
    _check_size(rect, request)
    seen = survey(source)
    caveats += pixel_caveats(source, seen)
    notes += pixel_notes(source, seen)
    if source.bands == 1:
        notes.append(f"{source.name}: one grey band; it is shown to the model as red, green and blue alike")
    tones = choose_tones(source, seen, contract.tones, request.radiometry, request.stretch)
    notes += tone_notes(source, seen, contract.tones, request.radiometry, request.stretch)
    caveats += tone_caveats(source, seen, contract.tones, tones)
    source_date, said, noted = date_of(source, request.source_date)
    caveats += said
    notes += noted
    sampling_steps, said = choose_sampling_steps(request, contract)
    caveats += said
    settings = ForecastSettings(
        years_per_iteration=interval.years_per_iteration,
        gsd_m=grid.gsd_m,
        iterations=interval.iterations,
        members=request.members,
        seed=request.seed,
        sampling_steps=sampling_steps,
        is_keeping_iterations=request.is_keeping_iterations,
        is_drawing_typical=request.is_drawing_typical,
    )
    return Plan(
        grid=grid,
        rect=rect,
        source_rect=within,
        area=area,
        tones=tones,
        seen=seen,
        interval=interval,
        settings=settings,
        bands=source.bands,
        dtype=str(source.dtype),
        source_date=source_date,
        result_date=None if source_date is None else source_date.later(interval.years_ahead),
        caveats=tuple(caveats),
        notes=tuple(notes),
        block_px=BLOCK_PX if block_px is None else block_px,
        has_upscaler=contract.has_upscaler,
    )


def announce_plan(plan: Plan, request: PredictionRequest, warn: Say, note: Say) -> None:
    """Tell the user about a plan.

    Raises:
        RequestError: there are warnings, and they are to be errors.
    """
    for message in plan.notes:
        note(message)
    for message in plan.caveats:
        warn(message)
    if request.is_strict and plan.caveats:
        raise strict_error(plan.caveats, "predicted")


def _check_kept(request: PredictionRequest, interval: Interval) -> list[str]:
    """Notes on the iterations that are to be kept.

    Raises:
        RequestError: there are too many.
    """
    if not request.is_keeping_iterations:
        return []
    if interval.iterations > MAX_ITERATIONS:
        raise RequestError(
            f"--keep-iterations: {interval.years_ahead:g} years are {interval.iterations} iterations, and at most "
            f"{MAX_ITERATIONS} can be kept; ask for fewer years, or leave it out"
        )
    return [] if interval.iterations > 1 else ["there is one iteration, which is the result; no other one is kept"]


def choose_interval(request: PredictionRequest, contract: ModelContract) -> tuple[Interval, list[str]]:
    """Decide how many iterations the years ahead take, each as long as the model was trained for; with caveats."""
    shortest, longest = min(contract.interval_years), max(contract.interval_years)
    if request.years is None:
        iterations = request.iterations or 1
        return Interval(shortest * iterations, iterations), []
    iterations = max(1, math.ceil(request.years / longest - 1e-9))
    interval = Interval(request.years, iterations)
    if interval.years_per_iteration < shortest:
        return interval, [
            f"--years {request.years:g}: {contract.name} was trained on {shortest:g} to {longest:g} years; "
            "a shorter time is a guess"
        ]
    return interval, []


def choose_sampling_steps(request: PredictionRequest, contract: ModelContract) -> tuple[int, list[str]]:
    """Decide how many network calls a member takes: the model's own, unless asked otherwise; with caveats.

    Raises:
        RequestError: the model cannot take so many.
    """
    own = contract.sampling_steps
    steps = own if request.sampling_steps is None else request.sampling_steps
    check_sampling_steps(contract.objective, steps)
    if steps == own:
        return own, []
    return steps, [
        f"--sampling-steps {steps}: {contract.name} was measured and fitted with {own}; how much its members differ, "
        "and how often its probabilities of change come true, is not known with another number"
    ]


def _select(request: PredictionRequest, source: SourceImage) -> tuple[Selection | None, Area | None]:
    """What is selected of the source, and the polygons where it is by them."""
    if request.extent is not None:
        crs = source.crs if request.extent_crs is None else parse_crs(request.extent_crs, "--extent-crs")
        return select_extent(request.extent, crs), None
    if request.area is None:
        return None, None
    polygons = load_area(request.area, request.area_layer, request.area_crs)
    x_min, y_min, x_max, y_max = polygons.geometry.bounds
    corners = ((x_min, y_max), (x_max, y_max), (x_max, y_min), (x_min, y_min))
    return Selection(corners, polygons.crs, f"--area {polygons.name}"), polygons


def _source_rect(source: SourceImage, grid: Grid) -> Rect | None:
    """All pixels of the grid that the source touches; None where a part of the source has no place in it."""
    try:
        return source_rect(source, grid)
    except UnsupportedSourceError:
        return None


def _pixels_of(polygons: Area, grid: Grid, rect: Rect, near: Rect, source_name: str) -> tuple[PixelArea, Rect]:
    """The polygons on the lattice, and the pixels around them."""
    # by the source and not by the selection, so that equal polygons give equal pixels
    (x_min, y_max), (x_max, y_min) = (grid.transform(near) @ corner for corner in ((0, 0), (near.width, near.height)))
    geometry = polygons.in_crs(grid.crs, (x_min, y_min, x_max, y_max))
    area = PixelArea(geometry, grid.transform(Rect(0, 0, 1, 1)))
    rect = grid.rect_of(area.bounds_xy).intersection(rect)
    if rect.is_empty or not any(area.mask(part).any() for part in split(rect, BLOCK_PX)):
        raise RequestError(f"--area {polygons.name}: holds no pixel of {source_name} at {grid.gsd_m:.3g} m a pixel")
    return area, rect


def _check_size(rect: Rect, request: PredictionRequest) -> None:
    if rect.height * rect.width > request.max_output_px:
        raise RequestError(
            f"{request.source}: {rect.width} x {rect.height} px are more than {request.max_output_px / 1e6:,.0f} Mpx "
            "at once; ask for a smaller --extent, a larger --ground-scale, or raise --max-output-px"
        )
