"""One connection to a worker, from its first packet to its end."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Literal

import zmq
from zmq.utils.monitor import recv_monitor_message

from ..protocol.codec import Part, decode, encode
from ..protocol.errors import ChecksumError, ProtocolError, VersionError
from ..protocol.frames import Frame
from ..protocol.limits import MAX_FRAME_BYTES, SEALED_BYTES
from ..protocol.message import Message
from ..protocol.messages import Error, Hello, Welcome
from ..protocol.versions import SPOKEN
from .address import Address
from .errors import ConnectError, ConnectionLostError, NoAnswerError, NoWorkerError, WrongKeyError, WrongVersionError
from .probe import read_mechanism

MECHANISM_MISMATCH = 0x11000002
HANDSHAKE_FAILED = (
    zmq.Event.HANDSHAKE_FAILED_AUTH, zmq.Event.HANDSHAKE_FAILED_NO_DETAIL, zmq.Event.HANDSHAKE_FAILED_PROTOCOL,
)  # fmt: skip
AT_ONCE = 64
"""Messages that are read before other things get their turn."""

logger = logging.getLogger(__name__)


class Link:
    """A socket of its own, used by one thread. Once it is down it stays so: another attempt is another link.

    Attributes:
        address: of the worker.
        phase: `connecting`; `greeting` once HELLO was sent; `up` once WELCOME came; `down`.
        error: why it is down.
        welcome: what the worker said of itself.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: Address, program: str) -> None:
        self.address = address
        self.phase: Literal["connecting", "greeting", "up", "down"] = "connecting"
        self.error: ConnectError | None = None
        self.welcome: Welcome | None = None
        self.is_reached = False
        self._program = program
        self._last_words = ""
        self._outbox: deque[list[Part]] = deque()
        self.socket = _make_socket(context, address)
        self.monitor = self.socket.get_monitor_socket()
        self.socket.connect(address.endpoint)

    @property
    def wants(self) -> int:
        """What is to be polled for on the socket."""
        return zmq.POLLIN | zmq.POLLOUT if self._outbox else zmq.POLLIN

    def send(self, message: Message, frames: Sequence[Frame] = ()) -> None:
        """Send a message as soon as the socket takes it.

        Raises:
            ProtocolError: it is not as the protocol demands.
        """
        self._outbox.append(encode(message, frames))
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        while self._outbox and self.phase in ("greeting", "up"):
            try:
                self.socket.send_multipart(self._outbox[0], zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._outbox.popleft()

    def watch(self) -> None:
        """Take in what became of the connection."""
        while self.phase != "down" and self.monitor.poll(0):
            event = recv_monitor_message(self.monitor)
            self._on_event(zmq.Event(event["event"]), event["value"])

    def receive(self) -> list[tuple[Message, list[Frame]]]:
        """Return messages that came, without those of the greeting; what is none is dropped.

        What is no message of the protocol is dropped. A frame that is not as it was sent ends the connection, as it
        cannot be known what it belonged to: all that is missing is asked for again over another one.
        """
        found = []
        for _ in range(AT_ONCE):
            if self.phase == "down":
                break
            try:
                parts = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                break
            message = self._decode(parts)
            if message is None:
                continue
            if self.phase == "up":
                found.append(message)
            else:
                self._greet(message[0])
        return found

    def give_up(self) -> None:
        """End a connection that did not come about in time."""
        where = self.address.endpoint
        if not self.is_reached:
            self.fail(NoWorkerError(f"{where}: no worker answers; is it running, and is the address right?"))
        elif self.phase == "connecting":
            self.fail(self._not_a_worker())
        else:
            said = f" ({self._last_words})" if self._last_words else ""
            self.fail(NoAnswerError(f"{where}: the worker does not answer{said}; start it anew if that stays so"))

    def fail(self, error: ConnectError) -> None:
        """End the connection for a reason."""
        if self.phase != "down":
            self.phase, self.error = "down", error
            self._outbox.clear()

    def close(self) -> None:
        """Give back the sockets; what was not sent is dropped."""
        self.fail(ConnectionLostError("closed"))
        if not self.socket.closed:
            self.socket.disable_monitor()
            self.monitor.close(linger=0)
            self.socket.close(linger=0)

    def _on_event(self, event: zmq.Event, value: int) -> None:
        where = self.address.endpoint
        if event is zmq.Event.CONNECTED:
            self.is_reached = True
        elif event is zmq.Event.HANDSHAKE_SUCCEEDED:
            self.phase = "greeting"
            self._outbox.append(encode(Hello(SPOKEN, self._program, self.address.locality)))
            self.flush()
        elif event is zmq.Event.HANDSHAKE_FAILED_AUTH and self.address.keys is not None:
            self.fail(self._unknown_key(self.address.keys.public))
        elif event is zmq.Event.HANDSHAKE_FAILED_PROTOCOL and value == MECHANISM_MISMATCH:
            self.fail(self._other_mechanism())
        elif event in HANDSHAKE_FAILED:
            self.fail(self._hung_up())
        elif event is zmq.Event.CLOSED and not self.is_reached:
            self.fail(NoWorkerError(f"{where}: nothing listens there; start a worker with `landcast serve`"))
        elif event is zmq.Event.DISCONNECTED:
            is_up = self.phase == "up"
            self.fail(ConnectionLostError(f"{where}: the worker is gone") if is_up else self._hung_up())

    def _unknown_key(self, public: str) -> WrongKeyError:
        return WrongKeyError(
            f"{self.address.endpoint}: the worker does not know the client key {public}; "
            f"there, let it in with: landcast keys allow NAME {public}"
        )

    def _other_mechanism(self) -> WrongKeyError:
        where = self.address.endpoint
        if self.address.keys is None:
            return WrongKeyError(
                f"{where}: this worker demands a client key, and none is known for it here; `landcast keys list` tells "
                f"the worker's public key there, and `landcast keys trust {where} KEY` this machine, which needs a key "
                "of its own too (`landcast keys make`)"
            )
        return WrongKeyError(
            f"{where}: this worker uses no keys, though one is known for it here; is it the right one? Start it with "
            f"`landcast serve --curve`, or forget its key with `landcast keys remove {where}`"
        )

    def _other_server_key(self) -> WrongKeyError:
        where = self.address.endpoint
        return WrongKeyError(
            f"{where}: the worker has another key itself than the one that is known here; `landcast keys list` tells "
            f"it there, and `landcast keys trust {where} KEY` this machine, if it is still the right worker"
        )

    def _hung_up(self) -> ConnectError:
        """Why it hung up before it was greeted: where it demands keys, it may do so before that is seen."""
        mechanism, has_keys = read_mechanism(self.address.endpoint), self.address.keys is not None
        if mechanism is None or (mechanism == "NULL" and not has_keys):
            return self._not_a_worker()
        # of two that use keys, the worker says so where it does not know the client's, and hangs up on any other
        return self._other_server_key() if mechanism == "CURVE" and has_keys else self._other_mechanism()

    def _not_a_worker(self) -> NoAnswerError:
        return NoAnswerError(f"{self.address.endpoint}: what listens there is no worker; is the port right?")

    def _decode(self, parts: list[zmq.Frame]) -> tuple[Message, list[Frame]] | None:
        try:
            return decode(parts)
        except VersionError as error:
            if self.phase == "up":
                logger.warning("dropped a message: %s", error)
            else:
                self.fail(WrongVersionError(f"{self.address.endpoint}: {error}"))
        except ChecksumError as error:
            self.fail(ConnectionLostError(f"{self.address.endpoint}: {error}"))
        except ProtocolError as error:
            self._last_words = f"it said something else: {error}"
            logger.warning("dropped what is no message of the protocol: %s", error)
        return None

    def _greet(self, message: Message) -> None:
        if isinstance(message, Welcome):
            self._check_version(message)
        elif isinstance(message, Error) and message.code == "version":
            self.fail(WrongVersionError(f"{self.address.endpoint}: {message.message}"))
        elif isinstance(message, Error):
            self._last_words = message.message

    def _check_version(self, welcome: Welcome) -> None:
        if welcome.version.major in {version.major for version in SPOKEN}:
            self.welcome, self.phase = welcome, "up"
            return
        spoken = ", ".join(map(str, SPOKEN))
        self.fail(
            WrongVersionError(
                f"{self.address.endpoint}: the worker ({welcome.server}) chose version {welcome.version}, "
                f"this side speaks {spoken}; update the older"
            )
        )


def _make_socket(context: zmq.Context[zmq.Socket[bytes]], address: Address) -> zmq.Socket[bytes]:
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    # one connection, one conversation: credit and greeting would not survive a silent new one
    socket.reconnect_ivl = -1
    socket.immediate = True
    socket.maxmsgsize = MAX_FRAME_BYTES
    socket.ipv6 = "[" in address.endpoint
    keys = address.keys
    if keys is not None:
        if keys.server is None:
            socket.close()
            raise WrongKeyError(f"{address.endpoint}: the worker's public key is needed beside the client's keys")
        socket.maxmsgsize = MAX_FRAME_BYTES + SEALED_BYTES
        socket.curve_publickey = keys.public.encode()
        socket.curve_secretkey = keys.secret.encode()
        socket.curve_serverkey = keys.server.encode()
    return socket
