"""How long the network calls of a model take here, by those of earlier jobs."""

from __future__ import annotations

from collections import deque
from statistics import fmean

from .models import Key

REMEMBERED_CALLS = 2000


class CallTimes:
    """Times of calls, by model, device and precision.

    Their mean counts, not their median: a call of one network takes many times as long as one of the other, and a plan
    has both in about the shares in which they were timed.
    """

    def __init__(self) -> None:
        self._times: dict[Key, deque[float]] = {}

    def add(self, key: Key, seconds: float) -> None:
        """Remember a call, with what was read and written around it."""
        self._times.setdefault(key, deque(maxlen=REMEMBERED_CALLS)).append(seconds)

    def estimate_s(self, key: Key, calls: int) -> float | None:
        """Seconds that so many calls will take; None where none was timed yet."""
        times = self._times.get(key)
        return None if times is None else calls * fmean(times)
