"""The connection file: how a client on the same machine finds a worker, and shows that it is on that machine.

    { "endpoint": "tcp://127.0.0.1:40123", "process": 4711, "started": "884213", "program": "landcast 0.1.0",
      "locality": 32 HEXADECIMAL DIGITS, "server_key": KEY, "client_key": KEY, "client_secret": KEY }

The keys are null where the worker uses none. Those of the client were made for this run alone: with them, whoever may
read the file is let in without being listed.

Only its owner may read it. It appears whole, and is removed when the host ends; one that a killed host left names a
process that does not run any more.
"""

import contextlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Optional

from .errors import ProtocolError
from .fields import Between, Id, Matches, Name, Text
from .header import parse_header
from .keys import ENDPOINT, KEY, KeyPair
from .private_files import long_path, write_private
from .processes import is_running, process_start
from .schema import build, plain
from .user_folders import cache_folder

FILE_NAME = "worker.json"
Key = Annotated[str, Matches(KEY)]


class ConnectionFileError(Exception):
    """The connection file is missing, cannot be read, or names a worker that is gone; the message says what to do."""


@dataclass(frozen=True)
class ConnectionFile:
    """Where a worker listens.

    Attributes:
        endpoint: address of its socket, as ZeroMQ takes it.
        process: id of the host.
        started: when the host started, as `processes.process_start` says.
        program: name and version.
        locality: to be repeated in HELLO: by it the host knows that the client sees the same files.
        server_key: the host's public CURVE key in Z85; None where it listens on the loopback without CURVE.
        client_key: a client key that the host lets in for as long as it runs.
        client_secret: the secret one that goes with it.
    """

    endpoint: Annotated[str, Matches(ENDPOINT)]
    process: Annotated[int, Between(1, 2**32)]
    started: Annotated[str, Text(64)]
    program: Name
    locality: Id = field(repr=False)
    server_key: Optional[Key] = None
    client_key: Optional[Key] = None
    client_secret: Optional[Key] = field(default=None, repr=False)

    @property
    def is_live(self) -> bool:
        """Whether the host that wrote it still runs, and its process id was not given to another."""
        return is_running(self.process, self.started)


def this_host(
    endpoint: str, program: str, server_key: Optional[str] = None, client: Optional[KeyPair] = None
) -> ConnectionFile:
    """Return the connection file of the calling process, with a new secret."""
    started, locality = process_start(os.getpid()) or "", secrets.token_hex(16)
    keys = (None, None) if client is None else (client.public, client.secret)
    return ConnectionFile(endpoint, os.getpid(), started, program, locality, server_key, *keys)


def default_path() -> Path:
    """Where the worker that a person started is found, unless it was told another place."""
    return cache_folder() / FILE_NAME


def read_connection(path: Optional[Path] = None) -> ConnectionFile:
    """Read a connection file; the default one where None. Whether its host lives is for the caller to ask.

    Raises:
        ConnectionFileError: it is missing, cannot be read, or is no connection file.
    """
    path = path or default_path()
    try:
        with long_path(path).open("rb") as stream:
            text = stream.read(2**16)
    except FileNotFoundError:
        raise ConnectionFileError(f"{path}: no worker is running; `landcast serve` starts one") from None
    except OSError as error:
        raise ConnectionFileError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        # a newer program may say more
        return build(ConnectionFile, parse_header(text), "connection file", is_newer=True)
    except ProtocolError as error:
        raise ConnectionFileError(f"{path}: is no connection file: {error}; remove it") from None


def write_connection(connection: ConnectionFile, path: Path) -> None:
    """Write a connection file that only its owner may read; it appears whole.

    Raises:
        OSError: it cannot be written.
    """
    write_private(path, json.dumps(plain(connection), indent=1) + "\n")


def remove_connection(connection: ConnectionFile, path: Path) -> None:
    """Remove a connection file, unless another host has written its own there meanwhile."""
    with contextlib.suppress(ConnectionFileError, OSError):
        if read_connection(path) == connection:
            long_path(path).unlink()
