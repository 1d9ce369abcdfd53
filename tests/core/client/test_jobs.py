"""A job's states, what is told of it, and what a worker may say at the wrong time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import (
    AnswerTimeoutError,
    ClientClosedError,
    JobCancelledError,
    JobCrashedError,
    JobFailedError,
    NoWorkerError,
    RefusedError,
    ResultError,
)
from landcast.core.client.events import JobEvent, Noticed, Progressed, StateChanged, TileArrived
from landcast.core.client.follow import Listener
from landcast.core.protocol import messages as m
from landcast.core.protocol.codec import encode
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.requests import PredictRequest
from landcast.core.protocol.values import Rect
from landcast.tests.core.client.conftest import wait_until
from landcast.tests.core.client.scripted_host import ScriptedHost

Connect = Callable[..., WorkerClient]
REQUEST = PredictRequest("/a.tif", "/b.tif")


def states(events: list[JobEvent]) -> list[str]:
    return [event.state for event in events if isinstance(event, StateChanged)]


def test_a_job_goes_from_queued_to_complete_and_tells_all(connect: Connect, tmp_path: Path) -> None:
    events: list[JobEvent] = []
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        job = connect(host.endpoint).submit(REQUEST, events.append)
        result = job.result(5)
        wait_until(lambda: host.said_types()[-1] == "FORGET")
    assert result.paths == {"prediction": tmp_path / "prediction.tif"}
    assert states(events) == ["queued", "running", "complete"]
    assert [(e.level, e.text) for e in events if isinstance(e, Noticed)] == [
        ("warning", "this is a warning"), ("note", "this is a note"),
    ]  # fmt: skip
    assert [(e.done, e.total) for e in events if isinstance(e, Progressed)] == [(0, 2), (1, 2), (2, 2)]
    assert (job.state, job.is_over, result.done.seconds) == ("complete", True, 1.5)
    assert host.said_types() == ["HELLO", "SUBMIT", "FORGET"]


def test_a_listener_hears_in_the_thread_that_waits(connect: Connect, tmp_path: Path) -> None:
    heard: list[object] = []

    class Hearing(Listener):
        def progress(self, stage: str, done: int, total: int) -> None:
            heard.append((threading.current_thread(), stage, done, total))

        def warn(self, text: str) -> None:
            heard.append((threading.current_thread(), text))

    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        connect(host.endpoint).predict(REQUEST, Hearing(), timeout_s=5)
    here = threading.current_thread()
    assert (here, "this is a warning") in heard
    assert heard[-1] == (here, "predicting", 2, 2)


@pytest.mark.parametrize(
    ("code", "kind", "state"),
    [
        ("source", JobFailedError, "failed"),
        ("disk_full", JobFailedError, "failed"),
        ("internal", JobFailedError, "failed"),
        ("engine_crashed", JobCrashedError, "crashed"),
        ("engine_hung", JobCrashedError, "crashed"),
    ],
)
def test_failed_differs_from_crashed(code: m.FailureCode, kind: type[Exception], state: str, connect: Connect) -> None:
    def fail(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0))
            host.send(m.Failed(message.job, code, "the reason", is_retryable=True))
        return isinstance(message, m.Submit)

    events: list[JobEvent] = []
    with ScriptedHost(fail) as host:
        job = connect(host.endpoint).submit(REQUEST, events.append)
        with pytest.raises(kind, match="the reason") as caught:
            job.result(5)
    if isinstance(caught.value, JobFailedError):
        assert (caught.value.code, caught.value.is_retryable) == (code, True)
    wait_until(lambda: states(events)[-1] == state)
    assert job.state == state


def test_a_refused_job_has_failed(connect: Connect) -> None:
    def refuse(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Error("malformed", "SUBMIT: is not liked", message.job))
        return isinstance(message, m.Submit)

    with ScriptedHost(refuse) as host, pytest.raises(JobFailedError, match="is not liked"):
        connect(host.endpoint).submit(REQUEST).result(5)


def test_a_request_that_cannot_be_sent_has_failed_before_anything_was_sent(connect: Connect) -> None:
    with ScriptedHost() as host, pytest.raises(JobFailedError, match="members"):
        connect(host.endpoint).submit(PredictRequest("a", members=-1)).result(5)
    assert host.said_types() == ["HELLO"]


def test_without_a_worker_a_job_fails_with_the_reason_of_connecting(connect: Connect) -> None:
    job = connect("tcp://127.0.0.1:1").submit(REQUEST)
    with pytest.raises(NoWorkerError):
        job.result(5)
    assert job.state == "failed"


@pytest.mark.parametrize("is_running", [False, True], ids=["queued", "running"])
def test_cancelling_is_acknowledged_and_obeyed(is_running: bool, connect: Connect) -> None:
    def start(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit) and is_running:
            host.answer(message)
            host.send(m.Started(message.job))
        return isinstance(message, m.Submit) and is_running

    with ScriptedHost(start, is_working=False) as host:
        job = connect(host.endpoint).submit(REQUEST)
        wait_until(lambda: bool(host.jobs) and job.state == ("running" if is_running else "queued"))
        job.cancel()
        with pytest.raises(JobCancelledError) as caught:
            job.result(5)
        wait_until(lambda: host.said_types()[-1] == "FORGET")
    assert (job.state, caught.value.is_confirmed, job.cancelling.result(0)) == ("cancelled", True, True)
    assert host.said_types() == ["HELLO", "SUBMIT", "CANCEL", "FORGET"]


def test_a_cancel_that_is_not_answered_ends_after_a_while_and_says_so(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: message.type == "CANCEL", is_working=False) as host:
        job = connect(host.endpoint).submit(REQUEST)
        wait_until(lambda: "SUBMIT" in host.said_types())
        job.cancel()
        with pytest.raises(JobCancelledError, match="may still be computing") as caught:
            job.result(5)
    assert not caught.value.is_confirmed
    assert host.said_types().count("CANCEL") > 1


def test_what_was_done_before_the_cancel_came_is_complete(connect: Connect, tmp_path: Path) -> None:
    def finish(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Cancel):
            host.work(message.job)
        return isinstance(message, m.Cancel)

    with ScriptedHost(finish, files={"prediction": b"abc"}, folder=tmp_path, is_working=False) as host:
        job = connect(host.endpoint).submit(REQUEST)
        wait_until(lambda: bool(host.jobs))
        job.cancel()
        assert job.result(5).paths == {"prediction": tmp_path / "prediction.tif"}


def test_a_listener_that_wants_to_stop_cancels(connect: Connect) -> None:
    class Stopping(Listener):
        def is_cancelled(self) -> bool:
            return True

    with ScriptedHost(is_working=False) as host, pytest.raises(JobCancelledError):
        connect(host.endpoint).predict(REQUEST, Stopping())


def test_a_listener_that_fails_cancels(connect: Connect) -> None:
    class Failing(Listener):
        def warn(self, text: str) -> None:
            raise KeyboardInterrupt

    def start(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.answer(message)
            host.send(m.Notice(message.job, "warning", "stop"))
        return isinstance(message, m.Submit)

    with ScriptedHost(start, is_working=False) as host:
        client = connect(host.endpoint)
        with pytest.raises(KeyboardInterrupt):
            client.predict(REQUEST, Failing())
        assert "CANCEL" in host.said_types()


def test_the_time_of_the_caller_ends_the_job(connect: Connect) -> None:
    with ScriptedHost(is_working=False) as host, pytest.raises(AnswerTimeoutError):
        connect(host.endpoint).predict(REQUEST, timeout_s=0.2)
    assert "CANCEL" in host.said_types()


def test_submit_is_repeated_until_it_is_accepted(connect: Connect, tmp_path: Path) -> None:
    def swallow_two(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        return isinstance(message, m.Submit) and host.said_types().count("SUBMIT") < 3

    with ScriptedHost(swallow_two, files={"prediction": b"abc"}, folder=tmp_path) as host:
        connect(host.endpoint).submit(REQUEST).result(5)
    assert len(host.jobs) == 1
    assert len({message.job for message in host.said if isinstance(message, m.Submit)}) == 1


def test_duplicated_reordered_and_late_messages_change_nothing(connect: Connect, tmp_path: Path) -> None:
    def muddle(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if not isinstance(message, m.Submit):
            return False
        host.is_working = False
        host.answer(message)
        job, other = message.job, new_id()
        (tmp_path / "prediction.tif").write_bytes(b"abc")
        host.send(m.Progress(job, "predicting", 1, 2), times=2)
        host.send(m.Started(job), times=2)
        host.send(m.Notice(job, "note", "once"), times=3)
        host.send(m.Accepted(job, 5), times=2)
        host.send(m.Tile(job, 0, Rect(0, 0, 1, 1), "prediction"), [Frame("uint8", (1,), b"a")])
        host.send(m.Result(job, "prediction", 0, 3), [Frame("uint8", (1,), b"a")])
        host.send(m.Started(other))
        host.send(m.Credit(job, 5, 5))
        host.send(host.done(job), times=3)
        host.send(m.Progress(job, "predicting", 0, 2))
        host.send(m.Failed(other, "source", "of another job"))
        host.send(m.Error("unexpected", "something", None))
        host.send(m.Error("unexpected", "something", job))
        host.send(m.Pong(new_id(), is_busy=True))
        host.send(m.Hello((), "confused"))
        return True

    events: list[JobEvent] = []
    with ScriptedHost(muddle, files={"prediction": b"abc"}, folder=tmp_path) as host:
        client = connect(host.endpoint)
        assert client.submit(REQUEST, events.append).result(5).paths
        count = len(events)
        host.do(lambda: host.send(m.Failed(next(iter(host.jobs)), "source", "too late")))
        assert client.status().queue == 0
    assert states(events) == ["queued", "running", "complete"]
    assert [event.text for event in events if isinstance(event, Noticed)] == ["once"]
    assert not [event for event in events if isinstance(event, TileArrived)]
    assert len(events) == count


def test_garbage_in_the_midst_of_a_job_is_dropped(connect: Connect, tmp_path: Path) -> None:
    def rave(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            good = [bytes(part) for part in encode(m.Started(message.job))]
            for parts in ([b""], [b"", b""], [b"LC\1\0", b"{}"], [b"LC\3\0", good[1]], [*good, b"more"], [b"x"] * 90):
                host.send_parts(parts)
        return False

    with ScriptedHost(rave, files={"prediction": b"abc"}, folder=tmp_path) as host:
        assert connect(host.endpoint).submit(REQUEST).result(5).paths
    assert host.said_types().count("HELLO") == 1


def test_a_worker_that_forgot_its_client_is_greeted_again(connect: Connect, tmp_path: Path) -> None:
    def forget(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit) and host.said_types().count("HELLO") == 1:
            host.send(m.Error("no_hello", "who are you?"))
            return True
        return False

    with ScriptedHost(forget, files={"prediction": b"abc"}, folder=tmp_path) as host:
        assert connect(host.endpoint).submit(REQUEST).result(5).paths
    assert host.said_types()[:4] == ["HELLO", "SUBMIT", "HELLO", "SUBMIT"]


@pytest.mark.parametrize("found", [None, b"abd", b"ab"], ids=["missing", "changed", "short"])
def test_a_file_that_is_not_what_the_worker_made_is_refused(
    found: bytes | None, connect: Connect, tmp_path: Path
) -> None:
    def spoil(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if not isinstance(message, m.Submit):
            return False
        host.is_working = False
        host.answer(message)
        if found is not None:
            (tmp_path / "prediction.tif").write_bytes(found)
        host.send(host.done(message.job))
        return True

    with ScriptedHost(spoil, files={"prediction": b"abc"}, folder=tmp_path) as host:
        job = connect(host.endpoint).submit(REQUEST)
        with pytest.raises(ResultError, match=r"prediction\.tif"):
            job.result(5)
    assert job.state == "failed"


def test_questions_are_answered(connect: Connect) -> None:
    def plan(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Plan):
            host.send(m.Failed(message.job, "source", "the source is none"))
        return isinstance(message, m.Plan)

    with ScriptedHost(plan) as host:
        client = connect(host.endpoint)
        assert client.status().uptime_s == 1
        assert client.models() == ()
        assert client.verify_model("tiny").problems == ()
        with pytest.raises(RefusedError, match="the source is none") as caught:
            client.plan(REQUEST)
        assert caught.value.code == "source"
        with pytest.raises(RefusedError, match="members"):
            client.plan(PredictRequest("a", members=-1))


def test_a_question_without_an_answer_ends_in_time(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: message.type == "STATUS") as host:
        client = connect(host.endpoint)
        with pytest.raises(AnswerTimeoutError, match=r"within 0\.1 s"):
            client.status(timeout_s=0.1)
        assert client.models() == ()


def test_a_worker_is_shut_down_and_gone(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: message.type == "SHUTDOWN" and host._end.set() is None) as host:
        client = connect(host.endpoint)
        client.connect()
        client.shutdown("enough", timeout_s=5)


def test_a_worker_that_may_not_be_shut_down_says_so(connect: Connect) -> None:
    def refuse(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Shutdown):
            host.send(m.Error("unexpected", "not yours"))
        return isinstance(message, m.Shutdown)

    with ScriptedHost(refuse) as host:
        client = connect(host.endpoint)
        client.connect()
        with pytest.raises(RefusedError, match="not yours"):
            client.shutdown()


def test_closing_ends_jobs_here(connect: Connect) -> None:
    with ScriptedHost(is_working=False) as host:
        client = connect(host.endpoint)
        job = client.submit(REQUEST)
        wait_until(lambda: bool(host.jobs))
        client.close()
        with pytest.raises(ClientClosedError):
            job.result(1)


def test_a_listener_that_raises_does_not_end_the_conversation(
    connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: JobEvent) -> None:
        raise ValueError("mine")

    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        assert connect(host.endpoint).submit(REQUEST, fail).result(5).paths
    assert "a listener failed" in caplog.text
