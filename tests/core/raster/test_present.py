"""The present on the result's grid: in its place, whole, and free of what is masked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from landcast.core.lattice import Rect, split
from landcast.core.raster import present as present_module
from landcast.core.raster.grid import choose_grid, source_rect
from landcast.core.raster.present import PresentReader
from landcast.core.raster.source import open_source
from landcast.tests.models import TINY_CONTRACT

MakeRaster = Callable[..., Path]

CENTRE_DEGREES = (-117.71, 34.10)
SIDE_PX = 240


def landscape(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth picture that every place on Earth has, (3, y, x) in 0..1; hills of 70 m and more."""
    x = (longitude - CENTRE_DEGREES[0]) * 92_000
    y = (latitude - CENTRE_DEGREES[1]) * 111_000
    return 0.5 + 0.3 * np.stack([np.sin(x / 11), np.cos(y / 13), np.sin((x + 2 * y) / 29)])


def see(crs: CRS, transform: Affine, shape_yx: tuple[int, int]) -> NDArray[np.float64]:
    """The landscape at the centre of each pixel, (3, y, x) in 0..1."""
    rows, columns = np.mgrid[: shape_yx[0], : shape_yx[1]] + 0.5
    x = transform.a * columns + transform.b * rows + transform.c
    y = transform.d * columns + transform.e * rows + transform.f
    return landscape(*Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y))


