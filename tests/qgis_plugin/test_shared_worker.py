"""The worker that the algorithms of one QGIS share: real processes, well behaved and not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.core.protocol.connection import read_connection
from landcast.core.protocol.processes import is_running, process_start
from landcast.qgis_plugin.child_process import ChildCancelledError
from landcast.qgis_plugin.worker.process import build_command
from landcast.qgis_plugin.worker.shared_worker import RESTARTS, SharedWorker, WorkerError

from .conftest import ROOT

MakeWorker = Callable[[str], Path]
STANDS_IN = f"""
    def announce():
        import importlib.util
        spec = importlib.util.spec_from_file_location(
            "landcast", {str(ROOT / "__init__.py")!r}, submodule_search_locations=[{str(ROOT)!r}]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules["landcast"] = module
        spec.loader.exec_module(module)
        from pathlib import Path
        from landcast.core.protocol.connection import this_host, write_connection
        write_connection(this_host("tcp://127.0.0.1:9", "stand-in"), Path(sys.argv[-1]))
"""


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def shared(lines: list[str]) -> Iterator[SharedWorker]:
    shared = SharedWorker(lines.append)
    yield shared
    ending = shared.close()
    if ending is not None:
        ending.join(30)
        assert not ending.is_alive()
    wait_until(lambda: not threads())


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("landcast-worker")]


def wait_until(is_so: Callable[[], object], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_gone(process: int, started: str | None) -> bool:
    return started is None or not is_running(process, started)


def never() -> bool:
    return False


def stand_in(make_worker: MakeWorker, code: str) -> Path:
    """A worker that is found, does nothing, and behaves as the code says."""
    return make_worker(textwrap.dedent(STANDS_IN) + textwrap.dedent(code))


def test_two_that_begin_at_once_share_one_worker(interpreter: Path, shared: SharedWorker, cache: Path) -> None:
    found: list[tuple[int | None, Path]] = []
    both = threading.Barrier(2)

    def use() -> None:
        with shared.use(interpreter, never) as own:
            found.append((shared.process_id, own.connection_file))
            both.wait(60)

    users = [threading.Thread(target=use) for _ in range(2)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert found[0] == found[1]
    assert found[0][1].parent == cache
    # it stays for the next one
    assert read_connection(found[0][1]).is_live
    with shared.use(interpreter, never):
        assert shared.process_id == found[0][0]


def test_unloading_returns_at_once_and_leaves_nothing(
    interpreter: Path, shared: SharedWorker, cache: Path, lines: list[str]
) -> None:
    with shared.use(interpreter, never) as own:
        process = read_connection(own.connection_file).process
        started = process_start(process)
    # its connection file may be there before what it said has been read
    wait_until(lambda: any("listening at" in line for line in lines))
    before = time.monotonic()
    ending = shared.close()
    assert time.monotonic() - before < 0.1
    assert ending is not None
    ending.join(30)
    assert is_gone(process, started)
    assert not list(cache.glob("qgis-*.json"))
    assert not list((cache / "locks").glob("host-*"))
    with pytest.raises(WorkerError, match="unloaded"), shared.use(interpreter, never):
        pass


def test_a_worker_that_was_killed_comes_back_under_the_same_name(interpreter: Path, shared: SharedWorker) -> None:
    with shared.use(interpreter, never) as own:
        first = read_connection(own.connection_file).process
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: own.connection_file.exists() and read_connection(own.connection_file).process != first)
        wait_until(lambda: read_connection(own.connection_file).is_live)
        assert own.problem is None


def test_a_worker_that_nobody_uses_is_not_restarted_until_somebody_does(
    make_worker: MakeWorker, shared: SharedWorker
) -> None:
    program = stand_in(make_worker, "announce(); sys.stdin.read()")
    with shared.use(program, never):
        first = shared.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not threads())
    assert shared.process_id is None
    with shared.use(program, never):
        assert shared.process_id not in (None, first)


def test_a_worker_that_dies_again_and_again_is_given_up(
    make_worker: MakeWorker, shared: SharedWorker, lines: list[str]
) -> None:
    program = stand_in(make_worker, """
        announce()
        time.sleep(0.3)
        print("the disk is on fire", file=sys.stderr)
        sys.exit(1)
    """)  # fmt: skip
    with shared.use(program, never) as own:
        wait_until(lambda: own.problem is not None)
        assert own.problem == f"it ended {RESTARTS + 1} times; the disk is on fire"
    assert lines.count("the disk is on fire") == RESTARTS + 1
    # who asks anew may try anew
    with shared.use(program, never) as own:
        assert own.problem is None


def test_who_comes_before_a_restart_shares_the_worker_that_comes_back(
    make_worker: MakeWorker, shared: SharedWorker, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    monkeypatch.setattr("landcast.qgis_plugin.worker.shared_worker.RESTART_S", 1.0)
    program = stand_in(make_worker, "announce(); sys.stdin.read()")
    with shared.use(program, never) as first:
        process = shared.process_id
        assert process is not None
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: shared.process_id is None)
        with pytest.raises(ChildCancelledError), shared.use(program, lambda: True):
            pass
        with pytest.raises(WorkerError, match="wait for its end"), shared.use(program.with_name("other"), never):
            pass
        with shared.use(program, never) as second:
            assert second.connection_file == first.connection_file
            assert read_connection(first.connection_file).is_live
            assert read_connection(first.connection_file).process == shared.process_id != process
    assert [line for line in lines if line.startswith("The worker ended")] == [
        f"The worker ended; restart 1 of {RESTARTS}"
    ]


def test_who_tries_anew_while_another_still_uses_what_was_given_up_brings_it_back_for_both(
    make_worker: MakeWorker, shared: SharedWorker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("landcast.qgis_plugin.worker.shared_worker.RESTART_S", 0.01)
    fault = tmp_path / "fault"
    program = stand_in(make_worker, f"""
        if os.path.exists({str(fault)!r}):
            sys.exit(1)
        announce()
        sys.stdin.read()
    """)  # fmt: skip
    with shared.use(program, never) as first:
        fault.touch()
        assert shared.process_id is not None
        os.kill(shared.process_id, signal.SIGKILL)
        wait_until(lambda: first.problem is not None)
        fault.unlink()
        with shared.use(program, never) as second:
            assert second.problem is None
            assert second.connection_file == first.connection_file
            assert read_connection(first.connection_file).is_live


def test_a_worker_that_does_not_start_says_why_and_is_not_tried_again(
    make_worker: MakeWorker, shared: SharedWorker, lines: list[str]
) -> None:
    program = make_worker("print('no such command: serve', file=sys.stderr); sys.exit(2)")
    with pytest.raises(WorkerError, match="exit code 2; no such command: serve"), shared.use(program, never):
        pass
    time.sleep(0.5)
    assert lines == ["no such command: serve"]


def test_waiting_for_a_worker_can_be_cancelled(make_worker: MakeWorker, shared: SharedWorker) -> None:
    program = make_worker("sys.stdin.read()")
    with pytest.raises(ChildCancelledError), shared.use(program, lambda: shared.process_id is not None):
        pass
    wait_until(lambda: not threads())


def test_another_python_takes_over_once_nobody_uses_the_first(
    make_worker: MakeWorker, shared: SharedWorker, tmp_path: Path
) -> None:
    program = stand_in(make_worker, "announce(); sys.stdin.read()")
    other = tmp_path / "other"
    other.write_bytes(program.read_bytes())
    other.chmod(0o755)
    with shared.use(program, never):
        first = shared.process_id
        with pytest.raises(WorkerError, match="wait for its end"), shared.use(other, never):
            pass
    with shared.use(other, never):
        assert shared.process_id != first


def test_a_worker_that_ignores_its_lifeline_is_ended_all_the_same(
    make_worker: MakeWorker, shared: SharedWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landcast.qgis_plugin.worker.process.ASKED_S", 0.2)
    monkeypatch.setattr("landcast.qgis_plugin.worker.process.TERMINATED_S", 0.2)
    program = stand_in(make_worker, """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        announce()
        time.sleep(600)
    """)  # fmt: skip
    with shared.use(program, never):
        process = shared.process_id
    assert process is not None
    started = process_start(process)
    ending = shared.close()
    assert ending is not None
    ending.join(30)
    assert is_gone(process, started)


def test_a_killed_qgis_takes_its_worker_with_it(interpreter: Path, tmp_path: Path, cache: Path) -> None:
    code = f"""
        import subprocess, sys, time
        worker = subprocess.Popen({build_command(interpreter, cache / "qgis-1-0000.json")!r}, stdin=subprocess.PIPE)
        time.sleep(600)
    """
    qgis = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)])
    path = cache / "qgis-1-0000.json"
    wait_until(path.exists)
    worker = read_connection(path).process
    started = process_start(worker)
    qgis.kill()
    qgis.wait()
    wait_until(lambda: is_gone(worker, started), 20)
    assert not path.exists()


def test_what_is_left_where_both_were_killed_is_removed_at_the_next_start(
    make_worker: MakeWorker, shared: SharedWorker, cache: Path
) -> None:
    left = cache / "qgis-77-0000.json"
    program = stand_in(make_worker, "announce(); sys.stdin.read()")
    with subprocess.Popen([str(program), str(left)], stdin=subprocess.PIPE) as worker:
        wait_until(left.exists)
        worker.kill()
    with shared.use(program, never) as own:
        assert not left.exists()
        assert own.connection_file.exists()
