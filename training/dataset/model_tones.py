"""Showing the pixels of a dataset to a model that was trained on other tones, as a prediction would show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import TrainingError
from ...core.radiometry.choice import choose_tones
from ...core.radiometry.tones import LEVELS_8_BIT, STRETCH_SHARES, ToneReference, Tones, stretch_to, tones_of

if TYPE_CHECKING:
    from .gathering import Gathered

DATES = "dates"
"""Where `dataset.json` says it."""


@dataclass(frozen=True)
class DateLevels:
    """How the values of one date became the 8-bit levels of a dataset.

    Attributes:
        date: which.
        bands: one or three, of its rasters.
        is_stretched: whether the darkest and brightest two percent of the values were brought to black and white; else
            they are levels as they were taken.
        tones: distribution of the levels of all tiles that were cut; None where there were none.
    """

    date: str
    bands: int
    is_stretched: bool
    tones: ToneReference | None

    @property
    def name(self) -> str:
        """For a message."""
        return self.date

    @property
    def is_eight_bit(self) -> bool:
        """Whether its values were levels already."""
        return not self.is_stretched

    @property
    def quantiles(self) -> NDArray[np.float64]:
        """Float64, (band, share); levels below which the recorded shares of the pixels lie."""
        levels = () if self.tones is None else self.tones.levels[: self.bands]
        return np.multiply(levels, LEVELS_8_BIT)


def levels_facts(gathered: Gathered) -> list[dict[str, Any]]:
    """What `dataset.json` says of each date: how its values became levels, and which ones there are."""
    found = []
    for number, (footprints, tones) in enumerate(zip(gathered.dates, gathered.tones, strict=True)):
        counts = sum(
            gathered.counts[interval, role]
            for interval, pair in enumerate(gathered.date_pairs)
            for role, date in enumerate(pair)
            if date == number
        )
        own = tones_of(counts) if isinstance(counts, np.ndarray) and counts.any() else None
        said = DateLevels(str(footprints[0].date), footprints[0].bands, tones.kind != "as-is", own)
        found.append(asdict(said))
    return found


def model_tables(facts: Mapping[str, Any], reference: ToneReference, name: str) -> dict[str, NDArray[np.uint8]]:
    """What the levels of each date become for a model, by the rule by which a prediction shows it a source.

    Levels as they were taken stay, and are stretched where their contrast is faint beside that of the model's images.
    Values that were stretched to black and white are stretched to where the dark and bright ends of these lie; beyond
    the ends, where a prediction would go on, the dataset holds nothing.

    Args:
        facts: what `dataset.json` says.
        reference: tones of the model.
        name: of the dataset, for the message.

    Returns:
        For each date whose levels change, uint8 (3, 256).

    Raises:
        TrainingError: the dataset does not say how its levels came about.
    """
    tables = {}
    for date in _read(facts, name):
        if date.is_stretched:
            ends = np.tile([0.0, float(LEVELS_8_BIT)], (date.bands, 1))
            tones = stretch_to(ends, STRETCH_SHARES, reference)
        elif date.tones is None:
            continue
        else:
            tones = choose_tones(date, date, reference)
        table = _table(tones, date.bands)
        if (table != np.arange(LEVELS_8_BIT + 1)).any():
            tables[date.date] = table
    return tables


def _table(tones: Tones, bands: int) -> NDArray[np.uint8]:
    every = np.broadcast_to(np.arange(LEVELS_8_BIT + 1, dtype=np.float64)[:, None], (bands, LEVELS_8_BIT + 1, 1))
    table: NDArray[np.uint8] = (tones.to_model(every)[..., 0] * LEVELS_8_BIT).round().astype(np.uint8)
    return table


def _read(facts: Mapping[str, Any], name: str) -> Sequence[DateLevels]:
    try:
        return [
            DateLevels(said["date"], said["bands"], said["is_stretched"], _reference(said["tones"]))
            for said in facts[DATES]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            f"{name}: does not say how its values became levels, so they cannot be shown to a model that was trained "
            "on others; make the dataset again"
        ) from error


def _reference(said: Mapping[str, Any] | None) -> ToneReference | None:
    return None if said is None else ToneReference(tuple(said["shares"]), tuple(map(tuple, said["levels"])))
