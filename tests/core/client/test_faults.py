"""A worker that dies, hangs, moves or garbles: the job goes on, or ends with the reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import ConnectionLostError, JobCancelledError, JobCrashedError, ResultError
from landcast.core.client.events import Interrupted, JobEvent, StateChanged, TileArrived
from landcast.core.client.follow import Listener
from landcast.core.protocol import messages as m
from landcast.core.protocol.codec import encode
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.requests import PredictRequest
from landcast.tests.core.client.conftest import wait_until
from landcast.tests.core.client.scripted_host import Known, ScriptedHost

Connect = Callable[..., WorkerClient]
REQUEST = PredictRequest("/a.tif", "/b.tif")
TILES = [bytes([number]) * 1000 for number in range(12)]


class Collecting(Listener):
    """Copies tiles."""

    def __init__(self) -> None:
        self.tiles: list[tuple[int, bytes]] = []
        self.reasons: list[str] = []

    def tile(self, tile: m.Tile, frames: tuple[Frame, ...]) -> None:
        self.tiles.append((tile.number, bytes(frames[0].data)))

    def interrupted(self, reason: str) -> None:
        self.reasons.append(reason)


def submits(host: ScriptedHost) -> list[m.Submit]:
    return [message for message in host.said if isinstance(message, m.Submit)]


def test_a_host_that_returns_on_another_port_continues_the_job(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    first = ScriptedHost(is_working=False)
    with first:
        first.write_file(file)
        client, events = connect(file), list[JobEvent]()
        job = client.submit(REQUEST, events.append)
        wait_until(lambda: bool(first.jobs))
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as second:
        assert second.endpoint != first.endpoint
        second.write_file(file)
        assert job.result(5).paths == {"prediction": tmp_path / "prediction.tif"}
        assert client.status().queue == 0
    assert [submit.job for submit in submits(second)] == [job.id]
    assert any(isinstance(event, Interrupted) for event in events)
    assert [event.state for event in events if isinstance(event, StateChanged)] == ["queued", "running", "complete"]


def test_tiles_that_are_here_are_not_asked_for_again(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "worker.json"

    def vanish(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        known = next(iter(host.jobs.values()), Known(m.Submit("0" * 32, REQUEST)))
        if len(known.sent) >= 5:
            host._end.set()
        return len(known.sent) >= 5

    seen: dict[int, bytes] = {}

    def take(event: JobEvent) -> None:
        if isinstance(event, TileArrived):
            assert event.tile.number not in seen
            seen[event.tile.number] = bytes(event.frames[0].data)
            event.release()

    with ScriptedHost(vanish, tiles=TILES) as first:
        first.write_file(file)
        job = connect(file).submit(REQUEST, take, delivery="tiles")
        wait_until(first._end.is_set)
    held = len(seen)
    assert held >= 4
    with ScriptedHost(tiles=TILES) as second:
        second.write_file(file)
        job.result(5)
    assert submits(second)[0].received == ((0, held),)
    assert seen == dict(enumerate(TILES))


def test_a_host_that_does_not_return_has_crashed_the_job(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost(is_working=False) as host:
        host.write_file(tmp_path / "worker.json")
        job = connect(tmp_path / "worker.json").submit(REQUEST)
        wait_until(lambda: bool(host.jobs))
    with pytest.raises(JobCrashedError, match="is gone and did not come back"):
        job.result(5)
    assert job.state == "crashed"


def test_a_new_job_after_a_crash_finds_the_new_host(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    with ScriptedHost(is_working=False) as host:
        host.write_file(file)
        client = connect(file)
        job = client.submit(REQUEST)
        wait_until(lambda: bool(host.jobs))
    with pytest.raises(JobCrashedError):
        job.result(5)
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path) as host:
        host.write_file(file)
        assert client.submit(REQUEST).result(5).paths


def test_a_silent_host_is_left_and_greeted_again(connect: Connect, tmp_path: Path) -> None:
    def hang(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        return isinstance(message, (m.Ping, m.Submit)) and host.said_types().count("HELLO") == 1

    with ScriptedHost(hang, files={"prediction": b"abc"}, folder=tmp_path) as host:
        listener = Collecting()
        assert connect(host.endpoint).predict(REQUEST, listener, timeout_s=5).paths
    assert host.said_types().count("HELLO") == 2
    assert "silent for" in listener.reasons[0]


def test_a_host_that_hangs_up_again_and_again_is_given_up(connect: Connect) -> None:
    def hang(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Error("no_hello", "who are you?"))
        return isinstance(message, m.Submit)

    with ScriptedHost(hang) as host:
        job = connect(host.endpoint).submit(REQUEST)
        with pytest.raises(ConnectionLostError, match="does not know this client"):
            job.result(5)
    assert host.said_types().count("HELLO") == 6


def test_a_worker_that_computes_for_long_is_not_taken_for_dead(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost(files={"prediction": b"abc"}, folder=tmp_path, is_working=False) as host:
        job = connect(host.endpoint).submit(REQUEST)
        wait_until(lambda: sum(message.type == "PING" for message in host.said) > 10)
        host.do(lambda: host.work(job.id))
        assert job.result(5).paths
    assert host.said_types().count("SUBMIT") == 1


def test_cancelling_while_the_host_is_gone_ends_without_its_word(connect: Connect, tmp_path: Path) -> None:
    with ScriptedHost(is_working=False) as host:
        host.write_file(tmp_path / "worker.json")
        job = connect(tmp_path / "worker.json").submit(REQUEST)
        wait_until(lambda: bool(host.jobs))
    job.cancel()
    with pytest.raises(JobCancelledError) as caught:
        job.result(5)
    assert not caught.value.is_confirmed


def test_a_host_that_returns_without_knowing_a_cancelled_job_has_cancelled_it(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    with ScriptedHost(is_working=False) as first:
        first.write_file(file)
        job = connect(file).submit(REQUEST)
        wait_until(lambda: bool(first.jobs))
    job.cancel()
    with ScriptedHost() as second:
        second.write_file(file)
        with pytest.raises(JobCancelledError) as caught:
            job.result(5)
    assert caught.value.is_confirmed
    assert "SUBMIT" not in second.said_types()


def test_questions_outlive_a_host(connect: Connect, tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    with ScriptedHost(lambda host, message, frames: message.type == "STATUS") as first:
        first.write_file(file)
        query = m.StatusQuestion("0" * 32)
        answer = connect(file).ask(query.query, query)
        wait_until(lambda: "STATUS" in first.said_types())
    with ScriptedHost() as second:
        second.write_file(file)
        assert answer.result(5).uptime_s == 1


def test_a_garbled_tile_is_asked_for_again(connect: Connect) -> None:
    def garble(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit) and host.said_types().count("SUBMIT") == 1:
            host.jobs[message.job] = Known(message)
            host.send(m.Accepted(message.job, 0))
            host.send(host.tile(message.job, 0), [Frame("uint8", (1000,), TILES[0])])
            parts = [bytes(part) for part in encode(host.tile(message.job, 1), [Frame("uint8", (1000,), TILES[1])])]
            host.send_parts([*parts[:2], b"\xff" * 1000])
            return True
        return False

    with ScriptedHost(garble, tiles=TILES) as host:
        listener = Collecting()
        connect(host.endpoint).predict(REQUEST, listener, timeout_s=5, delivery="tiles")
    assert "CRC-32" in listener.reasons[0]
    assert submits(host)[1].received == ((0, 1),)
    assert dict(listener.tiles) == dict(enumerate(TILES))


def test_tiles_in_any_order_and_again_are_told_once(connect: Connect) -> None:
    def muddle(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.jobs[message.job] = Known(message)
            host.send(m.Accepted(message.job, 0))
            for number in (2, 0, 2, 1, 0):
                host.send(host.tile(message.job, number), [Frame("uint8", (1000,), TILES[number])])
            host.send(m.Done(message.job, tiles=3))
        return isinstance(message, (m.Submit, m.Credit))

    with ScriptedHost(muddle) as host:
        listener = Collecting()
        connect(host.endpoint).predict(REQUEST, listener, timeout_s=5, delivery="tiles")
    assert listener.tiles == [(number, TILES[number]) for number in (2, 0, 1)]


def test_tiles_that_never_came_are_asked_for_and_then_missed(connect: Connect) -> None:
    def omit(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0))
            host.send(host.tile(message.job, 0), [Frame("uint8", (1000,), TILES[0])])
            host.send(m.Done(message.job, tiles=2))
        return isinstance(message, (m.Submit, m.Credit))

    with ScriptedHost(omit) as host:
        with pytest.raises(ResultError, match="1 of 2 tiles came"):
            connect(host.endpoint).predict(REQUEST, timeout_s=5, delivery="tiles")
        assert submits(host)[1].received == ((0, 1),)


DATA = os.urandom(3_500_000)


def fetched(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where results are fetched to."""
    (tmp_path / "results").mkdir()
    return tmp_path / "results"


