"""Learning what a model was trained on: its training tiles in the space of its own network's features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..core.domain.features import BATCH_TILES, COLOUR_FEATURES, FeatureNetwork
from ..core.errors import OutputError, TrainingError
from ..core.lattice import TILE_PX
from ..core.model.contract import load_contract
from ..core.model.domain import DomainFacts, FeatureSpace, KnownTiles, TrainingDomain, nearest_distances
from ..core.model.folder import load_first_unet, store_domain
from .pairs import ChipPair, fingerprint
from .samples import PairSampler, shrink
from .settings import PairSource, TileSettings, TrainingSettings

MOST_TILES = 2000
"""Training tiles that are kept; more make the file larger and distances hardly smaller."""
FEWEST_TILES = 48
"""Fewer tell too little of what is usual."""
AXES = 24
NEIGHBOURS = 5
UNIT_SHARE = 0.95
MOST_FOLDS = 8
"""Places that are each left out; of more than these, several together."""
LEAST_VARIANCE = 1e-3
"""Of an axis of the colours, which are nearly as many."""
LEAST_DEVIATION = 1e-4
"""A channel that never answers is left out by dividing by no less."""

Floats = NDArray[np.float32]


def fit_domain(
    folder: Path,
    sampler: PairSampler,
    device: torch.device,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> TrainingDomain:
    """Learn what the network of a model folder makes of the tiles that it was trained on.

    Tiles are the first dates of those that pass the filters, cut at the scales of the training, as they are: neither
    turned nor recoloured.

    Args:
        folder: of the model.
        sampler: of its training; where its chips are of one place or name none, they are told apart by file.
        device: where to compute.
        on_progress: called with the tiles done and all tiles.

    Raises:
        TrainingError: too few tiles, or all of one file.
        ModelError: the model cannot be loaded.
    """
    contract = load_contract(folder)
    images, places = cut_training_tiles(sampler)
    if len(images) < FEWEST_TILES:
        raise TrainingError(f"{len(images)} training tiles tell too little of what is usual; {FEWEST_TILES} are needed")
    network = FeatureNetwork(
        load_first_unet(folder, device), contract, min(contract.interval_years), contract.trained_gsd_m[0]
    )
    parts = []
    for first in range(0, len(images), BATCH_TILES):
        parts.append(network.features(images[first : first + BATCH_TILES].astype(np.float32) / np.float32(255)))
        on_progress(min(first + BATCH_TILES, len(images)), len(images))
    told = min(contract.interval_years), contract.trained_gsd_m[0]
    return learn_domain(np.concatenate(parts), places, sampler.seed, told, fingerprint(sampler.chips))


def learn_domain(
    features: Floats, places: Sequence[str], seed: int, told: tuple[float, float], data_sha256: str
) -> TrainingDomain:
    """Learn from features of training tiles what is usual, each place seen from the others for the unit.

    Args:
        features: float32, (tile, feature); of the network, then of the colours.
        places: of the tiles.
        seed: of the dealing into parts, where there are many places.
        told: years ahead and GSD in metres that the network was told.
        data_sha256: over the pixels of the pairs.

    Raises:
        TrainingError: a single place or file, or too little beside one.
    """
    parts = deal_places(places, seed)
    by_network, by_colours = features[:, :-COLOUR_FEATURES], features[:, -COLOUR_FEATURES:]
    apart = [leave_out(by_network, parts, fit_space), leave_out(by_colours, parts, fit_colour_space)]
    units = [float(np.quantile(one, UNIT_SHARE)) for one in apart]
    larger = np.maximum(apart[0] / units[0], apart[1] / units[1])
    unit = float(np.quantile(larger, UNIT_SHARE))
    left_out = {name: round(float((larger[is_out] > unit).mean()), 4) for name, is_out in parts.items()}
    facts = DomainFacts(unit, NEIGHBOURS, *told, left_out, data_sha256)
    spaces = fit_space(by_network), fit_colour_space(by_colours)
    known = [
        KnownTiles(space, space.project(part), own)
        for space, part, own in zip(spaces, (by_network, by_colours), units, strict=True)
    ]
    return TrainingDomain(known[0], known[1], facts)


def store_fitted_domain(folder: Path, domain: TrainingDomain) -> None:
    """Put a domain into a model folder.

    Raises:
        OutputError: the folder cannot be written to.
    """
    try:
        store_domain(folder, domain)
    except OSError as error:
        words = f"{folder}: cannot be written to: {error.strerror}; copy the model and name the copy"
        raise OutputError(words) from error


def cut_training_tiles(sampler: PairSampler) -> tuple[NDArray[np.uint8], list[str]]:
    """Cut the first dates of at most `MOST_TILES` kept tiles, evenly spread over all, at the scales of the training.

    Returns:
        uint8, (tile, 3, 128, 128), and the place of each; its file where they are all of one place, or name none.
    """
    random = np.random.default_rng([sampler.seed, 3])
    picks = np.linspace(0, len(sampler.tiles) - 1, min(MOST_TILES, len(sampler.tiles))).round().astype(int)
    tiles = [sampler.tiles[pick] for pick in picks]
    chips = [sampler.chips[tile.chip] for tile in tiles]
    images = [
        _cut(chip, tile.top, tile.left, sampler.settings, random) for chip, tile in zip(chips, tiles, strict=True)
    ]
    files = [chip.name.rsplit(" (", 1)[0] for chip in chips]
    places = [chip.place or file for chip, file in zip(chips, files, strict=True)]
    return np.stack(images), places if len(set(places)) > 1 else files


def _cut(chip: ChipPair, top: int, left: int, settings: TileSettings, random: np.random.Generator) -> NDArray[np.uint8]:
    """The first date of a tile, of more ground where the chip and its valid pixels allow the drawn scale."""
    height, width = chip.valid.shape
    weights = np.array(settings.crop_weights) * [size <= min(height, width) for size in settings.crop_px]
    side = int(random.choice(settings.crop_px, p=weights / weights.sum()))
    rows, columns = (slice(first, first + side) for first in (min(top, height - side), min(left, width - side)))
    if not chip.valid[rows, columns].all():
        rows, columns = slice(top, top + TILE_PX), slice(left, left + TILE_PX)
    image = shrink(chip.before[:, rows, columns].astype(np.float32), TILE_PX)
    levels: NDArray[np.uint8] = image.round().clip(0, 255).astype(np.uint8)
    return levels


def fit_space(features: Floats) -> FeatureSpace:
    """The axes along which standardised features (tile, feature) vary most (principal components, not whitened).

    Whitening would make the many axes of little variance, which are noise, as long as those that tell ground apart.
    """
    mean = features.mean(0)
    deviation = np.maximum(features.std(0), LEAST_DEVIATION)
    _, _, axes = np.linalg.svd((features - mean) / deviation, full_matrices=False)
    return FeatureSpace(mean, deviation, np.ascontiguousarray(axes[:AXES].T).astype(np.float32))


def fit_colour_space(features: Floats) -> FeatureSpace:
    """The axes along which features (tile, feature) vary, each as long as another (whitened): there are few."""
    mean = features.mean(0)
    deviation = np.maximum(features.std(0), LEAST_DEVIATION)
    variances, axes = np.linalg.eigh(np.cov((features - mean) / deviation, rowvar=False))
    return FeatureSpace(mean, deviation, (axes / np.sqrt(variances.clip(min=LEAST_VARIANCE))).astype(np.float32))


def deal_places(places: Sequence[str], seed: int) -> dict[str, NDArray[np.bool_]]:
    """Which tiles are left out together: those of a place, or of several where there are many; bool (tile,) each.

    Raises:
        TrainingError: a single place or file, or too little beside one.
    """
    names, labels = sorted(set(places)), np.array(places)
    if len(names) < 2:
        raise TrainingError(f"all training tiles are of {names[0]}; at least two places or files are needed")
    parts = {name: labels == name for name in names}
    if len(names) > MOST_FOLDS:
        order = np.random.default_rng([seed, 4]).permutation(len(names))
        dealt = [[names[index] for index in order[first::MOST_FOLDS]] for first in range(MOST_FOLDS)]
        parts = {f"part {number} of {MOST_FOLDS}": np.isin(labels, part) for number, part in enumerate(dealt, 1)}
    for name, is_out in parts.items():
        if (~is_out).sum() < NEIGHBOURS:
            raise TrainingError(f"beside those of {name} there are {(~is_out).sum()} training tiles; more are needed")
    return parts


def leave_out(
    features: Floats, parts: Mapping[str, NDArray[np.bool_]], fit: Callable[[Floats], FeatureSpace]
) -> Floats:
    """How far each tile lies from those of all other parts, as a new place would be seen; float32 (tile,)."""
    distances = np.zeros(len(features), np.float32)
    for is_out in parts.values():
        space = fit(features[~is_out])
        known = space.project(features[~is_out])
        distances[is_out] = nearest_distances(space.project(features[is_out]), known, NEIGHBOURS)
    return distances


def with_places(settings: TrainingSettings) -> TrainingSettings:
    """Name the place of each pair that names none: pairs that share a date's file or folder are of one place."""
    named: list[PairSource] = []
    for source in settings.pairs:
        same = [one.place for one in named if {one.before, one.after} & {source.before, source.after}]
        named.append(replace(source, place=source.place or (same[0] if same else _place_of(source, named))))
    return replace(settings, pairs=tuple(named))


def _place_of(source: PairSource, others: Sequence[PairSource]) -> str:
    """The last folder that both dates have in common; the first date's own path where that is taken, or is none."""
    both = zip(Path(source.before).parts, Path(source.after).parts, strict=False)
    common = [first for first, _ in takewhile(lambda parts: parts[0] == parts[1], both)]
    name = common[-1] if common else source.before
    return source.before if any(one.place == name for one in others) else name
