"""Where a worker listens, and how it knows its client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from ..protocol.connection import ConnectionFile, ConnectionFileError, default_path, read_connection
from ..protocol.keys import ENDPOINT, KEY, KeyFileError, default_keys
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
            if key is not None and not re.fullmatch(KEY, key):
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

    Args:
        where: an endpoint, the path of a connection file, or None for that of this machine.
        keys: for a worker that demands them; by the connection file or the folder with keys where None.

    Raises:
        AddressError: there is no such file, or it is none; the endpoint is none; or there is no client key.
        StaleConnectionError: the file names a worker that does not run any more.
    """
    if isinstance(where, str) and "://" in where:
        if not re.fullmatch(ENDPOINT, where):
            raise AddressError(f"{where}: no address of a worker; it looks like tcp://127.0.0.1:40123")
        return _at_endpoint(where, keys)
    path = default_path() if where is None else Path(where)
    try:
        found = read_connection(path)
    except ConnectionFileError as error:
        raise AddressError(str(error)) from error
    if not found.is_live:
        raise StaleConnectionError(
            f"{path}: its worker (process {found.process}) is gone; start one with `landcast serve`"
        )
    return Address(found.endpoint, found.locality, _keys_for(found, keys, str(path)), path)


def _at_endpoint(endpoint: str, keys: Keys | None) -> Address:
    """That endpoint, with what the connection file of this machine says if it names it."""
    try:
        found = read_connection()
    except ConnectionFileError:
        found = None
    if found is not None and found.endpoint == endpoint and found.is_live:
        return Address(endpoint, found.locality, _keys_for(found, keys, endpoint) or keys)
    return Address(endpoint, keys=keys or _listed_keys(endpoint))


def _keys_for(found: ConnectionFile, keys: Keys | None, name: str) -> Keys | None:
    """The keys for a worker of this machine, which may let in who can read its connection file."""
    if found.server_key is None:
        # the loopback without CURVE: keys for other workers do no harm
        return None
    if keys is not None:
        return Keys(keys.public, keys.secret, found.server_key)
    if found.client_key is not None and found.client_secret is not None:
        return Keys(found.client_key, found.client_secret, found.server_key)
    return _own_keys(name, found.server_key)


def _listed_keys(endpoint: str) -> Keys | None:
    """The keys for a worker that the user knows by its address; None where they know none."""
    try:
        server = default_keys().read_workers().get(endpoint)
    except KeyFileError as error:
        raise AddressError(str(error)) from error
    return None if server is None else _own_keys(endpoint, server)


def _own_keys(name: str, server: str) -> Keys:
    try:
        pair = default_keys().read_pair("client")
    except KeyFileError as error:
        raise AddressError(str(error)) from error
    if pair is None:
        raise AddressError(
            f"{name}: this worker demands a client key, and there is none here; `landcast keys make` makes one and "
            "says what its worker needs to be told"
        )
    return Keys(pair.public, pair.secret, server)
