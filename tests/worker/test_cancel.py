"""A cancelled job is acknowledged at once, in each of its states, stops soon, and leaves nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from landcast.core.protocol.messages import Cancel, Cancelled, Done, Failed
from landcast.tests.worker.bench import GATES, Bench
from landcast.tests.worker.raw import is_gone, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="/proc")

ACKNOWLEDGED_S = 2.0
"""It takes some milliseconds; this machine may be busy."""


@pytest.mark.parametrize("state", ["receiving", "queued", "delivering"])
def test_where_nothing_is_computed_it_is_over_at_once(bench: Bench, state: str, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work(state, tmp_path / "a.tif")
    first = bench.work("predicting", tmp_path / "first.tif")
    with bench.gates.closed("call" if state == "queued" else "none"):
        if state == "queued":
            bench.bring(first, "predicting", client)
        bench.bring(work, state, client)
        if state == "delivering":
            wait_until(lambda: client.status().engines[0].state == "idle", 60, "the end of computing")
        client.send(Cancel(work.submit.job))
        assert client.wait(Cancelled, job=work.submit.job, timeout_s=ACKNOWLEDGED_S).is_over
    if state == "queued":
        bench.finish(first, client)
    assert not (tmp_path / "a.tif").exists()
    bench.hosts.check_nothing_left(tmp_path)


def test_between_two_calls_it_stops_and_the_engine_lives(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    engine = bench.host().engine(client)
    with bench.gates.closed("call"):
        bench.bring(work, "predicting", client)
        client.send(Cancel(work.submit.job))
        assert not client.wait(Cancelled, timeout_s=ACKNOWLEDGED_S).is_over
        assert client.wait(Cancelled).is_over
    assert not (tmp_path / "a.tif").exists()
    bench.hosts.check_nothing_left(tmp_path)
    bench.finish(bench.work("predicting", tmp_path / "next.tif"), client)
    assert bench.host().engine(client) == engine


@pytest.mark.parametrize("state", ["loading", "writing", "publishing"])
def test_where_the_engine_does_not_listen_it_is_ended(bench: Bench, state: str, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work(state, tmp_path / "a.tif")
    engine = bench.host().engine(client)
    with bench.gates.closed(GATES[state]):
        bench.bring(work, state, client)
        client.send(Cancel(work.submit.job))
        assert not client.wait(Cancelled, timeout_s=ACKNOWLEDGED_S).is_over
        assert client.wait(Cancelled).is_over
    wait_until(lambda: is_gone(engine), 5, "the end of the engine")
    assert not list(tmp_path.iterdir())
    bench.hosts.check_nothing_left(tmp_path)


def test_what_came_too_late_is_answered_by_the_end(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("published", tmp_path / "a.tif")
    with bench.gates.closed("published"):
        bench.bring(work, "published", client)
        client.send(Cancel(work.submit.job))
        assert not client.wait(Cancelled, timeout_s=ACKNOWLEDGED_S).is_over
    assert isinstance(work.end(client), Done)
    assert work.is_same(bench.undisturbed)
    work.forget(client)
    client.send(Cancel(work.submit.job))
    assert client.wait(Failed).code == "job_unknown"
    bench.hosts.check_nothing_left(tmp_path)
