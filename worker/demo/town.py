"""The town's blocks: house lots, a commercial yard with its parking, a park."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .buildings import Placement, park_car, raise_box, raise_flat_roof
from .canvas import PAVED, PLANTED, Canvas, Roughness
from .ground import ASPHALT, CONCRETE, DIRT, DRY_GRASS, LAWN, WHITE_PAINT, mark_line, paint_patchy, pave
from .homes import draw_lot
from .plan import Rectangle, Stream, lots_of, stream, town_use
from .vegetation import Species, Tree, aged_stand, scattered


def draw_block(canvas: Canvas, seed: int, years: int, block: Rectangle) -> list[Tree]:
    """Draw what stands on a block and return its trees, which are drawn last."""
    use = town_use(seed, block)
    if use == "commerce":
        return _draw_commerce(canvas, seed, years, block)
    if use == "park":
        return _draw_park(canvas, seed, years, block)
    trees: list[Tree] = []
    for lot in lots_of(seed, block):
        trees += draw_lot(canvas, seed, years, lot, empty_share=0.7 if use == "building" else 0.05)
    return trees


def _draw_commerce(canvas: Canvas, seed: int, years: int, block: Rectangle) -> list[Tree]:
    """A large flat-roofed building behind its parking lot."""
    generator = stream(seed, Stream.BLOCK, *block.key)
    frame = canvas.frame
    paint_patchy(canvas, frame.rectangle(block.u0, block.u1, block.v0, block.v1), DRY_GRASS, LAWN, 0.4)
    pave(canvas, (block.u0 + 2, block.u1 - 2, block.v0 + 2, block.v1 - 2.5), ASPHALT, 6.0, runs_along_u=True)
    heading = frame.heading_rad((block.u0 + block.u1) / 2, block.v0)
    x, y = frame.point(block.u0 + 58, block.v0 + 21)
    hall = Placement(x, y, heading, 46.0, 15.0)
    canvas.paint(hall.offset(0, 0, 49, 18).corners_xy, CONCRETE, PAVED)
    roof = float(generator.uniform(176, 214))
    raise_flat_roof(canvas, hall, 7.5, (roof, roof * 0.99, roof * 0.955), generator)
    annex_x, annex_y = frame.point(block.u1 - 27, block.v0 + 18)
    annex = Placement(annex_x, annex_y, heading, 17.0, 10.5)
    canvas.paint(annex.offset(0, 0, 19, 12.5).corners_xy, CONCRETE, PAVED)
    raise_flat_roof(canvas, annex, 5.2, (168, 156, 140), generator)
    islands = _draw_parking(canvas, block, stream(seed, Stream.TRAFFIC, *block.key, years))
    along = np.arange(block.u0 + 4, block.u1 - 3, 11.0)
    edges = [np.stack([along, np.full_like(along, v)], axis=-1) for v in (block.v0 + 0.8, block.v1 - 1.0)]
    border = np.concatenate(edges)
    points = np.concatenate([border + generator.normal(0, 0.5, border.shape), islands])
    species: list[Species] = ["broadleaf", "broadleaf", "fruit"]
    return aged_stand(frame.to_xy(points[:, 0], points[:, 1]), (1.5, 3.6), species, years, generator)


def _draw_parking(canvas: Canvas, block: Rectangle, traffic: np.random.Generator) -> NDArray[np.float64]:
    """Stalls in rows with cars and planted islands; returns where the islands' trees stand, (point, uv)."""
    frame, stall_m = canvas.frame, 2.7
    islands: list[tuple[float, float]] = []
    for row, centre_v in enumerate((block.v1 - 23.5, block.v1 - 8.0)):
        start, end = block.u0 + 9, block.u1 - 9
        for index, u in enumerate(np.arange(start, end - stall_m, stall_m)):
            is_island = index % 13 == 6 + 2 * row
            if is_island:
                canvas.paint(frame.rectangle(u, u + stall_m, centre_v - 5, centre_v + 5), (140, 126, 98))
                islands += [(u + 1.3, centre_v - 2.6), (u + 1.3, centre_v + 2.6)]
                continue
            _fill_stalls(canvas, u + stall_m / 2, centre_v, traffic)
            bounds = (centre_v - 5, centre_v + 5, u)
            mark_line(canvas, *bounds, WHITE_PAINT, runs_along_u=False, width_m=0.12, opacity=0.7)
        mark_line(canvas, start, end, centre_v, WHITE_PAINT, runs_along_u=True, width_m=0.12, opacity=0.7)
    return np.asarray(islands)


def _fill_stalls(canvas: Canvas, u: float, centre_v: float, traffic: np.random.Generator) -> None:
    """At times a car on either side of a row's middle."""
    for side in (-1, 1):
        if traffic.random() < 0.42:
            x, y = canvas.frame.point(u, centre_v + side * (2.6 + traffic.normal(0, 0.15)))
            park_car(canvas, x, y, canvas.frame.heading_rad(u, centre_v) + side * math.pi / 2, traffic)


def _draw_park(canvas: Canvas, seed: int, years: int, block: Rectangle) -> list[Tree]:
    """Lawn, a ball field's bare infield, paths and old trees along the edge."""
    generator = stream(seed, Stream.BLOCK, *block.key)
    frame = canvas.frame
    outline = frame.rectangle(block.u0, block.u1, block.v0, block.v1)
    paint_patchy(canvas, outline, LAWN, (130, 130, 88), 0.3)
    home_u, home_v = block.u0 + 26, block.v0 + 14
    turns = np.linspace(0, math.pi / 2, 20)
    infield_u = np.concatenate([[home_u], home_u + 27 * np.cos(turns)])
    infield_v = np.concatenate([[home_v], home_v + 27 * np.sin(turns)])
    canvas.paint(frame.to_xy(infield_u, infield_v), (186, 158, 124), Roughness(0.03, 0.05, 0.04))
    canvas.paint(frame.rectangle(home_u + 4, home_u + 16, home_v + 4, home_v + 16), LAWN, PLANTED)
    across = np.linspace(block.u0, block.u1, 60)
    wander = (block.v0 + block.v1) / 2 + 12 + 9 * np.sin((across - block.u0) / 24)
    path = np.concatenate([np.stack([across, wander - 1], -1), np.stack([across, wander + 1], -1)[::-1]])
    canvas.paint(frame.to_xy(path[:, 0], path[:, 1]), CONCRETE, PAVED)
    places = scattered((block.u0, block.u1, block.v0, block.v1), 9.0, 0.45, generator)
    from_edge = np.minimum(block.v1 - places[:, 1], block.u1 - places[:, 0])
    keep = generator.random(len(places)) < np.where(from_edge < 14, 0.7, 0.12)
    is_infield = np.hypot(places[:, 0] - home_u, places[:, 1] - home_v) < 31
    places = places[keep & ~is_infield]
    shed_x, shed_y = frame.point(block.u1 - 30, block.v0 + 16)
    shed = Placement(shed_x, shed_y, frame.heading_rad(block.u1 - 30, block.v0), 5, 3.5)
    raise_box(canvas, shed, 3.5, DIRT)
    return aged_stand(
        frame.to_xy(places[:, 0], places[:, 1]),
        (2.6, 6.0),
        ["broadleaf", "broadleaf", "conifer"],
        years,
        generator,
        0.012,
    )
