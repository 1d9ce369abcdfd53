"""Trees: crown shapes with their own light and shade, and how a stand changes over the years."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Colour, Floats, Sun
from .plan import Bounds

Species = Literal["broadleaf", "conifer", "palm", "fruit", "shrub"]

TEMPLATE_PX = 56
TEMPLATES_PER_SPECIES = 14

LEAF_COLOURS: dict[Species, list[Colour]] = {
    "broadleaf": [(86, 97, 62), (78, 92, 62), (98, 104, 68), (92, 96, 72), (74, 84, 58), (112, 108, 72)],
    "conifer": [(68, 82, 62), (74, 84, 66), (64, 76, 60)],
    "palm": [(104, 112, 76), (96, 104, 72)],
    "fruit": [(82, 98, 60), (78, 94, 60), (88, 100, 64)],
    "shrub": [(100, 104, 72), (90, 98, 70), (112, 108, 80), (84, 92, 64)],
}
HEIGHT_PER_RADIUS: dict[Species, float] = {
    "broadleaf": 1.75, "conifer": 3.6, "palm": 3.4, "fruit": 1.5, "shrub": 0.75,
}  # fmt: skip


@dataclass(frozen=True)
class Tree:
    """One tree as it stands in the rendered year."""

    x: float
    y: float
    radius_m: float
    species: Species
    tint: float
    """0 to 1; picks the crown's shape and colour."""


@dataclass(frozen=True)
class Crown:
    """A crown of unit height in a square of side two radii."""

    layers: Floats
    """(y, x, layer): height 0 to 1, light as a multiple of that on level ground."""


def _lumpy_height(generator: np.random.Generator, lumps: int, spread: float) -> Floats:
    """A crown made of overlapping balls of leaves."""
    axis = (np.arange(TEMPLATE_PX, dtype=np.float32) + 0.5) / TEMPLATE_PX * 2 - 1
    x, y = axis[None, :], axis[:, None]
    height = np.zeros((TEMPLATE_PX, TEMPLATE_PX), np.float32)
    lean, squeeze = generator.uniform(0, math.pi), generator.uniform(0.7, 1.0)
    for index in range(lumps):
        distance = spread * math.sqrt((index + 0.3) / lumps) * generator.uniform(0.75, 1.1)
        direction = index * 2.4 + generator.uniform(-0.5, 0.5)
        distance *= 1 - (1 - squeeze) * math.cos(direction - lean) ** 2
        radius = min(generator.uniform(0.16, 0.38), 0.97 - distance) if index else 0.42
        centre_x, centre_y = distance * math.cos(direction), distance * math.sin(direction)
        reach = ((x - centre_x) ** 2 + (y - centre_y) ** 2) / radius**2
        top = (1.0 - 0.55 * distance**2) * generator.uniform(0.8, 1.0)
        ball = np.where(reach < 1, top - 0.42 * (1 - np.sqrt(np.maximum(1 - reach, 0))), 0)
        height = np.maximum(height, ball.astype(np.float32))
    return height


def _radial_height(generator: np.random.Generator, species: Species) -> Floats:
    """A conifer's cone or a palm's fronds."""
    axis = (np.arange(TEMPLATE_PX, dtype=np.float32) + 0.5) / TEMPLATE_PX * 2 - 1
    distance = np.hypot(axis[None, :], axis[:, None])
    angle = np.arctan2(axis[:, None], axis[None, :])
    phase = generator.uniform(0, 2 * math.pi, 2)
    if species == "palm":
        reach = 0.3 + 0.68 * np.abs(np.cos(5.5 * angle + phase[0])) ** 1.5
        height = np.where(distance < reach, 1.0 - 0.25 * distance**2, 0)
    else:
        reach = 0.82 + 0.1 * np.sin(7 * angle + phase[0]) + 0.07 * np.sin(12 * angle + phase[1])
        height = np.where(distance < reach, 1.0 - 0.72 * distance / reach, 0)
    return np.asarray(height, np.float32)


def grow_crown(generator: np.random.Generator, species: Species, sun: Sun) -> Crown:
    """One crown of a species with the sun's light on it."""
    if species in ("palm", "conifer"):
        height = _radial_height(generator, species)
    else:
        lumps = {"broadleaf": 30, "fruit": 26}.get(species, 8)
        height = _lumpy_height(generator, lumps, 0.72 if species == "broadleaf" else 0.6)
    leaves = generator.standard_normal(height.shape, dtype=np.float32)
    rough = np.where(height > 0, height + 0.035 * leaves, 0).astype(np.float32)
    soft = cv2.GaussianBlur(rough, (0, 0), 1.0)
    steepness = HEIGHT_PER_RADIUS[species] * TEMPLATE_PX / 2
    slope_y, slope_x = np.gradient(soft * steepness)
    slope_x, slope_y = np.clip(slope_x * 0.6, -1.5, 1.5), np.clip(slope_y * 0.6, -1.5, 1.5)
    light = sun.relative_light(slope_x.astype(np.float32), slope_y.astype(np.float32))
    # Leaves let light through, and the inside of a crown is dark: flatten the one, darken by depth.
    depth = 0.66 + 0.34 * np.clip((height - 0.2) / 0.6, 0, 1)
    shade = (0.22 + 0.78 * light) * depth * (1 + 0.2 * leaves)
    return Crown(np.stack([height, shade], axis=-1).astype(np.float32))


