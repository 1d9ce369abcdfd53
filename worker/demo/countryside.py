"""The farmland beyond the main road: crops, an orchard, a wood, fallow land and the river."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .ground import CROPS, Crop, clear_land, flood, paint_patchy, river_centre_v, sow
from .plan import Rectangle, Stream, farm_use, stream
from .vegetation import Species, Tree, aged_stand, scattered

ROTATION_YEARS = 3


def draw_parcel(canvas: Canvas, seed: int, years: int, parcel: Rectangle) -> list[Tree]:
    """Draw a parcel's ground and return its trees, which are drawn last."""
    use = farm_use(seed, parcel)
    if use == "orchard":
        return _draw_orchard(canvas, seed, years, parcel)
    if use == "wood":
        return _draw_wood(canvas, seed, years, parcel)
    if use == "crop":
        _draw_crop(canvas, seed, years, parcel)
        return []
    return _draw_fallow(canvas, seed, years, parcel)


def _draw_crop(canvas: Canvas, seed: int, years: int, parcel: Rectangle) -> None:
    """One or two fields; about half of them change their crop from one rotation to the next."""
    generator = stream(seed, Stream.PARCEL, *parcel.key)
    share = float(generator.uniform(0.35, 0.65))
    middle = parcel.u0 + share * (parcel.u1 - parcel.u0)
    rows_along_u = bool(generator.random() < 0.5)
    is_split = generator.random() < 0.55
    halves = [(parcel.u0, middle), (middle, parcel.u1)] if is_split else [(parcel.u0, parcel.u1)]
    for index, (u0, u1) in enumerate(halves):
        crop, vigour = _crop_in(seed, parcel, index, years)
        field = Rectangle(*parcel.key, u0, u1, parcel.v0, parcel.v1)
        sow(canvas, field, crop, vigour, rows_along_u ^ bool(index))


def _crop_in(seed: int, parcel: Rectangle, index: int, years: int) -> tuple[Crop, float]:
    """What a field carries and how well it stands, after some years."""
    chosen = stream(seed, Stream.PARCEL, *parcel.key, index)
    kind, vigour = int(chosen.integers(4)), float(chosen.uniform(0.45, 0.8))
    for rotation in range(-(-years // ROTATION_YEARS)):
        is_certain = parcel.row == 0 and index == 0 and rotation == 0
        if chosen.random() < 0.4 or is_certain:
            kind, vigour = (kind + int(chosen.integers(1, 4))) % 4, float(chosen.uniform(0.45, 0.8))
    return CROPS[kind], vigour


def _draw_orchard(canvas: Canvas, seed: int, years: int, parcel: Rectangle) -> list[Tree]:
    """Fruit trees in a square grid, a few of them missing, over mown alleys."""
    generator = stream(seed, Stream.PARCEL, *parcel.key)
    sow(canvas, parcel, "stubble", 0.5, rows_along_u=True)
    bounds = (parcel.u0 + 6, parcel.u1 - 6, parcel.v0 + 6, parcel.v1 - 6)
    places = scattered(bounds, 6.2, 0.05, generator)
    places = places[generator.random(len(places)) > 0.05]
    positions_xy = canvas.frame.to_xy(places[:, 0], places[:, 1])
    return aged_stand(positions_xy, (1.7, 2.9), ["fruit"], years, generator, 0.004)


def _draw_wood(canvas: Canvas, seed: int, years: int, parcel: Rectangle) -> list[Tree]:
    """Oaks over dry grass, dense in the middle; a corner of it is cleared as the years pass."""
    generator = stream(seed, Stream.PARCEL, *parcel.key)
    outline = canvas.frame.rectangle(parcel.u0, parcel.u1, parcel.v0, parcel.v1)
    paint_patchy(canvas, outline, (146, 138, 102), (100, 102, 68), 0.55)
    places = scattered((parcel.u0, parcel.u1, parcel.v0, parcel.v1), 5.6, 0.48, generator)
    depth = np.minimum(
        np.minimum(places[:, 0] - parcel.u0, parcel.u1 - places[:, 0]),
        np.minimum(places[:, 1] - parcel.v0, parcel.v1 - places[:, 1]),
    )
    phases = generator.uniform(0, 6, 2)
    glades = np.sin(places[:, 0] / 15 + phases[0]) + np.sin(places[:, 1] / 12 + phases[1])
    keep = generator.random(len(places)) < np.clip(0.62 + depth / 60 + 0.28 * glades, 0.1, 0.97)
    places = places[keep]
    side = float(np.clip(0.14 + 0.02 * years, 0, 0.36))
    cleared_after = int(generator.integers(2, 5))
    if years >= cleared_after:
        edge_u = parcel.u0 + side * 1.4 * (parcel.u1 - parcel.u0)
        edge_v = parcel.v0 + side * 1.6 * (parcel.v1 - parcel.v0)
        clear_land(canvas, canvas.frame.rectangle(parcel.u0, edge_u, parcel.v0, edge_v), 0.5)
        places = places[(places[:, 0] > edge_u + 1) | (places[:, 1] > edge_v + 1)]
    species: list[Species] = ["broadleaf", "broadleaf", "broadleaf", "broadleaf", "conifer", "shrub"]
    return aged_stand(canvas.frame.to_xy(places[:, 0], places[:, 1]), (1.8, 5.6), species, years, generator)


def _draw_fallow(canvas: Canvas, seed: int, years: int, parcel: Rectangle) -> list[Tree]:
    """Dry grass and scrub; part of it is graded after some years."""
    generator = stream(seed, Stream.PARCEL, *parcel.key)
    outline = canvas.frame.rectangle(parcel.u0, parcel.u1, parcel.v0, parcel.v1)
    paint_patchy(canvas, outline, (176, 160, 126), (138, 132, 92), 0.4)
    places = scattered((parcel.u0, parcel.u1, parcel.v0, parcel.v1), 7.0, 0.5, generator)
    places = places[generator.random(len(places)) < 0.35]
    if years >= int(generator.integers(3, 9)):
        edge_u = parcel.u0 + float(generator.uniform(0.35, 0.6)) * (parcel.u1 - parcel.u0)
        clear_land(canvas, canvas.frame.rectangle(parcel.u0, edge_u, parcel.v0, parcel.v1), 0.7)
        places = places[places[:, 0] > edge_u]
    return aged_stand(
        canvas.frame.to_xy(places[:, 0], places[:, 1]),
        (0.6, 2.6),
        ["shrub", "shrub", "broadleaf"],
        years,
        generator,
    )


def draw_river(canvas: Canvas, seed: int, years: int, reach_m: float) -> list[Tree]:
    """Draw the river and return the trees of its banks."""
    generator = stream(seed, Stream.RIVER)
    phase = float(generator.uniform(0, 6.28))
    flood(canvas, reach_m, phase)
    along = np.arange(0, 4 * reach_m, 2.1) % (2 * reach_m) - reach_m
    side = generator.choice([-1, 1], len(along))
    away = 9.0 + generator.gamma(1.6, 4.0, len(along))
    v = river_centre_v(along, phase) + side * away
    keep = (generator.random(len(along)) < 0.62) & (v > 126) & (v < 184)
    places = np.stack([along + generator.normal(0, 1.5, len(along)), v], axis=-1)[keep]
    species: list[Species] = ["broadleaf", "broadleaf", "shrub"]
    return aged_stand(canvas.frame.to_xy(places[:, 0], places[:, 1]), (1.2, 5.0), species, years, generator)
