"""Counting the ground that each member changes, area by area, from what is kept of the blocks of a scene."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from ...lattice import split
from ...plan import Plan
from ...raster.area import Polygonal
from .areas import ChangeAreas, PlacedArea, place_areas
from .ground import GROUND_TILE_PX, PixelGround
from .members import changes_of, valid_of

WHOLE = -1
"""Stands for the number of an area where the whole scene is one."""
TABLE_FACTS = ("model", "model_sha256", "years_ahead", "iterations", "members", "seed", "source_date", "result_date")
"""What a table records of the scenes that it is made of, where it is the same in all of them."""

ReadMembers = Callable[[int], NDArray[np.uint8]]
"""Gives what `pack_members` made of a block, by its number in the plan."""


@dataclass(frozen=True)
class AreaSums:
    """What was counted in an area, square metres.

    Attributes:
        valid_m2: ground that is predicted.
        member_m2: ground that each member changes.
        any_m2: ground that at least one member changes.
        likely_m2: ground that at least half of the members change.
    """

    valid_m2: float
    member_m2: tuple[float, ...]
    any_m2: float
    likely_m2: float

    def __add__(self, other: AreaSums) -> AreaSums:
        both = zip(self.member_m2, other.member_m2, strict=True)
        return AreaSums(
            self.valid_m2 + other.valid_m2,
            tuple(one + another for one, another in both),
            self.any_m2 + other.any_m2,
            self.likely_m2 + other.likely_m2,
        )


@dataclass(frozen=True)
class SceneChange:
    """What was counted in a scene; it survives the run as JSON, so that scenes are added up when all are done.

    Attributes:
        name: of the scene.
        members: of the ensemble.
        sums: by the number of the area; those that the scene does not show are missing.
        areas_key: tells the areas that were counted from others; empty where the whole scene is one.
        crs_wkt: of the footprint.
        footprint_wkt: ground that was predicted, as far as its outline tells.
        facts: what the table records of the scene.
        key: SHA-256 of all that decides about the pixels that were counted.
    """

    name: str
    members: int
    sums: Mapping[int, AreaSums]
    areas_key: str
    crs_wkt: str
    footprint_wkt: str
    facts: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def footprint(self) -> Polygonal:
        """Outline of what was predicted, in its CRS."""
        return shapely.from_wkt(self.footprint_wkt)

    @property
    def crs(self) -> CRS:
        """CRS of the footprint."""
        return CRS.from_wkt(self.crs_wkt)

    def to_json(self) -> str:
        """Write all of it down, every number to its last bit."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SceneChange:
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            said = json.loads(text)
            sums = {
                int(number): AreaSums(**{**one, "member_m2": tuple(one["member_m2"])})
                for number, one in said.pop("sums").items()
            }
            return cls(**said, sums=sums)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not what was counted in a scene: {error}") from error


def measure_change(
    name: str,
    plan: Plan,
    facts: Mapping[str, object],
    areas: ChangeAreas | None,
    read: ReadMembers,
    key: str = "",
) -> SceneChange:
    """Count, block by block, the ground that each member of a finished scene changes.

    No more than one block is held. Nothing is remembered between runs: equal blocks give equal sums to the last bit,
    however often the run that made them was ended.

    Args:
        name: of the scene.
        plan: of the scene.
        facts: as recorded in its results.
        areas: to count in; the whole scene is one where None.
        read: gives what is kept of a block.
        key: of the result.

    Raises:
        RequestError: an area cannot be brought to the scene's grid.
    """
    placed = [PlacedArea(WHOLE, None, plan.rect)] if areas is None else place_areas(areas, plan)
    totals = {one.number: _Total(plan.settings.members) for one in placed}
    ground = PixelGround(plan.grid)
    for number, block in enumerate(plan.blocks):
        here = [one for one in placed if not one.rect.intersection(block).is_empty]
        if not here:
            continue
        packed = read(number)
        valid = valid_of(packed)
        if not valid.any():
            continue
        for one in here:
            for part in split(one.rect.intersection(block), GROUND_TILE_PX):
                rows, columns = part.slices_in(block)
                seen = one.mask(part) & valid[rows, columns]
                totals[one.number].add(packed[:, rows, columns][:, seen], ground.pixel_m2(part))
    sums = {number: total.sums() for number, total in totals.items() if total.valid_m2 > 0}
    recorded = {name: f"{facts[name]}" for name in TABLE_FACTS if facts.get(name) is not None}
    return SceneChange(
        name, plan.settings.members, sums, "" if areas is None else areas.key,
        plan.grid.crs.to_wkt(), shapely.to_wkt(_footprint(plan), rounding_precision=-1), recorded, key,
    )  # fmt: skip


class _Total:
    """Adds up the ground of one area."""

    def __init__(self, members: int) -> None:
        self.valid_m2 = self._any_m2 = self._likely_m2 = 0.0
        self._member_m2 = np.zeros(members)

    def add(self, packed: NDArray[np.uint8], pixel_m2: float) -> None:
        """Take in pixels, uint8 (band, pixel), each of so many square metres."""
        changes = changes_of(packed, len(self._member_m2))
        changing = changes.sum(0)
        self.valid_m2 += changing.size * pixel_m2
        self._member_m2 += changes.sum(1) * pixel_m2
        self._any_m2 += np.count_nonzero(changing) * pixel_m2
        self._likely_m2 += np.count_nonzero(2 * changing >= len(changes)) * pixel_m2

    def sums(self) -> AreaSums:
        """What was added up."""
        return AreaSums(self.valid_m2, tuple(map(float, self._member_m2)), self._any_m2, self._likely_m2)


def _footprint(plan: Plan) -> Polygonal:
    to_xy = plan.grid.transform(plan.rect)
    (x_min, y_max), (x_max, y_min) = to_xy @ (0, 0), to_xy @ (plan.rect.width, plan.rect.height)
    whole = shapely.box(x_min, y_min, x_max, y_max)
    if plan.area is None:
        return whole
    return shapely.intersection(plan.area.geometry, whole)
