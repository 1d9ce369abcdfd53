"""Files as a whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from landcast.core.files import HASH_CHUNK_BYTES, hash_file, sync, write_whole


@pytest.mark.parametrize("size", [0, 1, HASH_CHUNK_BYTES, HASH_CHUNK_BYTES + 1])
def test_the_hash_of_a_file_is_that_of_its_bytes_however_many_there_are(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "file"
    path.write_bytes(data[:size])
    assert hash_file(path) == hashlib.sha256(data[:size]).hexdigest()


def test_files_and_folders_can_be_brought_to_disk_and_keep_their_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    sync(path)
    sync(tmp_path)
    assert path.read_bytes() == b"content"


def test_bringing_a_missing_file_to_disk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "missing")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"\x00\xff\n", "Gr\u00fc\u00dfe \udce4\n"])
def test_a_file_is_replaced_at_once_and_keeps_its_line_ends(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "file"
    path.write_text("earlier")
    write_whole(path, content)
    assert path.read_bytes() == (content if isinstance(content, bytes) else "Gr\u00fc\u00dfe ?\n".encode())
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_earlier_file_and_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_whole(path, "earlier")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "later")
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]
