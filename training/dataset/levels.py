"""How the values of a date become 8-bit levels: one rule for all of its rasters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...core.errors import TrainingError
from ...core.radiometry.choice import choose_tones
from ...core.radiometry.tones import Tones, as_is
from ...core.raster.options import SourceOptions
from ...core.raster.source import SourceImage
from ...core.raster.survey import survey_all
from .footprints import Footprint, open_with_place


def tones_of_date(
    footprints: Sequence[Footprint], options: SourceOptions, tick: Callable[[], None] = lambda: None
) -> Tones:
    """Levels of 8 bit as they are, other values stretched by the statistics of all rasters of the date.

    Raises:
        TrainingError: the rasters differ in bands or data type.
        UnreadableSourceError: a block cannot be read.
    """
    first = footprints[0]
    for one in footprints:
        if (one.bands, one.dtype) != (first.bands, first.dtype):
            raise TrainingError(
                f"{one.shown}: {one.bands} band(s) of {one.dtype}, and {first.shown} has {first.bands} of "
                f"{first.dtype}; the rasters of one date must be alike (--bands chooses some)"
            )
    if first.dtype == "uint8":
        return as_is(first.bands)
    seen = survey_all(_opened(footprints, options, tick))
    with open_with_place(first.source, options) as image:
        return choose_tones(image, seen, None)


def check_bands(dates: Sequence[Sequence[Footprint]]) -> None:
    """Make sure that no date is grey beside another in colour.

    Raises:
        TrainingError: one is.
    """
    first = dates[0][0]
    for footprints in dates[1:]:
        if footprints[0].bands != first.bands:
            raise TrainingError(
                f"{footprints[0].shown} has {footprints[0].bands} band(s) and {first.shown} {first.bands}; "
                "--bands chooses one or three of both"
            )


def _opened(footprints: Sequence[Footprint], options: SourceOptions, tick: Callable[[], None]) -> Iterator[SourceImage]:
    for one in footprints:
        with open_with_place(one.source, options) as image:
            yield image
        tick()
