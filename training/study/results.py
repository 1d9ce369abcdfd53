"""What a study found, as files: `study.json`, `study.csv`, `curves.csv` and `report.html`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ...core.raster.provenance import versions_text
from .distance import Ruler
from .plan import StudyPlan
from .points import write_text

FORMAT, VERSION = "landcast study", 1
JSON_NAME, CSV_NAME, CURVES_NAME, REPORT_NAME = "study.json", "study.csv", "curves.csv", "report.html"
Kind = Literal["scales", "depths"]
STUDIED = {"scales": "ground_scale_m", "depths": "blocks"}
"""What differs from point to point."""


@dataclass(frozen=True)
class Point:
    """One training of a study, and what was measured.

    Attributes:
        value: the ground scale in metres, or the number of blocks.
        seed: of the training.
        figures: what was measured, and `curves` of the training.
    """

    value: float
    seed: int
    figures: Mapping[str, Any]


@dataclass
class Study:
    """All points of a study so far.

    Attributes:
        kind: what is studied.
        plan: of it.
        ruler: of the perceptual distance.
        hardware: where it was trained, in words.
        wanted: points in all.
        cut: what was found at each scale, or of all pairs.
        points: those that are measured.
    """

    kind: Kind
    plan: StudyPlan
    ruler: Ruler
    hardware: str
    wanted: int
    cut: list[dict[str, Any]]
    points: list[Point] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        plan = self.plan
        return {
            "format": FORMAT,
            "version": VERSION,
            "kind": self.kind,
            "is_finished": len(self.points) == self.wanted,
            "points_wanted": self.wanted,
            "command": list(plan.command),
            "versions": versions_text(),
            "hardware": self.hardware,
            "members": plan.members,
            "held_out_sources": [asdict(source) for source in plan.held_out],
            "held_out_share": None if plan.held_out else plan.settings.validation.share,
            "perceptual_distance": {"words": self.ruler.name, **self.ruler.facts},
            "cut": self.cut,
            "settings": asdict(plan.settings),
            "points": [{STUDIED[self.kind]: one.value, "seed": one.seed, **one.figures} for one in self.points],
        }


def write_study(study: Study) -> None:
    """Write all files of a study, each whole; those of fewer points are replaced.

    Raises:
        OutputError: one of them cannot be written.
    """
    # matplotlib is loaded where a report is made, and nowhere else
    from ..report.study_page import make_study_page

    said = json.loads(json.dumps(study.as_dict(), allow_nan=False))
    folder, studied = study.plan.folder, STUDIED[study.kind]
    write_text(folder / CSV_NAME, _csv(_figure_rows(said["points"])))
    write_text(folder / CURVES_NAME, _csv(_curve_rows(said["points"], studied)))
    make_study_page(said).write(folder / REPORT_NAME)
    write_text(folder / JSON_NAME, json.dumps(said, indent=1) + "\n")


def flat(figures: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Figures by one name each, `perceptual.member` for one within another, without curves."""
    found: dict[str, Any] = {}
    for name, value in figures.items():
        if name == "curves":
            continue
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{name}.")
        elif isinstance(value, list | tuple):
            found |= {f"{above}{name}.{number}": one for number, one in enumerate(value, 1)}
        else:
            found[f"{above}{name}"] = value
    return found


def _figure_rows(points: Sequence[Mapping[str, Any]]) -> list[Sequence[Any]]:
    rows = [flat(point) for point in points]
    names = list(dict.fromkeys(name for row in rows for name in row if row[name] is not None))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def _curve_rows(points: Sequence[Mapping[str, Any]], studied: str) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = [(studied, "seed", "curve", "step", "value")]
    for point in points:
        for name, curve in point["curves"].items():
            rows += [(point[studied], point["seed"], name, step, f"{value:.6g}") for step, value in curve]
    return rows


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
