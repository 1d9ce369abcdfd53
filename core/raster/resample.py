"""Resampling by exact places: a pixel of the result depends on its own place and the source, not on what is read.

GDAL's warper interpolates places over whatever is asked for, so that equal pixels of two requests differ. Here the
places are exact on a lattice of the result and interpolated between; pixels that are not valid have no weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import grid_sample

MIN_VALID_SHARE = 0.5
"""A pixel is valid where at least this share of what it was made of is."""


def reduce_by(values: NDArray[Any], valid: NDArray[np.bool_], factor: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Means over squares of the valid pixels, and the share that is valid.

    Args:
        values: float32 or float64, (band, y, x); both sides are multiples of the factor.
        valid: bool, (y, x).
        factor: side of a square.

    Returns:
        values (band, y / factor, x / factor), zero where nothing is valid, and weights (y / factor, x / factor).
    """
    height, width = valid.shape
    shape = (height // factor, factor, width // factor, factor)
    share = valid.reshape(shape).mean((1, 3), dtype=np.float32)
    sums = np.where(valid, values, 0).reshape(len(values), *shape).mean((2, 4))
    return np.where(share > 0, sums / np.where(share > 0, share, 1), 0).astype(values.dtype), share


def sample_at(
    values: NDArray[Any],
    weight: NDArray[np.float32],
    columns: NDArray[np.float64],
    rows: NDArray[np.float64],
    side: int,
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read an image at places between its pixels, by bicubic interpolation, and average squares of these.

    Args:
        values: float32 or float64, (band, y, x).
        weight: float32, (y, x); how much of each pixel is valid.
        columns: float64, (side y, side x); places, where 0 is the left edge of the first pixel; NaN for none.
        rows: float64, (side y, side x).
        side: samples along one side of a result pixel.

    Returns:
        values (band, y, x), zero where not valid, and bool (y, x).

    Source: Keys 1981, Cubic convolution interpolation for digital image processing.
    """
    height, width = weight.shape
    is_placed = np.isfinite(columns) & np.isfinite(rows)
    # the sampler counts from -1 to 1 between the outer edges; what has no place lies beyond
    x = np.where(is_placed, columns / width * 2 - 1, -9.0)
    y = np.where(is_placed, rows / height * 2 - 1, -9.0)
    places = torch.from_numpy(np.stack([x, y], axis=-1)[None].clip(-9, 9).astype(values.dtype))
    weighted = np.concatenate([values * weight, weight[None].astype(values.dtype)])
    found = grid_sample(
        torch.from_numpy(weighted)[None], places, mode="bicubic", padding_mode="zeros", align_corners=False
    )
    if side > 1:
        found = torch.nn.functional.avg_pool2d(found, side)
    result = found[0].numpy()
    valid = result[-1] > MIN_VALID_SHARE
    return np.where(valid, result[:-1] / np.where(valid, result[-1], 1), 0).astype(values.dtype), valid


def between_nodes(nodes: NDArray[np.float64], step: float, count_yx: tuple[int, int]) -> NDArray[np.float64]:
    """Interpolate float64 (node y, node x) at the centres of `count_yx` cells that divide the nodes' squares evenly.

    Args:
        nodes: values at the corners of squares.
        step: cells along one side of a square.
        count_yx: cells wanted, from the first node on.
    """
    places = [(np.arange(count) + 0.5) / step for count in count_yx]
    (first_y, share_y), (first_x, share_x) = ((place.astype(np.intp), place % 1) for place in places)
    upper, lower = nodes[first_y], nodes[first_y + 1]
    along = upper * (1 - share_y)[:, None] + lower * share_y[:, None]
    between: NDArray[np.float64] = along[:, first_x] * (1 - share_x) + along[:, first_x + 1] * share_x
    return between
