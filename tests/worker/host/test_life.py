"""What ends a host, on systems with and without the signals of POSIX."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from landcast.tests.worker.machines import Machine
from landcast.worker.host import life

posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals of POSIX")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "machine")
    yield made
    made.end()


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda one: one.name)
def test_a_signal_ends_a_host_in_order(machine: Machine, number: signal.Signals) -> None:
    # a program that nohup started hands down that hang-ups are ignored
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        process = machine.serve()
    finally:
        signal.signal(signal.SIGHUP, before)
    process.send_signal(number)
    assert process.wait(20) == 0
    assert "note: ended: the worker was told to end" in machine.said()
    assert not (machine.folder / "cache" / "worker.json").exists()


@posix
def test_windows_has_ctrl_break_and_no_sigterm_that_others_can_send(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIGTERM", "SIGHUP"):
        monkeypatch.delattr(signal, name)
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    end = threading.Event()
    before = signal.getsignal(signal.SIGUSR1)
    with life._signals(end):
        os.kill(os.getpid(), signal.SIGUSR1)
        assert end.wait(5)
    assert signal.getsignal(signal.SIGUSR1) is before


@posix
def test_a_hang_up_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        end = threading.Event()
        with life._signals(end):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert not end.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
