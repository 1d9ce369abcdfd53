"""The road network: the main road, the town's streets, their markings, pavements and traffic."""

from __future__ import annotations

import math

import numpy as np

from .buildings import Placement, park_car, raise_box
from .canvas import PAVED, PLANTED, Canvas, Roughness
from .ground import (
    ASPHALT,
    CONCRETE,
    DIRT,
    OLD_ASPHALT,
    WHITE_PAINT,
    YELLOW_PAINT,
    mark_line,
    pave,
    repair_road,
)
from .plan import (
    MAIN_HALF_M,
    STREET_HALF_M,
    Bounds,
    Stream,
    column_bounds,
    columns_within,
    farm_parcels,
    stream,
    street_centre_v,
)

ROADWAY_HALF_M = 4.7
MAIN_ROADWAY_HALF_M = 8.6


def draw_streets(canvas: Canvas, seed: int, years: int, reach_m: float) -> None:
    """Draw every road within reach; the traffic differs from flight to flight."""
    _draw_farm_tracks(canvas, reach_m)
    rows = range(math.ceil(reach_m / 80) + 1)
    _draw_cross_streets(canvas, seed, reach_m)
    for row in rows:
        _draw_side_street(canvas, seed, years, row, reach_m)
    _draw_main_road(canvas, seed, years, reach_m)


def _draw_side_street(canvas: Canvas, seed: int, years: int, row: int, reach_m: float) -> None:
    frame, v = canvas.frame, street_centre_v(row)
    generator = stream(seed, Stream.ROADS, row)
    for column in columns_within(reach_m):
        left, right = column_bounds(column)
        left, right = left + ROADWAY_HALF_M, right - ROADWAY_HALF_M
        _draw_verges(canvas, (left, right, v - STREET_HALF_M, v + STREET_HALF_M))
    bounds = (-reach_m, reach_m, v - ROADWAY_HALF_M, v + ROADWAY_HALF_M)
    canvas.paint(frame.rectangle(-reach_m, reach_m, v - 5.0, v + 5.0), CONCRETE, PAVED)
    pave(canvas, bounds, OLD_ASPHALT if row % 2 else ASPHALT, 3.6, runs_along_u=True)
    repair_road(canvas, bounds, generator)
    traffic = stream(seed, Stream.TRAFFIC, row, years)
    for u in np.arange(-reach_m, reach_m, 7.5):
        if traffic.random() < 0.22 and abs(math.remainder(u - 82.5, 165.0)) > 12:
            side = float(traffic.choice([-1, 1]))
            x, y = frame.point(float(u), v + side * 3.6)
            park_car(canvas, x, y, frame.heading_rad(float(u), v) + (side > 0) * math.pi, traffic)


def _draw_verges(canvas: Canvas, bounds: Bounds) -> None:
    """A planted strip and a pavement on both sides of a street along u."""
    u0, u1, v0, v1 = bounds
    canvas.paint(canvas.frame.rectangle(*bounds), (122, 124, 84), PLANTED)
    for near, far in ((v0, v0 + 1.35), (v1 - 1.35, v1)):
        canvas.paint(canvas.frame.rectangle(u0, u1, near, far), CONCRETE, PAVED)


def _draw_cross_streets(canvas: Canvas, seed: int, reach_m: float) -> None:
    frame = canvas.frame
    for column in columns_within(reach_m):
        u = column_bounds(column)[0]
        outer = (u - STREET_HALF_M, u + STREET_HALF_M)
        canvas.paint(frame.rectangle(*outer, -reach_m, 0), (122, 124, 84), PLANTED)
        for near, far in ((outer[0], outer[0] + 1.35), (outer[1] - 1.35, outer[1]), (u - 5.0, u + 5.0)):
            canvas.paint(frame.rectangle(near, far, -reach_m, 0), CONCRETE, PAVED)
        bounds = (u - ROADWAY_HALF_M, u + ROADWAY_HALF_M, -reach_m, 0.0)
        pave(canvas, bounds, OLD_ASPHALT, 3.6, runs_along_u=False)
        repair_road(canvas, bounds, stream(seed, Stream.ROADS, column, 1))
        mark_line(canvas, -reach_m, -MAIN_HALF_M - 8, u, YELLOW_PAINT, runs_along_u=False, opacity=0.55)


