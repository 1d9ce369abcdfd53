"""Roofs, boxes and cars: everything with straight edges that throws a shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Colour, Floats, Roughness

RoofKind = Literal["hip", "gable", "flat"]

ROOF_COLOURS: list[Colour] = [
    (150, 118, 100), (160, 108, 86), (138, 128, 116), (118, 112, 106), (104, 102, 102), (168, 152, 130),
    (128, 108, 94), (176, 170, 160), (142, 112, 94), (96, 92, 92),
]  # fmt: skip
SMOOTH = Roughness(0.01, 0.03, 0.03)
CAR_COLOURS: list[Colour] = [
    (205, 205, 205), (226, 226, 224), (58, 60, 64), (84, 88, 94), (124, 128, 132), (112, 62, 58),
    (78, 90, 112), (160, 158, 150), (214, 214, 212), (48, 48, 50), (186, 188, 190), (150, 142, 128),
]  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """A rectangle on the ground: its centre, its turn from x towards y, its half sides."""

    x: float
    y: float
    angle_rad: float
    half_a_m: float
    half_b_m: float

    def offset(self, a: float, b: float, half_a_m: float, half_b_m: float) -> Placement:
        """Another rectangle of the same turn, placed in this one's own axes."""
        cosine, sine = math.cos(self.angle_rad), math.sin(self.angle_rad)
        return Placement(
            self.x + cosine * a - sine * b, self.y + sine * a + cosine * b, self.angle_rad, half_a_m, half_b_m
        )

    @property
    def corners_xy(self) -> NDArray[np.float64]:
        """The outline, (point, xy)."""
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        corners = [self.offset(a * self.half_a_m, b * self.half_b_m, 0, 0) for a, b in signs]
        return np.asarray([(corner.x, corner.y) for corner in corners])


@dataclass(frozen=True)
class LocalGrid:
    """The pixels around a placement in its own axes."""

    window: tuple[slice, slice]
    a: Floats
    b: Floats
    inside_a: Floats
    """Metres from the nearer end along a, negative outside; likewise along b."""
    inside_b: Floats

    @property
    def covers(self) -> NDArray[np.bool_]:
        """Whether each pixel lies within the walls; bool (y, x)."""
        return np.asarray((self.inside_a > 0) & (self.inside_b > 0))


def local_grid(canvas: Canvas, place: Placement) -> LocalGrid | None:
    """Coordinates along the placement's own axes for the pixels around it."""
    window = canvas.square(place.x, place.y, math.hypot(place.half_a_m, place.half_b_m) + canvas.pixel_m)
    if window is None:
        return None
    x, y = canvas.positions(window)
    cosine, sine = math.cos(place.angle_rad), math.sin(place.angle_rad)
    a = cosine * (x - np.float32(place.x)) + sine * (y - np.float32(place.y))
    b = cosine * (y - np.float32(place.y)) - sine * (x - np.float32(place.x))
    a, b = a.astype(np.float32), b.astype(np.float32)
    return LocalGrid(
        window,
        a,
        b,
        (place.half_a_m - np.abs(a)).astype(np.float32),
        (place.half_b_m - np.abs(b)).astype(np.float32),
    )


def raise_roof(
    canvas: Canvas,
    place: Placement,
    wall_m: float,
    pitch: float,
    kind: RoofKind,
    colour: Colour,
) -> None:
    """Draw a hip or gable roof whose ridge runs along the longer side."""
    grid = local_grid(canvas, place)
    if grid is None:
        return
    runs_along_a = place.half_a_m >= place.half_b_m
    is_end = np.full(grid.a.shape, not runs_along_a)
    falls_along_a = grid.inside_a < grid.inside_b if kind == "hip" else is_end
    run = np.where(falls_along_a, grid.inside_a, grid.inside_b)
    slope_a = np.where(falls_along_a, -np.sign(grid.a) * pitch, 0)
    slope_b = np.where(falls_along_a, 0, -np.sign(grid.b) * pitch)
    cosine, sine = math.cos(place.angle_rad), math.sin(place.angle_rad)
    shade = canvas.sun.relative_light(
        (cosine * slope_a - sine * slope_b).astype(np.float32),
        (sine * slope_a + cosine * slope_b).astype(np.float32),
    )
    colours = canvas.textured(grid.window, colour, Roughness(0.02, 0.022, 0.05))
    courses = 1 + 0.035 * np.sin(run * (2 * math.pi / 1.25)) - 0.10 * (run < 0.3)
    ridge = np.abs(grid.b if runs_along_a else grid.a) < 0.18
    colours *= (courses + 0.06 * ridge).astype(np.float32)[..., None]
    top_m = np.where(grid.covers, wall_m + pitch * run, 0).astype(np.float32)
    canvas.raise_to(grid.window, top_m, shade, colours)


def raise_box(
    canvas: Canvas,
    place: Placement,
    height_m: float,
    colour: Colour,
    rough: Roughness = SMOOTH,
) -> None:
    """Draw a flat-topped box."""
    grid = local_grid(canvas, place)
    if grid is None:
        return
    top_m = np.where(grid.covers, height_m, 0).astype(np.float32)
    canvas.raise_to(grid.window, top_m, np.ones_like(top_m), canvas.textured(grid.window, colour, rough))


