"""House lots: the house, its yard, drive, pool and trees, from the year it is built."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .buildings import Placement, park_car, raise_box, raise_house
from .canvas import PAVED, Canvas, Colour, Roughness
from .ground import CONCRETE, DRY_GRASS, LAWN, clear_land, paint_patchy
from .plan import Lot, Stream, stream
from .vegetation import Species, Tree, aged_stand

LARGEST_M: dict[Species, float] = {"palm": 2.3, "conifer": 2.3}
"""Crown radius that a yard's tree does not outgrow."""


def draw_lot(canvas: Canvas, seed: int, years: int, lot: Lot, empty_share: float) -> list[Tree]:
    """A lot is empty until the year its house is built."""
    generator = stream(seed, Stream.LOTS, *lot.key, 7)
    is_old = generator.random() >= empty_share
    built_after = 0 if is_old else int(generator.integers(2, 16))
    outline = canvas.frame.rectangle(lot.u0, lot.u1, lot.v(0), lot.v(lot.depth_m))
    if built_after > years:
        clear_land(canvas, outline, freshness=float(generator.uniform(0.0, 0.5)))
        return []
    _draw_yard(canvas, lot, outline, generator)
    _park_on_drive(canvas, lot, stream(seed, Stream.TRAFFIC, *lot.key, years))
    place = _house_place(canvas, lot, generator)
    raise_house(canvas, place, _street_side(canvas, lot, place), generator)
    return _yard_trees(canvas, lot, years - built_after, is_old, generator)


def _house_place(canvas: Canvas, lot: Lot, generator: np.random.Generator) -> Placement:
    middle_u = (lot.u0 + lot.u1) / 2 + float(generator.uniform(-0.4, 0.4))
    half_b = float(generator.uniform(5.8, 8.0))
    x, y = canvas.frame.point(middle_u, lot.v(6.2 + float(generator.uniform(-0.8, 1.2)) + half_b))
    half_a = lot.width_m / 2 - float(generator.uniform(1.3, 3.0))
    return Placement(x, y, canvas.frame.heading_rad(middle_u, lot.street_v), half_a, half_b)


def _street_side(canvas: Canvas, lot: Lot, place: Placement) -> int:
    """The end of the placement's b axis that faces the street."""
    street_x, street_y = canvas.frame.point((lot.u0 + lot.u1) / 2, lot.street_v)
    cosine, sine = math.cos(place.angle_rad), math.sin(place.angle_rad)
    towards = cosine * (street_y - place.y) - sine * (street_x - place.x)
    return 1 if towards > 0 else -1


def _draw_yard(
    canvas: Canvas,
    lot: Lot,
    outline_xy: NDArray[np.float64],
    generator: np.random.Generator,
) -> None:
    """Lawn or dry ground, a drive, a patio, at times a pool, and fences."""
    frame = canvas.frame
    is_watered = generator.random() < 0.6
    paint_patchy(canvas, outline_xy, DRY_GRASS, LAWN, float(generator.uniform(0.25, 0.75)))
    front = frame.rectangle(lot.u0, lot.u1, lot.v(0), lot.v(8))
    cover: Colour = LAWN if is_watered else (166, 150, 122)
    paint_patchy(canvas, front, cover, (120, 124, 82), float(generator.uniform(0.1, 0.5)))
    back_uses: list[Colour] = [LAWN, DRY_GRASS, (170, 154, 126), CONCRETE]
    back = frame.rectangle(lot.u0 + 1.2, lot.u1 - 1.2, lot.v(21), lot.v(lot.depth_m - 1.5))
    paint_patchy(
        canvas,
        back,
        back_uses[int(generator.integers(4))],
        (118, 118, 82),
        float(generator.uniform(0.1, 0.45)),
    )
    grey = float(generator.uniform(0.86, 1.04))
    concrete: Colour = (CONCRETE[0] * grey, CONCRETE[1] * grey, CONCRETE[2] * grey)
    drive_u = _drive_u(lot)
    canvas.paint(frame.rectangle(drive_u, drive_u + 5.6, lot.v(-2.6), lot.v(9)), concrete, PAVED)
    middle_u = (lot.u0 + lot.u1) / 2
    canvas.paint(frame.rectangle(middle_u - 0.6, middle_u + 0.6, lot.v(0), lot.v(9)), concrete)
    patio_u = float(generator.uniform(lot.u0 + 2, lot.u1 - 9))
    canvas.paint(frame.rectangle(patio_u, patio_u + 7, lot.v(18), lot.v(24)), concrete, PAVED)
    if generator.random() < 0.3:
        _draw_pool(canvas, lot, generator)
    if generator.random() < 0.4:
        shed_u = lot.u0 + float(generator.uniform(3, lot.width_m - 3))
        shed_x, shed_y = frame.point(shed_u, lot.v(lot.depth_m - 3))
        shed = Placement(shed_x, shed_y, frame.heading_rad(lot.u0, lot.street_v), 1.7, 1.3)
        raise_box(canvas, shed, 2.3, (168, 160, 150))
    _draw_fences(canvas, lot)


