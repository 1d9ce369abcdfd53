"""A file of a result: checked where the worker wrote it, or written aside, checked and renamed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from io import BufferedWriter
from pathlib import Path
from typing import Callable

from ..protocol.values import ResultFile
from .errors import ResultError

CHUNK_BYTES = 4 * 2**20
NAME = re.compile(r"[^/\\:\x00-\x1f]{1,255}")

IsStopped = Callable[[], bool]


def check_file(file: ResultFile, is_stopped: IsStopped) -> Path:
    """Make sure that a file is here, and is what the worker made.

    Raises:
        ResultError: it is not, or reading it was stopped.
    """
    path = Path(file.path or "")
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as stream:
            for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
                if is_stopped():
                    raise ResultError(f"{path}: the client was closed before the result was checked")
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise ResultError(
            f"{path}: the worker wrote it, and it cannot be read here: {error.strerror}; where the worker runs on "
            "another machine its result has to be fetched"
        ) from error
    _compare(str(path), file, size, digest.hexdigest())
    return path


class ReceivedFile:
    """A file that comes in pieces; nothing stands under its name before all of it is right. Used by one thread."""

    def __init__(self, file: ResultFile, folder: Path, job: str, is_replacing: bool) -> None:
        if not NAME.fullmatch(file.name) or file.name in (".", ".."):
            raise ResultError(f"the worker names a file {file.name!r}, which is no name of a file")
        self.path = folder / file.name
        self._file, self._is_replacing = file, is_replacing
        self._aside = folder / f".{file.name[:200]}.{job[:12]}.partial"
        self._digest = hashlib.sha256()
        self._size = 0
        self._stream = self._open()

    def write(self, piece: memoryview) -> None:
        """Append a piece.

        Raises:
            ResultError: it cannot be written.
        """
        try:
            self._stream.write(piece)
        except OSError as error:
            raise self._unwritten(error) from error
        self._digest.update(piece)
        self._size += piece.nbytes

    def finish(self) -> Path:
        """Check the whole file and give it its name.

        Raises:
            ResultError: it is not what the worker made, or cannot be written; nothing of it is left then.
        """
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            _compare(str(self.path), self._file, self._size, self._digest.hexdigest())
            if not self._is_replacing and self.path.exists():
                raise ResultError(f"{self.path}: exists; choose another folder, or say that it is to be replaced")
            self._aside.replace(self.path)
        except OSError as error:
            raise self._unwritten(error) from error
        finally:
            self.abandon()
        return self.path

    def abandon(self) -> None:
        """Remove what was written aside."""
        with contextlib.suppress(OSError):
            self._stream.close()
        with contextlib.suppress(OSError):
            self._aside.unlink()

    def _open(self) -> BufferedWriter:
        try:
            return self._aside.open("wb")
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> ResultError:
        return ResultError(f"{self.path}: cannot be written: {error.strerror}")


def _compare(name: str, file: ResultFile, size: int, sha256: str) -> None:
    if size != file.bytes:
        raise ResultError(f"{name}: has {size} bytes, the worker made {file.bytes}")
    if sha256 != file.sha256:
        raise ResultError(f"{name}: SHA-256 is {sha256[:12]}..., the worker made {file.sha256[:12]}...")
