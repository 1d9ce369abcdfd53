"""Which job is next: clients take turns, and each client's jobs go in the order in which they came."""

from __future__ import annotations

from collections import OrderedDict, deque

Owner = bytes


class TurnQueue:
    """Jobs that wait, by id. Holds no socket and no clock."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Owner, deque[str]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def push(self, owner: Owner, job: str) -> None:
        """Let a job wait behind those of its client."""
        self._waiting.setdefault(owner, deque()).append(job)

    def push_front(self, owner: Owner, job: str) -> None:
        """Let a job that was interrupted be the next of all."""
        self._waiting.setdefault(owner, deque()).appendleft(job)
        self._waiting.move_to_end(owner, last=False)

    def pop(self) -> str | None:
        """Take the next job; its client goes to the end of the line."""
        if not self._waiting:
            return None
        owner, jobs = next(iter(self._waiting.items()))
        job = jobs.popleft()
        self._waiting.move_to_end(owner)
        if not jobs:
            del self._waiting[owner]
        return job

    def remove(self, job: str) -> bool:
        """Take a job out; False where it does not wait."""
        for owner, jobs in self._waiting.items():
            if job in jobs:
                jobs.remove(job)
                if not jobs:
                    del self._waiting[owner]
                return True
        return False

    def count_of(self, owner: Owner) -> int:
        """How many jobs of a client wait."""
        return len(self._waiting.get(owner, ()))

    def move(self, job: str, owner: Owner) -> None:
        """Give a waiting job to another connection: that with which its client came back."""
        if self.remove(job):
            self.push(owner, job)

    def position(self, job: str) -> int:
        """How many jobs come before a waiting one, as it stands; 0 for one that does not wait."""
        lines = list(self._waiting.values())
        for turn, line in enumerate(lines):
            if job in line:
                place = line.index(job)
                before = [min(len(other), place + (number < turn)) for number, other in enumerate(lines)]
                before[turn] = place
                return sum(before)
        return 0
