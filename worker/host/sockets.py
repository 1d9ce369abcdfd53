"""The host's two sockets: one for clients, one for its engine. Both belong to the thread of the host."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import zmq

from ...core.protocol.codec import encode
from ...core.protocol.errors import ProtocolError
from ...core.protocol.frames import Frame
from ...core.protocol.limits import MAX_FRAME_BYTES
from ...core.protocol.message import Message

HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS = 2000, 6000
MOST_HELD = 1000
"""Messages that wait for one client that takes none; one more, and it is taken for gone."""

logger = logging.getLogger(__name__)


class PeerSocket:
    """A ROUTER socket whose peers are known by their connection.

    Args:
        context: of ZeroMQ.
        bind: address; the port is the system's choice where it is `*`.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bind: str) -> None:
        self.socket = context.socket(zmq.ROUTER)
        for option, value in (
            (zmq.ROUTER_MANDATORY, 1), (zmq.LINGER, 0), (zmq.IMMEDIATE, 1), (zmq.MAXMSGSIZE, MAX_FRAME_BYTES),
            (zmq.HEARTBEAT_IVL, HEARTBEAT_MS), (zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS),
        ):  # fmt: skip
            self.socket.setsockopt(option, value)
        self.socket.bind(bind)
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._held: dict[bytes, deque[list[Any]]] = {}

    def receive(self, most: int = 100) -> Iterator[tuple[bytes, list[zmq.Frame]]]:
        """Give what has come, each with its sender; at most so many, so that other work has its turn."""
        for _ in range(most):
            try:
                sender, *parts = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            yield sender.bytes, parts

    def send(self, peer: bytes, message: Message, frames: Sequence[Frame] = ()) -> bool:
        """Send, or hold what the peer has no room for; False where the peer is gone."""
        try:
            parts = [peer, *encode(message, frames)]
        except ProtocolError:
            logger.exception("a message of this host does not fit the protocol")
            return True
        if self._held.get(peer):
            return self._hold(peer, parts)
        return self._try(peer, parts)

    def flush(self) -> list[bytes]:
        """Send what was held; peers that are gone come back."""
        gone = []
        for peer in list(self._held):
            waiting = self._held.pop(peer)
            while waiting and not self._held.get(peer):
                if not self._try(peer, waiting.popleft()):
                    gone.append(peer)
                    waiting.clear()
            if waiting:
                self._held[peer].extend(waiting)
        return gone

    def _try(self, peer: bytes, parts: list[Any]) -> bool:
        try:
            self.socket.send_multipart(parts, zmq.NOBLOCK, copy=len(parts) < 4)
        except zmq.Again:
            return self._hold(peer, parts)
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True

    def _hold(self, peer: bytes, parts: list[Any]) -> bool:
        waiting = self._held.setdefault(peer, deque())
        if len(waiting) >= MOST_HELD:
            del self._held[peer]
            return False
        waiting.append(parts)
        return True

    def close(self) -> None:
        """Close the socket; what waits is lost."""
        self.socket.close()
