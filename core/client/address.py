"""Where a worker listens, and how it knows its client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from ..protocol.connection import ENDPOINT, ConnectionFileError, default_path, read_connection
from .errors import AddressError, StaleConnectionError

Where = Union[str, Path, None]
"""An endpoint (`tcp://HOST:PORT`), the path of a connection file, or None for that of this machine."""


@dataclass(frozen=True)
class Keys:
    """CURVE keys in Z85, of 40 characters each.

    Attributes:
        public: the client's, which the worker must have on its list.
        secret: the client's.
        server: the worker's public key; the connection file's where None.
    """

    public: str
    secret: str
    server: str | None = None

    def __post_init__(self) -> None:
        for key in (self.public, self.secret, self.server):
            if key is not None and not re.fullmatch("[!-~]{40}", key):
                raise AddressError("a key has 40 printable characters (Z85); copy all of it")

    def __repr__(self) -> str:
        return f"Keys(public={self.public!r})"


@dataclass(frozen=True)
class Address:
    """Where a worker listens at the moment.

    Attributes:
        endpoint: as ZeroMQ takes it.
        locality: what shows the worker that its client is on the same machine; empty from elsewhere.
        keys: for CURVE; without it where None.
        file: that it was read in.
    """

    endpoint: str
    locality: str = ""
    keys: Keys | None = None
    file: Path | None = None

    def __str__(self) -> str:
        return f"{self.endpoint} ({self.file})" if self.file else self.endpoint


def find_worker(where: Where, keys: Keys | None = None) -> Address:
    """Find out where a worker listens; a connection file is read anew, as a restarted worker has another port.

    Raises:
        AddressError: there is no such file, or it is none; or the endpoint is none.
        StaleConnectionError: the file names a worker that does not run any more.
    """
    if isinstance(where, str) and "://" in where:
        if not re.fullmatch(ENDPOINT, where):
            raise AddressError(f"{where}: no address of a worker; it looks like tcp://127.0.0.1:40123")
        return Address(where, _locality_of(where), keys)
    path = default_path() if where is None else Path(where)
    try:
        found = read_connection(path)
    except ConnectionFileError as error:
        raise AddressError(str(error)) from error
    if not found.is_live:
        raise StaleConnectionError(
            f"{path}: its worker (process {found.process}) is gone; start one with `landcast serve`"
        )
    return Address(found.endpoint, found.locality, _with_server(keys, found.server_key, path), path)


def _locality_of(endpoint: str) -> str:
    """What the connection file of this machine says, if it names that very endpoint."""
    try:
        found = read_connection()
    except ConnectionFileError:
        return ""
    return found.locality if found.endpoint == endpoint else ""


def _with_server(keys: Keys | None, server: str | None, path: Path) -> Keys | None:
    if server is None:
        # the loopback without CURVE: keys for other workers do no harm
        return None
    if keys is None:
        raise AddressError(f"{path}: this worker demands a client key; give one that is on its list")
    return Keys(keys.public, keys.secret, server)
