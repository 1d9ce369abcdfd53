"""A word with a running host, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zmq

from ...core import PROGRAM
from ...core.errors import RequestError
from ...core.protocol.codec import decode, encode
from ...core.protocol.connection import ConnectionFile
from ...core.protocol.errors import ProtocolError
from ...core.protocol.fields import new_id
from ...core.protocol.message import Message
from ...core.protocol.messages import Hello, Shutdown, StatusQuestion, StatusReport, Welcome
from ...core.protocol.schema import plain
from ...core.protocol.versions import CURRENT, SPOKEN

ANSWER_MS = 3000


def ask_status(connection: ConnectionFile) -> dict[str, Any]:
    """Return what the host says of itself.

    Raises:
        RequestError: it does not answer, or not in this protocol.
    """
    with _greeted(connection) as socket:
        socket.send_multipart(encode(StatusQuestion(new_id())))
        report = _receive(socket, connection)
        assert isinstance(report, StatusReport)
        return {name: value for name, value in plain(report).items() if name != "query"}


def ask_to_end(connection: ConnectionFile) -> None:
    """Tell the host to end.

    Raises:
        RequestError: it does not answer, or not in this protocol.
    """
    with _greeted(connection) as socket:
        socket.send_multipart(encode(Shutdown("landcast serve --stop")))
        socket.setsockopt(zmq.LINGER, ANSWER_MS)


@contextmanager
def _greeted(connection: ConnectionFile) -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(connection.endpoint)
        socket.send_multipart(encode(Hello(SPOKEN, PROGRAM, connection.locality)))
        if not isinstance(_receive(socket, connection), Welcome):
            raise RequestError(f"{connection.program} at {connection.endpoint} does not speak protocol {CURRENT}")
        yield socket


def _receive(socket: zmq.Socket[bytes], connection: ConnectionFile) -> Message:
    if not socket.poll(ANSWER_MS):
        raise RequestError(f"process {connection.process} at {connection.endpoint} does not answer")
    try:
        return decode(socket.recv_multipart())[0]
    except ProtocolError as error:
        raise RequestError(f"{connection.endpoint}: answered what cannot be understood: {error}") from error
