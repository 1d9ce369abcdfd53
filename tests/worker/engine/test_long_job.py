"""The process of a long job as the engine sees it: it dies, hangs, is stopped by others, or says what it should not."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.core.errors import CancelledError
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.file_lock import FileLock
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import Cancelled, Done, Failed, Notice, Progress, Started, Submit
from landcast.core.protocol.requests import PairSource, TrainRequest
from landcast.worker.engine import long_job, long_process
from landcast.worker.engine.long_job import LongJobRun
from landcast.worker.engine.models import WarmModels
from landcast.worker.host.ledger import JobFolder
from landcast.worker.host.settings import Patience

FRONT = """
import os, sys, time
from pathlib import Path
from landcast.core.protocol.messages import *
from landcast.worker.long_jobs.lines import read_line, take_output

send = take_output()
submit = read_line(sys.stdin.buffer.readline())
seen = Path(sys.argv[2] + ".starts")
starts = len(seen.read_text()) + 1 if seen.exists() else 1
seen.write_text("x" * starts)
"""
Make = Callable[[str], LongJobRun]


@pytest.fixture
def heard() -> list[Message]:
    """What the host heard."""
    return []


@pytest.fixture
def make(tmp_path: Path, heard: list[Message], monkeypatch: pytest.MonkeyPatch) -> Make:
    """Have a program in the place of that which trains; it knows `send`, `submit` and how often it was started."""

    def run(program: str) -> LongJobRun:
        monkeypatch.setattr(long_process, "COMMAND", (sys.executable, "-c", FRONT + textwrap.dedent(program)))
        request = TrainRequest(str(tmp_path / "model"), (PairSource("/a", "/b", 2),), device="cpu")
        return LongJobRun(
            Submit(new_id(), request), JobFolder(tmp_path / "job"), WarmModels(), tmp_path / "locks", heard.append,
            lambda: None,
        )  # fmt: skip

    return run


def notices(heard: list[Message]) -> list[str]:
    return [message.text for message in heard if isinstance(message, Notice)]


def test_what_it_says_is_passed_on_and_its_last_word_is_the_end(make: Make, heard: list[Message]) -> None:
    run = make("""
        os.write(1, b"what a library prints")
        send(Progress(submit.job, "training", 1, 2))
        send(Notice(submit.job, "warning", "take care"))
        send(Done(submit.job, facts={"folder": submit.request.folder}))
    """)
    end = run.carry_out()
    assert isinstance(end, Done)
    assert end.facts["folder"].endswith("model")
    assert isinstance(heard[0], Started)
    assert [message for message in heard if isinstance(message, Progress)] == [Progress(run.id, "training", 1, 2)]
    assert notices(heard) == ["take care"]


def test_one_that_dies_again_and_again_fails_the_job_with_its_last_words(make: Make, heard: list[Message]) -> None:
    end = make("""
        sys.stderr.write("the disk caught fire")
        sys.stderr.flush()
        os.kill(os.getpid(), 9)
    """).carry_out()
    assert isinstance(end, Failed)
    assert end.code == "engine_crashed"
    assert end.message.startswith("the process that computes died 3 times of it; it ")
    assert end.message.endswith("the disk caught fire")
    assert len(notices(heard)) == 2


def test_one_that_is_told_to_stop_by_somebody_else_is_started_again(make: Make, heard: list[Message]) -> None:
    run = make("send(Cancelled(submit.job, is_over=True) if starts == 1 else Done(submit.job))")
    assert isinstance(run.carry_out(), Done)
    assert ["started again" in text for text in notices(heard)] == [True]


def test_one_that_says_nothing_for_long_is_killed_and_started_again(
    make: Make, heard: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_job, "SILENCE", Patience(starting=60, writing=60, computing=0.5, calls=2))
    run = make("""
        if starts == 1:
            for step in range(3):
                send(Progress(submit.job, "training", step, 9))
            time.sleep(3600)
        send(Done(submit.job))
    """)
    assert isinstance(run.carry_out(), Done)
    assert ["started again" in text for text in notices(heard)] == [True]


def test_one_that_hangs_always_fails_the_job(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_job, "SILENCE", Patience(starting=0.5))
    end = make("time.sleep(3600)").carry_out()
    assert isinstance(end, Failed)
    assert end.code == "engine_hung"


def test_one_that_does_not_end_after_its_last_word_is_ended(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_job, "STOP_S", 0.3)
    end = make("""
        send(Failed(submit.job, "training", "no pairs"))
        time.sleep(3600)
    """).carry_out()
    assert end == Failed(end.job, "training", "no pairs")


def test_one_that_does_not_stop_when_asked_is_killed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_job, "STOP_S", 0.3)
    run = make("time.sleep(3600)")
    run.is_cancelled = True
    assert run.carry_out() == Cancelled(run.id, is_over=True)


def test_what_does_not_fit_is_left_out(make: Make) -> None:
    run = make("""
        import landcast.worker.long_jobs.lines as lines
        lines.write_line = lambda message: message
        send(b"nonsense\\n")
        send(b'{"type": "DONE"}\\n')
        send(b"\\n" + bytes(100_000) + b"\\n")
        from landcast.core.protocol.codec import encode
        send(encode(Done(submit.job, seconds=5.0))[1] + b"\\n")
    """)
    assert run.carry_out() == Done(run.id, seconds=5.0)


def test_it_waits_for_the_device_and_can_be_cancelled_meanwhile(
    make: Make, heard: list[Message], tmp_path: Path
) -> None:
    lock = FileLock(tmp_path / "locks" / "cpu.lock")
    assert lock.try_acquire()
    run = make("send(Done(submit.job))")

    def listen() -> None:
        run.is_cancelled = len(notices(heard)) > 0

    run._listen = listen
    with pytest.raises(CancelledError):
        run.carry_out()
    assert notices(heard) == ["another worker is using the device; waiting for it"]
    lock.release()
    run.is_cancelled, run._listen = False, lambda: None
    assert isinstance(run.carry_out(), Done)
