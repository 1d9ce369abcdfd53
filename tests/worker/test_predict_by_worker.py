"""`landcast predict --worker` and the client against real hosts: the same bytes, whatever dies meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio

from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import JobCancelledError, JobFailedError
from landcast.core.client.events import Interrupted, JobEvent, Progressed, StateChanged
from landcast.core.client.follow import Listener
from landcast.core.protocol import messages as m
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.requests import PredictRequest, SourceGrid
from landcast.core.protocol.values import Rect
from landcast.tests.worker.raw import Hosts, wait_until

PROGRAM = [sys.executable, "-m", "landcast.worker.cli"]
Start = Callable[..., "subprocess.Popen[str]"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def start(hosts: Hosts) -> Iterator[Start]:
    """Start the command line in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def call(*arguments: object, cwd: Path | None = None) -> subprocess.Popen[str]:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "LANDCAST_CACHE": str(hosts.folder)}
        # a shell that was told to run the tests in the background has SIGINT ignored, and children inherit that
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment, cwd=cwd,
        )  # fmt: skip
        signal.signal(signal.SIGINT, handler)
        started.append(process)
        return process

    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run(start: Start) -> Run:
    """Run the command line to its end: code, output, errors."""

    def call(*arguments: object, cwd: Path | None = None) -> tuple[int, str, str]:
        process = start(*arguments, cwd=cwd)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    return call


@pytest.fixture
def scene(small_scene: Path, tmp_path: Path) -> Path:
    """A small scene in a folder of its own."""
    (tmp_path / "work").mkdir()
    return Path(shutil.copy(small_scene, tmp_path / "work" / "scene.tif"))


@pytest.fixture
def how(tiny_model: Path) -> list[object]:
    """What the same prediction needs everywhere."""
    return ["--model", tiny_model, "--device", "cpu", "--precision", "fp32"]


def test_a_worker_makes_the_same_files_and_says_the_same(
    hosts: Hosts, run: Run, scene: Path, how: list[object]
) -> None:
    hosts.start()
    asked = ["predict", "scene.tif", *how, "--members", 2, "--seed", 7, "--years", 1, "--json", "--progress", "lines"]
    said = {}
    for name, more in {"here": [], "there": ["--worker", "auto"]}.items():
        code, out, err = run(*asked, "-o", f"{name}.tif", *more, cwd=scene.parent)
        assert code == 0, err
        answer = json.loads(out.replace(name, "NAME"))
        del answer["seconds"]
        lines = err.splitlines()
        progress = [line for line in lines if line.startswith("progress: ")]
        said[name] = answer, [line for line in lines if not line.startswith("progress: ")], progress[-1]
    assert said["here"] == said["there"]
    note, warning = said["here"][1][:2]
    assert note.startswith("note: probability of change: not calibrated")
    assert warning.startswith("warning: --years 1: tiny was trained on 2 to 4 years")
    for suffix in (".tif", "_spread.tif", "_change.tif"):
        here, there = (scene.parent / f"{name}{suffix}" for name in ("here", "there"))
        assert here.read_bytes() == there.read_bytes()


def test_a_pipe_holds_the_path_as_it_was_asked_for(hosts: Hosts, run: Run, scene: Path, how: list[object]) -> None:
    host = hosts.start()
    assert run("predict", "scene.tif", *how, "--worker", host.connection_file, cwd=scene.parent) == (
        0, "scene_pred.tif\n", "",
    )  # fmt: skip
    asked = ["predict", "scene.tif", *how, "--worker", host.connection.endpoint]
    code, out, err = run(*asked, "--quicklook", "look.png", cwd=scene.parent)
    assert (code, out) == (1, "")
    assert err.endswith("exists; --overwrite replaces it\n")
    code, out, err = run(*asked, "--quicklook", "look.png", "--overwrite", cwd=scene.parent)
    assert (code, out.splitlines(), err) == (0, ["scene_pred.tif", "look.png"], "")


