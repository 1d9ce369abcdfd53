"""The area to predict: polygons of a vector file, and which pixels of a grid have their centre in them."""

from __future__ import annotations

import logging
import math
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import numpy as np
import pyogrio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError
from shapely import MultiPolygon, Polygon

from ..errors import RequestError
from ..lattice import Rect, split

Polygonal: TypeAlias = Polygon | MultiPolygon
Bounds: TypeAlias = tuple[float, float, float, float]

logger = logging.getLogger(__name__)

EDGE_TOLERANCE_M = 0.01
"""A reprojected edge leaves the line that it has in its own CRS by no more than this."""
EARTH_RADIUS_M = 6_371_000.0
EDGE_SHARES = np.array([0.25, 0.5, 0.75])[None, :, None]
MAX_HALVINGS = 24
CUT = "cut it to the surroundings of the source"
MAX_VERTICES = 10_000_000
FARTHEST = 1e10
"""No coordinate on Earth is larger in any unit of use; beyond it, arithmetic of polygons loses its footing."""
NEAR_MARGIN = 0.1
"""What is kept of an area around the ground of interest, in its longer side."""
BLOCK_PX, SMALL_BLOCK_PX = 512, 16
HEAD_BYTES = 2**20
MAX_UNPACKED_BYTES = 4 * 2**30
FOREIGN_MARKS = (b"<ogr", b"wfs_capabilities", b"gdal_streamed_alg")
"""Texts by which GDAL takes a file, whatever its name, for a list of other files or addresses to read."""
ADDRESS_SIGNS = frozenset("!;\r\n\t")
"""pyogrio takes a path with one of these for the address of something else."""
ZIP_MARK = b"PK\x03\x04"
KINDS = ("points", "lines", "lines", "polygons", "points", "lines", "polygons", "collections")
"""What shapely's type numbers are called."""
POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7


@dataclass(frozen=True)
class _Format:
    """How a kind of file is known and opened, so that no other driver of GDAL gets to see it.

    Attributes:
        drivers: the names of GDAL's drivers for it.
        prefix: put before the path, makes GDAL use this one driver; not all have one.
        mark: the first bytes of such a file.
    """

    drivers: tuple[str, ...]
    prefix: str = ""
    mark: bytes = b""


FORMATS = {
    ".gpkg": _Format(("GPKG",), mark=b"SQLite format 3\0"),
    ".shp": _Format(("ESRI Shapefile",), mark=b"\x00\x00\x27\x0a"),
    ".geojson": _Format(("GeoJSON",), prefix="GeoJSON:"),
    ".json": _Format(("GeoJSON",), prefix="GeoJSON:"),
    ".geojsonl": _Format(("GeoJSONSeq",), prefix="GeoJSONSeq:"),
    ".geojsons": _Format(("GeoJSONSeq",), prefix="GeoJSONSeq:"),
    ".topojson": _Format(("TopoJSON",), prefix="TopoJSON:"),
    ".fgb": _Format(("FlatGeobuf",), mark=b"fgb\x03fgb"),
    ".kml": _Format(("LIBKML", "KML")),
    ".kmz": _Format(("LIBKML",), mark=ZIP_MARK),
    ".csv": _Format(("CSV",), prefix="CSV:"),
}
GEODATABASE = _Format(("OpenFileGDB",))
ZIP_SUFFIXES = (".zip", ".shz")
READABLE = (
    "a GeoPackage, Shapefile (.shp, or .zip or .shz with one in it), GeoJSON (also one a line, or TopoJSON), "
    "FlatGeobuf, KML, KMZ, file geodatabase (.gdb), or CSV with a column WKT"
)


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
            RequestError: no way leads from one CRS to the other, or for part of the area; or the area
                lies far from `within_xy`.
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
            projected = _join(polygons)
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
        turn = _full_turn(self.crs)
        if turn and x_min > x_max:
            x_max += turn
        margin = NEAR_MARGIN * max(x_max - x_min, y_max - y_min)
        boxes = [
            shapely.box(x_min - margin + shift, y_min - margin, x_max + margin + shift, y_max + margin)
            for shift in ({-turn, 0.0, turn})
        ]
        near = _join(shapely.intersection(self.geometry, boxes))
        if near.is_empty:
            raise RequestError(f"{self.path}: the area does not meet the source; is its CRS really {self.crs.name}?")
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