def _draw_farm_tracks(canvas: Canvas, reach_m: float) -> None:
    """Beaten earth between the parcels."""
    for column in columns_within(reach_m):
        u = column_bounds(column)[0]
        for start, end in ((0.0, 124.0), (186.0, reach_m)):
            track = canvas.frame.rectangle(u - 2.6, u + 2.6, start, end)
            canvas.paint(track, DIRT, PLANTED, 0.9)
    for parcel in farm_parcels(reach_m):
        if parcel.row:
            track = canvas.frame.rectangle(parcel.u0 - 4, parcel.u1 + 4, parcel.v1, parcel.v1 + 7)
            canvas.paint(track, DIRT, PLANTED, 0.9)


def _draw_main_road(canvas: Canvas, seed: int, years: int, reach_m: float) -> None:
    """Four lanes with a turning lane, a pavement on the town's side, a gravel shoulder on the other."""
    frame, half = canvas.frame, MAIN_ROADWAY_HALF_M
    canvas.paint(frame.rectangle(-reach_m, reach_m, -MAIN_HALF_M, 0), (140, 132, 98), PLANTED)
    canvas.paint(
        frame.rectangle(-reach_m, reach_m, -MAIN_HALF_M, -MAIN_HALF_M + 1.6),
        CONCRETE,
        PAVED,
    )
    canvas.paint(frame.rectangle(-reach_m, reach_m, 0, half + 4.2), (168, 154, 128), PLANTED, 0.85)
    canvas.paint(frame.rectangle(-reach_m, reach_m, -half - 0.35, half + 0.1), CONCRETE, PAVED)
    bounds = (-reach_m, reach_m, -half, half)
    pave(canvas, bounds, (124, 124, 123), 3.3, runs_along_u=True)
    repair_road(canvas, bounds, stream(seed, Stream.ROADS, 99))
    for v in (-1.75, -1.45, 1.45, 1.75):
        is_solid = abs(v) > 1.6
        mark_line(
            canvas,
            -reach_m,
            reach_m,
            v,
            YELLOW_PAINT,
            True,
            0 if is_solid else 3.0,
            0 if is_solid else 6.0,
            opacity=0.55,
        )
    for v in (-5.0, 5.0):
        mark_line(canvas, -reach_m, reach_m, v, WHITE_PAINT, True, 3.0, 9.0)
    for v in (-half + 0.5, half - 0.5):
        mark_line(canvas, -reach_m, reach_m, v, WHITE_PAINT, True, opacity=0.6)
    for column in columns_within(reach_m):
        _draw_junction(canvas, column_bounds(column)[0])
    _drive(canvas, stream(seed, Stream.TRAFFIC, 999, years), reach_m)
    _draw_poles(canvas, reach_m)


def _draw_junction(canvas: Canvas, u: float) -> None:
    """A stop line and a crossing where a street meets the main road."""
    frame, edge = canvas.frame, -MAIN_ROADWAY_HALF_M
    mouth = (u - ROADWAY_HALF_M - 1.2, u + ROADWAY_HALF_M + 1.2, -MAIN_HALF_M - 2, edge + 0.2)
    pave(canvas, mouth, (126, 126, 124), 3.3, runs_along_u=False)
    for offset in np.arange(-4.2, 4.3, 1.2):
        bar = frame.rectangle(u + offset - 0.3, u + offset + 0.3, edge - 3.2, edge - 0.6)
        canvas.paint(bar, WHITE_PAINT, Roughness(0.0, 0.12, 0.08), 0.75)
    stop = frame.rectangle(u - 4.4, u - 0.3, edge - 4.6, edge - 4.1)
    canvas.paint(stop, WHITE_PAINT, Roughness(0.0, 0.1, 0.08), 0.75)


def _drive(canvas: Canvas, traffic: np.random.Generator, reach_m: float) -> None:
    """Cars on the main road's four lanes."""
    for v in (-6.7, -3.3, 3.3, 6.7):
        for u in np.arange(-reach_m, reach_m, 17.0):
            if traffic.random() < 0.16:
                place_u = float(u + traffic.uniform(0, 8))
                x, y = canvas.frame.point(place_u, v)
                turn = math.pi if v * canvas.frame.mirror_u * canvas.frame.mirror_v < 0 else 0.0
                park_car(canvas, x, y, canvas.frame.heading_rad(place_u, v) + turn, traffic)


def _draw_poles(canvas: Canvas, reach_m: float) -> None:
    """Lamp posts whose long thin shadows fall over the road."""
    for u in np.arange(-reach_m, reach_m, 41.0):
        x, y = canvas.frame.point(float(u), MAIN_ROADWAY_HALF_M + 1.2)
        raise_box(canvas, Placement(x, y, 0.0, 0.16, 0.16), 8.5, (150, 150, 148))
