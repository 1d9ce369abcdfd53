"""Years between two dates, as their paths name them."""

from __future__ import annotations

import re

from ..core.errors import RequestError

YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


def years_between(before: str, after: str) -> float:
    """Find the years between two dates from a year in each path, the last one that a path names.

    Raises:
        RequestError: a path names no year, or the second is not later.
    """
    found = [[match.group() for match in YEAR.finditer(path)] for path in (before, after)]
    if not all(found):
        raise RequestError(f"no year in the name of {before if not found[0] else after}; give --years")
    years = int(found[1][-1]) - int(found[0][-1])
    if years <= 0:
        raise RequestError(f"{after} is not later than {before} by the years in their names; give --years")
    return float(years)
