"""What a share of members that change is worth: the probability of change as it came true on areas of known outcome.

The table is fitted on ensembles of one size. As members are exchangeable, what it says of smaller ones follows from
it exactly: so many of them are a draw without replacement from the many.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import comb, isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..files import write_whole

CALIBRATION_NAME = "calibration.json"
FORMAT_VERSION = 1
SLACK = 1.25
"""How many times shorter or longer than those of the fit years and pixels may be."""


@dataclass(frozen=True)
class ChangeCalibration:
    """How often cells truly changed, by how many of the members said so.

    Attributes:
        members: of the ensembles that it was fitted on, at least 2.
        cells: how many cells each number of changing members was found in, from none to all; (members + 1).
        probability: that a cell changes, for each of these numbers, in 0..1, never falling; (members + 1).
        interval_years: years ahead that it was fitted on.
        gsd_range_m: smallest and largest GSD that it was fitted on, metres.
        place: what it was fitted on, in words.
        data_sha256: over the pixels of the pairs that it was fitted on.
        format_version: of the file.
    """

    members: int
    cells: tuple[int, ...]
    probability: tuple[float, ...]
    interval_years: tuple[float, ...]
    gsd_range_m: tuple[float, float]
    place: str
    data_sha256: str
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        count = self.members + 1
        if self.members < 2 or len(self.cells) != count or len(self.probability) != count:
            raise ValueError(
                f"{self.members} members need {count} cells and probabilities each, not {len(self.cells)} and "
                f"{len(self.probability)}"
            )
        if not all(0 <= value <= 1 for value in self.probability) or min(self.cells) < 0:
            raise ValueError("a probability must lie within 0 and 1, and no number of cells below 0")
        if any(after < before for before, after in pairwise(self.probability)):
            raise ValueError("the probability must not fall where more members change")
        if not (self.interval_years and all(isfinite(value) and value > 0 for value in self._ranges)):
            raise ValueError("interval_years and gsd_range_m must be above 0")

    @property
    def _ranges(self) -> tuple[float, ...]:
        return *self.interval_years, *self.gsd_range_m

    def covers(self, years_ahead: float, gsd_m: float, iterations: int) -> bool:
        """Whether it was fitted on forecasts of about these years and pixels, made in one step."""
        years, gsds = self.interval_years, self.gsd_range_m
        return (
            iterations == 1
            and min(years) / SLACK <= years_ahead <= max(years) * SLACK
            and min(gsds) / SLACK <= gsd_m <= max(gsds) * SLACK
        )

    def table(self, members: int) -> NDArray[np.float32]:
        """The probability of change for each number of changing members of an ensemble; float32 (members + 1,).

        For fewer members than it was fitted on this is exact, by the hypergeometric distribution; for more it is read
        off between the shares of the fit, which takes a little of their sharpness.
        """
        known = np.array(self.probability)
        if members >= self.members:
            shares = np.arange(members + 1) / members
            between: NDArray[np.float64] = np.interp(shares, np.arange(self.members + 1) / self.members, known)
            return between.astype(np.float32)
        # one more cell each, so that no number is without any; a posterior stays monotone under any prior
        draw = np.array([[_drawn(few, many, members, self.members) for many in range(self.members + 1)]
                         for few in range(members + 1)]) * (np.array(self.cells) + 1)  # fmt: skip
        exact: NDArray[np.float64] = (draw @ known / draw.sum(1)).clip(known[0], known[-1])
        return exact.astype(np.float32)


def save_calibration(calibration: ChangeCalibration, folder: Path) -> None:
    """Write a calibration into a model folder as JSON, in the place of an earlier one."""
    write_whole(folder / CALIBRATION_NAME, json.dumps(asdict(calibration), indent=1, ensure_ascii=False) + "\n")


def load_calibration(folder: Path) -> ChangeCalibration | None:
    """Read the calibration of a model folder; None where it has none.

    Raises:
        ModelError: it is damaged, or of a format that this version does not know.
    """
    path = folder / CALIBRATION_NAME
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read as a calibration: {error}") from error
    version = said.get("format_version") if isinstance(said, dict) else None
    if version != FORMAT_VERSION:
        raise ModelError(f"{path}: format {version} is not known; this version reads format {FORMAT_VERSION}")
    try:
        lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
        return ChangeCalibration(**lists)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{path}: {error}") from error


def _drawn(few: int, many: int, members: int, whole: int) -> float:
    """Probability that of `members` drawn from `whole`, of which `many` change, `few` do."""
    return comb(many, few) * comb(whole - many, members - few) / comb(whole, members)
