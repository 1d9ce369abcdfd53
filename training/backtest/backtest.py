"""The whole protocol: a model and its rivals on the same tiles, over all and by strata, with intervals over areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import TrainingError
from ...core.model.calibration import ChangeCalibration
from .calibrating import CrossFit, cross_fit
from .figures import BANDS, Value, change_figures, headline, scale_figures, skill_figures
from .probability import brier_parts, calibration_error, shares
from .resampling import LEVEL, REPLICATES, Figures, Interval, Sums, bootstrap, chosen, sum_by_area, total
from .sums import SCALES_CELLS

DECILES = 10


@dataclass(frozen=True)
class Figure:
    """A figure, and where it lies by what was seen; no interval where there are too few areas."""

    value: float
    interval: Interval | None

    def as_dict(self) -> dict[str, float | None]:
        """Value, low and high end; None for what is not known."""
        low, high = (self.interval.low, self.interval.high) if self.interval else (None, None)
        return {"value": self.value if np.isfinite(self.value) else None, "low": low, "high": high}


@dataclass(frozen=True)
class Stratum:
    """A part of the tiles.

    Attributes:
        name: what is common to them.
        tiles: how many.
        mean_change_levels: mean absolute true change, in levels of 255.
        figures: of the model.
    """

    name: str
    tiles: int
    mean_change_levels: float
    figures: dict[str, Figure]

    def as_dict(self) -> dict[str, Any]:
        """All of it by name."""
        return {
            "name": self.name,
            "tiles": self.tiles,
            "mean_change_levels": self.mean_change_levels,
            **{name: figure.as_dict() for name, figure in self.figures.items()},
        }


@dataclass(frozen=True)
class Backtest:
    """What was measured.

    Attributes:
        model: its name; the first of the forecasts.
        areas: by tile, (tile,).
        years: by tile, (tile,).
        gsd_m: by tile, metres, (tile,).
        sums: of each forecast by name, the model first.
        seed: of all draws.
        calibration: of the model, where it has one.
        is_fitted_here: whether that was fitted on these very pairs.
        seams: as `measure_seams` returns it.
    """

    model: str
    areas: NDArray[np.str_]
    years: NDArray[np.float32]
    gsd_m: NDArray[np.float32]
    sums: Mapping[str, Sums]
    seed: int = 0
    calibration: ChangeCalibration | None = None
    is_fitted_here: bool = False
    seams: Mapping[str, Any] | None = None
    _kept: dict[str, dict[str, Figure]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def own(self) -> Sums:
        """The model's sums."""
        return self.sums[self.model]

    @property
    def area_count(self) -> int:
        """How many areas there are."""
        return len(np.unique(self.areas))

    def figures(self, name: str) -> dict[str, Figure]:
        """All figures of a forecast, with intervals."""
        if name not in self._kept:
            self._kept[name] = self._measured(self.sums[name], self.areas, _everything)
        return self._kept[name]

    def against(self, rival: str, side: int = 1) -> Figure:
        """The model's CRPS over persistence's error less a rival's, on the same draws of areas; below 0 it is better.

        Args:
            rival: its name.
            side: of the squares that fields are averaged over, in cells; one of SCALES_CELLS.
        """
        scale = SCALES_CELLS.index(side)
        both = {
            f"{owner} {name}": self.sums[owner][name] for owner in (self.model, rival) for name in ("crps", "absolute")
        }

        def apart(sums: Sums) -> dict[str, Value]:
            own, other = (
                sums[f"{owner} crps"][..., scale] / sums[f"{owner} absolute"][..., scale]
                for owner in (self.model, rival)
            )
            return {"difference": own - other}

        return self._measured(both, self.areas, apart)["difference"]

    def by_decile(self) -> list[Stratum]:
        """Tenths of the tiles by how much truly changes."""
        order = np.argsort(self._true_change(), kind="stable")
        parts = [part for part in np.array_split(order, DECILES) if len(part)]
        return [self._stratum(f"{number}", part) for number, part in enumerate(parts, 1)]

    def by_years(self) -> list[Stratum]:
        """The intervals between the dates."""
        return [
            self._stratum(f"{years:g} years", np.flatnonzero(self.years == years)) for years in np.unique(self.years)
        ]

    def by_ground_scale(self) -> list[Stratum]:
        """The ground that a tile covers, by the metres of a pixel, to the centimetre."""
        rounded = self.gsd_m.round(2)
        return [self._stratum(f"{128 * gsd:.4g} m", np.flatnonzero(rounded == gsd)) for gsd in np.unique(rounded)]

    def by_area(self) -> list[Stratum]:
        """Each area, without intervals; by its CRPS over persistence, best first, those without change left out."""
        names = np.unique(self.areas)
        found = [self._stratum(str(name), np.flatnonzero(self.areas == name), has_intervals=False) for name in names]
        known = [one for one in found if np.isfinite(one.figures["crps_over_persistence"].value)]
        return sorted(known, key=lambda one: one.figures["crps_over_persistence"].value)

    def scales_with_skill(self) -> list[int]:
        """Sides of squares, in cells, at which the interval of the CRPS lies below persistence's; finest first."""
        figures = self.figures(self.model)
        found = []
        for side in SCALES_CELLS:
            interval = figures[f"crps_at_{side}"].interval
            if interval is not None and interval.high < 1:
                found.append(side)
        return found

    def reliability(self) -> list[dict[str, float | None]]:
        """How often cells truly changed, by the share of members that say so, with intervals over areas."""
        own = total(self.own)
        known = bootstrap(sum_by_area({name: self.own[name] for name in ("cells", "changed")}, self.areas),
                          _rates, self.seed)  # fmt: skip
        table = []
        for number, share in enumerate(shares(len(own["cells"]) - 1)):
            cells, changed = own["cells"][number], own["changed"][number]
            rate = Figure(changed / cells if cells else float("nan"), known[f"{number}"]).as_dict()
            table.append({"share": share, "cells": cells, "changed": changed, **rate})
        return table

    def cross_fitted(self) -> CrossFit | None:
        """What calibration on some of the areas makes of the others; None where there are too few."""
        by_area = sum_by_area({name: self.own[name] for name in ("cells", "changed")}, self.areas)
        try:
            return cross_fit(by_area["cells"], by_area["changed"], self.seed)
        except TrainingError:
            return None

    def calibrated(self) -> dict[str, Any] | None:
        """What the model's own calibration makes of these areas; None where it has none."""
        if self.calibration is None:
            return None
        own = total(self.own)
        said = self.calibration.table(len(own["cells"]) - 1)
        return {
            "place": self.calibration.place,
            "is_fitted_here": self.is_fitted_here,
            "brier": brier_parts(own["cells"], own["changed"], said).as_dict(),
            "calibration_error": float(calibration_error(own["cells"], own["changed"], said)),
            "probability": said.round(6).tolist(),
        }

    def as_dict(self) -> dict[str, Any]:
        """All of it for `metrics.json`."""
        own, crossed, scales = total(self.own), self.cross_fitted(), self.scales_with_skill()
        return {
            "areas": self.area_count,
            "tiles": len(self.areas),
            "interval_level": LEVEL,
            "replicates": REPLICATES,
            "forecasts": {name: _plain(self.figures(name)) for name in self.sums},
            "crps_less_that_of": {name: self.against(name).as_dict() for name in self.sums if name != self.model},
            "finest_scale_with_skill_cells": scales[0] if scales else None,
            "coarsest_scale_with_skill_cells": scales[-1] if scales else None,
            "brier": brier_parts(own["cells"], own["changed"]).as_dict(),
            "reliability": self.reliability(),
            "ranks": own["ranks"].astype(int).tolist(),
            "by_decile": [one.as_dict() for one in self.by_decile()],
            "by_years": [one.as_dict() for one in self.by_years()],
            "by_ground_scale": [one.as_dict() for one in self.by_ground_scale()],
            "calibration": {"cross_fitted": crossed and crossed.gain().as_dict(), "of_model": self.calibrated()},
            "seams": dict(self.seams) if self.seams else None,
        }

    def _true_change(self) -> Value:
        """Mean absolute true change of each tile, in 0..1."""
        change: Value = self.own["absolute"][:, 0] / self.own["size"][:, 0]
        return change

    def _stratum(self, name: str, picks: NDArray[np.intp], has_intervals: bool = True) -> Stratum:
        sums, change = chosen(self.own, picks), 255 * float(self._true_change()[picks].mean())
        if has_intervals:
            return Stratum(name, len(picks), change, self._measured(sums, self.areas[picks], _of_stratum))
        values = _of_stratum(total(sums))
        return Stratum(name, len(picks), change, {key: Figure(float(v), None) for key, v in values.items()})

    def _measured(self, sums: Sums, areas: NDArray[np.str_], figures: Figures) -> dict[str, Figure]:
        values, known = figures(total(sums)), bootstrap(sum_by_area(sums, areas), figures, self.seed)
        return {name: Figure(float(value), known[name]) for name, value in values.items()}


def _everything(sums: Sums) -> dict[str, Value]:
    return {**headline(sums), **scale_figures(sums)}


def _of_stratum(sums: Sums) -> dict[str, Value]:
    return {**skill_figures(sums), **change_figures(sums), "bias_levels": _bias(sums)}


def _bias(sums: Sums) -> Value:
    """Mean over the bands of the predicted change less the true one, in levels."""
    bias: Value = 255 * sums["bias"][..., : len(BANDS)].sum(-1) / sums["size"][..., 0]
    return bias


def _rates(sums: Sums) -> dict[str, Value]:
    cells, changed = sums["cells"], sums["changed"]
    rate = np.divide(changed, cells, out=np.full(changed.shape, np.nan), where=cells > 0)
    return {f"{number}": rate[..., number] for number in range(rate.shape[-1])}


def _plain(figures: Mapping[str, Figure]) -> dict[str, dict[str, float | None]]:
    return {name: figure.as_dict() for name, figure in figures.items()}
