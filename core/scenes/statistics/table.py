"""The table of predicted change: one row an area, as a GeoPackage, and as CSV where asked."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio import raw
from pyproj import CRS

from ... import PROGRAM
from ...errors import LandcastError, OutputError, RequestError
from ...raster.area import Polygonal, join
from ...raster.result import check_output
from .areas import ChangeAreas
from .counting import WHOLE, AreaSums, SceneChange
from .fields import Column, Fields, distinct_names
from .finisher import publish_bytes
from .overlap import WGS84, ground_m2, outline_in, shared_ground
from .summary import HECTARE_M2, AreaFigures, figures_of

LAYER = "predicted_change"
GEOPACKAGE, CSV = ".gpkg", ".csv"
RESERVED = ("fid", "geom")
"""Columns that a GeoPackage has of its own."""
NOTABLE_OVERLAP = 0.005
"""Share of an area's predicted ground above which it is worth a warning that it was counted more than once."""
FIXED_DATE = "1970-01-01T00:00:00.000Z"
"""Stands in a GeoPackage where GDAL would put the time, so that equal runs give equal bytes."""


def check_table(path: Path, is_overwriting: bool) -> None:
    """Make sure, before any work, that a table can appear under a name.

    Raises:
        OutputError: the folder is missing, the name is taken, or it ends neither in `.gpkg` nor in `.csv`.
    """
    if path.suffix.lower() not in (GEOPACKAGE, CSV):
        raise OutputError(f"{path}: the table of change is a GeoPackage; its name ends in {GEOPACKAGE} (or {CSV})")
    check_output(path, is_overwriting)


def write_change_table(
    path: Path,
    changes: Sequence[SceneChange],
    areas: ChangeAreas | None,
    *,
    csv_path: Path | None = None,
    is_overwriting: bool = False,
) -> list[str]:
    """Write what was counted in all scenes of a run, each file aside and then renamed; warnings come back.

    With areas there is one row for each, in the order of its file, added up over the scenes member by member; without,
    one row a scene. Equal counts give equal bytes.

    Args:
        path: of the GeoPackage, or of the table as CSV where it ends so, which has no geometry.
        changes: of the scenes, one at least; their order does not matter.
        areas: that were counted; None where each scene was one.
        csv_path: of the same table as CSV too; None for none.
        is_overwriting: whether existing files are replaced.

    Raises:
        RequestError: the scenes were counted in other areas, or with other numbers of members.
        OutputError: a file cannot be written.
    """
    changes = sorted(changes, key=lambda change: change.name)
    _check_alike(changes, areas)
    if areas is None:
        geometries, crs, columns, warnings = _rows_of_scenes(changes)
    else:
        geometries, crs, columns, warnings = _rows_of_areas(changes, areas)
    is_csv = path.suffix.lower() == CSV
    contents = _csv(columns) if is_csv else _geopackage(geometries, crs, columns, _marks(changes))
    publish_bytes(path, contents, is_overwriting)
    if csv_path is not None:
        publish_bytes(csv_path, _csv(columns), is_overwriting)
    return warnings


def _check_alike(changes: Sequence[SceneChange], areas: ChangeAreas | None) -> None:
    if not changes:
        raise RequestError("no scene was counted, so there is no table to write")
    key = "" if areas is None else areas.key
    for change in changes:
        if change.areas_key != key:
            raise RequestError(
                f"{change.name}: its change was counted in other areas than those of this run; predict it again with "
                "--overwrite, or give the file of areas as it was"
            )
        if change.members != changes[0].members:
            raise RequestError(
                f"{change.name} has {change.members} members, {changes[0].name} {changes[0].members}; "
                "one table needs one number of members"
            )


def _rows_of_scenes(changes: Sequence[SceneChange]) -> tuple[list[Polygonal], CRS, Fields, list[str]]:
    is_common = all(change.crs_wkt == changes[0].crs_wkt for change in changes)
    crs = changes[0].crs if is_common else WGS84
    geometries = [outline_in(change, crs) for change in changes]
    names = Column.of("scene", [change.name for change in changes], "object")
    figures = [figures_of(change.sums.get(WHOLE), change.members) for change in changes]
    scenes = [int(WHOLE in change.sums) for change in changes]
    overlaps, warnings = _overlaps(geometries, changes, crs, figures, [change.name for change in changes])
    return geometries, crs, (names, *_columns(geometries, crs, figures, scenes, overlaps)), warnings


