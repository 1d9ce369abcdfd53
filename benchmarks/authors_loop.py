"""The loop of the method's authors beside `landcast predict` on the same tiles, by stage; memory, seams, GPU.

    python benchmarks/authors_loop.py [--scene-px 1024] [--tiles 2] [--steps 5] [--tries 2] [--model NAME|DIR]
                                      [--memory-px 4096 8192] [--slim] [--no-memory] [--out FILE.md]

The authors' loop is their network of 275 million parameters, 100 steps, tile by tile, one tile a call, fp32, PyTorch's
own memory format, and tiles of 32 px with zeros around through ESRGAN of 16 RRDB. Measured are some of the tiles and
some of the steps; a figure marked with * is extrapolated from them. Landcast is measured whole, on the whole scene,
with what the edges of a scene cost in it. The source is the scene that Landcast renders.

Both compute with one thread, and the ratio is that of CPU time, for other programs run on most machines; wall time is
told beside it, with the load. The share of the peak is that of the best product of two square matrices in the same
precision, measured in the same run by the same clock. An operation is a multiplication or an addition.

Memory is measured in a process of its own at each size. `--slim` measures it with one call of the UNet and one block of
the upscaler: they run one after another in the same memory, so that only the time is another. Figures of a GPU are
measured where there is one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from authors_method import STEPS, AuthorsMethod, TileCost
from gpu_rows import T4_BYTES
from gpu_rows import measure_apart as measure_gpu
from landcast_stages import PredictionCost, measure_prediction, quickest
from matrix_work import count_flop, matrix_peak
from slim_model import write_slim_model
from tiling import MEMORY_LIMIT_MB, SEAM_LIMIT, measure_apart, seam_ratios, write_tiled_scene

from landcast.core.device import choose_precision, precision_name
from landcast.core.lattice import TILE_PX
from landcast.core.request import DEFAULT_MODEL

SPEED_AIM, GROWTH_LIMIT, H200_LIMIT_S = 250, 1.2, 4.0
CPU = torch.device("cpu")
STAGES = ("plan", "read", "condition", "UNet", "upscaler", "compose", "write", "rest")


class Report:
    """A document that is printed as it grows, and kept."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._lines = path, list[str]()

    def add(self, *lines: str) -> None:
        """Add lines of Markdown."""
        self._lines += lines
        print("\n".join(lines), flush=True)
        if self._path is not None:
            self._path.write_text("\n".join(self._lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Loop:
    """One of the two rivals, by tile.

    Attributes:
        cpu_s: CPU seconds of a tile by stage.
        flop: operations of a tile by network.
        peak: operations a second of the machine in its precision.
    """

    cpu_s: dict[str, float]
    flop: dict[str, float]
    peak: float

    def cells(self, stage: str, mark: str = "") -> str:
        """A stage's cells: ms, GFLOP, GFLOP/s, share of the peak."""
        if stage not in self.cpu_s:
            return "| - | | | "
        seconds, flop = self.cpu_s[stage], self.flop.get(stage)
        if not flop:
            return f"| {1000 * seconds:,.1f}{mark} | | | "
        rate = flop / seconds
        return f"| {1000 * seconds:,.1f}{mark} | {flop / 1e9:,.2f} | {rate / 1e9:.0f} | {rate / self.peak:.0%} "


def main() -> None:
    """Run all measurements and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene-px", type=int, default=1024)
    parser.add_argument("--tiles", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--tries", type=int, default=2, help="predictions of the scene, of which the quickest counts")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--memory-px", type=int, nargs="+", default=[4096, 8192])
    parser.add_argument("--slim", action="store_true", help="measure memory with a shorter model of the same width")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--out", type=Path, help="file to write the tables to, beside printing them")
    args = parser.parse_args()
    torch.set_num_threads(1)
    report = Report(args.out)
    report.add(f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; torch {torch.__version__}", "")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        scene = write_tiled_scene(folder / "scene.tif", args.scene_px)
        output = stages(report, scene, folder, args)
        limits = ["| what | found | limit | kept |", "|---|---|---|---|", *seam_rows(scene, output)]
        report.add(*limits)
        if not args.no_memory:
            memory_rows(report, folder, args)
        report.add(*gpu_rows(args.model))


def stages(report: Report, scene: Path, folder: Path, args: argparse.Namespace) -> Path:
    """Report both loops by stage; the prediction comes back."""
    # a processor that only imitates bf16 would take a quarter of an hour for its peak, and predicts in fp32
    precisions = dict.fromkeys((torch.float32, choose_precision("auto", CPU)))
    peaks = {precision: matrix_peak(precision, CPU) for precision in precisions}
    told = ", ".join(f"{precision_name(one)} {rate / 1e9:.0f} GFLOP/s" for one, rate in peaks.items())
    report.add(f"Matrix peak of one thread, measured: {told}.", "")
    method = AuthorsMethod()
    tile = method.measure(scene, folder, args.tiles, args.steps)
    theirs_flop = {"UNet": STEPS * count_flop(method.call_unet), "upscaler": count_flop(method.call_upscaler)}
    theirs = Loop(tile.cpu_s, theirs_flop, peaks[torch.float32])
    parameters = method.parameters
    del method
    outputs = [folder / f"predicted_{number}.tif" for number in range(args.tries)]
    cost = quickest([measure_prediction(scene, output, args.model) for output in outputs])
    tiles = (args.scene_px / TILE_PX) ** 2
    ours = Loop(
        {stage: seconds / tiles for stage, seconds in cost.cpu_s.items()},
        {stage: flop / tiles for stage, flop in cost.flop.items()},
        peaks[cost.precision],
    )
    report.add(
        f"CPU-ms a tile of {TILE_PX} px, one thread. Authors: {parameters / 1e6:.0f} M parameters, fp32, {args.tiles} "
        f"tiles and {args.steps} of {STEPS} steps measured, * extrapolated. Landcast: {args.model}, "
        f"{precision_name(cost.precision)}, a scene of {args.scene_px} x {args.scene_px} px ({tiles:.0f} tiles).",
        "",
        "| stage | authors, ms | GFLOP | GFLOP/s | of peak | Landcast, ms | GFLOP | GFLOP/s | of peak | times |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_stage_row(stage, theirs, ours) for stage in STAGES),
        _total_row(theirs, ours),
        "",
        *_ratios(tile, cost, theirs, ours, tiles),
    )
    return outputs[0]


def _stage_row(stage: str, theirs: Loop, ours: Loop) -> str:
    mark = "*" if stage == "UNet" else ""
    has_both = stage in theirs.cpu_s and ours.cpu_s.get(stage)
    times = f"{theirs.cpu_s[stage] / ours.cpu_s[stage]:,.1f}" if has_both else ""
    return f"| {stage} {theirs.cells(stage, mark)}{ours.cells(stage)}| {times} |"


def _total_row(theirs: Loop, ours: Loop) -> str:
    both = [sum(loop.cpu_s.values()) for loop in (theirs, ours)]
    flop = [sum(loop.flop.values()) for loop in (theirs, ours)]
    cells = [
        f"| {1000 * seconds:,.0f}{mark} | {work / 1e9:,.1f} | {work / seconds / 1e9:.0f} | "
        f"{work / seconds / loop.peak:.0%} "
        for seconds, work, loop, mark in zip(both, flop, (theirs, ours), ("*", ""), strict=True)
    ]
    return f"| total {''.join(cells)}| {both[0] / both[1]:,.0f} |"


def _ratios(tile: TileCost, cost: PredictionCost, theirs: Loop, ours: Loop, tiles: float) -> list[str]:
    by_cpu = sum(theirs.cpu_s.values()) / sum(ours.cpu_s.values())
    by_wall = sum(tile.wall_s.values()) * tiles / cost.seconds
    megapixel_s = sum(ours.cpu_s.values()) / (TILE_PX**2 / 1e6)
    walls = ", ".join(f"{stage} {cost.wall_s[stage]:.1f}" for stage in ("read", "compose", "write"))
    return [
        f"Landcast: {megapixel_s:.1f} CPU seconds a megapixel; {cost.seconds:.0f} seconds on the clock for the scene, "
        f"of which, on threads that overlap: {walls} (load {os.getloadavg()[0]:.1f}).",
        "",
        "| what | found | aim | reached |",
        "|---|---|---|---|",
        f"| times the authors' loop, by CPU time of one thread * | {by_cpu:,.0f} | {SPEED_AIM} | "
        f"{_kept(by_cpu >= SPEED_AIM)} |",
        f"| the same by the clock * | {by_wall:,.0f} | {SPEED_AIM} | {_kept(by_wall >= SPEED_AIM)} |",
        "",
    ]


def seam_rows(scene: Path, output: Path) -> list[str]:
    """Seams of the prediction, and what lines that are no edges show by chance."""
    at_edges, *others = seam_ratios(scene, output)
    kept = _kept(abs(at_edges - 1) <= SEAM_LIMIT)
    return [
        f"| gradient of the change across window edges over beside | {at_edges:.3f} | 1 +- {SEAM_LIMIT} | {kept} |",
        f"| the same of lines that are no edges | {min(others):.3f} to {max(others):.3f} | | |",
    ]


def memory_rows(report: Report, folder: Path, args: argparse.Namespace) -> None:
    """Memory over the loaded model at each size, and how it grows from the first to the last."""
    model, said = args.model, ""
    if args.slim:
        model, said = str(write_slim_model(args.model, folder / "slim")), ", one call and one block"
    costs = []
    for side in args.memory_px:
        source = write_tiled_scene(folder / f"{side}.tif", side)
        cost = measure_apart(source, folder / f"{side}_pred.tif", model, 1)
        costs.append(cost)
        report.add(
            f"| memory over the loaded model at {side:,} x {side:,} px{said}, MB | {cost.over_mb:.0f} | "
            f"{MEMORY_LIMIT_MB} | {_kept(cost.over_mb <= MEMORY_LIMIT_MB)} |"
        )
    growth = costs[-1].over_mb / costs[0].over_mb
    sides = f"{args.memory_px[0]:,} to {args.memory_px[-1]:,}"
    report.add(f"| its growth from {sides} px | {growth:.2f} | {GROWTH_LIMIT} | {_kept(growth < GROWTH_LIMIT)} |")


def gpu_rows(model: str) -> list[str]:
    """Seconds of the networks for 100 megapixels on a GPU, as it is and held to what a T4 has."""
    free, held = "networks of 100 Mpx, one member, s", f"the same held to {T4_BYTES / 2**30:g} GiB, fp16, no flash, s"
    if not torch.cuda.is_available():
        return [f"| {free} | no GPU here | {H200_LIMIT_S:g} on an H200 | |", f"| {held} | no GPU here | it runs | |"]
    name, rows = torch.cuda.get_device_name(), []
    for what, is_held in ((free, False), (held, True)):
        found = measure_gpu(model, is_held=is_held)
        seconds = found["unet_s"] + found["upscaler_s"]
        limit = "it runs" if is_held else f"{H200_LIMIT_S:g} on an H200"
        kept = _kept(is_held or seconds <= H200_LIMIT_S)
        rows.append(
            f"| {what}, {name} | {seconds:.2f} (UNet {found['unet_s']:.2f}, upscaler {found['upscaler_s']:.2f}; "
            f"{found['memory_mb']:,.0f} MB) | {limit} | {kept} |"
        )
    return rows


def _kept(is_kept: bool) -> str:
    return "yes" if is_kept else "NO"


def _processor() -> str:
    if not sys.platform.startswith("linux"):
        return "processor not known"
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")


if __name__ == "__main__":
    main()
