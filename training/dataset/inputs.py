"""Which rasters show which date: as the user names them, by folders of dates, or by a search of a STAC catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.dates import DAYS_A_YEAR, ImageDate
from ...core.errors import RequestError, TrainingError
from ...core.raster.access import is_address
from ...core.raster.formats import SIDECAR_SUFFIXES, known_driver
from ...core.scenes.inputs.paths import find_scenes
from ...core.scenes.inputs.stac import StacQuery, search_scenes
from ..years import YEAR

Say = Callable[[str], None]


@dataclass(frozen=True)
class DatedSources:
    """All rasters of one date, which may overlap; together they are one mosaic.

    Attributes:
        date: when they were taken.
        sources: paths or http(s) addresses.
    """

    date: ImageDate
    sources: tuple[str, ...]


def dates_as_named(named: Sequence[tuple[str, str]], has_no_place: bool = False) -> list[DatedSources]:
    """Read pairs of a date and a place: a file, folder, pattern or address; equal dates are pooled.

    Args:
        named: date and place, in any order.
        has_no_place: whether pictures without georeference are meant, which a folder otherwise hides.

    Raises:
        RequestError: no date, or a place that holds no raster.
    """
    found: list[tuple[ImageDate, str]] = []
    for text, place in named:
        date = _read_date(text)
        found += [(date, source) for source in _expand(place, has_no_place)]
    return _pooled(found)


def dates_of_folder(folder: Path, has_no_place: bool = False) -> list[DatedSources]:
    """Take folders whose names hold a year, as `2016` or QGIS's export `before_2016`, for dates.

    Raises:
        TrainingError: there is no such folder, or none in it is called so.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder}: no such folder of dates; it needs a folder for each, as 2016 and 2020")
    found = []
    for one in sorted(path for path in folder.iterdir() if path.is_dir()):
        years = YEAR.findall(one.name)
        match = [match.group() for match in YEAR.finditer(one.name)]
        if years and not one.name.startswith("."):
            found += [(ImageDate(int(match[-1])), source) for source in _expand(str(one), has_no_place)]
    if not found:
        raise TrainingError(
            f"{folder}: no folder in it has a year in its name (as 2016, or before_2016 of QGIS's export of pairs); "
            "name the dates by --date instead"
        )
    return _pooled(found)


def dates_of_catalogue(query: StacQuery, dates: Sequence[str], note: Say, warn: Say) -> list[DatedSources]:
    """Search a STAC API or catalogue once for each date.

    Args:
        query: what is looked for, without a time.
        dates: years, months or days.
        note: called with what the user may like to know.
        warn: called with each item that is left out.

    Raises:
        UnreadableSourceError: it cannot be reached, or does not answer as STAC does.
        RequestError: nothing is found for a date.
    """
    found = []
    for text in dates:
        date = _read_date(text)
        try:
            scenes = search_scenes(replace(query, datetime=str(date)), note)
        except RequestError as error:
            raise RequestError(str(error).replace("--datetime", "--dates")) from error
        for scene in scenes:
            if scene.refused is not None:
                warn(f"{scene.origin}: left out: {scene.without_secrets(scene.refused)}")
            else:
                found.append((date, str(scene.source)))
    return _pooled(found)


def check_dates(dates: Iterable[DatedSources]) -> list[DatedSources]:
    """Pool equal dates of several inputs and bring them into order.

    Raises:
        TrainingError: fewer than two.
    """
    pooled = _pooled((one.date, source) for one in dates for source in one.sources)
    if len(pooled) < 2:
        what = f"one date only, {pooled[0].date} ({len(pooled[0].sources)} raster(s))" if pooled else "no date"
        raise TrainingError(f"{what}: pairs need imagery of at least two; name another by --date, or as a folder")
    return pooled


def years_apart(before: ImageDate, after: ImageDate) -> float:
    """Years between two dates: whole ones where neither says more than the year, else by the days between them."""
    if before.month is None or after.month is None:
        return float(after.year - before.year)
    return round((after.first_day - before.first_day).days / DAYS_A_YEAR, 2)


def _read_date(text: str) -> ImageDate:
    try:
        return ImageDate.parse(text)
    except RequestError as error:
        raise RequestError(str(error).replace("--source-date", "--date")) from error


def _pooled(found: Iterable[tuple[ImageDate, str]]) -> list[DatedSources]:
    by_date: dict[ImageDate, dict[str, None]] = {}
    for date, source in found:
        by_date.setdefault(date, {})[source] = None
    return [DatedSources(date, tuple(by_date[date])) for date in sorted(by_date)]


def _expand(place: str, has_no_place: bool) -> list[str]:
    """The rasters that a place stands for.

    Raises:
        RequestError: it holds none.
    """
    path = Path(place)
    if has_no_place and not is_address(place) and path.is_dir():
        found = [str(one) for one in sorted(path.iterdir()) if _is_image(one)]
        if not found:
            raise RequestError(f"{place}: a folder with no image in it")
        return found
    return [str(scene.source) for scene in find_scenes(place)]


def _is_image(path: Path) -> bool:
    is_hidden = path.name.startswith(".") or path.suffix.lower() in SIDECAR_SUFFIXES
    return not is_hidden and path.is_file() and known_driver(path) is not None
