"""A STAC item beside a result: where and when it claims to be, what made it, of what, and its files.

It says in its title, its roles and its properties that nobody took this picture. No time stands in it but the dates of
the source and of the result, so that equal runs write equal items. A result without a date gets none: an item
has to have one.
"""

from __future__ import annotations

import json
import os
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from shapely.geometry.polygon import orient

from .. import PROGRAM
from ..dates import ImageDate
from ..errors import OutputError
from ..files import hash_file
from ..lattice import Rect
from ..raster.layer import LayerSpec
from ..raster.partial import PartialFile
from ..raster.writing import open_quietly, reason_of

if TYPE_CHECKING:
    from .block_folder import BlockFolder
    from .prepared import PreparedScene

Doubles = NDArray[np.float64]

EXTENSIONS = (
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
    "https://stac-extensions.github.io/raster/v2.0.0/schema.json",
)
COG_TYPE, TIFF_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized", "image/tiff; application=geotiff"
TYPES = {".tif": COG_TYPE, ".vrt": "application/xml", ".png": "image/png", ".gpkg": "application/geopackage+sqlite3"}
TYPES |= {".csv": "text/csv", ".json": "application/json"}
TITLES = {
    "prediction": "SYNTHETIC: predicted image",
    "spread": "SYNTHETIC: spread between members, levels",
    "change": "SYNTHETIC: probability of change, percent",
    "typical": "SYNTHETIC: predicted image, most typical member of each place",
    "quicklook": "SYNTHETIC: quicklook, before and after",
}
ROLES = {"prediction": ["data", "synthetic"], "quicklook": ["overview", "synthetic"]}
SHA256_MULTIHASH = "1220"
EDGE_POINTS = 9
"""Points along each side of a footprint, as straight lines of a grid are none on the globe."""


class StacItems:
    """Writes an item beside each finished scene; one of `SceneRun`'s finishers.

    Args:
        warn: told where a scene gets none.
    """

    def __init__(self, warn: Callable[[str], None] = lambda message: None) -> None:
        self._warn = warn

    def __call__(self, scene: PreparedScene, blocks: BlockFolder, paths: Mapping[str, Path]) -> dict[str, Path]:
        """Write the item of a scene; `stac_item` and its path come back, nothing where the scene has no date."""
        if scene.plan.result_date is None:
            return self._tell_undated(scene.request.output_path)
        path = item_path(paths.get("prediction", scene.request.output_path))
        item = self._make(path, paths, scene.layers, scene.facts, scene.request.source)
        return {"stac_item": write_item(path, item, scene.request.is_overwriting)}

    def of_finished(
        self, paths: Mapping[str, Path], facts: Mapping[str, object], source: Path | str
    ) -> dict[str, Path]:
        """Write the item of a result that stands there, equal to what it would have got when it was made.

        Args:
            paths: of its layers by what they hold.
            facts: as recorded in the files.
            source: path or address.
        """
        if facts.get("result_date") is None:
            return self._tell_undated(paths["prediction"])
        path = item_path(paths["prediction"])
        specs = {layer: _read_spec(file) for layer, file in paths.items()}
        return {"stac_item": write_item(path, self._make(path, paths, specs, facts, source), overwrite=False)}

    def _make(self, path: Path, *described: Any) -> dict[str, Any]:
        item = make_item(path, *described)
        if item["geometry"] is None:
            self._warn(f"{path}: the STAC item has no outline: the result has no place on Earth, or lies around a pole")
        return item

    def _tell_undated(self, result: Path) -> dict[str, Path]:
        self._warn(
            f"{result}: no STAC item, which has to have a date, and nothing says when the source was taken; "
            "--source-date tells"
        )
        return {}


def item_path(result: Path) -> Path:
    """Where the item of a result stands."""
    return result.with_suffix(".json")


def check_item_name(result: Path, is_overwriting: bool) -> None:
    """Make sure, before any work, that the item of a result can get its name.

    Raises:
        OutputError: another file has it.
    """
    path = item_path(result)
    if path.exists() and not is_overwriting and not _is_item(path, path.stem):
        raise OutputError(f"{path}: exists, and is no STAC item of this result; --overwrite replaces it")


