"""From trained networks to a model folder with contract and card."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from diffusers import UNet2DModel

from ..core.errors import OutputError
from ..core.forecast.sampler import make_schedule
from ..core.lattice import TILE_PX
from ..core.model.contract import ModelContract, Origin
from ..core.model.folder import save_model
from ..core.model.rrdb import RRDBNet
from ..core.radiometry.histogram import count_levels
from ..core.radiometry.tones import ToneReference, tones_of
from .pairs import ChipPair
from .settings import TrainingSettings


@dataclass(frozen=True)
class TrainingFacts:
    """What a card tells of a training.

    Attributes:
        pairs: chip pairs read.
        tiles: tiles that passed the filters.
        cut: tiles before the filters.
        data_sha256: over the pixels of all pairs.
        hardware: where it was trained, in words.
        unreadable: rasters that could not be read and were left out.
        notes: rows of the card's table on fine-tuning and validation: what, and what is to be said of it.
    """

    pairs: int
    tiles: int
    cut: int
    data_sha256: str
    hardware: str
    unreadable: int = 0
    notes: tuple[tuple[str, str], ...] = ()


def training_tones(chips: Sequence[ChipPair]) -> ToneReference:
    """Record the distribution of what the model is shown: the first dates of all pairs, each pair counted once."""
    return tones_of(np.sum([count_levels(chip.before, chip.valid) for chip in chips], axis=0))


def make_contract(
    settings: TrainingSettings,
    difference_std: float,
    gsd_m: Mapping[float, int],
    tones: ToneReference | None,
    years: Collection[float],
    origin: Origin | None = None,
) -> ModelContract:
    """Say what a trained model promises.

    Args:
        settings: of the training.
        difference_std: what the target was divided by.
        gsd_m: counts the tiles of each GSD of the imagery, in metres.
        tones: of the images.
        years: between the dates of the pairs.
        origin: the model that it was fine-tuned from.
    """
    own = settings.forecaster
    trained = _trained_scales(settings, gsd_m)
    return ModelContract(
        name=settings.name,
        region=settings.region,
        sensor=settings.sensor,
        objective=own.objective,
        condition_layout=own.condition_layout,
        change_grid=own.change_grid,
        difference_std=round(difference_std, 6),
        sampling_steps=own.sampling_steps,
        networks=own.networks,
        views=own.views,
        composition=settings.composition,
        gsd_range_m=(min(trained), max(trained)),
        trained_gsd_m=trained,
        interval_years=tuple(sorted(years)),
        noise=own.noise,
        tones=tones,
        fine_tuned_from=origin,
    )


def _trained_scales(settings: TrainingSettings, gsd_m: Mapping[float, int]) -> tuple[float, ...]:
    """GSDs that samples were brought to, most drawn first; metres, to the millimetre."""
    drawn: Counter[float] = Counter()
    for gsd, tiles in gsd_m.items():
        for weight, crop in zip(settings.tiles.crop_weights, settings.tiles.crop_px, strict=True):
            drawn[round(gsd * crop / TILE_PX, 3)] += weight * tiles  # type: ignore[assignment] # weights are fractions
    return tuple(gsd for gsd, weight in drawn.most_common() if weight > 0)


def export_model(
    folder: Path,
    contract: ModelContract,
    unets: Sequence[UNet2DModel],
    upscaler: RRDBNet | None,
    card: str,
    overwrite: bool = False,
) -> None:
    """Write a model folder aside and rename it.

    Raises:
        OutputError: the folder exists and may not be replaced.
    """
    if folder.exists() and not overwrite:
        raise OutputError(f"{folder}: exists; choose another --out, or remove it")
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        save_model(aside, contract, unets, upscaler, make_schedule(contract.objective), card)
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def make_card(settings: TrainingSettings, contract: ModelContract, facts: TrainingFacts) -> str:
    """Write a model card in Hugging Face's form from what is known; figures are added once they are measured."""
    own, upscaler = settings.forecaster, settings.upscaler
    years = " and ".join(f"{value:g}" for value in contract.interval_years)
    gsd = ", ".join(f"{value:g}" for value in contract.trained_gsd_m)
    unread = f", {facts.unreadable} rasters unreadable" if facts.unreadable else ""
    several = f"{own.networks} of other seeds, each " if own.networks > 1 else ""
    if own.networks > 1 and own.is_leaving_places_out:
        several = (
            f"{own.networks}, each trained without the pairs of one place ({', '.join(settings.places)} in turn), "
        )
    drawn = "none, the UNet draws every pixel"
    if settings.is_upscaler_kept:
        drawn = "that of the model that it was fine-tuned from, unchanged"
    elif "upscaler" in settings.stages:
        drawn = (
            f"ESRGAN of {upscaler.blocks} RRDB, {upscaler.max_steps} steps of {upscaler.batch_size}, "
            f"adversarial from step {upscaler.adversarial_from_step}"
        )
    notes = "".join(f"| {what} | {said} |\n" for what, said in facts.notes)
    shown = settings.card_text or "No further notes.\n"
    return f"""---
library_name: diffusers
pipeline_tag: image-to-image
license: {settings.weights_license}
tags:
- remote-sensing
- change-prediction
---

# {contract.name}

Predicts how a landscape may look {years} years after an aerial image, as one of many possible futures.

| | |
|---|---|
| region | {contract.region} |
| sensor | {contract.sensor} |
| GSD | {gsd} m a pixel |
| intervals | {years} years ahead, further by iteration |
| bands | red, green, blue, 8 bit |
| licence of the weights | {settings.weights_license}; the program's own licence is another |
| training data | {facts.pairs} pairs of chips, {facts.tiles} of {facts.cut} tiles kept{unread}; \
SHA-256 {facts.data_sha256[:16]} |
| UNet | {several}{own.objective}, {own.max_steps} steps of {own.batch_size}, \
{contract.sampling_steps} call(s) a member |
| upscaler | {drawn} |
| trained on | {facts.hardware} |
{notes}
{shown}"""
