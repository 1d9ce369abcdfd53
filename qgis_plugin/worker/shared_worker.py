"""The worker that all algorithms of one QGIS share: started on first use, restarted when it dies, stopped at unload."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...core.protocol.connection import ConnectionFileError, read_connection
from ...core.protocol.user_folders import cache_folder
from ..child_process import ChildCancelledError
from ..translation import tr
from .process import WorkerProcess, WorkerStartError

RESTARTS = 5
"""While the same predictions need it; whoever asks anew may try anew."""
RESTART_S = 0.25
"""Before the first restart; doubled each time."""
GLANCE_S = 0.1
NAME = "qgis-{process}-{mark}.json"

Start = Callable[[Path, Path, Callable[[str], None], Callable[[WorkerProcess], None]], WorkerProcess]


class WorkerError(Exception):
    """There is no worker; the message holds what it said last."""


class WorkerUse:
    """A share in the worker, for as long as somebody needs it.

    Attributes:
        connection_file: that clients find it by, also after a restart.
    """

    def __init__(self, owner: SharedWorker, connection_file: Path) -> None:
        self._owner = owner
        self.connection_file = connection_file

    @property
    def problem(self) -> str | None:
        """Why the worker will not come back; None while it is there or is being restarted."""
        return self._owner.problem

    @property
    def last_words(self) -> str:
        """The end of the worker's output."""
        return self._owner.last_words


