"""How far many scenes are: counts, megapixels, seconds a megapixel, and when the end is to be expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MEGAPIXEL = 1_000_000


@dataclass(frozen=True)
class Totals:
    """How far a run is.

    Attributes:
        scenes: that there are.
        done: whole, in this run.
        kept: whole since an earlier run.
        failed: that came to nothing.
        waiting: that are still to be done, the current one counted.
        megapixels: of results that this run finished.
        scene_seconds: that those took.
        seconds: since the run began.
        remaining_seconds: that the rest is expected to take; None as long as nothing tells.
    """

    scenes: int
    done: int
    kept: int
    failed: int
    waiting: int
    megapixels: float
    scene_seconds: float
    seconds: float
    remaining_seconds: float | None

    @property
    def seconds_per_megapixel(self) -> float | None:
        """What a megapixel of result took in this run; None before the first one."""
        return self.scene_seconds / self.megapixels if self.megapixels > 0 else None


class Pace:
    """Learns from scenes that are done, and from the part of the current one, how long the rest takes.

    Args:
        work: of each scene by its name, in any one unit (pixels, square metres); None where nothing is known of it,
            which counts as the mean of the others.
    """

    def __init__(self, work: Mapping[str, float | None]) -> None:
        known = [amount for amount in work.values() if amount]
        mean = sum(known) / len(known) if known else 1.0
        self._work = {name: amount or mean for name, amount in work.items()}
        self._left = set(self._work)
        self._left_work = sum(self._work.values())
        self._done_work = self._done_seconds = 0.0
        self._current: str | None = None
        self._began = self._share = 0.0
        self._first_share: float | None = None

    def begin(self, name: str, now: float) -> None:
        """A scene is begun."""
        self._current, self._began = name, now
        self._share, self._first_share = 0.0, None

    def advance(self, share: float) -> None:
        """So much of the current scene is done; what was done at the first call came from an earlier run."""
        self._first_share = share if self._first_share is None else self._first_share
        self._share = share

    def end(self, name: str, now: float, is_computed: bool) -> None:
        """A scene needs nothing more; it teaches something only where all of it was computed in this run."""
        if name in self._left:
            self._left.remove(name)
            self._left_work -= self._work[name]
        if self._current == name and is_computed:
            self._done_work += self._work[name] * (1 - (self._first_share or 0.0))
            self._done_seconds += now - self._began
        self._current = None

    def remaining_seconds(self, now: float) -> float | None:
        """Seconds that the rest takes at the pace so far; None where there is none yet."""
        work, seconds, left = self._done_work, self._done_seconds, self._left_work
        if self._current in self._left and self._current is not None:
            current = self._work[self._current]
            work += current * (self._share - (self._first_share or 0.0))
            seconds += now - self._began
            left -= current * self._share
        if not self._left:
            return 0.0
        return seconds / work * left if work > 0 else None
