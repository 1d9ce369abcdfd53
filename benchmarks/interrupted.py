"""A large scene, killed again and again, against an undisturbed run: the files must be the same to the last bit.

    LANDCAST_DATA=DIR python benchmarks/interrupted.py [--size 8192] [--model NAME|DIR] [--kills 3] [--workers 2]
    LANDCAST_DATA=DIR python benchmarks/interrupted.py --quick         # 3,072 px, a small untrained model
    python benchmarks/interrupted.py --scene FILE -- --members 4       # any scene, any options of `landcast predict`

The scene is predicted by the command line, as a user does it, three times over: undisturbed in one process; in one
process that is sent SIGKILL at random moments and started again each time; on workers of this machine, where everything
is killed, then the process that leads, then one worker, and so on in turn. A moment is a random block of those that are
left and a random time into it, both from the seed. Ends with exit code 1 where a file differs. A block is made twice
where what made it was killed between keeping it and saying so, and its task is given to another worker.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from assemble_scene import assemble, find_chips

from landcast.core.model.folder import find_model
from landcast.core.request import DEFAULT_MODEL, PredictionRequest
from landcast.core.scenes.prepared import prepare_scene

QUICK_PX = 3072
LOOK_EVERY_S = 0.02
ORPHANS_S = 90.0
"""How long what a killed process left running may take to notice."""


@dataclass
class Watched:
    """What was seen of a run and of those that continued it.

    Attributes:
        way: how it was run.
        seconds: from each start to its end.
        kills: what was killed, and how many blocks were kept then.
        orphans_s: how long processes outlived what was killed.
        repeated: blocks that were kept, and yet made again.
        hashes: SHA-256 of each result file.
    """

    way: str
    seconds: list[float] = field(default_factory=list)
    kills: list[tuple[str, int]] = field(default_factory=list)
    orphans_s: float = 0.0
    repeated: set[str] = field(default_factory=set)
    hashes: dict[str, str] = field(default_factory=dict)


class Scene:
    """A scene that is predicted to one file again and again.

    Args:
        source: of the scene.
        folder: for results.
        model: name or folder.
        options: further ones of `landcast predict`.
    """

    def __init__(self, source: Path, folder: Path, model: str, options: list[str]) -> None:
        self.source, self.folder, self._model, self._options = source, folder, model, options
        request = PredictionRequest(source, folder / "any.tif", model=model, max_output_px=10**12)
        self.blocks = len(prepare_scene(request, lambda text: None, lambda text: None).blocks)

    def start(self, name: str, workers: int) -> subprocess.Popen[bytes]:
        """Start to predict, in a group of processes of its own."""
        command = [str(Path(sys.executable).with_name("landcast")), "predict", str(self.source)]
        command += ["-o", str(self.folder / name / "scene_pred.tif"), "--model", self._model]
        command += ["--max-output-px", str(10**12), *(["--workers", str(workers)] if workers else []), *self._options]
        (self.folder / name).mkdir(exist_ok=True)
        with (self.folder / name / "log.txt").open("ab") as log:
            return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)

    def kept(self, name: str) -> dict[str, int]:
        """Blocks that are kept, and when their record was written."""
        found = {}
        for path in (self.folder / name).glob(".*/**/block-*.json"):
            try:
                found[path.name] = path.stat().st_mtime_ns
            except OSError:  # it was removed meanwhile: the run is at its end
                continue
        return found

    def hashes(self, name: str) -> dict[str, str]:
        """SHA-256 of each result file."""
        return {path.name: _hash_of(path) for path in sorted((self.folder / name).glob("*.tif"))}


def main() -> None:
    """Run all three, print the table, and end with 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", type=Path, help="to predict [assembled from chips]")
    parser.add_argument("--size", type=int, default=8192, help="side of the assembled scene in pixels")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PX} px and a small untrained model")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for scene and results, which stay there [a temporary one]")
    parser.add_argument("options", nargs="*", help="of `landcast predict`, after --")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        scene = _scene(args, folder)
        print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{scene.source.name}: {scene.blocks} blocks, model {find_model(args.model).name}", flush=True)
        draw = random.Random(args.seed)
        whole = undisturbed(scene)
        runs = [whole]
        for way, workers in (("one process", 0), (f"{args.workers} workers", args.workers)):
            runs.append(killed(scene, way, workers, args.kills, draw, sum(whole.seconds) / scene.blocks))
        tell(runs, scene.blocks)
    if any(run.hashes != whole.hashes for run in runs) or not whole.hashes:
        sys.exit("not the same")


