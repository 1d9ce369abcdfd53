"""A file that one holder at a time has, and that a process which dies lets go of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from landcast.core.protocol.file_lock import FileLock

HOLD = (
    "import sys, time; from pathlib import Path; from landcast.core.protocol.file_lock import FileLock; "
    "assert FileLock(Path(sys.argv[1])).try_acquire(); print('held', flush=True); time.sleep(60)"
)


def test_one_holder_at_a_time_has_it_and_may_ask_twice(tmp_path: Path) -> None:
    one, other = (FileLock(tmp_path / "locks" / "a.lock") for _ in range(2))
    assert one.try_acquire()
    assert one.try_acquire()
    assert not other.try_acquire()
    one.release()
    assert other.try_acquire()
    other.release()
    other.release()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_process_that_is_killed_lets_go_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert not FileLock(path).try_acquire()
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    holder.stdout.close()
    lock = FileLock(path)
    assert lock.try_acquire()
    lock.remove()
    assert not path.exists()


def test_a_file_that_its_holder_removed_is_not_taken_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.lock"
    holder, open_file = FileLock(path), os.open
    assert holder.try_acquire()

    def open_early(at: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = open_file(at, flags, mode)
        holder.remove()  # after the other one opened the file, and before it locks it
        return descriptor

    monkeypatch.setattr("landcast.core.protocol.file_lock.os.open", open_early)
    late = FileLock(path)
    assert not late.try_acquire()
    monkeypatch.undo()
    assert late.try_acquire()
    late.remove()
