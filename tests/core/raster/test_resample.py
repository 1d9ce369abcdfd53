"""The resampler beside GDAL's warper, and what it promises of shares, edges and constants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.warp import Resampling, reproject

from landcast.core.lattice import Rect
from landcast.core.radiometry.tones import Tones
from landcast.core.raster.grid import Grid, centre_in
from landcast.core.raster.metric_crs import metres_per_unit_xy
from landcast.core.raster.places import SourcePlaces
from landcast.core.raster.present import PresentReader
from landcast.core.raster.resample import between_nodes, reduce_by, sample_at
from landcast.core.raster.source import SourceImage, open_source

MakeRaster = Callable[..., Path]

CENTRE_DEGREES = (-117.71, 34.10)
SIDE_PX = 400
UTM = CRS.from_epsg(32611)
SHIFT_LIMIT_PX = 0.02
MEAN_LIMIT, WORST_LIMIT = 0.3, 2.0
"""Levels of 255 by which this and GDAL's warper may differ on a smooth picture."""


def smooth_picture(side: int, wavelength_px: float) -> NDArray[np.float32]:
    """Hills in all directions, float32 (1, side, side), 20 to 235."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] + 0.5
    waves = np.zeros((side, side))
    for angle in np.arange(0, np.pi, np.pi / 6):
        length = wavelength_px * random.uniform(1, 2)
        waves += np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / length + random.uniform(0, 6))
    return (127.5 + 107.5 * waves / np.abs(waves).max()).astype(np.float32)[None]


def shift_px(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Shift of one picture over another along x and y, by least squares over the gradient.

    Source: Lucas & Kanade 1981, An iterative image registration technique.
    """
    down, across = np.gradient((one + other) / 2)
    apart = (one - other).ravel()
    inner = np.stack([across.ravel(), down.ravel(), np.ones(apart.size)], axis=1)
    (dx, dy, _), *_ = np.linalg.lstsq(inner, apart, rcond=None)
    return float(dx), float(dy)


def grid_about(source: SourceImage, crs: CRS, gsd_m: float) -> Grid:
    """A grid of pixels of this size on the ground."""
    across, down = metres_per_unit_xy(crs, centre_in(source, crs))
    return Grid(crs, (gsd_m / across, gsd_m / down), (0.0, 0.0), gsd_m, False)


def rect_within(source: SourceImage, grid: Grid) -> Rect:
    """A rectangle about the centre, a third of the source wide."""
    x, y = centre_in(source, grid.crs)
    column, row = (x - grid.origin_xy[0]) / grid.pixel_size_xy[0], (grid.origin_xy[1] - y) / grid.pixel_size_xy[1]
    half = max(3, int(min(source.shape_yx) * source.gsd_m / grid.gsd_m / 3.2))
    half = min(half, 150)
    return Rect(int(row) - half, int(column) - half, 2 * half, 2 * half)


