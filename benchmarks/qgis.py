"""A prediction from the panel of QGIS beside the same one by `landcast predict`; each figure beside its limit.

    python benchmarks/qgis.py [--size 1024] [--pairs 5] [--runs 10] [--threads N] [--model naip-california]

QGIS is started with a profile of its own, on a virtual screen where there is none, and its panel is filled in and
clicked by `qgis_window.py`. What is compared is what a person waits for, with the model loaded on both sides: from the
click on Predict to the first tile on the map and to the layer in the project, beside what `landcast predict` does
between its start-up and its end: from the request to the verified file. Both have as many threads; they take turns
(here, QGIS, QGIS, here ...), so that what else the machine does meets both alike.

overhead  the median of pairs, QGIS over here.
gaps      the longest time between two ticks of a timer of 5 ms on QGIS's main thread, while predictions run, and for
          as long with nothing to do.
memory    of the process of QGIS: before the first run, at most during a run, after all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from landcast.tests.window import find_lack, run_in_window

OVERHEAD_LIMIT, GAP_LIMIT_MS = 0.05, 100
SMALL_PX = 256
WINDOW = Path(__file__).with_name("qgis_window.py")


class Rival:
    """Predicts in this process, with its model loaded, whenever QGIS's process asks for it.

    Args:
        folder: for results.
        model: name or folder.
    """

    def __init__(self, folder: Path, model: str) -> None:
        from landcast.worker.engine.models import WarmModels

        self._folder, self._model, self._warm = folder, model, WarmModels()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Begin to answer: a line with a path by one with the seconds that its prediction took."""
        self._thread.start()

    def predict(self, source: Path) -> float:
        """Predict as `landcast predict` does; seconds."""
        from landcast.core.predict import predict
        from landcast.core.request import PredictionRequest

        output = self._folder / "here_pred.tif"
        request = PredictionRequest(source, output, model=self._model, device="cpu", is_overwriting=True)
        started = time.perf_counter()
        predict(request, lambda message: None, load=self._warm.load)
        return time.perf_counter() - started

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection, connection.makefile("rw") as lines:
            for line in lines:
                print(self.predict(Path(line.strip())), file=lines, flush=True)


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1024, help="side of the source in pixels")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--runs", type=int, default=10, help="runs after which memory is looked at")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--model", default="naip-california")
    args = parser.parse_args()
    lack = find_lack()
    if lack is not None:
        raise SystemExit(f"needs {lack}")
    # before torch is imported: the engine, which inherits it, is to have as many threads
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(args.threads)
    with tempfile.TemporaryDirectory() as name:
        report = measure(Path(name), args)
        is_same = same_pixels(Path(name) / "here_pred.tif", Path(report["last"]))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"source {args.size} x {args.size} px, {args.threads} threads, load of the machine {load} (1, 5, 15 min)\n")
    print("| what | figure | limit |\n|---|---|---|")
    for row in rows(report, args):
        print(f"| {row} |")
    print(f"| the two files hold the same pixels | {'yes' if is_same else 'NO'} | yes |")


def measure(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Run QGIS, and give what it found."""
    from landcast.worker.demo.scene import write_scene

    source, small, report = folder / "scene.tif", folder / "small.tif", folder / "report.json"
    write_scene(source, (args.size, args.size), seed=4)
    write_scene(small, (SMALL_PX, SMALL_PX), seed=5)
    rival = Rival(folder, args.model)
    rival.predict(small)
    rival.start()
    settings = {
        "source": str(source), "small": str(small), "report": str(report), "folder": str(folder), "port": rival.port,
        "pairs": args.pairs, "runs": args.runs, "model": args.model,
    }  # fmt: skip
    done = run_in_window(
        folder, WINDOW, settings, {"LANDCAST_PYTHON": sys.executable, "LANDCAST_CACHE": str(folder / "cache")}
    )
    if not report.exists():
        raise SystemExit(f"QGIS ended without a report:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(report.read_text())
    if "problem" in found:
        raise SystemExit(str(found["problem"]))
    return found


def rows(report: dict[str, Any], args: argparse.Namespace) -> list[str]:
    """One line for each figure."""
    shares = [there / here - 1 for here, there in zip(report["here_s"], report["there_s"], strict=True)]
    spread = f"{min(shares):+.2%} to {max(shares):+.2%} in {len(shares)} pairs"
    memory = report["memory_mb"]
    return [
        f"overhead of QGIS, median of pairs | {median(shares):+.2%} ({spread}) | {OVERHEAD_LIMIT:.0%} at 1024 px",
        f"seconds here; from click to layer | {median(report['here_s']):.2f}; {median(report['there_s']):.2f} | none",
        f"seconds from click to first tile | {median(report['first_s']):.2f} | none stated",
        f"longest gap of a 5 ms timer while predicting, ms | {gaps(report['gaps_s'])} | {GAP_LIMIT_MS}",
        f"seconds after the click at which that gap ended | {report['worst_at_s']:.2f} | none stated",
        f"longest gap with nothing to do, ms | {gaps(report['idle_gaps_s'])} | none stated",
        f"MB of QGIS before; at most during; after {args.runs} runs | "
        f"{memory['before']:.0f}; {memory['most']:.0f}; {memory['after']:.0f} | none stated",
        f"MB after each run | {', '.join(f'{value:.0f}' for value in memory['each'])} | no growth",
    ]


def same_pixels(one: Path, other: Path) -> bool:
    """Whether two results show the same; what each was asked for, in whose words, is recorded with it."""
    import rasterio

    with rasterio.open(one) as here, rasterio.open(other) as there:
        is_same = np.array_equal(here.read(), there.read())
        return is_same and np.array_equal(here.dataset_mask(), there.dataset_mask())


def gaps(found: list[float]) -> str:
    """The longest gap, and how long the 99.9th of 100 is."""
    return f"{1000 * max(found):.0f} (99.9 % below {1000 * float(np.quantile(found, 0.999)):.0f}, {len(found)} ticks)"


if __name__ == "__main__":
    main()