def _rows_of_areas(
    changes: Sequence[SceneChange], areas: ChangeAreas
) -> tuple[list[Polygonal], CRS, Fields, list[str]]:
    geometries, members = list(areas.geometries), changes[0].members
    found = [[change.sums[number] for change in changes if number in change.sums] for number in range(len(geometries))]
    figures = [figures_of(_added(sums), members) for sums in found]
    names = [feature.name for feature in areas.features]
    overlaps, warnings = _overlaps(geometries, changes, areas.crs, figures, names)
    counted = _columns(geometries, areas.crs, figures, list(map(len, found)), overlaps)
    own = distinct_names(areas.fields, (*RESERVED, *(column.name for column in counted)))
    return geometries, areas.crs, (*own, *counted), warnings


def _added(sums: Sequence[AreaSums]) -> AreaSums | None:
    return reduce(add, sums) if sums else None


def _overlaps(
    geometries: Sequence[Polygonal],
    changes: Sequence[SceneChange],
    crs: CRS,
    figures: Sequence[AreaFigures],
    names: Sequence[str],
) -> tuple[list[float | None], list[str]]:
    """Hectares of each row that more than one scene shows, and a warning where they matter."""
    if len(changes) == 1:
        return [0.0] * len(geometries), []
    try:
        shared = shared_ground(changes, crs)
    except LandcastError as error:
        return [None] * len(geometries), [f"whether scenes overlap cannot be told: {error}"]
    overlaps: list[float | None] = []
    for geometry in geometries:
        both = join([shapely.intersection(join([geometry]), shared)]) if shapely.intersects(geometry, shared) else None
        area_m2 = 0.0 if both is None else ground_m2(both, crs)
        overlaps.append(None if area_m2 is None else area_m2 / HECTARE_M2)
    notable = [
        name
        for name, overlap, row in zip(names, overlaps, figures, strict=True)
        if overlap is not None and overlap > NOTABLE_OVERLAP * max(row.valid_ha, 1e-9)
    ]
    if not notable:
        return overlaps, []
    return overlaps, [
        f"scenes overlap, and ground that two of them show is counted twice, in {len(notable)} row(s) of the table, "
        f"{notable[0]} among them; overlap_ha tells how much"
    ]


def _columns(
    geometries: Sequence[Polygonal],
    crs: CRS,
    figures: Sequence[AreaFigures],
    scenes: Sequence[int],
    overlaps: Sequence[float | None],
) -> Fields:
    """What every table says of its rows."""
    grounds = [ground_m2(join([geometry]), crs) for geometry in geometries]
    columns = [
        Column.of("synthetic", ["YES"] * len(figures), "object"),
        Column.of("area_ha", [None if ground is None else ground / HECTARE_M2 for ground in grounds], "float64"),
    ]
    for field in dataclasses.fields(AreaFigures):
        dtype = "int64" if field.name == "members" else "float64"
        columns.append(Column.of(field.name, [getattr(row, field.name) for row in figures], dtype))
    return (*columns, Column.of("scenes", scenes, "int64"), Column.of("overlap_ha", overlaps, "float64"))


def _marks(changes: Sequence[SceneChange]) -> dict[str, str]:
    """What the layer says of itself: that it is synthetic, and what all of its scenes were made with."""
    common = set.intersection(*({*change.facts.items()} for change in changes))
    facts = dict(sorted(common))
    years, model = facts.get("years_ahead", "some"), facts.get("model", "several models")
    return {
        "IDENTIFIER": f"Predicted change, {years} years ahead",
        "DESCRIPTION": (
            f"SYNTHETIC: how much ground may change within {years} years, predicted by {PROGRAM} with {model}. "
            "Not an observation."
        ),
        "LANDCAST_SYNTHETIC": "YES",
        **{f"LANDCAST_{name.upper()}": value for name, value in facts.items()},
    }


def _geopackage(geometries: Sequence[Polygonal], crs: CRS, columns: Fields, marks: Mapping[str, str]) -> bytes:
    authority = crs.to_authority(min_confidence=100)
    buffer = io.BytesIO()
    with _fixed_date():
        raw.write(
            buffer,
            shapely.to_wkb(np.array(list(geometries), object)),
            [column.values for column in columns],
            np.array([column.name for column in columns], object),
            field_mask=[column.is_null for column in columns],
            layer=LAYER,
            driver="GPKG",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            crs=":".join(authority) if authority else crs.to_wkt(),
            layer_metadata=dict(marks),  # of the dataset too, and GDAL writes a file beside it whenever it is read
            layer_options={name: marks[name] for name in ("IDENTIFIER", "DESCRIPTION")},
        )
    return buffer.getvalue()


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write no time."""
    option = "OGR_CURRENT_DATE"
    before: Any = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _csv(columns: Fields) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*(column.texts() for column in columns), strict=True))
    return text.getvalue().encode()
