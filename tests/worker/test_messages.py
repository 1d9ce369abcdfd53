"""Messages that a running host should not get: too large, cut, in another order, again, too late; and slow readers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

from landcast.core.protocol.codec import encode
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.limits import MAX_FRAME_BYTES
from landcast.core.protocol.messages import (
    Accepted,
    Cancel,
    Credit,
    Done,
    Error,
    Failed,
    Fetch,
    Forget,
    Ping,
    Pong,
    Started,
    Tile,
)
from landcast.tests.worker.bench import Bench
from landcast.tests.worker.raw import RawClient, wait_until
from landcast.tests.worker.work import MUCH

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc")


def answers(client: RawClient) -> bool:
    """Whether the host answers a question."""
    ping = Ping(new_id())
    client.send(ping)
    return client.wait(Pong).query == ping.query


def test_who_sends_an_oversize_part_is_disconnected_and_nobody_else(bench: Bench) -> None:
    client, large = bench.connect(), bench.host().connect()
    events = large.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    try:
        large.socket.send_multipart([encode(Ping(new_id()))[0], bytes(MAX_FRAME_BYTES + 1)])
        assert events.poll(10_000), "the connection stands"
        assert recv_monitor_message(events)["event"] == zmq.EVENT_DISCONNECTED
    finally:
        large.socket.disable_monitor()
        events.close()
    assert answers(client)
    # the socket connects again by itself, and is a stranger then
    wait_until(lambda: large.send(Ping(new_id())) or large.socket.poll(500), what="an answer")
    assert large.wait(Error).code == "no_hello"
    large.greet()
    assert answers(large)


def test_a_job_whose_messages_are_cut_and_disordered_and_come_again_ends_as_any_other(
    bench: Bench, tmp_path: Path
) -> None:
    client, work = bench.connect(), bench.work("receiving", tmp_path / "a.tif")
    job = work.submit.job
    for early in (Cancel(job), Forget(job), Fetch(job, "prediction"), Credit(job, 1, MUCH)):
        client.send(early)
        assert client.wait(Failed, job=job).code == "job_unknown"
    work.send_part(client, 0)
    assert client.wait(Failed, job=job).code == "job_unknown"
    work.begin(client)
    client.wait(Credit)
    client.send(work.submit)
    client.wait(Accepted)
    client.wait(Credit)
    client.send(Fetch(job, "prediction"))
    assert client.wait(Error).about == job
    whole = work.part_message(0)
    for cut in (whole[:1], whole[:2], whole[1:], [*whole[:2], whole[2][:-1]], [*whole, b""], [whole[1], whole[0]]):
        client.socket.send_multipart(cut)
        assert client.wait(Error).code in ("malformed", "limit", "frame", "unknown_message")
    # the last first, and the first again
    for number in [*reversed(range(len(work.parts))), 0]:
        work.send_part(client, number)
    client.send(Credit(job, 1, MUCH))
    work.take_tile(client)
    work.send_part(client, 0)
    work.begin(client)
    client.send(Credit(job, 1000, MUCH))
    assert isinstance(work.end(client), Done)
    assert work.is_same(bench.undisturbed)
    work.send_part(client, 0)
    client.send(Credit(job, 5, MUCH))
    client.send(Cancel(job))
    assert isinstance(work.end(client), Done), "what is over stays as it ended"
    for _ in range(2):
        client.send(Forget(job))
    assert client.wait(Failed, job=job).code == "job_unknown"
    assert answers(client)
    bench.hosts.check_nothing_left(tmp_path)


def test_a_client_that_takes_nothing_holds_up_nobody(bench: Bench, tmp_path: Path) -> None:
    slow, client = bench.connect(), bench.host().connect()
    held = bench.work("delivering", tmp_path / "held.tif")
    accepted = held.begin(slow)
    held.send_rest(slow, accepted)
    slow.wait(Started)  # so it is over before the other
    work = bench.work("predicting", tmp_path / "a.tif")
    bench.finish(work, client)
    slow.send(Credit(held.submit.job, 1, MUCH))
    held.take_tile(slow)
    while slow.socket.poll(300):
        slow.receive()
    assert len([message for message, _ in slow.seen if isinstance(message, Tile)]) == 1, "a tile came without credit"
    slow.send(Credit(held.submit.job, 1000, MUCH))
    assert isinstance(held.end(slow), Done)
    assert held.is_same(bench.undisturbed)
    held.forget(slow)
    bench.hosts.check_nothing_left(tmp_path)


def test_the_job_of_a_client_that_died_goes_on_beside_another(bench: Bench, tmp_path: Path) -> None:
    gone, client = bench.connect(), bench.host().connect()
    left, work = bench.work("predicting", tmp_path / "left.tif"), bench.work("predicting", tmp_path / "a.tif")
    with bench.gates.closed("call"):
        bench.bring(left, "predicting", gone)
        gone.close()
        work.begin(client)
    bench.finish(work, client)
    assert work.is_same(bench.undisturbed)
    bench.finish(left, client)
    attempts = [m.attempt for m, _ in client.seen if isinstance(m, Started) and m.job == left.submit.job]
    assert set(attempts) == {1}, "it was not begun again"
    bench.hosts.check_nothing_left(tmp_path)
