"""The areas that change is counted in: polygons of a vector file one by one, with their fields, on a scene's grid."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import ProjError

from ...errors import UnsupportedSourceError
from ...lattice import Rect
from ...plan import Plan
from ...raster.area import Area, AreaFarError, PixelArea, Polygonal, full_turn, join
from ...raster.area_file import Feature, load_features
from ...raster.grid import bounds_in
from .fields import Fields, read_fields


@dataclass(frozen=True)
class ChangeAreas:
    """The areas of a vector file, in its order; an area's number is its place in that order.

    Attributes:
        features: each with its polygons, as the file has them.
        fields: what the file says of each, in the same order.
    """

    features: Sequence[Feature]
    fields: Fields

    @property
    def path(self) -> Path:
        """The file."""
        return self.features[0].path

    @cached_property
    def crs(self) -> CRS:
        """Of all geometries."""
        return CRS.from_user_input(self.features[0].crs)

    @cached_property
    def geometries(self) -> NDArray[np.object_]:
        """As the file has them."""
        encoded = np.array([feature.wkb for feature in self.features], object)
        geometries: NDArray[np.object_] = shapely.from_wkb(encoded, on_invalid="fix")
        return geometries

    @cached_property
    def key(self) -> str:
        """SHA-256 over numbers, polygons and CRS: areas with another key were counted for another file."""
        digest = hashlib.sha256(self.crs.to_wkt().encode())
        for feature in self.features:
            digest.update(f"{feature.fid} {len(feature.wkb)} ".encode())
            digest.update(feature.wkb)
        return digest.hexdigest()

    def area(self, number: int) -> Area | None:
        """One area, repaired; None where its polygons cover nothing."""
        geometry = join([self.geometries[number]])
        if geometry.is_empty:
            return None
        feature = self.features[number]
        return Area(geometry, self.crs, feature.path, f"{feature.path.name}, feature {feature.fid}")


@dataclass(frozen=True)
class PlacedArea:
    """An area on the grid of a scene.

    Attributes:
        number: of the area.
        pixels: which ones belong to it; all of the rectangle where None.
        rect: of the grid, around what the scene shows of it.
    """

    number: int
    pixels: PixelArea | None
    rect: Rect

    def mask(self, part: Rect) -> NDArray[np.bool_] | bool:
        """Say of each pixel of a part of the rectangle whether it belongs to the area, bool (y, x)."""
        return True if self.pixels is None else self.pixels.mask(part)


def load_change_areas(path: Path | str, layer: str | None = None, crs: str | None = None) -> ChangeAreas:
    """Read the areas of a vector file with all that it says of them.

    Args:
        path: the file.
        layer: of the file; the one with polygons where None.
        crs: of a file that names none, or a wrong one.

    Raises:
        RequestError: the file cannot be read, or holds other things than polygons.
    """
    features = load_features(path, layer, crs)
    return ChangeAreas(features, read_fields(features[0].path, features[0].layer, [one.fid for one in features]))


def place_areas(areas: ChangeAreas, plan: Plan) -> list[PlacedArea]:
    """Bring to a scene's grid those areas of which it may show a part; a pixel belongs to one if its centre does.

    Call it before a long run too: what it raises would otherwise end the run after its last block.

    Raises:
        RequestError: no way leads from the areas' CRS to the scene's.
    """
    grid, placed = plan.grid, []
    to_xy = grid.transform(plan.rect)
    (x_min, y_max), (x_max, y_min) = to_xy @ (0, 0), to_xy @ (plan.rect.width, plan.rect.height)
    lattice = grid.transform(Rect(0, 0, 1, 1))
    for number in _candidates(areas, grid.crs, ((x_min, y_max), (x_max, y_max), (x_max, y_min), (x_min, y_min))):
        area = areas.area(number)
        if area is None:
            continue
        try:
            geometry: Polygonal = area.in_crs(grid.crs, (x_min, y_min, x_max, y_max))
        except AreaFarError:
            continue
        pixels = PixelArea(geometry, lattice)
        rect = grid.rect_of(pixels.bounds_xy).intersection(plan.rect)
        if not rect.is_empty:
            placed.append(PlacedArea(number, pixels, rect))
    return placed


def _candidates(areas: ChangeAreas, crs: CRS, corners: tuple[tuple[float, float], ...]) -> list[int]:
    """Numbers of the areas that may meet a rectangle; longitudes may be counted a turn further on."""
    try:
        x_min, y_min, x_max, y_max = bounds_in(corners, crs, areas.crs)
    except (UnsupportedSourceError, ProjError):  # each is tried then, and says what is wrong with it
        return list(range(len(areas.features)))
    turn = full_turn(areas.crs)
    boxes: Any = [shapely.box(x_min + shift, y_min, x_max + shift, y_max) for shift in {-turn, 0.0, turn}]
    found = shapely.STRtree(areas.geometries).query(boxes)[1]
    return sorted({int(number) for number in found})
