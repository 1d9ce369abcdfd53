"""One run at a time, however the others end."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from landcast.core.errors import OutputError
from landcast.core.scenes import folder_lock
from landcast.core.scenes.folder_lock import FolderLock

HOLDING = """
import sys, time
from pathlib import Path
from landcast.core.scenes.folder_lock import FolderLock
with FolderLock(Path(sys.argv[1]), "theirs"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_run_is_told_who_has_it_and_gets_it_when_that_one_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(folder)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            who = rf"mine: another run works on it, process {holder.pid} on {socket.gethostname()}; wait for it"
            with pytest.raises(OutputError, match=who), FolderLock(folder, "mine"):
                pytest.fail("two have it")
        finally:
            holder.kill()
    with FolderLock(folder, "mine"):
        assert (folder / "lock").is_file()
    assert not folder.exists()


def test_what_is_in_the_folder_stays(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "run", "mine"):
        (tmp_path / "run" / "plan.json").touch()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["plan.json"]


def test_of_many_that_want_it_one_at_a_time_has_it(tmp_path: Path) -> None:
    within: list[int] = []
    most: list[int] = []
    had: list[int] = []

    def want(number: int) -> None:
        while number not in had:
            try:
                with FolderLock(tmp_path / "run", "mine"):
                    within.append(number)
                    most.append(len(within))
                    had.append(number)
                    within.remove(number)
            except OutputError:
                pass

    threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(had) == list(range(8))
    assert set(most) == {1}


def test_a_file_system_without_locks_knows_a_living_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(folder_lock, "lock_open_file", refuse)
    folder = tmp_path / "run"
    folder.mkdir()
    lock = folder / "lock"
    lock.write_text(f'{{"process": {os.getppid()}, "machine": "{socket.gethostname()}"}}')
    with pytest.raises(OutputError, match=f"mine: another run works on it, process {os.getppid()}"):
        FolderLock(folder, "mine").__enter__()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock.write_text(f'{{"process": {ended.pid}, "machine": "{socket.gethostname()}"}}')
    with FolderLock(folder, "mine"):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"mine: its blocks cannot be kept in .*file/run: .*; choose another place"):
        FolderLock(tmp_path / "file" / "run", "mine").__enter__()


def test_windows_interrupts_nobody_to_learn_whether_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    asked: list[int] = []
    monkeypatch.setattr(folder_lock, "IS_WINDOWS", True)
    monkeypatch.setattr(folder_lock, "lock_open_file", refuse)
    monkeypatch.setattr(os, "kill", lambda process, signal: asked.append(process))
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "lock").write_text(f'{{"process": {os.getppid()}, "machine": "{socket.gethostname()}"}}')
    with FolderLock(folder, "mine"):
        assert asked == []


def test_a_folder_that_goes_just_before_its_lock_is_opened_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, open_file, left = tmp_path / "run", os.open, [3]

    def open_late(path: Path, flags: int, mode: int = 0o777) -> int:
        if left[0]:
            left[0] -= 1
            folder.rmdir()  # as by a run that leaves
        return open_file(path, flags, mode)

    monkeypatch.setattr(folder_lock.os, "open", open_late)
    with FolderLock(folder, "mine"):
        assert (folder / "lock").is_file()
    assert left == [0]