def _drive_u(lot: Lot) -> float:
    """Where the drive begins; it changes sides from lot to lot."""
    return lot.u0 + 1.6 if lot.key[2] % 3 else lot.u1 - 7.2


def _park_on_drive(canvas: Canvas, lot: Lot, traffic: np.random.Generator) -> None:
    """At times a car on the drive."""
    if traffic.random() < 0.65:
        u = _drive_u(lot)
        x, y = canvas.frame.point(u + float(traffic.choice([1.6, 4.0])), lot.v(3.4))
        park_car(canvas, x, y, canvas.frame.heading_rad(u, lot.street_v) + math.pi / 2, traffic)


def _draw_fences(canvas: Canvas, lot: Lot) -> None:
    """Board fences around the back yard."""
    heading = canvas.frame.heading_rad(lot.u0, lot.street_v)
    colour: Colour = (140, 124, 108)
    side_x, side_y = canvas.frame.point(lot.u0, lot.v((8.5 + lot.depth_m) / 2))
    raise_box(canvas, Placement(side_x, side_y, heading, 0.12, (lot.depth_m - 8.5) / 2), 1.8, colour)
    back_x, back_y = canvas.frame.point((lot.u0 + lot.u1) / 2, lot.v(lot.depth_m))
    raise_box(canvas, Placement(back_x, back_y, heading, lot.width_m / 2, 0.12), 1.8, colour)


def _draw_pool(canvas: Canvas, lot: Lot, generator: np.random.Generator) -> None:
    """A rounded pool on a paved deck."""
    u = float(generator.uniform(lot.u0 + 6, lot.u1 - 6))
    v = lot.v(26.5)
    turns = np.linspace(0, 2 * math.pi, 40)
    half_u, half_v = generator.uniform(3.2, 4.6), generator.uniform(1.8, 2.4)
    squareness = float(generator.choice([1.0, 0.45]))
    kidney = 1 + 0.18 * np.cos(2 * turns + generator.uniform(0, 6)) * (squareness == 1.0)
    shape_u = np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** squareness * half_u * kidney
    shape_v = np.sign(np.sin(turns)) * np.abs(np.sin(turns)) ** squareness * half_v * kidney
    rings: list[tuple[float, Colour]] = [
        (1.6, (196, 188, 172)),
        (0.35, (205, 210, 204)),
        (0.0, (112, 176, 186)),
    ]
    for margin_m, colour in rings:
        grown_u, grown_v = 1 + margin_m / half_u, 1 + margin_m / half_v
        canvas.paint(
            canvas.frame.to_xy(u + shape_u * grown_u, v + shape_v * grown_v),
            colour,
            Roughness(0.0, 0.03, 0.02),
        )
    canvas.paint(canvas.frame.to_xy(u + shape_u * 0.6 + 0.6, v + shape_v * 0.6), (92, 160, 178), opacity=0.6)


def _yard_trees(
    canvas: Canvas,
    lot: Lot,
    age: int,
    is_old: bool,
    generator: np.random.Generator,
) -> list[Tree]:
    """Trees on the street's verge and in the yards; those of a new house are small."""
    places = [(float(generator.uniform(lot.u0 + 2, lot.u1 - 2)), -2.0)] * int(generator.random() < 0.7)
    fewest = (lot.key[0] * 5 + lot.key[1] * 3) % 4
    for _ in range(int(generator.integers(fewest + 1, fewest + 5))):
        in_back = generator.random() < 0.75
        inward = generator.uniform(23, lot.depth_m - 0.5) if in_back else generator.uniform(1.5, 5.5)
        places.append((float(generator.uniform(lot.u0 + 0.5, lot.u1 - 0.5)), float(inward)))
    species: list[Species] = ["broadleaf", "broadleaf", "broadleaf", "fruit", "conifer", "palm"]
    radius = (1.2, 6.4) if is_old else (0.9, 1.8)
    uv = np.asarray([(u, lot.v(inward)) for u, inward in places])
    trees = aged_stand(canvas.frame.to_xy(uv[:, 0], uv[:, 1]), radius, species, age, generator)
    trees = [replace(tree, radius_m=min(tree.radius_m, LARGEST_M.get(tree.species, 9.0))) for tree in trees]
    shrub_u = generator.uniform(lot.u0, lot.u1, 8)
    shrub_v = np.asarray(
        [lot.v(float(b)) for b in generator.choice([5.4, 5.8, lot.depth_m - 0.8, lot.depth_m - 1.4], 8)]
    )
    return trees + aged_stand(canvas.frame.to_xy(shrub_u, shrub_v), (0.5, 1.4), ["shrub"], age, generator)
