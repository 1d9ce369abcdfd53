"""The plots of a study, each a figure of matplotlib that knows no window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

from ..skill import OCTAVES_CELLS
from .plots import COLOURS, FAINT, MARKERS, octave_name

StudyPoint = Mapping[str, Any]
Take = Callable[[StudyPoint], float]
FINE_BANDS = ("8 to 4", "4 to 2.8", "below 2.8")
"""Wavelengths in pixels that the cells do not hold."""
WIDE = (9.6, 3.6)
"""Inches; all equally wide, so that their text is equally large."""
SMOOTHED = 9
"""Points of a curve of losses that each drawn one is the mean of."""


def plot_skill(points: Sequence[StudyPoint]) -> Plot:
    """Errors of a forecast over persistence's, and its spread and deviation, by ground scale."""
    plot = Plot(figsize=WIDE, layout="constrained")
    left, right = plot.subplots(1, 2)
    for point in points:
        if point["crps_interval"] is not None:
            left.plot([point["ground_scale_m"]] * 2, point["crps_interval"], color=COLOURS[0], linewidth=1)
    _series(left, points, "ground_scale_m", {
        "fair CRPS": lambda point: point["crps_over_persistence"],
        "RMSE of the mean": lambda point: point["rmse_mean_over_persistence"],
    })  # fmt: skip
    _series(right, points, "ground_scale_m", {
        "spread / skill": lambda point: point["spread_over_skill"],
        "deviation of a member / truth's": lambda point: point["member_std_over_truth"],
    })  # fmt: skip
    left.set(ylabel="over persistence's", title="error (below 1 is skill)")
    right.set(title="ensemble (1 is right)")
    for axes in (left, right):
        axes.axhline(1, color=FAINT, linewidth=1)
        _of_scales(axes, points)
    return _plain(plot)


def plot_perceptual_scales(points: Sequence[StudyPoint]) -> Plot:
    """Perceptual distance by ground scale, and what is left of that of saying that nothing changes."""
    plot = Plot(figsize=WIDE, layout="constrained")
    left, right = plot.subplots(1, 2)
    names = ("member", "mean of the members", "persistence", "cells")
    _series(left, points, "ground_scale_m", {_perceptual_name(name): _perceptual(name) for name in names})
    _series(right, points, "ground_scale_m", {name: _over(name, "persistence") for name in names[:2]})
    _series(right, points, "ground_scale_m", {_perceptual_name("cells"): _over("cells", "persistence")}, first=3)
    left.set(ylabel="perceptual distance from the truth", ylim=(0, None))
    right.set(title="over persistence's")
    right.axhline(1, color=FAINT, linewidth=1)
    for axes in (left, right):
        _of_scales(axes, points)
    return _plain(plot)


def plot_power(points: Sequence[StudyPoint]) -> Plot:
    """Power of one member's change over the true one's in each octave, by ground scale."""
    plot = Plot(figsize=WIDE, layout="constrained")
    axes = plot.subplots()
    _power(axes, points, "ground_scale_m", "member_power_over_truth", _metres)
    _of_bands(axes, [octave_name(*octave) for octave in OCTAVES_CELLS], "cells of 4 px")
    return _plain(plot)


def plot_curves(points: Sequence[StudyPoint], studied: str) -> Plot:
    """How every training went: what was measured meanwhile, and the loss, each step the mean of those around it."""
    names = [name for name in points[0]["curves"] if any(point["curves"][name] for point in points)]
    plot = Plot(figsize=WIDE, layout="constrained")
    name_of = _blocks if studied == "blocks" else _metres
    # what was measured first, as it tells more
    panels = np.atleast_1d(plot.subplots(1, max(1, len(names))))
    for axes, name in zip(panels, sorted(names, key=lambda name: name == "loss"), strict=False):
        for value, (colour, own) in _by_value(points, studied).items():
            for number, point in enumerate(own):
                steps, values = np.array(point["curves"][name] or np.zeros((0, 2))).T
                if name == "loss" and len(values) > SMOOTHED:
                    kernel = np.full(SMOOTHED, 1 / SMOOTHED)
                    steps, values = (np.convolve(part, kernel, "valid") for part in (steps, values))
                label = name_of(value) if number == 0 else None
                axes.plot(steps, values, linewidth=1, color=colour, label=label)
        axes.set(xlabel="step", title="training loss" if name == "loss" else name)
        if name != "loss":
            axes.axhline(1, color=FAINT, linewidth=1)
    panels[0].legend(frameon=False, fontsize=8)
    return _plain(plot)


