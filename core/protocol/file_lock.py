"""Files that one process at a time holds: a device's by an engine, an environment's by who installs it."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Optional

LOCKED_BYTE = 1 << 30
"""Windows lets nobody read what is locked, so a byte far behind the end is."""


class FileLock:
    """A lock that the system lets go of however the process ends.

    Args:
        path: of the file, which is made, and stays unless it is removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: Optional[int] = None

    def try_acquire(self) -> bool:
        """Take the lock; False where another process has it."""
        if self._descriptor is not None:
            return True
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock_open_file(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        if not is_at(descriptor, self.path):
            # its holder removed it: another process may hold the next one by now
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go of it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def remove(self) -> None:
        """Let go of it, and leave no file."""
        # on POSIX before it is let go, lest the next holder's is removed; Windows removes no file that is open
        steps = (self.release, self.path.unlink) if os.name == "nt" else (self.path.unlink, self.release)
        for step in steps:
            with suppress(OSError):
                step()


def is_at(descriptor: int, path: Path) -> bool:
    """Tell whether an open file still stands under its name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def lock_open_file(descriptor: int) -> None:
    """Lock an open file for this process, or raise at once; Windows sets the file's position to its beginning.

    Raises:
        OSError: another process has it, or the file system knows no locks.
    """
    if os.name == "nt":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        getattr(msvcrt, "locking")(descriptor, getattr(msvcrt, "LK_NBLCK"), 1)  # noqa: B009 - only there on Windows
        os.lseek(descriptor, 0, os.SEEK_SET)
        return
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
