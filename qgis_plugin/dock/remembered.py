"""What the panel remembers: habits with the user, places and dates with the project."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from qgis.core import QgsProject, QgsSettings

from .choices import AreaKind, Choices, Rectangle, is_date

SECTION = "landcast/dock/"
SCOPE = "landcast"
AREAS = ("layer", "canvas", "rectangle", "polygons")


def recall_habits(choices: Choices) -> Choices:
    """Fill in what this user chose the last time, in whatever project."""
    settings = QgsSettings()
    members = settings.value(SECTION + "members", choices.members, type=int)
    model = str(settings.value(SECTION + "model", "") or "")
    if Path(model).is_absolute() and not Path(model).is_dir():
        # it was moved since; nobody asked for it now
        model = ""
    return replace(choices, members=max(1, int(members)), model=model or choices.model)


def keep_habits(choices: Choices) -> None:
    """Remember for this user what a prediction was begun with."""
    settings = QgsSettings()
    settings.setValue(SECTION + "members", choices.members)
    settings.setValue(SECTION + "model", choices.model or "")
    if choices.output:
        settings.setValue(SECTION + "folder", str(Path(choices.output).parent))


def last_folder() -> str:
    """Where this user saved a result the last time; empty where that was nowhere, or is gone."""
    folder = str(QgsSettings().value(SECTION + "folder", "") or "")
    return folder if folder and Path(folder).is_dir() else ""


def recall_project(project: QgsProject, choices: Choices) -> Choices:
    """Fill in what belongs to a project; its words are checked, as anybody may have written them."""
    kind = _read(project, "area")
    years = _number(_read(project, "years"))
    return replace(
        choices,
        layer=_read(project, "layer"),
        is_canvas=_read(project, "is_canvas") == "yes",
        source_date=_date(_read(project, "source_date")),
        area=cast(AreaKind, kind) if kind in AREAS else choices.area,
        rectangle=_rectangle(_read(project, "rectangle")),
        polygons=_read(project, "polygons"),
        is_selected_only=_read(project, "is_selected_only") == "yes",
        ground_scale_m=_number(_read(project, "ground_scale_m")),
        years_ahead=years,
    )


def keep_project(project: QgsProject, choices: Choices) -> None:
    """Write what belongs to a project into it; called while it is saved, so that it is not changed by looking."""
    rectangle = choices.rectangle
    entries = {
        "layer": choices.layer,
        "is_canvas": "yes" if choices.is_canvas else "",
        "source_date": _date(choices.source_date),
        "area": choices.area,
        "rectangle": "" if rectangle is None else json.dumps([*rectangle.bounds_xy, rectangle.crs]),
        "polygons": choices.polygons,
        "is_selected_only": "yes" if choices.is_selected_only else "",
        "ground_scale_m": "" if choices.ground_scale_m is None else repr(choices.ground_scale_m),
        "years": "" if choices.years_ahead is None else repr(choices.years_ahead),
    }
    for name, value in entries.items():
        if value:
            project.writeEntry(SCOPE, f"dock/{name}", value)
        else:
            project.removeEntry(SCOPE, f"dock/{name}")


def has_entries(project: QgsProject) -> bool:
    """Whether the panel was used in a project before."""
    return bool(_read(project, "area"))


def _read(project: QgsProject, name: str) -> str:
    return str(project.readEntry(SCOPE, f"dock/{name}", "")[0])


def _date(text: str) -> str:
    return text if is_date(text) else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < 1e6 else None


def _rectangle(text: str) -> Rectangle | None:
    try:
        values: Any = json.loads(text)
        left, bottom, right, top, crs = values
        bounds = (float(left), float(bottom), float(right), float(top))
    except (ValueError, TypeError):
        return None
    is_one = bounds[0] < bounds[2] and bounds[1] < bounds[3] and isinstance(crs, str)
    return Rectangle(bounds, crs) if is_one else None
