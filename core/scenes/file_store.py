"""Where the blocks of a scene lie as files: a folder of this machine, or an object store that fsspec reaches."""

from __future__ import annotations

import contextlib
import errno
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from ..errors import OutputError, RequestError
from ..files import sync
from ..raster.writing import reason_of

PARTIAL = ".partial"
"""How a name ends that is still being written."""
_BROKEN = (errno.EIO, errno.ENOSPC)
"""Errors of a disk that failed; others say that its file system brings no folders to it, as some shared ones do."""


class FileStore(Protocol):
    """Files by their names, each whole or not there; what fails is an OutputError that names the file."""

    url: str

    def sizes(self) -> dict[str, int]:
        """Bytes of all files that there are, by name."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where it is not there."""

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there.

        Raises:
            OutputError: it is there and cannot be read.
        """

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all.

        Raises:
            OutputError: it cannot be written.
        """

    def remove(self, name: str) -> bool:
        """Remove a file, where it is there; False where it cannot be removed."""

    def remove_folder(self) -> None:
        """Remove what held the files, where nothing is left in it."""


def is_url(place: str | Path) -> bool:
    """Whether a place is named by an address rather than by a path of this machine."""
    return "://" in str(place) and not str(place).startswith("file://")


def open_store(place: str | Path) -> FileStore:
    """Open a folder of this machine, or an address of the kinds that fsspec knows.

    Raises:
        RequestError: what reaches such an address is not installed.
    """
    if is_url(place):
        return RemoteStore(str(place))
    return LocalStore(Path(str(place).removeprefix("file://")))


class LocalStore:
    """A folder; files are written aside, brought to the disk, and renamed.

    Args:
        folder: made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = str(folder)

    def sizes(self) -> dict[str, int]:
        """Bytes of all files that there are, by name."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be read: {error.strerror or error}") from error
        # what another process renames or removes meanwhile is not there any more
        sizes = {name: self.size(name) for name in names if not (self.folder / name).is_dir()}
        return {name: size for name, size in sizes.items() if size is not None}

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where it is not there."""
        try:
            return (self.folder / name).stat().st_size
        except OSError:
            return None

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"{self.folder / name}: cannot be read: {error.strerror or error}") from error

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all."""
        aside = self.folder / f".{name}.{secrets.token_hex(4)}{PARTIAL}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as stream:
                stream.write(data)
            sync(aside)
            aside.replace(self.folder / name)
            _sync_folder(self.folder)
        except OSError as error:
            # asked before what was written is removed, for it may be what fills the disk
            reason = reason_of(error, self.folder)
            raise OutputError(f"{self.folder / name}: cannot be written: {reason}") from error
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def remove(self, name: str) -> bool:
        """Remove a file, where it is there; False where it cannot be removed."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def remove_folder(self) -> None:
        """Remove the folder, where nothing is left in it."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()


class RemoteStore:
    """An address that fsspec reaches; files are put as a whole, and trusted only by their hash.

    Args:
        url: such as `s3://bucket/folder`.

    Raises:
        RequestError: what reaches such an address is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            from fsspec.core import url_to_fs  # type: ignore[import-untyped]

            self._system, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise RequestError(f"{url}: cannot be reached: {error}; install what fsspec needs for it") from error
        self._root = self._root.rstrip("/")

    def sizes(self) -> dict[str, int]:
        """Bytes of all files that there are, by name."""
        try:
            with _telling(self.url, "be listed"):
                self._system.invalidate_cache(self._root)
                entries = self._system.ls(self._root, detail=True)
        except FileNotFoundError:
            return {}
        return {str(entry["name"]).rpartition("/")[2]: int(entry["size"] or 0) for entry in entries}

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where it is not there."""
        try:
            with _telling(f"{self.url}/{name}", "be looked at"):
                self._system.invalidate_cache(self._root)
                return int(self._system.size(self._at(name)))
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes | None:
        """All of a file; None where it is not there."""
        try:
            with _telling(f"{self.url}/{name}", "be read"):
                return bytes(self._system.cat_file(self._at(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Put a file."""
        try:
            with _telling(f"{self.url}/{name}", "be written"):
                self._system.makedirs(self._root, exist_ok=True)
                self._system.pipe_file(self._at(name), data)
        except FileNotFoundError as error:
            raise OutputError(f"{self.url}/{name}: cannot be written: {error}") from error

    def remove(self, name: str) -> bool:
        """Remove a file, where it is there; False where it cannot be removed."""
        try:
            self._system.rm_file(self._at(name))
        except FileNotFoundError:
            return True
        except Exception:  # noqa: BLE001 - each store has its own errors
            return False
        return True

    def remove_folder(self) -> None:
        """Remove what held the files, where the store knows folders."""
        with contextlib.suppress(Exception):
            self._system.rmdir(self._root)

    def _at(self, name: str) -> Any:
        return f"{self._root}/{name}"


@contextlib.contextmanager
def _telling(name: str, deed: str) -> Iterator[None]:
    """Tell what a store raises, whatever its errors are, by what could not be done; what is not there stays that."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise OutputError(f"{name}: cannot {deed}: {reason}; look at the address and what you may do there") from error


def _sync_folder(folder: Path) -> None:
    """Bring a folder to the disk, where its file system does so for folders."""
    try:
        sync(folder)
    except OSError as error:
        if error.errno in _BROKEN:
            raise
