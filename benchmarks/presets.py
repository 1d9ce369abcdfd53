"""Which recipe makes the best forecast: all of them at equal steps and width, two seeds each, in one table.

    python benchmarks/presets.py [--steps N] [--seeds N] [--batch N] [--channels N N N N] [--threads N]
                                 [--only RECIPE...] [--members N] [--stride N] [--folder FOLDER]
                                 [--device cpu|cuda|auto] [--precision auto|fp32|bf16]

Needs LANDCAST_DATA. Trained are the UNets alone, on Chico, Long Beach, Palm Springs and Santa Monica; measured is
Claremont, all three intervals pooled, every figure by the one definition of skill. `dressed persistence` is the first
date plus residuals of the training pairs. All recipes share the samples: batches of one size, tiles as the preset
`fast` cuts them, but `reference`, which keeps its authors' filter and takes neither jitter nor other colours. All share
one width, that of the default network or the block channels given by `--channels`; the authors' own, of 275 million
parameters, is out of reach of a CPU. Members are drawn in the precision that predictions have on the device.

| recipe | what it is |
|---|---|
| reference | noise predicted, quadrants as channels, difference as it is, 100 steps, no average of the weights |
| default | velocity, zero terminal SNR, 8 steps |
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
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

import diffusers
import torch
from diffusers import UNet2DModel

from landcast.core.device import (
    DeviceChoice,
    PrecisionChoice,
    choose_device,
    choose_precision,
    choose_training_precision,
)
from landcast.core.forecast.sampler import make_schedule
from landcast.core.model.folder import LoadedModel
from landcast.core.model.rrdb import RRDBNet
from landcast.core.model.unet import DEFAULT_UNET, UNetShape, build_unet
from landcast.training.data import TrainingData, load_data
from landcast.training.evaluate import EvaluationTiles, cut_tiles, draw_members
from landcast.training.export import make_contract, training_tones
from landcast.training.pairs import load_pairs
from landcast.training.presets import find_preset
from landcast.training.run import (
    Hardware,
    describe_hardware,
    make_sampler,
    target_deviation,
    train_stage,
)
from landcast.training.settings import PairSource, TrainingSettings
from landcast.training.skill import dressed_persistence, measure_skill

RECIPES = ("reference", "default", "fast", "native128", "regression")
ROOT = "$LANDCAST_DATA/naip"
INTERVALS = ((2016, 2018), (2018, 2020), (2016, 2020))
TRAIN = ("long_beach", "palm_springs", "santa_monica")
CHECK = "claremont"
CHECKPOINT_EVERY = 100


@dataclass(frozen=True)
class Terms:
    """What all recipes share.

    Attributes:
        steps: of the optimiser.
        batch_size: samples a step.
        unet: width of the network; channels of what goes in and comes out are each recipe's own.
    """

    steps: int
    batch_size: int
    unet: UNetShape

    @property
    def folder_name(self) -> str:
        """Tells them apart on disk."""
        return f"steps{self.steps}-batch{self.batch_size}-width{'-'.join(map(str, self.unet.block_channels))}"


def main() -> None:
    """Train what is missing, measure it, and print the table."""
    given = arguments()
    logging.basicConfig(level=logging.WARNING)
    # a network of which nothing is to stay in float32 is brought to another precision without loss
    diffusers.utils.logging.set_verbosity_error()
    torch.set_num_threads(given.threads)
    device = choose_device(given.device)
    hardware = Hardware(device, choose_training_precision(given.precision, device))
    terms = Terms(given.steps, given.batch, width_of(given.channels))
    print(header(terms, hardware), flush=True)
    tiles = thinned(cut_tiles([chip for pair in pairs_of((CHECK,)) for chip in load_pairs(pair)]), given.stride)
    data = load_data(recipe("fast", terms, 0))
    rows = {("dressed persistence", 0): measure_dressed(data, tiles, given.members)}
    for name in given.only:
        for seed in range(given.seeds):
            settings = recipe(name, terms, seed)
            folder = given.folder / f"{name}-seed{seed}-{terms.folder_name}"
            rows[name, seed] = measured(settings, data, tiles, folder, hardware, given.members)
            print(row(name, seed, rows[name, seed]), flush=True)
    print(f"\n{header(terms, hardware)}; {len(tiles.truth)} tiles of {CHECK}, {given.members} members, seed 0")
    print("\n" + report(rows))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16, help="samples a step")
    parser.add_argument(
        "--channels",
        type=int,
        nargs="+",
        default=DEFAULT_UNET.block_channels,
        help="of the levels, finest first",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--members", type=int, default=16)
    parser.add_argument("--stride", type=int, default=1, help="measure every so manyth tile")
    parser.add_argument("--folder", type=Path, default=Path("runs/presets"))
    parser.add_argument("--device", choices=get_args(DeviceChoice), default="auto")
    parser.add_argument("--precision", choices=get_args(PrecisionChoice), default="auto")
    given = parser.parse_args()
    try:
        width_of(given.channels)
    except ValueError as error:
        parser.error(str(error))
    return given


def width_of(channels: Sequence[int]) -> UNetShape:
    """The default network with other channels of its levels, finest first.

    The finest level keeps two channels a group of its normalisation, as the default has: with one alone, each would
    forget how bright its tile is.

    Raises:
        ValueError: the groups or the heads of attention do not divide them.
    """
    groups = min(DEFAULT_UNET.norm_groups, channels[0] // 2)
    heads = DEFAULT_UNET.attention_head_channels
    if groups < 1 or any(width % groups for width in channels):
        raise ValueError(f"--channels must be multiples of {max(1, groups)}, half of the first, not {list(channels)}")
    if any(width % heads for width in channels[DEFAULT_UNET.attention_from_level :]):
        raise ValueError(
            f"--channels must be multiples of {heads} from level {DEFAULT_UNET.attention_from_level + 1} on, where "
            f"attention is, not {list(channels)}"
        )
    return replace(DEFAULT_UNET, block_channels=tuple(channels), norm_groups=groups)


def header(terms: Terms, hardware: Hardware) -> str:
    """What all rows have in common, on one line."""
    width = "-".join(map(str, terms.unet.block_channels))
    parameters = sum(parameter.numel() for parameter in build_unet(terms.unet).parameters()) / 1e6
    return (
        f"{terms.steps} steps of {terms.batch_size}; UNet of {width} channels, {parameters:.2f} million parameters; "
        f"trained on {describe_hardware(hardware)}"
    )


def pairs_of(cities: Sequence[str]) -> tuple[PairSource, ...]:
    """Every interval of some cities."""
    return tuple(
        PairSource(f"{ROOT}/{city}/{first}", f"{ROOT}/{city}/{second}", second - first)
        for city in cities
        for first, second in INTERVALS
    )


def recipe(name: str, terms: Terms, seed: int) -> TrainingSettings:
    """A preset with the pairs, steps, batch and width that all recipes share."""
    settings = find_preset(name)
    own = settings.forecaster
    width = replace(
        terms.unet,
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
        sheet_rows=0,
        forecaster=replace(own, unet=width, max_steps=terms.steps, batch_size=terms.batch_size),
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
    clock = clock_of(hardware)
    ends: list[float] = []

    def tell(step: int, loss: float) -> None:
        ends.append(clock())
        if step % CHECKPOINT_EVERY == 0:
            print(f"{settings.name} seed {settings.seed}: {step} of {settings.forecaster.max_steps}", flush=True)

    unet = train_stage("forecaster", settings, data, folder / "forecaster", hardware, tell)
    model = drawable(settings, data, unet, hardware.device)
    steps = model.contract.sampling_steps
    started = clock()
    drawn = draw_members(model, hardware.device, tiles, members, 0, steps, lambda done, total: None)
    figures = {
        **measure_skill(drawn, tiles.truth).as_dict(),
        "parameters": sum(parameter.numel() for parameter in unet.parameters()),
        "seconds_a_step": (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else None,
        "seconds_a_member_and_tile": (clock() - started) / members / len(tiles.truth),
    }
    kept.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def clock_of(hardware: Hardware) -> Callable[[], float]:
    """Seconds of this process on a CPU, which others may share; of the wall on a GPU."""
    return time.process_time if hardware.device.type == "cpu" else time.perf_counter


def drawable(settings: TrainingSettings, data: TrainingData, unet: UNet2DModel, device: torch.device) -> LoadedModel:
    """A trained UNet as predictions have it: frozen, in the device's own precision."""
    # the filters of some recipes are slow, and only the deviation asks what passes them
    is_scaled = settings.forecaster.is_difference_scaled
    std = target_deviation(settings, make_sampler(settings, data)) if is_scaled else 1.0
    gsd_m = Counter(chip.gsd_m for chip in data.chips)
    contract = make_contract(settings, std, gsd_m, training_tones(data.chips), {chip.years for chip in data.chips})
    placed = {"device": device, "dtype": choose_precision("auto", device), "memory_format": torch.channels_last}
    # members are drawn on cells alone, so that an upscaler without training is never asked
    upscaler = RRDBNet(blocks=1, channels=8).to(**placed)
    power = make_schedule(contract.objective).alphas_cumprod
    return LoadedModel(contract, unet.eval().requires_grad_(False).to(**placed), upscaler, power, "")


