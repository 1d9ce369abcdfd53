"""How long an engine may be silent."""

from __future__ import annotations

from collections import deque
from statistics import median

from ...core.protocol.messages import Stage
from .settings import Patience

REMEMBERED_CALLS = 101


class Watchdog:
    """Knows when the engine was heard last, and what it was doing. Times are given, never asked for.

    Args:
        patience: the limits.
        now: when the engine was started.
    """

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self._heard = now
        self._stage: Stage = "starting"
        self._calls_s: deque[float] = deque(maxlen=REMEMBERED_CALLS)

    def hear(self, now: float, stage: Stage | None = None, call_s: float | None = None) -> None:
        """The engine said something: what it does now, how long its last network call took."""
        self._heard = now
        self._stage = stage or self._stage
        if call_s is not None:
            self._calls_s.append(call_s)

    def silence_s(self, now: float) -> float:
        """Since it was heard last."""
        return now - self._heard

    @property
    def limit_s(self) -> float:
        """How long it may be silent in what it is doing."""
        if self._stage == "writing":
            return self._patience.writing
        if self._stage != "predicting":
            return self._patience.starting
        usual = median(self._calls_s) if self._calls_s else 0.0
        return max(self._patience.computing, self._patience.calls * usual)

    def has_hung(self, now: float) -> bool:
        """Whether it has been silent for too long."""
        return self.silence_s(now) > self.limit_s
