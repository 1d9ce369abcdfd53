"""The worker beside the same prediction in this process, and what a client of it feels; each figure beside its limit.

    python benchmarks/worker.py [--size 2048] [--repeats 3] [--threads N] [--parts overhead first cancel gui queue]

A worker is started for this run alone, on the CPU, with as many threads as this process, and warmed up as this process
is. The source is a mosaic of real aerial chips where the environment variable LANDCAST_DATA names them, else the scene
that Landcast renders; its corner lies on one of the lattice's blocks.

overhead  the same job here and by the worker, in turns (here, worker, worker, here ...), from the request to the
          verified file; also by a network that does next to nothing, where milliseconds show.
first     from the request to the first tile on the client, in tile times: those of the same block in this process,
          from reading its source to its pixels. A block is predicted whole, and is what makes the first tiles.
cancel    from `cancel` to the worker's word that it will stop, at random moments of a job.
gui       the longest time between two ticks of a timer of 5 ms in the thread that shows tiles, beside the same timer
          without a client: with the machine idle, and with the worker busy for another process.
queue     jobs from four processes at once, half of them by path and half as tiles.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.transform import Affine

if TYPE_CHECKING:
    from landcast.core.client.client import WorkerClient
    from landcast.core.request import PredictionRequest

PARTS = ("overhead", "first", "cancel", "gui", "queue")
OVERHEAD_LIMIT, FIRST_LIMIT, CANCEL_LIMIT_MS, GAP_LIMIT_MS = 0.01, 1.5, 200, 50
TICK_S = 0.005
CLIENTS = 4
CHIPS = "naip/claremont/2016"
DEMO_PX = 1024
GSD_M = 0.6


class Bench:
    """A running worker, what it predicts from, and how the same is predicted here.

    Args:
        folder: for everything that is written.
        args: of the command line.
    """

    def __init__(self, folder: Path, args: argparse.Namespace) -> None:
        from landcast.tests.models import write_tiny_model
        from landcast.worker.engine.models import WarmModels

        self.folder, self.args = folder, args
        self.connection_file = folder / "worker.json"
        self.trivial_model = str(write_tiny_model(folder / "trivial"))
        self.source = write_source(folder / "source.tif", args.size)
        self.small = write_source(folder / "small.tif", 256)
        self.process = 0
        self._warm = WarmModels()

    def client(self) -> WorkerClient:
        """Return a client of the worker."""
        from landcast.core.client.client import WorkerClient

        return WorkerClient(self.connection_file, program="benchmark")

    def request(self, source: Path, output: str, model: str) -> PredictionRequest:
        """A prediction two years ahead on the CPU."""
        from landcast.core.request import PredictionRequest

        return PredictionRequest(source, self.folder / output, model=model, device="cpu", is_overwriting=True)

    def here(self, request: PredictionRequest, **more: Any) -> float:
        """Predict in this process; seconds."""
        from landcast.core.predict import predict

        started = time.perf_counter()
        predict(request, lambda message: None, load=self._warm.load, **more)
        return time.perf_counter() - started

    def there(self, client: WorkerClient, request: PredictionRequest) -> float:
        """Predict by the worker; seconds."""
        from landcast.worker.cli.remote import to_wire

        started = time.perf_counter()
        client.predict(to_wire(request))
        return time.perf_counter() - started


def main() -> None:
    """Run all measurements and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2048, help="side of the source in pixels")
    parser.add_argument("--repeats", type=int, default=3, help="pairs of runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--model", default="naip-california")
    parser.add_argument("--cancels", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--queue-client", nargs=2, metavar=("SETTINGS", "NUMBER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.queue_client:
        print(json.dumps(submit_jobs(json.loads(args.queue_client[0]), int(args.queue_client[1]))))
        return
    # before torch is imported: the engine, which inherits it, is to have as many threads
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(args.threads)
    measures = dict(zip(PARTS, (overhead, first_tile, cancels, gui, queue), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), args)
        with worker(bench):
            print(f"source {args.size} x {args.size} px, {args.threads} threads\n")
            print("| what | figure | limit |\n|---|---|---|", flush=True)
            for part in args.parts:
                for row in measures[part](bench):
                    print(f"| {row} |", flush=True)


@contextmanager
def worker(bench: Bench) -> Iterator[None]:
    """Run a worker in a cache folder of its own."""
    command = [sys.executable, "-m", "landcast.worker.cli", "serve", "--lifeline", "stdin"]
    process = subprocess.Popen(
        [*command, "--connection-file", str(bench.connection_file)],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LANDCAST_CACHE": str(bench.folder / "cache")},
    )
    try:
        while not bench.connection_file.exists():
            if process.poll() is not None:
                raise SystemExit("the worker did not start")
            time.sleep(0.05)
        bench.process = process.pid
        yield
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait()


def overhead(bench: Bench) -> Iterator[str]:
    """The worker's time over that of this process, for the model and for a network that does next to nothing."""
    limit = f"{OVERHEAD_LIMIT:.1%} at 2048 px"
    for model, name, stated in ((bench.args.model, "model", limit), (bench.trivial_model, "trivial network", "none")):
        here, there, here_cpu, there_cpu = [], [], [], []
        local, remote = (bench.request(bench.source, f"{side}.tif", model) for side in ("here", "there"))
        with bench.client() as client:
            bench.here(replace(local, source=bench.small))
            bench.there(client, replace(remote, source=bench.small))
            processes = ["self", str(client.status().engines[0].process), str(bench.process)]
            for turn in range(2 * bench.args.repeats):
                before = cpu_s(processes)
                if turn % 4 in (0, 3):
                    here.append(bench.here(local))
                    here_cpu.append(cpu_s(processes) - before)
                else:
                    there.append(bench.there(client, remote))
                    there_cpu.append(cpu_s(processes) - before)
        over = [b - a for a, b in zip(here, there, strict=True)]
        shares = [b / a - 1 for a, b in zip(here, there, strict=True)]
        is_same = local.output_path.read_bytes() == remote.output_path.read_bytes()
        spread = f"{min(shares):+.2%} to {max(shares):+.2%} in {len(shares)} pairs"
        yield f"overhead, {name}: median of pairs | {median(shares):+.2%} ({spread}) | {stated}"
        milliseconds = f"{median(over) * 1000:+.0f} ({min(over) * 1000:+.0f} to {max(over) * 1000:+.0f})"
        yield f"the same in ms | {milliseconds} | none stated"
        yield f"seconds here; by the worker | {median(here):.2f}; {median(there):.2f} | none stated"
        cpu = f"{median(here_cpu):.2f}; {median(there_cpu):.2f}"
        yield f"seconds of processors here; by engine, host and client | {cpu} | none stated"
        yield f"the two files hold the same bytes | {'yes' if is_same else 'NO'} | yes"


def cpu_s(processes: list[str]) -> float:
    """Seconds of processors that processes have used, as Linux tells it."""
    stats = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def first_tile(bench: Bench) -> Iterator[str]:
    """From the request to the first tile, in tile times of this process."""
    from landcast.core.blocks import NoStore
    from landcast.core.client.events import JobEvent, TileArrived
    from landcast.worker.cli.remote import to_wire

    class Timing(NoStore):
        """Times each block, from before its source is read until its pixels are there."""

        def __init__(self) -> None:
            self.blocks_s: list[float] = []

        def load(self, *_: Any) -> None:
            self._started = time.perf_counter()

        def save(self, *_: Any) -> None:
            self.blocks_s.append(time.perf_counter() - self._started)

    request = bench.request(bench.source, "first.tif", bench.args.model)
    blocks, firsts = [], []
    with bench.client() as client:
        bench.here(replace(request, source=bench.small))
        bench.there(client, replace(request, source=bench.small))
        for _ in range(bench.args.repeats):
            timing = Timing()
            bench.here(request, store=timing)
            blocks.append(timing.blocks_s[0])
            arrived: list[float] = []

            def on_event(event: JobEvent, arrived: list[float] = arrived) -> None:
                if isinstance(event, TileArrived):
                    arrived.append(time.perf_counter())
                    event.release()

            started = time.perf_counter()
            job = client.submit(to_wire(request), on_event, "tiles")
            while not arrived:
                time.sleep(0.001)
            job.cancel()
            firsts.append(arrived[0] - started)
            job.outcome.exception()
    tile_s, first_s = median(blocks), median(firsts)
    figure = f"{first_s / tile_s:.2f} (worst {max(firsts) / tile_s:.2f})"
    yield f"first tile on the client, in tile times | {figure} | {FIRST_LIMIT}"
    yield f"the same in seconds; a tile time | {first_s:.2f}; {tile_s:.2f} | none stated"


def cancels(bench: Bench) -> Iterator[str]:
    """How soon the worker says that it will stop, and how soon it has."""
    from landcast.core.client.events import JobEvent, StateChanged
    from landcast.worker.cli.remote import to_wire

    request = bench.request(bench.source, "cancelled.tif", bench.args.model)
    chance = random.Random(0)
    told, stopped = [], []
    with bench.client() as client:
        bench.there(client, replace(request, source=bench.small))
        for number in range(bench.args.cancels):
            started: list[object] = []

            def on_event(event: JobEvent, started: list[object] = started) -> None:
                if isinstance(event, StateChanged) and event.state == "running":
                    started.append(event)

            job = client.submit(to_wire(request), on_event, "tiles" if number % 2 else "path")
            while not started:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 3))
            asked = time.perf_counter()
            job.cancel()
            if job.cancelling.result(30):
                told.append(1000 * (time.perf_counter() - asked))
            job.outcome.exception(30)
            stopped.append(1000 * (time.perf_counter() - asked))
    figure = f"{max(told):.0f} worst, {median(told):.1f} median of {len(told)}"
    yield f"cancel acknowledged, ms | {figure} | {CANCEL_LIMIT_MS}"
    yield f"cancelled job stopped, ms | {max(stopped):.0f} worst, {median(stopped):.0f} median | 5000"


