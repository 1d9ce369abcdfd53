"""Dates of images, each as precise as it is known: a year, a month or a day; and where a file says its own."""

from __future__ import annotations

import calendar
import json
import math
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .errors import RequestError

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200
DAYS_A_YEAR = 365.2425
"""The mean of the Gregorian calendar."""
SAME_YEARS = 1e-6
"""Years closer than this, half a minute, to a whole number are whole."""
TIME = r"\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?\s*(?:Z|[+-]\d\d(?::?\d\d)?)?"
DATE = re.compile(
    rf"""(?P<year>\d{{4}}) (?: - (?P<month>\d\d))?
    | (?P<year_of_day>\d{{4}}) (?P<sign>[-:]?) (?P<month_of_day>\d\d) (?P=sign) (?P<day>\d\d) (?: [T\ ]\s* {TIME} )?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
MAX_ITEM_BYTES = 5 * 10**6
CLOCKS_AT_ZERO = ("1970:01:01 00:00:00", "1980:01:01 00:00:00")
"""What programs and cameras write where nobody told them the time."""
RESULT_TAG, ACQUISITION_TAG, TIFF_TAG = "LANDCAST_RESULT_DATE", "ACQUISITIONDATETIME", "TIFFTAG_DATETIME"


@dataclass(frozen=True)
class ImageDate:
    """A year, a month or a day. Dates are ordered by their first day; equal are only those of one precision.

    Raises:
        RequestError: there is no such date.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        try:
            date(self.year, self.month or 1, self.day or 1)
        except (ValueError, OverflowError) as error:
            raise RequestError(f"{self}: there is no such date") from error
        if self.month == 0 or self.day == 0 or (self.month is None and self.day is not None):
            raise RequestError(f"{self}: there is no such date")

    @classmethod
    def parse(cls, text: str) -> ImageDate:
        """Read 2016, 2016-06, 2016-06-14, or a day with a time, also as TIFF writes it; the time is left out.

        Raises:
            RequestError: no date, an impossible one, or a year before 1800 or after 2200.
        """
        advice = "--source-date takes a year, month or day, as 2016, 2016-06 or 2016-06-14"
        try:
            found = _read(text)
        except RequestError as error:
            raise RequestError(f"{error}; {advice}") from error
        if found is None:
            raise RequestError(f"{text[:40]!r} is not a date; {advice}")
        if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise RequestError(f"{found} is not a year of {EARLIEST_YEAR} to {LATEST_YEAR}; {advice}")
        return found

    def __str__(self) -> str:
        """ISO 8601 at its precision."""
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    def __lt__(self, other: ImageDate) -> bool:
        return self.first_day < other.first_day

    @property
    def first_day(self) -> date:
        """The earliest day that it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def later(self, years: float) -> ImageDate:
        """The date some years later, no more precise than this one.

        Whole years change the year alone; 29 February becomes the 28th where there is none. A fraction counts
        365.2425 days a year from a day, whole months from a month; years are rounded to the nearest, halves up.

        Raises:
            RequestError: the years are negative or not finite, or lead beyond the year 9999.
        """
        if not (math.isfinite(years) and years >= 0):
            raise RequestError(f"--years must be 0 or more, not {years}")
        if self.year + years >= 9999:
            raise RequestError(f"--years {years:g}: leads from {self} beyond the year 9999")
        if abs(years - round(years)) < SAME_YEARS:
            return self._in_year(self.year + round(years))
        if self.month is None:
            return ImageDate(self.year + math.floor(years + 0.5))
        if self.day is None:
            months = self.year * 12 + self.month - 1 + math.floor(years * 12 + 0.5)
            return ImageDate(months // 12, months % 12 + 1)
        whole = math.floor(years)
        day = self._in_year(self.year + whole).first_day + timedelta(days=round((years - whole) * DAYS_A_YEAR))
        return ImageDate(day.year, day.month, day.day)

    def _in_year(self, year: int) -> ImageDate:
        if self.month is None or self.day is None:
            return ImageDate(year, self.month)
        return ImageDate(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))


def find_source_date(
    path: Path, tags: Mapping[str, str], imagery_tags: Mapping[str, str]
) -> tuple[ImageDate, str] | None:
    """Find the date of an image in what its file says; bad metadata counts as none.

    In this order: the date of a result of ours, a STAC item beside the file, GDAL's time of acquisition, and
    TIFF's DateTime, which often says no more than when the file was made.

    Args:
        path: of the image.
        tags: of the default metadata domain.
        imagery_tags: of the domain IMAGERY.

    Returns:
        The date and from where it was read; None where nothing says it.
    """
    result = _read_quietly(tags.get(RESULT_TAG))
    if result is not None:
        return result, f"tag {RESULT_TAG}"
    for item_path, is_named_after in _item_paths(path):
        found = _item_date(item_path, None if is_named_after else path)
        if found is not None:
            return found, f"STAC item {item_path.name}"
    acquired = _read_in_range(imagery_tags.get(ACQUISITION_TAG))
    if acquired is not None:
        return acquired, f"IMAGERY tag {ACQUISITION_TAG}"
    text = tags.get(TIFF_TAG)
    made = None if text in CLOCKS_AT_ZERO else _read_in_range(text)
    return None if made is None else (made, "TIFF tag DateTime")


def _read(text: str) -> ImageDate | None:
    match = DATE.fullmatch(text.strip(" \t\r\n\0"))
    if match is None:
        return None
    if match["day"] is not None:
        return ImageDate(int(match["year_of_day"]), int(match["month_of_day"]), int(match["day"]))
    return ImageDate(int(match["year"]), None if match["month"] is None else int(match["month"]))


def _read_quietly(text: object) -> ImageDate | None:
    try:
        return _read(text) if isinstance(text, str) else None
    except RequestError:
        return None


def _read_in_range(text: object) -> ImageDate | None:
    found = _read_quietly(text)
    return found if found is not None and EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _item_paths(path: Path) -> Iterator[tuple[Path, bool]]:
    """Where a STAC item may lie, and whether it is named after the image."""
    if path.name:
        yield path.with_name(f"{path.stem}.json"), True
        yield path.with_name(f"{path.stem}.stac.json"), True
        yield path.with_name("stac.json"), False
        yield path.with_name("item.json"), False


def _item_date(item_path: Path, image: Path | None) -> ImageDate | None:
    """The date of a STAC item; where an image is named, only if one of the item's assets is that file."""
    content = _read_json(item_path)
    if not isinstance(content, dict) or content.get("type") != "Feature" or "stac_version" not in content:
        return None
    import pystac  # here, because most images have no item and it takes long to import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            item = pystac.Item.from_dict(content)
        if image is not None and not _has_asset(item.assets.values(), item_path, image):
            return None
        found = _of_times(item.datetime, item.common_metadata.start_datetime, item.common_metadata.end_datetime)
    except (pystac.STACError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return None
    except (RecursionError, NotImplementedError):
        return None
    return found if found is not None and EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _read_json(path: Path) -> Any:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            content = stream.read(MAX_ITEM_BYTES + 1)
        return None if len(content) > MAX_ITEM_BYTES else json.loads(content)
    except (OSError, ValueError, RecursionError):
        return None


def _has_asset(assets: Any, item_path: Path, image: Path) -> bool:
    """Whether an asset's address is that of the image; by names alone, nothing is opened."""
    folder, wanted = os.path.realpath(item_path.parent), os.path.realpath(image)
    return any(_local_path(str(asset.href), folder) in (wanted, str(image.absolute())) for asset in assets)


def _local_path(href: str, folder: str) -> str | None:
    parts = urlsplit(href)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        href = unquote(parts.path)
    elif "://" in href:
        return None
    return os.path.normpath(os.path.join(folder, href))  # noqa: PTH118 - pathlib keeps the dots


def _of_times(at: datetime | None, start: datetime | None, end: datetime | None) -> ImageDate | None:
    """As much of a date as start and end have in common; the middle's year where they have not even that.

    A moment given beside a range of more than a year says the year; an end at midnight is not itself a day.
    """
    if start is None or end is None or end < start:
        return None if at is None else ImageDate(at.year, at.month, at.day)
    if end > start and (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0):
        end -= timedelta(microseconds=1)
    if start.year != end.year:
        return ImageDate((at or start + (end - start) / 2).year)
    if start.month != end.month:
        return ImageDate(start.year)
    return ImageDate(start.year, start.month, start.day if start.day == end.day else None)