def load_area(path: str | Path, layer: str | None = None, crs: str | None = None) -> Area:
    """Read the polygons of a vector file as one area; Z is dropped, holes stay, invalid polygons are repaired.

    Args:
        path: the file, see `READABLE`; nothing but this file and its companions of the same name is read.
        layer: of the file; may be left out where only one holds polygons.
        crs: anything that names a CRS; taken instead of the file's own.

    Raises:
        RequestError: the file cannot be read, holds other things than polygons or none, does not say its CRS or
            the wrong one, or has several layers with polygons.
    """
    path = Path(path)
    given_crs = None if crs is None else _named_crs(crs)
    with _reading(path):
        name = _find(path)
        layers = {str(title): str(kind or "no geometry") for title, kind in pyogrio.list_layers(name)}
        layer = _choose_layer(path, name, layers, layer)
        geometries, file_crs = _read_layer(name, layer)
    _check_kinds(path, layer, geometries)
    _check_finite(path, geometries)
    found_crs = _decide_crs(path, file_crs, given_crs)
    _check_degrees(path, geometries, found_crs)
    geometry = _join(_repair(path, geometries))
    if geometry.is_empty or not geometry.area > 0:
        raise RequestError(f"{path}: the polygons of layer {layer} cover nothing")
    return Area(geometry, found_crs, path, path.name if len(layers) == 1 else f"{path.name}, layer {layer}")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what GDAL and GEOS throw into one line, and what they warn of into the log."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            yield
        except (RuntimeError, OSError, ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise RequestError(f"{path}: cannot be read as an area: {reason}") from error
        except shapely.errors.ShapelyError as error:
            reason = " ".join(str(error).split())
            raise RequestError(f"{path}: holds a geometry that cannot be read: {reason}") from error
    for text in dict.fromkeys(str(warning.message) for warning in said):
        logger.warning("%s: %s", path, text)


def _find(path: Path) -> str:
    """What to open, after a look at the file's first bytes: a driver that reads other files must not get it."""
    suffix = path.suffix.lower()
    if path.is_dir() and suffix == ".gdb":
        return _checked(path, str(path.absolute()), GEODATABASE)
    if not path.is_file():
        raise RequestError(f"{path}: no such file")
    if suffix in ZIP_SUFFIXES:
        return _find_in_zip(path)
    if suffix not in FORMATS:
        raise RequestError(f"{path}: files of type {suffix or 'none'} are not read as an area; give {READABLE}")
    with path.open("rb") as stream:
        _check_head(path, suffix, stream.read(HEAD_BYTES))
    return _checked(path, FORMATS[suffix].prefix + str(path.absolute()), FORMATS[suffix])


def _find_in_zip(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        members = {
            entry.filename: entry.file_size
            for entry in archive.infolist()
            if PurePosixPath(entry.filename).suffix.lower() in FORMATS
            and not {"..", "__MACOSX"} & set(PurePosixPath(entry.filename).parts)
        }
        if len(members) != 1:
            found = ", ".join(members) or "none"
            raise RequestError(f"{path}: one vector file in it is needed, found: {found}; unpack it and name the file")
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise RequestError(f"{path}: more than {MAX_UNPACKED_BYTES / 2**30:g} GiB when unpacked; unpack it first")
        (member,) = members
        suffix = PurePosixPath(member).suffix.lower()
        with archive.open(member) as stream:
            _check_head(path, suffix, stream.read(HEAD_BYTES))
    return _checked(path, f"{FORMATS[suffix].prefix}/vsizip/{{{path.absolute().as_posix()}}}/{member}", FORMATS[suffix])


def _check_head(path: Path, suffix: str, head: bytes) -> None:
    if not head:
        raise RequestError(f"{path}: an empty file")
    lower, form = head.lower(), FORMATS[suffix]
    has_mark = head.startswith(form.mark) and (suffix != ".kml" or b"<kml" in lower or b":kml" in lower)
    if not has_mark:
        raise RequestError(f"{path}: not a {suffix} file, whatever its name; give {READABLE}")
    if not form.prefix and any(mark in lower for mark in FOREIGN_MARKS):
        raise RequestError(f"{path}: refers to other files or addresses; give {READABLE}")


def _checked(path: Path, name: str, form: _Format) -> str:
    if not form.prefix and not name.startswith("/vsizip/") and ADDRESS_SIGNS & set(name):
        raise RequestError(f"{path}: a path with ! or ; in it cannot be opened; copy the file elsewhere")
    if not pyogrio.list_layers(name).size:
        raise RequestError(f"{path}: holds no layer")
    driver = pyogrio.read_info(name, layer=0)["driver"]
    if driver not in form.drivers:
        raise RequestError(f"{path}: a file of type {driver} is not read as an area; give {READABLE}")
    return name


def _choose_layer(path: Path, name: str, layers: dict[str, str], layer: str | None) -> str:
    listed = ", ".join(f"{title} ({kind})" for title, kind in layers.items())
    if layer is not None:
        if layer not in layers:
            raise RequestError(f"--area-layer {layer}: not in {path}; its layers: {listed}")
        return layer
    with_polygons = [title for title, kind in layers.items() if len(layers) == 1 or _holds_polygons(name, title, kind)]
    if not with_polygons:
        raise RequestError(f"{path}: no layer with polygons; its layers: {listed}")
    if len(with_polygons) > 1:
        found = ", ".join(with_polygons)
        raise RequestError(f"{path}: several layers with polygons; name one by --area-layer: {found}")
    return with_polygons[0]


def _holds_polygons(name: str, layer: str, kind: str) -> bool:
    """By the type that a layer states; layers of any type are read."""
    if kind == "Unknown" or "Collection" in kind:
        geometries, _ = _read_layer(name, layer)
        return bool(np.isin(shapely.get_type_id(geometries), (POLYGON, MULTIPOLYGON)).any())
    return "Polygon" in kind or "Surface" in kind


def _read_layer(name: str, layer: str) -> tuple[NDArray[np.object_], str | None]:
    """All geometries that are not empty, collections taken apart, and the CRS as the file states it."""
    meta, _, encoded, _ = raw.read(name, layer=layer, columns=[], force_2d=True)
    encoded = [item for item in ([] if encoded is None else encoded) if item is not None]
    geometries = shapely.from_wkb(np.array(encoded, object), on_invalid="fix")
    while (shapely.get_type_id(geometries) == COLLECTION).any():
        geometries = shapely.get_parts(geometries)
    return geometries[~(shapely.is_empty(geometries) | shapely.is_missing(geometries))], meta["crs"]


def _check_kinds(path: Path, layer: str, geometries: NDArray[np.object_]) -> None:
    kinds = Counter(KINDS[number] for number in shapely.get_type_id(geometries))
    if not kinds:
        raise RequestError(f"{path}: layer {layer} holds no geometry; an area needs at least one polygon")
    if set(kinds) != {"polygons"}:
        found = " and ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        raise RequestError(
            f"{path}: layer {layer} holds {found}; an area needs polygons alone: "
            "save those in a file of their own, or draw a polygon around the points or lines"
        )


def _check_finite(path: Path, geometries: NDArray[np.object_]) -> None:
    if not (np.abs(shapely.get_coordinates(geometries)) < FARTHEST).all():
        raise RequestError(f"{path}: a coordinate is not finite or larger than any on Earth; repair the file")


def _named_crs(text: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise RequestError(f"--area-crs {text}: not a CRS; give something like EPSG:4326") from error


def _decide_crs(path: Path, stated: str | None, given: CRS | None) -> CRS:
    try:
        own = CRS.from_user_input(stated) if stated else None
    except CRSError:
        own = None
    if own is not None and own.name.lower().startswith(("undefined", "unknown engineering")):
        own = None
    if own is None and given is None:
        raise RequestError(f"{path}: does not say its coordinate reference system; name it by --area-crs")
    if own is not None and given is not None and not own.equals(given, ignore_axis_order=True):
        logger.warning("%s: taken to be in %s, as asked, though it says %s", path, given.name, own.name)
    crs = given or own
    assert crs is not None
    return crs.to_2d() if crs.is_geographic or crs.is_projected else crs


def _check_degrees(path: Path, geometries: NDArray[np.object_], crs: CRS) -> None:
    """Metres that a file passes off as degrees are common; and an edge half around the Earth has two readings."""
    turn = _full_turn(crs)
    if not turn:
        return
    x_min, y_min, x_max, y_max = shapely.total_bounds(geometries)
    if max(-y_min, y_max) > turn / 4 * (1 + 1e-6) or max(-x_min, x_max) > 2 * turn:
        raise RequestError(
            f"{path}: x {x_min:g} to {x_max:g}, y {y_min:g} to {y_max:g} are no longitudes and latitudes "
            f"({crs.name}); name its CRS by --area-crs"
        )
    x, ring = shapely.get_coordinates(shapely.get_rings(geometries), return_index=True)
    steps = np.abs(np.diff(x[:, 0]))[ring[:-1] == ring[1:]]
    if x_max - x_min < turn * 0.999 and steps.max(initial=0) > turn / 2:
        raise RequestError(f"{path}: an edge spans more than half of the Earth; cut the polygon at the antimeridian")


def _repair(path: Path, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    is_valid = shapely.is_valid(geometries)
    if is_valid.all():
        return geometries
    count = np.count_nonzero(~is_valid)
    logger.warning("%s: repaired %d of %d polygons, which cross or touch themselves", path, count, len(geometries))
    repaired = geometries.copy()
    repaired[~is_valid] = _make_valid(geometries[~is_valid])
    return repaired


def _make_valid(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Twice covered stays covered, as a person who drew an area means it; what collapses to lines is dropped."""
    valid: NDArray[np.object_] = shapely.make_valid(geometries, method="structure", keep_collapsed=False)
    return valid


def _join(geometries: Iterable[object]) -> Polygonal:
    """One valid geometry of the polygons among geometries and collections; an empty one where there are none."""
    parts = shapely.get_parts(shapely.get_parts(np.array(list(geometries), object)))
    polygons = _make_valid(parts[shapely.get_type_id(parts) == POLYGON])
    joined = shapely.union_all(polygons)
    parts = shapely.get_parts(joined)
    parts = parts[shapely.get_type_id(parts) == POLYGON]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _full_turn(crs: CRS) -> float:
    """360 degrees in the unit of a geographic CRS, 0 in any other."""
    return 2 * math.pi / crs.axis_info[0].unit_conversion_factor if crs.is_geographic else 0.0


def _edge_tolerance(crs: CRS) -> float:
    unit = crs.axis_info[0].unit_conversion_factor
    return EDGE_TOLERANCE_M / (EARTH_RADIUS_M * unit if crs.is_geographic else unit)
