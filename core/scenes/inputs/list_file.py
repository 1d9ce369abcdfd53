"""A list of scenes: one a line in a text file, or a table with columns `source` and, where wanted, `name`, `date`."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from pathlib import Path

from ...dates import ImageDate
from ...errors import RequestError
from ...raster.access import is_address
from .paths import find_scenes
from .scene import Scene

STANDARD_INPUT = "-"
TABLE_DELIMITERS = {".csv": ",;\t", ".tsv": "\t"}
"""Suffixes of tables, and what may stand between their columns."""
SOURCE_COLUMNS = ("source", "path", "file", "location")
NAME_COLUMNS = ("name",)
DATE_COLUMNS = ("date", "source_date")
COMMENT = "#"
MAX_LIST_BYTES = 256 * 2**20


def read_list(place: str) -> list[Scene]:
    """Read a list of scenes; what is relative in it begins at the list's own folder.

    Args:
        place: path of a text file (one file, address, folder or pattern a line; `#` begins a comment line), of a table
            (.csv, .tsv) with a line of titles, or `-` for text from standard input.

    Raises:
        RequestError: it cannot be read, names nothing that there is, or a line of it is none; the message names the
            line. A line that names what is not there is one refused scene, and stops no other.
    """
    is_piped = place == STANDARD_INPUT
    name = "standard input" if is_piped else place
    folder = Path() if is_piped else Path(place).parent
    text = _read_text(None if is_piped else Path(place), name)
    delimiters = TABLE_DELIMITERS.get(Path(place).suffix.lower())
    scenes = _read_table(text, name, folder, delimiters) if delimiters else _read_lines(text, name, folder)
    if not scenes:
        raise RequestError(f"{name}: a list of scenes with none in it")
    reasons = [scene.refused for scene in scenes if scene.refused is not None]
    if len(reasons) == len(scenes):
        raise RequestError(reasons[0])
    return scenes


def _read_text(path: Path | None, name: str) -> str:
    try:
        if path is None:
            return sys.stdin.read()
        if path.stat().st_size > MAX_LIST_BYTES:
            raise RequestError(f"{name}: more than {MAX_LIST_BYTES // 2**20} MiB are no list of scenes")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RequestError(f"{name}: a list of scenes that cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{name}: no text in UTF-8; a list names one scene a line") from error


def _read_lines(text: str, name: str, folder: Path) -> list[Scene]:
    scenes = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if entry and not entry.startswith(COMMENT):
            scenes += _scenes_of(entry, folder, f"{name}, line {number}")
    return scenes


def _read_table(text: str, name: str, folder: Path, delimiters: str) -> list[Scene]:
    head = text.split("\n", 1)[0]
    delimiter = max(delimiters, key=head.count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        titles = {title.strip().lower(): title for title in table.fieldnames or () if title}
        source, named, dated = (
            next((titles[one] for one in wanted if one in titles), None)
            for wanted in (SOURCE_COLUMNS, NAME_COLUMNS, DATE_COLUMNS)
        )
        if source is None:
            found = ", ".join(titles) or "nothing"
            raise RequestError(f"{name}: needs a column `source` in its first line, found: {found}")
        scenes = []
        for row in table:
            where = f"{name}, line {table.line_num}"
            entry, wish, date = ((row.get(title) or "").strip() if title else "" for title in (source, named, dated))
            if not any(isinstance(value, str) and value.strip() for value in row.values()):
                continue
            scenes += _scenes_of_row(entry, wish, date, folder, where)
    except csv.Error as error:
        raise RequestError(f"{name}: not a table that can be read: {error}") from error
    return scenes


def _scenes_of_row(entry: str, wish: str, date: str, folder: Path, where: str) -> list[Scene]:
    found = _scenes_of(entry, folder, where)
    if wish and len(found) > 1:
        raise RequestError(f"{where}: {wish} would be the name of {len(found)} scenes; name one source a line")
    return [replace(scene, name=wish, date=_checked_date(date, where)) for scene in found]


def _scenes_of(entry: str, folder: Path, where: str) -> list[Scene]:
    if not entry:
        raise RequestError(f"{where}: names no source")
    is_elsewhere = is_address(entry) or entry.startswith("/vsi")
    place = entry if is_elsewhere else str(folder / entry)
    try:
        return find_scenes(place, where)
    except RequestError as error:
        return [Scene(place, where, refused=f"{where}: {error}")]


def _checked_date(date: str, where: str) -> str | None:
    if not date:
        return None
    try:
        return str(ImageDate.parse(date))
    except RequestError as error:
        raise RequestError(f"{where}: {error}") from error
