"""When a result is: dates as precise as they are known, and the time for which a layer stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qgis.core import QgsDateTimeRange
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ..translation import tr
from .details import Details

DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
DAYS_A_YEAR = 365.2425
SAME_YEARS = 1e-6
EDGE_S = 1
"""Between a midnight and the time of a layer that begins or ends there."""


@dataclass(frozen=True)
class Span:
    """From just after one midnight to just before another.

    QGIS 3.22 counts a range that begins when another ends as an overlap, whatever the ranges say of their ends, and
    projects do not keep what they say: ranges that follow each other must not touch.
    """

    begin: QDateTime
    end: QDateTime

    @property
    def range(self) -> QgsDateTimeRange:
        """As QGIS takes it."""
        return QgsDateTimeRange(self.begin, self.end)


def parse_date(text: str) -> QDate | None:
    """The first day that `2016`, `2016-06` or `2016-06-14` may mean; None for other texts."""
    match = DATE.fullmatch(text.strip())
    if match is None:
        return None
    day = QDate(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    return day if day.isValid() else None


def later(day: QDate, years: float) -> QDate:
    """The day some years later; whole years change the year alone."""
    whole = int(years + SAME_YEARS)
    rest = years - whole
    moved = day.addYears(whole)
    return moved if rest < SAME_YEARS else moved.addDays(round(rest * DAYS_A_YEAR))


def source_span(details: Details) -> Span | None:
    """The time for which the source stands: from its date until the first iteration; None where it has no date."""
    begin = parse_date(details.source_date)
    step = step_years(details)
    return None if begin is None or step is None else _span(begin, later(begin, step))


def result_span(details: Details) -> Span | None:
    """The time for which a result stands: from its date for as long as one iteration takes."""
    begin, step = parse_date(details.result_date), step_years(details)
    return None if begin is None or step is None else _span(begin, later(begin, step))


def step_years(details: Details) -> float | None:
    """Years that one iteration goes ahead; None where nothing says."""
    years = details.years_ahead
    return None if years is None or years <= 0 else years / details.iterations


def years_text(years: float) -> str:
    """`1 year ahead`, `4 years ahead`, `2.5 years ahead`."""
    if abs(years - 1) < SAME_YEARS:
        return tr("1 year ahead")
    return tr("{years} years ahead").format(years=f"{years:g}")


def ahead_text(details: Details) -> str:
    """`2024 (4 years ahead)`, or without the date where none is known."""
    ahead = "" if details.years_ahead is None else years_text(details.years_ahead)
    if details.result_date and ahead:
        return f"{details.result_date} ({ahead})"
    return details.result_date or ahead or tr("future")


def short_text(details: Details) -> str:
    """`2024`, or how far ahead it is where no date is known."""
    return details.result_date or ahead_text(details)


def not_dated() -> str:
    """What a user may do who wants to play past and future."""
    return tr(
        "Nothing says when the image was taken, so its layers have no times that QGIS could play. Predict again with "
        "the date of the image, or set fixed time ranges in the layers' properties under Temporal."
    )


def _span(begin: QDate, end: QDate) -> Span:
    midnight = QTime(0, 0)
    first, last = QDateTime(begin, midnight, Qt.TimeSpec.UTC), QDateTime(end, midnight, Qt.TimeSpec.UTC)
    return Span(first.addSecs(EDGE_S), last.addSecs(-EDGE_S))
