"""Time, size and memory of a dataset of 20,000 pairs of rendered tiles: made, then read by two processes at once.

    python benchmarks/dataset.py [--pairs 20000] [--filter share] [--folder FOLDER]

Prints what each part takes beside its limit. Anonymous memory is what the process itself holds; pages of the shards
that it has mapped are the system's own cache, shared by all readers, which it gives back when it needs them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from landcast.core.lattice import TILE_PX
from landcast.worker.demo.scene import write_scene

PIECE_TILES = 18
"""Tiles along the side of one raster."""
RENDERED_PX = 1152
LIMIT_S, LIMIT_MB = 600.0, 2000.0
READERS, BATCH, BATCHES = 2, 16, 300
CRS, GSD_M = "EPSG:26911", 0.6

READ = """
import resource, sys, time
import numpy as np
from landcast.training.dataset.folder import open_dataset
from landcast.training.samples import PairSampler
from landcast.training.settings import TileSettings
started = time.monotonic()
chips = open_dataset(sys.argv[1]).chips("train")
sampler = PairSampler(chips, TileSettings(), int(sys.argv[2]))
opened = time.monotonic()
for step in range(int(sys.argv[3])):
    sampler.batch(step, int(sys.argv[4]))
done = time.monotonic()
every = sum(int(chip.before[0, 0, 0]) + int(chip.after[2].sum()) for chip in chips)
held = {line.split(":")[0]: int(line.split()[1]) / 1000 for line in open("/proc/self/status") if "kB" in line}
print(len(chips), opened - started, done - opened, time.monotonic() - done, held["RssAnon"], held["VmHWM"])
"""
MAKE = """
import resource, sys
from landcast.worker.cli import main
sys.argv = ["landcast", *sys.argv[2:]]
try:
    main()
finally:
    held = {line.split(":")[0]: int(line.split()[1]) / 1000 for line in open("/proc/self/status") if "kB" in line}
    used = resource.getrusage(resource.RUSAGE_SELF)
    print("used", held["RssAnon"], held["VmHWM"], used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def main() -> None:
    """Render, make, read, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--filter", default="share")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        started = time.monotonic()
        tiles = render(folder, asked.pairs)
        print(
            f"rendered {tiles} pairs of tiles, {size_mb(folder):,.0f} MB of rasters, {time.monotonic() - started:.0f} s"
        )
        make(folder, asked.filter)
        read(folder / "pairs")


def render(folder: Path, pairs: int) -> int:
    """Write rasters of two dates that hold so many tiles: turns and mirrors of one rendered place, side by side."""
    dates = (("2016", 0), ("2020", 4))
    places = []
    for date, years in dates:
        write_scene(folder / f"{date}.tif", (RENDERED_PX, RENDERED_PX), seed=4, years_later=years)
        with rasterio.open(folder / f"{date}.tif") as file:
            places.append(file.read())
        (folder / "dates" / date).mkdir(parents=True)
    side = PIECE_TILES * TILE_PX
    count = -(-pairs // PIECE_TILES**2)
    for number in range(count):
        for (date, _), image in zip(dates, places, strict=True):
            write_piece(folder / "dates" / date / f"{number:03d}.tif", image, number, side)
    return count * PIECE_TILES**2


def write_piece(path: Path, image: np.ndarray, number: int, side: int) -> None:
    """One raster of copies, the same turn for both dates, a kilometre from its neighbours."""
    turned = np.rot90(image, number % 4, axes=(1, 2))
    shifted = np.roll(turned[..., ::-1] if number // 4 % 2 else turned, (37 * number, 91 * number), axis=(1, 2))
    piece = np.tile(shifted, (1, side // RENDERED_PX, side // RENDERED_PX))
    left, top = 300_000 + number % 8 * 2_500, 3_700_000 + number // 8 * 2_500
    place = {"crs": CRS, "transform": Affine(GSD_M, 0, left, 0, -GSD_M, top)}
    shape = {"count": 3, "height": side, "width": side, "dtype": "uint8", "tiled": True}
    with rasterio.open(path, "w", driver="GTiff", compress="lzw", **shape, **place) as file:
        file.write(piece)


def make(folder: Path, name: str) -> None:
    """Run `landcast pairs`."""
    command = [sys.executable, "-c", MAKE, "-", "pairs", folder / "dates", "--out", folder / "pairs", "--filter", name,
               "--split", "0", "--progress", "none"]  # fmt: skip
    started = time.monotonic()
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True)
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(done.stderr)
    lines = done.stderr.splitlines()
    anonymous, peak, processor_s = map(float, lines[-1].split()[1:])
    print("\n".join(line for line in lines[:-1] if line.startswith("note")))
    print(f"made in {seconds:.0f} s (limit {LIMIT_S:.0f} s), {processor_s:.0f} s of one processor")
    print(f"on the disk {size_mb(folder / 'pairs'):,.0f} MB (limit {LIMIT_MB:,.0f} MB)")
    print(f"memory {peak:,.0f} MB at most (limit {LIMIT_MB:,.0f} MB), {anonymous:,.0f} MB anonymous at the end")


def read(dataset: Path) -> None:
    """Draw batches in two processes at once, as two workers of a training do, then read every pair."""
    command = [sys.executable, "-c", READ, str(dataset)]
    started = time.monotonic()
    readers = [
        subprocess.Popen([*command, str(seed), str(BATCHES), str(BATCH)], stdout=subprocess.PIPE, text=True)
        for seed in range(READERS)
    ]
    for number, reader in enumerate(readers):
        said, _ = reader.communicate()
        pairs, opening, batches, every, anonymous, peak = map(float, said.split())
        print(
            f"reader {number + 1}: {pairs:.0f} training pairs opened in {opening:.1f} s, "
            f"{BATCHES * BATCH / batches:,.0f} augmented samples/s, all pairs read in {every:.1f} s; "
            f"{anonymous:,.0f} MB anonymous (limit {LIMIT_MB:,.0f} MB), {peak:,.0f} MB with pages shared by all readers"
        )
    print(f"both readers {time.monotonic() - started:.0f} s")


def size_mb(folder: Path) -> float:
    """Megabytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
