"""Files as a whole: their hash, making sure that they reach the disk, and replacing them at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

HASH_CHUNK_BYTES = 8 * 2**20


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Make the system write a file or folder to its disk; Windows cannot do so for folders."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a small file, which has all of its content or what it had before, after a loss of power too.

    Args:
        path: the file; one that stands there is replaced.
        content: bytes, or text, written as UTF-8 with a question mark for what that does not have (of a file's name).

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        aside.write_bytes(content.encode(errors="replace") if isinstance(content, str) else content)
        sync(aside)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
