"""Minutes of everything at once: what a worker holds at the end is what it held at the beginning.

`LANDCAST_SOAK_MINUTES` says how long; three minutes unless it is set.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import rasterio

from landcast.core.protocol.codec import encode
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.limits import MAX_FRAME_BYTES
from landcast.core.protocol.messages import (
    Accepted,
    Cancel,
    Cancelled,
    Credit,
    Done,
    Error,
    Failed,
    Fetch,
    Forget,
    ModelList,
    ModelsQuestion,
    Ping,
    Plan,
    Planned,
    Pong,
    Result,
    Submit,
    Tile,
)
from landcast.core.protocol.requests import SourceGrid
from landcast.tests.worker.raw import HostProcess, Hosts, RawClient, children_of, predict_job, wait_until

MINUTES = float(os.environ.get("LANDCAST_SOAK_MINUTES", "3"))
CLIENTS = 3
KILL_S = 25.0
WAIT_S = 120.0
MUCH = 2**30
GROWTH_BYTES = 6_000_000
"""Of resident memory from the second quarter to the last: what an allocator may keep, and far below a leak's."""
LOG_BYTES = 4_100_000


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    resident_bytes: int
    threads: int
    descriptors: int
    sockets: int


def held_by(process: int) -> Held:
    """Ask Linux."""
    folder = Path(f"/proc/{process}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    links = []
    for link in list((folder / "fd").iterdir()):
        try:
            links.append(str(link.readlink()))
        except OSError:  # closed meanwhile
            continue
    sockets = sum(link.startswith("socket:") for link in links)
    return Held(int(status["VmRSS"].split()[0]) * 1024, int(status["Threads"]), len(links), sockets)


class Actions:
    """What clients do to a host; each is carried out in a thread with its own connection.

    Args:
        host: that has to bear it.
        source: one block.
        model: that predicts it.
        folder: for results.
        expected: SHA-256 of the result.
    """

    def __init__(self, host: HostProcess, source: Path, model: Path, folder: Path, expected: str) -> None:
        self.host, self.source, self.model, self.folder, self.expected = host, source, model, folder, expected
        self.counts: Counter[str] = Counter()
        self._tiles: str | None = None
        self._lock = threading.Lock()

    def run(self, chance: random.Random, is_over: threading.Event) -> None:
        """Do one thing after another."""
        acts = [
            self.predict, self.stream, self.fetch, self.cancel, self.leave, self.leave_unsent, self.talk_nonsense,
            self.ask,
        ]  # fmt: skip
        while not is_over.is_set():
            self.carry_out(chance.choice(acts), chance)

    def carry_out(self, act: Callable[[RawClient, random.Random], None], chance: random.Random) -> None:
        """Do one thing."""
        with self._connected() as client:
            act(client, chance)
        with self._lock:
            self.counts[act.__name__] += 1

    def predict(self, client: RawClient, chance: random.Random) -> None:
        """A result by path."""
        job = self._job()
        client.send(job)
        done = self._done(client, job)
        assert done.files[0].sha256 == self.expected
        Path(str(done.files[0].path)).unlink()

    def stream(self, client: RawClient, chance: random.Random) -> None:
        """A result as tiles."""
        job = replace(self._job(), delivery="tiles")
        client.send(job)
        client.send(Credit(job.job, 100, MUCH))
        done = self._done(client, job)
        tiles = {m.number: bytes(frames[0].data) for m, frames in client.seen if isinstance(m, Tile)}
        assert set(tiles) == set(range(done.tiles))
        sha256 = hashlib.sha256(b"".join(tiles[number] for number in sorted(tiles))).hexdigest()
        with self._lock:
            self._tiles = self._tiles or sha256
        assert sha256 == self._tiles

    def fetch(self, client: RawClient, chance: random.Random) -> None:
        """A result in pieces."""
        job = replace(self._job(), delivery="file")
        client.send(job)
        done = client.end_of(job.job, WAIT_S)
        assert isinstance(done, Done), done
        client.send(Fetch(job.job, "prediction"))
        client.send(Credit(job.job, 100, MUCH))
        client.wait(Result, job=job.job, timeout_s=WAIT_S)
        message, frames = client.seen[-1]
        assert isinstance(message, Result)
        assert message.total == frames[0].bytes
        assert hashlib.sha256(frames[0].data).hexdigest() == self.expected
        client.send(Forget(job.job))

    def cancel(self, client: RawClient, chance: random.Random) -> None:
        """A job that is not wanted any more."""
        job = self._job()
        client.send(job)
        client.wait(Accepted, job=job.job, timeout_s=WAIT_S)
        time.sleep(chance.uniform(0, 1))
        client.send(Cancel(job.job))
        end = client.end_of(job.job, WAIT_S)
        assert isinstance(end, Cancelled | Done), end
        client.send(Forget(job.job))

    def leave(self, client: RawClient, chance: random.Random) -> None:
        """A client that goes without a word, in the middle of its job."""
        client.send(replace(self._job(), delivery=chance.choice(["tiles", "file"])))
        time.sleep(chance.uniform(0, 1))

    def leave_unsent(self, client: RawClient, chance: random.Random) -> None:
        """A client that goes before it has sent the pixels that it promised."""
        grid = SourceGrid("EPSG:32633", (0.0, 0.0, 100.0, 100.0), 3, "uint8", (100, 100))
        job = replace(self._job(), source=grid, delivery="tiles")
        client.send(job)
        client.wait(Credit, job=job.job, timeout_s=WAIT_S)

    def talk_nonsense(self, client: RawClient, chance: random.Random) -> None:
        """Bytes of any kind, parts of messages, and more than is allowed."""
        whole = encode(Submit(new_id(), self._job().request))
        nonsense: list[list[Any]] = [
            [chance.randbytes(chance.randrange(2000))],
            [whole[0]],
            [whole[0], bytes(whole[1])[: chance.randrange(len(whole[1]))]],
            [whole[0], b"[" * 60_000],
            [*whole, b"too much"],
        ]
        for parts in nonsense:
            client.socket.send_multipart(parts)
            client.wait(Error, timeout_s=WAIT_S)
        client.socket.send_multipart([bytes(MAX_FRAME_BYTES + 1)])

    def ask(self, client: RawClient, chance: random.Random) -> None:
        """Every question."""
        client.send(Ping(new_id()))
        client.wait(Pong, timeout_s=WAIT_S)
        client.status()
        client.send(ModelsQuestion(new_id()))
        client.wait(ModelList, timeout_s=WAIT_S)
        job = self._job()
        client.send(Plan(job.job, job.request))
        client.wait(Planned, Failed, timeout_s=WAIT_S)  # it fails where the engine is killed meanwhile

    def _job(self) -> Submit:
        return predict_job(self.source, self.folder / f"{new_id()}.tif", self.model)

    def _done(self, client: RawClient, job: Submit) -> Done:
        end = client.end_of(job.job, WAIT_S)
        assert isinstance(end, Done), end
        client.send(Forget(job.job))
        return end

    @contextmanager
    def _connected(self) -> Iterator[RawClient]:
        client = RawClient(self.host.context, self.host.connection)
        try:
            client.greet()
            yield client
        finally:
            client.close()


@pytest.mark.long
def test_what_a_worker_holds_stays_the_same_through_everything(
    hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    # what clients left behind is to be gone within the test
    host = hosts.start(patience={"orphan": 3.0, "ended": 6.0})
    process, folder = host.process.pid, tmp_path / "results"
    folder.mkdir()
    watcher = host.connect()
    first = predict_job(small_scene, folder / "first.tif", tiny_model)
    watcher.send(first)
    done = watcher.end_of(first.job)
    assert isinstance(done, Done)
    watcher.send(Forget(first.job))
    actions = Actions(host, small_scene, tiny_model, folder, done.files[0].sha256)
    # with the first frames that are not copied pyzmq starts a thread of its own, which stays
    actions.carry_out(actions.stream, random.Random(0))
    actions.carry_out(actions.fetch, random.Random(0))
    wait_until(lambda: watcher.status().jobs == ())
    before = held_by(process)

    is_over, samples, kills = threading.Event(), [], 0
    started = killed = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(actions.run, random.Random(number), is_over) for number in range(CLIENTS)]
        try:
            while time.monotonic() - started < 60 * MINUTES and not any(one.done() for one in running):
                time.sleep(1)
                samples.append(held_by(process))
                assert host.process.poll() is None, host.log()
                if time.monotonic() - killed > KILL_S and watcher.status().engines[0].state == "busy":
                    os.kill(host.engine(watcher), signal.SIGKILL)
                    kills, killed = kills + 1, time.monotonic()
        finally:
            is_over.set()
        for one in running:
            one.result()

    wait_until(lambda: watcher.status().jobs == (), WAIT_S, f"the end of {watcher.status().jobs}")
    wait_until(lambda: watcher.status().engines[0].state == "idle", WAIT_S, "a ready engine")
    wait_until(lambda: held_by(process).descriptors <= before.descriptors, 30, "the end of all connections")
    after = held_by(process)
    quarter = len(samples) // 4
    early, late = (
        median(one.resident_bytes for one in part) for part in (samples[quarter : 2 * quarter], samples[-quarter:])
    )
    jobs = list((hosts.cache / "jobs").glob("*"))
    logs = sum(path.stat().st_size for path in (hosts.cache / "logs").iterdir())
    figures = {"actions": dict(actions.counts), "kills": kills, "before": before, "after": after, "logs": logs}
    logging.getLogger(__name__).warning("%s; resident %.1f to %.1f MB", figures, early / 1e6, late / 1e6)
    assert late - early <= GROWTH_BYTES, [one.resident_bytes for one in samples]
    # a connection may still have been on its way out before
    assert after.threads <= before.threads
    assert after.sockets <= before.sockets
    assert jobs == []
    assert [path for path in folder.rglob("*") if path.name != "first.tif" and path.name.startswith(".")] == []
    assert len(children_of(process)) == 1
    assert logs <= LOG_BYTES
    assert kills >= 1
    assert all(actions.counts[act] for act in ("predict", "stream", "fetch", "cancel", "leave", "talk_nonsense"))


def test_the_soak_measures_what_is_there(small_scene: Path) -> None:
    process = os.getpid()
    before = held_by(process)
    with rasterio.open(small_scene), small_scene.open("rb"):
        assert held_by(process).descriptors >= before.descriptors + 1
    assert before.resident_bytes > 1_000_000
    assert before.threads >= 1
