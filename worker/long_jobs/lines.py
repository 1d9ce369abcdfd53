"""How an engine and the process of a long job talk: messages of the protocol, each the header alone, one a line.

engine    SUBMIT [ CANCEL ]                            on standard input, whose end is the end of the engine
process   *( PROGRESS / NOTICE / PULSE ) end           on what was standard output
end       = DONE / FAILED / CANCELLED
"""

from __future__ import annotations

import os
from collections.abc import Callable

from ...core.protocol.codec import decode, encode
from ...core.protocol.message import Message
from ...core.protocol.versions import CURRENT


def write_line(message: Message) -> bytes:
    """Return a message without frames as a line."""
    return bytes(encode(message)[1]) + b"\n"


def read_line(line: bytes) -> Message:
    """Undo `write_line`.

    Raises:
        ProtocolError: the line is no such message.
    """
    message, _ = decode([CURRENT.preamble, line])
    return message


def take_output() -> Callable[[Message], None]:
    """Keep standard output for messages; what libraries print goes to standard error from now on."""
    own = os.dup(1)
    os.dup2(2, 1)

    def send(message: Message) -> None:
        rest = memoryview(write_line(message))
        while rest:
            rest = rest[os.write(own, rest) :]

    return send


class Orders:
    """Puts together what comes from the engine, in whatever pieces.

    Args:
        on_order: called with each message.
    """

    def __init__(self, on_order: Callable[[Message], None]) -> None:
        self._on_order = on_order
        self._rest = b""

    def hear(self, data: bytes) -> None:
        """Take in a piece."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._on_order(read_line(line))
