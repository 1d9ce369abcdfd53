"""Which workers are asked again after they could not do what was asked, and which are left out; pure."""

from __future__ import annotations

from collections.abc import Iterable

from .orders import Unfit

REST_S = 30.0
"""How long a worker rests that could not, before it is asked again: a shared disk that hangs comes back."""
MOST_RESTS = 3
"""Times in a row that a worker could not, before it is left out."""


class Fitness:
    """Keeps account of workers that say that they cannot.

    Args:
        rest_s: how long a worker rests.
        most_rests: times in a row before a worker is left out.
    """

    def __init__(self, rest_s: float = REST_S, most_rests: int = MOST_RESTS) -> None:
        self._rest_s, self._most_rests = rest_s, most_rests
        self._rests: dict[str, int] = {}
        self._until: dict[str, float] = {}
        self._reasons: dict[str, Unfit] = {}

    def is_fit(self, worker: str, now: float) -> bool:
        """Whether a worker is to be given blocks."""
        return self._rests.get(worker, 0) < self._most_rests and now >= self._until.get(worker, now)

    def praise(self, worker: str) -> None:
        """Hear that a worker did what it was asked."""
        self._rests.pop(worker, None)
        self._until.pop(worker, None)

    def blame(self, worker: str, answer: Unfit, now: float) -> bool:
        """Hear that a worker could not; whether it is left out from now on. What it says while it rests is no news."""
        if now >= self._until.get(worker, now):
            self._rests[worker] = self._rests.get(worker, 0) + 1
            self._until[worker] = now + self._rest_s
        self._reasons[worker] = answer
        return self._rests[worker] >= self._most_rests

    def all_out(self, workers: Iterable[str]) -> list[Unfit]:
        """Why nobody can go on: a reason for each worker; empty while one of them may."""
        names = list(workers)
        if any(self._rests.get(name, 0) < self._most_rests for name in names):
            return []
        return [self._reasons[name] for name in names]
