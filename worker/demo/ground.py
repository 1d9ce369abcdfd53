"""Roads, fields, bare land and water: everything that lies flat."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Colour, Floats, Roughness
from .plan import Bounds, Rectangle

Crop = Literal["rows", "stubble", "ploughed", "hay"]
CROPS: list[Crop] = ["rows", "stubble", "ploughed", "hay"]

CONCRETE: Colour = (178, 174, 163)
ASPHALT: Colour = (119, 117, 113)
OLD_ASPHALT: Colour = (137, 133, 126)
WHITE_PAINT: Colour = (205, 205, 200)
YELLOW_PAINT: Colour = (196, 166, 84)
DRY_GRASS: Colour = (158, 147, 113)
LAWN: Colour = (95, 106, 70)
DIRT: Colour = (182, 164, 134)
RIVER_BAND = (124.0, 186.0)
"""From where to where, across the grid, the river's valley reaches."""


def mixed(below: Floats, above: Floats, share: Floats) -> Floats:
    """Blend two textures, (y, x, band), by a share of 0 to 1, (y, x)."""
    blended: Floats = below + np.clip(share, 0, 1).astype(np.float32)[..., None] * (above - below)
    return blended


def paint_patchy(
    canvas: Canvas,
    outline_xy: NDArray[np.float64],
    ground: Colour,
    patches: Colour,
    share: float,
) -> None:
    """Fill an outline with two covers in natural patches, `share` of it with the second."""
    region = canvas.region(outline_xy)
    if region is None:
        return
    window = region.window
    amount = 0.5 + (share - 0.5) * 2.4 + 0.45 * canvas.coarse[window] + 0.4 * canvas.medium[window]
    below = canvas.textured(window, ground, Roughness(0.05, 0.06, 0.06))
    above = canvas.textured(window, patches, Roughness(0.05, 0.08, 0.09))
    canvas.blend(region, mixed(below, above, amount))


def pave(
    canvas: Canvas,
    bounds: Bounds,
    colour: Colour,
    lane_m: float,
    runs_along_u: bool,
) -> None:
    """Asphalt with wheel tracks, oil stains and old repairs over a grid rectangle (u0, u1, v0, v1)."""
    region = canvas.region(canvas.frame.rectangle(*bounds))
    if region is None:
        return
    u, v = canvas.road_coordinates(region.window)
    across, centre = (v, (bounds[2] + bounds[3]) / 2) if runs_along_u else (u, (bounds[0] + bounds[1]) / 2)
    tracks = np.cos((across - np.float32(centre)) * np.float32(4 * math.pi / lane_m))
    colours = canvas.textured(region.window, colour, Roughness(0.045, 0.025, 0.025))
    colours *= (1 + 0.022 * tracks + 0.012 * np.sin(u * 0.9 + v * 0.7))[..., None].astype(np.float32)
    canvas.blend(region, colours)


def repair_road(canvas: Canvas, bounds: Bounds, generator: np.random.Generator) -> None:
    """Sealed cracks and patched trenches on the road of a grid rectangle."""
    u0, u1, v0, v1 = bounds
    area_m2 = (u1 - u0) * (v1 - v0)
    for _ in range(int(area_m2 / 700)):
        u, v = generator.uniform(u0, u1), generator.uniform(v0, v1)
        half_u, half_v = generator.uniform(0.8, 5.0), generator.uniform(0.5, 1.6)
        shape = canvas.frame.rectangle(
            max(u - half_u, u0), min(u + half_u, u1), max(v - half_v, v0), min(v + half_v, v1)
        )
        grey = float(generator.choice([88, 100, 146]))
        canvas.paint(shape, (grey, grey, grey), Roughness(), opacity=float(generator.uniform(0.2, 0.6)))
    for _ in range(int(area_m2 / 190)):
        steps = int(generator.integers(4, 12))
        walk = np.cumsum(generator.normal(0, 1.1, (steps, 2)), axis=0)
        walk += np.asarray([generator.uniform(u0, u1), generator.uniform(v0, v1)])
        walk = np.clip(walk, (u0, v0), (u1, v1))
        line = np.concatenate([walk, walk[::-1] + 0.12])
        canvas.paint(canvas.frame.to_xy(line[:, 0], line[:, 1]), (76, 75, 74), Roughness(), opacity=0.4)


