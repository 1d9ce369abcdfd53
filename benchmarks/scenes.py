"""Whole scenes beside the peers that a user would otherwise take: memory, CPU outside the network, scratch disk.

    LANDCAST_DATA=DIR python benchmarks/scenes.py --peer geoai=PYTHON --peer opensr=PYTHON --peer terratorch=PYTHON
                                                  [--sizes 4096 8192] [--shipped-px 1024] [--scaling-px 2048]

PYTHON is the interpreter of an environment in which the peer is installed (`pip install geoai-py`, `opensr-utils`,
`terratorch`); peers that are not named are left out. Each runs its documented way over a whole scene, with its own tile
size and overlap, in a process of its own, one thread, on the same file. The network is a copy of its input, so that the
framework is what is measured; `peers/` holds what is called.

Memory is the resident memory of the process and all that it starts, over what it was when everything was imported and
the model loaded. CPU is user and system time of the same, less that of the network's own calls. Scratch is what the
folder held at most, less the finished output. Wall time is told for scaling alone, with the load of the machine; CPU
time too grows on a busy one, so compare figures of one run only, GDAL's own copy among them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from assemble_scene import assemble, find_chips

PEERS = Path(__file__).parent / "peers"
MEMORY_LIMIT_MB, CPU_LIMIT_MS = 300, 40
SHARES = {"geoai": 1 / 5, "opensr": 1 / 3}
"""What Landcast may cost at most, as a share of a peer's CPU."""
LOOK_EVERY_S, MEASURE_FOLDER_EVERY_S = 0.02, 0.25


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    Attributes:
        name: of what ran, with its version.
        memory_mb: over the base.
        base_mb: resident memory with all imported and loaded.
        cpu_ms: a megapixel of output, outside the network.
        network_ms: a megapixel of output, in the network.
        scratch_mb: beside the finished output.
        output_mb: size of the output.
        seconds: wall time.
    """

    name: str
    memory_mb: float
    base_mb: float
    cpu_ms: float
    network_ms: float
    scratch_mb: float
    output_mb: float
    seconds: float


def main() -> None:
    """Run all measurements and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help="geoai, opensr, terratorch")
    parser.add_argument("--sizes", type=int, nargs="*", default=[4096, 8192])
    parser.add_argument("--shipped-px", type=int, default=1024, help="side predicted with the shipped model; 0: none")
    parser.add_argument("--scaling-px", type=int, default=2048, help="side for one and two workers; 0: none")
    parser.add_argument("--folder", type=Path, help="for scenes, which stay there [a temporary one]")
    parser.add_argument("--copy", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.copy:
        copy_by_gdal(*args.copy)
        return
    interpreters = {"landcast": sys.executable, **dict(peer.split("=", 1) for peer in args.peer)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.folder or Path(temporary)).absolute()
        print(f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; one thread a process\n")
        for size in args.sizes:
            beside_peers(_scene(folder, size), size, interpreters)
        if args.shipped_px:
            with_shipped_model(_scene(folder, args.shipped_px), args.shipped_px)
        if args.scaling_px:
            scaling(_scene(folder, args.scaling_px), args.scaling_px)


def beside_peers(scene: Path, size: int, interpreters: Mapping[str, str]) -> None:
    """Print what Landcast and each peer cost at one size, and what GDAL's own copy costs."""
    print(f"### {size:,} x {size:,} px, trivial network\n", flush=True)
    print("| what | memory over base, MB | CPU-ms a megapixel outside the network | scratch, MB | output, MB |")
    print("|---|---|---|---|---|", flush=True)
    costs = {}
    for name, python in interpreters.items():
        cost = costs[name] = measure(name, python, scene, size)
        print(
            f"| {cost.name} | {cost.memory_mb:.0f} | {cost.cpu_ms:.0f} | {cost.scratch_mb:.0f} | {cost.output_mb:.0f} |"
        )
        sys.stdout.flush()
    read_ms, plain_ms, cog_ms = measure_copy(scene, size)
    print(f"| GDAL: reading alone | | {read_ms:.0f} | | |")
    print(f"| GDAL: reading and a GeoTIFF as tiled and compressed as the result | | {plain_ms:.0f} | | |")
    print(f"| GDAL: reading and a COG of the same compression, with overviews | | {cog_ms:.0f} | | |\n")
    ours = costs["landcast"]
    print("| limit | found | kept |\n|---|---|---|")
    _judge(f"at most {MEMORY_LIMIT_MB} MB over base", ours.memory_mb, MEMORY_LIMIT_MB, "MB")
    _judge(f"at most {CPU_LIMIT_MS} CPU-ms a megapixel", ours.cpu_ms, CPU_LIMIT_MS, "ms")
    _judge("the same, less GDAL's own COG copy", ours.cpu_ms - cog_ms, CPU_LIMIT_MS, "ms")
    for name, share in SHARES.items():
        if name in costs:
            found = ours.cpu_ms / costs[name].cpu_ms
            _judge(f"at most {share:.2f} of {name}'s CPU", found, share, "")
    print(flush=True)


def with_shipped_model(scene: Path, size: int) -> None:
    """Print what the shipped model's networks cost, and what all else costs beside them."""
    from landcast.core.request import DEFAULT_MODEL

    cost = measure("landcast", sys.executable, scene, size, {"LANDCAST_BENCH_MODEL": DEFAULT_MODEL})
    print(f"### {size:,} x {size:,} px, shipped model\n")
    print("| memory over the loaded model, MB | CPU-ms a megapixel in the networks | outside | share outside |")
    print("|---|---|---|---|")
    share = cost.cpu_ms / (cost.cpu_ms + cost.network_ms)
    print(f"| {cost.memory_mb:.0f} | {cost.network_ms:.0f} | {cost.cpu_ms:.0f} | {share:.1%} |\n", flush=True)


def scaling(scene: Path, size: int) -> None:
    """Print wall and CPU time with one and with two workers, one thread each, with the shipped model."""
    print(f"### {size:,} x {size:,} px, shipped model, workers of one thread on {os.cpu_count()} cores\n")
    print("| workers | seconds | CPU seconds of all processes | cores they got | load before |\n|---|---|---|---|---|")
    landcast = str(Path(sys.executable).with_name("landcast"))
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            load, started = os.getloadavg()[0], time.monotonic()
            command = [landcast, "predict", str(scene), "-o", f"{folder}/out.tif", "--device", "cpu"]
            command += ["--workers", str(workers), "--threads", "1"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with _watched(process.pid, Path(folder)) as seen:
                code = process.wait()
            seconds = time.monotonic() - started
            if code:
                sys.exit(f"{' '.join(command)}: exit code {code}")
        print(f"| {workers} | {seconds:.0f} | {seen.cpu_s:.0f} | {seen.cpu_s / seconds:.2f} | {load:.1f} |", flush=True)


def measure(name: str, python: str, scene: Path, size: int, environment: Mapping[str, str] | None = None) -> Cost:
    """Let one of `peers/` predict a scene, and look at it meanwhile."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        output, scratch = folder / "out.tif", folder / "scratch"
        scratch.mkdir()
        command = [python, str(PEERS / f"{name}_scene.py"), str(scene), str(output), str(scratch)]
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
            )  # fmt: skip
            assert process.stdin
            assert process.stdout
            versions = process.stdout.readline().removeprefix("ready ")
            if not versions:
                sys.exit(f"{name}: {_end_of(folder / 'log.txt')}")
            with _watched(process.pid, folder, skipped="log.txt") as seen:
                started = time.monotonic()
                print("go", file=process.stdin, flush=True)
                told = process.stdout.readline()
                seconds = time.monotonic() - started
            if process.wait() or not told:
                sys.exit(f"{name}: {_end_of(folder / 'log.txt')}")
        spent, megapixels = json.loads(told), size * size / 1e6
        outside_s, output_mb = spent["cpu_s"] - spent["network_cpu_s"], _allocated(output) / 2**20
        return Cost(
            name=" ".join(f"{what} {number}" for what, number in json.loads(versions).items()),
            memory_mb=seen.peak_mb - seen.base_mb,
            base_mb=seen.base_mb,
            cpu_ms=1000 * outside_s / megapixels,
            network_ms=1000 * spent["network_cpu_s"] / megapixels,
            scratch_mb=max(0, seen.folder_mb - output_mb),
            output_mb=output_mb,
            seconds=seconds,
        )


def measure_copy(scene: Path, size: int) -> tuple[float, float, float]:
    """CPU-ms a megapixel of GDAL's reading, of its GeoTIFF copy and of its COG copy."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--copy", str(scene), folder]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    read_s, plain_s, cog_s = (1000 * float(part) / (size * size / 1e6) for part in told.split())
    return read_s, plain_s, cog_s


def copy_by_gdal(scene: Path, folder: Path) -> None:
    """Print CPU seconds of reading a scene, of a GeoTIFF copy and of a COG copy, compressed as results are."""
    import rasterio
    from rasterio.shutil import copy
    from rasterio.windows import Window

    def read() -> None:
        with rasterio.open(scene) as dataset:
            for top in range(0, dataset.height, 1024):
                for left in range(0, dataset.width, 1024):
                    dataset.read(window=Window(left, top, 1024, 1024), boundless=False)

    def plain() -> None:
        copy(
            scene, folder / "plain.tif", driver="GTiff", tiled=True, blockxsize=512, blockysize=512,
            interleave="pixel", compress="ZSTD", zstd_level=1, predictor="2",
        )  # fmt: skip

    def cog() -> None:
        copy(
            scene, folder / "cog.tif", driver="COG", compress="ZSTD", level=1, predictor="YES",
            overview_resampling="average", num_threads="1",
        )  # fmt: skip

    with rasterio.Env(GDAL_CACHEMAX=64 * 2**20):
        for way in (read, plain, cog):
            started = time.process_time()
            way()
            print(time.process_time() - started)


@dataclass
class _Seen:
    """What was seen of a process and of all it started."""

    base_mb: float = 0.0
    peak_mb: float = 0.0
    folder_mb: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def _watched(pid: int, folder: Path, skipped: str = "") -> Iterator[_Seen]:
    """Look at a process and its descendants, and at a folder, until the context is left."""
    seen, done = _Seen(), threading.Event()
    seen.base_mb = seen.peak_mb = _resident_mb(_family(pid))
    spent: dict[psutil.Process, float] = {}

    def look() -> None:
        measured = 0.0
        while not done.wait(LOOK_EVERY_S):
            family = _family(pid)
            seen.peak_mb = max(seen.peak_mb, _resident_mb(family))
            spent.update(_cpu_s(family))
            if time.monotonic() - measured > MEASURE_FOLDER_EVERY_S:
                seen.folder_mb = max(seen.folder_mb, _folder_mb(folder, skipped))
                measured = time.monotonic()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
        seen.cpu_s = sum(spent.values())


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident_mb(family: list[psutil.Process]) -> float:
    total = 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def _cpu_s(family: list[psutil.Process]) -> dict[psutil.Process, float]:
    spent = {}
    for process in family:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        spent[process] = times.user + times.system
    return spent


def _folder_mb(folder: Path, skipped: str) -> float:
    return sum(_allocated(path) for path in folder.rglob("*") if path.name != skipped) / 2**20


def _allocated(path: Path) -> int:
    """Bytes that a file takes on the disk, holes not counted; none where it has gone meanwhile."""
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]


def _judge(limit: str, found: float, most: float, unit: str) -> None:
    print(f"| {limit} | {found:.{0 if unit else 2}f} {unit} | {'yes' if found <= most else 'NO'} |")


def _scene(folder: Path, size: int) -> Path:
    path = folder / f"scene_{size}.tif"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        assemble(path, find_chips(), size)
    return path


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


if __name__ == "__main__":
    main()
