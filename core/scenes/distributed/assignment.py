"""Which worker predicts which block, and which blocks are to blame when workers die; pure, without a cluster.

A worker takes as many blocks as it has slots. When it dies, the block that it had alone counts one death; of several
that it had, nobody knows which did it, so each becomes a suspect and is tried on a worker that has nothing else.
A block that killed `MOST_DEATHS` workers, each of which had that block alone, is poisoned and left out. An innocent
block loses a little time by the death of its neighbour, and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_DEATHS = 3
"""Workers that die with one block alone before the block is held for the cause."""


@dataclass(frozen=True)
class Death:
    """What the death of a worker means for a block that it had.

    Attributes:
        number: of the block.
        is_poisoned: whether the block is given up; it is tried again otherwise.
        deaths: workers that have died with this block alone.
    """

    number: int
    is_poisoned: bool
    deaths: int


class Assignment:
    """Gives blocks to workers, in order, and keeps account.

    Args:
        numbers: of the blocks, in the order in which they are to be predicted.
        most_deaths: of workers that had one block alone, before that block is poisoned.
    """

    def __init__(self, numbers: Iterable[int], most_deaths: int = MOST_DEATHS) -> None:
        self._waiting = deque(numbers)
        self._suspects: deque[int] = deque()
        self._running: dict[int, str] = {}
        self._alone: set[int] = set()
        self._deaths: dict[int, int] = {}
        self._most_deaths = most_deaths

    @property
    def is_done(self) -> bool:
        """Whether no block waits or runs."""
        return not (self._waiting or self._suspects or self._running)

    @property
    def running(self) -> Mapping[int, str]:
        """Workers by the numbers of the blocks that they have."""
        return self._running

    @property
    def left(self) -> int:
        """How many blocks wait or run."""
        return len(self._waiting) + len(self._suspects) + len(self._running)

    def give(self, slots: Mapping[str, int]) -> list[tuple[int, str]]:
        """Assign blocks to free slots, one a worker and round, so that none hoards while another idles.

        Args:
            slots: how many blocks a worker takes at once, by its name; workers that are gone are not named.

        Returns:
            Numbers of blocks, each with its worker.
        """
        given = []
        has_given = True
        while has_given:
            has_given = False
            for worker, most in slots.items():
                number = self._next_for(worker, most)
                if number is not None:
                    self._running[number] = worker
                    given.append((number, worker))
                    has_given = True
        return given

    def finish(self, number: int) -> None:
        """Hear that a block is done, or has failed for good."""
        self._running.pop(number, None)
        self._alone.discard(number)

    def hand_back(self, number: int) -> None:
        """Hear that a worker could not take a block, which is nobody's fault: it comes next."""
        self.finish(number)
        self._waiting.appendleft(number)

    def lose(self, worker: str, deaths: int = 1) -> list[Death]:
        """Hear that a worker died, or so many one after the other; what that means for each of its blocks."""
        had = [number for number, name in self._running.items() if name == worker]
        is_alone = len(had) == 1
        verdicts = []
        for number in had:
            self.finish(number)
            if is_alone:
                self._deaths[number] = self._deaths.get(number, 0) + deaths
            count = self._deaths.get(number, 0)
            is_poisoned = is_alone and count >= self._most_deaths
            if not is_poisoned:
                self._suspects.append(number)
            verdicts.append(Death(number, is_poisoned, count))
        return verdicts

    def drop_waiting(self) -> int:
        """Give out nothing more; how many blocks are left out by that comes back."""
        dropped = len(self._waiting) + len(self._suspects)
        self._waiting.clear()
        self._suspects.clear()
        return dropped

    def _next_for(self, worker: str, most: int) -> int | None:
        has = [number for number, name in self._running.items() if name == worker]
        if not has and self._suspects:
            number = self._suspects.popleft()
            self._alone.add(number)
            return number
        if self._waiting and len(has) < most and not self._alone.intersection(has):
            return self._waiting.popleft()
        return None
