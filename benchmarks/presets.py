"""Which recipe makes the best forecast: all of them at equal steps and width, two seeds each, in one table.

    python benchmarks/presets.py [--steps N] [--seeds N] [--threads N] [--only RECIPE...] [--members N] [--stride N]
                                 [--folder FOLDER] [--device cpu|cuda|auto] [--precision auto|fp32|bf16]

Needs LANDCAST_DATA. Trained are the UNets alone, on Chico, Long Beach, Palm Springs and Santa Monica; measured is
Claremont, all three intervals pooled, every figure by the one definition of skill. `dressed persistence` is the first
date plus residuals of the training pairs. All recipes share the samples: batches of 16, tiles as the preset `fast`
cuts them, but `reference`, which keeps its authors' filter and takes neither jitter nor other colours. All share
the width of the default network; the authors' own, of 275 million parameters, is out of reach of a CPU.

| recipe | what it is |
|---|---|
| reference | noise predicted, quadrants as channels, difference as it is, 100 steps, no average of the weights |
| default | velocity, zero terminal SNR, 10 steps |
| fast | one step, almost fair CRPS of two members and joint terms |
| native128 | as fast, every pixel of 128 x 128 drawn by the network itself |
| regression | mean squared error, one call: how near the mean can come |

A run that was stopped, by Ctrl-C or a kill, goes on where it stood when the command is given again. What is trained and
measured is kept under `--folder` (git ignores it) by recipe, seed and steps. Two seeds of one recipe tell which
differences are findings.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch

from landcast.core.device import DeviceChoice, PrecisionChoice, choose_device, choose_training_precision
from landcast.core.forecast.sampler import make_schedule
from landcast.core.model.folder import LoadedModel
from landcast.core.model.rrdb import RRDBNet
from landcast.training.evaluate import EvaluationTiles, cut_tiles, draw_members
from landcast.training.export import make_contract, training_tones
from landcast.training.pairs import load_pairs
from landcast.training.presets import find_preset
from landcast.training.run import Hardware, TrainingData, load_data, make_sampler, target_deviation, train_stage
from landcast.training.settings import PairSource, TrainingSettings
from landcast.training.skill import dressed_persistence, measure_skill

RECIPES = ("reference", "default", "fast", "native128", "regression")
ROOT = "$LANDCAST_DATA/naip"
INTERVALS = ((2016, 2018), (2018, 2020), (2016, 2020))
TRAIN = ("long_beach", "palm_springs", "santa_monica")
CHECK = "claremont"
BATCH_SIZE = 16
CHECKPOINT_EVERY = 100


def main() -> None:
    """Train what is missing, measure it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--members", type=int, default=16)
    parser.add_argument("--stride", type=int, default=1, help="measure every so manyth tile")
    parser.add_argument("--folder", type=Path, default=Path("runs/presets"))
    parser.add_argument("--device", choices=get_args(DeviceChoice), default="auto")
    parser.add_argument("--precision", choices=get_args(PrecisionChoice), default="auto")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    torch.set_num_threads(given.threads)
    device = choose_device(given.device)
    hardware = Hardware(device, choose_training_precision(given.precision, device))
    tiles = thinned(cut_tiles([chip for pair in pairs_of((CHECK,)) for chip in load_pairs(pair)]), given.stride)
    data = load_data(recipe("fast", given.steps, 0))
    rows = {("dressed persistence", 0): measure_dressed(data, tiles, given.members)}
    for name in given.only:
        for seed in range(given.seeds):
            settings = recipe(name, given.steps, seed)
            folder = given.folder / f"{name}-seed{seed}-steps{given.steps}"
            rows[name, seed] = measured(settings, data, tiles, folder, hardware, given.members)
            print(row(name, seed, rows[name, seed]), flush=True)
    print("\n" + report(rows, given.steps, len(tiles.truth), given.members))


def pairs_of(cities: Sequence[str]) -> tuple[PairSource, ...]:
    """Every interval of some cities."""
    return tuple(
        PairSource(f"{ROOT}/{city}/{first}", f"{ROOT}/{city}/{second}", second - first)
        for city in cities
        for first, second in INTERVALS
    )


