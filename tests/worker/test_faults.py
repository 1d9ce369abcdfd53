"""What breaks between a client and its result: engines, hosts and clients that die, hang and talk nonsense."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landcast.core.predict import predict
from landcast.core.protocol.codec import encode
from landcast.core.protocol.connection import read_connection
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import (
    Accepted,
    Done,
    Error,
    Failed,
    Forget,
    Hello,
    Ping,
    Pong,
    Progress,
    Started,
    Submit,
)
from landcast.core.protocol.processes import process_start
from landcast.core.protocol.versions import Version
from landcast.core.request import PredictionRequest
from landcast.tests.worker.raw import HostProcess, Hosts, RawClient, is_gone, predict_job, wait_until

TILES_A_BLOCK = 4
"""At most."""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc")


@pytest.fixture
def undisturbed(tmp_path: Path, tiny_model: Path) -> Callable[[Path], bytes]:
    """The bytes of a prediction in this process."""

    def make(scene: Path) -> bytes:
        path = tmp_path / "undisturbed.tif"
        request = PredictionRequest(scene, path, model=str(tiny_model), device="cpu", precision="fp32")
        predict(request, lambda message: None)
        return path.read_bytes()

    return make


@pytest.fixture
def submit(tmp_path: Path, tiny_model: Path) -> Callable[..., Submit]:
    """Submit a prediction."""

    def make(client: RawClient, scene: Path, name: str = "a.tif") -> Submit:
        job = predict_job(scene, tmp_path / name, tiny_model)
        client.send(job)
        client.wait(Accepted, job=job.job)
        return job

    return make


def wait_for_calls(client: RawClient, calls: int, stage: str = "predicting") -> None:
    """Take messages until a job came so far."""
    while True:
        progress = client.wait(Progress)
        if progress.stage == stage and progress.done >= calls:
            return


def ledger(host: HostProcess) -> list[str]:
    return sorted(path.name for path in (host.cache / "jobs").rglob("tile-*"))


def test_a_job_by_path_writes_the_bytes_of_a_prediction_without_a_worker(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path, tmp_path: Path, undisturbed: Callable[[Path], bytes]
) -> None:
    host = hosts.start()
    client = host.connect()
    job = submit(client, small_scene)
    assert client.wait(Started).attempt == 1
    end = client.end_of(job.job)
    assert isinstance(end, Done), end
    assert end.files[0].path == str(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes() == undisturbed(small_scene)
    wait_until(lambda: not ledger(host))
    host.process.send_signal(signal.SIGTERM)
    host.process.wait(10)
    assert not host.connection_file.exists()


def test_an_engine_killed_while_it_computes_costs_nothing_but_time(
    hosts: Hosts, submit: Callable[..., Submit], long_scene: Path, tmp_path: Path, undisturbed: Callable[[Path], bytes]
) -> None:
    host = hosts.start("slow")
    client = host.connect()
    engine = host.engine(client)
    job = submit(client, long_scene)
    wait_until(lambda: len(ledger(host)) >= 1, 60, "a kept tile")
    wait_for_calls(client, 10)
    os.kill(engine, signal.SIGKILL)
    assert client.wait(Started, timeout_s=30).attempt in (1, 2)
    end = client.end_of(job.job, 120)
    assert isinstance(end, Done), end
    attempts = [message.attempt for message, _ in client.seen if isinstance(message, Started)]
    assert attempts[-1] == 2
    assert (tmp_path / "a.tif").read_bytes() == undisturbed(long_scene)
    assert not list(tmp_path.glob(".a.tif*"))


@pytest.mark.parametrize("way", ["stopped", "busy"])
def test_an_engine_that_hangs_is_ended_while_the_host_answers(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path, tmp_path: Path, way: str,
    undisturbed: Callable[[Path], bytes],
) -> None:  # fmt: skip
    problem = "slow" if way == "stopped" else f"slow,busy-once={tmp_path / 'was busy'}"
    host = hosts.start(problem, patience={"computing": 2.0, "calls": 2.0})
    client = host.connect()
    engine = host.engine(client)
    job = submit(client, small_scene)
    wait_for_calls(client, 1)
    if way == "stopped":
        os.kill(engine, signal.SIGSTOP)
    ping = Ping(new_id())
    client.send(ping)
    assert client.wait(Pong, timeout_s=2).is_busy
    assert isinstance(client.end_of(job.job), Done)
    assert is_gone(engine)
    assert "said nothing" in str(client.status().engines[0].last_words)
    assert (tmp_path / "a.tif").read_bytes() == undisturbed(small_scene)


def test_engines_that_cannot_start_fail_what_waits_and_the_host_lives(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path
) -> None:
    client = hosts.start("die-at-start", restarts=1).connect()
    job = submit(client, small_scene)
    end = client.end_of(job.job, 30)
    assert isinstance(end, Failed)
    assert end.code == "engine_missing"
    assert "no such device" in end.message
    assert client.status().queue == 0


def test_a_killed_host_takes_its_engine_along_and_the_next_one_goes_on(
    hosts: Hosts, submit: Callable[..., Submit], long_scene: Path, tmp_path: Path, undisturbed: Callable[[Path], bytes]
) -> None:
    host = hosts.start("slow")
    client = host.connect()
    engine = host.engine(client)
    job = submit(client, long_scene)
    wait_until(lambda: len(ledger(host)) > TILES_A_BLOCK, 60, "a kept block")
    host.process.kill()
    wait_until(lambda: is_gone(engine), 2, "the end of the engine")
    assert read_connection(host.connection_file).is_live is False
    again = hosts.start("slow").connect()
    again.send(job)
    kept = len(ledger(host))
    assert isinstance(again.end_of(job.job, 120), Done)
    done = [m.done for m, _ in again.seen if isinstance(m, Progress) and m.stage == "predicting" and m.total]
    assert kept > TILES_A_BLOCK
    assert min(done) > 0
    assert (tmp_path / "a.tif").read_bytes() == undisturbed(long_scene)
    assert not list(tmp_path.glob(".*.partial"))


def test_a_host_on_a_lifeline_ends_with_it(hosts: Hosts, submit: Callable[..., Submit], small_scene: Path) -> None:
    host = hosts.start("slow", has_lifeline=True)
    client = host.connect()
    engine = host.engine(client)
    submit(client, small_scene)
    wait_for_calls(client, 1)
    assert host.process.stdin
    host.process.stdin.close()
    assert isinstance(client.wait(Failed, timeout_s=3), Failed)
    wait_until(lambda: host.process.poll() is not None and is_gone(engine), 3, "the end")
    assert not host.connection_file.exists()


def test_a_repeated_submit_is_only_answered_again(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path, tmp_path: Path
) -> None:
    host = hosts.start("slow")
    first = host.connect()
    job = submit(first, small_scene)
    wait_for_calls(first, 1)
    first.close()
    second = host.connect()
    second.send(job)
    assert second.wait(Started).attempt == 1
    end = second.end_of(job.job)
    assert isinstance(end, Done), end
    second.send(job)
    assert second.end_of(job.job) == end
    second.send(replace(job, delivery="file"))
    conflict = second.wait(Failed)
    assert conflict.code == "job_conflict"
    second.send(Forget(job.job))
    second.send(Forget(job.job))
    assert second.wait(Failed).code == "job_unknown"


def test_nonsense_is_answered_by_errors_or_dropped(hosts: Hosts) -> None:
    host = hosts.start()
    client = host.connect(is_greeting=False)
    ping = Ping(new_id())
    client.send(ping)
    assert client.wait(Error).code == "no_hello"
    for parts in ([b""], [b"x", b"y"], [b"LC\x01\x00", b"{}"], [b"LC\x01\x00", b"[" * 5000], [b"LC\x01\x00"] * 90):
        client.socket.send_multipart(parts)
        assert client.wait(Error).code in ("malformed", "limit", "unknown_message")
    client.socket.send_multipart([b"LC\x09\x00", encode(ping)[1]])
    assert client.wait(Error).code == "version"
    client.send(Hello((Version(9, 0),), "test"))
    assert client.wait(Error).code == "version"
    client.greet()
    client.send(Started(new_id()))
    assert client.wait(Error).code == "unexpected"
    large = host.connect(is_greeting=False)
    large.socket.send_multipart([b"LC\x01\x00", bytes(17 * 2**20)])
    client.send(ping)
    assert client.wait(Pong).query == ping.query


def test_files_are_only_named_by_clients_of_this_machine(
    hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    client = hosts.start().connect(is_greeting=False)
    assert not client.greet("0" * 32).is_local
    client.send(predict_job(small_scene, tmp_path / "a.tif", tiny_model))
    assert client.wait(Failed).code == "not_permitted"


def test_two_clients_take_turns_and_one_may_die(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path, tmp_path: Path
) -> None:
    host = hosts.start()
    one, other = host.connect(), host.connect()
    ours = [submit(one, small_scene, f"one_{number}.tif") for number in range(3)]
    theirs = submit(other, small_scene, "other.tif")
    other.close()
    for job in ours:
        assert isinstance(one.end_of(job.job), Done)
    wait_until(lambda: one.status().queue == 0 and one.status().engines[0].state == "idle")
    names = ["one_0.tif", "other.tif", "one_1.tif", "one_2.tif"]
    assert sorted(names, key=lambda name: (tmp_path / name).stat().st_mtime_ns) == names
    assert theirs.job in {job.job for job in one.status().jobs}


def test_the_job_of_a_client_that_does_not_come_back_is_given_up(
    hosts: Hosts, submit: Callable[..., Submit], long_scene: Path
) -> None:
    host = hosts.start("slow", patience={"orphan": 0.5})
    gone, witness = host.connect(), host.connect()
    submit(gone, long_scene)
    wait_for_calls(gone, 1)
    gone.close()
    wait_until(lambda: witness.status().jobs[0].state == "cancelled", 15)


def test_a_second_host_finds_the_first_and_a_stale_file_is_replaced(hosts: Hosts) -> None:
    first = hosts.start()
    second = hosts.start_beside()
    assert second.process.wait(10) != 0
    assert not is_gone(first.process.pid)
    first.process.kill()
    first.process.wait()
    stale = json.loads(first.connection_file.read_text())
    # the id was given to another process meanwhile
    first.connection_file.write_text(json.dumps({**stale, "process": os.getpid()}))
    third = hosts.start()
    assert third.connection.process == third.process.pid
    assert third.connection.started == process_start(third.process.pid)


def test_a_host_with_nothing_to_do_ends(hosts: Hosts) -> None:
    host = hosts.start(idle_exit_s=1.0)
    assert host.process.wait(10) == 0
    assert not host.connection_file.exists()


def test_two_hosts_take_turns_on_a_device(
    hosts: Hosts, submit: Callable[..., Submit], small_scene: Path, tmp_path: Path
) -> None:
    first = hosts.start("slow")
    second = hosts.start(connection_file=str(tmp_path / "other.json"))
    one, other = first.connect(), second.connect()
    job = submit(one, small_scene, "one.tif")
    wait_for_calls(one, 1)
    waiting = submit(other, small_scene, "other.tif")
    assert isinstance(other.end_of(waiting.job), Done)
    assert isinstance(one.end_of(job.job), Done)
    assert any("another worker is using the device" in getattr(m, "text", "") for m, _ in other.seen)
    assert (tmp_path / "one.tif").stat().st_mtime_ns < (tmp_path / "other.tif").stat().st_mtime_ns
