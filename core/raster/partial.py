"""A file written aside, in the folder of its final name, until it is whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from ..errors import OutputError
from ..files import sync

MAX_FREE_NAMES = 1000
IS_WINDOWS = os.name == "nt"
"""There an open file can neither be removed nor replaced, and nothing else serves as a lock."""


class PartialFile:
    """Where a file is written aside, and how it comes to its name.

    It is made empty at once, and held: by that another run knows it from one that a killed process left. The
    system lets go of it however the process ends.

    Attributes:
        final: the name that it is to have.
        path: where it stands until then.

    Raises:
        OSError: the folder is missing, full, or not to be written in.
    """

    def __init__(self, final: Path) -> None:
        remove_abandoned(final)
        self.final = final
        self._holder: int | None = None
        while self._holder is None:
            self.path = final.with_name(f".{final.name}.{secrets.token_hex(4)}.partial")
            try:
                self._holder = _make_and_hold(self.path)
            except BaseException:
                self.discard()
                raise

    def discard(self) -> None:
        """Remove it, where it has not got its name."""
        self._let_go()
        self.path.unlink(missing_ok=True)

    def publish(self, overwrite: bool) -> Path:
        """Give it its name; the name comes back.

        Where another program holds the name open, and the system does not let it be replaced, the next free one
        is taken instead.

        Raises:
            OutputError: a file of that name appeared meanwhile, or no name is to be had.
            OSError: it cannot be renamed.
        """
        sync(self.path)
        if IS_WINDOWS:
            self._let_go()
        path = self._rename(overwrite)
        self._let_go()
        with contextlib.suppress(OSError):  # it has its name, whatever the file system thinks of syncing folders
            sync(path.parent)
        return path

    def _rename(self, overwrite: bool) -> Path:
        if not overwrite:
            try:
                _rename_to_new(self.path, self.final)
            except FileExistsError as error:
                raise OutputError(f"{self.final}: appeared meanwhile; --overwrite replaces it") from error
            return self.final
        try:
            self.path.replace(self.final)
        except PermissionError:
            if not IS_WINDOWS:
                raise
            return self._rename_beside()
        return self.final

    def _rename_beside(self) -> Path:
        for number in range(2, MAX_FREE_NAMES):
            path = self.final.with_name(f"{self.final.stem}_{number}{self.final.suffix}")
            with contextlib.suppress(FileExistsError, PermissionError):
                _rename_to_new(self.path, path)
                return path
        raise OutputError(f"{self.final}: held open by another program, and so are all names beside it")

    def _let_go(self) -> None:
        if self._holder is not None:
            os.close(self._holder)
            self._holder = None


def glob_escape(name: str) -> str:
    """Escape the characters that a glob pattern gives a meaning."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _make_and_hold(path: Path) -> int | None:
    """Make an empty file and hold it; None where another run took it for abandoned just before it was held."""
    holder = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
    if not IS_WINDOWS:
        _lock(holder, is_waiting=True)
        if os.fstat(holder).st_nlink == 0:
            os.close(holder)
            return None
    return holder


def remove_abandoned(final: Path) -> None:
    """Remove what a killed process wrote aside for the same name, and what stands beside that under longer ones."""
    for left in final.parent.glob(f".{glob_escape(final.name)}.*.partial"):
        with contextlib.suppress(OSError):  # someone else's file, or gone meanwhile
            if IS_WINDOWS:
                left.unlink()
                continue
            holder = os.open(left, os.O_RDWR)
            try:
                if _lock(holder, is_waiting=False):
                    left.unlink()
            finally:
                os.close(holder)
    for beside in final.parent.glob(f".{glob_escape(final.name)}.*.partial.*"):
        if not beside.with_name(f"{beside.name.rpartition('.partial.')[0]}.partial").exists():
            _remove(beside)


def _remove(left: Path) -> None:
    """Remove a file or a folder, where the system lets it go."""
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            left.unlink(missing_ok=True)


def _lock(descriptor: int, is_waiting: bool) -> bool:
    """Lock an open file for this process; False where another has it, or the file system knows no locks."""
    import fcntl  # Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if is_waiting else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _rename_to_new(source: Path, target: Path) -> None:
    """Rename, but never over another file.

    Raises:
        FileExistsError: there is one.
    """
    if not IS_WINDOWS:
        try:
            target.hardlink_to(source)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            pass
        else:
            source.unlink()
            return
    if target.exists():
        raise FileExistsError(target)
    source.rename(target)
