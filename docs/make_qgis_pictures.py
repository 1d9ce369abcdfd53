"""Makes the pictures of the guide to QGIS: `python docs/make_qgis_pictures.py [--only result compare ...]`.

The real window is filled in and clicked by `qgis_pictures_window.py`, on a virtual screen where there is none, with the
scene that Landcast renders and the model that it ships. Look at what comes of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import cv2

from landcast.tests.window import find_lack, run_in_window
from landcast.worker.demo.scene import write_scene

PICTURES = Path(__file__).parent / "pictures"
WINDOW = Path(__file__).with_name("qgis_pictures_window.py")
SHAPE_YX = (768, 896)
MAX_BYTES = 300_000
SMALLER = 0.94
"""Of a picture's sides, until it is small enough."""


def main() -> None:
    """Drive the window, and keep what it shows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="pictures to keep, by the name without its beginning")
    args = parser.parse_args()
    lack = find_lack()
    if lack is not None:
        raise SystemExit(f"needs {lack}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # its name is seen in the pictures
        source, shots, report = folder / "riverside.tif", folder / "shots", folder / "report.json"
        shots.mkdir()
        write_scene(source, SHAPE_YX, seed=4)
        settings = {
            "source": str(source),
            "shots": str(shots),
            "report": str(report),
            "python": sys.executable,
        }
        settings["only"] = args.only
        done = run_in_window(folder, WINDOW, settings, {"LANDCAST_CACHE": str(folder / "cache")}, "1280x800")
        if not report.exists():
            raise SystemExit(f"QGIS ended without a report:\n{done.stdout}{done.stderr}")
        for shot in sorted(shots.glob("*.png")):
            if not args.only or shot.stem in args.only:
                keep(shot, PICTURES / f"qgis_{shot.stem}.png")
        problem = json.loads(report.read_text())["problem"]
        if problem:
            raise SystemExit(str(problem))


def keep(shot: Path, target: Path) -> None:
    """Write a picture with few colours, as small as it has to be."""
    picture, scale = cv2.imread(str(shot)), 1.0
    while True:
        resized = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        # the lowest bits of an image are noise that no packing makes smaller; white stays white
        reduced = resized // 8 * 8 + resized // 32
        cv2.imwrite(str(target), reduced, [cv2.IMWRITE_PNG_COMPRESSION, 9, cv2.IMWRITE_PNG_STRATEGY, 1])
        if target.stat().st_size <= MAX_BYTES:
            break
        scale *= SMALLER
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes, {scale:.0%}\n")


if __name__ == "__main__":
    main()