def measure_dressed(data: TrainingData, tiles: EvaluationTiles, members: int) -> dict[str, Any]:
    """The rival that knows no place."""
    residuals = cut_tiles(data.chips).truth
    return measure_skill(dressed_persistence(residuals, len(tiles.truth), members, 0), tiles.truth).as_dict()


def thinned(tiles: EvaluationTiles, stride: int) -> EvaluationTiles:
    """Every so manyth tile."""
    return EvaluationTiles(*(getattr(tiles, field.name)[::stride] for field in fields(tiles)))


def row(name: str, seed: int, figures: dict[str, Any]) -> str:
    """One line of the table."""
    power = " ".join(f"{value:.2f}" for value in figures["member_power_over_truth"])
    cost = " | ".join(
        f"{figures[key]:.{digits}f}" if figures.get(key) is not None else ""
        for key, digits in (("seconds_a_step", 2), ("seconds_a_member_and_tile", 4))
    )
    return (
        f"| {name} | {seed} | {figures['rmse_mean_over_persistence']:.3f} | {figures['crps_over_persistence']:.3f} "
        f"| {figures['spread_over_skill']:.2f} | {figures['member_std_over_truth']:.2f} | {power} "
        f"| {figures.get('parameters', 0) / 1e6:.2f} | {cost} |"
    )


def report(rows: dict[tuple[str, int], dict[str, Any]]) -> str:
    """The whole table in Markdown."""
    return "\n".join(
        [
            "| | seed | RMSE of the mean | fair CRPS | spread / skill | std of a member | power of a member "
            "| million parameters | seconds a step | seconds a member and tile |",
            "|---|---|---|---|---|---|---|---|---|---|",
            "| persistence | | 1 | 1 | 0 | 0 | 0 0 0 0 | | | |",
            *(row(name, seed, figures) for (name, seed), figures in rows.items()),
        ]
    )


if __name__ == "__main__":
    main()
