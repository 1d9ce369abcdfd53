"""Measuring a UNet on held-out pairs while it is trained, keeping the best weights, and knowing when to end."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import UNet2DModel
from torch import Tensor

from ..core.errors import TrainingError
from ..core.files import write_whole
from ..core.lattice import TILE_PX
from .pairs import ChipPair
from .preview import draw_members
from .samples import PairBatch, tile_batch
from .settings import ForecasterSettings, ValidationSettings
from .skill import fair_crps

SUMMARY_NAME = "validation.json"
SCORE_NAME = "crps_over_persistence"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HeldOutTiles:
    """Tiles of held-out pairs in batches.

    Attributes:
        batches: as many tiles each as a step has, the last one fewer.
        count: of all tiles.
    """

    batches: Sequence[PairBatch]
    count: int

    def score(self, unet: UNet2DModel, settings: ForecasterSettings, difference_std: float, members: int) -> float:
        """Fair CRPS of a network's members over the mean absolute error of persistence, in cells.

        Noise is the same at every measurement, so that two differ by the weights alone.
        """
        drawn = [
            draw_members(unet, batch, settings, difference_std, members, seed)
            for seed, batch in enumerate(self.batches)
        ]
        truth = np.concatenate([cells for _, cells in drawn])
        return fair_crps(np.concatenate([own for own, _ in drawn], axis=1), truth) / float(np.abs(truth).mean())


def cut_held_out(chips: Sequence[ChipPair], settings: ValidationSettings, own: ForecasterSettings) -> HeldOutTiles:
    """Cut held-out pairs into whole tiles, at most as many as the settings say, evenly taken.

    Raises:
        TrainingError: there is no whole tile, or nothing differs between the dates of any.
    """
    places = [
        (chip, top, left)
        for chip in chips
        for top in range(0, chip.valid.shape[0] - TILE_PX + 1, TILE_PX)
        for left in range(0, chip.valid.shape[1] - TILE_PX + 1, TILE_PX)
        if chip.valid[top : top + TILE_PX, left : left + TILE_PX].all()
    ]
    if not places:
        raise TrainingError(
            f"{len(chips)} held-out pairs have no wholly valid tile of {TILE_PX} px to validate on; raise "
            "validation.share, or set validation.every = 0"
        )
    picks = np.unique(np.linspace(0, len(places) - 1, min(settings.tiles, len(places))).round().astype(int))
    chosen = [places[index] for index in picks]
    batches = [
        tile_batch(chosen[start : start + own.batch_size], own.change_grid)
        for start in range(0, len(chosen), own.batch_size)
    ]
    if not any(bool(batch.difference.any()) for batch in batches):
        raise TrainingError("nothing differs between the two dates of the held-out pairs, so nothing can be measured")
    return HeldOutTiles(batches, len(chosen))


class Watch:
    """Looks at a network in training now and then, and keeps the best weights that it saw.

    Attributes:
        best_step: steps taken at the best measurement; -1 before the first.
        best_score: of that; lower is better.
        first_score: before any step.
        weights: of the best, by position, on the CPU.

    Args:
        settings: how often, and when to end.
        tiles: how many are measured, for the summary.
        score: measures the averaged weights.
        take_weights: gives a copy of them.
    """

    def __init__(
        self,
        settings: ValidationSettings,
        tiles: int,
        score: Callable[[], float],
        take_weights: Callable[[], list[Tensor]],
    ) -> None:
        self.settings, self.tiles, self._score, self._take_weights = settings, tiles, score, take_weights
        self.best_step, self.best_score, self.first_score = -1, math.inf, math.nan
        self.misses = 0
        self.weights: list[Tensor] = []

    def is_due(self, step: int, max_steps: int) -> bool:
        """Whether to look once that many steps are taken."""
        return step % self.settings.every == 0 or step == max_steps

    @property
    def is_over(self) -> bool:
        """Whether it has become no better for as long as patience lasts."""
        return 0 < self.settings.patience <= self.misses

    def look(self, step: int) -> float:
        """Measure, and keep the weights where they are the best so far; the score comes back."""
        score = self._score()
        if step == 0:
            self.first_score = score
        if score < self.best_score:
            self.best_step, self.best_score, self.misses = step, score, 0
            self.weights = [weight.detach().cpu().clone() for weight in self._take_weights()]
        else:
            self.misses += 1
        log.info("step %d: validation CRPS %.4f of persistence, best %.4f", step, score, self.best_score)
        return score

    def give_best(self, network: torch.nn.Module) -> None:
        """Give a network the best weights."""
        with torch.no_grad():
            for parameter, value in zip(network.parameters(), self.weights, strict=True):
                parameter.copy_(value)

    def tensors(self) -> dict[str, Tensor]:
        """All that a resumed run needs."""
        scores = torch.tensor([self.best_score, self.first_score], dtype=torch.float64)
        counts = torch.tensor([self.best_step, self.misses])
        return {**{f"{i:04d}": value for i, value in enumerate(self.weights)}, "scores": scores, "counts": counts}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Undo `tensors`."""
        self.best_score, self.first_score = tensors["scores"].tolist()
        self.best_step, self.misses = tensors["counts"].tolist()
        self.weights = [tensors[name] for name in sorted(tensors) if name.isdigit()]

    def write_summary(self, folder: Path, steps: int) -> None:
        """Write how it ended; a network that has a summary is trained."""
        first = None if math.isnan(self.first_score) else round(self.first_score, 6)
        summary = {
            "ended": "early" if self.is_over else "all steps taken",
            "steps": steps,
            "best_step": self.best_step,
            SCORE_NAME: round(self.best_score, 6),
            f"{SCORE_NAME}_before": first,
            "tiles": self.tiles,
            "settings": asdict(self.settings),
        }
        write_whole(folder / SUMMARY_NAME, json.dumps(summary, indent=1) + "\n")


def validation_words(summary: Mapping[str, Any]) -> str:
    """Say what a summary says, for a card."""
    before = summary.get(f"{SCORE_NAME}_before")
    began = "" if before is None else f" ({before:.3f} before the first step)"
    return (
        f"fair CRPS {summary[SCORE_NAME]:.3f} of persistence{began} at step {summary['best_step']} of "
        f"{summary['steps']}, on {summary['tiles']} held-out tiles that chose the step"
    )