def plot_psnr(points: Sequence[StudyPoint]) -> Plot:
    """PSNR and perceptual distance of the upscaler beside bicubic enlargement, by depth."""
    plot = Plot(figsize=WIDE, layout="constrained")
    left, right = plot.subplots(1, 2)
    _series(left, points, "blocks", {
        "upscaler": lambda point: point["psnr_db_upscaler"], "bicubic": lambda point: point["psnr_db_bicubic"],
    })  # fmt: skip
    _series(right, points, "blocks", {name: _perceptual(name) for name in ("upscaler", "bicubic")})
    left.set(ylabel="PSNR, dB (more is nearer)")
    right.set(ylabel="perceptual distance (less is nearer)")
    for axes in (left, right):
        axes.set_xticks(sorted({point["blocks"] for point in points}))
        axes.set(xlabel="RRDB blocks")
        axes.legend(frameon=False, fontsize=8)
    return _plain(plot)


def plot_fine_power(points: Sequence[StudyPoint]) -> Plot:
    """Power of fine detail over the truth's in three bands, by depth and beside bicubic enlargement."""
    plot = Plot(figsize=WIDE, layout="constrained")
    axes = plot.subplots()
    _power(axes, points, "blocks", "fine_power_over_truth_upscaler", _blocks)
    axes.plot(points[0]["fine_power_over_truth_bicubic"], color=FAINT, marker=MARKERS[1], markersize=4, linewidth=1,
              label="bicubic")  # fmt: skip
    _of_bands(axes, FINE_BANDS, "px")
    return _plain(plot)


def _power(
    axes: Axes, points: Sequence[StudyPoint], studied: str, figure: str, name_of: Callable[[float], str]
) -> None:
    """Draw a figure of several bands, the mean of all seeds, as a line for each value of what is studied."""
    for value, (colour, own) in _by_value(points, studied).items():
        mean = np.mean([point[figure] for point in own], axis=0)
        axes.plot(mean, marker=MARKERS[0], markersize=4, linewidth=1, color=colour, label=name_of(value))


def _of_bands(axes: Axes, names: Sequence[str], unit: str) -> None:
    """Name the bands, and mark where power is the truth's."""
    axes.axhline(1, color=FAINT, linewidth=1)
    axes.set_xticks(range(len(names)), names)
    axes.set(xlabel=f"wavelength, {unit}", ylabel="power over the truth's", ylim=(0, None))
    axes.legend(frameon=False, fontsize=8)


def _series(axes: Axes, points: Sequence[StudyPoint], studied: str, lines: Mapping[str, Take], first: int = 0) -> None:
    """Draw every point of each line, and the mean of its seeds as the line."""
    values = sorted({point[studied] for point in points})
    for number, (name, take) in enumerate(lines.items(), first):
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        means = [np.mean([take(point) for point in points if point[studied] == value]) for value in values]
        axes.plot(values, means, linewidth=1, color=colour, marker=marker, markersize=4, label=name)
        places, each = [point[studied] for point in points], [take(point) for point in points]
        axes.plot(places, each, linestyle="none", marker=marker, markersize=4, color=colour, alpha=0.5)


def _by_value(points: Sequence[StudyPoint], studied: str) -> dict[float, tuple[Any, list[StudyPoint]]]:
    """The points of each value, and its colour: from dark to light, as they are ordered."""
    values = sorted({point[studied] for point in points})
    colours = matplotlib.colormaps["viridis"](np.linspace(0, 0.85, len(values)))
    return {
        value: (colour, [point for point in points if point[studied] == value])
        for value, colour in zip(values, colours, strict=True)
    }


def _blocks(value: float) -> str:
    return f"{value:g} block{'' if value == 1 else 's'}"


def _metres(value: float) -> str:
    return f"{value:g} m"


def _perceptual(name: str) -> Take:
    return lambda point: float(point["perceptual"][name])


def _over(name: str, other: str) -> Take:
    return lambda point: float(point["perceptual"][name] / point["perceptual"][other])


def _perceptual_name(name: str) -> str:
    return {"persistence": "nothing changes", "cells": "the true cells"}.get(name, name)


def _of_scales(axes: Axes, points: Sequence[StudyPoint]) -> None:
    axes.set_xticks(sorted({point["ground_scale_m"] for point in points}))
    axes.set(xlabel="metres that a tile covers")
    axes.legend(frameon=False, fontsize=8)


def _plain(plot: Plot) -> Plot:
    for axes in plot.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
        axes.title.set_fontsize(10)
    return plot
