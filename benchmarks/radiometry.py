"""Which radiometry suits a model best: skill on imagery as it was taken, distorted, and of other data types.

    python benchmarks/radiometry.py [--full] [--stride N] [--members N] [--model NAME|DIR] [--only LOOK...]

Needs LANDCAST_DATA. The place is Claremont, which the shipped model never saw. Each look is a source that might come:
the first date with its levels bent by a curve that can be undone, rounded to the data type that it is stored in. Its
statistics are those of all chips of the city and year together. Four more looks have nothing wrong with the image and
show another landscape, with statistics of its own: the quarter of the chips that is darkest or brightest, and each chip
alone, any or those of the tenth with the least contrast.

For each look and radiometry the source is shown to the model (as 8-bit levels, as in training), its coarse differences
are brought back into the source's own values and the look is undone, all without rounding. The way back is taken where
skill is defined, at 32 x 32: means of a cell's values stand for its pixels. The truth is the difference between the
dates as they are, so that every look at the same chips has the same truth. RMSE of the mean and
fair CRPS are shares of what persistence gets; `spread / skill` and `std` are right at 1; `bias` is the mean of all
predicted differences less that of the truth, in levels; `kept` is the share of pixels where the first member's gate is
shut, so that the result keeps the source. `far` is how far the tones of the source lie from the model's, in levels, and
`contrast` how widely they are spread, as a share of the model's.

Short: 2016 to 2018, every third chip, 4 members, about 6 minutes on one core with bf16. `--full`: all three intervals,
all chips, 16 members. Of the short form, fair CRPS and RMSE of the mean with the shipped model:

| look | far | contrast | as-is | stretch | match |
|---|---|---|---|---|---|
| as taken | 13 | 0.97 | 0.708 0.977 | 0.703 0.975 | 0.705 0.974 |
| darkened a little | 19 | 0.73 | 0.682 1.008 | 0.703 0.975 | 0.705 0.974 |
| darkened | 51 | 0.49 | 0.723 1.140 | 0.702 0.974 | 0.706 0.975 |
| a little hazy | 23 | 0.78 | 0.713 0.997 | 0.703 0.975 | 0.706 0.975 |
| hazy | 33 | 0.58 | 0.724 1.040 | 0.703 0.975 | 0.706 0.975 |
| blue cast | 19 | 0.79 | 0.700 1.001 | 0.702 0.975 | 0.706 0.974 |
| low contrast | 26 | 0.39 | 0.730 1.132 | 0.702 0.974 | 0.705 0.975 |
| gamma 1.8 | 35 | 1.03 | 0.700 0.993 | 0.699 0.988 | 0.705 0.974 |
| bleached | 57 | 0.75 | 0.735 1.002 | 0.710 0.975 | 0.705 0.975 |
| dark quarter | 7 | 0.87 | 0.673 0.949 | 0.684 0.942 | 0.694 0.944 |
| bright quarter | 32 | 0.95 | 0.725 0.979 | 0.727 0.984 | 0.736 0.997 |
| chips alone | 19 | 0.85 | 0.708 0.977 | 0.718 0.972 | 0.731 0.983 |
| faint chips alone | 22 | 0.66 | 0.725 1.008 | 0.747 0.984 | 0.752 0.984 |
| 11 bit, 16 bit | | | | 0.703 0.975 | 0.705 0.974 |

Levels that were darkened score well in fair CRPS as they are, because the way back widens a spread that is too narrow;
the error of their mean tells.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from landcast.core.device import choose_device, choose_precision
from landcast.core.forecast.compose import change_gate
from landcast.core.model.folder import LoadedModel, find_model, load_model
from landcast.core.radiometry.tones import (
    SHARES,
    STRETCH_SHARES,
    Radiometry,
    ToneReference,
    Tones,
    match_to,
    stretch,
    stretch_to,
    tone_contrast,
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
QUARTER, TENTH = 0.25, 0.1
RADIOMETRIES: tuple[Radiometry, ...] = ("as-is", "stretch", "match")


@dataclass(frozen=True)
class Look:
    """What a camera or a supplier made of 8-bit levels: offset + gain x 255 (level / 255) ** gamma.

    Attributes:
        name: of the row.
        gain: of red, green and blue.
        offset: of red, green and blue.
        gamma: of all bands.
        dtype: that it is stored in.
        chips: of a whole source: all of them, the darkest or brightest quarter, each alone, or each of those
            with the least contrast.
    """

    name: str
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gamma: float = 1.0
    dtype: str = "uint8"
    chips: Literal["all", "darkest", "brightest", "alone", "faintest"] = "all"

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
    Look("darkened a little", gain=(0.75, 0.75, 0.75)),
    Look("darkened", gain=(0.5, 0.5, 0.5)),
    Look("a little hazy", gain=(0.8, 0.8, 0.8), offset=(35, 35, 35)),
    Look("hazy", gain=(0.6, 0.6, 0.6), offset=(70, 70, 70)),
    Look("blue cast", gain=(0.8, 0.9, 0.75), offset=(0, 0, 60)),
    Look("low contrast", gain=(0.4, 0.4, 0.4), offset=(77, 77, 77)),
    Look("gamma 1.8", gamma=1.8),
    Look("bleached", gamma=0.55),
    Look("dark quarter", chips="darkest"),
    Look("bright quarter", chips="brightest"),
    Look("chips alone", chips="alone"),
    Look("faint chips alone", chips="faintest"),
    Look("11 bit", gain=(7, 7, 7), offset=(60, 60, 60), dtype="uint16"),
    Look("16 bit", gain=(14, 12, 9), offset=(250, 300, 400), dtype="uint16"),
)


def main() -> None:
    """Measure every radiometry on every look and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stride", type=int, default=3, help="every so many chips")
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
    print("| look | far | contrast | radiometry | fair CRPS | RMSE of the mean | spread / skill | std | bias | kept |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for look in LOOKS:
        if args.only is None or look.name in args.only:
            measure_look(look, chips, model, stride, members)


def measure_look(look: Look, chips: Sequence[list[ChipPair]], model: LoadedModel, stride: int, members: int) -> None:
    """Print the rows of a look."""
    reference = model.contract.tones
    assert reference is not None
    parts = [part for pairs in chips for part in _sources(look, pairs, stride)]
    tiles = [cut_tiles(part[::stride]) for part in parts]
    quantiles = [whole_source(look, part) for part in parts]
    far, wide = (np.mean([how(values, reference) for values in quantiles]) for how in (tone_distance, tone_contrast))
    for radiometry in RADIOMETRIES:
        if radiometry == "as-is" and look.dtype != "uint8":
            continue
        skill, bias, kept = measure(look, tiles, [_tones(radiometry, q, reference) for q in quantiles], model, members)
        distance = f"{far:.0f} | {wide:.2f}" if look.dtype == "uint8" else "|"
        print(
            f"| {look.name} | {distance} | {radiometry} | {skill.crps_over_persistence:.3f} "
            f"| {skill.rmse_mean_over_persistence:.3f} | {skill.spread_over_skill:.2f} "
            f"| {skill.member_std_over_truth:.2f} | {bias:+.1f} | {kept:.2f} |",
            flush=True,
        )


def measure(
    look: Look, tiles: Sequence[EvaluationTiles], tones: Sequence[Tones], model: LoadedModel, members: int
) -> tuple[Skill, float, float]:
    """Predict from one look in one radiometry: skill, bias in levels, and share of pixels that are kept.

    Args:
        look: of the sources.
        tiles: of each source.
        tones: of each source.
        model: the model.
        members: futures a tile.
    """
    sources = [look.apply(part.present) for part in tiles]
    shown = [
        np.stack([curve.to_model(image) for image in source]) for source, curve in zip(sources, tones, strict=True)
    ]
    everything = EvaluationTiles(
        present=(np.concatenate(shown) * 255).round().astype(np.uint8),
        later=np.concatenate([part.later for part in tiles]),
        truth=np.concatenate([part.truth for part in tiles]),
        years=np.concatenate([part.years for part in tiles]),
        # chips differ in their GSD by micrometres, and each GSD would be a batch of its own
        gsd_m=np.concatenate([part.gsd_m for part in tiles]).round(3),
    )
    steps = model.contract.sampling_steps
    drawn = draw_members(model, torch.device("cpu"), everything, members, 0, steps, lambda done, total: None)
    ends = np.cumsum([len(part.truth) for part in tiles])[:-1]
    predicted = np.concatenate(
        [
            bring_back(look, curve, source, part)
            for curve, source, part in zip(tones, sources, np.split(drawn, ends, axis=1), strict=True)
        ],
        axis=1,
    )
    bias = float(predicted.mean(dtype=np.float64) - everything.truth.mean(dtype=np.float64)) * 255
    return measure_skill(predicted, everything.truth), bias, _shut_share(drawn[0])


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
    quantiles: NDArray[np.float64] = np.quantile(np.concatenate(values, axis=1).astype(np.float64), SHARES, axis=1).T
    return quantiles


def _tones(radiometry: Radiometry, quantiles: NDArray[np.float64], reference: ToneReference) -> Tones:
    if radiometry == "as-is":
        # the same line as `as_is`, which always rounds
        return stretch([(0.0, 255.0)] * 3, [(0.0, 1.0)] * 3)
    return (stretch_to if radiometry == "stretch" else match_to)(quantiles, SHARES, reference)


def _sources(look: Look, chips: list[ChipPair], stride: int) -> list[list[ChipPair]]:
    """The chips of each whole source."""
    if look.chips == "all":
        return [chips]
    if look.chips == "alone":
        return [[chip] for chip in chips[::stride]]
    if look.chips == "faintest":
        ordered = sorted(chips, key=lambda chip: float(np.ptp(np.quantile(chip.before, STRETCH_SHARES))))
        return [[chip] for chip in ordered[: round(TENTH * len(chips))]]
    ordered = sorted(chips, key=lambda chip: float(chip.before.mean()), reverse=look.chips == "brightest")
    return [ordered[: round(QUARTER * len(chips))]]


def _shut_share(differences: Field) -> float:
    return float(np.mean([(change_gate(torch.from_numpy(tile[None])) == 0).numpy().mean() for tile in differences]))


def _by_band(values: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.array(values)[:, None, None]


if __name__ == "__main__":
    main()
