"""How well change between two dates is found, beside the methods that `landcast change` is made of.

    python benchmarks/change.py [--only PLACE...]

Needs LANDCAST_DATA for the real places; the rendered ones are always there. What truly changed between two dates is
known to nobody, so objects are added: turned rectangles of 10 to 40 px that hold another part of the city at the later
date. Three kinds of pairs:

- `real`: two dates of 12 chips of a city, with the objects in the later one. What else changed in the years between
  counts against every method alike, so the figures are low, and only their order says something.
- `bent`: one date and the same once more, shifted by 0.7 and 0.5 px, under another light (gamma, gain and rise of each
  band) and with noise of 3 levels. Nothing else changed.
- `rendered`: two dates of the rendered scene, with objects of another one.

For each method, the area under the curve of hits and false alarms (`auc`), the mean precision over all recalls (`ap`),
and for the two that know a probability the share of the objects (`hit`) and of all else (`false`) that have 99 % or
more, in percent.

Means over the places:

| method | real: auc ap hit false | bent | rendered |
|---|---|---|---|
| change vectors | 0.721 0.085 | 0.901 0.435 | 0.888 0.171 |
| robust change vectors | 0.742 0.096 | 0.947 0.717 | 0.899 0.188 |
| IR-MAD | 0.754 0.097 99 92 | 0.908 0.455 99 74 | 0.901 0.182 99 67 |
| landcast change | 0.858 0.183 50 8 | 0.995 0.920 97 2 | 0.929 0.210 98 20 |
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray

from landcast.core.change.alteration import find_alteration
from landcast.core.change.features import average, look_features, tolerant_distance
from landcast.worker.demo.scene import render_scene

CHIPS_YX = 3, 4
DATES = {
    "claremont": (2016, 2018), "long_beach": (2016, 2020), "palm_springs": (2018, 2020), "santa_monica": (2016, 2018),
}  # fmt: skip
RENDERED_SEEDS = 2, 5
EDGE_PX = 4
ROUNDS = 30

Floats = NDArray[np.float32]
Pair = tuple[str, str, Floats, Floats, NDArray[np.bool_]]


def main() -> None:
    """Print a line for each place and method, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="PLACE", help="places to look at [all]")
    only = parser.parse_args().only
    found: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for kind, place, before, after, is_object in pairs():
        if only and place not in only:
            continue
        for name, method in METHODS.items():
            distance, probability = method(before, after)
            figures = score(distance, is_object) + shares(probability, is_object)
            found.setdefault((name, kind), []).append(figures)
            print(f"{kind:9} {place:13} {name:22} {tell(figures)}", flush=True)
    print()
    for (name, kind), all_figures in found.items():
        print(f"{kind:9} {'mean':13} {name:22} {tell(tuple(np.mean(all_figures, axis=0)))}")


def tell(figures: tuple[float, ...]) -> str:
    """Turn figures into text."""
    auc, precision, hit, false = figures
    at_99 = "" if np.isnan(hit) else f"  hit {100 * hit:5.1f}  false {100 * false:5.1f}"
    return f"auc {auc:.3f}  ap {precision:.3f}{at_99}"


def pairs() -> Iterator[Pair]:
    """Kind, place, both dates as float32 (3, y, x) in levels, and where objects are."""
    folder = Path(os.environ.get("LANDCAST_DATA", "")) / "naip"
    for city, years in DATES.items() if folder.is_dir() else ():
        before, after = (mosaic(folder / city / str(year), first=0) for year in years)
        elsewhere = [mosaic(folder / city / str(year), first=CHIPS_YX[0] * CHIPS_YX[1]) for year in years]
        is_object = objects(before.shape[1:], np.random.default_rng(1), count=40)
        yield "real", city, before, np.where(is_object, elsewhere[1], after), is_object
        yield "bent", city, before, bent(before, elsewhere[0], is_object), is_object
    for seed in RENDERED_SEEDS:
        before, after, elsewhere_too = (
            render_scene((768, 768), number, years).astype(np.float32)
            for number, years in ((seed, 0), (seed, 6), (seed + 20, 6))
        )
        is_object = objects(before.shape[1:], np.random.default_rng(3), count=30)
        yield "rendered", f"seed {seed}", before, np.where(is_object, elsewhere_too, after), is_object


def mosaic(folder: Path, first: int) -> Floats:
    """Chips of a folder side by side."""
    paths = sorted(folder.glob("*.tif"))
    rows, columns = CHIPS_YX
    chips = [rasterio.open(paths[(first + number) % len(paths)]).read() for number in range(rows * columns)]
    lines = [np.concatenate(chips[row * columns : (row + 1) * columns], axis=2) for row in range(rows)]
    return np.concatenate(lines, axis=1).astype(np.float32)