def test_what_cannot_be_is_one_line(hosts: Hosts, run: Run, scene: Path, how: list[object]) -> None:
    asked = ["predict", scene, *how]
    code, out, err = run(*asked, "--worker", "auto")
    assert (code, out) == (1, "")
    assert err == f"error: {hosts.folder / 'worker.json'}: no worker is running; `landcast serve` starts one\n"
    code, _, err = run(*asked, "--worker", "auto", "--dry-run")
    assert (code, "--dry-run and --worker exclude each other" in err) == (2, True)
    host = hosts.start()
    for more, named in {
        ("--crs", "EPSG:0"): "EPSG:0",
        ("--model", "nowhere"): "nowhere: neither a model folder",
    }.items():
        code, out, err = run(*asked, *more, "--worker", "auto")
        assert (code, out, err.startswith("error: "), named in err) == (1, "", True, True)
    hosts.folder.joinpath("worker.json").rename(hosts.folder / "elsewhere.json")
    host.process.kill()
    host.process.wait()
    code, _, err = run(*asked, "--worker", hosts.folder / "elsewhere.json")
    assert (code, f"(process {host.process.pid}) is gone; start one" in err) == (1, True)


def test_ctrl_c_cancels_the_job_and_leaves_nothing(hosts: Hosts, start: Start, scene: Path, how: list[object]) -> None:
    host = hosts.start()
    process = start("predict", scene, *how, "--members", 200, "--worker", "auto", "--progress", "lines")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("progress: ") and int(line.removeprefix("progress: ").split("/")[0]) > 2:
            break
    process.send_signal(signal.SIGINT)
    lines = [line for line in process.stderr.read().splitlines() if line and not line.startswith("progress: ")]
    assert (process.wait(20), lines) == (130, ["error: stopped as asked; nothing half-done was left"])
    assert [path.name for path in scene.parent.iterdir()] == ["scene.tif"]
    with WorkerClient(host.connection_file) as client:
        status = client.status()
        assert (status.jobs, status.queue, status.engines[0].job) == ((), 0, None)


def test_a_person_is_told_that_a_killed_engine_was_another_attempt(
    hosts: Hosts, start: Start, scene: Path, how: list[object]
) -> None:
    host = hosts.start()
    with WorkerClient(host.connection_file) as client:
        wait_until(lambda: client.status().engines[0].state == "idle", 60)
        engine = client.status().engines[0].process
    assert engine
    process = start("predict", scene, *how, "--members", 50, "--worker", "auto", "--progress", "lines")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("progress: "):
            os.kill(engine, signal.SIGKILL)
            break
    said = [line for line in process.stderr.read().splitlines() if line and not line.startswith("progress: ")]
    told = "note: attempt 2: the last one broke off, and what it finished is not computed again"
    assert (process.wait(20), said) == (0, [told])


