"""The area to predict: polygons, brought to a grid, and which of its pixels have their centre in them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import ProjError
from shapely import MultiPolygon, Polygon

from ..errors import RequestError
from ..lattice import Rect, split

Polygonal: TypeAlias = Polygon | MultiPolygon
Bounds: TypeAlias = tuple[float, float, float, float]

EDGE_TOLERANCE_M = 0.01
"""A reprojected edge leaves the line that it has in its own CRS by no more than this."""
EARTH_RADIUS_M = 6_371_000.0
EDGE_SHARES = np.array([0.25, 0.5, 0.75])[None, :, None]
MAX_HALVINGS = 24
CUT = "cut it to the surroundings of the source"
MAX_VERTICES = 10_000_000
NEAR_MARGIN = 0.1
"""What is kept of an area around the ground of interest, in its longer side."""
BLOCK_PX, SMALL_BLOCK_PX = 512, 16
POLYGON = 3
"""Shapely's type number of a polygon."""


class AreaFarError(RequestError):
    """An area lies far from where it is wanted."""


@dataclass(frozen=True)
class Area:
    """Polygons of a file, all in one.

    Attributes:
        geometry: valid and not empty; its edges are straight in `crs`.
        crs: of the geometry; x before y, longitude before latitude.
        path: the file.
        name: of the file, and of its layer where it has several.
    """

    geometry: Polygonal
    crs: CRS
    path: Path
    name: str

    def in_crs(self, crs: CRS, within_xy: Bounds | None = None) -> Polygonal:
        """Bring the area to another CRS; each edge follows its line on the ground within 1 cm.

        Args:
            crs: the other one.
            within_xy: x min, y min, x max, y max in the other CRS; what lies far beyond it may be left out.
                It lets an area be larger than the other CRS can show, and costs less where the area is large.
                Give the bounds of the source, not of a part of it: vertices depend on it, within the tolerance.

        Raises:
            AreaFarError: the area lies far from `within_xy`.
            RequestError: no way leads from one CRS to the other, or for part of the area.
        """
        if self.crs.equals(crs, ignore_axis_order=True):
            return self.geometry
        transformer = self._transformer(crs)
        geometry = self.geometry if within_xy is None else self._near(transformer, within_xy)
        rings, polygon_of_ring = shapely.get_rings(shapely.get_parts(geometry), return_index=True)
        vertices, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
        vertices, ring_of_vertex = self._project_edges(vertices, ring_of_vertex, transformer, crs)
        polygons = shapely.polygons(shapely.linearrings(vertices, indices=ring_of_vertex), indices=polygon_of_ring)
        projected = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
        if not shapely.is_valid(projected):
            projected = join(polygons)
        self._check_inside(geometry, projected, transformer, crs)
        return projected

    def _transformer(self, crs: CRS) -> Transformer:
        for one in (self.crs, crs):
            if not (one.is_geographic or one.is_projected):
                raise RequestError(
                    f"{self.path}: {one.name} has no place on Earth, so the area ({self.crs.name}) cannot be brought "
                    f"to the CRS of the result ({crs.name}); save the area in the CRS of the source"
                )
        try:
            return Transformer.from_crs(self.crs, crs, always_xy=True)
        except ProjError as error:
            raise RequestError(
                f"{self.path}: no way from {self.crs.name} to {crs.name}; save the area in the CRS of the source"
            ) from error

    def _near(self, transformer: Transformer, within_xy: Bounds) -> Polygonal:
        """What lies near to bounds in the other CRS, also where longitudes are counted a turn further on."""
        try:
            bounds = transformer.transform_bounds(*within_xy, direction=TransformDirection.INVERSE)
        except ProjError:
            return self.geometry
        if not np.isfinite(bounds).all():
            return self.geometry
        x_min, y_min, x_max, y_max = bounds
        turn = full_turn(self.crs)
        if turn and x_min > x_max:
            x_max += turn
        margin = NEAR_MARGIN * max(x_max - x_min, y_max - y_min)
        boxes = [
            shapely.box(x_min - margin + shift, y_min - margin, x_max + margin + shift, y_max + margin)
            for shift in ({-turn, 0.0, turn})
        ]
        near = join(shapely.intersection(self.geometry, boxes))
        if near.is_empty:
            raise AreaFarError(f"{self.path}: the area does not meet the source; is its CRS really {self.crs.name}?")
        return near

    def _project_edges(
        self, vertices: NDArray[np.float64], rings: NDArray[np.intp], transformer: Transformer, crs: CRS
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Project vertices, and halve edges for as long as they leave their line; with the ring of each."""

        def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return self._project(points, transformer, crs)

        tolerance = _edge_tolerance(crs)
        projected = project(vertices)
        is_open = rings[:-1] == rings[1:]
        for _ in range(MAX_HALVINGS):
            edges = np.flatnonzero(is_open)
            between = vertices[edges, None] * (1 - EDGE_SHARES) + vertices[edges + 1, None] * EDGE_SHARES
            placed = project(between)
            chord = projected[edges, None] * (1 - EDGE_SHARES) + projected[edges + 1, None] * EDGE_SHARES
            is_off = (np.hypot(*np.moveaxis(placed - chord, -1, 0)) > tolerance).any(1)
            if not is_off.any():
                return projected, rings
            edges, count = edges[is_off], np.count_nonzero(is_off)
            if len(vertices) + count > MAX_VERTICES:
                raise RequestError(f"{self.path}: the area is too long for {crs.name}; {CUT}")
            vertices = np.insert(vertices, edges + 1, between[is_off, 1], axis=0)
            projected = np.insert(projected, edges + 1, placed[is_off, 1], axis=0)
            rings = np.insert(rings, edges + 1, rings[edges])
            first_halves = edges + np.arange(count)
            is_open = np.zeros(len(vertices) - 1, np.bool_)
            is_open[first_halves] = is_open[first_halves + 1] = True
        raise RequestError(f"{self.path}: an edge of the area is torn apart in {crs.name}; {CUT}")

    def _check_inside(self, own: Polygonal, projected: Polygonal, transformer: Transformer, crs: CRS) -> None:
        """Edges may all have a place though the ground between them has none: each part must hold its own inside."""
        inside = shapely.get_coordinates(shapely.point_on_surface(shapely.get_parts(own)))
        off = shapely.distance(projected, shapely.points(self._project(inside, transformer, crs)))
        if not (off <= 2 * _edge_tolerance(crs)).all():
            raise RequestError(f"{self.path}: the area is too large for {crs.name}; {CUT}")

    def _project(self, points: NDArray[np.float64], transformer: Transformer, crs: CRS) -> NDArray[np.float64]:
        placed = np.stack(transformer.transform(points[..., 0], points[..., 1]), -1)
        if not np.isfinite(placed).all():
            raise RequestError(f"{self.path}: part of the area has no place in {crs.name}; {CUT}")
        return placed


@dataclass(frozen=True)
class PixelArea:
    """An area on the lattice of a grid: a pixel belongs to it if its centre lies inside or on the boundary.

    Attributes:
        geometry: in the CRS of the grid.
        lattice: lattice pixel (column, row) to CRS (x, y); may be rotated.
    """

    geometry: Polygonal
    lattice: Affine

    @property
    def bounds_xy(self) -> Bounds:
        """X min, y min, x max, y max in the CRS of the grid."""
        x_min, y_min, x_max, y_max = self.geometry.bounds
        return x_min, y_min, x_max, y_max

    def mask(self, rect: Rect) -> NDArray[np.bool_]:
        """Say of each pixel of a rectangle whether it belongs to the area, bool (y, x).

        A pixel's answer depends on its place on the lattice only. Beside the answer this takes some 10 MB.
        """
        shapely.prepare(self.geometry)
        belongs = np.zeros(rect.shape_yx, np.bool_)
        if rect.is_empty:
            return belongs
        for block in split(rect, BLOCK_PX):
            belongs[block.slices_in(rect)] = self._mask_block(block)
        return belongs

    def _mask_block(self, block: Rect) -> NDArray[np.bool_] | bool:
        """Whole blocks inside or outside need one look; else small ones, and single pixels along the boundary."""
        (is_inside,), (is_met,) = self._look_at([block])
        if is_inside or not is_met:
            return bool(is_inside)
        belongs = np.zeros(block.shape_yx, np.bool_)
        small = list(split(block, SMALL_BLOCK_PX))
        for rect, is_inside, is_met in zip(small, *self._look_at(small), strict=True):
            if is_inside:
                belongs[rect.slices_in(block)] = True
            elif is_met:
                rows = np.arange(rect.top, rect.bottom)[:, None] + 0.5
                columns = np.arange(rect.left, rect.right)[None] + 0.5
                belongs[rect.slices_in(block)] = shapely.intersects_xy(self.geometry, *self._place(columns, rows))
        return belongs

    def _look_at(self, rects: list[Rect]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether each rectangle, pixels as a whole, lies inside, and whether it meets the area at all."""
        top, left, bottom, right = np.array([(rect.top, rect.left, rect.bottom, rect.right) for rect in rects]).T
        columns, rows = np.stack([left, right, right, left], 1), np.stack([top, top, bottom, bottom], 1)
        boxes = shapely.polygons(np.stack(self._place(columns, rows), -1))
        return shapely.contains_properly(self.geometry, boxes), shapely.intersects(self.geometry, boxes)

    def _place(self, columns: NDArray[Any], rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lattice places to x and y: from absolute numbers, so that each place has one answer to the last bit."""
        t = self.lattice
        return t.a * columns + t.b * rows + t.c, t.d * columns + t.e * rows + t.f


def make_valid(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Twice covered stays covered, as a person who drew an area means it; what collapses to lines is dropped."""
    valid: NDArray[np.object_] = shapely.make_valid(geometries, method="structure", keep_collapsed=False)
    return valid


def join(geometries: Iterable[object]) -> Polygonal:
    """One valid geometry of the polygons among geometries and collections; an empty one where there are none."""
    parts = shapely.get_parts(shapely.get_parts(np.array(list(geometries), object)))
    polygons = make_valid(parts[shapely.get_type_id(parts) == POLYGON])
    joined = shapely.union_all(polygons)
    parts = shapely.get_parts(joined)
    parts = parts[shapely.get_type_id(parts) == POLYGON]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def full_turn(crs: CRS) -> float:
    """360 degrees in the unit of a geographic CRS, 0 in any other."""
    return 2 * math.pi / crs.axis_info[0].unit_conversion_factor if crs.is_geographic else 0.0


def _edge_tolerance(crs: CRS) -> float:
    unit = crs.axis_info[0].unit_conversion_factor
    return EDGE_TOLERANCE_M / (EARTH_RADIUS_M * unit if crs.is_geographic else unit)
