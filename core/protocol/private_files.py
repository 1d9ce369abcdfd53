"""Files with secrets: whole or not there, and for their owner's eyes alone."""

import contextlib
import errno
import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

OWNER = "*S-1-3-4"
"""Whoever owns the file, on Windows: the same in every language and domain, and without a name that must be known."""
LONG = 248
"""Characters of a path from which on Windows wants it marked as a long one."""
MARK = "\\\\?\\"
ACL_TIMEOUT_S = 10.0


class NotPrivateError(Exception):
    """Others than the owner can read a file; the message says how to mend that."""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; it appears whole, in place of an earlier one.

    Raises:
        OSError: it cannot be written, or kept from others.
    """
    path = long_path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # names may be as long as the file system allows already
    aside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        _create(aside, text)
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def read_private(path: Path, most: int) -> bytes:
    """Read a file with a secret, so many bytes at most.

    Raises:
        NotPrivateError: others can read it too. On Windows that is not looked at.
        OSError: it cannot be read.
    """
    with long_path(path).open("rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if sys.platform != "win32" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise NotPrivateError(f"{path}: others can read the secret in it; mend that with: chmod 600 '{path}'")
        return stream.read(most)


def long_path(path: Path) -> Path:
    """The path as the system opens it whatever its length; itself but for long ones on Windows."""
    if sys.platform != "win32" or len(str(path)) < LONG:
        return path
    text = os.path.abspath(path)  # noqa: PTH100 - a marked path is taken literally, so `..` must be gone
    if text.startswith(MARK):
        return path
    return Path(MARK + "UNC" + text[1:] if text.startswith("\\\\") else MARK + text)


def _create(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as stream:
        if sys.platform == "win32":
            _restrict_on_windows(path)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _restrict_on_windows(path: Path) -> None:
    """Leave the owner's entry alone in the file's access list, instead of those of its folder."""
    # by its full name: a program of that name in the current folder would be found first
    program = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "icacls.exe")  # noqa: PTH118
    command: list[Any] = [program, path, "/inheritance:r", "/grant:r", f"{OWNER}:F", "/q"]
    # no window flashes up where a program without a console calls this
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=ACL_TIMEOUT_S, creationflags=flags)
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or b""
        reason = said.decode("utf-8", "replace").strip() or str(error)
        raise OSError(errno.EACCES, f"cannot be kept from other users: {reason}", str(path)) from error