def _scene(args: argparse.Namespace, folder: Path) -> Scene:
    size = QUICK_PX if args.quick else args.size
    if args.quick:
        from landcast.tests.models import write_tiny_model

        args.model = str(folder / "small_model")
        write_tiny_model(Path(args.model))
    source = args.scene or assemble(folder / f"scene_{size}.tif", find_chips(), size)
    return Scene(source.absolute(), folder, args.model, args.options)


def undisturbed(scene: Scene) -> Watched:
    """Predict in one process to the end."""
    run, started = Watched("one process, undisturbed"), time.monotonic()
    _check(scene, "undisturbed", scene.start("undisturbed", 0))
    run.seconds.append(time.monotonic() - started)
    run.hashes = scene.hashes("undisturbed")
    return run


def killed(scene: Scene, way: str, workers: int, kills: int, draw: random.Random, block_s: float) -> Watched:
    """Predict, kill at random moments, start again, until all is done.

    Args:
        scene: to predict.
        way: as the table calls it.
        workers: processes; this one alone where 0.
        kills: how often.
        draw: of the moments.
        block_s: what a block takes about.
    """
    name = way.replace(" ", "_")
    run = Watched(f"{way}, killed {kills} times")
    turns = ("all", "leader", "worker") if workers else ("all",)
    after = sorted(draw.sample(range(1, scene.blocks), kills))
    process, started = scene.start(name, workers), time.monotonic()
    seen: dict[str, int] = {}
    for turn, least in enumerate(after):
        wait_s = draw.random() * block_s
        while process.poll() is None and len(seen) < least:
            seen = _look(scene, name, seen, run)
        end = time.monotonic() + wait_s
        while process.poll() is None and time.monotonic() < end:
            seen = _look(scene, name, seen, run)
        if process.poll() is not None:
            break
        what = turns[turn % len(turns)]
        run.kills.append((what, len(scene.kept(name))))
        if what == "worker":
            _kill_worker(process)
            continue
        run.orphans_s = max(run.orphans_s, _kill(process, alone=what == "leader"))
        run.seconds.append(time.monotonic() - started)
        process, started = scene.start(name, workers), time.monotonic()
    while process.poll() is None:
        seen = _look(scene, name, seen, run)
    _check(scene, name, process)
    run.seconds.append(time.monotonic() - started)
    run.hashes = scene.hashes(name)
    return run


def _look(scene: Scene, name: str, seen: dict[str, int], run: Watched) -> dict[str, int]:
    """See which blocks are kept, and whether one that was is made again."""
    time.sleep(LOOK_EVERY_S)
    now = scene.kept(name)
    run.repeated |= {block for block in now.keys() & seen.keys() if now[block] != seen[block]}
    return seen | now


def _kill(process: subprocess.Popen[bytes], *, alone: bool) -> float:
    """Send SIGKILL to a process alone or to all it started; seconds until all of them are gone come back.

    Raises:
        TimeoutError: one of them lives on.
    """
    family = psutil.Process(process.pid).children(recursive=True)
    started = time.monotonic()
    process.kill()
    for child in [] if alone else family:
        _send_kill(child)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=ORPHANS_S)
    if alive:
        raise TimeoutError(f"{alive} outlived the process that started them by {ORPHANS_S:.0f} s")
    return time.monotonic() - started


def _kill_worker(process: subprocess.Popen[bytes]) -> None:
    """Send SIGKILL to the worker that computed the most, the rest goes on."""
    family = psutil.Process(process.pid).children(recursive=True)
    spent = {}
    for child in family:
        try:
            spent[child] = child.cpu_times().user
        except psutil.Error:
            continue
    _send_kill(max(spent, key=lambda child: spent[child]))


def _send_kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


def _check(scene: Scene, name: str, process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        log = (scene.folder / name / "log.txt").read_text(encoding="utf-8", errors="replace")
        sys.exit(f"{name}: exit code {process.returncode}\n{log[-3000:]}")


def tell(runs: list[Watched], blocks: int) -> None:
    """Print one table; times are wall times, starts and ends of processes included."""
    whole = runs[0].hashes
    print("\n| run | killed when so many blocks were kept | made twice | seconds | orphans gone after s | same |")
    print("|---|---|---|---|---|---|")
    for run in runs:
        kills = ", ".join(f"{count} of {blocks} ({what})" for what, count in run.kills) or "never"
        seconds = " + ".join(f"{part:.0f}" for part in run.seconds)
        is_same = "reference" if run is runs[0] else "yes" if run.hashes == whole else "NO"
        print(f"| {run.way} | {kills} | {len(run.repeated)} | {seconds} | {run.orphans_s:.1f} | {is_same} |")
    print("\n| file | SHA-256 |\n|---|---|")
    for run in runs:
        for name, digest in run.hashes.items():
            print(f"| {run.way}: {name} | `{digest}` |")


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
