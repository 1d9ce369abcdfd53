"""How two images lie to each other: the ground that both cover, pixel by pixel, and what their grids differ in."""

from __future__ import annotations

import math

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from ..errors import NotGeoreferencedError
from ..lattice import Rect
from .ground import ground_distance_m, transformer
from .source import SourceImage

NODE_STEPS_PX = 16, 8, 4, 2, 1
"""Places are exact at every sixteenth pixel, or at nearer ones of a coarse image, and interpolated between."""
MAX_NODE_STEP_M = 10_000
EDGE_TOLERANCE_PX = 1e-6
"""Pixels whose centre lies on an edge, but for rounding, are inside."""
MAX_STRETCH = 8.0
"""Squares between nodes that span so many times what their size explains cross the end of a CRS: they lie nowhere."""
SAME_GSD = 0.005
"""GSDs closer than this are the same."""
SAME_PLACE_PX = 0.01
"""Pixels closer than this lie on one grid."""


class Overlap:
    """Tells which pixels of an image have their centre on the ground of another.

    Args:
        image: whose pixels are asked for.
        other: on whose ground they must lie.
    """

    def __init__(self, image: SourceImage, other: SourceImage) -> None:
        self._image, self._other = image, other
        self._step = next((step for step in NODE_STEPS_PX if step * image.gsd_m <= MAX_NODE_STEP_M), 1)
        to_other = other.transform
        side = max(math.hypot(to_other.a, to_other.d), math.hypot(to_other.b, to_other.e))
        self._longest = MAX_STRETCH * self._step * image.gsd_m / other.gsd_m * side

    def mask(self, rect: Rect) -> NDArray[np.bool_] | None:
        """Bool (y, x) of a rectangle of the image; None where no pixel of it is inside.

        A pixel's answer does not depend on the rectangle that it is asked in.
        """
        nodes = rect.snapped(self._step)
        x, y = self._places_of_nodes(nodes)
        if not self._may_meet(x, y):
            return None
        if self._is_whole(x, y):
            return np.ones(rect.shape_yx, np.bool_)
        columns, rows = self._in_pixels(self._between(x, nodes, rect, self._turn), self._between(y, nodes, rect))
        height, width = self._other.shape_yx
        inside = _is_within(columns, width) & _is_within(rows, height)
        return inside if inside.any() else None

    @property
    def _turn(self) -> float | None:
        """After how much longitude the other image's CRS begins again; None where it counts lengths."""
        crs = self._other.crs
        return 2 * math.pi / crs.axis_info[0].unit_conversion_factor if crs.is_geographic else None

    def _places_of_nodes(self, nodes: Rect) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Each node in the other image's CRS; not finite where it has no place there."""
        right, down = np.meshgrid(
            np.arange(nodes.left, nodes.right + 1, self._step, dtype=np.float64),
            np.arange(nodes.top, nodes.bottom + 1, self._step, dtype=np.float64),
        )
        x, y = _apply(self._image.transform, right, down)
        if not is_same_crs(self._image.crs, self._other.crs):
            x, y = transformer(self._image.crs, self._other.crs).transform(x, y)
        return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)

    def _in_pixels(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Columns and rows of the other image; longitudes are counted in the turn around its centre."""
        if self._turn is not None:
            first = self._other.centre_xy[0] - self._turn / 2
            x = first + (x - first) % self._turn
        return _apply(~self._other.transform, x, y)

    def _may_meet(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
        columns, rows = self._in_pixels(x, y)
        is_placed = np.isfinite(columns) & np.isfinite(rows)
        if not is_placed.any():
            return False
        height, width = self._other.shape_yx
        return all(
            places[is_placed].min() <= size + 1 and places[is_placed].max() >= -1
            for places, size in ((columns, width), (rows, height))
        )

    def _is_whole(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
        """Whether all squares between the nodes are inside, as they are where the nodes are and none is torn."""
        height, width = self._other.shape_yx
        columns, rows = self._in_pixels(x, y)
        is_torn = any(
            (np.abs(np.diff(values, axis=axis)) > self._longest / 2).any() for values in (x, y) for axis in (0, 1)
        )
        return not is_torn and bool((_is_within(columns, width) & _is_within(rows, height)).all())

    def _between(
        self, values: NDArray[np.float64], nodes: Rect, rect: Rect, turn: float | None = None
    ) -> NDArray[np.float64]:
        """Interpolate values at nodes at the centres of the pixels of a rectangle; NaN where a square lies nowhere."""
        corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, :-1], values[1:, 1:]])
        if turn is not None:
            corners -= ((corners - corners[0]) / turn).round() * turn
        corners[:, corners.max(0) - corners.min(0) > self._longest] = np.nan
        rows, columns = (np.arange(part.start, part.stop) for part in rect.slices_in(nodes))
        down = ((rows % self._step + 0.5) / self._step)[:, None]
        right = ((columns % self._step + 0.5) / self._step)[None]
        upper_left, upper_right, lower_left, lower_right = corners[:, rows // self._step]
        squares = columns // self._step
        before = (upper_left * (1 - down) + lower_left * down)[:, squares]
        after = (upper_right * (1 - down) + lower_right * down)[:, squares]
        between: NDArray[np.float64] = before * (1 - right) + after * right
        return between


def grid_caveats(source: SourceImage, reference: SourceImage) -> list[str]:
    """What the grids of two images of a place differ in: CRS, size and place of the pixels."""
    pair = f"{reference.name} and {source.name}"
    if not is_same_crs(source.crs, reference.crs):
        caveats = [
            f"{pair}: lie in different coordinate reference systems, {reference.crs.name} and {source.crs.name}; "
            "their pixels do not cover the same ground one by one"
        ]
    else:
        caveats = []
    source_gsd_m, reference_gsd_m = source.gsd_m, _gsd_at_centre_of(source, reference)
    if not math.isclose(source_gsd_m, reference_gsd_m, rel_tol=SAME_GSD):
        caveats.append(
            f"{pair}: differ in resolution, {reference_gsd_m:.4g} and {source_gsd_m:.4g} m a pixel; "
            "a coarser image has fewer very dark and very bright pixels"
        )
    elif not caveats and (offset := grid_offset_px(source, reference)) > SAME_PLACE_PX:
        caveats.append(f"{pair}: their pixels lie up to {offset:.2g} of a pixel beside each other, not on one grid")
    return caveats


def grid_offset_px(image: SourceImage, other: SourceImage) -> float:
    """How far the corners of another image, in the same CRS, lie from corners of pixels, in pixels."""
    columns_rows = np.array([~image.transform @ corner for corner in other.corners_xy])
    return float(np.abs(columns_rows - columns_rows.round()).max())


def centre_in(image: SourceImage, crs: CRS) -> tuple[float, float]:
    """The centre of an image in a CRS; not finite where it has no place there."""
    x, y = image.centre_xy
    if is_same_crs(image.crs, crs):
        return x, y
    x, y = transformer(image.crs, crs).transform(x, y)
    return float(x), float(y)


def distance_apart_m(image: SourceImage, other: SourceImage) -> float | None:
    """Metres between the centres of two images; None where that cannot be told."""
    try:
        return ground_distance_m(image.crs, image.centre_xy, centre_in(other, image.crs))
    except NotGeoreferencedError:
        return None


def is_same_crs(one: CRS, other: CRS) -> bool:
    """Whether x and y of two CRSs are the same, whichever of them a definition names first."""
    return one.equals(other, ignore_axis_order=True)


def _gsd_at_centre_of(source: SourceImage, reference: SourceImage) -> float:
    """GSD of the reference at the source's centre, for that of degrees depends on latitude; else at its own."""
    try:
        column, row = ~reference.transform @ centre_in(source, reference.crs)
        return reference.gsd_at_m((column, row))
    except NotGeoreferencedError:
        return reference.gsd_m


def _apply(
    transform: Affine, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return transform.a * x + transform.b * y + transform.c, transform.d * x + transform.e * y + transform.f


def _is_within(places: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    return (places >= -EDGE_TOLERANCE_PX) & (places <= size + EDGE_TOLERANCE_PX)
