"""Engine and host are killed or stopped in each state of a job: the result is that of a run that nothing disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from landcast.core.client.client import WorkerClient
from landcast.core.client.events import Interrupted, JobEvent
from landcast.core.protocol.connection import read_connection
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import Ping, Pong
from landcast.tests.worker.bench import GATES, Bench
from landcast.tests.worker.raw import START, children_of, is_gone, wait_until

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


def test_a_host_that_stands_still_is_missed_and_goes_on(bench: Bench, tmp_path: Path) -> None:
    work, told = bench.work("predicting", tmp_path / "a.tif"), list[JobEvent]()
    engine, host = bench.host().engine(bench.connect()), bench.host()
    with WorkerClient(host.connection_file) as client, bench.gates.closed("call"):
        job = client.submit(work.submit.request, told.append)
        wait_until(lambda: bench.gates.is_reached("call"), 60, "the third call")
        host.process.send_signal(signal.SIGSTOP)
        try:
            # longer than heartbeats and clients have patience
            wait_until(lambda: any(isinstance(event, Interrupted) for event in told), what="that the host is missed")
        finally:
            host.process.send_signal(signal.SIGCONT)
        bench.gates.open("call")
        job.outcome.result(60)
    assert work.is_same(bench.undisturbed)
    assert bench.host().engine(bench.connect()) == engine
    bench.hosts.check_nothing_left(tmp_path)


def test_a_worker_ends_with_the_program_that_started_it_however_that_ended(tmp_path: Path) -> None:
    asked = {"connection_file": str(tmp_path / "worker.json"), "cache": str(tmp_path / "cache"), "problem": ""}
    start = [sys.executable, str(START), json.dumps({**asked, "has_lifeline": True})]
    code = f"import subprocess; subprocess.Popen({start!r}, stdin=subprocess.PIPE).wait()"
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_until(lambda: (tmp_path / "worker.json").exists(), what="a host")
        host = read_connection(tmp_path / "worker.json").process
        wait_until(lambda: children_of(host), what="an engine")
        engine = children_of(host)[0]
    finally:
        parent.kill()
        parent.wait()
    wait_until(lambda: is_gone(host) and is_gone(engine), 10, "the end of host and engine")
    assert not (tmp_path / "worker.json").exists()
    assert not list((tmp_path / "cache").glob("jobs/*"))
