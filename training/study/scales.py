"""The study of ground scales: one training, repeated on the same number of pairs at each scale."""

from __future__ import annotations

import logging
import math
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import UNet2DModel
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from ...core.errors import TrainingError
from ...core.forecast.sampler import make_schedule
from ...core.lattice import CELL_PX, TILE_PX
from ...core.model.folder import LoadedModel
from ..backtest.areas import name_areas
from ..backtest.resampling import Sums, bootstrap, sum_by_area
from ..data import TrainingData
from ..domain_fit import with_places
from ..evaluate import EvaluationTiles, cut_tiles, draw_members
from ..export import make_contract, training_tones
from ..pairs import ChipPair, fingerprint
from ..run import Hardware, describe_hardware, make_sampler, target_deviation, train_stage
from ..settings import TileSettings, TrainingSettings, ValidationSettings
from ..skill import Field, Skill, fair_crps, measure_skill
from ..validation import cut_held_out
from .cutting import ScalePairs, ScaleSources, allowed_scales, cut_scale, pick_pairs
from .distance import Ruler
from .plan import POINTS, TILES, TRAINING, StudyPlan, check_step_memory, compact
from .points import load_point, save_point
from .results import Point, Study, write_study
from .ruler import check_weights, make_ruler
from .steps import PointSteps, StepCount, clock_of, read_curve

DEFAULT_SCALES_M = (40.0, 50.0, 60.0, 70.0, 80.0, 100.0, 120.0)
"""Metres that a tile covers; those of the method's authors."""
MOST_FEATURE_PAIRS = 2000
"""Of all scales together, that the region's own network learns from."""
PERCEIVED_MEMBERS = 2
"""Members of each tile whose perceptual distance is measured."""
CURVE_MEMBERS = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScaleStudy:
    """A study of ground scales.

    Attributes:
        plan: what all studies are asked.
        scales_m: ground scales to study, all of which the imagery must allow; the usual ones that it does where None.
        count: pairs at each scale; as many as the scale with the fewest has where None.
    """

    plan: StudyPlan
    scales_m: tuple[float, ...] | None = None
    count: int | None = None


def run_scale_study(
    asked: ScaleStudy,
    hardware: Hardware,
    on_step: Callable[[int, int], None],
    tell: Callable[[str], None],
    before_call: Callable[[], None] = lambda: None,
) -> Study:
    """Train and measure at every scale, and write the results after each; what was measured before is kept.

    Args:
        asked: what to study.
        hardware: where to train.
        on_step: called with the steps done and all steps; may raise KeyboardInterrupt to stop.
        tell: hears in words what was found on the way.
        before_call: called before each network call of a measurement; may raise to stop.

    Raises:
        TrainingError: pairs that cannot be read, too few of them at a scale, imagery too coarse for one, settings that
            the device has no memory for, or results of another study.
        TrainingStoppedError: it was asked to stop; a checkpoint was written.
    """
    plan = asked.plan
    settings = with_places(plan.settings)
    sources = ScaleSources(settings, plan.held_out)
    with plan.working("scales"):
        check_weights(plan, hardware.device)
        scales = _choose_scales(asked, sources, tell)
        check_step_memory("forecaster", _of_scale(settings, plan, settings.seed), hardware)
        cut = _cut_all(sources, scales, plan.folder / TILES, tell)
        count = _equal_count(cut, asked.count, settings)
        tell(f"{count} pairs at each scale")
        picked = {one.ground_scale_m: pick_pairs(one.train, count, settings.seed) for one in cut}
        return _run_points(plan, hardware, cut, picked, on_step, tell, before_call)


