"""A host from its start to its end: one a connection file, a log, signals, the lifeline."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from ...core.errors import RequestError
from ...core.protocol.connection import ConnectionFile, ConnectionFileError, read_connection
from ...core.protocol.file_lock import FileLock
from ...core.protocol.keys import KeyFileError
from .host import Host
from .logs import write_log
from .settings import HostSettings

ENDING_S = 5.0
"""Time for another host to let go of its connection file."""
BIND = r"tcp://[^\s/]{1,255}:([0-9]{1,5}|\*)"
ENDS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""Signals that end a host, as far as the system has them: Windows has the last alone of those that others can send."""


def run_host(settings: HostSettings, on_ready: Callable[[ConnectionFile], None]) -> str:
    """Serve until it is time to end; why comes back.

    Raises:
        RequestError: another host has the connection file, nothing can listen at the address, or it would be open to
            other machines of which none is on the list.
    """
    check_bind(settings)
    running = live_connection(settings.connection_file)
    if running is not None:
        raise RequestError(
            f"a worker is running already: process {running.process} at {running.endpoint}, "
            f"by {settings.connection_file}; `landcast serve --stop` ends it"
        )
    end = threading.Event()
    settings.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(settings), write_log(settings.cache / "logs", settings.log_format), _signals(end):
        if settings.has_lifeline:
            threading.Thread(target=_wait_for_end, args=(end,), name="lifeline", daemon=True).start()
        return Host(settings, end.is_set).serve(on_ready)


def live_connection(path: Path) -> ConnectionFile | None:
    """The connection file of a host that runs; a stale or damaged one counts for nothing."""
    with contextlib.suppress(ConnectionFileError):
        found = read_connection(path)
        return found if found.is_live else None
    return None


def check_bind(settings: HostSettings) -> None:
    """Make sure that the worker has an address, and knows its clients where other machines can reach it.

    Raises:
        RequestError: it is not so.
    """
    bind = settings.bind
    if not re.fullmatch(BIND, bind):
        raise RequestError(f"--bind {bind}: no address to listen at; it looks like tcp://0.0.0.0:5600")
    if not settings.is_open_to_others:
        return
    try:
        clients = settings.keys.read_clients()
    except KeyFileError as error:
        raise RequestError(str(error)) from error
    if not clients:
        raise RequestError(
            f"--bind {bind}: other machines can reach it, and none is on the list yet; `landcast keys make` on that "
            "machine tells its key, and `landcast keys allow NAME KEY` here lets it in"
        )


@contextlib.contextmanager
def _only_one(settings: HostSettings) -> Iterator[None]:
    """Keep two hosts that start at once from writing one connection file.

    Raises:
        RequestError: another one is starting, or has not ended yet.
    """
    name = hashlib.sha256(os.fsencode(settings.connection_file.absolute())).hexdigest()[:16]
    lock = FileLock(settings.cache / "locks" / f"host-{name}.lock")
    deadline = time.monotonic() + ENDING_S
    while not lock.try_acquire():
        if time.monotonic() > deadline:
            raise RequestError(f"{settings.connection_file}: another worker is starting there, or is about to end")
        time.sleep(0.05)
    try:
        yield
    finally:
        lock.remove()


def _wait_for_end(end: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    end.set()


@contextlib.contextmanager
def _signals(end: threading.Event) -> Iterator[None]:
    """Let signals end the loop instead of breaking into it, but for a hang-up that is to be ignored (nohup)."""

    def ask(number: int, frame: FrameType | None) -> None:
        end.set()

    found = [getattr(signal, name) for name in ENDS if hasattr(signal, name)]
    hang_up = getattr(signal, "SIGHUP", None)
    numbers = [one for one in found if one != hang_up or signal.getsignal(one) is not signal.SIG_IGN]
    before = [signal.signal(number, ask) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