class SharedWorker:
    """Keeps one worker; usable from any thread. Nothing but `use` waits.

    Args:
        log: gets each line that the worker writes, and what happens to it, from several threads.
        start: starts a process.
    """

    def __init__(self, log: Callable[[str], None], start: Start = WorkerProcess) -> None:
        self._log, self._start = log, start
        self._starting = threading.Lock()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._process: WorkerProcess | None = None
        self._ending: threading.Thread | None = None
        self._interpreter: Path | None = None
        self._users = 0
        self._restarts = 0
        self._was_ready = False
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why there will be no worker; None where there is one, or will be."""
        return tr("the plugin was unloaded") if self._closing.is_set() else self._problem

    @property
    def last_words(self) -> str:
        """The end of the worker's output."""
        process = self._process
        return "" if process is None else process.last_words

    @property
    def process_id(self) -> int | None:
        """Of the worker; None where none runs."""
        process = self._process
        return process.id if process is not None and process.is_alive else None

    @contextmanager
    def use(self, interpreter: Path, is_cancelled: Callable[[], bool]) -> Iterator[WorkerUse]:
        """Have the worker run, from its start to the end of the block; waits, so not for the main thread.

        Raises:
            WorkerError: it cannot be started.
            ChildCancelledError: `is_cancelled` said yes.
            OSError: the interpreter cannot be started.
        """
        while not self._starting.acquire(timeout=GLANCE_S):
            if is_cancelled():
                raise ChildCancelledError
        try:
            process = self._ready(interpreter, is_cancelled)
        finally:
            self._starting.release()
        try:
            yield WorkerUse(self, process.connection_file)
        finally:
            with self._lock:
                self._users -= 1

    def end_idle(self) -> bool:
        """End the worker, without waiting, unless somebody uses it; False where somebody does.

        The next use starts it anew, as the settings are then.
        """
        with self._lock:
            if self._users:
                return False
            process, self._process = self._process, None
            # within the lock: who waits for the end must find it
            if process is not None:
                self._ending = process.end()
        return True

    def wait_ended(self, is_cancelled: Callable[[], bool]) -> None:
        """Wait until nothing is left of a worker that `end_idle` told to end; not for the main thread.

        Raises:
            ChildCancelledError: `is_cancelled` said yes.
        """
        while self._ending is not None and self._ending.is_alive():
            if is_cancelled():
                raise ChildCancelledError
            self._ending.join(GLANCE_S)

    def close(self) -> threading.Thread | None:
        """End the worker for good, without waiting; what comes back ends when the worker has."""
        self._closing.set()
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        process.silence()
        return process.end()

    def _ready(self, interpreter: Path, is_cancelled: Callable[[], bool]) -> WorkerProcess:
        """Return the running worker with one user more."""
        process = self._running(interpreter, is_cancelled)
        if process is None:
            process = self._begin(interpreter)
        try:
            process.wait_ready(is_cancelled)
        except (WorkerStartError, ChildCancelledError) as error:
            with self._lock:
                self._users -= 1
                is_unused = self._users == 0
                if is_unused and self._process is process:
                    self._process = None
            if is_unused:
                process.end()
            if isinstance(error, WorkerStartError):
                raise WorkerError(tr("The worker of Landcast did not start: {}").format(error)) from error
            raise
        self._was_ready = True
        return process

    def _running(self, interpreter: Path, is_cancelled: Callable[[], bool]) -> WorkerProcess | None:
        """The worker that runs by that interpreter, with one user more; one by another is ended where nobody uses it.

        Raises:
            WorkerError: somebody does, or all has ended.
            ChildCancelledError: `is_cancelled` said yes while a restart was awaited.
        """
        while True:
            with self._lock:
                if self._closing.is_set():
                    raise WorkerError(tr("The plugin was unloaded."))
                process = self._process
                is_alive, is_coming_back = process is not None and process.is_alive, self._is_coming_back()
                if process is None or not (is_alive or is_coming_back):
                    return None
                if interpreter != self._interpreter:
                    self._check_unused()
                    self._process = None
                    break
                if is_alive:
                    self._add_user()
                    return process
            if is_cancelled():
                raise ChildCancelledError
            self._closing.wait(GLANCE_S)
        process.end()
        return None

    def _is_coming_back(self) -> bool:
        """Whether a worker that ended is about to be restarted, for those who use it."""
        return self._users > 0 and self._was_ready and self._problem is None

    def _check_unused(self) -> None:
        if self._users:
            raise WorkerError(
                tr("Another prediction still runs by {}: wait for its end before you change the Python.").format(
                    self._interpreter
                )
            )

    def _begin(self, interpreter: Path) -> WorkerProcess:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_stale(folder)
        with self._lock:
            if self._closing.is_set():
                raise WorkerError(tr("The plugin was unloaded."))
            gone = self._process if self._users else None
            # who used one that was given up finds the new one by the same name
            connection_file = folder / _name() if gone is None else gone.connection_file
            process = self._start(interpreter, connection_file, self._log, self._on_end)
            self._process, self._interpreter, self._problem = process, interpreter, None
            self._was_ready = gone is not None
            self._add_user()
        return process

    def _add_user(self) -> None:
        self._users += 1
        if self._users == 1:
            self._restarts, self._problem = 0, None

    def _on_end(self, process: WorkerProcess) -> None:
        """A process ended: another one takes its place where somebody waits for it. In a thread of that process."""
        with self._lock:
            is_needed = self._users > 0 and self._was_ready and not self._closing.is_set()
            if process is not self._process or not is_needed:
                return
            if self._restarts >= RESTARTS:
                self._problem = tr("it ended {number} times; {words}").format(
                    number=self._restarts + 1, words=process.last_words
                )
                return
            self._restarts += 1
            delay_s = RESTART_S * 2 ** (self._restarts - 1)
        self._log(tr("The worker ended; restart {number} of {most}").format(number=self._restarts, most=RESTARTS))
        if self._closing.wait(delay_s):
            return
        with self._lock:
            if process is not self._process or self._closing.is_set() or self._interpreter is None:
                return
            try:
                self._process = self._start(self._interpreter, process.connection_file, self._log, self._on_end)
            except OSError as error:
                self._problem = str(error)


def _name() -> str:
    return NAME.format(process=os.getpid(), mark=secrets.token_hex(4))


def _remove_stale(folder: Path) -> None:
    """Remove connection files of workers that were killed together with their QGIS."""
    for path in folder.glob(NAME.format(process="*", mark="*")):
        with suppress(ConnectionFileError, OSError):
            if not read_connection(path).is_live:
                path.unlink()