def about(crs: str, linear: Affine, side: int) -> Affine:
    """Put a linear part so that an image has its middle at the centre."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*CENTRE_DEGREES)
    across, down = linear @ (side / 2, side / 2)
    return Affine.translation(x - across, y - down) @ linear


@pytest.mark.parametrize("pixels", [0.1, 0.5, 0.9, 1.0, 1.3, 1.7, 2.5, 3.0, 5.9, 10.0, 30.0])
@pytest.mark.parametrize(
    ("crs", "linear"),
    [
        ("EPSG:32611", Affine.scale(0.6, -0.6)),
        ("EPSG:32611", Affine.rotation(30) @ Affine.scale(0.6, -0.6)),
        ("EPSG:32610", Affine.scale(0.6, -0.6)),
        ("EPSG:4326", Affine.scale(6.5e-6, -5.4e-6)),
        ("EPSG:3857", Affine.scale(0.72, -0.72)),
    ],
    ids=["same CRS", "rotated", "other zone", "degrees", "mercator"],
)
def test_it_agrees_with_gdals_warper_without_a_shift(
    make_raster: MakeRaster, crs: str, linear: Affine, pixels: float
) -> None:
    side = max(SIDE_PX, int(60 * pixels))
    picture = smooth_picture(side, 12 * max(1.0, pixels))
    transform = about(crs, linear, side)
    with open_source(make_raster(picture, crs=crs, transform=transform)) as source:
        grid = grid_about(source, UTM, source.gsd_m * pixels)
        rect = rect_within(source, grid)
        present = PresentReader(source, grid, Tones("stretch", ((0.0, 255.0),), ((0.0, 1.0),))).read(rect)
    assert present.valid.all()
    expected = np.zeros(rect.shape_yx, np.float32)
    way = Resampling.cubic if pixels <= 1.3 else Resampling.average
    reproject(
        picture[0], expected, src_transform=transform, src_crs=crs, dst_transform=grid.transform(rect),
        dst_crs=UTM.to_wkt(), resampling=way, tolerance=0,
    )  # fmt: skip
    found = present.values[0].astype(np.float64)
    assert np.abs(shift_px(found, expected.astype(np.float64))).max() < SHIFT_LIMIT_PX
    # over a turned pixel GDAL averages the upright rectangle around it, twice as large at worst: compare the place only
    is_comparable = linear.b == 0 or way is Resampling.cubic
    if is_comparable:
        assert np.abs(found - expected).mean() < MEAN_LIMIT
        assert np.abs(found - expected).max() < WORST_LIMIT


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 0.4, 0.5, 0.75])
def test_a_slope_is_moved_by_exactly_what_was_asked(fraction: float) -> None:
    values = np.arange(40, dtype=np.float64)[None, None] * np.ones((1, 30, 1))
    columns = np.broadcast_to(np.arange(5, 30) + 0.5 + fraction, (20, 25))
    rows = np.broadcast_to(np.arange(5, 25)[:, None] + 0.5, (20, 25))
    found, valid = sample_at(values, np.ones((30, 40)), columns, rows, (1, 1))
    assert valid.all()
    np.testing.assert_allclose(found[0], columns - 0.5, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([(1, 1), (2, 2), (1, 3)]), st.floats(0.05, 0.95))
def test_what_is_not_valid_has_no_weight(seed: int, side_yx: tuple[int, int], share: float) -> None:
    random = np.random.default_rng(seed)
    weight = (random.random((20, 24)) < share).astype(np.float32)
    hidden = np.where(weight > 0, np.float32(7), np.float32(random.normal() * 1e4))[None]
    columns = random.uniform(-5, 30, (8 * side_yx[0], 9 * side_yx[1]))
    rows = random.uniform(-5, 25, columns.shape)
    columns[0, 0] = np.nan
    found, valid = sample_at(hidden, weight, columns, rows, side_yx)
    np.testing.assert_allclose(found[0][valid], 7, rtol=1e-5)
    assert not found[:, ~valid].any()


def test_half_a_pixel_counts_whatever_rounding_does_to_it() -> None:
    weight = np.ones((20, 20), np.float32)
    for size in range(1, 4):
        values = np.full((size, 20, 20), 3, np.float32)
        rows = np.broadcast_to(np.linspace(2, 18, 60)[:, None], (60, 4)).copy()
        for edge in (0.0, 20.0, 1e-9, 20 - 1e-9):
            columns = np.full((60, 4), edge)
            assert sample_at(values, weight, columns, rows, (1, 1))[1].all()
    assert not sample_at(values, weight, np.full((60, 4), -0.2), rows, (1, 1))[1].any()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 5), st.sampled_from([np.uint8, np.int32, np.float64]))
def test_a_reduced_pixel_is_the_mean_of_the_valid_ones(seed: int, down: int, across: int, dtype: type) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 200, (2, 6 * down, 7 * across)).astype(dtype)
    valid = random.random(values.shape[1:]) < 0.6
    means, share = reduce_by(values, valid, (down, across), np.float64)
    for row in range(6):
        for column in range(7):
            at = slice(row * down, (row + 1) * down), slice(column * across, (column + 1) * across)
            assert share[row, column] == pytest.approx(valid[at].mean())
            expected = values[:, *at][:, valid[at]].mean(1) if valid[at].any() else np.zeros(2)
            np.testing.assert_allclose(means[:, row, column], expected)


def test_nodes_of_a_plane_are_met_between_them() -> None:
    y, x = np.mgrid[:5, :7] * 8.0
    between = between_nodes(3 * x - 2 * y, (8, 16))
    rows, columns = (np.arange(32) + 0.5)[:, None], (np.arange(96) + 0.5)[None] / 2
    np.testing.assert_allclose(between, 3 * columns - 2 * rows, atol=1e-12)


@pytest.mark.parametrize(
    ("crs", "transform", "gsd_m"),
    [
        ("EPSG:4326", Affine(5.4e-6, 0, -117.71, 0, -5.4e-6, 34.1), 0.6),
        ("EPSG:4326", Affine(1e-3, 0, -180, 0, -1e-3, 90), 100.0),
        ("EPSG:4326", Affine(1e-2, 0, -10, 0, -1e-2, 85), 800.0),
        ("EPSG:3857", Affine(150, 0, 2e6, 0, -150, 8e6), 100.0),
    ],
    ids=["fine", "pole", "far north", "mercator"],
)
def test_places_between_nodes_are_as_good_as_exact(
    make_raster: MakeRaster, crs: str, transform: Affine, gsd_m: float
) -> None:
    with open_source(make_raster(np.ones((1, 400, 400), np.uint8), crs=crs, transform=transform)) as source:
        metric = CRS.from_epsg({5.4e-6: 32611, 1e-3: 32661, 1e-2: 32661, 150: 32634}[transform.a])
        grid = grid_about(source, metric, gsd_m)
        places = SourcePlaces(source, grid)
        x, y = centre_in(source, metric)
        rect = grid.rect_of((x - 50 * gsd_m, y - 50 * gsd_m, x + 51 * gsd_m, y + 52 * gsd_m))
        columns, rows = places.of(rect)
        samples_y, samples_x = places.samples_yx
        at_y = (np.arange(rect.height * samples_y) + 0.5) / samples_y
        at_x = (np.arange(rect.width * samples_x) + 0.5) / samples_x
        x, y = grid.transform(rect) @ tuple(np.meshgrid(at_x, at_y))
        x, y = Transformer.from_crs(metric, crs, always_xy=True).transform(x, y)
        exact_columns, exact_rows = ~source.transform @ (x, y)
    turn = 360 / transform.a if crs == "EPSG:4326" else np.inf
    apart = np.abs(columns - exact_columns)
    assert np.minimum(apart, np.abs(apart - turn)).max() < 0.01
    assert np.abs(rows - exact_rows).max() < 0.01