def objects(shape_yx: tuple[int, ...], generator: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """Turned rectangles."""
    mask = np.zeros(shape_yx, np.uint8)
    for _ in range(count):
        centre = tuple(float(generator.integers(30, side - 30)) for side in reversed(shape_yx))
        height, width = (float(2 * half) for half in generator.integers(5, 20, 2))
        corners = cv2.boxPoints((centre, (height, width), float(generator.uniform(0, 180))))
        cv2.fillPoly(mask, [corners.astype(np.int32)], 1)
    return mask.astype(bool)


def bent(image: Floats, elsewhere: Floats, is_object: NDArray[np.bool_]) -> Floats:
    """The same image shifted, with objects, under another light and with noise."""
    shift = np.array([[1, 0, 0.7], [0, 1, -0.5]], np.float32)
    moved = np.stack([
        cv2.warpAffine(band, shift, band.shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        for band in image
    ])  # fmt: skip
    shown = np.clip(np.where(is_object, elsewhere, moved), 0, 255) / 255
    gain, rise = np.array([0.8, 0.9, 1.1])[:, None, None], np.array([15, 5, -10])[:, None, None]
    noise = np.random.default_rng(2).normal(0, 3, image.shape)
    later: Floats = np.clip(np.round(255 * shown**1.15 * gain + rise + noise), 0, 255).astype(np.float32)
    return later


def score(distance: NDArray[Any], is_object: NDArray[np.bool_]) -> tuple[float, float]:
    """Area under the curve of hits and false alarms, and mean precision, of a ranking."""
    inner = slice(EDGE_PX, -EDGE_PX), slice(EDGE_PX, -EDGE_PX)
    is_there = is_object[inner].ravel()[np.argsort(-distance[inner].ravel(), kind="stable")]
    hits, places = np.cumsum(is_there), np.arange(1, is_there.size + 1)
    count, others = hits[-1], is_there.size - hits[-1]
    auc = 1 - (places[is_there] - np.arange(1, count + 1)).sum() / count / others
    return float(auc), float((hits / places)[is_there].mean())


def shares(probability: NDArray[Any] | None, is_object: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the objects and of all else at 99 % or more."""
    if probability is None:
        return float("nan"), float("nan")
    is_found = probability >= 0.99
    return float(is_found[is_object].mean()), float(is_found[~is_object].mean())


def vectors(before: Floats, after: Floats) -> tuple[Floats, None]:
    """Change vector analysis after each band was given one mean and deviation."""
    one, other = (_standard(image) for image in (before, after))
    return np.sqrt(np.square(one - other).sum(0)), None


def robust_vectors(before: Floats, after: Floats) -> tuple[Floats, None]:
    """The same, with the nearest of the neighbours (Thonfeld et al. 2016)."""
    one, other = (_standard(image) for image in (before, after))
    return tolerant_distance(one, other, np.ones(before.shape[1:], np.bool_)), None


def reweighted_alteration(before: Floats, after: Floats) -> tuple[Floats, NDArray[Any]]:
    """IR-MAD of the pixels as they are (Nielsen 2007)."""
    bands = len(before)
    both = np.concatenate([before, after]).reshape(2 * bands, -1).astype(np.float64)
    weight = np.ones(both.shape[1])
    for _ in range(ROUNDS):
        centred = both - ((both * weight).sum(1) / weight.sum())[:, None]
        covariance = (centred * weight) @ centred.T / weight.sum()
        first, second = (np.linalg.inv(np.linalg.cholesky(covariance[part, part])) for part in
                         (slice(bands), slice(bands, None)))  # fmt: skip
        left, correlations, right = np.linalg.svd(first @ covariance[:bands, bands:] @ second.T)
        variates = left.T @ first @ centred[:bands] - right @ second @ centred[bands:]
        squared = (np.square(variates) / (2 * (1 - correlations))[:, None]).sum(0)
        weight = _survival_of_three(squared)
    return squared.reshape(before.shape[1:]), 1 - weight.reshape(before.shape[1:])


def landcast(before: Floats, after: Floats) -> tuple[Floats, NDArray[Any]]:
    """What `landcast change` does with pixels that are read."""
    valid = np.ones(before.shape[1:], np.bool_)
    one, other = (look_features(image, valid) for image in (before, after))
    alteration = find_alteration(*(image[:, ::2, ::2].reshape(len(image), -1) for image in (one, other)))
    distance = average(tolerant_distance(*alteration.variates(one, other), valid), valid)
    return distance, alteration.probability(distance)


METHODS: dict[str, Callable[[Floats, Floats], tuple[Any, Any]]] = {
    "change vectors": vectors,
    "robust change vectors": robust_vectors,
    "IR-MAD": reweighted_alteration,
    "landcast change": landcast,
}


def _standard(image: Floats) -> Floats:
    standard: Floats = (image - image.mean((1, 2), keepdims=True)) / image.std((1, 2), keepdims=True)
    return standard


def _survival_of_three(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a chi-square of three degrees: that of one, and a term more (Abramowitz & Stegun 26.4.4)."""
    places = np.linspace(0, 12, 4096)
    table = np.array([math.erfc(place / math.sqrt(2)) for place in places])
    root = np.sqrt(squared)
    survival: NDArray[np.float64] = np.interp(root, places, table, right=0)
    return survival + math.sqrt(2 / math.pi) * root * np.exp(-squared / 2)


if __name__ == "__main__":
    main()