def _choose_scales(asked: ScaleStudy, sources: ScaleSources, tell: Callable[[str], None]) -> list[float]:
    """The scales to study, finest first.

    Raises:
        TrainingError: none is left, one is named twice, or one is not above 0.
    """
    if not (sources.settings.pairs or sources.settings.datasets):
        raise TrainingError("no pairs: give --before and --after or --pairs, or [[pairs]] or datasets in --config")
    if asked.scales_m is not None:
        is_usable = all(math.isfinite(scale) and scale > 0 for scale in asked.scales_m)
        if not (is_usable and 0 < len(set(asked.scales_m)) == len(asked.scales_m)):
            raise TrainingError(f"--scales must be above 0 and differ, not {_listed(asked.scales_m)}")
        return sorted(asked.scales_m)
    scales = allowed_scales(sources, DEFAULT_SCALES_M)
    if not scales:
        raise TrainingError(f"the imagery is too coarse for any of {_listed(DEFAULT_SCALES_M)} m a tile; give --scales")
    left_out = [scale for scale in DEFAULT_SCALES_M if scale not in scales]
    if left_out:
        tell(f"finer than the imagery, and left out: {_listed(left_out)} m a tile")
    return scales


def _cut_all(
    sources: ScaleSources, scales: Sequence[float], folder: Path, tell: Callable[[str], None]
) -> list[ScalePairs]:
    cut = []
    # what a killed run left there
    shutil.rmtree(folder, ignore_errors=True)
    for scale in scales:
        own = folder / f"{scale:g}"
        own.mkdir(parents=True)
        found = cut_scale(sources, scale, max(scales), own)
        tell(
            f"{scale:g} m a tile: {len(found.train)} pairs to train on, {len(found.held_out)} held out; thrown out: "
            f"{found.dropped_words}"
        )
        cut.append(found)
    return cut


def _equal_count(cut: Sequence[ScalePairs], asked: int | None, settings: TrainingSettings) -> int:
    """How many pairs each scale is trained on.

    Raises:
        TrainingError: a scale has too few, or none held out.
    """
    batch_size = settings.forecaster.batch_size
    wanted = max(asked or 0, batch_size)
    for one in cut:
        if len(one.train) < wanted:
            why = f"--count asks for {asked}" if wanted == asked else f"a batch takes {batch_size}"
            raise TrainingError(
                f"too few pairs at {one.ground_scale_m:g} m a tile: {len(one.train)} ({one.dropped_words}), and {why}; "
                "give more imagery, leave the scale out of --scales, or lower --count or forecaster.batch_size"
            )
        if not one.held_out:
            raise TrainingError(
                f"no held-out pairs at {one.ground_scale_m:g} m a tile to measure on; name some by --held-out, or "
                "leave the scale out of --scales"
            )
    return asked or min(len(one.train) for one in cut)


