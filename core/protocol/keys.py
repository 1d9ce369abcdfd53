"""Keys by which a worker and its clients on other machines know each other, in the user's configuration folder.

    keys/client.json     this user's key pair, as a client:    { "public": KEY, "secret": KEY }
    keys/worker.json     the key pair of this user's worker:   { "public": KEY, "secret": KEY }
    keys/clients.json    who may use the worker:               { NAME: KEY ... }
    keys/workers.json    workers that are known:               { "tcp://HOST:PORT": KEY ... }

A key is one of CURVE in Z85, 40 characters. Pairs are refused where others can read them. Lists hold public keys alone;
they are as private, for whoever may write to them decides who is let in.
"""

import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Optional

from .errors import ProtocolError
from .fields import Matches
from .header import parse_header
from .limits import MAX_HEADER_BYTES
from .private_files import NotPrivateError, long_path, read_private, write_private
from .schema import build, plain

KEY = r"[0-9a-zA-Z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}"
ENDPOINT = r"tcp://[^\s/]{1,255}:[0-9]{1,5}"
NAME = r"[^\s:/\\\x00-\x1f\x7f]{1,64}"
MOST_LISTED = 500

Owner = Literal["client", "worker"]


class KeyFileError(Exception):
    """A file with keys cannot be read, is none, or is open to others; the message says what to do."""


@dataclass(frozen=True)
class KeyPair:
    """A public key, and the secret one that goes with it."""

    public: Annotated[str, Matches(KEY)]
    secret: Annotated[str, Matches(KEY)] = field(repr=False)


@dataclass(frozen=True)
class KeyFolder:
    """The files with keys of one user.

    Attributes:
        path: the folder, which may not exist.
    """

    path: Path

    def pair_path(self, owner: Owner) -> Path:
        """Where a key pair stands."""
        return self.path / f"{owner}.json"

    @property
    def clients_path(self) -> Path:
        """Where it is written who may use the worker."""
        return self.path / "clients.json"

    @property
    def workers_path(self) -> Path:
        """Where the workers' public keys stand."""
        return self.path / "workers.json"

    def read_pair(self, owner: Owner) -> Optional[KeyPair]:
        """Read a key pair; None where there is none.

        Raises:
            KeyFileError: it cannot be read, is none, or others can read it.
        """
        path = self.pair_path(owner)
        try:
            text = read_private(path, MAX_HEADER_BYTES)
        except FileNotFoundError:
            return None
        except NotPrivateError as error:
            raise KeyFileError(str(error)) from None
        except OSError as error:
            raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
        try:
            return build(KeyPair, parse_header(text), "key pair", is_newer=False)
        except ProtocolError:
            # what was found may be the secret
            made = "`landcast keys make" + (" --worker`" if owner == "worker" else "`")
            raise KeyFileError(f"{path}: is no key pair; remove it, and make another one with {made}") from None

    def write_pair(self, owner: Owner, pair: KeyPair) -> None:
        """Write a key pair.

        Raises:
            OSError: it cannot be written.
        """
        _write(self.pair_path(owner), plain(pair))

    def read_clients(self) -> dict[str, str]:
        """Read who may use the worker: public keys by names.

        Raises:
            KeyFileError: the list cannot be read, or is none.
        """
        return _read_list(self.clients_path, NAME)

    def write_clients(self, clients: dict[str, str]) -> None:
        """Write who may use the worker.

        Raises:
            OSError: it cannot be written.
        """
        _write(self.clients_path, clients)

    def read_workers(self) -> dict[str, str]:
        """Read the known workers: public keys by addresses.

        Raises:
            KeyFileError: the list cannot be read, or is none.
        """
        return _read_list(self.workers_path, ENDPOINT)

    def write_workers(self, workers: dict[str, str]) -> None:
        """Write the known workers.

        Raises:
            OSError: it cannot be written.
        """
        _write(self.workers_path, workers)


def config_folder() -> Path:
    """The user's folder for what is to be kept; `LANDCAST_CONFIG` overrides the system's place. It may not exist."""
    named = os.environ.get("LANDCAST_CONFIG")
    if named:
        return Path(named)
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "landcast"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "landcast"
    asked = os.environ.get("XDG_CONFIG_HOME", "")
    # the standard: a path that is not absolute is to be ignored
    return (Path(asked) if asked.startswith("/") else Path.home() / ".config") / "landcast"


def default_keys() -> KeyFolder:
    """The keys of this user."""
    return KeyFolder(config_folder() / "keys")


def _read_list(path: Path, name: str) -> dict[str, str]:
    try:
        with long_path(path).open("rb") as stream:
            found = parse_header(stream.read(MAX_HEADER_BYTES + 1))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error
    except ProtocolError as error:
        raise KeyFileError(f"{path}: is no list of keys: {error}; mend or remove it") from None
    for entry, key in found.items():
        if not re.fullmatch(name, entry) or not isinstance(key, str) or not re.fullmatch(KEY, key):
            raise KeyFileError(f"{path}: the entry {entry!r:.80} is none of a name and a key; mend or remove it")
    return found


def _write(path: Path, content: dict[str, str]) -> None:
    write_private(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
