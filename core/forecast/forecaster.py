"""The forecast of one block: UNet by blended windows, upscaler, composition, once an iteration and member."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import torch
from diffusers import UNet2DModel
from numpy.typing import NDArray
from torch import Tensor

from ..lattice import (
    CELL_PX,
    TILE_PX,
    UPSCALE_PAD_PX,
    UPSCALE_PX,
    Rect,
    blend_weight,
    coarse_need,
    difference_need,
    iteration_rects,
    split,
    unet_windows,
)
from ..model.calibration import ChangeCalibration
from ..model.condition import IMAGE_MEAN, coarsen, lay_out_condition
from ..model.denoiser import Condition, call_unet, from_network, make_condition, to_network
from ..model.folder import LoadedModel
from ..model.rrdb import UPSCALE
from ..model.unet import DIFFERENCE_CHANNELS
from ..model.views import turn, turn_back, turn_unshuffled
from ..noise import NoiseKey
from .batches import BATCH_SIZES, BatchSizes, batch_of
from .block_forecast import BlockForecast
from .compose import COMPOSE_MARGIN_PX, compose_anchored, compose_pixels
from .ensemble import changed_cells, ensemble_maps
from .filling import fill_squares
from .graphs import graphs_of
from .sampler import check_sampling_steps, sample
from .typical import MemberChange, choose_members, join_members, typical_need
from .windows import UNIT_PX, AreaNoise, ShownArea, in_units

LARGEST_DIFFERENCE = 1.0
"""Of two images in 0..1."""
STEPS_PER_ITERATION = 1 << 10
"""Noise steps kept apart for each iteration; more than any sampler takes."""


@dataclass(frozen=True)
class ForecastSettings:
    """What a forecast is asked for.

    Attributes:
        years_per_iteration: years ahead that one iteration claims.
        gsd_m: of the grid, metres.
        iterations: how often the result is fed in again.
        members: how many futures are drawn.
        seed: of all noise.
        sampling_steps: network calls a member and iteration.
        is_keeping_iterations: whether the first member's image after each earlier iteration is kept.
        is_drawing_typical: whether the most typical member of each place is drawn too; of several members.
        first_member: number of the first one; member 3 of one forecast is the first of another that begins with 3.
    """

    years_per_iteration: float
    gsd_m: float
    iterations: int = 1
    members: int = 1
    seed: int = 0
    sampling_steps: int = 1
    is_keeping_iterations: bool = False
    is_drawing_typical: bool = False
    first_member: int = 0

    @property
    def kept_iterations(self) -> int:
        """How many images are kept beside the result."""
        return self.iterations - 1 if self.is_keeping_iterations else 0

    @property
    def images(self) -> int:
        """How many images a forecast gives."""
        return 1 + self.kept_iterations + self.is_drawing_typical

    def last_area(self, want: Rect) -> Rect:
        """Pixels over which the last iteration draws its difference, for `want`."""
        area = coarse_need(want)
        return typical_need(area) if self.is_drawing_typical else area

    def rects(self, want: Rect, source: Rect | None) -> list[Rect]:
        """What must be read, then what must be known after each iteration; the last is what is wanted.

        Args:
            want: rectangle of the result.
            source: rectangle of the source; no limit where None.
        """
        return iteration_rects(want, self.iterations, source, self.last_area(want))


ReadImage = Callable[[Rect], tuple[NDArray[np.float32], NDArray[np.bool_]]]
"""Gives the present over a rectangle: float32 (3, y, x) in 0..1, and validity, bool (y, x)."""


class Forecaster:
    """Predicts rectangles of the lattice with one model on one device.

    What a pixel becomes depends on its place, the source, the model, the settings and the seed alone. Where the
    device has too little memory, less goes into each call from then on; few pixels may differ by one level then.

    Attributes:
        sizes: of a network call, as planned.
        calls_begun: by the last forecast, as planned: a call that has to be split or repeated counts once.

    Args:
        model: the loaded model.
        device: where its networks lie.
        settings: of the request.
        before_call: called before each network call; may raise to stop the work.
        source: rectangle of the source, so that no iteration works beyond it; no limit where None.
    """

    def __init__(
        self,
        model: LoadedModel,
        device: torch.device,
        settings: ForecastSettings,
        before_call: Callable[[], None] = lambda: None,
        source: Rect | None = None,
    ) -> None:
        check_sampling_steps(model.contract.objective, settings.sampling_steps)
        self.model, self.device, self.settings = model, device, settings
        self.before_call = before_call
        self.source = source
        self.sizes = BATCH_SIZES[device.type]
        self.calls_begun = 0
        self._windows = batch_of(model.unet, self.sizes.windows, device)
        self._images = None if model.upscaler is None else batch_of(model.upscaler, self.sizes.drawn, device)
        self.precision = next(model.unet.parameters()).dtype

    @property
    def batch_size(self) -> int:
        """Windows a call of the UNet, as planned."""
        return self.sizes.windows

    def forecast(self, want: Rect, read: ReadImage, is_wanted: NDArray[np.bool_] | None = None) -> BlockForecast:
        """Predict one rectangle.

        Args:
            want: rectangle of the result.
            read: gives the present.
            is_wanted: bool, (y, x) over `want`; pixels outside are not valid in the result, all are wanted where None.

        Raises:
            SourceError: the source cannot be read.
            DeviceMemoryError: not even one window fits the device.
        """
        self.calls_begun = 0
        have = self._rects(want)[0]
        if is_wanted is not None and not is_wanted.any():
            return self._empty(want, is_wanted)
        image, valid = read(have)
        inside = valid[want.slices_in(have)]
        if is_wanted is not None:
            inside = inside & is_wanted
        if not inside.any():
            return self._empty(want, inside)
        present = torch.from_numpy(image)
        is_valid = torch.from_numpy(valid)
        first, drawn = self._member(0, present, is_valid, have, want)
        *earlier, after = (fine.numpy() for fine in first)
        others = (self._member(number, present, is_valid, have, want) for number in range(1, self.settings.members))
        members = [drawn, *(other for _, other in others)]
        area = coarse_need(want)
        cells = area.in_cells().slices_in(self.settings.last_area(want).in_cells())
        near = [member.change[:, *cells] for member in members]
        changed = changed_cells(near, area, want)
        whole = BlockForecast(image[:, *want.slices_in(have)], after, inside, changed, earlier=tuple(earlier))
        if self.settings.members == 1:
            return whole
        spread, share = ensemble_maps(near, area, want, change_table(self.model, self.settings))
        whole = replace(whole, spread=np.where(inside, spread, 0), change=np.where(inside, share, 0))
        if not self.settings.is_drawing_typical:
            return whole
        return replace(whole, typical=self._typical(members, present, is_valid, have, want).numpy())

    def calls(self, want: Rect) -> int:
        """How many network calls a rectangle takes at most; windows without a valid pixel take none."""
        has_upscaler = self.model.contract.has_upscaler
        return sum(count_calls(self.settings, self.sizes, want, self.source, has_upscaler))

    def seconds_a_call(self) -> tuple[float, float]:
        """Measure a call of the UNet and one of the upscaler on this device, each after one to warm up."""
        windows = [Rect(0, 0, TILE_PX, TILE_PX)] * self.batch_size
        images = torch.full((self.batch_size, 3, TILE_PX, TILE_PX), IMAGE_MEAN)
        coarse = torch.full((self.sizes.drawn, 3, *[(UPSCALE_PX + 2 * UPSCALE_PAD_PX) // CELL_PX] * 2), IMAGE_MEAN)
        unet_s = _seconds(lambda: self.sample_windows(0, 0, images, windows))
        upscaler_s = _seconds(lambda: self._upscale(coarse)) if self.model.upscaler else 0.0
        return unet_s / self.settings.sampling_steps, upscaler_s

    def difference(self, member: int, iteration: int, present: Tensor, valid: Tensor, have: Rect, area: Rect) -> Tensor:
        """Predict the difference over `area` by blended windows; float32 (3, y, x) in cells, or in the model's pixels.

        Args:
            member: counted from 0.
            iteration: counted from 0.
            present: float32, (3, y, x) over `have`.
            valid: bool, (y, x) over `have`; windows without a valid pixel are skipped.
            have: rectangle of `present`, in pixels.
            area: wanted rectangle, in pixels, multiples of a cell.
        """
        windows = [window for window in unet_windows(area) if valid[window.slices_in(have)].any()]
        whole = self._in_units(area.snapped(TILE_PX // 2).expanded(TILE_PX))
        total = torch.zeros(DIFFERENCE_CHANNELS, *whole.shape_yx)
        contract = self.model.contract
        weight = torch.from_numpy(blend_weight(TILE_PX // UNIT_PX[contract.change_grid]))
        if not windows:
            return total[:, *self._in_units(area).slices_in(whole)]
        shown = ShownArea(present, valid, have, windows, contract.condition_layout, self.precision)
        noise = AreaNoise(contract.noise, windows, self.settings.sampling_steps, contract.change_grid)
        for start in range(0, len(windows), self.batch_size):
            batch = windows[start : start + self.batch_size]
            predicted = self._draw(member, iteration, shown.windows(batch), noise, batch)
            for window, tile in zip(batch, predicted, strict=True):
                rows, columns = self._in_units(window).slices_in(whole)
                total[:, rows, columns] += weight * tile
        return total[:, *self._in_units(area).slices_in(whole)]

    def _in_units(self, area: Rect) -> Rect:
        """A rectangle of pixels in what the model draws the difference of."""
        return in_units(area, self.model.contract.change_grid)

    def _member(
        self, member: int, present: Tensor, valid: Tensor, have: Rect, want: Rect
    ) -> tuple[list[Tensor], MemberChange]:
        """Run all iterations of one member.

        Returns:
            The fine images over `want`, those that are kept and the last, for the first member only, and the change
            since the source over the last iteration's area.
        """
        images: list[Tensor] = []
        current, current_rect = present, have
        for iteration, goal in enumerate(self._rects(want)[1:]):
            is_last = iteration == self.settings.iterations - 1
            area = self.settings.last_area(goal) if is_last else coarse_need(goal)
            need = difference_need(area)
            # beyond the source there is nothing, so what an earlier iteration left out is not valid
            current, is_valid = _on(current, current_rect, need), _on(valid, have, need)
            difference = self.difference(member, iteration, current, is_valid, need, area)
            here, seen = current[:, *area.slices_in(need)], is_valid[area.slices_in(need)]
            if is_last:
                since = None if iteration == 0 else torch.where(seen, here - _on(present, have, area), 0)
                change = MemberChange.of(
                    difference, since, self.model.contract.change_grid, self.settings.is_drawing_typical
                )
                if member > 0:
                    return [], change
            current, current_rect = self._finish(here, seen, difference, area, goal), goal
            if is_last or (member == 0 and self.settings.is_keeping_iterations):
                images.append(current if is_last else _on(current, goal, want))
        return images, change

    def _typical(
        self, members: Sequence[MemberChange], present: Tensor, valid: Tensor, have: Rect, want: Rect
    ) -> Tensor:
        """The most typical member of each place, drawn in one step from the present; float32 (3, y, x) in 0..1."""
        tiles, area = self.settings.last_area(want), coarse_need(want)
        counted = coarsen(_on(valid, have, tiles)[None, None].float())[0, 0]
        chosen = choose_members([member.change for member in members], counted)
        unit_px = UNIT_PX[self.model.contract.change_grid]
        difference = join_members([member.drawn for member in members], chosen, tiles, area, unit_px)
        return self._finish(_on(present, have, area), _on(valid, have, area), difference, area, want)

    def _rects(self, want: Rect) -> list[Rect]:
        return self.settings.rects(want, self.source)

    def _finish(self, present: Tensor, valid: Tensor, difference: Tensor, area: Rect, want: Rect) -> Tensor:
        """The fine image over `want`, float32 (3, y, x) in 0..1, of the present and its difference over `area`."""
        inner = coarse_need(want)
        pixels, units = inner.slices_in(area), self._in_units(inner).slices_in(self._in_units(area))
        fine = self._refine(present[:, *pixels], valid[pixels], difference[:, *units], inner)
        return fine[:, *want.slices_in(inner)]

    def _refine(self, present: Tensor, valid: Tensor, difference: Tensor, area: Rect) -> Tensor:
        """Upscale and compose over `area`, window by window; float32 (3, y, x) in 0..1.

        Windows are filled one by one, for what stands in for an invalid pixel must not depend on the extent.
        """
        result = torch.zeros_like(present)
        windows = split(area.expanded(-UPSCALE_PAD_PX), UPSCALE_PX)
        wanted = [kept for kept in windows if bool(valid[kept.slices_in(area)].any())]
        for start in range(0, len(wanted), self.sizes.drawn):
            batch = wanted[start : start + self.sizes.drawn]
            around = [kept.expanded(UPSCALE_PAD_PX) for kept in batch]
            places = [seen.slices_in(area) for seen in around]
            parts = torch.stack([fill_squares(present[:, *place], valid[place]) for place in places])
            inside = self._in_units(area)
            changes = torch.stack([difference[:, *self._in_units(seen).slices_in(inside)] for seen in around])
            drawn = None if self.model.upscaler is None else self._upscale((coarsen(parts) + changes).clamp(0, 1))
            for index, (kept, seen) in enumerate(zip(batch, around, strict=True)):
                one = slice(index, index + 1)
                fine = self._compose(parts[one], changes[one], None if drawn is None else drawn[one], seen, kept)
                result[:, *kept.slices_in(area)] = fine[0].clamp(0, 1)
        return result

    def _compose(self, part: Tensor, change: Tensor, drawn: Tensor | None, seen: Rect, kept: Rect) -> Tensor:
        """The future over `kept`, float (1, 3, y, x), of the present and its change over `seen`, both filled.

        Args:
            part: float32, (1, 3, y, x) over `seen`.
            change: float32, (1, 3, y, x) over `seen`, in cells or pixels.
            drawn: float32, (1, 3, y, x) over `seen`; None where the UNet draws every pixel itself.
            seen: what the upscaler sees.
            kept: what is kept of it.
        """
        if self.model.contract.composition != "anchored":
            drawn = part + change if drawn is None else drawn
            return drawn[..., *kept.slices_in(seen)]
        near = kept.expanded(COMPOSE_MARGIN_PX)
        change = change[..., *self._in_units(near).slices_in(self._in_units(seen))]
        part = part[..., *near.slices_in(seen)]
        if drawn is None:
            composed = compose_pixels(part, change)
        else:
            composed = compose_anchored(part, change, drawn[..., *near.slices_in(seen)])
        return composed[..., *kept.slices_in(near)]

    def _upscale(self, coarse: Tensor) -> Tensor:
        """Enlarge float32 (n, 3, y, x) in 0..1 fourfold."""
        upscaler = self.model.upscaler
        assert upscaler is not None
        assert self._images is not None
        planned, graphs = _PlannedCalls(self), graphs_of(upscaler, self.device)

        def call(indices: Sequence[int]) -> Tensor:
            planned.begin(0)
            with torch.inference_mode():
                part = coarse[list(indices)].to(self.device, memory_format=torch.channels_last)
                return graphs.run(upscaler, part).float().cpu()

        return self._images.run(len(coarse), call)

    def sample_windows(self, member: int, iteration: int, images: Tensor, windows: Sequence[Rect]) -> Tensor:
        """Draw the difference of each window; float32 (n, 3, 32, 32) in 0..1, or (n, 3, 128, 128) where of pixels.

        Raises:
            DeviceMemoryError: not even one window fits the device.
        """
        contract = self.model.contract
        channels = lay_out_condition(images, contract.condition_layout).to(self.precision)
        noise = AreaNoise(contract.noise, windows, self.settings.sampling_steps, contract.change_grid)
        return self._draw(member, iteration, channels, noise, windows)

    def _draw(self, member: int, iteration: int, channels: Tensor, noise: AreaNoise, windows: Sequence[Rect]) -> Tensor:
        """Draw the difference of windows of which these channels (n, channel, 32, 32) are shown."""
        planned = _PlannedCalls(self)

        def call(indices: Sequence[int]) -> Tensor:
            drawn = [windows[index] for index in indices]
            return self._sample_windows(member, iteration, channels[list(indices)], noise, drawn, planned.begin)

        return self._windows.run(len(windows), call)

    def _sample_windows(
        self,
        member: int,
        iteration: int,
        channels: Tensor,
        area_noise: AreaNoise,
        windows: Sequence[Rect],
        begin: Callable[[int], None],
    ) -> Tensor:
        contract, settings, count = self.model.contract, self.settings, len(windows)
        member += settings.first_member
        reserved, interval = self._condition.channels[:, channels.shape[1] :], self._condition.interval
        unet, view = self._network_of(member)
        cast = Condition(
            torch.cat([turn_unshuffled(channels, view), reserved.expand(count, -1, -1, -1)], 1).to(self.device),
            None if interval is None else interval.expand(count, -1),
        )
        numbers, graphs = itertools.count(), graphs_of(unet, self.device)

        def network(noisy: Tensor, timestep: int) -> Tensor:
            begin(next(numbers))
            times = torch.full((count,), timestep, device=self.device)
            given = (noisy.to(self.precision), times, cast.channels, cast.interval)
            return graphs.run(partial(_call, unet), *given).float()

        def noise(step: int) -> Tensor:
            key = NoiseKey(settings.seed, member, iteration * STEPS_PER_ITERATION + step)
            drawn = torch.from_numpy(area_noise.windows(key, windows)).to(self.device) * contract.temperature
            return to_network(turn(drawn, view), contract.change_grid)

        power, largest = self.model.signal_power, LARGEST_DIFFERENCE / contract.difference_std
        with torch.inference_mode():
            drawn = sample(network, noise, power, contract.objective, settings.sampling_steps, largest)
        return turn_back(from_network(drawn * contract.difference_std, contract.change_grid), view).cpu()

    def _network_of(self, member: int) -> tuple[UNet2DModel, int]:
        """The UNet that draws a member, and its view: each in turn, and in the end every UNet from every view."""
        unets, views = self.model.unets, self.model.contract.views
        return unets[(member + member // math.lcm(len(unets), views)) % len(unets)], member % views

    @cached_property
    def _condition(self) -> Condition:
        """What every window is shown alike: the empty channels that a network may have, and the interval."""
        blank = torch.zeros(1, 3, TILE_PX, TILE_PX)
        years, gsd_m = torch.tensor([self.settings.years_per_iteration]), torch.tensor([self.settings.gsd_m])
        shown = make_condition(self.model.unet, self.model.contract.condition_layout, blank, years, gsd_m)
        interval = None if shown.interval is None else shown.interval.to(self.device, self.precision)
        return Condition(shown.channels.to(self.precision), interval)

    def _empty(self, want: Rect, valid: NDArray[np.bool_]) -> BlockForecast:
        """A block without a valid pixel, which costs no network call."""
        layer = np.zeros(valid.shape, np.uint8) if self.settings.members > 1 else None
        image = np.zeros((3, *valid.shape), np.float32)
        changed = np.zeros((self.settings.members, *want.snapped(CELL_PX).in_cells().shape_yx), np.bool_)
        typical = image if self.settings.is_drawing_typical else None
        earlier = (image,) * self.settings.kept_iterations
        return BlockForecast(image, image, valid, changed, layer, layer, earlier, typical)


class _PlannedCalls:
    """Counts the network calls of one batch as they were planned, however often they have to be made."""

    def __init__(self, forecaster: Forecaster) -> None:
        self._forecaster = forecaster
        self._begun = 0

    def begin(self, number: int) -> None:
        """Hear that a call begins, counted from 0 within the batch."""
        self._forecaster.before_call()
        if number >= self._begun:
            self._begun += 1
            self._forecaster.calls_begun += 1


def count_calls(
    settings: ForecastSettings, sizes: BatchSizes, want: Rect, source: Rect | None, has_upscaler: bool
) -> tuple[int, int]:
    """Calls of the UNet and of the upscaler, where the model has one, that a rectangle takes at most."""
    unet, upscaler = 0, 0
    goals = settings.rects(want, source)[1:]
    for number, goal in enumerate(goals, 1):
        area = settings.last_area(goal) if number == len(goals) else coarse_need(goal)
        unet += settings.members * -(-len(unet_windows(area)) // sizes.windows) * settings.sampling_steps
        refined = -(-len(list(split(goal.snapped(UPSCALE_PX), UPSCALE_PX))) // sizes.drawn)
        upscaler += settings.members * refined
    # of the members after the first no image is made in the last iteration, but one of all that are typical
    return unet, (upscaler - (settings.members - 1 - settings.is_drawing_typical) * refined) * has_upscaler


def _call(unet: UNet2DModel, noisy: Tensor, times: Tensor, channels: Tensor, interval: Tensor | None) -> Tensor:
    return call_unet(unet, noisy, times, Condition(channels, interval))


def _seconds(call: Callable[[], Tensor]) -> float:
    call()
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def change_table(model: LoadedModel, settings: ForecastSettings) -> NDArray[np.float32] | None:
    """What each number of changing members is worth, float32 (members + 1,) in 0..1; None where that is not known."""
    if not is_change_calibrated(model.calibration, settings) or model.calibration is None:
        return None
    return model.calibration.table(settings.members)


def is_change_calibrated(calibration: ChangeCalibration | None, settings: ForecastSettings) -> bool:
    """Whether the probability of change of such a forecast is calibrated: it must be like those of the fit."""
    asked = settings.years_per_iteration, settings.gsd_m, settings.iterations
    return calibration is not None and settings.members > 1 and calibration.covers(*asked)


def _on(values: Tensor, held: Rect, wanted: Rect) -> Tensor:
    """Bring (..., y, x) from one rectangle to another; zero or False where nothing was held."""
    if held == wanted:
        return values
    result = values.new_zeros((*values.shape[:-2], *wanted.shape_yx))
    both = held.intersection(wanted)
    if not both.is_empty:
        result[..., *both.slices_in(wanted)] = values[..., *both.slices_in(held)]
    return result


assert UPSCALE == CELL_PX
