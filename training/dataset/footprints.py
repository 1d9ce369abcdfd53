"""Where each raster lies, from one look at it, and which rasters of two dates may show the same ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError

from ...core.dates import ImageDate
from ...core.errors import NotGeoreferencedError, SourceError, TrainingError
from ...core.raster.access import ENVIRONMENT, is_address, plain_address
from ...core.raster.options import SourceOptions
from ...core.raster.source import SourceImage, open_source
from .inputs import DatedSources, Say

WORLD = "EPSG:4326"
EDGE_POINTS = 21

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class Footprint:
    """A raster and where it lies.

    Attributes:
        source: path or address.
        date: when it was taken.
        gsd_m: side of a pixel on the ground, metres.
        shape_yx: rows and columns.
        bands: one or three.
        dtype: of the values.
        crs: in words; empty without a place on Earth.
        bounds_xy: x min, y min, x max, y max in its CRS.
        boxes: in degrees, two across the antimeridian; none without a place on Earth.
        caveats: what the user should know of it.
    """

    source: str
    date: ImageDate
    gsd_m: float
    shape_yx: tuple[int, int]
    bands: int
    dtype: str
    crs: str
    bounds_xy: Box
    boxes: tuple[Box, ...]
    caveats: tuple[str, ...] = ()

    @property
    def has_place(self) -> bool:
        """Whether it lies on Earth."""
        return bool(self.crs)

    @property
    def shown(self) -> str:
        """Its name without what may be secret in an address."""
        return plain_address(self.source) if is_address(self.source) else self.source

    @property
    def stem(self) -> str:
        """Its file's name without suffix."""
        if is_address(self.source):
            return PurePosixPath(unquote(urlsplit(self.source).path)).stem
        return Path(self.source).stem

    @property
    def extent_text(self) -> str:
        """Where it lies, for a person."""
        numbers = ", ".join(f"{value:.8g}" for value in self.bounds_xy)
        return f"{numbers} ({self.crs})" if self.has_place else f"{self.shape_yx[1]} x {self.shape_yx[0]} px"


@dataclass(frozen=True)
class Candidates:
    """Rasters of two dates that may be pairs.

    Attributes:
        pairs: of the earlier and the later date.
        apart: of one name, without ground in common with each other or with any other raster.
        alone: other rasters of either date that none of the other date meets.
    """

    pairs: tuple[tuple[Footprint, Footprint], ...]
    apart: tuple[tuple[Footprint, Footprint], ...]
    alone: tuple[Footprint, ...]


def look_at(
    dates: Sequence[DatedSources], options: SourceOptions, warn: Say, tick: Callable[[], None] = lambda: None
) -> list[list[Footprint]]:
    """Open each raster once; those that cannot be opened are told and left out. One list a date.

    Raises:
        TrainingError: no raster of a date can be opened, or rasters with and without a place are mixed.
    """
    found = []
    for dated in dates:
        footprints, problem = [], ""
        for source in dated.sources:
            try:
                footprints.append(_look(source, dated.date, options))
            except SourceError as error:
                problem = str(error)
                warn(f"{problem}; left out")
            tick()
        if not footprints:
            raise TrainingError(f"{dated.date}: none of {len(dated.sources)} raster(s) can be opened; {problem}")
        found.append(footprints)
    placed = {one.has_place: one for footprints in found for one in footprints}
    if len(placed) > 1:
        raise TrainingError(
            f"{placed[False].shown} has no place on Earth and {placed[True].shown} has one; "
            "make a dataset of one kind at a time"
        )
    return found


def find_candidates(before: Sequence[Footprint], after: Sequence[Footprint]) -> Candidates:
    """Pair rasters of two dates that share ground; without a place on Earth, those of one name, or the only two.

    Raises:
        TrainingError: images without a place share no name.
    """
    if not before[0].has_place:
        return _by_name(before, after)
    boxes, numbers = [], []
    for number, one in enumerate(after):
        boxes += [shapely.box(*box) for box in one.boxes]
        numbers += [number] * len(one.boxes)
    tree = shapely.STRtree(boxes)
    pairs, met, meeting = [], set(), set()
    for index, one in enumerate(before):
        hits = {numbers[hit] for box in one.boxes for hit in tree.query(shapely.box(*box), "intersects")}
        pairs += [(one, after[hit]) for hit in sorted(hits)]
        met |= hits
        meeting |= {index} if hits else set()
    lonely = [one for index, one in enumerate(before) if index not in meeting]
    others = {one.stem: one for number, one in enumerate(after) if number not in met}
    apart = tuple((one, others.pop(one.stem)) for one in lonely if one.stem in others)
    named = {one.source for pair in apart for one in pair}
    alone = tuple(one for one in (*lonely, *others.values()) if one.source not in named)
    return Candidates(tuple(pairs), apart, alone)


def _by_name(before: Sequence[Footprint], after: Sequence[Footprint]) -> Candidates:
    if len(before) == len(after) == 1:
        return Candidates(((before[0], after[0]),), (), ())
    others = {one.stem: one for one in after}
    pairs = tuple((one, others[one.stem]) for one in before if one.stem in others)
    if not pairs:
        raise TrainingError(
            f"{before[0].date} and {after[0].date}: no image has the same name at both dates "
            f"({before[0].stem} and {after[0].stem} are the first), and images without a place are paired by name"
        )
    paired = {one.stem for one, _ in pairs}
    return Candidates(pairs, (), tuple(one for one in (*before, *after) if one.stem not in paired))


def _look(source: str, date: ImageDate, options: SourceOptions) -> Footprint:
    with rasterio.Env(**ENVIRONMENT), open_with_place(source, options) as image:
        corners = np.array(image.corners_xy)
        (x_min, y_min), (x_max, y_max) = corners.min(0), corners.max(0)
        bounds = float(x_min), float(y_min), float(x_max), float(y_max)
        return Footprint(
            source, date, image.gsd_m, image.shape_yx, image.bands, image.dtype.name,
            image.crs.name if image.has_place else "", bounds, _boxes(image, bounds) if image.has_place else (),
            image.caveats,
        )  # fmt: skip


def open_with_place(source: str, options: SourceOptions) -> SourceImage:
    """Open a raster; a given GSD or CRS is taken for those that say none themselves.

    Raises:
        SourceError: it cannot be opened, or has no place and none is given.
    """
    try:
        return open_source(source, SourceOptions(options.bands, None, None, options.is_remote_allowed))
    except NotGeoreferencedError:
        if options.gsd_m is None and options.assume_crs is None:
            raise
        return open_source(source, options)


def _boxes(image: SourceImage, bounds: Box) -> tuple[Box, ...]:
    everywhere = ((-180.0, -90.0, 180.0, 90.0),)
    try:
        to_world = Transformer.from_crs(image.crs, WORLD, always_xy=True)
        found = to_world.transform_bounds(*bounds, densify_pts=EDGE_POINTS)
    except ProjError:
        return everywhere
    if not np.isfinite(found).all():
        return everywhere
    west, south, east, north = map(float, found)
    if west <= east:
        return ((west, south, east, north),)
    return (west, south, 180.0, north), (-180.0, south, east, north)