def raise_flat_roof(
    canvas: Canvas, place: Placement, height_m: float, colour: Colour, generator: np.random.Generator
) -> None:
    """Draw a commercial roof: parapet, stains, skylights and machines."""
    raise_box(canvas, place, height_m + 0.7, tuple(c * 1.06 for c in colour))  # type: ignore[arg-type]
    grid = local_grid(canvas, place)
    if grid is None:
        return
    is_deck = np.minimum(grid.inside_a, grid.inside_b) > 0.5
    stains = canvas.textured(grid.window, colour, Roughness(0.03, 0.025, 0.02))
    seams = 1 - 0.05 * (np.mod(grid.a, 3.6) < 0.3) - 0.03 * (np.mod(grid.b, 9.0) < 0.3)
    stains *= seams.astype(np.float32)[..., None]
    np.copyto(canvas.albedo[grid.window], stains, where=is_deck[..., None])
    np.copyto(canvas.height_m[grid.window], np.float32(height_m), where=is_deck)
    for _ in range(int(place.half_a_m * place.half_b_m / 32)):
        a = generator.uniform(-0.85, 0.85) * place.half_a_m
        b = generator.uniform(-0.85, 0.85) * place.half_b_m
        if generator.random() < 0.55:
            size = generator.uniform(0.8, 2.1, 2)
            grey = float(generator.choice([118, 150, 222]))
            machine = place.offset(a, b, float(size[0]), float(size[1]))
            raise_box(canvas, machine, height_m + float(generator.uniform(0.8, 1.8)), (grey, grey, grey - 4))
        else:
            raise_box(canvas, place.offset(a, b, 0.6, 1.2), height_m + 0.3, (196, 206, 212))


def park_car(canvas: Canvas, x: float, y: float, angle_rad: float, generator: np.random.Generator) -> None:
    """Draw a car standing along the given direction."""
    colour = CAR_COLOURS[int(generator.integers(len(CAR_COLOURS)))]
    body = Placement(x, y, angle_rad, float(generator.uniform(2.1, 2.5)), 0.92)
    raise_box(canvas, body, 0.9, colour)
    glass: Colour = (66, 72, 78)
    raise_box(canvas, body.offset(-0.25, 0, 1.3, 0.8), 1.1, glass)
    raise_box(canvas, body.offset(-0.35, 0, 0.95, 0.8), 1.3, colour)


def raise_house(canvas: Canvas, place: Placement, street_side: int, generator: np.random.Generator) -> None:
    """Draw a house of one to three joined roofs inside a placement; the garage reaches to the street.

    Args:
        street_side: -1 or 1, the end of the placement's b axis that faces the street.
    """
    colour = ROOF_COLOURS[int(generator.integers(len(ROOF_COLOURS)))]
    kind: RoofKind = "hip" if generator.random() < 0.55 else "gable"
    pitch = float(generator.uniform(0.3, 0.46))
    wall_m = float(generator.choice([2.7, 2.8, 5.2], p=[0.5, 0.3, 0.2]))
    garage_side = int(generator.choice([-1, 1]))
    half_a, half_b = place.half_a_m, place.half_b_m
    body_half_b = half_b * float(generator.uniform(0.6, 0.78))
    body = place.offset(0, -street_side * (half_b - body_half_b), half_a, body_half_b)
    raise_roof(canvas, body, wall_m, pitch, kind, colour)
    garage = place.offset(garage_side * (half_a - 3.4), street_side * half_b * 0.4, 3.4, half_b * 0.6)
    raise_roof(canvas, garage, 2.7, pitch, kind, colour)
    if generator.random() < 0.55:
        wing_half_a = half_a * float(generator.uniform(0.3, 0.42))
        side = float(generator.choice([-1, 1]))
        wing = body.offset(side * (half_a - wing_half_a), -street_side * 2.6, wing_half_a, body_half_b + 0.6)
        raise_roof(canvas, wing, wall_m, pitch, kind, colour)
    _add_roof_details(canvas, body, wall_m, pitch, generator)


def _add_roof_details(
    canvas: Canvas, body: Placement, wall_m: float, pitch: float, generator: np.random.Generator
) -> None:
    """Vents, a chimney and at times solar panels."""
    ridge_m = wall_m + pitch * body.half_b_m
    for _ in range(int(generator.integers(1, 4))):
        a, b = generator.uniform(-0.7, 0.7) * body.half_a_m, generator.uniform(-0.5, 0.5) * body.half_b_m
        raise_box(canvas, body.offset(a, b, 0.3, 0.3), ridge_m, (190, 188, 182))
    if generator.random() < 0.4:
        raise_box(
            canvas,
            body.offset(body.half_a_m * 0.6, body.half_b_m * 0.3, 0.5, 0.7),
            ridge_m + 0.7,
            (150, 120, 104),
        )
    if generator.random() < 0.22:
        side = float(generator.choice([-0.5, 0.5]))
        half_a, half_b = body.half_a_m, body.half_b_m
        panels = body.offset(-half_a * 0.2, side * half_b, half_a * 0.36, half_b * 0.27)
        canvas.paint(panels.corners_xy, (50, 56, 72), Roughness(0.0, 0.02, 0.06))
