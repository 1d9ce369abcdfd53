"""How skill is measured: one definition for every figure.

Members and truth are coarse differences, second date minus first, in 0..1. Nothing here knows a model.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scoringrules
from numpy.typing import NDArray

from ..core.errors import RequestError
from ..core.lattice import COARSE_PX

OCTAVES_CELLS = ((32.0, 16.0), (16.0, 8.0), (8.0, 4.0), (4.0, 0.0))
"""Wavelengths of each octave, long to short, in cells."""

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Skill:
    """The figures of one forecast; each compares with the truth or with saying that nothing changes.

    Attributes:
        crps_over_persistence: fair CRPS over the mean absolute error of persistence; below 1 is skill.
        rmse_mean_over_persistence: RMSE of the ensemble mean over the RMSE of persistence.
        spread_over_skill: deviation between members over RMSE of their mean; 1 is calibrated.
        member_std_over_truth: deviation of one member over the truth's.
        member_power_over_truth: power of one member over the truth's by octave, long to short.
        pairs: tiles that were measured.
    """

    crps_over_persistence: float
    rmse_mean_over_persistence: float
    spread_over_skill: float
    member_std_over_truth: float
    member_power_over_truth: tuple[float, ...]
    pairs: int

    def as_dict(self) -> dict[str, Any]:
        """The figures by name."""
        return asdict(self)


def measure_skill(members: Field, truth: Field) -> Skill:
    """Measure an ensemble.

    Args:
        members: float32, (member, tile, 3, 32, 32); at least two members.
        truth: float32, (tile, 3, 32, 32).

    Raises:
        RequestError: fewer than two members, shapes that do not fit, or a truth without any change.
    """
    if len(members) < 2 or members.shape[1:] != truth.shape:
        raise RequestError(f"members {members.shape} do not fit the truth {truth.shape}, or are fewer than two")
    if not truth.any():
        raise RequestError("nothing differs between the two dates; a forecast can only be measured on change")
    count, mean = len(members), members.mean(0, dtype=np.float64)
    error = float(np.sqrt(((mean - truth) ** 2).mean()))
    spread = float(np.sqrt((count + 1) / count * members.var(0, ddof=1, dtype=np.float64).mean()))
    return Skill(
        crps_over_persistence=fair_crps(members, truth) / float(np.abs(truth).mean(dtype=np.float64)),
        rmse_mean_over_persistence=error / float(np.sqrt((truth.astype(np.float64) ** 2).mean())),
        spread_over_skill=spread / error if error else float("nan"),
        member_std_over_truth=float(members[0].std(dtype=np.float64) / truth.std(dtype=np.float64)),
        member_power_over_truth=tuple(float(v) for v in octave_power(members[0]) / octave_power(truth)),
        pairs=len(truth),
    )


def fair_crps(members: Field, truth: Field) -> float:
    """Mean fair CRPS (Ferro 2014), tile by tile so that memory stays small.

    Args:
        members: float32, (member, tile, ...).
        truth: float32, (tile, ...).
    """
    sums = [
        float(
            scoringrules.crps_ensemble(truth[tile], members[:, tile], m_axis=0, estimator="fair").sum(dtype=np.float64)
        )
        for tile in range(len(truth))
    ]
    return sum(sums) / truth.size


def octave_power(field: Field) -> NDArray[np.float64]:
    """Power of (tile, 3, 32, 32) in each octave of wavelength: mean removed, Hann window, summed; float64 (4,)."""
    window = np.hanning(COARSE_PX)[:, None] * np.hanning(COARSE_PX)[None]
    centred = field - field.mean((-2, -1), keepdims=True)
    spectrum = (np.abs(np.fft.fft2(centred * window)) ** 2).sum((0, 1))
    frequency = np.hypot(np.fft.fftfreq(COARSE_PX)[:, None], np.fft.fftfreq(COARSE_PX)[None])
    bands = [
        spectrum[(frequency >= 1 / long) & (frequency < (1 / short if short else np.inf))].sum()
        for long, short in OCTAVES_CELLS
    ]
    return np.array(bands)


def dressed_persistence(residuals: Field, tiles: int, members: int, seed: int) -> Field:
    """The rival that knows no place: t1 plus residual tiles of training pairs; (member, tile, 3, 32, 32)."""
    draw = np.random.default_rng(seed).integers(0, len(residuals), (members, tiles))
    return residuals[draw]
