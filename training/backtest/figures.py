"""The figures of a backtest, each made of sums over tiles, so that all of them can be resampled alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .change_maps import majority_agreement, members_agreement
from .probability import brier_parts, calibration_error
from .ranks import mean_rank, outlier_share
from .resampling import Sums
from .sums import SCALES_CELLS

LEVELS = 255
BANDS = ("red", "green", "blue")
Value = NDArray[np.float64]


def skill_figures(sums: Sums) -> dict[str, Value]:
    """The figures of `skill`, by the same names and of the same definition.

    Values beside persistence are below 1 where the forecast is better than saying that nothing changes.
    """
    members, size = sums["cells"].shape[-1] - 1, sums["size"][..., 0]
    spread = np.sqrt((members + 1) / members * sums["variance"][..., 0] / size)
    error = np.sqrt(sums["error"][..., 0] / size)
    return {
        "crps_over_persistence": _ratio(sums["crps"][..., 0], sums["absolute"][..., 0]),
        "rmse_mean_over_persistence": np.sqrt(_ratio(sums["error"][..., 0], sums["square"][..., 0])),
        "spread_over_skill": _ratio(spread, error),
        "member_std_over_truth": _ratio(_deviation(sums["member"], size), _deviation(sums["true"], size)),
    }


def power_figures(sums: Sums) -> dict[str, Value]:
    """Power of a member over the truth's in each octave, `power_octave_1` (the longest waves) and so on."""
    octaves = sums["power"].shape[-1] // 2
    ratio = _ratio(sums["power"][..., :octaves], sums["power"][..., octaves:])
    return {f"power_octave_{number + 1}": ratio[..., number] for number in range(octaves)}


def change_figures(sums: Sums) -> dict[str, Value]:
    """What is told of where change is: as a probability, and as maps."""
    cells, changed = sums["cells"], sums["changed"]
    parts = brier_parts(cells, changed)
    member, majority = members_agreement(cells, changed), majority_agreement(cells, changed)
    return {
        "brier_skill_score": parts.skill,
        "calibration_error": calibration_error(cells, changed),
        "figure_of_merit": majority.figure_of_merit,
        "quantity_disagreement": majority.quantity_disagreement,
        "allocation_disagreement": majority.allocation_disagreement,
        "member_figure_of_merit": member.figure_of_merit,
        "member_quantity_disagreement": member.quantity_disagreement,
        "member_allocation_disagreement": member.allocation_disagreement,
    }


def rank_figures(sums: Sums) -> dict[str, Value]:
    """What the rank histogram shows, in two figures: too narrow or wide, too low or high."""
    return {"outlier_share": outlier_share(sums["ranks"]), "mean_rank": mean_rank(sums["ranks"])}


def bias_figures(sums: Sums) -> dict[str, Value]:
    """Mean predicted change less the true one, in levels of 255 by band."""
    size = sums["size"][..., 0] / len(BANDS)
    return {f"bias_{band}_levels": LEVELS * sums["bias"][..., number] / size for number, band in enumerate(BANDS)}


def headline(sums: Sums) -> dict[str, Value]:
    """All figures that are told with an interval."""
    return {
        **skill_figures(sums), **power_figures(sums), **change_figures(sums), **rank_figures(sums),
        **bias_figures(sums),
    }  # fmt: skip


def scale_figures(sums: Sums) -> dict[str, Value]:
    """CRPS and RMSE over persistence's of fields averaged over squares, `crps_at_4` for squares of 4 cells a side."""
    crps, error = _ratio(sums["crps"], sums["absolute"]), np.sqrt(_ratio(sums["error"], sums["square"]))
    return {
        **{f"crps_at_{side}": crps[..., number] for number, side in enumerate(SCALES_CELLS)},
        **{f"rmse_at_{side}": error[..., number] for number, side in enumerate(SCALES_CELLS)},
    }


def _deviation(moments: Value, size: Value) -> Value:
    """Deviation of values whose sum and sum of squares are given, (..., 2)."""
    deviation: Value = np.sqrt(np.maximum(moments[..., 1] / size - (moments[..., 0] / size) ** 2, 0))
    return deviation


def _ratio(above: Value, below: Value) -> Value:
    """Quotient, NaN where it has none."""
    above, below = np.asarray(above), np.asarray(below)
    ratio: Value = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return ratio