def recipe(name: str, steps: int, seed: int) -> TrainingSettings:
    """A preset with the pairs, steps, batch and width that all recipes share."""
    settings, equal = find_preset(name), find_preset("fast").forecaster.unet
    own = settings.forecaster
    width = replace(
        equal,
        difference_channels=own.unet.difference_channels,
        condition_channels=own.unet.condition_channels,
        reserved_channels=own.unet.reserved_channels,
        is_conditioned_on_interval=own.unet.is_conditioned_on_interval,
    )
    pairs = (*pairs_of(TRAIN), PairSource(f"{ROOT}/chico/2018", f"{ROOT}/chico/2020", 2))
    return replace(
        settings,
        name=name,
        pairs=pairs,
        seed=seed,
        checkpoint_every=CHECKPOINT_EVERY,
        forecaster=replace(own, unet=width, max_steps=steps, batch_size=BATCH_SIZE),
    )


def measured(
    settings: TrainingSettings,
    data: TrainingData,
    tiles: EvaluationTiles,
    folder: Path,
    hardware: Hardware,
    members: int,
) -> dict[str, Any]:
    """Train a recipe, or go on with it, and measure it, unless that is done already."""
    kept = folder / f"skill-{members}x{len(tiles.truth)}.json"
    if kept.is_file():
        figures: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return figures
    started, first = time.perf_counter(), []

    def tell(step: int, loss: float) -> None:
        first.append(step)
        if step % CHECKPOINT_EVERY == 0:
            print(f"{settings.name} seed {settings.seed}: {step} of {settings.forecaster.max_steps}", flush=True)

    unet = train_stage("forecaster", settings, data, folder / "forecaster", hardware, tell)
    seconds = (time.perf_counter() - started) / max(1, len(first))
    sampler = make_sampler(settings, data)
    gsd_m = {data.chips[0].gsd_m: len(sampler.tiles)}
    contract = make_contract(settings, target_deviation(settings, sampler), gsd_m, training_tones(data.chips))
    # members are drawn on cells alone, so that an upscaler without training is never asked
    upscaler = RRDBNet(blocks=1, channels=8).to(hardware.device)
    power = make_schedule(contract.objective).alphas_cumprod
    model = LoadedModel(contract, unet.eval().requires_grad_(False), upscaler, power, "")
    drawing = time.perf_counter()
    drawn = draw_members(model, hardware.device, tiles, members, 0, contract.sampling_steps, lambda done, total: None)
    figures = {
        **measure_skill(drawn, tiles.truth).as_dict(),
        "parameters": sum(parameter.numel() for parameter in unet.parameters()),
        "seconds_a_step": seconds if first else None,
        "seconds_a_member_and_tile": (time.perf_counter() - drawing) / members / len(tiles.truth),
    }
    kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def measure_dressed(data: TrainingData, tiles: EvaluationTiles, members: int) -> dict[str, Any]:
    """The rival that knows no place."""
    residuals = cut_tiles(data.chips).truth
    return measure_skill(dressed_persistence(residuals, len(tiles.truth), members, 0), tiles.truth).as_dict()


def thinned(tiles: EvaluationTiles, stride: int) -> EvaluationTiles:
    """Every so manyth tile."""
    return EvaluationTiles(
        *(np.asarray(part)[::stride] for part in (tiles.present, tiles.later, tiles.truth, tiles.years, tiles.gsd_m))
    )


def row(name: str, seed: int, figures: dict[str, Any]) -> str:
    """One line of the table."""
    power = " ".join(f"{value:.2f}" for value in figures["member_power_over_truth"])
    step = figures.get("seconds_a_step")
    return (
        f"| {name} | {seed} | {figures['rmse_mean_over_persistence']:.3f} | {figures['crps_over_persistence']:.3f} "
        f"| {figures['spread_over_skill']:.2f} | {figures['member_std_over_truth']:.2f} | {power} "
        f"| {figures.get('parameters', 0) / 1e6:.2f} | {f'{step:.2f}' if step else ''} |"
    )


def report(rows: dict[tuple[str, int], dict[str, Any]], steps: int, tiles: int, members: int) -> str:
    """The whole table in Markdown."""
    head = "| | seed | RMSE of the mean | fair CRPS | spread / skill | std of a member | power of a member "
    lines = [
        f"{steps} steps of {BATCH_SIZE}; {tiles} tiles of {CHECK}, {members} members, seed of the members 0",
        "",
        head + "| million parameters | seconds a step |",
        "|---|---|---|---|---|---|---|---|---|",
        "| persistence | | 1 | 1 | 0 | 0 | 0 0 0 0 | | |",
        *(row(name, seed, figures) for (name, seed), figures in rows.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
