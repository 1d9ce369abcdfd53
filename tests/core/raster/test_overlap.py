"""Which pixels of an image lie on the ground of another, and what the grids of two images differ in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer

from landcast.core.lattice import Rect, split
from landcast.core.raster.overlap import Overlap, distance_apart_m, grid_caveats
from landcast.core.raster.source import SourceImage, open_source

Make = Callable[..., Path]
X, Y = 434400.0, 3774000.0
TURNED = Affine.translation(X + 20, Y - 40) @ Affine.rotation(25) @ Affine.scale(0.7, -0.7)


@pytest.fixture
def opened(make_raster: Make) -> Callable[..., SourceImage]:
    count = iter(range(100))

    def make(shape_yx: tuple[int, int], transform: Affine, crs: str = "EPSG:32611") -> SourceImage:
        image = np.ones((1, *shape_yx), np.uint8)
        return open_source(make_raster(image, name=f"{next(count)}.tif", transform=transform, crs=crs))

    return make


def slow_mask(image: SourceImage, other: SourceImage) -> NDArray[np.bool_]:
    """Each centre brought to the other image by itself."""
    columns, rows = np.meshgrid(np.arange(image.shape_yx[1]) + 0.5, np.arange(image.shape_yx[0]) + 0.5)
    x, y = image.transform @ (columns, rows)
    if image.crs != other.crs:
        x, y = Transformer.from_crs(image.crs, other.crs, always_xy=True).transform(x, y)
    across, down = ~other.transform @ (x, y)
    inside: NDArray[np.bool_] = (
        (across >= 0) & (across <= other.shape_yx[1]) & (down >= 0) & (down <= other.shape_yx[0])
    )
    return inside


def whole_mask(image: SourceImage, other: SourceImage, side: int = 4096) -> NDArray[np.bool_]:
    mask = np.zeros(image.shape_yx, np.bool_)
    for rect in split(Rect(0, 0, *image.shape_yx), side):
        found = Overlap(image, other).mask(rect)
        if found is not None:
            mask[rect.slices_in(Rect(0, 0, *image.shape_yx))] = found
    return mask


@pytest.mark.parametrize(
    "other",
    [
        (Affine(0.6, 0, X + 31.3, 0, -0.6, Y - 17.9), "EPSG:32611"),
        (TURNED, "EPSG:32611"),
        (Affine(1e-5, 0, -117.7111, 0, -1e-5, 34.1051), "EPSG:4326"),
        (Affine(0.9, 0, -13103520.0, 0, -0.9, 4041980.0), "EPSG:3857"),
        (Affine(0.6, 0, -1330.0, 0, 0.6, 15.0), "a grid around the image"),
    ],
    ids=["shifted", "turned", "degrees", "Mercator", "oblique"],
)
@pytest.mark.parametrize("side", [4096, 37])
def test_a_pixel_is_inside_where_its_centre_is(
    other: tuple[Affine, str], side: int, opened: Callable[..., SourceImage]
) -> None:
    transform, crs = other
    if not crs.startswith("EPSG"):
        crs = "+proj=omerc +lat_0=34.1 +lonc=-117.7 +alpha=30 +gamma=0 +k=1 +datum=WGS84"
        transform = Affine(0.6, 0, -1010.0, 0, -0.6, 620.0)
    with opened((150, 170), Affine(0.6, 0, X, 0, -0.6, Y)) as one, opened((140, 160), transform, crs) as two:
        for image, ground in ((one, two), (two, one)):
            expected = slow_mask(image, ground)
            np.testing.assert_array_equal(whole_mask(image, ground, side), expected)


def test_two_images_of_one_grid_cover_each_other(opened: Callable[..., SourceImage]) -> None:
    transform = Affine(0.6, 0, X, 0, -0.6, Y)
    with opened((150, 170), transform) as one, opened((150, 170), transform) as two:
        assert whole_mask(one, two).all()
        assert grid_caveats(one, two) == []


def test_centres_on_the_edge_are_inside_from_both_sides(opened: Callable[..., SourceImage]) -> None:
    with (
        opened((150, 170), Affine(0.6, 0, X, 0, -0.6, Y)) as one,
        opened((150, 170), Affine(0.6, 0, X + 0.3, 0, -0.6, Y + 0.3)) as two,
    ):
        assert whole_mask(one, two).all()
        assert whole_mask(two, one).all()


def test_a_pixel_of_an_image_around_the_world_is_inside_at_its_place_only(opened: Callable[..., SourceImage]) -> None:
    with (
        opened((180, 360), Affine(1, 0, -180, 0, -1, 90), "EPSG:4326") as world,
        opened((50, 60), Affine(0.1, 0, 177.0, 0, -0.1, 5.0), "EPSG:4326") as across,
        opened((50, 60), Affine(0.1, 0, -183.0, 0, -0.1, 5.0), "EPSG:4326") as same,
    ):
        found = whole_mask(world, across)
        assert np.argwhere(found.any(0)).ravel().tolist() == [0, 1, 2, 357, 358, 359]
        assert np.argwhere(found.any(1)).ravel().tolist() == [85, 86, 87, 88, 89]
        assert whole_mask(across, world).all()
        assert whole_mask(across, same).all()


def test_nothing_is_false_where_a_crs_ends(opened: Callable[..., SourceImage]) -> None:
    with (
        opened((400, 400), Affine(3000, 0, 100_000, 0, -3000, 1_000_000), "EPSG:32601") as dateline,
        opened((300, 300), Affine(20_000, 0, -3_000_000, 0, -20_000, 3_000_000), "EPSG:3857") as africa,
    ):
        assert Overlap(dateline, africa).mask(Rect(0, 0, 400, 400)) is None
        assert not slow_mask(dateline, africa).any()


def test_grids_that_differ_are_told_apart(opened: Callable[..., SourceImage]) -> None:
    with opened((150, 170), Affine(0.6, 0, X, 0, -0.6, Y)) as image:

        def said(transform: Affine, crs: str = "EPSG:32611") -> str:
            with opened((150, 170), transform, crs) as other:
                return " ".join(grid_caveats(image, other))

        assert "up to 0.5 of a pixel" in said(Affine(0.6, 0, X + 0.3, 0, -0.6, Y))
        assert said(Affine(0.6, 0, X + 60.003, 0, -0.6, Y)) == ""
        assert "differ in resolution, 1.2" in said(Affine(1.2, 0, X, 0, -1.2, Y))
        assert said(Affine(0.602, 0, X, 0, -0.602, Y)).count("pixel beside each other") == 1
        assert "differ in resolution, 0.604" in said(Affine(0.604, 0, X, 0, -0.604, Y))
        assert "pixel beside each other" in said(Affine(0.6, 0, X, 0, -0.6, Y) @ Affine.rotation(3))
        other = said(Affine(0.6, 0, X, 0, -0.6, Y), "EPSG:26911")
        assert "NAD83 / UTM zone 11N and WGS 84 / UTM zone 11N" in other
        assert "pixel beside" not in other


def test_degrees_are_compared_at_one_place(opened: Callable[..., SourceImage]) -> None:
    with (
        opened((100, 100), Affine(0.01, 0, 10, 0, -0.01, 60.0), "EPSG:4326") as north,
        opened((600, 100), Affine(0.01, 0, 10, 0, -0.01, 60.0), "EPSG:4326") as long,
    ):
        assert grid_caveats(north, long) == []


def test_centres_of_images_lie_so_far_apart(opened: Callable[..., SourceImage]) -> None:
    with (
        opened((10, 10), Affine(10, 0, 500_000, 0, -10, 5_300_000), "EPSG:32633") as one,
        opened((10, 10), Affine(10, 0, 510_000, 0, -10, 5_300_000), "EPSG:32633") as other,
    ):
        assert distance_apart_m(one, other) == pytest.approx(10_000, rel=0.001)