def about(crs: str, linear: Affine) -> Affine:
    """Put a linear part so that an image of SIDE_PX has its middle at the centre."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*CENTRE_DEGREES)
    across, down = linear @ (SIDE_PX / 2, SIDE_PX / 2)
    return Affine.translation(x - across, y - down) @ linear


def photograph(make_raster: MakeRaster, crs: str, linear: Affine, name: str = "source.tif") -> Path:
    """Write the landscape as a sensor with this CRS and pixels would see it."""
    transform = about(crs, linear)
    seen = see(CRS.from_user_input(crs), transform, (SIDE_PX, SIDE_PX))
    return make_raster(np.round(seen * 255).astype(np.uint8), name, crs=crs, transform=transform)


@pytest.mark.parametrize(
    ("crs", "linear", "ground_scale_m"),
    [
        ("EPSG:32611", Affine.scale(0.6, -0.6), 100.0),
        ("EPSG:32611", Affine.scale(0.6, -0.6), 256.0),
        ("EPSG:32611", Affine.rotation(25) @ Affine.scale(0.6, -0.6), None),
        ("EPSG:32611", Affine.scale(0.6, 0.6), None),
        ("EPSG:32611", Affine.scale(-0.6, -0.6), None),
        ("EPSG:4326", Affine.scale(6.5e-6, -5.4e-6), None),
        ("EPSG:3857", Affine.scale(0.72, -0.72), None),
        ("EPSG:3857", Affine.scale(0.72, -0.72), 200.0),
        ("EPSG:2229", Affine.scale(2, -2), 60.0),
    ],
    ids=["reduced a little", "reduced by three", "rotated", "south up", "east left", "degrees", "mercator",
         "mercator reduced", "feet enlarged"],
)  # fmt: skip
def test_a_resampled_source_shows_each_place_where_it_is(
    make_raster: MakeRaster, crs: str, linear: Affine, ground_scale_m: float | None
) -> None:
    with open_source(photograph(make_raster, crs, linear)) as source:
        grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
        assert not grid.is_native
        rect = source_rect(source, grid)
        image, valid = PresentReader(source, grid).read(rect)
        expected = see(grid.crs, grid.transform(rect), rect.shape_yx)
        share = valid.sum() * grid.gsd_m**2 / (SIDE_PX**2 * source.gsd_m**2)
    assert share == pytest.approx(1, abs=0.03)
    # at the very edge a pixel is made of the part of it that the source holds
    inside = cv2.erode(valid.astype(np.uint8), np.ones((3, 3)), borderValue=0).astype(bool)
    apart = np.abs(image - expected)[:, inside] * 255
    assert apart.mean() < 1
    assert np.quantile(apart, 0.99) < 3


def test_a_native_grid_gives_the_files_own_pixels(make_raster: MakeRaster) -> None:
    image = np.random.default_rng(0).integers(0, 255, (3, 96, 80), np.uint8)
    with open_source(make_raster(image)) as source:
        grid, _ = choose_grid(source, TINY_CONTRACT, None)
        rect = source_rect(source, grid)
        read, valid = PresentReader(source, grid).read(rect.expanded(10))
    assert read.dtype == np.float32
    np.testing.assert_array_equal(np.round(read[:, 10:-10, 10:-10] * 255), image)
    assert valid.sum() == image[0].size
    assert valid[10:-10, 10:-10].all()
    assert not read[:, ~valid].any()


@pytest.mark.parametrize(
    ("linear", "ground_scale_m"),
    [
        (Affine.scale(0.6, -0.6), None),
        (Affine.scale(0.6, -0.6), 150.0),
        (Affine.rotation(25) @ Affine.scale(0.6, -0.6), None),
    ],
    ids=["native", "reduced", "rotated"],
)
def test_blocks_read_one_by_one_are_the_whole(
    make_raster: MakeRaster, linear: Affine, ground_scale_m: float | None
) -> None:
    with open_source(photograph(make_raster, "EPSG:32611", linear)) as source:
        grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
        reader = PresentReader(source, grid)
        area = source_rect(source, grid).expanded(5)
        image, valid = reader.read(area)
        for block in split(area, 70):
            rows, columns = block.slices_in(area)
            part, part_valid = reader.read(block)
            np.testing.assert_array_equal(part_valid, valid[rows, columns])
            np.testing.assert_allclose(part, image[:, rows, columns], rtol=0, atol=1 / 255)
            assert np.abs(part - image[:, rows, columns]).mean() < 0.2 / 255


def test_a_large_area_is_read_in_parts_with_the_same_result(
    make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_source(photograph(make_raster, "EPSG:3857", Affine.scale(0.72, -0.72))) as source:
        grid, _ = choose_grid(source, TINY_CONTRACT, None)
        rect = source_rect(source, grid)
        whole, valid = PresentReader(source, grid).read(rect)
        monkeypatch.setattr(present_module, "MAX_SOURCE_PX", 70**2)
        parts, parts_valid = PresentReader(source, grid).read(rect)
    np.testing.assert_array_equal(parts_valid, valid)
    np.testing.assert_allclose(parts, whole, rtol=0, atol=1 / 255)


@pytest.mark.parametrize("ground_scale_m", [60.0, 80.0, 200.0])
def test_masked_pixels_do_not_bleed_into_their_neighbours(make_raster: MakeRaster, ground_scale_m: float) -> None:
    image = np.full((3, 200, 200), 100, np.uint8)
    valid = np.ones((200, 200), bool)
    valid[60:120, 50:130] = False
    valid[::7, 150] = False
    image[:, ~valid] = 255
    with open_source(make_raster(image, mask=valid)) as source:
        grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
        read, seen = PresentReader(source, grid).read(source_rect(source, grid))
    np.testing.assert_allclose(read[:, seen] * 255, 100, atol=0.01)
    assert not read[:, ~seen].any()
    hidden = (~seen).sum() * (ground_scale_m / 128 / 0.6) ** 2
    assert 60 * 80 * 0.85 < hidden < 60 * 80 * 1.15 + 200 * 2


def test_beside_the_source_nothing_is_valid(make_raster: MakeRaster) -> None:
    with open_source(make_raster()) as source:
        for ground_scale_m in (None, 100.0):
            grid, _ = choose_grid(source, TINY_CONTRACT, ground_scale_m)
            rect = source_rect(source, grid)
            for far in (Rect(rect.top - 5000, rect.left, 40, 30), Rect(rect.top, rect.right + 50, 40, 30)):
                image, valid = PresentReader(source, grid).read(far)
                assert image.shape == (3, 40, 30)
                assert not image.any()
                assert not valid.any()
