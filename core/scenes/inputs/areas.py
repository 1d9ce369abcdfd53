"""Areas of a vector file: one scene for each that a source covers, each with a file of its own polygon."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely import MultiPolygon, Polygon, STRtree

from ...errors import LandcastError, OutputError, RequestError
from ...files import sync
from ...raster.access import ENVIRONMENT
from ...raster.area import Area, join, make_valid
from ...raster.area_file import Feature
from ...raster.options import SourceOptions
from ...raster.source import open_source
from .scene import Scene

AREA_SUFFIX = ".fgb"
"""FlatGeobuf keeps every coordinate exactly and no time, so that equal areas are equal files."""
WORLD = "EPSG:4326"
EDGE_POINTS = 21
"""Points of each edge of a bounding box that are brought to another CRS."""

RETRY_S = 3.0
"""How long sources that cannot be opened are left alone before they are tried once more."""

logger = logging.getLogger(__name__)


def scenes_of_areas(
    scenes: Sequence[Scene], features: Sequence[Feature], options: SourceOptions
) -> tuple[list[Scene], list[str]]:
    """Make a scene of each area on each source that it meets, with what is to be said about it.

    Of one source every area is a scene, so that what lies beside it is told as failed. Of several, an area is looked
    for on each; a source that cannot be opened is tried again once, then stays as refused: which areas it holds is not
    known, and all of it is not what was asked for.

    Raises:
        RequestError: no area meets any of several sources.
    """
    broken = [scene for scene in scenes if scene.refused is not None]
    scenes = [scene for scene in scenes if scene.refused is None]
    if len(scenes) == 1 and not broken:
        return [replace(scenes[0], name=feature.name, area=feature) for feature in features], []
    found = _Footprints(scenes, options)
    pairs: list[Scene] = []
    homeless: list[str] = []
    for feature in features:
        met = [scenes[number] for number in found.met_by(feature)]
        single = len(met) == 1
        pairs += [
            replace(
                scene, name=feature.name if single else f"{feature.name}_{scene.name or scene.steps[0]}", area=feature
            )
            for scene in met
        ]
        if not met:
            homeless.append(feature.name)
    broken += [
        replace(scenes[number], refused=f"which areas lie on it is not known: {reason}")
        for number, reason in found.unreadable.items()
    ]
    if not pairs and not broken:
        raise RequestError(f"none of {len(features)} areas meets any of {len(scenes)} scenes; is the areas' CRS right?")
    told = [] if not homeless else [f"{len(homeless)} area(s) on none of the scenes: {_some(homeless)}"]
    return pairs + broken, told


def write_area(feature: Feature, path: Path, is_overwriting: bool = False) -> Path:
    """Write the polygon of one feature as a vector file, exactly as its own file has it; equal areas, equal bytes.

    Raises:
        OutputError: it cannot be written, or another file has the name.
    """
    kind = shapely.from_wkb(feature.wkb).geom_type
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".area-", dir=path.parent) as folder:
            aside = Path(folder) / path.name
            pyogrio.raw.write(
                aside, np.array([feature.wkb], object), [], [], geometry_type=kind, crs=feature.crs, driver="FlatGeobuf"
            )
            if path.exists() and not is_overwriting and path.read_bytes() != aside.read_bytes():
                raise OutputError(f"{path}: exists, and is no file of this area; --overwrite replaces it")
            sync(aside)
            aside.replace(path)
    except (OSError, RuntimeError) as error:
        raise OutputError(f"{path}: the area cannot be written: {' '.join(str(error).split())}") from error
    return path


class _Footprints:
    """Where sources lie: by boxes of longitude and latitude first, then by their corners in their own CRS."""

    def __init__(self, scenes: Sequence[Scene], options: SourceOptions) -> None:
        self.unreadable: dict[int, str] = {}
        self._grounds: dict[int, tuple[CRS, Polygon]] = {}
        for number, scene in enumerate(scenes):
            self._look(number, scene, options)
        if self.unreadable:
            time.sleep(RETRY_S)
        for number in list(self.unreadable):
            self._look(number, scenes[number], options)
        boxes: list[Polygon] = []
        self._numbers: list[int] = []
        for number, ground in sorted(self._grounds.items()):
            boxes += (found := _world_boxes(*ground))
            self._numbers += [number] * len(found)
        self._tree = STRtree(boxes)
        for number, reason in self.unreadable.items():
            logger.warning("%s", scenes[number].without_secrets(reason))

    def _look(self, number: int, scene: Scene, options: SourceOptions) -> None:
        try:
            with rasterio.Env(**ENVIRONMENT), open_source(scene.source, options) as source:
                self._grounds[number] = source.crs, Polygon(source.corners_xy)
            self.unreadable.pop(number, None)
        except LandcastError as error:
            self.unreadable[number] = str(error)
        except OSError as error:
            self.unreadable[number] = f"{scene.source}: cannot be looked at: {error.strerror}"

    def met_by(self, feature: Feature) -> list[int]:
        """Numbers of the scenes that share ground with a feature, in their order."""
        geometry = join(make_valid(np.array([shapely.from_wkb(feature.wkb)], object)))
        area = Area(geometry, CRS.from_user_input(feature.crs), feature.path, feature.name)
        near = {self._numbers[hit] for box in _world_boxes(area.crs, geometry) for hit in self._tree.query(box)}
        return [number for number in sorted(near) if self._shares_ground(area, number)]

    def _shares_ground(self, area: Area, number: int) -> bool:
        crs, ground = self._grounds[number]
        try:
            x_min, y_min, x_max, y_max = ground.bounds
            return bool(area.in_crs(crs, (x_min, y_min, x_max, y_max)).intersection(ground).area > 0)
        except RequestError:
            return False


def _world_boxes(crs: CRS, geometry: Polygon | MultiPolygon) -> list[Polygon]:
    """Boxes of longitude and latitude around a geometry, two where it crosses the antimeridian."""
    everywhere = [shapely.box(-180, -90, 180, 90)]
    try:
        x_min, y_min, x_max, y_max = geometry.bounds
        to_world = Transformer.from_crs(crs, WORLD, always_xy=True)
        bounds = to_world.transform_bounds(x_min, y_min, x_max, y_max, densify_pts=EDGE_POINTS)
    except ProjError:
        return everywhere
    if not np.isfinite(bounds).all():
        return everywhere
    west, south, east, north = bounds
    if west <= east:
        return [shapely.box(west, south, east, north)]
    return [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
