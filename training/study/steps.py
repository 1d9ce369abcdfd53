"""Counting the steps of a study, how long they take, and how the loss went."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

CURVE_POINTS = 200
"""Of a curve that are kept; each is the mean of the steps around it."""


@dataclass
class StepCount:
    """Counts the steps of all points, and how long each takes.

    Attributes:
        total: steps of the whole study.
        show: called with the steps done and all; may raise to stop.
        clock: seconds.
        before: steps of the points that are done.
    """

    total: int
    show: Callable[[int, int], None]
    clock: Callable[[], float]
    before: int = 0

    def skip(self, steps: int) -> None:
        """Count steps that were taken before."""
        self.before += steps
        self.show(self.before, self.total)

    @contextmanager
    def point(self, steps: int) -> Iterator[PointSteps]:
        """Count the steps of a point."""
        found = PointSteps(self)
        yield found
        self.before += steps
        self.show(self.before, self.total)


class PointSteps:
    """Hears of every step of one training."""

    def __init__(self, count: StepCount) -> None:
        self._count = count
        self._ends: list[float] = []

    def __call__(self, step: int, loss: float = 0.0) -> None:
        """Note the end of a step."""
        self._ends.append(self._count.clock())
        self._count.show(self._count.before + step, self._count.total)

    @property
    def seconds_a_step(self) -> float | None:
        """The median; None where fewer than two were taken, as after a resumed one that was whole."""
        apart = [later - first for first, later in zip(self._ends, self._ends[1:], strict=False)]
        return statistics.median(apart) if apart else None


def clock_of(device: torch.device) -> Callable[[], float]:
    """Seconds of this process on a CPU, which others may share; of the wall on a GPU."""
    return time.process_time if device.type == "cpu" else time.perf_counter


def read_curve(path: Path) -> list[tuple[int, float]]:
    """Steps and values of a curve that a training wrote, thinned to means where there are many; none without a file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [(int(step), float(value)) for step, value in list(csv.reader(stream))[1:]]
    parts = np.array_split(np.array(rows, np.float64).reshape(-1, 2), min(CURVE_POINTS, len(rows)) or 1)
    return [(round(float(part[:, 0].mean())), float(part[:, 1].mean())) for part in parts if len(part)]
