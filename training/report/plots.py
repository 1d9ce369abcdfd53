"""The plots of a backtest, each a figure of matplotlib that knows no window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from numpy.typing import NDArray

from ..backtest.backtest import Backtest, Figure, Stratum
from ..backtest.calibrating import CrossFit
from ..backtest.resampling import Interval
from ..backtest.sums import SCALES_CELLS
from ..skill import OCTAVES_CELLS

COLOURS = ("#0b6e99", "#c8553d", "#588157", "#7b5ea7", "#a68a00", "#6b7280")
"""Told apart by who does not see red and green, and in print by their markers."""
MARKERS = ("o", "s", "^", "D", "v", "P")
FAINT = "#8a939c"
LEAST_POWER = 1e-3
"""Below it there is nothing but rounding: the forecast says one thing everywhere."""
FEWEST_SHOWN = 200
"""Cells that a point of the calibrated curve stands for at least."""


def plot_reliability(backtest: Backtest, crossed: CrossFit | None) -> Plot:
    """How often change came true by what was said, before calibration and after, and how often each was said."""
    plot = Plot(figsize=(7.2, 6.4), layout="constrained")
    curve, counts = plot.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    curve.plot([0, 1], [0, 1], color=FAINT, linewidth=1, label="calibrated")
    rows = [row for row in backtest.reliability() if row["cells"]]
    base = sum(_number(row["changed"]) for row in rows) / sum(_number(row["cells"]) for row in rows)
    curve.axhline(base, color=FAINT, linewidth=1, linestyle=":", label=f"all cells: {base:.3f}")
    _points(curve, [_number(row["share"]) for row in rows], [_figure(row) for row in rows], 0, "share of members")
    if crossed is not None:
        said, rate = _crossed(crossed)
        curve.plot(
            said,
            rate,
            MARKERS[1],
            color=COLOURS[1],
            markersize=3,
            alpha=0.75,
            label="calibrated on other areas, by part",
        )
    curve.set(ylabel="share of cells that truly changed", ylim=(-0.02, 1.02), xlim=(-0.03, 1.03))
    curve.legend(frameon=False)
    counts.bar([_number(row["share"]) for row in rows], [_number(row["cells"]) for row in rows],
               width=0.6 / max(1, len(rows) - 1), color=COLOURS[0])  # fmt: skip
    counts.set(xlabel="probability of change that was said", ylabel="cells")
    return _plain(plot)


def plot_ranks(ranks: NDArray[np.float64]) -> Plot:
    """Where among the members the truth lies, over what is expected; flat at 1 where both are alike."""
    plot = Plot(figsize=(7.2, 3.2), layout="constrained")
    axes = plot.subplots()
    axes.bar(np.arange(len(ranks)), ranks * len(ranks) / ranks.sum(), color=COLOURS[0], width=0.85)
    axes.axhline(1, color=FAINT, linewidth=1)
    axes.set(xlabel="rank of the truth among the members (0: below all)", ylabel="frequency over expected")
    return _plain(plot)


def plot_spectrum(forecasts: Mapping[str, Mapping[str, Figure]]) -> Plot:
    """Power of one member's change over the true one's in each octave, of every forecast that varies."""
    plot = Plot(figsize=(7.2, 3.8), layout="constrained")
    axes = plot.subplots()
    names = [octave_name(*octave) for octave in OCTAVES_CELLS]
    for number, (name, figures) in enumerate(forecasts.items()):
        values = [figures[f"power_octave_{octave + 1}"] for octave in range(len(names))]
        if any(value.value > LEAST_POWER for value in values):
            places = np.arange(len(names)) + 0.08 * number
            _points(axes, places.tolist(), values, number, name)
    axes.axhline(1, color=FAINT, linewidth=1)
    axes.set_xticks(range(len(names)), names)
    axes.set(xlabel="wavelength, cells of 4 px", ylabel="power over the truth's", ylim=(0, None))
    axes.legend(frameon=False)
    return _plain(plot)


def octave_name(long: float, short: float) -> str:
    """Wavelengths of an octave in words."""
    return f"{long:g} to {short:g}" if short else f"below {long:g}"


def plot_strata(strata: Sequence[Stratum], what: str) -> Plot:
    """CRPS and RMSE over persistence's, spread over skill, and figure of merit, by strata."""
    plot = Plot(figsize=(9.6, 3.4), layout="constrained")
    left, middle, right = plot.subplots(1, 3)
    places = list(np.arange(len(strata)).astype(float))
    for axes, keys in (
        (left, {"crps_over_persistence": "fair CRPS", "rmse_mean_over_persistence": "RMSE of the mean"}),
        (middle, {"spread_over_skill": "spread / skill", "member_std_over_truth": "deviation of a member"}),
        (right, {"figure_of_merit": "majority", "member_figure_of_merit": "one member"}),
    ):
        for number, (key, name) in enumerate(keys.items()):
            _points(axes, places, [one.figures[key] for one in strata], number, name)
        axes.set_xticks(places, [one.name for one in strata])
        axes.set(xlabel=what)
        axes.legend(frameon=False, fontsize=8)
    left.axhline(1, color=FAINT, linewidth=1)
    middle.axhline(1, color=FAINT, linewidth=1)
    left.set_title("over persistence's", fontsize=10)
    middle.set_title("over the truth's", fontsize=10)
    right.set_title("figure of merit", fontsize=10)
    right.set(ylim=(0, None))
    return _plain(plot)


def plot_scales(forecasts: Mapping[str, Mapping[str, Figure]]) -> Plot:
    """Fair CRPS over persistence's error of fields averaged over ever larger squares."""
    plot = Plot(figsize=(7.2, 3.8), layout="constrained")
    axes = plot.subplots()
    for number, (name, figures) in enumerate(forecasts.items()):
        places = [number * 0.06 + np.log2(side) for side in SCALES_CELLS]
        _points(axes, places, [figures[f"crps_at_{side}"] for side in SCALES_CELLS], number, name)
    axes.axhline(1, color=FAINT, linewidth=1)
    axes.set_xticks(range(len(SCALES_CELLS)), [f"{side}" for side in SCALES_CELLS])
    axes.set(xlabel="side of the squares that are averaged, cells of 4 px", ylabel="CRPS over persistence's")
    axes.legend(frameon=False, fontsize=8)
    return _plain(plot)


def _points(axes: Axes, places: Sequence[float], figures: Sequence[Figure], number: int, name: str) -> None:
    """Draw figures with their intervals, each series in a colour and with a marker of its own."""
    colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
    values = [one.value for one in figures]
    axes.plot(places, values, marker=marker, markersize=4, linewidth=1, color=colour, label=name)
    for place, one in zip(places, figures, strict=True):
        if one.interval is not None:
            axes.plot([place, place], [one.interval.low, one.interval.high], color=colour, linewidth=1)


def _crossed(crossed: CrossFit) -> tuple[list[float], list[float]]:
    """What fits on other areas said of each part of the areas, and how often it came true there."""
    seen = crossed.cells >= FEWEST_SHOWN
    return crossed.probability[seen].tolist(), (crossed.changed[seen] / crossed.cells[seen]).tolist()


def _figure(row: Mapping[str, Any]) -> Figure:
    is_known = row["low"] is not None
    return Figure(_number(row["value"]), Interval(row["low"], row["high"]) if is_known else None)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _plain(plot: Plot) -> Plot:
    for axes in plot.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
    return plot
