"""Reading an area from a vector file, of which nothing but the file itself is opened."""

from __future__ import annotations

import logging
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS
from pyproj.exceptions import CRSError

from ..errors import RequestError
from .area import POLYGON, Area, full_turn, join, make_valid

logger = logging.getLogger(__name__)

HEAD_BYTES = 2**20
MAX_UNPACKED_BYTES = 4 * 2**30
FOREIGN_MARKS = (b"<ogr", b"wfs_capabilities", b"gdal_streamed_alg")
"""Texts by which GDAL takes a file, whatever its name, for a list of other files or addresses to read."""
ADDRESS_SIGNS = frozenset("!;\r\n\t")
"""pyogrio takes a path with one of these for the address of something else."""
ZIP_MARK = b"PK\x03\x04"
KINDS = ("points", "lines", "lines", "polygons", "points", "lines", "polygons", "collections")
"""What shapely's type numbers are called."""
MULTIPOLYGON, COLLECTION = 6, 7


FARTHEST = 1e10
"""No coordinate on Earth is larger in any unit of use; beyond it, arithmetic of polygons loses its footing."""


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
NAME_FIELD = "name"
"""Field that names features where none is asked for, in any case."""
ZIP_SUFFIXES = (".zip", ".shz")
READABLE = (
    "a GeoPackage, Shapefile (.shp, or .zip or .shz with one in it), GeoJSON (also one a line, or TopoJSON), "
    "FlatGeobuf, KML, KMZ, file geodatabase (.gdb), or CSV with a column WKT"
)


@dataclass(frozen=True)
class Feature:
    """One feature of a vector file.

    Attributes:
        path: of the file.
        layer: of the file.
        fid: its number in the layer, which stays as long as the file does.
        name: by a field of it; `area_FID` where there is none, and with `_FID` behind it where others have it too.
        wkb: its polygon or polygons, as the file has them, without Z.
        crs: as WKT or a code.
    """

    path: Path
    layer: str
    fid: int
    name: str
    wkb: bytes
    crs: str


def load_features(
    path: str | Path, layer: str | None = None, crs: str | None = None, name_field: str | None = None
) -> list[Feature]:
    """Read the features of a vector file one by one, in the file's order; those without a geometry are left out.

    Args:
        path: the file, see `READABLE`.
        layer: of the file; may be left out where only one holds polygons.
        crs: anything that names a CRS; taken instead of the file's own.
        name_field: field with the names; `name` where None and there is one.

    Raises:
        RequestError: as `load_area`, or there is no such field.
    """
    path = Path(path)
    given_crs = None if crs is None else _named_crs(crs)
    with reading_vector(path):
        name = find_vector(path)
        layers = {str(title): str(kind or "no geometry") for title, kind in pyogrio.list_layers(name)}
        layer = _choose_layer(path, name, layers, layer)
        field = _choose_field(path, [str(one) for one in pyogrio.read_info(name, layer=layer)["fields"]], name_field)
        columns = [] if field is None else [field]
        meta, fids, encoded, values = raw.read(name, layer=layer, columns=columns, force_2d=True, return_fids=True)
    names = [None] * len(fids) if field is None else list(values[0])
    found = [one for one in zip(fids, names, encoded, strict=True) if one[2] is not None]
    with reading_vector(path):
        geometries = shapely.from_wkb(np.array([wkb for _, _, wkb in found], object), on_invalid="fix")
    is_there = ~(shapely.is_empty(geometries) | shapely.is_missing(geometries))
    _check_kinds(path, layer, geometries[is_there])
    _check_finite(path, geometries[is_there])
    found_crs = _decide_crs(path, meta["crs"], given_crs)
    _check_degrees(path, geometries[is_there], found_crs)
    kept = [one for one, is_kept in zip(found, is_there, strict=True) if is_kept]
    written = _crs_text(found_crs)
    return [
        Feature(path, layer, int(fid), title, bytes(wkb), written)
        for (fid, _, wkb), title in zip(kept, _feature_names([(int(fid), name) for fid, name, _ in kept]), strict=True)
    ]


def _choose_field(path: Path, fields: list[str], wanted: str | None) -> str | None:
    if wanted is None:
        return next((field for field in fields if field.lower() == NAME_FIELD), None)
    if wanted not in fields:
        raise RequestError(f"--area-name {wanted}: no field of {path}; its fields: {', '.join(fields) or 'none'}")
    return wanted


def _feature_names(named: list[tuple[int, object]]) -> list[str]:
    """Names of features by their numbers and what a field holds, each other than all others."""
    texts = ["" if value is None or value != value else str(value).strip() for _, value in named]
    counts = Counter(text.casefold() for text in texts)
    return [
        f"area_{fid}" if not text else text if counts[text.casefold()] == 1 else f"{text}_{fid}"
        for (fid, _), text in zip(named, texts, strict=True)
    ]


def _crs_text(crs: CRS) -> str:
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else crs.to_wkt()


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
    with reading_vector(path):
        name = find_vector(path)
        layers = {str(title): str(kind or "no geometry") for title, kind in pyogrio.list_layers(name)}
        layer = _choose_layer(path, name, layers, layer)
        geometries, file_crs = _read_layer(name, layer)
    _check_kinds(path, layer, geometries)
    _check_finite(path, geometries)
    found_crs = _decide_crs(path, file_crs, given_crs)
    _check_degrees(path, geometries, found_crs)
    geometry = join(_repair(path, geometries))
    if geometry.is_empty or not geometry.area > 0:
        raise RequestError(f"{path}: the polygons of layer {layer} cover nothing")
    return Area(geometry, found_crs, path, path.name if len(layers) == 1 else f"{path.name}, layer {layer}")


@contextmanager
def reading_vector(path: Path) -> Iterator[None]:
    """Turn what GDAL and GEOS throw while a vector file is read into one line, and what they warn of into the log."""
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


def find_vector(path: Path) -> str:
    """What GDAL is to open, after a look at the first bytes: a driver that reads other files must not get it."""
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
    turn = full_turn(crs)
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
    repaired[~is_valid] = make_valid(geometries[~is_valid])
    return repaired
