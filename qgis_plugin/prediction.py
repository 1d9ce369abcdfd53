"""A prediction as the plugin asks for it, whoever carries it out.

The errors, as one tree:

    PredictionError
    ├── PredictionFailedError     the worker said why
    ├── PredictionCrashedError    the worker ended, or answered nonsense, without saying why
    └── PredictionCancelledError  the user asked to stop
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Extent:
    """The area to predict.

    Attributes:
        bounds_xy: x minimum, y minimum, x maximum, y maximum, in units of `crs`.
        crs: an authority's code (`EPSG:32633`) or WKT; that of the source where None.
    """

    bounds_xy: tuple[float, float, float, float]
    crs: str | None = None


@dataclass(frozen=True)
class PredictionRequest:
    """What to predict from, where to and how; None leaves the choice to the model and the source.

    Attributes:
        source: a local file, or the http(s) address of a GeoTIFF; None where only QGIS can open it.
        name: of the source, recorded where its pixels are sent.
        output: the GeoTIFF to write; replaced where it exists.
        extent: the whole source where None.
        area: a vector file of polygons to predict; excludes `extent`.
        bands: numbers of red, green and blue, or of one grey band; by their meaning where None.
        ground_scale_m: metres that one tile of the model covers.
        years_ahead: how far to look.
        source_date: when the source was taken, `2016`, `2016-06` or `2016-06-14`; as the source says where None.
        members: samples of the future to draw.
        seed: the same seed gives the same result.
        model: name or folder of a model; the one that Landcast ships where None.
        is_strict: whether a warning is an error, before anything is predicted.
        keeps_iterations: whether the image after each earlier iteration is written beside the result.
        draws_typical: whether the most typical member of each place is written beside the result.
        maps_domain: whether a layer is written that tells how far each tile is from the model's training.
    """

    source: Path | str | None
    output: Path
    name: str = "layer"
    extent: Extent | None = None
    area: Path | None = None
    bands: tuple[int, ...] | None = None
    ground_scale_m: float | None = None
    years_ahead: float | None = None
    source_date: str | None = None
    members: int = 1
    seed: int = 0
    model: str | None = None
    is_strict: bool = False
    keeps_iterations: bool = False
    draws_typical: bool = False
    maps_domain: bool = False


@dataclass(frozen=True)
class PredictedFiles:
    """What was written.

    Attributes:
        output: the future layer; under the next free name, where the asked one was held open.
        beside: more layers, as several members bring them.
        layers: all of them by what they hold: `prediction`, `spread`, `change`, `typical`, `domain`, `iteration_1`
            and so on.
    """

    output: Path
    beside: list[Path]
    layers: dict[str, Path] = field(default_factory=dict)


class Listener(Protocol):
    """Who follows a prediction; every method is called from the thread that asked for it."""

    def show_stage(self, text: str) -> None:
        """This is being done now."""

    def show_progress(self, done: int, total: int) -> None:
        """So many parts of the work are done."""

    def warn(self, text: str) -> None:
        """The user should know this about the result."""

    def info(self, text: str) -> None:
        """The user may like to know this about the result."""

    def is_cancelled(self) -> bool:
        """Whether the user asked to stop; asked several times a second."""


class PredictionError(Exception):
    """There is no result."""


class PredictionFailedError(PredictionError):
    """The worker refused or failed; its message says what was found and what to do."""


class PredictionCrashedError(PredictionError):
    """The worker ended without a result or a reason; the message holds what it said last."""


class PredictionCancelledError(PredictionError):
    """The user asked to stop; nothing is left under the output's name."""
