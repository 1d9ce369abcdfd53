"""Who is let in: the client keys that are listed, and the one in the connection file."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from pathlib import Path

import zmq
from zmq.auth.base import Authenticator

from ...core.errors import RequestError
from ...core.protocol.keys import KeyFileError, KeyFolder, KeyPair, Owner

DOMAIN = "landcast"
MOST_STRANGERS = 100
"""Unknown keys that are written down, each once: no stranger fills the log."""
NEEDS_NO_QUOTES = re.compile(r"[0-9A-Za-z.:+][0-9A-Za-z.:+/-]{39}")

logger = logging.getLogger(__name__)


class Access:
    """Answers ZeroMQ, in the thread of the host, whether a client's key is known; the list is read anew as it changes.

    Args:
        context: of the socket that is guarded.
        keys: of the user.

    Attributes:
        worker: the key pair of the worker, which is made where there is none.
        local: a pair for clients that may read the connection file; it lasts as long as this object.

    Raises:
        RequestError: the worker's keys can be neither read nor made.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], keys: KeyFolder) -> None:
        self.worker, _ = read_or_make_pair(keys, "worker")
        self.local = make_pair()
        self._keys = keys
        self._stamp: tuple[int, ...] | None = None
        self._allowed: frozenset[str] = frozenset()
        self._strangers: set[str] = set()
        self._authenticator = Authenticator(context, log=logger)
        self._authenticator.start()
        self._authenticator.configure_curve_callback(DOMAIN, self)

    @property
    def socket(self) -> zmq.Socket[bytes]:
        """To be polled; `answer` takes what comes."""
        return self._authenticator.zap_socket

    def guard(self, socket: zmq.Socket[bytes]) -> None:
        """Let nobody connect to a socket, which is not bound yet, but those whose keys are known."""
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = self.worker.public.encode(), self.worker.secret.encode()
        # without a domain, or with another one, even a known key would be refused
        socket.zap_domain = DOMAIN.encode()

    def answer(self) -> None:
        """Answer all who wait to be let in."""
        while self.socket.poll(0):
            asked = self._authenticator.handle_zap_message(self.socket.recv_multipart())
            # it waits for nothing, so that it ends at the first step
            with suppress(StopIteration):
                asked.send(None)

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a key is known; asked by the authenticator."""
        public = key.decode()
        if self.knows(public):
            return True
        if public not in self._strangers and len(self._strangers) < MOST_STRANGERS:
            self._strangers.add(public)
            logger.warning("a client with the unknown key %s was refused", public)
        return False

    def knows(self, key: str) -> bool:
        """Whether a client with this public key is let in, or may stay."""
        self._refresh()
        return key == self.local.public or key in self._allowed

    def close(self) -> None:
        """Close the socket; nobody else is let in."""
        self._authenticator.stop()

    def _refresh(self) -> None:
        stamp = _stamp(self._keys.clients_path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._allowed = frozenset(self._keys.read_clients().values())
            logger.info("%d client keys are let in", len(self._allowed))
        except KeyFileError as error:
            # somebody may have wanted to take a key off it
            self._allowed = frozenset()
            logger.error("nobody is let in: %s", error)


def make_pair() -> KeyPair:
    """Make a key pair whose public key may be typed in any shell without quotes; one of thousands is like that."""
    while True:
        public, secret = zmq.curve_keypair()
        if NEEDS_NO_QUOTES.fullmatch(public.decode()):
            return KeyPair(public.decode(), secret.decode())


def read_or_make_pair(keys: KeyFolder, owner: Owner) -> tuple[KeyPair, bool]:
    """Return a key pair of the user, and whether it was made because there was none.

    Raises:
        RequestError: it can be neither read nor written.
    """
    try:
        pair = keys.read_pair(owner)
        if pair is not None:
            return pair, False
        pair = make_pair()
        keys.write_pair(owner, pair)
    except KeyFileError as error:
        raise RequestError(str(error)) from error
    except OSError as error:
        raise RequestError(f"{keys.pair_path(owner)}: cannot be written: {error.strerror}") from error
    return pair, True


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