def test_files_are_fetched_checked_and_named(connect: Connect, folder: Path) -> None:
    files = {"prediction": DATA, "spread": DATA[:10], "change": b"c"}
    with ScriptedHost(files=files, piece_bytes=500_000) as host:
        result = connect(host.endpoint).predict(REQUEST, timeout_s=5, delivery="file", folder=folder)
    assert fetched(folder) == {f"{layer}.tif": data for layer, data in files.items()}
    assert result.paths == {layer: folder / f"{layer}.tif" for layer in files}


def test_a_fetch_is_resumed_where_it_stopped_at_a_host_that_returned(
    connect: Connect, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "worker.json"

    def vanish(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Fetch):
            host.send_piece(message.job, "prediction", 0, DATA[:1_000_000])
        return isinstance(message, (m.Fetch, m.Credit))

    with ScriptedHost(vanish, files={"prediction": DATA}) as first:
        first.write_file(file)
        job = connect(file).submit(REQUEST, delivery="file", folder=folder)
        wait_until(lambda: any(path.stat().st_size == 1_000_000 for path in folder.iterdir()))
    with ScriptedHost(files={"prediction": DATA}) as second:
        second.write_file(file)
        job.result(5)
    assert fetched(folder) == {"prediction.tif": DATA}
    assert next(message.offset for message in second.said if isinstance(message, m.Fetch)) == 1_000_000


def test_a_file_that_was_made_anew_is_fetched_anew(connect: Connect, folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "worker.json", os.urandom(1_500_000)

    def vanish(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Fetch):
            host.send_piece(message.job, "prediction", 0, DATA[:1_000_000])
        return isinstance(message, (m.Fetch, m.Credit))

    with ScriptedHost(vanish, files={"prediction": DATA}) as first:
        first.write_file(file)
        job = connect(file).submit(REQUEST, delivery="file", folder=folder)
        wait_until(lambda: any(path.stat().st_size == 1_000_000 for path in folder.iterdir()))
    with ScriptedHost(files={"prediction": other}) as second:
        second.write_file(file)
        job.result(5)
    assert fetched(folder) == {"prediction.tif": other}


def test_lost_doubled_and_disordered_pieces_make_the_same_file(connect: Connect, folder: Path) -> None:
    def muddle(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Fetch) and host.said_types().count("FETCH") == 1:
            for offset in (0, 0, 2_000_000, 1_000_000, 0):
                host.send_piece(message.job, "prediction", offset, DATA[offset : offset + 1_000_000])
            return True
        return False

    with ScriptedHost(muddle, files={"prediction": DATA}) as host:
        connect(host.endpoint).predict(REQUEST, timeout_s=8, delivery="file", folder=folder)
    assert fetched(folder) == {"prediction.tif": DATA}


def test_a_file_with_another_checksum_is_fetched_again_and_then_refused(connect: Connect, folder: Path) -> None:
    def spoil(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Fetch):
            host.send_piece(message.job, "prediction", 0, b"abd")
        return isinstance(message, (m.Fetch, m.Credit))

    with ScriptedHost(spoil, files={"prediction": b"abc"}) as host, pytest.raises(ResultError, match="SHA-256"):
        connect(host.endpoint).predict(REQUEST, timeout_s=5, delivery="file", folder=folder)
    assert host.said_types().count("FETCH") == 2
    assert fetched(folder) == {}


def test_a_result_that_exists_is_replaced_only_where_asked(connect: Connect, folder: Path) -> None:
    (folder / "prediction.tif").write_bytes(b"mine")
    with ScriptedHost(files={"prediction": b"abc"}) as host:
        client = connect(host.endpoint)
        with pytest.raises(ResultError, match="exists"):
            client.predict(REQUEST, timeout_s=5, delivery="file", folder=folder)
        assert fetched(folder) == {"prediction.tif": b"mine"}
        client.predict(PredictRequest("a", is_overwriting=True), timeout_s=5, delivery="file", folder=folder)
    assert fetched(folder) == {"prediction.tif": b"abc"}


@pytest.mark.parametrize("name", ["../out.tif", "/etc/out.tif", "..", ".", "a\\b.tif", "C:x"])
def test_a_name_that_leaves_the_folder_is_refused(name: str, connect: Connect, folder: Path) -> None:
    def rename(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.send(m.Accepted(message.job, 0))
            host.send(m.Done(message.job, (m.ResultFile("prediction", name, 3, "0" * 64),)))
        return isinstance(message, m.Submit)

    with ScriptedHost(rename) as host, pytest.raises(ResultError, match="no name of a file"):
        connect(host.endpoint).predict(REQUEST, timeout_s=5, delivery="file", folder=folder)
    assert fetched(folder) == {}


def test_cancelling_a_fetch_leaves_nothing(connect: Connect, folder: Path) -> None:
    def trickle(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Fetch):
            host.send_piece(message.job, "prediction", 0, DATA[:1_000_000])
        return isinstance(message, (m.Fetch, m.Credit))

    with ScriptedHost(trickle, files={"prediction": DATA}) as host:
        client = connect(host.endpoint)
        job = client.submit(REQUEST, delivery="file", folder=folder)
        wait_until(lambda: any(path.stat().st_size == 1_000_000 for path in folder.iterdir()))
        job.cancel()
        with pytest.raises(JobCancelledError):
            job.result(5)
        wait_until(lambda: not list(folder.iterdir()))


def test_a_folder_that_is_not_there_is_told(connect: Connect, folder: Path) -> None:
    with ScriptedHost(files={"prediction": b"abc"}) as host, pytest.raises(ResultError, match="cannot be written"):
        connect(host.endpoint).predict(REQUEST, timeout_s=5, delivery="file", folder=folder / "none")
