"""What is chosen in the panel, as plain values, and the prediction that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from ..layers.prepared import PreparedSource
from ..prediction import Extent, PredictionRequest
from ..shown_bands import Bands
from ..translation import tr

AreaKind = Literal["layer", "canvas", "rectangle", "polygons"]
TILE_PX = 128
"""Side of a tile of the model, by which a ground scale becomes a GSD."""
USEFUL_SCALE_M = (40.0, 130.0)
"""Ground scales between which a prediction tells something."""
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class ChoiceError(Exception):
    """Something that was chosen cannot be predicted; the message says what to do."""


@dataclass(frozen=True)
class Rectangle:
    """A rectangle that was drawn or is seen.

    Attributes:
        bounds_xy: x minimum, y minimum, x maximum, y maximum, in units of `crs`.
        crs: an authority's code or WKT; empty where the map has none.
    """

    bounds_xy: tuple[float, float, float, float]
    crs: str


@dataclass(frozen=True)
class Choices:
    """All that the panel holds.

    Attributes:
        layer: id of the source layer; empty where none is chosen, or where `is_canvas`.
        is_canvas: whether the source is what the map shows.
        bands: chosen by the user; what the layer shows where None.
        source_date: as it was typed.
        area: which kind of area.
        rectangle: that was drawn; None before.
        polygons: id of the layer with the area; empty where none is chosen.
        is_selected_only: whether only its selected features count.
        ground_scale_m: None as the image has it.
        model: name or folder; the one that Landcast ships where None.
        years_ahead: None as the model was trained.
        members: samples of the future.
        seed: of all noise.
        keeps_iterations: whether earlier iterations are written as well.
        draws_typical: whether the most typical member is written as well.
        maps_domain: whether a layer tells how far each tile is from the training.
        output: file to write; a temporary one where empty.
    """

    layer: str = ""
    is_canvas: bool = False
    bands: Bands = None
    source_date: str = ""
    area: AreaKind = "layer"
    rectangle: Rectangle | None = None
    polygons: str = ""
    is_selected_only: bool = False
    ground_scale_m: float | None = None
    model: str | None = None
    years_ahead: float | None = None
    members: int = 1
    seed: int = 0
    keeps_iterations: bool = False
    draws_typical: bool = False
    maps_domain: bool = False
    output: str = ""

    @property
    def has_source(self) -> bool:
        """Whether an image was chosen."""
        return self.is_canvas or bool(self.layer)


def make_request(
    choices: Choices, prepared: PreparedSource, extent: Rectangle | None, output: Path
) -> PredictionRequest:
    """The prediction that was chosen; its polygons, where there are any, are added by who writes them to a file.

    Args:
        choices: of the panel.
        prepared: the source.
        extent: of the area; None where it is all of the source, or polygons.
        output: file to write.

    Raises:
        ChoiceError: the date is none, or the result would replace its source.
    """
    if isinstance(prepared.source, Path) and output.exists() and output.samefile(prepared.source):
        raise ChoiceError(
            tr("The result would replace the image it is made from, {}: choose another file.").format(output)
        )
    check_date(choices.source_date)
    return PredictionRequest(
        source=prepared.source,
        name=prepared.name,
        output=output,
        extent=None if extent is None else Extent(extent.bounds_xy, extent.crs or None),
        bands=choices.bands or prepared.bands,
        ground_scale_m=choices.ground_scale_m,
        years_ahead=choices.years_ahead,
        source_date=choices.source_date or None,
        members=choices.members,
        seed=choices.seed,
        model=choices.model,
        keeps_iterations=choices.keeps_iterations,
        draws_typical=choices.draws_typical,
        maps_domain=choices.maps_domain,
    )


def check_date(text: str) -> None:
    """Make sure that a date is a year, a month or a day, or nothing at all.

    Raises:
        ChoiceError: it is not.
    """
    if text and not is_date(text):
        raise ChoiceError(
            tr("“{}” is no date of an image: give a year (2016), a month (2016-06) or a day (2016-06-14).").format(text)
        )


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar."""
    match = DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def later_year(source_date: str, years_ahead: float) -> str:
    """The date some whole years later; empty where the date or the years leave it open."""
    if not is_date(source_date) or years_ahead != round(years_ahead):
        return ""
    year = int(source_date[:4]) + round(years_ahead)
    rest = source_date[4:]
    is_no_day = rest == "-02-29" and not is_date(f"{year}{rest}")
    return f"{year}-02-28" if is_no_day else f"{year}{rest}"


def gsd_of(ground_scale_m: float) -> float:
    """True metres a pixel at a ground scale."""
    return ground_scale_m / TILE_PX


def is_useful(ground_scale_m: float) -> bool:
    """Whether a ground scale lies in the useful range."""
    return USEFUL_SCALE_M[0] <= ground_scale_m <= USEFUL_SCALE_M[1]


def default_name(source_name: str, source_date: str, years_ahead: float | None) -> str:
    """A file name for a result that says from what it is made and how far it looks."""
    stem = re.sub(r"[^\w-]+", "_", Path(source_name).stem if "." in source_name else source_name).strip("_") or "layer"
    ahead = "" if years_ahead is None else f"_{years_ahead:g}y".replace(".", "_")
    when = f"_{source_date}" if is_date(source_date) else ""
    return f"{stem[:60]}{when}{ahead}_pred.tif"
