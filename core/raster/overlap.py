"""How two images lie to each other: the ground that both cover, pixel by pixel, and what their grids differ in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from ..errors import NotGeoreferencedError
from ..lattice import Rect
from .ground import transformer
from .source import SourceImage

NODE_STEP_PX = 16
"""Places are exact at every sixteenth pixel and interpolated between."""
EDGE_TOLERANCE_PX = 1e-6
"""Pixels whose centre lies on an edge, but for rounding, are inside."""
MAX_STRETCH = 8.0
"""Squares between nodes that span so many times what is common cross the end of a CRS, and lie nowhere."""
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

    def mask(self, rect: Rect) -> NDArray[np.bool_] | None:
        """Bool (y, x) of a rectangle of the image; None where no pixel of it is inside.

        A pixel's answer does not depend on the rectangle that it is asked in.
        """
        nodes = rect.snapped(NODE_STEP_PX)
        columns, rows = self._places_of_nodes(nodes)
        if not self._may_meet(columns, rows):
            return None
        height, width = self._other.shape_yx
        inside = _is_within(_between(columns, nodes, rect), width) & _is_within(_between(rows, nodes, rect), height)
        return inside if inside.any() else None

    def _places_of_nodes(self, nodes: Rect) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row in the other image of each node; not finite where it has none."""
        right, down = np.meshgrid(
            np.arange(nodes.left, nodes.right + 1, NODE_STEP_PX, dtype=np.float64),
            np.arange(nodes.top, nodes.bottom + 1, NODE_STEP_PX, dtype=np.float64),
        )
        x, y = self._image.transform @ (right, down)
        if not is_same_crs(self._image.crs, self._other.crs):
            x, y = transformer(self._image.crs, self._other.crs).transform(x, y)
        if self._other.crs.is_geographic:
            x = _in_turn_around(self._other.centre_xy[0], x, self._other.crs)
        columns, rows = ~self._other.transform @ (x, y)
        return columns, rows

    def _may_meet(self, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> bool:
        is_placed = np.isfinite(columns) & np.isfinite(rows)
        if not is_placed.any():
            return False
        height, width = self._other.shape_yx
        return all(
            places[is_placed].min() <= size + 1 and places[is_placed].max() >= -1
            for places, size in ((columns, width), (rows, height))
        )


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
    columns_rows = [~image.transform @ corner for corner in other.corners_xy]
    return max(abs(value - round(value)) for place in columns_rows for value in place)


def is_same_crs(one: CRS, other: CRS) -> bool:
    """Whether x and y of two CRSs are the same, whichever of them a definition names first."""
    return one.equals(other, ignore_axis_order=True)


def _gsd_at_centre_of(source: SourceImage, reference: SourceImage) -> float:
    """GSD of the reference where the source is, for that of degrees depends on the latitude; else where it is itself."""
    x, y = source.centre_xy
    try:
        if not is_same_crs(source.crs, reference.crs):
            x, y = transformer(source.crs, reference.crs).transform(x, y)
        column, row = ~reference.transform @ (x, y)
        return reference.gsd_at_m((column, row))
    except NotGeoreferencedError:
        return reference.gsd_m


def _in_turn_around(centre: float, x: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """Longitudes counted in the turn around a centre, for they have no end."""
    turn = 2 * math.pi / crs.axis_info[0].unit_conversion_factor
    with np.errstate(invalid="ignore"):
        return centre + (x - centre + turn / 2) % turn - turn / 2


def _is_within(places: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    return (places >= -EDGE_TOLERANCE_PX) & (places <= size + EDGE_TOLERANCE_PX)


def _between(values: NDArray[np.float64], nodes: Rect, rect: Rect) -> NDArray[np.float64]:
    """Interpolate values at nodes at the centres of the pixels of a rectangle; NaN where a square lies nowhere."""
    values = np.where(np.isfinite(values), values, np.nan)
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, :-1], values[1:, 1:]])
    span = corners.max(0) - corners.min(0)
    if np.isfinite(span).any():
        corners[:, span > MAX_STRETCH * np.nanmedian(span)] = np.nan
    rows, columns = rect.slices_in(nodes)
    (cell_y, share_y), (cell_x, share_x) = (
        (np.arange(part.start, part.stop) // NODE_STEP_PX, (np.arange(part.start, part.stop) % NODE_STEP_PX + 0.5))
        for part in (rows, columns)
    )
    share_y, share_x = share_y[:, None] / NODE_STEP_PX, share_x[None] / NODE_STEP_PX
    upper_left, upper_right, lower_left, lower_right = (corner[np.ix_(cell_y, cell_x)] for corner in corners)
    upper = upper_left * (1 - share_x) + upper_right * share_x
    lower = lower_left * (1 - share_x) + lower_right * share_x
    between: NDArray[np.float64] = upper * (1 - share_y) + lower * share_y
    return between
