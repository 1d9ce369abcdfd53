"""Where a result's pixels lie in its source: exact, and the same for a pixel whatever is asked for along with it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..lattice import Rect
from .grid import Grid, centre_in, places_in
from .resample import between_nodes
from .source import SourceImage

NODE_STEP_PX = 8
"""Side of the squares of the lattice whose corners and middles are placed exactly."""
NODES_A_STEP = 2
TOLERANCE_PX = 0.01
"""Squares where interpolation misses by more source pixels are placed exactly: at poles, seams and edges of a CRS."""
SHARP_BELOW = 1.33
"""Source pixels between two samples at most; more would alias."""
AVERAGED_FROM = 3
"""Source pixels along a result pixel from which on whole rectangles of them are averaged first."""

Places = tuple[NDArray[np.float64], NDArray[np.float64]]


class SourcePlaces:
    """Places of samples, in pixels of a source.

    Attributes:
        pixels_yx: rows and columns of the source along the sides of a result pixel, roughly, whatever its turn.
        reduction_yx: rows and columns of the source that are averaged before they are sampled.
        samples_yx: samples along the sides of a result pixel.
    """

    def __init__(self, source: SourceImage, grid: Grid) -> None:
        self.source, self.grid = source, grid
        per_pixel = self._source_pixels_per_pixel()
        column_row = np.hypot(*per_pixel.T)
        self.pixels_yx = float(column_row[1]), float(column_row[0])
        reduction = np.maximum(1, column_row // AVERAGED_FROM)
        self.reduction_yx = int(reduction[1]), int(reduction[0])
        apart = np.hypot(*(per_pixel / reduction[:, None]))
        across, down = (max(1, math.ceil(distance / SHARP_BELOW)) for distance in apart)
        self.samples_yx = down, across

    def of(self, rect: Rect) -> Places:
        """Columns and rows of every sample of a rectangle, float64 (side y, side x) both; NaN for no place."""
        snapped = rect.snapped(NODE_STEP_PX)
        step = NODE_STEP_PX // NODES_A_STEP
        node_columns = np.arange(snapped.left, snapped.right + 1, step, dtype=np.float64)
        node_rows = np.arange(snapped.top, snapped.bottom + 1, step, dtype=np.float64)
        nodes = self._exactly(*np.meshgrid(node_columns, node_rows))
        step_yx = step * self.samples_yx[0], step * self.samples_yx[1]
        with np.errstate(invalid="ignore"):
            places = tuple(between_nodes(axis, step_yx) for axis in nodes)
            is_bent = np.logical_or(*(_miss(axis) > TOLERANCE_PX for axis in nodes)) | _has_edge(nodes[0])
        if is_bent.any():
            self._place_exactly(places, snapped, is_bent)
        samples_y, samples_x = self.samples_yx
        rows, columns = rect.slices_in(snapped)
        inner = (
            slice(rows.start * samples_y, rows.stop * samples_y),
            slice(columns.start * samples_x, columns.stop * samples_x),
        )
        return places[0][inner], places[1][inner]

    def _place_exactly(
        self, places: tuple[NDArray[np.float64], ...], snapped: Rect, is_bent: NDArray[np.bool_]
    ) -> None:
        """Overwrite the places of some squares."""
        sides = [NODE_STEP_PX * samples for samples in self.samples_yx]
        shares = [(np.arange(side) + 0.5) * (NODE_STEP_PX / side) for side in sides]
        at_y, at_x = np.nonzero(is_bent)
        shape = len(at_y), *sides
        rows = (snapped.top + at_y * NODE_STEP_PX)[:, None, None] + shares[0][:, None]
        columns = (snapped.left + at_x * NODE_STEP_PX)[:, None, None] + shares[1]
        exact = self._exactly(np.broadcast_to(columns, shape), np.broadcast_to(rows, shape))
        for axis, found in zip(places, exact, strict=True):
            squares = axis.reshape(is_bent.shape[0], sides[0], is_bent.shape[1], sides[1])
            squares[at_y, :, at_x, :] = found

    def _exactly(self, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> Places:
        """Columns and rows in the source of absolute columns and rows of the grid."""
        x = self.grid.origin_xy[0] + columns * self.grid.pixel_size_xy[0]
        y = self.grid.origin_xy[1] - rows * self.grid.pixel_size_xy[1]
        return places_in(self.source, self.grid.crs, x, y)

    def _source_pixels_per_pixel(self) -> NDArray[np.float64]:
        """Change of (column, row) of the source along a column and down a row of the grid, float64 (2, 2)."""
        x, y = self.grid.reference_xy or centre_in(self.source, self.grid.crs)
        (width, height), (left, top) = self.grid.pixel_size_xy, self.grid.origin_xy
        column, row = (x - left) / width, (top - y) / height
        around = self._exactly(np.array([column, column + 1, column]), np.array([row, row, row + 1]))
        change = np.array([axis[1:] - axis[0] for axis in around])
        if not np.isfinite(change).all():
            change = np.eye(2) * self.grid.gsd_m / self.source.gsd_m
        return change


def _miss(nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much interpolation over whole squares misses the middles of their sides, at most."""
    across = np.abs((nodes[::2, :-2:2] + nodes[::2, 2::2]) / 2 - nodes[::2, 1::2])
    down = np.abs((nodes[:-2:2, ::2] + nodes[2::2, ::2]) / 2 - nodes[1::2, ::2])
    sides = (across[:-1], across[1:], down[:, :-1], down[:, 1:])
    most: NDArray[np.float64] = np.fmax.reduce(sides)
    return most


def _has_edge(nodes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Squares that have a place in part."""
    count_y, count_x = (side // 2 for side in nodes.shape)
    placed = np.isfinite(nodes)
    inside = sum(
        placed[down : down + 2 * count_y - 1 : 2, across : across + 2 * count_x - 1 : 2].astype(int)
        for down in range(3)
        for across in range(3)
    )
    return np.asarray((inside > 0) & (inside < 9))
