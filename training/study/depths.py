"""The study of depths: one training of the upscaler, repeated with other numbers of RRDB blocks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn.functional import interpolate

from ...core.errors import RequestError, TrainingError
from ...core.model.condition import coarsen
from ...core.model.rrdb import UPSCALE, RRDBNet
from ..data import TrainingData, load_data
from ..domain_fit import with_places
from ..evaluate import cut_tiles, measure_upscaler
from ..pairs import ChipPair, fingerprint, load_pairs
from ..run import Hardware, describe_hardware, train_stage
from ..settings import TrainingSettings
from .distance import Ruler
from .plan import POINTS, TRAINING, StudyPlan, check_step_memory, compact
from .points import load_point, save_point
from .results import Point, Study, write_study
from .ruler import check_weights, make_ruler
from .scales import MOST_FEATURE_PAIRS, thin
from .steps import StepCount, clock_of, read_curve

DEFAULT_BLOCKS = (1, 4, 16, 23)
"""Residual-in-residual dense blocks; 16 and 23 are those of the authors' text and notebook."""


@dataclass(frozen=True)
class DepthStudy:
    """A study of the upscaler's depth.

    Attributes:
        plan: what all studies are asked; steps and width of the upscaler are those of its settings.
        blocks: numbers of RRDB blocks.
    """

    plan: StudyPlan
    blocks: tuple[int, ...] = DEFAULT_BLOCKS

    def __post_init__(self) -> None:
        if min(self.blocks, default=0) < 1 or len(set(self.blocks)) < len(self.blocks):
            raise RequestError(f"--blocks must be at least 1 each and differ, not {', '.join(map(str, self.blocks))}")


def run_depth_study(
    asked: DepthStudy,
    hardware: Hardware,
    on_step: Callable[[int, int], None],
    tell: Callable[[str], None],
    before_call: Callable[[], None] = lambda: None,
) -> Study:
    """Train and measure every depth, and write the results after each; what was measured before is kept.

    The arguments are those of `run_scale_study`.

    Raises:
        TrainingError: pairs that cannot be read, settings that the device has no memory for, a model without an
            upscaler, or results of another study.
        TrainingStoppedError: it was asked to stop; a checkpoint was written.
    """
    plan, blocks = asked.plan, sorted(asked.blocks)
    settings = with_places(plan.settings)
    if "upscaler" not in settings.stages:
        grid = settings.forecaster.change_grid
        raise TrainingError(f"a model of {grid} has no upscaler to study; choose another preset")
    with plan.working("depths"):
        check_weights(plan, hardware.device)
        check_step_memory("upscaler", with_blocks(settings, max(blocks), settings.seed), hardware)
        data, held_out = _load(settings, plan)
        tell(f"{len(data.images)} images to train on, {len(held_out)} held-out pairs of tiles to measure on")
        return _run_points(
            replace(plan, settings=settings), blocks, data, held_out, hardware, on_step, tell, before_call
        )


def _run_points(
    plan: StudyPlan, blocks: Sequence[int], data: TrainingData, held_out: Sequence[ChipPair], hardware: Hardware,
    on_step: Callable[[int, int], None], tell: Callable[[str], None], before_call: Callable[[], None],
) -> Study:  # fmt: skip
    settings, has_own = plan.settings, plan.perceptual_weights is None
    total = len(blocks) * plan.seeds * settings.upscaler.max_steps + (plan.feature_steps if has_own else 0)
    counted = StepCount(total, on_step, clock_of(hardware.device))
    with counted.point(plan.feature_steps if has_own else 0) as features:
        ruler = make_ruler(plan, thin(_tiles(data.chips), MOST_FEATURE_PAIRS), held_out, hardware.device, features)
    tell(f"perceptual distance by {ruler.name}")
    cut = [{"images": len(data.images), "held_out": len(held_out), "data": data.sha256}]
    study = Study("depths", plan, ruler, describe_hardware(hardware), len(blocks) * plan.seeds, cut)
    for depth in blocks:
        for seed in range(settings.seed, settings.seed + plan.seeds):
            point = _Point(plan, hardware, ruler, data, held_out, with_blocks(settings, depth, seed))
            study.points.append(Point(depth, seed, point.figures(counted, before_call)))
            write_study(study)
    return study