class Watching:
    """Remembers what is told of a job."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []

    def is_predicting(self) -> bool:
        return any(isinstance(event, Progressed) and event.stage == "predicting" for event in self.events)


def request(source: Path, output: Path, model: Path, **more: object) -> PredictRequest:
    return PredictRequest(str(source), str(output), model=str(model), device="cpu", precision="fp32", **more)  # type: ignore[arg-type]


def test_a_killed_host_that_is_started_again_goes_on_to_the_same_result(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    first = hosts.start()
    watching = Watching()
    with WorkerClient(first.connection_file) as client:
        client.submit(request(long_scene, tmp_path / "straight.tif", tiny_model, members=4)).result(120)
        job = client.submit(request(long_scene, tmp_path / "killed.tif", tiny_model, members=4), watching.events.append)
        wait_until(watching.is_predicting, timeout_s=90)
        first.process.kill()
        first.process.wait()
        hosts.start()
        job.result(120)
    assert any(isinstance(event, Interrupted) for event in watching.events)
    assert (tmp_path / "straight.tif").read_bytes() == (tmp_path / "killed.tif").read_bytes()


def test_a_killed_engine_is_only_another_attempt(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    host = hosts.start()
    watching = Watching()
    with WorkerClient(host.connection_file) as client:
        job = client.submit(request(long_scene, tmp_path / "out.tif", tiny_model, members=4), watching.events.append)
        wait_until(watching.is_predicting, timeout_s=90)
        engine = client.status().engines[0].process
        assert engine
        os.kill(engine, signal.SIGKILL)
        job.result(120)
    attempts = [event.attempt for event in watching.events if isinstance(event, StateChanged)]
    assert max(attempts) == 2


def test_tiles_and_fetched_files_are_those_that_are_written(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    host = hosts.start()
    (tmp_path / "fetched").mkdir()

    class Painting(Listener):
        image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

        def tile(self, tile: m.Tile, frames: tuple[Frame, ...]) -> None:
            values = np.frombuffer(frames[0].data, frames[0].dtype).reshape(frames[0].shape)
            top, left = tile.rect.top - planned.rect.top, tile.rect.left - planned.rect.left
            self.image[:, top : top + tile.rect.height, left : left + tile.rect.width] = values

    asked = request(long_scene, tmp_path / "written.tif", tiny_model)
    with WorkerClient(host.connection_file) as client:
        planned = client.plan(asked)
        painting = Painting()
        painting.image = np.zeros((planned.bands, *planned.shape_yx), np.uint8)
        written = client.predict(asked, timeout_s=120).paths["prediction"]
        fetched = client.predict(asked, timeout_s=120, delivery="file", folder=tmp_path / "fetched").paths["prediction"]
        client.predict(asked, painting, timeout_s=120, delivery="tiles")
        assert client.status().queue == 0
        assert client.models()
    assert written.read_bytes() == fetched.read_bytes()
    with rasterio.open(written) as result:
        assert np.array_equal(result.read(), painting.image)


def test_cancelling_and_failing_are_told(hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    host = hosts.start()
    watching = Watching()
    with WorkerClient(host.connection_file) as client:
        asked = request(long_scene, tmp_path / "out.tif", tiny_model, members=50)
        running = client.submit(asked, watching.events.append)
        waiting = client.submit(request(long_scene, tmp_path / "next.tif", tiny_model))
        wait_until(watching.is_predicting, timeout_s=90)
        for job in (waiting, running):
            job.cancel()
            with pytest.raises(JobCancelledError) as caught:
                job.result(10)
            assert caught.value.is_confirmed
        with pytest.raises(JobFailedError) as failed:
            client.submit(request(tmp_path / "none.tif", tmp_path / "out.tif", tiny_model)).result(60)
    assert failed.value.code == "unreadable_source"
    assert not (tmp_path / "out.tif").exists()


def test_pixels_that_are_sent_give_what_the_file_gives(
    hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    host = hosts.start()
    with rasterio.open(small_scene) as dataset:
        image = dataset.read()
        grid = SourceGrid(
            dataset.crs.to_wkt(), tuple(dataset.bounds), 3, "uint8", dataset.shape, dataset.transform.to_gdal()
        )  # fmt: skip
    overview = [Frame("uint8", image.shape, image.data)]

    class Rows:
        """Strips of 64 rows."""

        def __len__(self) -> int:
            return -(-planned.source_rect.height // 64)

        def read(self, part: int) -> tuple[Rect, list[Frame]]:
            rows = np.ascontiguousarray(image[:, 64 * part : 64 * part + 64])
            place = Rect(planned.source_rect.top + 64 * part, planned.source_rect.left, *rows.shape[1:])
            return place, [Frame("uint8", rows.shape, rows.data)]

    (tmp_path / "fetched").mkdir()
    with WorkerClient(host.connection_file) as client:
        by_path = client.predict(request(small_scene, tmp_path / "by_path.tif", tiny_model), timeout_s=120)
        asked = PredictRequest("a layer", "a.tif", model=str(tiny_model), device="cpu", precision="fp32")
        planned = client.plan(asked, grid, overview)
        sent = client.predict(
            asked, timeout_s=120, delivery="file", folder=tmp_path / "fetched", source=grid, frames=overview,
            pixels=Rows(), job=planned.job,
        )  # fmt: skip
    with rasterio.open(by_path.paths["prediction"]) as one, rasterio.open(sent.paths["prediction"]) as other:
        assert np.array_equal(one.read(), other.read())
