"""The host's two sockets: one for clients, one for its engine. Both belong to the thread of the host."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import zmq

from ...core.errors import RequestError
from ...core.protocol.codec import encode
from ...core.protocol.errors import ProtocolError
from ...core.protocol.frames import Frame
from ...core.protocol.limits import (
    MAX_FRAME_BYTES,
    MAX_FRAMES,
    MAX_HEADER_BYTES,
    MAX_MESSAGE_BYTES,
    SEALED_BYTES,
)
from ...core.protocol.message import Message
from .access import Access

MOST_PARTS = 2 + MAX_FRAMES
MOST_BYTES = MAX_MESSAGE_BYTES + MAX_HEADER_BYTES + 4
HANDSHAKE_MS = 5000
"""That a peer may take to show its key, or to say anything at all."""
WAITING = 64
"""Messages of one peer that wait to be received; what more it sends stays with it."""
HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS = 2000, 6000
MOST_HELD = 1000
"""Messages that wait for one client that takes none; one more, and it is taken for gone."""

logger = logging.getLogger(__name__)


class PeerSocket:
    """A ROUTER socket whose peers are known by their connection.

    Args:
        context: of ZeroMQ.
        bind: address; the port is the system's choice where it is `*`.
        access: who is let in; everybody where None.

    Raises:
        RequestError: nothing can listen there.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], bind: str, access: Access | None = None) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self._access = access
        self._refused: set[bytes] = set()
        largest = MAX_FRAME_BYTES
        if access is not None:
            access.guard(self.socket)
            largest += SEALED_BYTES
        for option, value in (
            (zmq.ROUTER_MANDATORY, 1), (zmq.LINGER, 0), (zmq.IMMEDIATE, 1), (zmq.MAXMSGSIZE, largest),
            (zmq.HEARTBEAT_IVL, HEARTBEAT_MS), (zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS),
            (zmq.HANDSHAKE_IVL, HANDSHAKE_MS), (zmq.RCVHWM, WAITING), (zmq.IPV6, int("[" in bind)),
        ):  # fmt: skip
            self.socket.setsockopt(option, value)
        try:
            self.socket.bind(bind)
        except zmq.ZMQError as error:
            self.socket.close()
            reason = zmq.strerror(error.errno or 0).lower()
            raise RequestError(f"--bind {bind}: {reason}; choose another address or port") from error
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._held: dict[bytes, deque[list[Any]]] = {}

    def receive(self, most: int = 100) -> Iterator[tuple[bytes, list[zmq.Frame]]]:
        """Give what has come, each with its sender; at most so many, so that other work has its turn.

        Of a message beyond the limits no more is kept than shows that it is.
        """
        for _ in range(most):
            try:
                sender = self.socket.recv(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            parts = self._rest_of(sender)
            if self._admits(sender.bytes, parts):
                yield sender.bytes, parts

    def _rest_of(self, part: zmq.Frame) -> list[zmq.Frame]:
        parts: list[zmq.Frame] = []
        size = 0
        while part.more:
            # the first part is handed out when all of them are here
            part = self.socket.recv(zmq.NOBLOCK, copy=False)
            if size <= MOST_BYTES and len(parts) <= MOST_PARTS:
                parts.append(part)
                size += len(part)
        return parts

    def _admits(self, sender: bytes, parts: list[zmq.Frame]) -> bool:
        """Whether the key of a sender is still known; one that is not hears nothing any more."""
        if self._access is None or not parts:
            return True
        if self._access.knows(str(parts[0].get("User-Id"))):
            return True
        if sender not in self._refused:
            logger.warning("a client whose key is not known any more is not answered")
            self._refused.add(sender)
        return False

    def send(self, peer: bytes, message: Message, frames: Sequence[Frame] = ()) -> bool:
        """Send, or hold what the peer has no room for; False where the peer is gone, or not let in any more."""
        if peer in self._refused:
            return False
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


def local_endpoint(endpoint: str) -> str:
    """The address by which this machine reaches a socket that listens at all of its addresses; any other as it is."""
    return endpoint.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
