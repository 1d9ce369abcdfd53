"""How well the domain check tells ground like that of the training from other ground, and what it costs.

    python benchmarks/domain.py --model MODEL [NAME=FOLDER]...

For each folder of rasters, and for rendered ground of kinds that no town is: the share of tiles beyond 1 and the
median distance, by the model's own network; beside it the same by its rival, which needs no network: mean, deviation
and sharpness of the three colours, whitened. Both are fitted on the tiles of the pairs of --config.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import rasterio
import torch
from numpy.typing import NDArray

from landcast.core.domain.look import load_domain_of
from landcast.core.lattice import TILE_PX
from landcast.core.model.domain import nearest_distances
from landcast.core.model.folder import find_model
from landcast.tests.unlike_scenes import SCENES, at_night
from landcast.training.data import load_data
from landcast.training.domain_fit import NEIGHBOURS, UNIT_SHARE, cut_training_tiles, with_places
from landcast.training.pairs import raster_files
from landcast.training.run import make_sampler
from landcast.training.settings_file import load_settings
from landcast.worker.demo.scene import render_scene

Images = NDArray[np.uint8]
MOST_OF_A_FOLDER = 160
SCENE_PX = 512
SEEDS = 4


def tiles_of(image: Images) -> list[Images]:
    """Whole tiles of an image, uint8 (3, y, x)."""
    height, width = (side // TILE_PX * TILE_PX for side in image.shape[1:])
    return [
        image[:3, top : top + TILE_PX, left : left + TILE_PX]
        for top in range(0, height, TILE_PX)
        for left in range(0, width, TILE_PX)
    ]


def read_folder(folder: Path) -> Images:
    """Tiles evenly taken from the rasters of a folder, or from one raster."""
    tiles: list[Images] = []
    for path in [folder] if folder.is_file() else raster_files(folder):
        with rasterio.open(path) as raster:
            tiles += tiles_of(raster.read((1, 2, 3)))
    picks = np.linspace(0, len(tiles) - 1, min(MOST_OF_A_FOLDER, len(tiles))).round().astype(int)
    return np.stack([tiles[pick] for pick in picks])


def rendered() -> dict[str, Images]:
    """Tiles of rendered ground, other places than those of the tests."""
    shape = SCENE_PX, SCENE_PX
    found = {
        f"rendered {name}": np.stack([tile for seed in range(SEEDS) for tile in tiles_of(draw(shape, 100 + seed))])
        for name, draw in SCENES.items()
    }
    town = np.stack([tile for seed in range(SEEDS) for tile in tiles_of(render_scene(shape, 100 + seed))])
    night = np.stack([at_night(tile, number) for number, tile in enumerate(town)])
    return {**found, "rendered town": town, "rendered town at night": night}


def colour_features(images: Images) -> NDArray[np.float32]:
    """Mean, deviation and sharpness of the three colours, float32 (tile, 9)."""
    levels = images.astype(np.float32) / 255
    blurred = np.stack([[cv2.blur(band, (5, 5)) for band in image] for image in levels])
    parts = [levels.mean((2, 3)), levels.std((2, 3)), (levels - blurred).std((2, 3))]
    return np.concatenate(parts, 1).astype(np.float32)


class ColourRival:
    """Nearest training tiles by their colours alone, in the same unit."""

    def __init__(self, images: Images, places: list[str]) -> None:
        features, labels = colour_features(images), np.array(places)
        self._mean = features.mean(0)
        values, axes = np.linalg.eigh(np.cov(features.T))
        self._axes = axes / np.sqrt(values)
        points = self._points(features)
        out = [nearest_distances(points[labels == one], points[labels != one], NEIGHBOURS) for one in set(places)]
        self._known, self._unit = points, np.quantile(np.concatenate(out), UNIT_SHARE)

    def _points(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        points: NDArray[np.float32] = ((features - self._mean) @ self._axes).astype(np.float32)
        return points

    def distances(self, images: Images) -> NDArray[np.float32]:
        """In units of 95 % of the left-out training tiles, (tile,)."""
        return nearest_distances(self._points(colour_features(images)), self._known, NEIGHBOURS) / self._unit


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--config", type=Path, required=True, help="settings of its training")
    parser.add_argument("folders", nargs="*", metavar="NAME=FOLDER")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    known = load_domain_of(find_model(asked.model))
    assert known is not None, "the model has no domain; landcast domain --fit"
    sampler = make_sampler(settings := with_places(load_settings(asked.config)), load_data(settings))
    rival = ColourRival(*cut_training_tiles(sampler))
    named = dict(text.split("=", 1) for text in asked.folders)
    sets: Mapping[str, Images] = {**{name: read_folder(Path(path)) for name, path in named.items()}, **rendered()}
    dark = {f"{name} at night": np.stack([at_night(tile, i) for i, tile in enumerate(sets[name])]) for name in named}
    print("| ground | tiles | unlike | median | by colours: unlike | median |\n|---|---|---|---|---|---|")
    for name, images in {**sets, **dark}.items():
        distances = known.measure(list(images.astype(np.float32) / np.float32(255)))
        others = rival.distances(images)
        own = f"{(distances > 1).mean():.0%} | {np.median(distances):.2f}"
        print(f"| {name} | {len(images)} | {own} | {(others > 1).mean():.0%} | {np.median(others):.2f} |", flush=True)
    few = list(next(iter(sets.values()))[:32].astype(np.float32) / np.float32(255))
    started, used = time.perf_counter(), time.process_time()
    known.measure(few)
    cpu_s, clock_s = time.process_time() - used, time.perf_counter() - started
    print(f"{len(few)} tiles: {cpu_s:.2f} s of CPU, {clock_s:.2f} s of the clock")


if __name__ == "__main__":
    main()
