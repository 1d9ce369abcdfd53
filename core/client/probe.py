"""Asks what listens at an endpoint whether it demands keys, where ZeroMQ itself only says that it hung up."""

from __future__ import annotations

import socket

GREETING_BYTES = 64
TIMEOUT_S = 0.5


def read_mechanism(endpoint: str) -> str | None:
    """The security mechanism that a ZeroMQ socket greets with, `NULL` or `CURVE`; None for what is no such socket.

    Source: ZMTP 3.1, RFC 37, "Connection greeting": signature (10), version (2), mechanism (20), as-server, filler.
    """
    host, _, port = endpoint[len("tcp://") :].rpartition(":")
    # no more than a version: who hears of another mechanism may hang up before saying its own
    greeting = b"\xff" + bytes(8) + b"\x7f\x03"
    found = b""
    try:
        with socket.create_connection((host.strip("[]"), int(port)), TIMEOUT_S) as stream:
            stream.settimeout(TIMEOUT_S)
            stream.sendall(greeting)
            while len(found) < GREETING_BYTES:
                piece = stream.recv(GREETING_BYTES - len(found))
                if not piece:
                    break
                found += piece
    except (OSError, ValueError):
        return None
    if len(found) < GREETING_BYTES or found[0] != 0xFF or found[9] != 0x7F:
        return None
    return found[12:32].rstrip(b"\0").decode("ascii", "replace")
