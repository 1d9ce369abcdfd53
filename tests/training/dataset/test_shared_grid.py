"""The pixels that both dates of a pair lie on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.warp import Resampling, calculate_default_transform, reproject

from landcast.core.errors import RequestError
from landcast.core.radiometry.tones import as_is
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import open_source
from landcast.tests.training.dataset.conftest import LEFT, TOP, Image, write_image
from landcast.training.dataset.checks import check_pair
from landcast.training.dataset.shared_grid import PairReader, find_shared_grid

LEVELS = as_is(3), as_is(3)


def test_images_on_one_grid_are_read_as_they_are_over_what_both_cover(tmp_path: Path, before: Image) -> None:
    whole = write_image(tmp_path / "a.tif", before)
    part = write_image(tmp_path / "b.tif", before[:, 100:400, 50:350], LEFT + 50 * 0.6, TOP - 100 * 0.6)
    with open_source(whole) as first, open_source(part) as second:
        shared = find_shared_grid(first, second)
        assert shared is not None
        assert shared.rect.shape_yx == (300, 300)
        assert shared.ground_scale_m == pytest.approx(76.8, rel=1e-3)
        pixels = PairReader(first, second, shared, LEVELS).read(shared.rect)
    assert pixels.valid.all()
    assert (pixels.before == before[:, 100:400, 50:350]).all()
    assert (pixels.after == pixels.before).all()


@pytest.mark.parametrize("is_after_finer", [False, True])
def test_the_finer_image_is_averaged_over_pixels_of_the_coarser_which_stays(
    is_after_finer: bool, tmp_path: Path, before: Image
) -> None:
    coarse = before.reshape(3, 256, 2, 256, 2).mean((2, 4)).round().astype(np.uint8)
    paths = [write_image(tmp_path / "fine.tif", before), write_image(tmp_path / "coarse.tif", coarse, gsd_m=1.2)]
    first, second = paths[::-1] if is_after_finer else paths
    with open_source(first) as one, open_source(second) as other:
        shared = find_shared_grid(one, other)
        assert shared is not None
        assert shared.grid.gsd_m == pytest.approx(1.2, rel=1e-3)
        pixels = PairReader(one, other, shared, LEVELS).read(shared.rect)
    own, averaged = (pixels.before, pixels.after) if is_after_finer else (pixels.after, pixels.before)
    assert (own == coarse).all(), "its own pixels are not touched"
    off = np.abs(averaged.astype(int) - coarse)[:, 2:-2, 2:-2]
    assert off.mean() < 2


@pytest.mark.filterwarnings("ignore:Use `@` matmul")  # rasterio's own, of the affine it uses
def test_images_in_other_crs_lie_on_each_other_once_read(tmp_path: Path, before: Image) -> None:
    utm = write_image(tmp_path / "utm.tif", before)
    web = tmp_path / "web.tif"
    with rasterio.open(utm) as source:
        transform, width, height = calculate_default_transform(
            source.crs, "EPSG:3857", source.width, source.height, *source.bounds, resolution=0.7
        )
        place = {"crs": "EPSG:3857", "transform": transform, "width": width, "height": height}
        with rasterio.open(web, "w", driver="GTiff", count=3, dtype="uint8", nodata=0, **place) as target:
            for band in (1, 2, 3):
                reproject(
                    rasterio.band(source, band), rasterio.band(target, band), resampling=Resampling.cubic, num_threads=1
                )
    with open_source(utm) as one, open_source(web) as other:
        shared = find_shared_grid(one, other)
        assert shared is not None
        check = check_pair(PairReader(one, other, shared, LEVELS))
    assert check.shift is not None
    assert check.shift.length_px < 0.1, "GDAL agrees where the pixels are"
    assert check.agreement is not None
    assert check.agreement > 0.95


def test_nothing_is_ever_enlarged(tmp_path: Path, before: Image) -> None:
    fine = write_image(tmp_path / "fine.tif", before)
    coarse = write_image(tmp_path / "coarse.tif", before[:, ::2, ::2], gsd_m=1.2)
    with open_source(fine) as one, open_source(coarse) as other:
        with pytest.raises(RequestError, match=r"coarse\.tif: has 1\.2 m a pixel, so a tile of 100 m would invent"):
            find_shared_grid(one, other, 100.0)
        shared = find_shared_grid(one, other, 200.0)
    assert shared is not None
    assert shared.grid.gsd_m == pytest.approx(200 / 128)


def test_images_apart_share_no_grid(tmp_path: Path, before: Image) -> None:
    here, there = write_image(tmp_path / "a.tif", before), write_image(tmp_path / "b.tif", before, LEFT + 5000)
    with open_source(here) as one, open_source(there) as other:
        assert find_shared_grid(one, other) is None


def test_nothing_beyond_a_box_of_degrees_is_wanted(tmp_path: Path, before: Image) -> None:
    path = write_image(tmp_path / "a.tif", before)
    with open_source(path) as one, open_source(path) as other:
        whole = find_shared_grid(one, other)
        assert whole is not None
        columns, rows = whole.rect.left + np.array([100.0, 300.0]), whole.rect.top + np.array([100.0, 250.0])
        (west, east), (north, south) = whole.degrees(columns, rows)
        part = find_shared_grid(one, other, bbox=(west, south, east, north))
        assert part is not None
        assert part.rect.shape_yx == pytest.approx((150, 200), abs=6)
        assert find_shared_grid(one, other, bbox=(0.0, 0.0, 1.0, 1.0)) is None


def test_images_without_a_place_must_be_of_one_size(tmp_path: Path, before: Image) -> None:
    one, other = tmp_path / "a.png", tmp_path / "b.png"
    write_image(one, before, crs=None)
    write_image(other, before[:, :400], crs=None)
    options = SourceOptions(gsd_m=0.625)
    with (
        open_source(one, options) as first, open_source(other, options) as second,
        pytest.raises(RequestError, match="of 512 x 512 and 512 x 400 px; images without a place must be of equal"),
    ):  # fmt: skip
        find_shared_grid(first, second)
