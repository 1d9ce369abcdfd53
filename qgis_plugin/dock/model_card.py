"""What a model promises, in a few lines: of one that the worker knows, or of a folder on this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.protocol.values import ModelInfo
from ..translation import tr
from .choices import TILE_PX

CONTRACT = "landcast.json"
CARD = "README.md"
DOMAIN = "domain.safetensors"
CALIBRATION = "calibration.json"
SHIPPED = Path(__file__).parents[2] / "core" / "model" / "shipped"
MOST_STEPS = 10
"""Of the slider of years; further is typed."""


class NoModelError(Exception):
    """A folder holds no model; the message says what was found."""


@dataclass(frozen=True)
class ModelCard:
    """What a model promises.

    Attributes:
        model: name or folder, by which it is asked for.
        title: for a list.
        region: where its training images lie.
        sensor: what took them.
        gsd_range_m: smallest and largest GSD that it was trained on.
        interval_years: years ahead that it was trained on, ascending.
        page: its whole card; None where it is not on this machine.
        has_domain: whether it says what it was trained on; None where the worker is too old to tell.
        calibrated_on: where its probability of change was held to what came true; empty where it was not, None where
            the worker is too old to tell.
    """

    model: str
    title: str
    region: str
    sensor: str
    gsd_range_m: tuple[float, float]
    interval_years: tuple[float, ...]
    page: Path | None = None
    has_domain: bool | None = None
    calibrated_on: str | None = None

    @property
    def step_years(self) -> float:
        """Years by which it goes further."""
        return self.interval_years[0]

    @property
    def scale_range_m(self) -> tuple[float, float]:
        """Metres that one tile covers, from the finest to the coarsest GSD."""
        return self.gsd_range_m[0] * TILE_PX, self.gsd_range_m[1] * TILE_PX

    def iterations(self, years_ahead: float) -> int:
        """How often a result is fed in again to come so far."""
        return max(1, -int(-(years_ahead - 1e-9) // self.interval_years[-1]))


def card_of(info: ModelInfo) -> ModelCard:
    """The card of a model that the worker knows."""
    page = SHIPPED / info.name / CARD if _is_plain(info.name) else None
    return ModelCard(
        info.name,
        info.name,
        info.region,
        info.sensor,
        info.gsd_range_m,
        tuple(sorted(info.interval_years)) or (1.0,),
        page if page is not None and page.is_file() else None,
        info.has_domain,
        info.change_calibrated_on,
    )


def _is_plain(name: str) -> bool:
    """Whether a name is one of a folder, not a path."""
    return Path(name).name == name


def read_card(folder: Path) -> ModelCard:
    """Read the card of a model in a folder of this machine.

    Raises:
        NoModelError: there is none.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
        low, high = map(float, facts["gsd_range_m"])
        years = tuple(sorted(map(float, facts["interval_years"])))
        texts = str(facts["name"]), str(facts["region"]), str(facts["sensor"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoModelError(
            tr("{folder} is no folder of a model of Landcast: its {file} cannot be read ({reason}).").format(
                folder=folder, file=CONTRACT, reason=error
            )
        ) from error
    if not years or years[0] <= 0:
        raise NoModelError(tr("The model in {} names no years that it was trained on.").format(folder))
    page = folder / CARD
    return ModelCard(
        str(folder), texts[0], texts[1], texts[2], (low, high), years, page if page.is_file() else None,
        (folder / DOMAIN).is_file(), _calibrated_on(folder),
    )  # fmt: skip


def _calibrated_on(folder: Path) -> str:
    """Where a model's probability of change was calibrated; empty where it was not, or its worker will say why not."""
    try:
        return str(json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))["place"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def describe_card(card: ModelCard) -> list[tuple[str, str]]:
    """Names and values, in the order in which they matter to who chooses."""
    years = ", ".join(f"{years:g}" for years in card.interval_years)
    low, high = card.scale_range_m
    told = [
        (tr("Region"), card.region),
        (tr("Sensor"), card.sensor),
        (
            tr("Scale"),
            tr("{low:.0f} to {high:.0f} m a tile ({fine:g} to {coarse:g} m a pixel)").format(
                low=low, high=high, fine=card.gsd_range_m[0], coarse=card.gsd_range_m[1]
            ),
        ),
        (tr("Years"), tr("{} years at once, further by repeating").format(years)),
    ]
    if card.calibrated_on is not None:
        told.append((tr("Change"), change_words(card.calibrated_on)))
    return told


def change_words(calibrated_on: str) -> str:
    """What a probability of change is worth."""
    if calibrated_on:
        return tr("probability, calibrated on {}").format(calibrated_on)
    return tr("share of the futures that are drawn, not calibrated")
