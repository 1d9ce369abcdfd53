"""Noise that depends on its place on the lattice and on nothing else.

Every value comes from the counter-based generator Philox (Salmon et al. 2011), keyed by seed and member and
counted by step, octave, channel, block row and block column, so that it does not matter which area was asked
for, in which order or on how many machines. torch is imported where noise is made: to know a model's terms needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

BLOCK_NODES = 32
"""Nodes along one side of the block that one Philox counter serves."""
CACHED_BLOCKS = 4096
"""Blocks kept for the windows beside; 16 MiB."""


@dataclass(frozen=True)
class NoiseOctaves:
    """Noise as a sum of independent fields, from pixel-fine to as wide as a tile.

    White noise alone makes it hard for a network of one step to draw changes that span a whole tile.

    Attributes:
        spacing_cells: distance between independent nodes of each field; 1 is white noise.
        weights: standard deviation of each field before the sum is brought to one.
    """

    spacing_cells: tuple[int, ...] = (1,)
    weights: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if len(self.spacing_cells) != len(self.weights) or not self.weights:
            raise ValueError(f"one weight for each spacing, not {self.weights} for {self.spacing_cells}")


WHITE = NoiseOctaves()


@dataclass(frozen=True)
class NoiseKey:
    """What tells one noise field from another. `member` and `step` count from 0."""

    seed: int
    member: int
    step: int = 0


def lattice_noise(
    key: NoiseKey, octaves: NoiseOctaves, channels: int, top_left: tuple[int, int], shape_yx: tuple[int, int]
) -> NDArray[np.float32]:
    """Standard normal noise for a rectangle of lattice cells; float32 (channel, y, x).

    Args:
        key: seed, member and sampling step.
        octaves: the fields that are summed.
        channels: number of independent channels.
        top_left: absolute (row, column) of the first cell; may be negative.
        shape_yx: cells down and across.
    """
    import torch

    total = np.zeros((channels, *shape_yx), np.float32)
    for octave, (spacing, weight) in enumerate(zip(octaves.spacing_cells, octaves.weights, strict=True)):
        first = [start // spacing for start in top_left]
        last = [(start + size - 1) // spacing + 1 for start, size in zip(top_left, shape_yx, strict=True)]
        node_shape = (last[0] - first[0] + 1, last[1] - first[1] + 1)
        nodes = np.stack(
            [_node_noise(key, octave, channel, (first[0], first[1]), node_shape) for channel in range(channels)]
        )
        offset = (top_left[0] - first[0] * spacing, top_left[1] - first[1] * spacing)
        total += weight * spread_nodes(torch.from_numpy(nodes), spacing, offset, shape_yx).numpy()
    return total / np.float32(np.linalg.norm(octaves.weights))


def batch_noise(generator: torch.Generator, octaves: NoiseOctaves, shape: tuple[int, int, int, int]) -> Tensor:
    """The same distribution for training, at a random place of the lattice; float32 (n, channel, y, x)."""
    import torch

    count, channels, height, width = shape
    total = torch.zeros(shape)
    for spacing, weight in zip(octaves.spacing_cells, octaves.weights, strict=True):
        nodes_yx = [-(-size // spacing) + 2 for size in (height, width)]
        nodes = torch.randn(count, channels, *nodes_yx, generator=generator)
        offset_y, offset_x = torch.randint(0, spacing, (2,), generator=generator).tolist()
        total += weight * spread_nodes(nodes, spacing, (offset_y, offset_x), (height, width))
    return total / float(np.linalg.norm(octaves.weights))


def spread_nodes(nodes: Tensor, spacing: int, offset_yx: tuple[int, int], shape_yx: tuple[int, int]) -> Tensor:
    """Interpolate node values (..., node row, node column) to cells (..., y, x), keeping unit variance.

    Linear weights, divided by their norm at each cell so that no lattice shows in the variance.
    """
    import torch

    if spacing == 1:
        top, left = offset_yx
        return nodes[..., top : top + shape_yx[0], left : left + shape_yx[1]]
    for axis, (offset, size) in zip((-2, -1), zip(offset_yx, shape_yx, strict=True), strict=True):
        position = torch.arange(offset, offset + size)
        lower = position // spacing
        share = ((position % spacing) + 0.5) / spacing
        norm = (share**2 + (1 - share) ** 2).sqrt()
        view = (-1, 1) if axis == -2 else (-1,)
        near, far = nodes.index_select(axis, lower), nodes.index_select(axis, lower + 1)
        nodes = near * ((1 - share) / norm).view(view) + far * (share / norm).view(view)
    return nodes


def _node_noise(
    key: NoiseKey, octave: int, channel: int, top_left: tuple[int, int], shape_yx: tuple[int, int]
) -> NDArray[np.float32]:
    """Independent standard normal values for a rectangle of nodes; float32 (y, x)."""
    (top, left), (height, width) = top_left, shape_yx
    rows = range(top // BLOCK_NODES, (top + height - 1) // BLOCK_NODES + 1)
    columns = range(left // BLOCK_NODES, (left + width - 1) // BLOCK_NODES + 1)
    blocks = np.block([[_block_noise(key, octave, channel, row, column) for column in columns] for row in rows])
    first_y, first_x = top - rows[0] * BLOCK_NODES, left - columns[0] * BLOCK_NODES
    return np.ascontiguousarray(blocks[first_y : first_y + height, first_x : first_x + width])


@lru_cache(maxsize=CACHED_BLOCKS)
def _block_noise(key: NoiseKey, octave: int, channel: int, row: int, column: int) -> NDArray[np.float32]:
    """One block of standard normal values by Box and Muller 1958; float32 (32, 32)."""
    modulus = 1 << 64
    # as uint64 from the start: a list that mixes small and large integers would pass through float64
    counter = np.array([0, (key.step << 32) | (octave << 16) | channel, row % modulus, column % modulus], np.uint64)
    bits = np.random.Philox(key=np.array([key.seed % modulus, key.member], np.uint64), counter=counter)
    raw = bits.random_raw(BLOCK_NODES * BLOCK_NODES // 2)
    uniform_a = ((raw >> np.uint64(32)).astype(np.float64) + 0.5) / 2**32
    uniform_b = ((raw & np.uint64(0xFFFFFFFF)).astype(np.float64) + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(uniform_a)), 2 * np.pi * uniform_b
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    block = normal.reshape(BLOCK_NODES, BLOCK_NODES).astype(np.float32)
    block.flags.writeable = False
    return block
