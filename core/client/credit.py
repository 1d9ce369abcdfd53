"""How much a worker may send before what it sent was taken."""

from __future__ import annotations

from ..protocol.messages import Credit

MESSAGES, BYTES = 4, 32 * 2**20


class CreditWindow:
    """Holds what was granted and what lies here untaken to a limit, together; used by one thread.

    Memory is bounded by `BYTES` and one message, as the last may overdraw.
    """

    def __init__(self, messages: int = MESSAGES, size: int = BYTES) -> None:
        self._messages, self._bytes = messages, size
        self._granted = self._held = (0, 0)

    @property
    def held_bytes(self) -> int:
        """What lies here untaken."""
        return self._held[1]

    def on_arrival(self, size: int) -> None:
        """A message came, with so many bytes of frames."""
        self._granted = self._granted[0] - 1, self._granted[1] - size
        self._held = self._held[0] + 1, self._held[1] + size

    def on_taken(self, size: int) -> None:
        """A message was taken, or dropped."""
        self._held = self._held[0] - 1, self._held[1] - size

    def on_new_connection(self) -> None:
        """What was granted ended with the connection."""
        self._granted = 0, 0

    def top_up(self, job: str) -> Credit | None:
        """The CREDIT to send now; None where there is nothing to grant."""
        messages = self._messages - self._granted[0] - self._held[0]
        size = self._bytes - self._granted[1] - self._held[1]
        if messages <= 0 and size <= 0:
            return None
        messages, size = max(messages, 0), max(size, 0)
        self._granted = self._granted[0] + messages, self._granted[1] + size
        return Credit(job, messages, size)
