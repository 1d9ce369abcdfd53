"""What a client takes: bounded memory, a caller's thread that is never held up, and nothing that is left."""

from __future__ import annotations

import gc
import os
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from landcast.core.client.client import WorkerClient
from landcast.core.client.credit import BYTES, MESSAGES, CreditWindow
from landcast.core.client.errors import JobFailedError
from landcast.core.client.events import JobEvent, Progressed, TileArrived
from landcast.core.client.follow import EventQueue
from landcast.core.client.received import ReceivedTiles, list_ranges
from landcast.core.protocol import messages as m
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.limits import MAX_FRAME_BYTES
from landcast.core.protocol.messages import Credit, Source
from landcast.core.protocol.requests import PredictRequest, SourceGrid
from landcast.core.protocol.values import Rect
from landcast.tests.core.client.conftest import wait_until
from landcast.tests.core.client.scripted_host import ScriptedHost

Connect = Callable[..., WorkerClient]
REQUEST = PredictRequest("/a.tif", "/b.tif")
BIG = bytes(MAX_FRAME_BYTES)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_slow_consumer_holds_the_worker_back(connect: Connect) -> None:
    held: list[TileArrived] = []

    def hold(event: JobEvent) -> None:
        if isinstance(event, TileArrived):
            held.append(event)

    with ScriptedHost(tiles=[BIG] * 12) as host:
        job = connect(host.endpoint).submit(REQUEST, hold, delivery="tiles")
        wait_until(lambda: len(held) >= 2)
        time.sleep(0.3)
        # the last may overdraw the bytes
        assert sum(event.frames[0].bytes for event in held) <= BYTES + MAX_FRAME_BYTES
        assert not job.is_over
        for number in range(12):
            wait_until(lambda: len(held) > number)  # noqa: B023
            held[number].release()
            held[number].release()
        job.result(5)
    assert len(held) == 12


def test_small_tiles_are_held_back_by_their_number(connect: Connect) -> None:
    held: list[TileArrived] = []
    with ScriptedHost(tiles=[b"a"] * 50) as host:
        client = connect(host.endpoint)
        client.submit(REQUEST, lambda event: held.append(event) if isinstance(event, TileArrived) else None, "tiles")
        wait_until(lambda: len(held) == MESSAGES)
        time.sleep(0.1)
        assert len(held) == MESSAGES


def test_a_window_never_holds_more_than_it_is_wide() -> None:
    window = CreditWindow(messages=3, size=100)
    assert window.top_up("j") == Credit("j", 3, 100)
    assert window.top_up("j") is None
    for size in (60, 60):
        window.on_arrival(size)
    assert window.top_up("j") is None
    window.on_taken(60)
    assert window.top_up("j") == Credit("j", 1, 60)
    window.on_new_connection()
    assert window.top_up("j") == Credit("j", 2, 40)
    assert window.held_bytes == 60


def test_tiles_are_listed_as_ranges() -> None:
    assert list_ranges([5, 1, 2, 3, 9, 6]) == ((1, 4), (5, 7), (9, 10))
    tiles = ReceivedTiles()
    assert [tiles.add(0, layer, 2) for layer in ("prediction", "prediction", "spread", "spread")] == [
        True, False, True, False,
    ]  # fmt: skip
    tiles.add(1, "prediction", 2)
    assert tiles.ranges == ((0, 1),)
    for number in range(2, 3000, 2):
        tiles.add(number, "prediction", 1)
    assert len(tiles.ranges) == 512


def test_of_progress_only_the_newest_waits() -> None:
    events = EventQueue()
    for done in range(100_000):
        events.put(Progressed("predicting", done, 100_000))
    assert events.get(0) == Progressed("predicting", 99_999, 100_000)
    assert events.get(0) is None


