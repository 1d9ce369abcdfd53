"""On which pixels two images are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Geod

from landcast.core.change.common_grid import find_common_grid
from landcast.core.errors import RequestError
from landcast.core.lattice import Rect
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import SourceImage, open_source

PLACE = Affine(2, 0, 434_400, 0, -2, 3_774_000)
Open = Callable[..., SourceImage]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Open]:
    """Write a grey image and open it."""
    with ExitStack() as stack:

        def write(name: str, transform: Affine = PLACE, side: int = 100, crs: str = "EPSG:26911") -> SourceImage:
            with rasterio.open(
                tmp_path / name, "w", driver="GTiff", width=side, height=side, count=1, dtype="uint8", crs=crs,
                transform=transform,
            ) as target:  # fmt: skip
                target.write(np.full((1, side, side), 7, np.uint8))
            return stack.enter_context(open_source(tmp_path / name))

        yield write


def test_images_on_one_grid_are_compared_as_they_are(make: Open) -> None:
    before, after = make("a.tif"), make("b.tif", PLACE @ Affine.translation(30, 20))
    common = find_common_grid(before, after)
    assert common.rect == Rect(20, 30, 80, 70)
    assert common.as_seen_by(before).is_native
    assert common.as_seen_by(after).is_native
    assert common.covered_shares == pytest.approx((0.56, 0.56))


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_coarser_image_gives_the_pixels(make: Open, is_turned: bool) -> None:
    fine, coarse = make("a.tif"), make("b.tif", PLACE @ Affine.scale(4), side=40)
    pair = (coarse, fine) if is_turned else (fine, coarse)
    common = find_common_grid(*pair)
    assert common.grid.transform(common.rect).almost_equals(coarse.transform)
    assert common.rect.shape_yx == (25, 25)
    assert common.as_seen_by(coarse).is_native
    assert not common.as_seen_by(fine).is_native
    shares = (1.0, 25 * 25 / 1600)
    assert common.covered_shares == pytest.approx(shares[::-1] if is_turned else shares)


def test_pixels_that_lie_half_a_pixel_beside_are_resampled(make: Open) -> None:
    before, after = make("a.tif"), make("b.tif", PLACE @ Affine.translation(0.5, 0))
    common = find_common_grid(before, after)
    assert (common.as_seen_by(before).is_native, common.as_seen_by(after).is_native) == (True, False)


def test_a_rotated_image_is_turned_north_up(make: Open) -> None:
    rotated = make("a.tif", PLACE @ Affine.rotation(30))
    wide = make("b.tif", PLACE @ Affine.scale(0.5) @ Affine.translation(-300, -300), side=900)
    common = find_common_grid(rotated, wide)
    transform = common.grid.transform(common.rect)
    assert (transform.a, transform.b, transform.d, transform.e) == pytest.approx((2, 0, 0, -2))
    assert not common.as_seen_by(rotated).is_native
    x, y = np.array(rotated.corners_xy).T
    assert transform @ (0, 0) == pytest.approx((x.min(), y.max()), abs=2)
    assert common.rect.width == pytest.approx((x.max() - x.min()) / 2, abs=1.01)


def test_longitudes_have_no_end(make: Open) -> None:
    place = Affine(0.001, 0, 179.95, 0, -0.001, 10)
    before = make("a.tif", place, crs="EPSG:4326")
    after = make("b.tif", Affine(0.001, 0, -180.02, 0, -0.001, 10), crs="EPSG:4326")
    common = find_common_grid(before, after)
    assert common.rect == Rect(0, 30, 100, 70)
    same = make("c.tif", place @ Affine.translation(30, 0), crs="EPSG:4326")
    assert find_common_grid(before, same).rect == common.rect


def test_ground_is_measured_on_the_ellipsoid(make: Open) -> None:
    image = make("a.tif", Affine(0.01, 0, 20, 0, -0.01, 61), crs="EPSG:4326")
    common = find_common_grid(image, image)
    squares = list(common.areas_m2(common.rect))
    assert sum(square.height * square.width for square, _ in squares) == 100 * 100
    total = sum(square.height * square.width * pixel_m2 for square, pixel_m2 in squares)
    steps = np.linspace(0, 1, 101)
    # along parallels, which are no straight lines on the ellipsoid
    longitudes = np.concatenate([20 + steps, np.full(101, 21.0), 21 - steps, np.full(101, 20.0)])
    latitudes = np.concatenate([np.full(101, 61.0), 61 - steps, np.full(101, 60.0), 60 + steps])
    whole, _ = Geod(ellps="WGS84").polygon_area_perimeter(longitudes, latitudes)
    assert total == pytest.approx(abs(whole), rel=5e-4)


def test_what_lies_beyond_the_edge_of_the_earth_has_no_ground(make: Open) -> None:
    seen_from_afar = "+proj=geos +h=35785831 +lon_0=0 +ellps=WGS84 +units=m"
    image = make("a.tif", Affine(110_000, 0, -5_500_000, 0, -110_000, 5_500_000), crs=seen_from_afar)
    squares = list(find_common_grid(image, image).areas_m2(Rect(0, 0, 100, 100)))
    assert sum(square.height * square.width for square, _ in squares) == 100 * 100
    assert min(pixel_m2 for _, pixel_m2 in squares) == 0
    total = sum(square.height * square.width * pixel_m2 for square, pixel_m2 in squares)
    # what a satellite sees of the Earth: 1 / (1 + height / radius) below half of it
    seen = 0.5 * (1 - 6_378_137 / (6_378_137 + 35_785_831)) * 5.10e14
    assert total == pytest.approx(seen, rel=0.12)


def test_images_apart_or_without_a_place_are_refused(make: Open, tmp_path: Path) -> None:
    before = make("a.tif")
    with pytest.raises(RequestError, match=r"do not overlap, their centres lie 2\.0 km apart"):
        find_common_grid(before, make("b.tif", PLACE @ Affine.translation(1000, 0)))
    with pytest.raises(RequestError, match=r"do not overlap"):
        find_common_grid(before, make("c.tif", Affine(1e-5, 0, 20, 0, -1e-5, 61), crs="EPSG:4326"))
    cv2.imwrite(str(tmp_path / "d.png"), np.full((100, 100), 7, np.uint8))
    with (
        open_source(tmp_path / "d.png", SourceOptions(gsd_m=2.0)) as nowhere,
        pytest.raises(RequestError, match=r"d\.png: has no place on Earth"),
    ):
        find_common_grid(before, nowhere)
