"""A conversation with the worker that was chosen; imports pyzmq, so it is loaded once that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from ... import __version__
from ...core.client.address import Keys
from ...core.client.client import WorkerClient
from ...core.protocol.messages import Welcome
from ..interpreter import check_interpreter
from .choice import OwnWorker, WorkerChoice
from .shared_worker import SharedWorker, WorkerUse
from .waiting import wait_for

PROGRAM = f"landcast in QGIS {__version__}"
ANSWER_S = 15.0


@dataclass(frozen=True)
class Connection:
    """A worker that answered.

    Attributes:
        client: talks with it.
        welcome: what it said of itself.
        own: where this QGIS started it.
    """

    client: WorkerClient
    welcome: Welcome
    own: WorkerUse | None

    @property
    def problem(self) -> str | None:
        """Why the worker will not come back; None where it may."""
        return None if self.own is None else self.own.problem


@contextmanager
def connect(worker: WorkerChoice, shared: SharedWorker, is_cancelled: Callable[[], bool]) -> Iterator[Connection]:
    """Talk with a worker, which is started where it is one of QGIS's own; waits, so not for the main thread.

    Raises:
        ConnectError: nobody answers; its class says why.
        WorkerError: it cannot be started.
        InterpreterError: the interpreter has no Landcast.
        ChildCancelledError: `is_cancelled` said yes.
    """
    if not isinstance(worker, OwnWorker):
        with _talk(worker.where, None, is_cancelled, worker.keys) as connection:
            yield connection
        return
    if shared.process_id is None:
        check_interpreter(worker.interpreter, is_cancelled)
    with (
        shared.use(worker.interpreter, is_cancelled) as own,
        _talk(own.connection_file, own, is_cancelled) as connection,
    ):
        yield connection


@contextmanager
def _talk(
    where: str | Path | None, own: WorkerUse | None, is_cancelled: Callable[[], bool], keys: Keys | None = None
) -> Iterator[Connection]:
    with WorkerClient(where, keys, PROGRAM) as client:
        yield Connection(client, wait_for(client.open(), is_cancelled, ANSWER_S), own)