@pytest.mark.skipif(
    hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1),
    reason="others use this machine: even an idle thread would wait for its turn",
)
def test_a_window_on_the_screen_keeps_moving_while_big_frames_come(connect: Connect) -> None:
    """Of the gaps between the ticks of a timer 95 % are short: a frame that held it up would be one of ten gaps."""
    with ScriptedHost(tiles=[BIG] * 40) as host:
        job = connect(host.endpoint).submit(REQUEST, _release, delivery="tiles")
        gaps, last = [], time.monotonic()
        while not job.is_over:
            time.sleep(0.004)
            now = time.monotonic()
            gaps.append(now - last)
            last = now
        job.result(0)
    assert sorted(gaps)[len(gaps) * 95 // 100] < 0.05


def _release(event: JobEvent) -> None:
    if isinstance(event, TileArrived):
        event.release()


def test_calls_that_do_not_wait_return_at_once_without_a_worker(connect: Connect) -> None:
    with ScriptedHost(lambda host, message, frames: True) as host:
        client = connect(host.endpoint)
        began = time.monotonic()
        client.open()
        job = client.submit(REQUEST)
        job.cancel()
        assert time.monotonic() - began < 0.05


def test_several_threads_share_a_client(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        client = connect(host.endpoint)

        def use(number: int) -> bool:
            client.status()
            return bool(client.predict(PredictRequest(f"/{number}.tif"), timeout_s=20).paths)

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(use, range(64)))
    assert len(host.jobs) == 64
    assert host.said_types().count("HELLO") == 1


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files in /proc")
def test_two_hundred_jobs_leave_nothing_behind(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        client = connect(host.endpoint)
        client.predict(REQUEST, timeout_s=5)
        before = threading.active_count(), descriptors()
        for _ in range(200):
            client.predict(REQUEST, timeout_s=5)
        assert (threading.active_count(), descriptors()) == before
        assert not client._loop._runs


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files in /proc")
def test_threads_and_sockets_are_gone_after_closing(tmp_path: Path) -> None:
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with WorkerClient(host.endpoint) as client:
            client.predict(REQUEST, timeout_s=5)
        gc.collect()
        before = threading.active_count(), descriptors()
        for _ in range(20):
            with WorkerClient(host.endpoint) as client:
                client.predict(REQUEST, timeout_s=5)
            WorkerClient("tcp://127.0.0.1:1").close()
        del client
        gc.collect()
        wait_until(lambda: (threading.active_count(), descriptors()) == before)


def test_connections_that_fail_leave_no_sockets(connect: Connect) -> None:
    client = connect("tcp://127.0.0.1:1")
    assert client.open().exception(5)
    before = descriptors()
    for _ in range(50):
        assert client.open().exception(5)
    # sockets are taken down by a thread of ZeroMQ's own
    wait_until(lambda: descriptors() <= before + 2)


class Pixels:
    """Parts of a source that are made when they are needed."""

    def __init__(self, count: int) -> None:
        self.count, self.read_parts = count, list[int]()

    def __len__(self) -> int:
        return self.count

    def read(self, part: int) -> tuple[Rect, list[Frame]]:
        assert threading.current_thread().name.startswith("landcast-client-disk")
        self.read_parts.append(part)
        return Rect(0, part, 1, 1), [Frame("uint8", (1, 1, 3), bytes([part] * 3))]


def test_pixels_are_sent_under_credit_and_without_those_that_the_worker_holds(connect: Connect) -> None:
    def receive(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0, ((1, 3),)))
            host.send(Credit(message.job, 2, 1000))
        return isinstance(message, m.Submit)

    with ScriptedHost(receive) as host:
        client, pixels = connect(host.endpoint), Pixels(6)
        job = client.submit(REQUEST, source=SourceGrid("EPSG:32633", (0, 0, 1, 1), 3, "uint8"), pixels=pixels)
        wait_until(lambda: sum(one.type == "SOURCE" for one in host.said) == 2)
        time.sleep(0.1)
        assert pixels.read_parts == [0, 3]
        host.do(lambda: host.send(Credit(job.id, 9, 1000)))
        wait_until(lambda: sum(one.type == "SOURCE" for one in host.said) == 4)
    assert [(one.part, one.parts) for one in host.said if isinstance(one, Source)] == [(0, 6), (3, 6), (4, 6), (5, 6)]


def test_pixels_that_are_refused_end_the_job(connect: Connect) -> None:
    def refuse(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0))
            host.send(Credit(message.job, 2, 1000))
        if isinstance(message, Source):
            host.send(m.Error("unexpected", "SOURCE: does not fit", message.job))
        return isinstance(message, m.Submit)

    grid = SourceGrid("EPSG:32633", (0, 0, 1, 1), 3, "uint8")
    with ScriptedHost(refuse) as host, pytest.raises(JobFailedError, match="pixels were refused: SOURCE: does not fit"):
        connect(host.endpoint).submit(REQUEST, source=grid, pixels=Pixels(3)).result(5)


def test_pixels_that_cannot_be_read_end_the_job(connect: Connect) -> None:
    class Broken(Pixels):
        def read(self, part: int) -> tuple[Rect, list[Frame]]:
            raise OSError("the layer is gone")

    def take(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0))
            host.send(Credit(message.job, 2, 1000))
        return isinstance(message, m.Submit)

    grid = SourceGrid("EPSG:32633", (0, 0, 1, 1), 3, "uint8")
    with ScriptedHost(take) as host:
        with pytest.raises(JobFailedError, match="cannot be read: the layer is gone"):
            connect(host.endpoint).submit(REQUEST, source=grid, pixels=Broken(3)).result(5)
        wait_until(lambda: "CANCEL" in host.said_types())