def gui(bench: Bench) -> Iterator[str]:
    """Gaps of a timer while tiles stream in, beside those of a process that has no client."""
    from landcast.core.client.events import JobEvent, TileArrived
    from landcast.worker.cli.remote import to_wire

    request = replace(bench.request(bench.source, "gui.tif", bench.trivial_model), members=2)
    events: deque[JobEvent] = deque()
    shown = [0, 0]

    def show() -> None:
        """What a window does with a tile: copy its pixels, and let it go."""
        while events:
            event = events.popleft()
            if isinstance(event, TileArrived):
                pixels = np.frombuffer(event.frames[0].data, event.frames[0].dtype).copy()
                shown[0], shown[1] = shown[0] + 1, shown[1] + pixels.nbytes
                event.release()

    with bench.client() as client:
        bench.there(client, replace(request, source=bench.small))
        job = client.submit(to_wire(request), events.append, "tiles")
        with_client = tick(show, lambda: job.is_over and not events)
        job.outcome.result()
    seconds = max(2.0, len(with_client) * TICK_S)
    end = time.perf_counter() + seconds
    idle = tick(lambda: None, lambda: time.perf_counter() > end)
    settings = queue_settings(bench, replace(request, output=bench.folder / "busy.tif"), 1)
    other = subprocess.Popen([sys.executable, __file__, "--queue-client", settings, "0"], stdout=subprocess.DEVNULL)
    busy = tick(lambda: None, lambda: other.poll() is not None)
    yield f"longest gap of a 5 ms timer while {shown[0]} tiles came, ms | {worst(with_client)} | {GAP_LIMIT_MS}"
    yield f"the same with the worker busy for another process, ms | {worst(busy)} | none stated"
    yield f"the same with the machine idle, ms | {worst(idle)} | none stated"