def with_blocks(settings: TrainingSettings, blocks: int, seed: int) -> TrainingSettings:
    """Give the settings of one training their depth."""
    return replace(settings, upscaler=replace(settings.upscaler, blocks=blocks), seed=seed, sheet_rows=0)


def with_upscaler_steps(settings: TrainingSettings, steps: int) -> TrainingSettings:
    """Change the steps of the upscaler; its judge begins in proportion."""
    own = settings.upscaler
    judged_from = round(own.adversarial_from_step * steps / max(1, own.max_steps))
    return replace(settings, upscaler=replace(own, max_steps=steps, adversarial_from_step=judged_from))


def _load(settings: TrainingSettings, plan: StudyPlan) -> tuple[TrainingData, list[ChipPair]]:
    """Images to train on, and held-out pairs of tiles, at most as many as are measured.

    Raises:
        TrainingError: pairs cannot be read, or none are held out.
    """
    # any number above 0 makes the reading of pairs hold some out
    every = 0 if plan.held_out else 1
    data = load_data(replace(settings, validation=replace(settings.validation, every=every, patience=0)))
    named = [chip for source in plan.held_out for chip in load_pairs(source)]
    tiles = _tiles(named or data.held_out)
    if not tiles:
        raise TrainingError("no wholly valid held-out tile to measure on; name pairs by --held-out")
    return data, thin(tiles, plan.tiles)


def _tiles(chips: Sequence[ChipPair]) -> list[ChipPair]:
    """Cut chips into wholly valid tiles of 128 px."""
    tiles = []
    for chip in chips:
        try:
            cut = cut_tiles([chip])
        except TrainingError:
            continue
        tiles += [
            replace(chip, before=first, after=second, valid=np.ones(first.shape[1:], np.bool_), name=f"{chip.name} {i}")
            for i, (first, second) in enumerate(zip(cut.present, cut.later, strict=True))
        ]
    return tiles


@dataclass(frozen=True)
class _Point:
    """One training of one depth."""

    plan: StudyPlan
    hardware: Hardware
    ruler: Ruler
    data: TrainingData
    held_out: Sequence[ChipPair]
    settings: TrainingSettings

    def figures(self, counted: StepCount, before_call: Callable[[], None]) -> dict[str, Any]:
        """Measured before, or trained and measured now."""
        plan, settings = self.plan, self.settings
        name = f"{settings.upscaler.blocks}blocks_seed{settings.seed}"
        file, work = plan.folder / POINTS / f"{name}.json", plan.folder / TRAINING / name
        facts = {
            **compact(settings, "upscaler"), "train": self.data.sha256, "held_out": fingerprint(self.held_out),
            "ruler": dict(self.ruler.facts),
        }  # fmt: skip
        found = load_point(file, facts)
        if found is not None:
            counted.skip(settings.upscaler.max_steps)
            return found
        with counted.point(settings.upscaler.max_steps) as on_step:
            network = train_stage("upscaler", settings, self.data, work, self.hardware, on_step)
            found = {
                "images": len(self.data.images),
                **measure_depth(network, self.held_out, self.ruler, before_call),
                "seconds_a_step": on_step.seconds_a_step,
                "curves": {"loss": read_curve(work / "loss.csv")},
            }
        save_point(file, facts, found)
        shutil.rmtree(work, ignore_errors=True)
        return found


def measure_depth(
    network: RRDBNet, held_out: Sequence[ChipPair], ruler: Ruler, before_call: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Compare an upscaler with bicubic enlargement on both dates of held-out tiles of 128 px."""
    images = np.stack([image for chip in held_out for image in (chip.before, chip.after)])
    drawn, bicubic, fine = [], [], images.astype(np.float32) / np.float32(255)
    device = next(network.parameters()).device
    for image in fine:
        before_call()
        coarse = coarsen(torch.from_numpy(image)[None])
        with torch.inference_mode():
            drawn.append(network(coarse.to(device)).float().clamp(0, 1).cpu().numpy()[0])
        bicubic.append(interpolate(coarse, scale_factor=float(UPSCALE), mode="bicubic").clamp(0, 1).numpy()[0])
    return {
        "held_out_images": len(images),
        "parameters": sum(tensor.numel() for tensor in network.parameters()),
        **measure_upscaler(network, images),
        "perceptual": {
            "upscaler": ruler.mean(np.stack(drawn), fine),
            "bicubic": ruler.mean(np.stack(bicubic), fine),
        },
    }
