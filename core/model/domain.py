"""What a model was trained on, as points in two spaces of features of its tiles, kept beside its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..errors import ModelError

DOMAIN_NAME = "domain.safetensors"
FORMAT_VERSION = 1
MEND = "fit it again (landcast domain --fit)"
ROWS_AT_ONCE = 1024
"""Tiles whose distances are worked out at once."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FeatureSpace:
    """Axes along which the features of training tiles vary most.

    Attributes:
        mean: float32, (feature,).
        deviation: float32, (feature,); above 0.
        axes: float32, (feature, axis).
    """

    mean: Floats
    deviation: Floats
    axes: Floats

    def __post_init__(self) -> None:
        count = len(self.mean)
        if self.mean.shape != (count,) or self.deviation.shape != (count,) or self.axes.shape[:1] != (count,):
            raise ValueError(
                f"mean {self.mean.shape}, deviation {self.deviation.shape} and axes {self.axes.shape} do not fit"
            )
        if self.axes.ndim != 2 or not all(np.isfinite(one).all() for one in (self.mean, self.deviation, self.axes)):
            raise ValueError("mean, deviation and axes must be finite, and the axes a matrix")
        if not (self.deviation > 0).all():
            raise ValueError("a deviation must be above 0")

    def project(self, features: Floats) -> Floats:
        """Bring features (tile, feature) to points (tile, axis), both float32."""
        points = ((features - self.mean) / self.deviation) @ self.axes
        return points.astype(np.float32, copy=False)


def nearest_distances(points: Floats, known: Floats, neighbours: int) -> Floats:
    """The mean distance of each point to its nearest known points.

    Args:
        points: float32, (point, axis).
        known: float32, (known, axis); at least as many as neighbours.
        neighbours: how many.

    Returns:
        float32, (point,).

    Source: Sun et al. 2022, Out-of-distribution detection with deep nearest neighbors, with the mean of k distances.
    """
    parts = [np.zeros(0, np.float32)]
    size = (known.astype(np.float64) ** 2).sum(1)
    for first in range(0, len(points), ROWS_AT_ONCE):
        part = points[first : first + ROWS_AT_ONCE].astype(np.float64)
        square = (part**2).sum(1)[:, None] + size - 2 * part @ known.astype(np.float64).T
        nearest = np.partition(square, neighbours - 1, axis=1)[:, :neighbours]
        parts.append(np.sqrt(nearest.clip(min=0)).mean(1).astype(np.float32))
    return np.concatenate(parts)


@dataclass(frozen=True)
class KnownTiles:
    """Training tiles in one space.

    Attributes:
        space: of the features.
        tiles: float32, (tile, axis).
        unit: the distance below which 95 % of them lie, each seen from the other places alone.
    """

    space: FeatureSpace
    tiles: Floats
    unit: float

    def __post_init__(self) -> None:
        axes = self.space.axes.shape[1]
        if self.tiles.ndim != 2 or self.tiles.shape[1] != axes or not np.isfinite(self.tiles).all():
            raise ValueError(f"tiles must be finite points on {axes} axes, not {self.tiles.shape}")
        if not (isfinite(self.unit) and self.unit > 0):
            raise ValueError(f"a unit must be above 0, not {self.unit}")

    def distances(self, features: Floats, neighbours: int) -> Floats:
        """How far features (tile, feature) lie from these, in units; float32 (tile,)."""
        return nearest_distances(self.space.project(features), self.tiles, neighbours) / np.float32(self.unit)


@dataclass(frozen=True)
class DomainFacts:
    """What is known of how a domain was fitted.

    Attributes:
        unit: of the larger of both distances, what 95 % of the training tiles lie below, each seen from the other
            places alone.
        neighbours: nearest training tiles whose distances are averaged.
        years_ahead: that the network was told for every tile.
        gsd_m: that the network was told for every tile, metres.
        left_out: by place (or part of the training) the share of its tiles beyond the unit, seen from the others.
        data_sha256: over the pixels of the pairs that it was fitted on.
        format_version: of the file.
    """

    unit: float
    neighbours: int
    years_ahead: float
    gsd_m: float
    left_out: Mapping[str, float]
    data_sha256: str
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        numbers = self.unit, self.years_ahead, self.gsd_m
        if not all(isfinite(value) and value > 0 for value in numbers) or self.neighbours < 1:
            raise ValueError(f"unit, years_ahead, gsd_m and neighbours must be above 0, not {numbers}")


