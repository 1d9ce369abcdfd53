"""Seams, agreement of overlapping extents, memory and time of the shipped model, each beside its limit.

    python benchmarks/tiling.py [--sizes 1024 2048] [--model NAME|DIR] [--threads N]

The source is the scene that Landcast renders; nothing else is needed. Limits are those of the design: gradients across
window edges within 2 % of those inside; overlapping extents within one level; 300 MB over the loaded model.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from landcast.core.lattice import CELL_PX, STRIDE_PX
from landcast.core.predict import dry_run, predict
from landcast.core.request import DEFAULT_MODEL, PredictionRequest

SEAM_LIMIT, AGREEMENT_LIMIT, MEMORY_LIMIT_MB = 0.02, 1, 300
SCENE_PX = 1024


def main() -> None:
    """Run all measurements and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1024, 2048])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--one", nargs=2, metavar=("SOURCE", "OUTPUT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        measure_one(Path(args.one[0]), Path(args.one[1]), args.model, args.threads)
        return
    with tempfile.TemporaryDirectory() as folder:
        print("| what | figure | limit |\n|---|---|---|")
        scene = write_tiled_scene(Path(folder) / "scene.tif", SCENE_PX)
        whole = run(scene, Path(folder) / "whole.tif", args.model)
        ratio = seam_ratios(scene, whole)[0]
        print(f"| gradient of the change across window edges over beside | {ratio:.4f} | 1 +- {SEAM_LIMIT} |")
        worst = overlap_difference(scene, whole, Path(folder), args.model)
        print(f"| largest difference of an extent to the whole, levels | {worst} | {AGREEMENT_LIMIT} |")
        for size in args.sizes:
            source = write_tiled_scene(Path(folder) / f"{size}.tif", size)
            output = Path(folder) / f"{size}_pred.tif"
            tried = dry_run(PredictionRequest(source, output, model=args.model, device="cpu"), lambda message: None)
            planned_mb, planned_s = tried.memory_bytes / 2**20, tried.seconds
            cost = measure_apart(source, output, args.model, args.threads)
            print(
                f"| memory over the loaded model at {size} x {size} px, MB | {cost.over_mb:.0f} | {MEMORY_LIMIT_MB} |"
            )
            planned = f"{planned_mb:.0f} by --dry-run"
            print(f"| memory of the whole process at {size} x {size} px, MB | {cost.peak_mb:.0f} | {planned} |")
            print(f"| seconds at {size} x {size} px | {cost.seconds:.0f} | {planned_s:.0f} by --dry-run |")
            a_megapixel = cost.seconds / (size * size / 1e6)
            print(f"| seconds a megapixel at {size} x {size} px | {a_megapixel:.2f} | none stated |")


@dataclass(frozen=True)
class RunCost:
    """What a prediction cost in a process of its own.

    Attributes:
        base_mb: resident memory with the model loaded.
        peak_mb: the most resident memory.
        seconds: wall time.
    """

    base_mb: float
    peak_mb: float
    seconds: float

    @property
    def over_mb(self) -> float:
        """The most memory over the loaded model."""
        return self.peak_mb - self.base_mb


def measure_apart(source: Path, output: Path, model: str, threads: int) -> RunCost:
    """Predict as `landcast predict` does, in a process of its own, with so many threads; all that there are for 0."""
    command = [sys.executable, __file__, "--model", model, "--threads", str(threads), "--one", str(source), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return RunCost(*map(float, done.stdout.split()))


def measure_one(source: Path, output: Path, model: str, threads: int) -> None:
    """Print resident memory with the model loaded and at its peak, both MB, and the seconds of a prediction."""
    import torch

    from landcast.core.device import choose_device, choose_precision
    from landcast.core.model.folder import find_model, load_model
    from landcast.core.scenes.scene_run import run_scene

    if threads:
        torch.set_num_threads(threads)
    device = choose_device("cpu")
    loaded = load_model(find_model(model), device, choose_precision("auto", device))
    base = resident_mb("VmRSS")
    del loaded
    started = time.monotonic()
    run_scene(PredictionRequest(source, output, model=model, device="cpu"))
    print(base, resident_mb("VmHWM"), time.monotonic() - started)


def resident_mb(field: str) -> float:
    """Resident memory now (VmRSS) or at its peak (VmHWM) as Linux tells it, MB.

    `getrusage` will not do: its peak is inherited from the process that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def run(source: Path, output: Path, model: str, extent: tuple[float, float, float, float] | None = None) -> Path:
    """Predict two years ahead on the CPU."""
    request = PredictionRequest(source, output, model=model, device="cpu", extent=extent)
    return predict(request, warn=lambda message: None).paths["prediction"]


def seam_ratios(source: Path, result: Path) -> list[float]:
    """Mean absolute gradient of the change across edges of windows, over that one and two cells beside them.

    The first is of the edges; the others are of lines that lie a cell, two and so on beside all edges: what a scene's
    own lines make of the ratio by chance.
    """
    with rasterio.open(source) as before, rasterio.open(result) as after:
        change = after.read().astype(np.float64) - before.read()
        top = round(-after.transform.f / after.transform.a)
        left = round(after.transform.c / after.transform.a)
    gradients = [
        (np.abs(np.diff(change, axis=axis)).mean((0, 3 - axis)), first) for axis, first in ((1, top), (2, left))
    ]
    return [_seam_ratio(gradients, beside_px) for beside_px in range(0, STRIDE_PX, CELL_PX)]


def _seam_ratio(gradients: list[tuple[NDArray[np.float64], int]], beside_px: int) -> float:
    """The ratio of lines that lie so far beside the edges; gradients along both axes, with their first place."""
    across, beside = [], []
    for gradient, first in gradients:
        edges = np.flatnonzero((np.arange(len(gradient)) + first + 1 + beside_px) % STRIDE_PX == 0)
        edges = edges[(edges >= 2 * CELL_PX) & (edges < len(gradient) - 2 * CELL_PX)]
        across.append(gradient[edges].mean())
        # pixels within a cell have a rhythm of their own, so compare with the same place of the cells beside
        beside.append(np.mean([gradient[edges + step * CELL_PX].mean() for step in (-2, -1, 1, 2)]))
    return float(np.mean(across) / np.mean(beside))


def overlap_difference(source: Path, whole: Path, folder: Path, model: str) -> int:
    """Largest difference between the whole result and that of an odd extent inside it, in levels."""
    with rasterio.open(source) as dataset:
        x, y = dataset.transform @ (301, 517)
        extent = (x, y - 200 * dataset.transform.a, x + 311 * dataset.transform.a, y)
    part = run(source, folder / "part.tif", model, extent)
    with rasterio.open(part) as small, rasterio.open(whole) as large:
        window = large.window(*small.bounds).round_offsets().round_lengths()
        difference: NDArray[np.int16] = small.read().astype(np.int16) - large.read(window=window)
    return int(np.abs(difference).max())


def write_tiled_scene(path: Path, side: int) -> Path:
    """Write the rendered scene, repeated to a square of this side."""
    from landcast.worker.demo.scene import write_scene

    write_scene(path, (min(side, SCENE_PX), min(side, SCENE_PX)), seed=4)
    if side > SCENE_PX:
        with rasterio.open(path) as dataset:
            profile, pixels = dataset.profile, dataset.read()
        profile.update(width=side, height=side)
        repeats = -(-side // SCENE_PX)
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(np.tile(pixels, (1, repeats, repeats))[:, :side, :side])
    return path


if __name__ == "__main__":
    main()