def make_item(
    path: Path,
    paths: Mapping[str, Path],
    specs: Mapping[str, LayerSpec],
    facts: Mapping[str, object],
    source: Path | str,
) -> dict[str, Any]:
    """Describe a result as a STAC item.

    Args:
        path: where the item is going to stand.
        paths: files of the result by what they hold.
        specs: of those that are layers.
        facts: as recorded in the files; with a date of the result.
        source: path or address.
    """
    import pystac  # takes a while, and few ask for items

    spec = specs["prediction"]
    geometry, bbox = footprint(spec)
    start, end = span(ImageDate.parse(str(facts["result_date"])))
    item = pystac.Item(
        id=path.stem,
        geometry=geometry,
        bbox=bbox,
        datetime=start if start == end else None,
        start_datetime=None if start == end else start,
        end_datetime=None if start == end else end,
        properties=_properties(spec, facts),
        stac_extensions=list(EXTENSIONS),
    )
    for name, file in paths.items():
        item.add_asset(name, pystac.Asset.from_dict(_asset(file, path, name, specs.get(name))))
    item.add_link(pystac.Link("derived_from", _href(source, path, facts), TIFF_TYPE, "source"))
    model = f"urn:landcast:model:{facts['model']}:{facts['model_sha256']}"
    item.add_link(pystac.Link("derived_from", model, title=f"model {facts['model']}"))
    return item.to_dict(include_self_link=False, transform_hrefs=False)


def write_item(path: Path, item: Mapping[str, Any], overwrite: bool) -> Path:
    """Write an item, aside first; one of an earlier run of the same result is replaced.

    Raises:
        OutputError: it cannot be written, or another file has the name.
    """
    check_item_name(path, overwrite)
    try:
        partial = PartialFile(path)
        try:
            text = json.dumps(item, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
            partial.path.write_text(text, encoding="utf-8")
            return partial.publish(overwrite=True)
        finally:
            partial.discard()
    except OSError as error:
        reason = reason_of(error, path.parent)
        raise OutputError(f"{path}: cannot be written: {reason}; nothing was left behind") from error


def footprint(spec: LayerSpec) -> tuple[dict[str, Any] | None, list[float] | None]:
    """Outline of a layer in longitude and latitude, and its bounds; in two parts across the antimeridian.

    None for both where a layer has no place on Earth, or has a pole in it.
    """
    height, width = spec.shape_yx
    share = np.linspace(0, 1, EDGE_POINTS)[:-1]
    zeros, ones = np.zeros_like(share), np.ones_like(share)
    # counter-clockwise from the lower left, rows count downwards
    columns = np.concatenate([share, ones, 1 - share, zeros]) * width
    rows = np.concatenate([ones, 1 - share, zeros, share]) * height
    a, b, x, d, e, y = spec.transform[:6]
    try:
        transformer = Transformer.from_crs(spec.crs, CRS.from_epsg(4326), always_xy=True)
        longitudes, latitudes = transformer.transform(a * columns + b * rows + x, d * columns + e * rows + y)
    except ProjError:
        return None, None
    if not (np.isfinite(longitudes).all() and np.isfinite(latitudes).all()):
        return None, None
    return _outline(longitudes, latitudes)


def _outline(longitudes: Doubles, latitudes: Doubles) -> tuple[dict[str, Any] | None, list[float] | None]:
    """The same of a ring's points, which may cross the antimeridian."""
    turned = np.unwrap([*longitudes, longitudes[0]], period=360)
    if abs(turned[-1] - turned[0]) > 180:
        return None, None
    turned = turned[:-1] + 360 * np.ceil((-180 - turned.min()) / 360)
    rounded = zip(turned.round(7).tolist(), latitudes.round(7).tolist(), strict=True)
    ring = [list(point) for point in rounded]
    west, east = min(lon for lon, _ in ring), max(lon for lon, _ in ring)
    south, north = min(lat for _, lat in ring), max(lat for _, lat in ring)
    if east <= 180:
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, [west, south, east, north]
    parts = shapely.intersection(
        shapely.Polygon(ring), [shapely.box(-180, -90, 180, 90), shapely.box(180, -90, 540, 90)]
    )
    coordinates = []
    for part, shift in zip(parts, (0, 360), strict=True):
        points = orient(part).exterior.coords
        coordinates.append([[[round(lon - shift, 7), round(lat, 7)] for lon, lat in points]])
    return {"type": "MultiPolygon", "coordinates": coordinates}, [west, south, round(east - 360, 7), north]


def span(date: ImageDate) -> tuple[datetime, datetime]:
    """First and last second of a year or a month; of a day its noon, for both."""
    if date.day is not None:
        noon = datetime(date.year, date.month or 1, date.day, 12, tzinfo=UTC)
        return noon, noon
    first, last = date.month or 1, date.month or 12
    end = datetime(date.year, last, monthrange(date.year, last)[1], 23, 59, 59, tzinfo=UTC)
    return datetime(date.year, first, 1, tzinfo=UTC), end


def _properties(spec: LayerSpec, facts: Mapping[str, object]) -> dict[str, Any]:
    height, width = spec.shape_yx
    code = spec.crs.to_authority(min_confidence=100)
    west, south, east, north = _bounds(spec)
    return {
        "title": spec.tags["TIFFTAG_IMAGEDESCRIPTION"],
        "gsd": float(str(facts["gsd_m"])),
        "proj:code": None if code is None else ":".join(code),
        **({} if code else {"proj:wkt2": spec.crs.to_wkt()}),
        "proj:shape": [height, width],
        "proj:transform": [float(number) for number in spec.transform[:6]],
        "proj:bbox": [west, south, east, north],
        "processing:software": {PROGRAM: _version(spec)},
        "processing:lineage": spec.tags["TIFFTAG_IMAGEDESCRIPTION"],
        "landcast:synthetic": True,
        **{f"landcast:{name}": _plain(value) for name, value in facts.items() if value is not None},
    }


def _version(spec: LayerSpec) -> str:
    return spec.tags["TIFFTAG_SOFTWARE"].removeprefix(f"{PROGRAM} ")


def _bounds(spec: LayerSpec) -> tuple[float, float, float, float]:
    height, width = spec.shape_yx
    a, _, x, _, e, y = spec.transform[:6]
    xs, ys = sorted((x, x + a * width)), sorted((y, y + e * height))
    return float(xs[0]), float(ys[0]), float(xs[1]), float(ys[1])


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)


