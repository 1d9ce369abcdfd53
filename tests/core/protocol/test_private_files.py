"""Files with secrets: private from their first moment, here and on Windows."""

from __future__ import annotations

import ntpath
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from landcast.core.protocol import private_files
from landcast.core.protocol.private_files import NotPrivateError, long_path, read_private, write_private

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
Calls = list[tuple[list[str], str]]


@posix
def test_a_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "new" / "secret.json", "{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "secret.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert read_private(tmp_path / "new" / "secret.json", 100) == b"{}"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_what_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.json"
    write_private(path, "{}")
    path.chmod(mode)
    with pytest.raises(NotPrivateError, match=rf"chmod 600 '{path}'"):
        read_private(path, 100)
    subprocess.run(f"chmod 600 '{path}'", shell=True, check=True)
    assert read_private(path, 100) == b"{}"


def test_an_earlier_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.json"
    write_private(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["secret.json"]


def test_names_as_long_as_the_system_allows_and_of_any_script_are_written(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*("Überträge 雪" * 4 for _ in range(8)))
    path = folder / ("k" * 250 + ".json")
    assert len(os.fsencode(path)) > 500
    write_private(path, "{}")
    assert read_private(path, 100) == b"{}"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Windows, as far as this module asks: what would be run, and what stood in the file by then."""
    calls: Calls = []

    def run(command: list[Any], **options: Any) -> None:
        assert options["check"]
        assert options["timeout"]
        assert options["creationflags"] == 7
        calls.append(([str(one) for one in command], Path(command[1]).read_text()))

    monkeypatch.setattr(private_files.sys, "platform", "win32")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 7, raising=False)
    monkeypatch.setenv("SYSTEMROOT", "C:/Windows")
    return calls


@pytest.mark.parametrize("user", [None, "", "DOMAIN\\Jörg", "Иван"])
def test_windows_leaves_the_owner_alone_before_the_secret_is_written(
    windows: Calls, tmp_path: Path, user: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("USERNAME", raising=False) if user is None else monkeypatch.setenv("USERNAME", user)
    path = tmp_path / "Schlüssel 雪.json"
    write_private(path, "secret")
    ((command, content),) = windows
    assert content == ""
    # by the number that stands for the owner, whatever they are called
    assert command[2:] == ["/inheritance:r", "/grant:r", "*S-1-3-4:F", "/q"]
    assert command[0].replace("\\", "/") == "C:/Windows/System32/icacls.exe"
    assert command[1].startswith(str(tmp_path / ".Schlüssel 雪.json."))
    assert path.read_text() == "secret"
    assert read_private(path, 100) == b"secret"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (subprocess.CalledProcessError(5, "icacls", stderr=b"Access is denied.\r\n"), "Access is denied"),
        (subprocess.TimeoutExpired("icacls", 10), "timed out"),
        (FileNotFoundError(2, "no icacls"), "no icacls"),
    ],
    ids=["denied", "timeout", "missing"],
)
def test_a_file_that_windows_cannot_keep_from_others_is_not_written(
    windows: Calls, tmp_path: Path, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(OSError, match=said):
        write_private(tmp_path / "secret.json", "secret")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("C:\\short", "C:\\short"),
        ("C:\\a\\..\\" + "b" * 300, "\\\\?\\C:\\" + "b" * 300),
        ("\\\\server\\share\\" + "b" * 300, "\\\\?\\UNC\\server\\share\\" + "b" * 300),
        ("\\\\?\\C:\\" + "b" * 300, "\\\\?\\C:\\" + "b" * 300),
    ],
    ids=["short", "long", "network", "marked"],
)
def test_windows_opens_long_paths_when_they_are_marked(
    windows: Calls, path: str, marked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "abspath", ntpath.abspath)
    assert str(long_path(Path(path))) == marked


@posix
def test_long_paths_are_what_they_are_elsewhere() -> None:
    path = Path("/tmp/" + "b" * 300)
    assert long_path(path) is path
