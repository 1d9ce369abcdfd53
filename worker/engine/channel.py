"""The engine's end of its connection to the host; used by the main thread alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import zmq

from ...core.protocol.codec import decode, encode
from ...core.protocol.frames import Frame
from ...core.protocol.limits import MAX_FRAME_BYTES
from ...core.protocol.message import Message

Received = tuple[Message, list[Frame]]
SEND_TIMEOUT_MS = 30_000
"""A host that takes nothing for so long has hung, or is gone."""


class Channel:
    """A connection to the host.

    Args:
        endpoint: where the host listens for its engine, on the loopback.
    """

    def __init__(self, endpoint: str) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 1000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        self._socket.setsockopt(zmq.SNDTIMEO, SEND_TIMEOUT_MS)
        self._socket.connect(endpoint)

    def send(self, message: Message, frames: Sequence[Frame] = ()) -> None:
        """Send a message.

        Raises:
            zmq.Again: the host takes nothing.
        """
        self._socket.send_multipart(encode(message, frames), copy=not frames)

    def receive(self, timeout_s: float = 0.0) -> Iterator[Received]:
        """Give what has come, after waiting for the first message at most so long."""
        while self._socket.poll(round(timeout_s * 1000)):
            yield decode(self._socket.recv_multipart(copy=False))
            timeout_s = 0.0

    def close(self) -> None:
        """Send what waits, and close."""
        self._socket.close()
        self._context.term()
