"""One run at a time works on the blocks of a scene."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
from pathlib import Path
from types import TracebackType

from ..errors import OutputError
from ..protocol.file_lock import is_at, lock_open_file

HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What the system says of a lock that another process has; other errors are of a file system that knows no locks."""
IS_WINDOWS = os.name == "nt"
MOST_TRIES = 1000
"""How often the lock may go away under who takes it before something else is wrong."""


class FolderLock:
    """Keeps a folder for this process; the system lets go of it however the process ends. Use it as a context manager.

    Args:
        folder: made where it is not there, and removed again where it is left empty.
        name: of what is made there, for messages.

    Raises:
        OutputError: another run has it, or the folder cannot be made.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, name
        self.path = folder / "lock"
        self._descriptor: int | None = None

    def __enter__(self) -> FolderLock:
        for _ in range(MOST_TRIES):
            self._descriptor = self._try()
            if self._descriptor is not None:
                return self
        raise OutputError(f"{self._name}: its blocks cannot be kept in {self.folder}: {self.path} cannot be made")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._descriptor is not None
        if IS_WINDOWS:  # where nothing is removed that is open
            os.close(self._descriptor)
        with contextlib.suppress(OSError):
            self.path.unlink()
        if not IS_WINDOWS:  # last, lest the next holder's file is removed
            os.close(self._descriptor)
        self._descriptor = None
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _try(self) -> int | None:
        """Take the lock; None where its holder removed the file, or its folder, just then."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                return None
            raise OutputError(
                f"{self._name}: its blocks cannot be kept in {self.folder}: {error.strerror or error}; "
                "choose another place with -o"
            ) from error
        try:
            self._lock(descriptor)
            if not is_at(descriptor, self.path):
                os.close(descriptor)
                return None
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, json.dumps({"process": os.getpid(), "machine": socket.gethostname()}).encode())
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.close(descriptor)
            if isinstance(error, OSError):
                raise OutputError(f"{self.path}: cannot be written: {error.strerror or error}") from error
            raise
        return descriptor

    def _lock(self, descriptor: int) -> None:
        try:
            lock_open_file(descriptor)
        except OSError as error:
            if error.errno in HELD:
                raise OutputError(
                    f"{self._name}: another run works on it, {self._holder(descriptor)}; "
                    "wait for it or end it, or choose another place with -o"
                ) from error
            # without locks, as on some file systems of clusters, the one who was there last is asked for
            self._check_alive(descriptor)

    def _holder(self, descriptor: int) -> str:
        held = _read_holder(descriptor)
        return f"process {held[0]} on {held[1]}" if held else "which does not say its name"

    def _check_alive(self, descriptor: int) -> None:
        if IS_WINDOWS:  # where to ask a process whether it lives is to interrupt it
            return
        held = _read_holder(descriptor)
        if held is None or held[1] != socket.gethostname() or held[0] == os.getpid():
            return
        with contextlib.suppress(ProcessLookupError):
            with contextlib.suppress(PermissionError):
                os.kill(held[0], 0)
            raise OutputError(f"{self._name}: another run works on it, process {held[0]}; wait for it or end it")


def _read_holder(descriptor: int) -> tuple[int, str] | None:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)  # Windows has no pread
        said = json.loads(os.read(descriptor, 4096))
        return int(said["process"]), str(said["machine"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
