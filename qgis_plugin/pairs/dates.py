"""When an image was taken: as the user says, else as its file or its layer says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qgis.core import QgsRasterLayer

from ..layers.opening import open_quietly
from ..translation import tr

DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
BEGINS_WITH_DAY = re.compile(r"(\d{4})[-:](\d\d)[-:](\d\d)(?:[T ].*)?")
FIRST_YEAR, LAST_YEAR = 1800, 2200
DAYS_A_YEAR = 365.2425
RESULT_ITEM, ACQUISITION_ITEM, TIFF_ITEM = "LANDCAST_RESULT_DATE", "ACQUISITIONDATETIME", "TIFFTAG_DATETIME"
CLOCKS_AT_ZERO = ("1970:01:01", "1980:01:01")
"""What programs and cameras write where nobody told them the time."""
NETWORK = ("/vsicurl", "/vsis3", "/vsigs", "/vsiaz", "/vsiadls", "/vsioss", "/vsiswift", "/vsihdfs", "/vsiwebhdfs")


class DateError(Exception):
    """A text is no date; the message says how one looks."""


@dataclass(frozen=True)
class ImageDate:
    """A year, a month or a day, as precise as it is known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """ISO 8601 at its precision."""
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @property
    def first_day(self) -> date:
        """The earliest day that it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def years_until(self, later: ImageDate) -> float:
        """Years to another date; whole ones where either is known to the year only."""
        if self.month is None or later.month is None:
            return float(later.year - self.year)
        if self.day is None or later.day is None:
            return round(later.year - self.year + (later.month - self.month) / 12, 2)
        return round((later.first_day - self.first_day).days / DAYS_A_YEAR, 2)


def parse_date(text: str) -> ImageDate:
    """Read 2016, 2016-06 or 2016-06-14.

    Raises:
        DateError: it is something else, or there is no such date.
    """
    found = _read(DATE.fullmatch(text.strip()))
    if found is None:
        raise DateError(
            tr("“{text}” is no date: give a year, month or day, as 2016, 2016-06 or 2016-06-14.").format(text=text)
        )
    return found


def find_layer_date(layer: QgsRasterLayer) -> ImageDate | None:
    """The date that the file of a layer says, else the first day of the layer's own time; None where neither does.

    A file in the network is not asked, as the main thread must not wait for it.
    """
    temporal = layer.temporalProperties()
    said = _file_date(layer.source()) if _is_near(layer) else None
    if said is not None or not temporal.isActive():
        return said
    begin = temporal.fixedTemporalRange().begin().date()
    return ImageDate(begin.year(), begin.month(), begin.day()) if begin.isValid() else None


def is_prediction(layer: QgsRasterLayer) -> bool:
    """Whether a layer's file says that it is not an observation; one in the network is not asked."""
    if not _is_near(layer):
        return False
    dataset = open_quietly(layer.source())
    return dataset is not None and dataset.GetMetadataItem("LANDCAST_SYNTHETIC") == "YES"


def _is_near(layer: QgsRasterLayer) -> bool:
    source = layer.source()
    return layer.providerType() == "gdal" and "://" not in source and not source.startswith(NETWORK)


def _file_date(source: str) -> ImageDate | None:
    dataset = open_quietly(source)
    if dataset is None:
        return None
    made = dataset.GetMetadataItem(TIFF_ITEM) or ""
    texts = (
        dataset.GetMetadataItem(RESULT_ITEM),
        dataset.GetMetadataItem(ACQUISITION_ITEM, "IMAGERY"),
        "" if made.startswith(CLOCKS_AT_ZERO) else made,
    )
    for text in texts:
        found = _read(DATE.fullmatch(text.strip()) or BEGINS_WITH_DAY.fullmatch(text.strip())) if text else None
        if found is not None:
            return found
    return None


def _read(match: re.Match[str] | None) -> ImageDate | None:
    if match is None:
        return None
    year, month, day = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return ImageDate(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
