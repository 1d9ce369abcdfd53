"""Engine and host are killed or stopped in each state of a job: the result is that of a run that nothing disturbed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from landcast.core.protocol.connection import read_connection
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import Ping, Pong
from landcast.tests.worker.bench import GATES, Bench
from landcast.tests.worker.raw import is_gone, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and /proc")

ENGINE_STATES = ("starting", "idle", "loading", "predicting", "writing", "published")
"""What the engine does when it, or its host, is killed."""
JOB_STATES = ("delivering", "sending", "receiving", "queued")
"""Where other jobs stand then, of which the engine knows nothing."""


@pytest.mark.parametrize("state", ENGINE_STATES)
@pytest.mark.parametrize("victim", ["engine", "host"])
def test_a_kill_costs_nothing_but_time(bench: Bench, victim: str, state: str, tmp_path: Path) -> None:
    host = bench.host()
    client = bench.connect()
    works = [bench.work(state, tmp_path / "a.tif")]
    if state == "predicting":
        others = [(one, bench.work(one, tmp_path / f"{one}.tif")) for one in JOB_STATES]
        works += [work for _, work in others]
        for one, work in others[:3]:
            bench.bring(work, one, client)
    with bench.gates.closed({"starting": "start", **GATES}.get(state, "none")):
        if state == "starting":
            bench.end_engine_that_starts(client)
        if state != "idle":
            bench.bring(works[0], state, client)
        if state == "predicting":
            bench.bring(works[-1], "queued", client)
        engine = host.engine_process
        assert engine
        if victim == "engine":
            os.kill(engine, signal.SIGKILL)
        else:
            host.process.kill()
            host.process.wait()
        wait_until(lambda: is_gone(engine), 5, "the end of the engine")
    if victim == "host":
        assert not read_connection(host.connection_file).is_live
        client = bench.host().connect()
    for work in works:
        bench.finish(work, client)
    bench.hosts.check_nothing_left(tmp_path)


def test_an_engine_that_stands_still_for_a_while_goes_on(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    engine = bench.host().engine(client)
    with bench.gates.closed("call"):
        bench.bring(work, "predicting", client)
        os.kill(engine, signal.SIGSTOP)
    ping = Ping(new_id())
    client.send(ping)
    assert client.wait(Pong, timeout_s=3).is_busy
    os.kill(engine, signal.SIGCONT)
    bench.finish(work, client)
    assert bench.host().engine(client) == engine
    bench.hosts.check_nothing_left(tmp_path)


def test_a_host_that_stands_still_for_a_while_goes_on(bench: Bench, tmp_path: Path) -> None:
    client, work = bench.connect(), bench.work("predicting", tmp_path / "a.tif")
    host, engine = bench.host(), bench.host().engine(client)
    with bench.gates.closed("call"):
        bench.bring(work, "predicting", client)
        host.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: work.output.exists(), 60, "the result, which the engine makes meanwhile")
    host.process.send_signal(signal.SIGCONT)
    bench.finish(work, client)
    assert bench.host().engine(client) == engine
    bench.hosts.check_nothing_left(tmp_path)