def mark_line(
    canvas: Canvas,
    start: float,
    end: float,
    offset: float,
    colour: Colour,
    runs_along_u: bool,
    dash_m: float = 0.0,
    gap_m: float = 0.0,
    width_m: float = 0.16,
    opacity: float = 0.75,
) -> None:
    """A painted line along a road; solid where `dash_m` is 0."""
    step = dash_m + gap_m if dash_m else end - start
    for first in np.arange(start, end, step):
        last = min(first + (dash_m or step), end)
        ends = (offset - width_m / 2, offset + width_m / 2)
        bounds = (first, last, *ends) if runs_along_u else (*ends, first, last)
        canvas.paint(canvas.frame.rectangle(*bounds), colour, Roughness(0.0, 0.12, 0.1), opacity)


def _soil(canvas: Canvas, window: tuple[slice, slice], colour: Colour) -> Floats:
    """Bare earth, darker where it is damp."""
    soil = canvas.textured(window, colour, Roughness(0.10, 0.03, 0.04))
    damp = np.clip(0.5 * canvas.coarse[window] - 0.35, 0, 1)
    soil *= (1 - 0.22 * damp)[..., None]
    return soil


def sow(canvas: Canvas, parcel: Rectangle, crop: Crop, vigour: float, rows_along_u: bool) -> None:
    """Fill a parcel with a crop in rows, inside a bare headland.

    Args:
        vigour: 0 to 1, how much of the ground the plants cover.
    """
    region = canvas.region(canvas.frame.rectangle(parcel.u0, parcel.u1, parcel.v0, parcel.v1))
    if region is None:
        return
    window = region.window
    u, v = canvas.road_coordinates(window)
    ends, sides = np.minimum(u - parcel.u0, parcel.u1 - u), np.minimum(v - parcel.v0, parcel.v1 - v)
    (to_end, to_side), across = ((ends, sides), v) if rows_along_u else ((sides, ends), u)
    ragged = 0.5 * canvas.medium[window]
    inside = np.clip((np.minimum(to_end - 7, to_side - 3.2) + ragged) / 0.8, 0, 1)
    spacing_m = {"rows": 2.0, "stubble": 2.6, "ploughed": 1.9, "hay": 6.4}[crop]
    row_wave = np.cos((across + 0.12 * canvas.medium[window]) * np.float32(2 * math.pi / spacing_m))
    tractor = np.mod(across, spacing_m * 9) < spacing_m * 0.55
    colours = _crop_colours(canvas, window, crop, vigour, row_wave, tractor)
    headland = _soil(canvas, window, (172, 154, 125))
    # Wheels compact the track where the tractor turns.
    track = np.exp(-((np.abs(np.minimum(to_end, to_side) - 1.8) - 0.75) ** 2) / 0.12)
    headland *= (1 + 0.07 * track)[..., None].astype(np.float32)
    canvas.blend(region, mixed(headland, colours, inside))


def _crop_colours(
    canvas: Canvas,
    window: tuple[slice, slice],
    crop: Crop,
    vigour: float,
    row_wave: Floats,
    tractor: NDArray[np.bool_],
) -> Floats:
    """The look of a crop between its headlands."""
    patch = 0.30 * canvas.coarse[window] + 0.12 * canvas.medium[window] + 0.10 * canvas.fine[window]
    if crop == "rows":
        soil = _soil(canvas, window, (150, 132, 107))
        leaves = canvas.textured(window, (98, 107, 75), Roughness(0.10, 0.06, 0.07))
        share = vigour * 1.1 + patch * 0.7 + 0.34 * row_wave - 0.35 * tractor
        return mixed(soil, leaves, share)
    if crop == "hay":
        cut = canvas.textured(window, (150, 146, 96), Roughness(0.05, 0.04, 0.05))
        leaves = canvas.textured(window, (107, 115, 80), Roughness(0.09, 0.05, 0.06))
        return mixed(cut, leaves, vigour + patch + 0.10 * row_wave - 0.2 * tractor)
    if crop == "stubble":
        straw = canvas.textured(window, (178, 161, 122), Roughness(0.05, 0.04, 0.05))
        soil = _soil(canvas, window, (160, 140, 110))
        return mixed(soil, straw, 0.62 + patch + 0.2 * row_wave - 0.25 * tractor)
    earth = _soil(canvas, window, (140, 121, 99))
    earth *= (1 + 0.075 * row_wave + 0.02 * canvas.fine[window] - 0.05 * tractor)[..., None]
    return earth


