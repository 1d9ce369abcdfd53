"""Scenes whose blocks hold any change that a test wants, without a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from landcast.core.forecast.forecaster import ForecastSettings
from landcast.core.lattice import CELL_PX, Rect
from landcast.core.plan import Interval, Plan
from landcast.core.raster.grid import Grid
from landcast.core.scenes.statistics.areas import ChangeAreas
from landcast.core.scenes.statistics.counting import SceneChange, measure_change
from landcast.core.scenes.statistics.members import pack_members

FACTS = {"model": "tiny", "model_sha256": "0" * 64, "years_ahead": "4", "iterations": 2, "seed": 0, "result_date": None}


@dataclass
class ChangedScene:
    """A scene with the change of each of its members.

    Attributes:
        plan: as far as counting needs it.
        changed: bool, (member, y, x) in cells, over all cells that the rectangle touches.
        valid: bool, (y, x) over the rectangle.
        reads: numbers of the blocks that were read.
    """

    plan: Plan
    changed: NDArray[np.bool_]
    valid: NDArray[np.bool_]
    reads: list[int]

    def read(self, number: int) -> NDArray[np.uint8]:
        """What is kept of a block."""
        self.reads.append(number)
        block, whole = self.plan.blocks[number], self.plan.rect.snapped(CELL_PX)
        cells = block.snapped(CELL_PX).in_cells().slices_in(whole.in_cells())
        return pack_members(self.changed[:, *cells], self.valid[block.slices_in(self.plan.rect)], block)

    def measure(self, areas: ChangeAreas | None = None, name: str = "scene") -> SceneChange:
        """Count it."""
        return measure_change(name, self.plan, FACTS, areas, self.read, "key")

    @property
    def fine(self) -> NDArray[np.bool_]:
        """Bool, (member, y, x) over the rectangle, pixel by pixel."""
        whole = self.plan.rect.snapped(CELL_PX)
        everywhere = np.kron(self.changed, np.ones((1, CELL_PX, CELL_PX), np.bool_))
        return everywhere[:, *self.plan.rect.slices_in(whole)]


def make_scene(
    rect: Rect = Rect(-13, 22, 301, 395),  # noqa: B008 # frozen
    members: int = 3,
    block_px: int = 128,
    epsg: int = 32633,
    origin_xy: tuple[float, float] = (700_000.0, 5_300_000.0),
    gsd_m: float = 2.0,
    seed: int = 0,
) -> ChangedScene:
    """Make a scene with patches of change and a hole, its rectangle aligned to nothing."""
    draw = np.random.default_rng(seed)
    grid = Grid(CRS.from_epsg(epsg), (gsd_m, gsd_m), origin_xy, gsd_m, False)
    settings = ForecastSettings(2.0, gsd_m, 2, members)
    unused: Any = None
    plan = Plan(
        grid, rect, rect, None, unused, unused, Interval(4.0, 2), settings, 3, "uint8", None, None, (), (), block_px
    )
    cells = rect.snapped(CELL_PX).in_cells().shape_yx
    valid = draw.random(rect.shape_yx) > 0.02
    valid[40:90, 100:160] = False
    return ChangedScene(plan, draw.random((members, *cells)) < draw.random((1, *cells)) ** 2, valid, [])


def write_areas(path: Path, geometries: list[BaseGeometry], epsg: int = 32633, **fields: list[Any]) -> Path:
    """Write a GeoJSON file of areas with fields."""
    features = [
        {"type": "Feature", "properties": dict(zip(fields, row, strict=True)), "geometry": mapping(geometry)}
        for geometry, row in zip(
            geometries, list(zip(*fields.values(), strict=True)) or [()] * len(geometries), strict=True
        )
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path