def tick(act: Callable[[], None], is_over: Callable[[], bool]) -> list[float]:
    """Do something at each tick of a timer; seconds from tick to tick."""
    gaps, last = [], time.perf_counter()
    while not is_over():
        time.sleep(TICK_S)
        act()
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
    return gaps


def worst(gaps: list[float]) -> str:
    """The longest gap, and how long the 99.9th of 100 is."""
    return f"{1000 * max(gaps):.1f} (99.9 % below {1000 * float(np.quantile(gaps, 0.999)):.1f}, {len(gaps)} ticks)"


def queue(bench: Bench) -> Iterator[str]:
    """Many jobs of several processes at once: each ends, with all of its tiles, and with the same pixels."""
    request = bench.request(bench.small, "reference.tif", bench.trivial_model)
    bench.here(request)
    expected = hashlib.sha256(request.output_path.read_bytes()).hexdigest()
    started = time.perf_counter()
    settings = queue_settings(bench, replace(request, output=None), bench.args.jobs // CLIENTS)
    processes = [
        subprocess.Popen([sys.executable, __file__, "--queue-client", settings, str(number)], stdout=subprocess.PIPE)
        for number in range(CLIENTS)
    ]
    said = [json.loads(process.communicate()[0]) for process in processes]
    seconds = time.perf_counter() - started
    jobs = bench.args.jobs // CLIENTS * CLIENTS
    done, whole = sum(one["done"] for one in said), sum(one["whole"] for one in said)
    files = [sha256 for one in said for sha256 in one["files"]]
    tiles = {sha256 for one in said for sha256 in one["tiles"]}
    is_equal = set(files) == {expected} and len(tiles) == 1
    yield f"jobs of {CLIENTS} processes that are done | {done} of {jobs} | {jobs}"
    yield f"of those with all files or tiles | {whole} | {jobs}"
    yield f"files equal to that of this process, tiles to each other | {'yes' if is_equal else 'NO'} | yes"
    yield f"seconds for all; a job | {seconds:.1f}; {seconds / jobs:.2f} | none stated"


def queue_settings(bench: Bench, request: PredictionRequest, jobs: int) -> str:
    """What a process needs to know to submit jobs."""
    settings = {"source": str(request.source), "model": request.model, "members": request.members, "jobs": jobs}
    return json.dumps({**settings, "folder": str(bench.folder), "connection_file": str(bench.connection_file)})


def submit_jobs(settings: dict[str, Any], client_number: int) -> dict[str, Any]:
    """Submit jobs all at once, and tell what came of them; every second one is by tiles."""
    from landcast.core.client.client import WorkerClient
    from landcast.core.client.events import JobEvent, TileArrived
    from landcast.core.client.job import Job
    from landcast.core.protocol.requests import PredictRequest

    class Receiver:
        """Hashes the tiles of a job."""

        def __init__(self) -> None:
            self.tiles: dict[tuple[int, str], str] = {}

        def on_event(self, event: JobEvent) -> None:
            if isinstance(event, TileArrived):
                sha256 = hashlib.sha256(event.frames[0].data).hexdigest()
                self.tiles[event.tile.number, event.tile.layer] = sha256
                event.release()

    how = {"model": settings["model"], "members": settings["members"], "device": "cpu"}
    jobs: list[tuple[Job, Receiver]] = []
    files, tiles, done, whole = [], [], 0, 0
    with WorkerClient(Path(settings["connection_file"]), program="benchmark") as client:
        for number in range(settings["jobs"]):
            output = Path(settings["folder"]) / f"client{client_number}_{number}.tif"
            receiver = Receiver()
            request = PredictRequest(settings["source"], str(output), **how)
            jobs.append((client.submit(request, receiver.on_event, "tiles" if number % 2 else "path"), receiver))
        for job, receiver in jobs:
            result = job.result()
            done += 1
            if result.paths:
                path = result.paths["prediction"]
                files.append(hashlib.sha256(path.read_bytes()).hexdigest())
                path.unlink()
                whole += 1
            else:
                whole += {number for number, _ in receiver.tiles} == set(range(result.done.tiles))
                tiles.append(hashlib.sha256(json.dumps(sorted(map(str, receiver.tiles.items()))).encode()).hexdigest())
    return {"done": done, "whole": whole, "files": files, "tiles": tiles}


def write_source(path: Path, side: int) -> Path:
    """Write a square source of real chips, or of the rendered scene, again and again where they do not suffice."""
    chips = sorted((Path(os.environ.get("LANDCAST_DATA", "")) / CHIPS).glob("*.tif"))
    pieces = [read(chip) for chip in chips] if chips else [rendered(min(side, DEMO_PX))]
    piece_px = pieces[0].shape[1]
    rows = -(-side // piece_px)
    mosaic = [np.concatenate([pieces[(rows * y + x) % len(pieces)] for x in range(rows)], axis=2) for y in range(rows)]
    pixels = np.concatenate(mosaic, axis=1)[:, :side, :side]
    corner = 1024 * GSD_M * np.array((700, 6100))
    with rasterio.open(
        path, "w", driver="GTiff", height=side, width=side, count=3, dtype="uint8", crs="EPSG:26911",
        transform=Affine(GSD_M, 0, corner[0], 0, -GSD_M, corner[1]), tiled=True, blockxsize=256, blockysize=256,
        compress="zstd", photometric="rgb",
    ) as dataset:  # fmt: skip
        dataset.write(pixels)
    return path


def read(path: Path) -> Any:
    """All pixels of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read()


def rendered(side: int) -> Any:
    """The scene that Landcast renders."""
    from landcast.worker.demo.scene import write_scene

    with tempfile.TemporaryDirectory() as folder:
        write_scene(Path(folder) / "scene.tif", (side, side), seed=4)
        return read(Path(folder) / "scene.tif")


if __name__ == "__main__":
    main()
