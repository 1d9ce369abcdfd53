"""The file of a split: the ground of each part, written with a dataset, and read for another one of the same region."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS

from ...core.errors import RequestError
from ...core.files import hash_file
from ...core.raster.area import Area, Polygonal, join
from ...core.raster.area_file import Feature, find_vector, load_features, reading_vector
from .cutting import Frame
from .folder import SPLIT_NAME
from .footprints import WORLD, Box
from .splitting import DROPPED, PARTS, SplitSettings, block_part

if TYPE_CHECKING:
    from .gathering import Gathered
    from .writing import Outcome

PART, KIND = "part", "kind"
TILE, GROUND = "tile", "area"
"""Kinds of features: the footprint of a pair of tiles, and ground that is held out, whatever is cut of it."""
HELD_OUT = PARTS[1:]
DEGREE_DIGITS = 7
LONGEST_EDGE_M = 1000.0
"""Of a block; its edges are straight in metres and nearly so in degrees."""


@dataclass(frozen=True)
class SplitAreas:
    """Ground that a file shares out.

    Attributes:
        name: of the file, as it was given.
        sha256: of its bytes.
        held_out: where tiles belong to validation or test.
        used: where tiles, or ground that a person drew, belong to a part already; others keep their distance.
    """

    name: str
    sha256: str
    held_out: Mapping[str, Area]
    used: Mapping[str, Area]

    def in_metres(self, frame: Frame) -> AreasInMetres:
        """All of it in metres of a frame, which has a place."""
        crs = CRS.from_user_input(frame.crs)
        held_out, used = (
            {part: area.in_crs(crs) for part, area in areas.items()} for areas in (self.held_out, self.used)
        )
        return AreasInMetres(held_out, used)


@dataclass(frozen=True)
class AreasInMetres:
    """The same as `SplitAreas`, in metres of a frame."""

    held_out: Mapping[str, Polygonal]
    used: Mapping[str, Polygonal]

    def parts_of(self, outlines: NDArray[np.object_]) -> NDArray[np.str_]:
        """The part of each tile, by where its centre lies; `train` outside of all."""
        centres = shapely.centroid(outlines)
        parts = np.full(len(outlines), PARTS[0], "U16")
        for part, geometry in self.held_out.items():
            shapely.prepare(geometry)
            parts[shapely.intersects(geometry, centres)] = part
        return parts

    def near(self, outlines: NDArray[np.object_], parts: Sequence[str], distance_m: float) -> NDArray[np.bool_]:
        """Which tiles lie within a distance of the ground that parts use."""
        found = np.zeros(len(outlines), np.bool_)
        for part in parts:
            if part in self.used:
                shapely.prepare(self.used[part])
                found |= shapely.dwithin(self.used[part], outlines, distance_m)
        return found


def read_split(place: Path) -> SplitAreas:
    """Read which ground is held out.

    Args:
        place: a dataset folder, or a vector file of polygons with a field `part`: `validation`, `test`, `train` or
            `buffer`. In what `landcast pairs` writes, a field `kind` tells tiles from the ground that is held out;
            without it a polygon counts as both.

    Raises:
        RequestError: it cannot be read, holds other things than polygons, does not say its CRS, or holds nothing out.
    """
    path = _find(place)
    try:
        features = load_features(path)
    except RequestError as error:
        raise RequestError(_in_own_words(error, place)) from error
    said = _properties(path, features)
    polygons = shapely.from_wkb([feature.wkb for feature in features])
    crs = CRS.from_user_input(features[0].crs)
    held_out: dict[str, list[Any]] = {}
    used: dict[str, list[Any]] = {}
    for (part, kind), polygon in zip(said, polygons, strict=True):
        if kind != TILE and part in HELD_OUT:
            held_out.setdefault(part, []).append(polygon)
        if kind != GROUND:
            used.setdefault(part, []).append(polygon)
    if not held_out:
        # tiles alone, of a file that somebody took the areas out of
        held_out = {part: used[part] for part in HELD_OUT if part in used}
    if not held_out:
        raise RequestError(f"--split {place}: no area has the part validation or test, so nothing would be held out")
    used.pop(DROPPED, None)
    return SplitAreas(str(place), hash_file(path), _joined(held_out, crs, path), _joined(used, crs, path))


def check_met(areas: SplitAreas, boxes: Sequence[Box]) -> None:
    """Make sure that a file of areas is of the region that rasters lie in.

    Args:
        areas: of the file.
        boxes: of the rasters, in degrees.

    Raises:
        RequestError: no box meets any of the areas.
    """
    world = CRS.from_user_input(WORLD)
    grounds = [area.in_crs(world) for area in (*areas.held_out.values(), *areas.used.values())]
    outlines = [shapely.box(*box) for box in boxes]
    if not any(shapely.intersects(ground, outlines).any() for ground in grounds):
        found = [_extent_text(shapely.total_bounds(shapes)) for shapes in (grounds, outlines)]
        raise RequestError(
            f"--split {areas.name}: none of its areas meets any raster; they cover {found[0]}, and the rasters "
            f"{found[1]}: it is of another region, or of another CRS than it says"
        )


def split_features(gathered: Gathered, outcome: Outcome, settings: SplitSettings) -> dict[str, Any]:
    """GeoJSON of the ground that is held out, and of all tiles that have a part; those between them as `buffer`."""
    areas = [
        _feature(polygon, {KIND: GROUND, PART: part})
        for part, geometry in _held_out_ground(gathered, settings)
        for polygon in shapely.get_parts(geometry)
    ]
    return {"type": "FeatureCollection", "features": [*areas, *_tile_features(gathered, outcome)]}


def _tile_features(gathered: Gathered, outcome: Outcome) -> Iterator[dict[str, Any]]:
    numbers = {int(index): number for number, index in enumerate(outcome.kept)}
    for index in np.flatnonzero(outcome.parts != ""):
        tile = gathered.tiles[int(index)]
        interval = gathered.intervals[tile.interval]
        said = {
            KIND: TILE, PART: str(outcome.parts[index]), "row": numbers.get(int(index)),
            "before": str(interval.before), "after": str(interval.after),
            "ground_scale_m": round(tile.ground_scale_m, 4),
        }  # fmt: skip
        yield _feature(shapely.Polygon(tile.corners.T), said)


def _held_out_ground(gathered: Gathered, settings: SplitSettings) -> Iterator[tuple[str, Polygonal]]:
    """Ground that is held out, in degrees: areas that were given, else the blocks that anything was cut of."""
    if settings.areas is not None:
        for part, area in settings.areas.held_out.items():
            yield part, area.in_crs(CRS.from_user_input(WORLD))
        return
    side = settings.block_m
    blocks = {tuple(math.floor(value / side) for value in tile.place_xy) for tile in gathered.tiles}
    for column, row in sorted(blocks):
        part = block_part(column, row, -1, settings)
        if part in HELD_OUT:
            box = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
            ring = shapely.get_coordinates(shapely.segmentize(box, LONGEST_EDGE_M))
            yield part, shapely.Polygon(gathered.frame.degrees(ring.T).T)


def _feature(polygon: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    # counter-clockwise, as RFC 7946 asks
    rings = shapely.get_rings(shapely.orient_polygons(polygon))
    coordinates = [shapely.get_coordinates(ring).round(DEGREE_DIGITS).tolist() for ring in rings]
    return {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": coordinates}}


def _find(place: Path) -> Path:
    if place.is_dir() and place.suffix.lower() != ".gdb":
        path = place / SPLIT_NAME
        if not path.is_file():
            raise RequestError(
                f"--split {place}: a folder without {SPLIT_NAME}; a dataset of images without a place on Earth has none"
            )
        return path
    if not place.exists():
        raise RequestError(f"--split {place}: neither a share, as 0.2, nor a file or dataset folder that exists")
    return place


def _in_own_words(error: RequestError, place: Path) -> str:
    """What the reading of areas says, whose options are those of a prediction."""
    text = str(error).replace("name it by --area-crs", "save it with one")
    text = text.replace("name its CRS by --area-crs", "save it with the right CRS")
    return f"--split {place}: {text.replace('name one by --area-layer', 'keep one of them')}"


def _properties(path: Path, features: Sequence[Feature]) -> list[tuple[str, str]]:
    """Part and kind of each feature.

    Raises:
        RequestError: there is no field `part`, or it holds something else.
    """
    with reading_vector(path):
        name, layer = find_vector(path), features[0].layer
        fields = [str(one) for one in pyogrio.read_info(name, layer=layer)["fields"]]
        if PART not in fields:
            raise RequestError(
                f"--split {path}: has no field {PART}; its fields: {', '.join(fields) or 'none'}; give each polygon "
                f"one that says {', '.join(PARTS)} or {DROPPED}"
            )
        columns = [name for name in (PART, KIND) if name in fields]
        meta, fids, _, values = raw.read(name, layer=layer, columns=columns, read_geometry=False, return_fids=True)
    by_name = dict(zip(meta["fields"], values, strict=True))
    kinds = by_name.get(KIND, [None] * len(fids))
    said = {int(fid): (part, kind) for fid, part, kind in zip(fids, by_name[PART], kinds, strict=True)}
    return [(_part(path, feature.fid, said[feature.fid][0]), _text(said[feature.fid][1])) for feature in features]


def _part(path: Path, number: int, value: object) -> str:
    found = _text(value)
    if found not in (*PARTS, DROPPED):
        shown = "no part" if not found else f"the part {value!r}"
        raise RequestError(f"--split {path}: feature {number} has {shown}; parts are {', '.join(PARTS)} and {DROPPED}")
    return found


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip().lower()


def _joined(found: Mapping[str, Sequence[Any]], crs: CRS, path: Path) -> dict[str, Area]:
    return {part: Area(join(polygons), crs, path, path.name) for part, polygons in found.items()}


def _extent_text(bounds: NDArray[np.float64]) -> str:
    west, south, east, north = bounds
    return f"{west:.4f}, {south:.4f} to {east:.4f}, {north:.4f} (longitude, latitude)"
