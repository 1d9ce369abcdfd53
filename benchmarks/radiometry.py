"""Which radiometry suits a model best: skill on imagery as it was taken, distorted, and of other data types.

    python benchmarks/radiometry.py [--full] [--stride N] [--members N] [--model NAME|DIR] [--only LOOK...]

Needs LANDCAST_DATA. The place is Claremont, which the shipped model never saw. Each look is a source that might come:
the first date with its levels bent by a curve that can be undone, rounded to the data type that it is stored in. Its
statistics are those of all chips of the city and year together. Two more looks are the quarter of the chips that is
darkest or brightest, with statistics of its own: another landscape, and nothing wrong with the image.

For each look and radiometry the source is shown to the model (as 8-bit levels, as in training), its coarse differences
are brought back into the source's own values and the look is undone, all without rounding. The way back is taken where
skill is defined, at 32 x 32: means of a cell's values stand for its pixels. The truth is the difference between the
dates as they are, so that every look has the same truth and persistence the same error. RMSE of the mean and fair CRPS
are shares of what persistence gets; `spread / skill` and `std` are right at 1; `bias` is the mean of all predicted
differences less that of the truth, in levels; `kept` is the share of pixels where the first member's gate is shut, so
that the result keeps the source. `far` is how far the tones of the source lie from the model's, in levels.

Short: 2016 to 2018, every third tile, 4 members, under 10 minutes on one core with bf16. `--full`: all three
intervals, all tiles, 16 members.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from landcast.core.device import choose_device, choose_precision
from landcast.core.forecast.compose import change_gate
from landcast.core.model.folder import LoadedModel, find_model, load_model
from landcast.core.radiometry.tones import (
    SHARES,
    Radiometry,
    ToneReference,
    Tones,
    match_to,
    stretch,
    stretch_to,
    tone_distance,
)
from landcast.core.request import DEFAULT_MODEL
from landcast.training.evaluate import EvaluationTiles, cell_means, cut_tiles, draw_members
from landcast.training.pairs import ChipPair, load_pairs
from landcast.training.settings import PairSource
from landcast.training.skill import Field, Skill, measure_skill

PLACE = "$LANDCAST_DATA/naip/claremont"
INTERVALS = ((2016, 2018), (2018, 2020), (2016, 2020))
EVERY_NTH_VALUE = 9
QUARTER = 0.25
BATCH = 64


@dataclass(frozen=True)
class Look:
    """What a camera or a supplier made of 8-bit levels: offset + gain x 255 (level / 255) ** gamma.

    Attributes:
        name: of the row.
        gain: of red, green and blue.
        offset: of red, green and blue.
        gamma: of all bands.
        dtype: that it is stored in.
        chips: all of them, or the darkest or brightest quarter.
    """

    name: str
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gamma: float = 1.0
    dtype: str = "uint8"
    chips: str = "all"

    def apply(self, levels: NDArray[np.uint8]) -> NDArray[Any]:
        """Bring uint8 (..., 3, y, x) to values of the look's data type."""
        bent = _by_band(self.gain) * 255 * (levels / 255) ** self.gamma + _by_band(self.offset)
        limits = np.iinfo(self.dtype)
        return bent.round().clip(limits.min, limits.max).astype(self.dtype)

    def undo(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Bring values (..., 3, y, x) back to levels, not rounded."""
        straight = (values - _by_band(self.offset)) / _by_band(self.gain) / 255
        levels: NDArray[np.float64] = 255 * straight.clip(0) ** (1 / self.gamma)
        return levels


LOOKS = (
    Look("as taken"),
    Look("darkened", gain=(0.5, 0.5, 0.5)),
    Look("hazy", gain=(0.6, 0.6, 0.6), offset=(70, 70, 70)),
    Look("blue cast", gain=(0.8, 0.9, 0.75), offset=(0, 0, 60)),
    Look("low contrast", gain=(0.4, 0.4, 0.4), offset=(77, 77, 77)),
    Look("gamma 1.8", gamma=1.8),
    Look("dark quarter", chips="darkest"),
    Look("bright quarter", chips="brightest"),
    Look("11 bit", gain=(7, 7, 7), offset=(60, 60, 60), dtype="uint16"),
    Look("16 bit", gain=(14, 12, 9), offset=(250, 300, 400), dtype="uint16"),
)


@dataclass(frozen=True)
class Figures:
    """What one radiometry makes of one look."""

    radiometry: Radiometry
    skill: Skill
    bias: float
    kept: float


def main() -> None:
    """Measure every radiometry on every look and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stride", type=int, default=3, help="every so many tiles")
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--only", nargs="+", choices=[look.name for look in LOOKS])
    args = parser.parse_args()
    if "LANDCAST_DATA" not in os.environ:
        parser.error("LANDCAST_DATA is not set: the measurement needs its imagery")
    device = choose_device("cpu")
    model = load_model(find_model(args.model), device, choose_precision("auto", device))
    if model.contract.tones is None:
        parser.error(f"{args.model}: does not say which tones it was trained on")
    intervals, stride, members = (INTERVALS, 1, 16) if args.full else (INTERVALS[:1], args.stride, args.members)
    chips = [
        load_pairs(PairSource(f"{PLACE}/{first}", f"{PLACE}/{second}", second - first)) for first, second in intervals
    ]
    print("| look | far | radiometry | fair CRPS | RMSE of the mean | spread / skill | std | bias | kept |")
    print("|---|---|---|---|---|---|---|---|---|")
    for look in LOOKS:
        if args.only is None or look.name in args.only:
            measure_look(look, chips, model, stride, members)


def measure_look(look: Look, chips: Sequence[list[ChipPair]], model: LoadedModel, stride: int, members: int) -> None:
    """Print the rows of a look, and which radiometry has the best fair CRPS."""
    reference = model.contract.tones
    assert reference is not None
    parts = [_chosen(look, pairs) for pairs in chips]
    tiles = [_every_nth(cut_tiles(part), stride) for part in parts]
    quantiles = [whole_source(look, part) for part in parts]
    far = np.mean([tone_distance(values, reference) for values in quantiles])
    rows = []
    for radiometry in ("as-is", "stretch", "match"):
        if radiometry == "as-is" and look.dtype != "uint8":
            continue
        tones = [_tones(radiometry, values, reference) for values in quantiles]
        rows.append(measure(look, tiles, tones, model, members, radiometry))
        figures = rows[-1]
        skill = figures.skill
        distance = f"{far:.0f}" if look.dtype == "uint8" else ""
        print(
            f"| {look.name} | {distance} | {radiometry} | {skill.crps_over_persistence:.3f} "
            f"| {skill.rmse_mean_over_persistence:.3f} | {skill.spread_over_skill:.2f} "
            f"| {skill.member_std_over_truth:.2f} | {figures.bias:+.1f} | {figures.kept:.2f} |",
            flush=True,
        )
    best = min(rows, key=lambda row: row.skill.crps_over_persistence)
    print(f"| {look.name} | | **{best.radiometry}** | | | | | | |", flush=True)


def measure(
    look: Look,
    tiles: Sequence[EvaluationTiles],
    tones: Sequence[Tones],
    model: LoadedModel,
    members: int,
    radiometry: Radiometry,
) -> Figures:
    """Predict from one look in one radiometry, and measure what comes back; one entry of tiles and tones a date."""
    drawn, truth, kept = [], [], []
    for part, curve in zip(tiles, tones, strict=True):
        source = look.apply(part.present)
        shown = np.stack([curve.to_model(image) for image in source])
        as_levels = replace(part, present=(shown * 255).round().astype(np.uint8))
        differences = draw_members(
            model, torch.device("cpu"), as_levels, members, 0, model.contract.sampling_steps, lambda done, total: None
        )
        drawn.append(bring_back(look, curve, source, differences))
        truth.append(part.truth)
        kept.append(np.concatenate([_shut_gates(differences[0, rows]) for rows in _batches(len(part.truth))]))
    predicted, wanted = np.concatenate(drawn, axis=1), np.concatenate(truth)
    bias = float(predicted.mean(dtype=np.float64) - wanted.mean(dtype=np.float64)) * 255
    return Figures(radiometry, measure_skill(predicted, wanted), bias, float(np.concatenate(kept).mean()))


def bring_back(look: Look, tones: Tones, source: NDArray[Any], differences: Field) -> Field:
    """Differences that the model drew, as those of undistorted levels in 0..1; (member, tile, 3, 32, 32) both.

    Args:
        look: of the source.
        tones: how it was shown.
        source: (tile, 3, 128, 128); its values.
        differences: float32, (member, tile, 3, 32, 32) in 0..1.
    """
    result = np.empty_like(differences)
    values = cell_means(source) * 255
    for tile, cells in enumerate(values):
        before = tones.to_model(cells)
        now = look.undo(cells)
        for member in range(len(differences)):
            later = tones.to_source(cells, before, before + differences[member, tile], np.dtype(np.float64))
            result[member, tile] = (look.undo(later) - now) / 255
    return result


def whole_source(look: Look, chips: Sequence[ChipPair]) -> NDArray[np.float64]:
    """Quantiles of all chips of one date together; float64 (band, share)."""
    values = [look.apply(chip.before)[:, chip.valid][:, ::EVERY_NTH_VALUE] for chip in chips]
    return np.quantile(np.concatenate(values, axis=1).astype(np.float64), SHARES, axis=1).T


def _tones(radiometry: Radiometry, quantiles: NDArray[np.float64], reference: ToneReference) -> Tones:
    if radiometry == "as-is":
        # the same line as `as_is`, which always rounds
        return stretch([(0.0, 255.0)] * 3, [(0.0, 1.0)] * 3)
    return (stretch_to if radiometry == "stretch" else match_to)(quantiles, SHARES, reference)


def _chosen(look: Look, chips: list[ChipPair]) -> list[ChipPair]:
    if look.chips == "all":
        return chips
    ordered = sorted(chips, key=lambda chip: float(chip.before.mean()), reverse=look.chips == "brightest")
    return ordered[: round(QUARTER * len(chips))]


def _every_nth(tiles: EvaluationTiles, stride: int) -> EvaluationTiles:
    kept = slice(None, None, stride)
    return EvaluationTiles(
        tiles.present[kept], tiles.later[kept], tiles.truth[kept], tiles.years[kept], tiles.gsd_m[kept]
    )


def _shut_gates(differences: Field) -> NDArray[np.bool_]:
    return (change_gate(torch.from_numpy(differences)) == 0).numpy()


def _batches(count: int) -> Iterator[slice]:
    return (slice(start, start + BATCH) for start in range(0, count, BATCH))


def _by_band(values: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.array(values)[:, None, None]


if __name__ == "__main__":
    main()