def _asset(file: Path, item: Path, name: str, spec: LayerSpec | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "href": _relative(file, item),
        "type": TYPES.get(file.suffix.lower(), "application/octet-stream"),
        "title": TITLES.get(name, f"SYNTHETIC: {name.replace('_', ' ')}"),
        "roles": ROLES.get(name, ["metadata", "synthetic"]),
        "file:size": file.stat().st_size,
        "file:checksum": SHA256_MULTIHASH + hash_file(file),
    }
    if spec is not None:
        found["bands"] = [_band(spec, number) for number in range(len(spec.bands))]
    return found


def _band(spec: LayerSpec, number: int) -> dict[str, Any]:
    scale, offset = spec.scales[number]
    name, text = f"b{number + 1}", spec.bands[number]
    return {
        "name": name, "description": text, "data_type": spec.dtype, "raster:scale": scale, "raster:offset": offset,
    }  # fmt: skip


def _href(source: Path | str, item: Path, facts: Mapping[str, object]) -> str:
    """Where the source lies: an address as it is recorded, a file as it is found from the item."""
    recorded = str(facts["source"])
    return recorded if "://" in recorded else _relative(Path(source), item)


def _relative(file: Path, item: Path) -> str:
    try:
        return Path(os.path.relpath(file, item.parent)).as_posix()
    except ValueError:  # another drive of Windows
        return file.absolute().as_uri()


def _read_spec(path: Path) -> LayerSpec:
    """What a result file says of its layer.

    Raises:
        OutputError: it cannot be read.
    """
    try:
        with open_quietly(path) as file:
            return LayerSpec(
                tuple(file.descriptions),
                Rect(0, 0, *file.shape),
                file.transform,
                CRS.from_wkt(file.crs.to_wkt()),
                file.tags(),
                file.dtypes[0],
                tuple(zip(file.scales, file.offsets, strict=True)),
            )
    except (RasterioError, ProjError, OSError) as error:
        raise OutputError(f"{path}: cannot be read for its STAC item: {error}") from error


def _is_item(path: Path, name: str) -> bool:
    """Whether a file is the STAC item of a result."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("type") == "Feature" and found.get("id") == name
