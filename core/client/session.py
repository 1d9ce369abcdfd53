"""A conversation with a worker that outlives its connections: greeting, liveness, and connecting again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Callable, Protocol

import zmq

from ..protocol.fields import new_id
from ..protocol.frames import Frame
from ..protocol.message import Message
from ..protocol.messages import Ping, Pong, Welcome
from .address import Address
from .errors import ConnectError, ConnectionLostError, WrongVersionError
from .link import Link
from .settings import Patience

MINUTE_S = 60.0
logger = logging.getLogger(__name__)


class Owner(Protocol):
    """Who has a session; called from its thread."""

    def on_up(self, welcome: Welcome) -> None:
        """A connection came about; nothing that was sent before holds."""

    def on_message(self, message: Message, frames: list[Frame]) -> None:
        """The worker said something."""

    def on_down(self, error: ConnectError) -> None:
        """The connection ended; another one is tried."""

    def on_gone(self, error: ConnectError) -> None:
        """There is no connection, and no other one is tried until `open`."""

    def has_work(self) -> bool:
        """Whether another connection is worth while."""


class Session:
    """Keeps one link to a worker; used by one thread.

    Attributes:
        welcome: what the worker said of itself, while there is a connection.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        find: Callable[[], Address],
        owner: Owner,
        program: str,
        patience: Patience,
        clock: Callable[[], float],
    ) -> None:
        self.welcome: Welcome | None = None
        self._context, self._find, self._owner, self._program = context, find, owner, program
        self._patience, self._clock = patience, clock
        self._link: Link | None = None
        self._deadline = 0.0
        self._heard = 0.0
        self._pinged = 0.0
        self._retry_at: float | None = None
        self._retry_s = patience.retry_s
        self._lost_since: float | None = None
        self._losses: list[float] = []

    @property
    def is_up(self) -> bool:
        """Whether there is a connection."""
        return self.welcome is not None

    def open(self) -> None:
        """Begin to connect, unless that was begun; a first connection is tried once."""
        if self._link is None and self._retry_at is None:
            self._connect()

    def send(self, message: Message, frames: Sequence[Frame] = ()) -> bool:
        """Send a message where there is a connection; where there is none, `on_up` is the time to send.

        Raises:
            ProtocolError: it is not as the protocol demands.
        """
        if self._link is None or not self.is_up:
            return False
        self._link.send(message, frames)
        return True

    def register(self, poller: zmq.Poller) -> None:
        """Add what is to be polled."""
        if self._link is not None:
            poller.register(self._link.socket, self._link.wants)
            poller.register(self._link.monitor, zmq.POLLIN)

    def due(self) -> float:
        """When `advance` is to be called at the latest."""
        if self._retry_at is not None:
            return self._retry_at
        if self._link is None:
            return float("inf")
        if not self.is_up:
            return self._deadline
        return min(max(self._heard, self._pinged) + self._patience.ping_s, self._heard + self._patience.silent_s)

    def advance(self) -> None:
        """Take in what came, and do what is due."""
        if self._retry_at is not None and self._clock() >= self._retry_at:
            self._connect()
        link = self._link
        if link is None:
            return
        self._read(link)
        if link is self._link and link.phase != "down":
            self._check_time(link)
        if link is self._link and link.error is not None:
            self._on_down(link.error)

    def drop(self, error: ConnectError) -> None:
        """End the connection, as it is of no use, and try another one."""
        if self._link is not None:
            self._link.fail(error)

    def close(self) -> None:
        """End everything, without a word to anybody."""
        if self._link is not None:
            self._link.close()
        self._link, self.welcome, self._retry_at = None, None, None

    def _connect(self) -> None:
        self._retry_at = None
        try:
            self._link = Link(self._context, self._find(), self._program)
        except ConnectError as error:
            self._on_down(error)
            return
        self._deadline = self._clock() + self._patience.answer_s

    def _read(self, link: Link) -> None:
        messages = link.receive()
        link.watch()
        link.flush()
        messages += link.receive()
        if link.welcome is not None and self.welcome is None and link.phase == "up":
            self.welcome = link.welcome
            self._heard = self._pinged = self._clock()
            self._retry_s, self._lost_since = self._patience.retry_s, None
            self._owner.on_up(link.welcome)
        if messages:
            self._heard = self._clock()
        for message, frames in messages:
            if isinstance(message, Ping):
                self.send(Pong(message.query, is_busy=False))
            elif not isinstance(message, Pong):
                self._owner.on_message(message, frames)

    def _check_time(self, link: Link) -> None:
        now = self._clock()
        if not self.is_up:
            if now >= self._deadline:
                link.give_up()
        elif now - self._heard >= self._patience.silent_s:
            link.fail(ConnectionLostError(f"{link.address.endpoint}: silent for {now - self._heard:.0f} s"))
        elif now - max(self._heard, self._pinged) >= self._patience.ping_s:
            self._pinged = now
            self.send(Ping(new_id()))

    def _on_down(self, error: ConnectError) -> None:
        now, was_up = self._clock(), self.is_up
        self.close()
        if was_up:
            self._lost_since = now
            self._losses = [*(then for then in self._losses if now - then < MINUTE_S), now]
        if self._is_final(error, now):
            self._lost_since = None
            self._owner.on_gone(error)
            return
        logger.info("connecting again: %s", error)
        self._retry_at = now + self._retry_s
        self._retry_s = min(2 * self._retry_s, 8 * self._patience.retry_s)
        if was_up:
            self._owner.on_down(error)

    def _is_final(self, error: ConnectError, now: float) -> bool:
        """Whether no other connection is tried: nobody needs one, or enough was tried."""
        if self._lost_since is None or isinstance(error, WrongVersionError) or not self._owner.has_work():
            return True
        return now - self._lost_since >= self._patience.lost_s or len(self._losses) > self._patience.losses
