"""When a source was taken: as the user says, else as it says itself."""

from __future__ import annotations

from pathlib import Path

from .dates import ImageDate, find_source_date
from .raster.access import is_address
from .raster.source import SourceImage


def date_of(source: SourceImage, asked: str | None) -> tuple[ImageDate | None, list[str], list[str]]:
    """When a source was taken, caveats and notes.

    Args:
        source: open.
        asked: as the user says; None where they do not.

    Raises:
        RequestError: what the user says is no date.
    """
    caveats: list[str] = []
    notes: list[str] = []
    if source.tags.get("LANDCAST_SYNTHETIC") == "YES":
        years = source.tags.get("LANDCAST_YEARS_AHEAD", "some")
        caveats.append(f"{source.name}: is itself a prediction, {years} years ahead of what was seen")
    if asked is not None:
        return ImageDate.parse(asked), caveats, notes
    path = Path() if is_address(source.name) else Path(source.name)
    found = find_source_date(path, source.tags, source.imagery_tags)
    if found is None:
        return None, caveats, notes
    notes.append(f"{source.name}: taken {found[0]}, by its {found[1]} (--source-date says otherwise)")
    return found[0], caveats, notes