def _run_points(
    plan: StudyPlan, hardware: Hardware, cut: Sequence[ScalePairs], picked: Mapping[float, Sequence[ChipPair]],
    on_step: Callable[[int, int], None], tell: Callable[[str], None], before_call: Callable[[], None],
) -> Study:  # fmt: skip
    steps = plan.settings.forecaster.max_steps
    has_own = plan.perceptual_weights is None
    total = len(cut) * plan.seeds * steps + (plan.feature_steps if has_own else 0)
    counted = StepCount(total, on_step, clock_of(hardware.device))
    with counted.point(plan.feature_steps if has_own else 0) as features:
        shown = [chip for one in picked.values() for chip in pick_pairs(one, MOST_FEATURE_PAIRS // len(cut), 0)]
        held_out = [chip for one in cut for chip in one.held_out]
        ruler = make_ruler(plan, shown, held_out, hardware.device, features)
    tell(f"perceptual distance by {ruler.name}")
    study = Study(
        "scales", plan, ruler, describe_hardware(hardware), len(cut) * plan.seeds, [_cut_facts(one) for one in cut]
    )
    for one in cut:
        for seed in range(plan.settings.seed, plan.settings.seed + plan.seeds):
            point = _Point(plan, hardware, ruler, one, picked[one.ground_scale_m], seed)
            study.points.append(Point(one.ground_scale_m, seed, point.figures(counted, before_call)))
            write_study(study)
    return study


@dataclass(frozen=True)
class _Point:
    """One training at one scale."""

    plan: StudyPlan
    hardware: Hardware
    ruler: Ruler
    cut: ScalePairs
    chips: Sequence[ChipPair]
    seed: int

    def figures(self, counted: StepCount, before_call: Callable[[], None]) -> dict[str, Any]:
        """Measured before, or trained and measured now."""
        plan, name = self.plan, f"{self.cut.ground_scale_m:g}m_seed{self.seed}"
        settings = _of_scale(plan.settings, plan, self.seed)
        steps = settings.forecaster.max_steps
        held_out = cut_held_out(self.cut.held_out, settings.validation, settings.forecaster)
        data = TrainingData(list(self.chips), [], fingerprint(self.chips), held_out=self.cut.held_out)
        file, work = plan.folder / POINTS / f"{name}.json", plan.folder / TRAINING / name
        facts = {
            "ground_scale_m": self.cut.ground_scale_m, **compact(settings, "forecaster"), "train": data.sha256,
            "held_out": data.held_out_sha256, "members": plan.members, "tiles": plan.tiles,
            "ruler": dict(self.ruler.facts),
        }  # fmt: skip
        found = load_point(file, facts)
        if found is not None:
            counted.skip(steps)
            return found
        with counted.point(steps) as on_step:
            unet = train_stage("forecaster", settings, data, work, self.hardware, on_step, held_out=held_out)
            found = self._measure(unet, settings, data, on_step, work, before_call)
        save_point(file, facts, found)
        shutil.rmtree(work, ignore_errors=True)
        return found

    def _measure(
        self, unet: UNet2DModel, settings: TrainingSettings, data: TrainingData, on_step: PointSteps, work: Path,
        before_call: Callable[[], None],
    ) -> dict[str, Any]:  # fmt: skip
        tiles = cut_tiles(thin(data.held_out, self.plan.tiles))
        parameters = sum(tensor.numel() for tensor in unet.parameters())
        model = in_memory(settings, data, unet, self.hardware)
        drawn = draw_members(
            model, self.hardware.device, tiles, self.plan.members, self.seed, model.contract.sampling_steps,
            lambda done, total: before_call(), before_call,
        )  # fmt: skip
        return {
            "trained_pairs": len(data.chips),
            "gsd_m": round(float(tiles.gsd_m.mean()), 4),
            "parameters": parameters,
            "seconds_a_step": on_step.seconds_a_step,
            **_figures(measure_skill(drawn, tiles.truth)),
            "crps_interval": crps_interval(drawn, tiles, settings.seed),
            "persistence_mae_levels": 255 * float(np.abs(tiles.truth).mean()),
            "persistence_rmse_levels": 255 * float(np.sqrt((tiles.truth.astype(np.float64) ** 2).mean())),
            "perceptual": perceptual_distances(self.ruler, drawn, tiles),
            "curves": {
                "loss": read_curve(work / "loss.csv"),
                "held-out CRPS over persistence": read_curve(work / "validation.csv"),
            },
        }


def _of_scale(settings: TrainingSettings, plan: StudyPlan, seed: int) -> TrainingSettings:
    """The settings of one training: tiles come cut, and what is measured chooses no weights."""
    own = settings.forecaster
    tiles = replace(settings.tiles, crop_px=TileSettings().crop_px, crop_weights=(1.0,), jitter_px=0)
    every = max(1, own.max_steps // plan.measurements)
    validation = ValidationSettings(
        every=every, is_best_kept=False, members=min(CURVE_MEMBERS, plan.members), tiles=plan.tiles
    )
    own = replace(own, networks=1, is_leaving_places_out=False)
    return replace(
        settings, tiles=tiles, forecaster=own, validation=validation, seed=seed, sheet_rows=0, pairs=(), datasets=()
    )


def in_memory(settings: TrainingSettings, data: TrainingData, unet: UNet2DModel, hardware: Hardware) -> LoadedModel:
    """A trained UNet as predictions have it: frozen, in the precision of the training; without an upscaler."""
    deviation = target_deviation(settings, make_sampler(settings, data))
    gsd_m = Counter(chip.gsd_m for chip in data.chips)
    contract = make_contract(
        settings, deviation, gsd_m, training_tones(data.chips), {chip.years for chip in data.chips}
    )
    placed: dict[str, Any] = {"dtype": hardware.precision, "memory_format": torch.channels_last}
    network = unet.eval().requires_grad_(False).to(hardware.device, **placed)
    return LoadedModel(contract, network, None, make_schedule(contract.objective).alphas_cumprod, "")


def thin(chips: Sequence[ChipPair], most: int) -> list[ChipPair]:
    """Take at most so many pairs, evenly from all."""
    picks = np.unique(np.linspace(0, len(chips) - 1, min(most, len(chips))).round().astype(int))
    return [chips[index] for index in picks]


def crps_interval(members: Field, tiles: EvaluationTiles, seed: int) -> tuple[float, float] | None:
    """Interval of the CRPS over persistence's error, over areas; None where there are too few."""
    each = range(len(tiles.truth))
    sums = {
        "crps": np.array([[fair_crps(members[:, i : i + 1], tiles.truth[i : i + 1])] for i in each]),
        "persistence": np.array([[float(np.abs(tiles.truth[i]).mean())] for i in each]),
    }

    def figures(some: Sums) -> dict[str, NDArray[np.float64]]:
        return {"crps": some["crps"][..., 0] / some["persistence"][..., 0]}

    found = bootstrap(sum_by_area(sums, name_areas(tiles.chips)), figures, seed)["crps"]
    return None if found is None else (found.low, found.high)


def perceptual_distances(ruler: Ruler, members: Field, tiles: EvaluationTiles) -> dict[str, float]:
    """How far pictures of the future are from the true one, as a person may see it.

    A picture is the first date plus the difference of its cells, enlarged: what a forecast says, without any detail
    that an upscaler invents. `persistence` is the first date as it is, `cells` the picture of the true difference,
    which no forecast of cells can be expected to undercut.

    Args:
        ruler: to measure by.
        members: float32, (member, tile, 3, 32, 32).
        tiles: with both dates.
    """
    present, later = (images.astype(np.float32) / np.float32(255) for images in (tiles.present, tiles.later))
    some = members[:PERCEIVED_MEMBERS]
    return {
        "member": float(np.mean([ruler.mean(_picture(present, member), later) for member in some])),
        "mean of the members": ruler.mean(_picture(present, members.mean(0)), later),
        "persistence": ruler.mean(present, later),
        "cells": ruler.mean(_picture(present, tiles.truth), later),
    }


def _picture(present: NDArray[np.float32], difference: Field) -> NDArray[np.float32]:
    fine = interpolate(torch.from_numpy(np.ascontiguousarray(difference)), scale_factor=float(CELL_PX), mode="bicubic")
    picture: NDArray[np.float32] = (torch.from_numpy(present) + fine).clamp(0, 1).numpy()
    return picture


def _figures(skill: Skill) -> dict[str, Any]:
    """The figures of a forecast; what it was measured on gets a name that is not that of the training."""
    figures = skill.as_dict()
    return {"held_out_tiles": figures.pop("pairs"), **figures}


def _cut_facts(one: ScalePairs) -> dict[str, Any]:
    return {"ground_scale_m": one.ground_scale_m, "source_px": TILE_PX, "train": len(one.train),
            "held_out": len(one.held_out), "thrown_out": dict(one.dropped)}  # fmt: skip


def _listed(scales: Sequence[float]) -> str:
    return ", ".join(f"{scale:g}" for scale in scales)
