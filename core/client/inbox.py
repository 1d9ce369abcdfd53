"""How any thread gives the socket's thread something to do, and wakes it."""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from typing import Callable

Action = Callable[[], None]


class Inbox:
    """Actions that wait for the one thread that may carry them out; it polls `fileno` beside its sockets."""

    def __init__(self) -> None:
        self._actions: deque[Action] = deque()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def fileno(self) -> int:
        """Readable when there is something to do."""
        return self._reader.fileno()

    def post(self, action: Action) -> None:
        """Leave an action; never blocks."""
        self._actions.append(action)
        # a full pipe wakes as well; a closed one belongs to a thread that has ended
        with contextlib.suppress(OSError):
            self._writer.send(b"\0")

    def carry_out(self) -> None:
        """Carry out what waits now, in order."""
        with contextlib.suppress(BlockingIOError):
            while len(self._reader.recv(4096)) == 4096:
                pass
        for _ in range(len(self._actions)):
            self._actions.popleft()()

    def close(self) -> None:
        """Release the pipe; what is posted afterwards is never carried out."""
        self._reader.close()
        self._writer.close()
