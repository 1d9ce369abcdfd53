"""What a vector file says of each of its features, as columns that another file can hold."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyogrio import raw

from ...raster.area_file import find_vector, reading_vector

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    """A field of a table.

    Attributes:
        name: of the field.
        values: one a row; of numbers, booleans or texts.
        is_null: bool, one a row; rows without a value, whatever stands in `values` there.
    """

    name: str
    values: NDArray[Any]
    is_null: NDArray[np.bool_]

    @classmethod
    def of(cls, name: str, values: Sequence[Any], dtype: str) -> Column:
        """Make a column of values of which some may be None; texts are of dtype `object`."""
        is_null = np.array([value is None for value in values], np.bool_)
        if dtype == "object":
            return cls(name, np.array(list(values), object), is_null)
        filled = [np.zeros((), dtype) if value is None else value for value in values]
        return cls(name, np.array(filled, dtype), is_null)

    def renamed(self, name: str) -> Column:
        """The same values under another name."""
        return Column(name, self.values, self.is_null)

    def texts(self) -> list[str]:
        """Each value as a CSV holds it; empty where there is none, numbers to their last bit."""
        plain = self.values.tolist()
        return ["" if null else str(value) for value, null in zip(plain, self.is_null, strict=True)]


Fields = tuple[Column, ...]


def read_fields(path: Path, layer: str, fids: Sequence[int]) -> Fields:
    """Read all fields of some features of a vector file, in the order of `fids`.

    Dates come as texts, in ISO 8601, and lists as JSON. A field of raw bytes is left out, which the log tells.

    Raises:
        RequestError: the file cannot be read.
    """
    with reading_vector(path):
        meta, found, _, values = raw.read(
            find_vector(path), layer=layer, read_geometry=False, return_fids=True, datetime_as_string=True
        )
    row_of = {int(fid): row for row, fid in enumerate(found)}
    rows = np.array([row_of[fid] for fid in fids], np.intp)
    columns = []
    for name, kind, column in zip(meta["fields"], meta["ogr_types"], values, strict=True):
        if kind == "OFTBinary":
            logger.warning("%s: field %s holds raw bytes, which are not taken over", path, name)
            continue
        columns.append(_column(str(name), kind, column[rows]))
    return tuple(columns)


def distinct_names(columns: Fields, taken: Iterable[str]) -> Fields:
    """Rename those columns whose names are taken, in any case, by putting `_source` behind them."""
    used = {name.casefold() for name in taken}
    renamed = []
    for column in columns:
        name = column.name
        while name.casefold() in used:
            name += "_source"
        used.add(name.casefold())
        renamed.append(column.renamed(name))
    return tuple(renamed)


def _column(name: str, kind: str, values: NDArray[Any]) -> Column:
    if values.dtype.kind == "f":
        is_null = np.isnan(values)
        # what has no value turns whole numbers into floats
        whole = np.where(is_null, 0, values).astype(np.int64) if kind.startswith("OFTInteger") else values
        return Column(name, whole, is_null)
    if values.dtype.kind != "O":
        return Column(name, values, np.zeros(len(values), np.bool_))
    if kind == "OFTInteger" and all(value is None or isinstance(value, bool | np.bool_) for value in values):
        return Column.of(name, list(values), "bool")
    return Column.of(name, [_text(value) for value in values], "object")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(np.asarray(value).tolist(), ensure_ascii=False)
