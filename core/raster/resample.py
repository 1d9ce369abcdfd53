"""Resampling by exact places: a pixel of the result depends on its own place and the source, not on what is read.

GDAL's warper interpolates places over whatever is asked for, so that equal pixels of two requests differ. Here each
place is counted in the source's own pixels, and what depends on it alone is worked out before the window that was read
comes in: equal places give equal bits. Pixels that are not valid have no weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MIN_VALID_SHARE = 0.5
"""A pixel is valid where at least this share of what it was made of is."""
ROUNDING = 1e-3
"""Shares this far below count as reached: half a pixel is common, and rounding must not decide about it."""
FRAME_PX = 3
"""Pixels of no weight around what was read, so that a kernel may reach over its edge."""
CHUNK_SAMPLES = 1 << 17
"""Samples worked on at once; what they take stays in the processor's cache."""


def reduce_by(
    values: NDArray[Any], valid: NDArray[np.bool_], factor_yx: tuple[int, int], kind: type[Any] = np.float32
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Means over rectangles of the valid pixels, and the share that is valid.

    Args:
        values: (band, y, x); both sides are multiples of the factor.
        valid: bool, (y, x).
        factor_yx: sides of a rectangle.
        kind: float32 or float64, of both results.

    Returns:
        values (band, y / factor, x / factor), zero where nothing is valid, and weights (y / factor, x / factor).
    """
    pixels = factor_yx[0] * factor_yx[1]
    share = _sum_over(valid, factor_yx, kind) / kind(pixels)
    means = np.empty((len(values), *share.shape), kind)
    for mean, band in zip(means, values, strict=True):
        mean[:] = _sum_over(np.where(valid, band, np.zeros((), band.dtype)), factor_yx, kind)
        mean /= np.where(share > 0, share, 1) * kind(pixels)
    return means, share


def sample_at(
    values: NDArray[Any],
    weight: NDArray[Any],
    columns: NDArray[np.float64],
    rows: NDArray[np.float64],
    side_yx: tuple[int, int],
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read an image at places between its pixels, by bicubic interpolation, and average rectangles of these.

    Args:
        values: float32 or float64, (band, y, x).
        weight: as values, (y, x); how much of each pixel is valid.
        columns: float64, (side y, side x); places, where 0 is the left edge of the first pixel; NaN for none.
        rows: float64, (side y, side x).
        side_yx: samples along the sides of a result pixel.

    Returns:
        values (band, y, x), zero where not valid, and bool (y, x).
    """
    return divide_by_weight(weighted_sums_at(values, weight, columns, rows, side_yx))


def weighted_sums_at(
    values: NDArray[Any],
    weight: NDArray[Any],
    columns: NDArray[np.float64],
    rows: NDArray[np.float64],
    side_yx: tuple[int, int],
    first_yx: tuple[int, int] = (0, 0),
) -> NDArray[Any]:
    """As `sample_at`, before the division by the weight, which is the last band; these may be added.

    Args:
        values: float32 or float64, (band, y, x).
        weight: as values, (y, x).
        columns: float64, (side y, side x); counted as `first_yx` is.
        rows: float64, (side y, side x).
        side_yx: samples along the sides of a result pixel.
        first_yx: row and column of the first pixel of `values`.

    Source: Keys 1981, Cubic convolution interpolation for digital image processing, with a = -1/2, the one that
    reproduces straight lines.
    """
    height, width = weight.shape
    planes = np.zeros((len(values) + 1, height + 2 * FRAME_PX, width + 2 * FRAME_PX), values.dtype)
    inner = planes[:, FRAME_PX:-FRAME_PX, FRAME_PX:-FRAME_PX]
    np.multiply(values, weight, out=inner[:-1])
    inner[-1] = weight
    side_y, side_x = side_yx
    count_y, count_x = rows.shape[0] // side_y, rows.shape[1] // side_x
    sums = np.zeros((len(planes), count_y, count_x), values.dtype)
    step = max(1, CHUNK_SAMPLES // (rows.shape[1] * side_y))
    for start in range(0, count_y, step):
        chunk = slice(start * side_y, (start + step) * side_y)
        found = _convolve(planes, columns[chunk], rows[chunk], first_yx)
        for row in range(side_y):
            for column in range(side_x):
                sums[:, start : start + step] += found[:, row::side_y, column::side_x]
    sums /= values.dtype.type(side_y * side_x)
    return sums


def divide_by_weight(sums: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values (band, y, x), zero where not valid, and bool (y, x), from weighted sums and their weight, the last."""
    valid = sums[-1] > MIN_VALID_SHARE - ROUNDING
    values = sums[:-1] / np.where(valid, sums[-1], 1)
    values *= valid
    return values, valid


def between_nodes(nodes: NDArray[np.float64], step_yx: tuple[int, int]) -> NDArray[np.float64]:
    """Interpolate between the corners of squares, at the centres of cells that divide these evenly.

    Args:
        nodes: float64, (node y, node x); values at the corners of squares.
        step_yx: cells along the sides of a square.

    Returns:
        float64, (cell y, cell x).
    """
    shares = [(np.arange(step) + 0.5) / step for step in step_yx]
    upper, lower = nodes[:-1, None], nodes[1:, None]
    down = shares[0][None, :, None]
    rows = (upper * (1 - down) + lower * down).reshape(-1, nodes.shape[1])
    between: NDArray[np.float64] = rows[:, :-1, None] * (1 - shares[1]) + rows[:, 1:, None] * shares[1]
    return between.reshape(len(rows), -1)


def _sum_over(plane: NDArray[Any], factor_yx: tuple[int, int], kind: type[Any]) -> NDArray[Any]:
    """Sums over rectangles, added one by one: the order, and so the last bit, must not depend on the size."""
    factor_y, factor_x = factor_yx
    rows = plane[::factor_y].astype(kind)
    for row in range(1, factor_y):
        rows += plane[row::factor_y]
    sums = rows[:, ::factor_x].copy()
    for column in range(1, factor_x):
        sums += rows[:, column::factor_x]
    return sums


def _convolve(
    planes: NDArray[Any], columns: NDArray[np.float64], rows: NDArray[np.float64], first_yx: tuple[int, int]
) -> NDArray[Any]:
    """Weighted sums of 4 x 4 pixels around each place, (plane, side y, side x)."""
    is_placed = np.isfinite(columns) & np.isfinite(rows)
    index_x, weights_x = _taps(columns, is_placed, first_yx[1], planes.shape[2], planes.dtype)
    index_y, weights_y = _taps(rows, is_placed, first_yx[0], planes.shape[1], planes.dtype)
    index = index_y * planes.shape[2] + index_x
    found = np.zeros((len(planes), *columns.shape), planes.dtype)
    taken, at = np.empty(columns.shape, planes.dtype), np.empty_like(index)
    flat = planes.reshape(len(planes), -1)
    for down, weight_y in enumerate(weights_y):
        for across, weight_x in enumerate(weights_x):
            weight = weight_y * weight_x
            np.add(index, down * planes.shape[2] + across, out=at)
            for plane, total in zip(flat, found, strict=True):
                np.take(plane, at, out=taken, mode="clip")
                taken *= weight
                total += taken
    return found


def _taps(
    places: NDArray[np.float64], is_placed: NDArray[np.bool_], first: int, size: int, dtype: np.dtype[Any]
) -> tuple[NDArray[np.intp], list[NDArray[Any]]]:
    """First of four pixels along one axis, in a framed plane of this size, and the weight of each."""
    centred = np.where(is_placed, places, 0) - 0.5
    whole = np.floor(centred)
    share = (centred - whole).astype(dtype)
    index = whole.astype(np.intp) - 1 - first + FRAME_PX
    has_pixels = is_placed & (index >= 0) & (index <= size - 4)
    rest = 1 - share
    half, both = dtype.type(0.5), share * rest
    weights = [
        -half * both * rest,
        rest + half * both * (2 * rest - share),
        share + half * both * (2 * share - rest),
        -half * both * share,
    ]
    return np.where(has_pixels, index, 0), [weight * has_pixels for weight in weights]