@dataclass(frozen=True)
class TrainingDomain:
    """What a model was trained on.

    Attributes:
        network: training tiles by what the model's own network makes of them.
        colours: the same tiles by their colours, at least as many as neighbours are asked.
        facts: how it was fitted.
    """

    network: KnownTiles
    colours: KnownTiles
    facts: DomainFacts

    def __post_init__(self) -> None:
        count = len(self.network.tiles)
        if not count == len(self.colours.tiles) >= self.facts.neighbours:
            raise ValueError(
                f"at least {self.facts.neighbours} tiles are needed in both spaces, not {count} and "
                f"{len(self.colours.tiles)}"
            )

    def distances(self, features: Floats) -> Floats:
        """How far tiles lie from those of the training; 1 is as far as 95 % of places like those lie at most.

        Args:
            features: float32, (tile, feature); of the network that it was fitted with, then of the colours.

        Returns:
            float32, (tile,), 0 or more.

        Raises:
            ValueError: features of another network.
        """
        first, second = len(self.network.space.mean), len(self.colours.space.mean)
        if features.ndim != 2 or features.shape[1] != first + second:
            raise ValueError(f"{first + second} features a tile are needed, not {features.shape}")
        by_network = self.network.distances(features[:, :first], self.facts.neighbours)
        by_colours = self.colours.distances(features[:, first:], self.facts.neighbours)
        return (np.maximum(by_network, by_colours) / self.facts.unit).astype(np.float32)


def encode_domain(domain: TrainingDomain, unet_sha256: str) -> bytes:
    """Write a domain as the bytes of a safetensors file, bound to the weights of a UNet."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, known in (("network", domain.network), ("colours", domain.colours)):
        arrays |= {
            f"{name}.mean": known.space.mean,
            f"{name}.deviation": known.space.deviation,
            f"{name}.axes": np.ascontiguousarray(known.space.axes.astype(np.float16)),
            f"{name}.tiles": np.ascontiguousarray(known.tiles.astype(np.float16)),
            f"{name}.unit": np.array([known.unit], np.float64),
        }
    said = {**asdict(domain.facts), "unet_sha256": unet_sha256}
    return save(arrays, {"landcast": json.dumps(said, sort_keys=True, ensure_ascii=False)})


def load_domain(folder: Path, unet_sha256: str) -> TrainingDomain | None:
    """Read the domain of a model folder; None where it has none.

    Args:
        folder: of the model.
        unet_sha256: of the weights that it must be bound to.

    Raises:
        ModelError: it is damaged, of a format that this version does not know, or was fitted with another network.
    """
    path = folder / DOMAIN_NAME
    if not path.is_file():
        return None
    try:
        with safe_open(path, "np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            said: dict[str, Any] = json.loads((file.metadata() or {})["landcast"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"{path}: cannot be read as a domain: {error}; {MEND}") from error
    version = said.get("format_version") if isinstance(said, dict) else None
    if version != FORMAT_VERSION:
        raise ModelError(f"{path}: format {version} is not known; this version reads format {FORMAT_VERSION}; {MEND}")
    if said.pop("unet_sha256", None) != unet_sha256:
        raise ModelError(f"{path}: was fitted with another network than the one in {folder / 'unet'}; {MEND}")
    try:
        facts = DomainFacts(**{one.name: said[one.name] for one in fields(DomainFacts)})
        return TrainingDomain(_known(arrays, "network"), _known(arrays, "colours"), facts)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: {error}; {MEND}") from error


def _known(arrays: Mapping[str, NDArray[Any]], name: str) -> KnownTiles:
    mean, deviation, axes, tiles = (
        arrays[f"{name}.{part}"].astype(np.float32) for part in ("mean", "deviation", "axes", "tiles")
    )
    return KnownTiles(FeatureSpace(mean, deviation, axes), tiles, float(arrays[f"{name}.unit"][0]))
