"""Where a source lies, what the user may say of it, and what has no place."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning
from rasterio.rpc import RPC
from rasterio.windows import Window

from landcast.core.errors import NotGeoreferencedError, RequestError
from landcast.core.raster.grid import pixel_shape_caveats
from landcast.core.raster.ground import LOCAL_WKT
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import SourceImage, open_source
from landcast.tests.core.raster.conftest import UTM_TRANSFORM

MakeRaster = Callable[..., Path]
SITE_WKT = LOCAL_WKT.replace("Landcast local grid without a place on Earth", "Building site")
DEGREES = Affine(1e-5, 0, 8, 0, -1e-5, 50)


@pytest.fixture
def make_lost(make_raster: MakeRaster) -> MakeRaster:
    """Write a raster as `make_raster` does; that it has no place is no warning here."""

    def make(**changes: Any) -> Path:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return make_raster(**changes)

    return make


def opened(path: Path, **options: Any) -> SourceImage:
    with open_source(path, SourceOptions(**options)) as source:
        assert source.read_native(Window(0, 0, 80, 96)).valid.all()
    return source


def refusal(path: Path, error: type[Exception] = NotGeoreferencedError, **options: Any) -> str:
    with pytest.raises(error) as caught:
        open_source(path, SourceOptions(**options))
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


# What the file says


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:32611", UTM_TRANSFORM),
        ("EPSG:4326", DEGREES),
        ("EPSG:4807", DEGREES),
        ("EPSG:3857", Affine(1, 0, 1e6, 0, -1, 8e6)),
        ("EPSG:32611+5773", UTM_TRANSFORM),
        ("EPSG:4326+5773", DEGREES),
        ("+proj=longlat +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7", DEGREES),
        ("+proj=utm +zone=11 +ellps=intl +towgs84=-87,-98,-121 +units=m", UTM_TRANSFORM),
    ],
)
def test_the_place_is_that_of_the_file(make_raster: MakeRaster, crs: str, transform: Affine) -> None:
    path = make_raster(crs=crs, transform=transform)
    source = opened(path)
    with rasterio.open(path) as dataset:
        assert source.crs == CRS.from_user_input(dataset.crs)
        assert source.transform == dataset.transform
    assert source.has_place
    assert not source.caveats


@pytest.mark.parametrize("kind", ["Area", "Point"])
def test_whether_a_pixel_is_an_area_or_a_point_changes_nothing_twice(make_raster: MakeRaster, kind: str) -> None:
    path = make_raster()
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(AREA_OR_POINT=kind)
    with rasterio.open(path) as dataset:
        assert dataset.tags()["AREA_OR_POINT"] == kind
        assert opened(path).transform == dataset.transform


@pytest.mark.parametrize(("across", "down"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_a_source_covers_the_same_ground_however_its_rows_and_columns_run(
    make_raster: MakeRaster, across: int, down: int
) -> None:
    corner = UTM_TRANSFORM @ Affine.translation(0 if across > 0 else 80, 0 if down > 0 else 96)
    source = opened(make_raster(transform=corner @ Affine.scale(across, down)))
    assert source.transform.almost_equals(UTM_TRANSFORM, precision=1e-6)
    assert any("mirrored" in caveat for caveat in source.caveats) == (across < 0)
    assert len(source.caveats) == (across < 0)


@pytest.mark.parametrize("angle", [0.01, 20, 90, 135, 180.5])
def test_a_rotation_is_kept(make_raster: MakeRaster, angle: float) -> None:
    transform = UTM_TRANSFORM @ Affine.rotation(angle)
    source = opened(make_raster(transform=transform))
    assert source.transform.almost_equals(transform)
    assert "rotated or sheared" in pixel_shape_caveats(source)[0]


@pytest.mark.parametrize(("ratio", "is_told"), [(1, False), (1.004, False), (0.996, False), (1.006, True), (2, True)])
def test_pixels_that_are_not_square_within_half_a_percent_are_told(
    make_raster: MakeRaster, ratio: float, is_told: bool
) -> None:
    source = opened(make_raster(transform=UTM_TRANSFORM @ Affine.scale(ratio, 1)))
    assert any("square ones" in caveat for caveat in pixel_shape_caveats(source)) == is_told
    assert source.gsd_m == pytest.approx(0.6 * math.sqrt(ratio), rel=0.002)


def test_a_crs_that_counts_in_feet_is_told(make_raster: MakeRaster) -> None:
    source = opened(make_raster(crs="EPSG:2263", transform=Affine(2, 0, 985_000, 0, -2, 210_000)))
    assert "counts in US survey foot" in pixel_shape_caveats(source)[0]
    assert source.gsd_m == pytest.approx(2 * 1200 / 3937, rel=0.001)


# What has no place


def test_a_raster_without_crs_is_refused_until_the_user_names_it(make_raster: MakeRaster) -> None:
    path = make_raster(crs=None)
    assert "no coordinate reference system, though it has a transform; --assume-crs EPSG:N" in refusal(path)
    source = opened(path, assume_crs="EPSG:32611")
    assert source.crs.to_epsg() == 32611
    assert source.transform == UTM_TRANSFORM
    assert source.has_place


def test_a_crs_is_not_assumed_where_there_is_one_or_where_there_is_no_transform(
    make_raster: MakeRaster, make_lost: MakeRaster
) -> None:
    assert "names WGS 84 / UTM zone 11N" in refusal(make_raster(), RequestError, assume_crs="EPSG:32611")
    path = make_lost(crs=None, transform=Affine.identity())
    assert "no coordinate reference system and no transform" in refusal(path, assume_crs="EPSG:32611")


@pytest.mark.parametrize("text", ["EPSG:0", "Erewhon", "EPSG:5773", "EPSG:4978", SITE_WKT, ""])
def test_a_crs_that_is_none_on_earth_is_not_assumed(make_raster: MakeRaster, text: str) -> None:
    with pytest.raises(RequestError, match="--assume-crs"):
        open_source(make_raster(crs=None), SourceOptions(assume_crs=text))


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (Affine.identity(), "no transform"),
        (Affine(math.nan, 0, 0, 0, -1, 0), "not finite"),
        (Affine(1, 0, math.inf, 0, -1, 0), "not finite"),
        (Affine(0.6, 0, 434400, 0, 0, 3774000), r"no size"),
        (Affine(1e-12, 0, 434400, 0, -1e-12, 3774000), "no size"),
        (Affine(0.6, 0.6, 434400, 0.6, 0.6, 3774000), "no size"),
        (Affine(0.6, 0, 1e12, 0, -0.6, 1e12), "place"),
    ],
)
def test_a_transform_that_says_nothing_is_none(make_lost: MakeRaster, transform: Affine, message: str) -> None:
    path = make_lost(transform=transform)
    text = refusal(path)
    assert message in text
    assert "--gsd M" in text


@pytest.mark.parametrize("corner", [(8, 91), (8, 500), (800, 40), (8, -89.9999)])
def test_degrees_beyond_a_pole_or_twice_round_are_refused(make_raster: MakeRaster, corner: tuple[float, float]) -> None:
    path = make_raster(crs="EPSG:4326", transform=Affine(1e-3, 0, corner[0], 0, -1e-3, corner[1]))
    refusal(path)


def test_degrees_that_reach_a_pole_are_read(make_raster: MakeRaster) -> None:
    world = np.ones((3, 181, 360), np.uint8)
    path = make_raster(world, crs="EPSG:4326", transform=Affine(1, 0, -180, 0, -1, 90.5))
    with open_source(path) as source:
        assert source.has_place


def test_control_points_and_coefficients_alone_are_no_place(make_lost: MakeRaster, tmp_path: Path) -> None:
    points = [
        GroundControlPoint(row, column, 434400 + column * 0.6, 3774000 - row * 0.6)
        for row, column in ((0, 0), (0, 80), (96, 0))
    ]
    path = make_lost(gcps=points, transform=None)
    assert "only 3 ground control points and no transform (gdalwarp" in refusal(path)
    assert not opened(path, gsd_m=0.6).has_place
    ones = [1.0] * 20
    coefficients = RPC(0, 1, 34, 1, ones, ones, 15, 1, -118, 1, ones, ones, 20, 1, None, None)
    path = make_lost(rpcs=coefficients, transform=None, crs=None)
    assert "only rational polynomial coefficients and no transform (gdalwarp -rpc" in refusal(path)


# What the user says


@pytest.mark.parametrize(
    "changes", [{"crs": None, "transform": None}, {"crs": None}, {"crs": SITE_WKT}, {"transform": Affine.identity()}]
)
def test_an_image_without_a_place_gets_a_grid_of_its_own(make_lost: MakeRaster, changes: dict[str, Any]) -> None:
    source = opened(make_lost(**changes), gsd_m=0.25)
    assert not source.has_place
    assert source.crs == CRS.from_wkt(LOCAL_WKT)
    assert source.gsd_m == pytest.approx(0.25)
    assert source.corners_xy == [(0, 24), (20, 24), (20, 0), (0, 0)]
    assert "without a place on Earth, 0.25 m a pixel" in source.notes[-1]


def test_a_size_is_not_given_to_what_has_a_place(make_raster: MakeRaster) -> None:
    assert "lies in WGS 84 / UTM zone 11N" in refusal(make_raster(), RequestError, gsd_m=0.25)


def test_a_local_crs_of_others_is_refused(make_raster: MakeRaster) -> None:
    assert "(Building site) is a local one" in refusal(make_raster(crs=SITE_WKT))


def test_a_result_without_a_place_can_be_a_source_again(make_raster: MakeRaster) -> None:
    first = Affine(0.5, 0, 0, 0, -0.5, 48)
    path = make_raster(crs=LOCAL_WKT, transform=first)
    source = opened(path)
    assert not source.has_place
    assert source.transform == first
    assert source.gsd_m == pytest.approx(0.5)
    assert opened(path, gsd_m=2).gsd_m == pytest.approx(2)


@pytest.mark.parametrize("gsd_m", [0, -1, math.nan, math.inf])
def test_a_size_must_be_one(gsd_m: float) -> None:
    with pytest.raises(RequestError, match="above 0 metres"):
        SourceOptions(gsd_m=gsd_m)


def test_a_size_and_a_crs_exclude_each_other() -> None:
    with pytest.raises(RequestError, match="give one of them"):
        SourceOptions(gsd_m=1, assume_crs="EPSG:32611")