def clear_land(canvas: Canvas, outline_xy: NDArray[np.float64], freshness: float) -> None:
    """Graded earth with the arcs of machines, weedy where it is no longer fresh."""
    region = canvas.region(outline_xy)
    if region is None:
        return
    window = region.window
    u, v = canvas.road_coordinates(window)
    sweep = np.sin((u * 0.55 + v * 0.85 + 5 * np.sin(v / 17) + 2.0 * canvas.coarse[window]) * 2.3)
    earth = canvas.textured(window, DIRT, Roughness(0.065, 0.022, 0.03))
    earth *= (1 + 0.016 * sweep + 0.07 * _wheel_tracks(u, v))[..., None].astype(np.float32)
    weeds = canvas.textured(window, (126, 124, 88), Roughness(0.06, 0.1, 0.1))
    share = 0.7 * canvas.coarse[window] + 0.6 * canvas.medium[window] - 0.1 - 1.1 * freshness
    canvas.blend(region, mixed(earth, weeds, np.minimum(share, 0.8).astype(np.float32)))


def _wheel_tracks(u: Floats, v: Floats) -> Floats:
    """Where cars have crossed an open lot, 0 to 1."""
    tracks = np.zeros_like(u)
    for wander_m, length_m, phase in ((9.0, 21.0, 0.4), (14.0, 34.0, 2.1), (6.0, 15.0, 4.4)):
        side = np.abs(np.mod(v + wander_m * np.sin(u / length_m + phase), 47.0) - 20.0 - 1.5 * phase)
        tracks = np.maximum(tracks, np.exp(-((side - 0.8) ** 2) / 0.09))
    return tracks.astype(np.float32)


def river_centre_v(u: NDArray[np.floating], phase: float) -> NDArray[np.float64]:
    """The river's winding course on the road grid."""
    return np.asarray(153.0 + 9 * np.sin(u / 37 + phase) + 5 * np.sin(u / 16.3 + 2 * phase), np.float64)


def flood(canvas: Canvas, reach_m: float, phase: float) -> None:
    """The river with its gravel bed and damp banks, over all u within reach."""
    band = canvas.frame.rectangle(-reach_m, reach_m, RIVER_BAND[0], RIVER_BAND[1])
    region = canvas.region(band)
    if region is None:
        return
    window = region.window
    u, v = canvas.road_coordinates(window)
    wander = 0.8 * canvas.medium[window] + 1.5 * canvas.coarse[window]
    side = v - river_centre_v(u, phase)
    distance = np.abs(side) + wander
    grass = mixed(
        canvas.textured(window, DRY_GRASS, Roughness(0.06, 0.07, 0.07)),
        canvas.textured(window, (106, 110, 74), Roughness(0.06, 0.09, 0.09)),
        (0.9 - np.abs(side) / 32 + 0.35 * canvas.coarse[window] + 0.3 * canvas.medium[window]),
    )
    gravel = canvas.textured(window, (168, 158, 136), Roughness(0.05, 0.06, 0.08))
    width = 5.2 + 1.6 * np.sin(u / 23 + phase)
    bed = width + 3.2 + 2.5 * np.sin(u / 31 + 1) * np.sign(side)
    colours = mixed(grass, gravel, (bed - distance) / 2.5)
    depth = np.clip((width - distance) / 3.5, 0, 1)
    shallow = canvas.textured(window, (118, 116, 92), Roughness(0.02, 0.03, 0.02))
    deep = canvas.textured(window, (62, 74, 64), Roughness(0.05, 0.02, 0.015))
    colours = mixed(colours, mixed(shallow, deep, depth), (width - distance) / 0.5)
    fade = np.clip(np.minimum(v - RIVER_BAND[0], RIVER_BAND[1] - v) / 6 + 0.4 * canvas.medium[window], 0, 1)
    region.cover[:] *= fade.astype(np.float32)
    canvas.blend(region, colours)