class Nursery:
    """The crown shapes of one rendering, shared by all its trees."""

    def __init__(self, sun: Sun, generator: np.random.Generator) -> None:
        self._crowns: dict[Species, list[Crown]] = {
            species: [grow_crown(generator, species, sun) for _ in range(TEMPLATES_PER_SPECIES)]
            for species in LEAF_COLOURS
        }

    def plant(self, canvas: Canvas, tree: Tree) -> None:
        """Draw a tree."""
        window = canvas.square(tree.x, tree.y, tree.radius_m)
        if window is None:
            return
        crowns, colours = self._crowns[tree.species], LEAF_COLOURS[tree.species]
        layers = crowns[int(tree.tint * 997) % len(crowns)].layers
        height, shade = _placed(canvas, window, tree, layers)
        brightness = 0.86 + 0.28 * tree.tint
        colour = np.asarray(colours[int(tree.tint * 7919) % len(colours)], np.float32)
        colour *= np.float32(brightness)
        mottle = 1 + np.float32(0.05) * canvas.medium[window] + np.float32(0.08) * canvas.fine[window]
        top_m = height * np.float32(HEIGHT_PER_RADIUS[tree.species] * tree.radius_m)
        canvas.raise_to(window, top_m, shade, mottle[..., None] * colour)


def _placed(canvas: Canvas, window: tuple[slice, slice], tree: Tree, layers: Floats) -> tuple[Floats, Floats]:
    """Resample a crown into the window, at the tree's exact place."""
    rows, columns = window
    half_x, half_y = canvas.half_extent_xy
    scale = 2 * tree.radius_m / TEMPLATE_PX / canvas.pixel_m
    left = (tree.x - tree.radius_m + half_x) / canvas.pixel_m - columns.start
    top = (tree.y - tree.radius_m + half_y) / canvas.pixel_m - rows.start
    transform = np.asarray([[scale, 0, left + scale / 2 - 0.5], [0, scale, top + scale / 2 - 0.5]])
    size = (columns.stop - columns.start, rows.stop - rows.start)
    source = layers if scale > 0.4 else cv2.GaussianBlur(layers, (0, 0), 0.35 / scale)
    placed = cv2.warpAffine(source, transform, size, flags=cv2.INTER_LINEAR, borderValue=(0, 0))
    return np.asarray(placed[..., 0], np.float32), np.asarray(placed[..., 1], np.float32)


def aged_stand(
    positions_xy: NDArray[np.float64],
    radius_m: tuple[float, float],
    species: list[Species],
    years: int,
    generator: np.random.Generator,
    felled_per_year: float = 0.008,
) -> list[Tree]:
    """Trees at the positions as they stand after some years: grown a little, a few felled."""
    count = len(positions_xy)
    radii = generator.triangular(radius_m[0], radius_m[0] * 0.55 + radius_m[1] * 0.45, radius_m[1], count)
    kinds = generator.integers(0, len(species), count)
    tints = generator.uniform(0, 1, count)
    growth = generator.uniform(0.0, 0.022, count)
    felled_after = generator.exponential(1 / felled_per_year, count)
    grown = radii * (1 + growth * years)
    return [
        Tree(
            float(positions_xy[i, 0]),
            float(positions_xy[i, 1]),
            float(grown[i]),
            species[int(kinds[i])],
            float(tints[i]),
        )
        for i in range(count)
        if felled_after[i] > years or years == 0
    ]


def scattered(
    bounds: Bounds,
    spacing_m: float,
    jitter: float,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Positions over a grid rectangle (u0, u1, v0, v1), one a cell, moved at random; (point, uv)."""
    u0, u1, v0, v1 = bounds
    half_m = spacing_m / 2
    u, v = np.meshgrid(np.arange(u0 + half_m, u1, spacing_m), np.arange(v0 + half_m, v1, spacing_m))
    cells = np.stack([u.ravel(), v.ravel()], axis=-1)
    moved: NDArray[np.float64] = cells + generator.uniform(-jitter, jitter, cells.shape) * spacing_m
    return moved
