"""One scene in many files: equal pixels where the file alone differs, the same ground where its grid does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.warp import Resampling, reproject, transform_bounds

from landcast.core.predict import Prediction, predict
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

SIDE_PX = 300
MARK_ROW_COLUMN = 131.0, 167.0
MARK_PX = 9
SHIFT_LIMIT_PX = 0.3
PLACE_LIMIT_PX = 0.5

Image = NDArray[Any]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered scene with a white disk in a dark square; read it only."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    write_scene(path, (SIDE_PX, SIDE_PX), seed=3)
    with rasterio.open(path, "r+") as target:
        image = target.read()
        rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5
        down, across = rows - MARK_ROW_COLUMN[0], columns - MARK_ROW_COLUMN[1]
        image[:, np.maximum(abs(down), abs(across)) < 2 * MARK_PX] = 30
        image[:, np.hypot(down, across) < MARK_PX] = 250
        target.write(image)
    return path


def as_vrt(scene: Path, folder: Path) -> Path:
    path = folder / "scene.vrt"
    rasterio.shutil.copy(scene, path, driver="VRT")
    return path


def as_mosaic(scene: Path, folder: Path) -> Path:
    """Two halves, and a VRT that puts them together."""
    with rasterio.open(scene) as source:
        image, profile, crs, transform = source.read(), source.profile, source.crs, source.transform
    cut = 130
    for name, columns in (("west", slice(0, cut)), ("east", slice(cut, SIDE_PX))):
        half = image[:, :, columns]
        changes = {"width": half.shape[2], "transform": transform @ Affine.translation(columns.start, 0)}
        with rasterio.open(folder / f"{name}.tif", "w", **(profile | changes)) as target:
            target.write(half)
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{colour}</ColorInterp>'
        + "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{name}.tif</SourceFilename><SourceBand>{band}'
            f'</SourceBand><SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{SIDE_PX}"/>'
            f'<DstRect xOff="{left}" yOff="0" xSize="{width}" ySize="{SIDE_PX}"/></SimpleSource>'
            for name, left, width in (("west", 0, cut), ("east", cut, SIDE_PX - cut))
        )
        + "</VRTRasterBand>"
        for band, colour in ((1, "Red"), (2, "Green"), (3, "Blue"))
    )
    numbers = ", ".join(map(repr, transform.to_gdal()))
    path = folder / "mosaic.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{SIDE_PX}" rasterYSize="{SIDE_PX}"><SRS>{crs.to_wkt()}</SRS>'.replace("&", "&amp;")
        + f"<GeoTransform>{numbers}</GeoTransform>{bands}</VRTDataset>",
        encoding="utf-8",
    )
    return path


def as_cog(scene: Path, folder: Path) -> Path:
    path = folder / "cog.tif"
    rasterio.shutil.copy(scene, path, driver="COG", compress="deflate", blocksize=128)
    return path


def as_south_up(scene: Path, folder: Path) -> Path:
    with rasterio.open(scene) as source:
        image, profile = source.read(), source.profile
    profile["transform"] = profile["transform"] @ Affine(1, 0, 0, 0, -1, SIDE_PX)
    path = folder / "south.tif"
    with rasterio.open(path, "w", **profile) as target:
        target.write(image[:, ::-1])
    return path


def as_rotated(scene: Path, folder: Path) -> Path:
    """What a camera turned by 30 degrees sees, in finer pixels so that turning costs little detail."""
    with rasterio.open(scene) as source:
        x, y = source.transform @ (SIDE_PX / 2, SIDE_PX / 2)
    side = 440
    linear = Affine.rotation(30) @ Affine.scale(0.5, -0.5)
    across, down = linear @ (side / 2, side / 2)
    transform = Affine.translation(x - across, y - down) @ linear
    return warped(scene, folder / "rotated.tif", "EPSG:26911", transform, (side, side))


def as_mercator(scene: Path, folder: Path) -> Path:
    with rasterio.open(scene) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:3857", *source.bounds)
    width, height = round((east - west) / 0.6), round((north - south) / 0.6)
    transform = Affine(0.6, 0, west, 0, -0.6, north)
    return warped(scene, folder / "mercator.tif", "EPSG:3857", transform, (height, width))


def warped(scene: Path, path: Path, crs: str, transform: Affine, shape_yx: tuple[int, int]) -> Path:
    """Write the scene on another grid, with zero where it does not reach."""
    with rasterio.open(scene) as source:
        image = np.zeros((3, *shape_yx), np.uint8)
        reproject(
            np.maximum(source.read(), 1), image, src_transform=source.transform, src_crs=source.crs,
            dst_transform=transform, dst_crs=crs, resampling=Resampling.cubic, tolerance=0, src_nodata=0, dst_nodata=0,
        )  # fmt: skip
        profile = {"driver": "GTiff", "count": 3, "dtype": "uint8", "nodata": 0, "crs": crs, "transform": transform}
        with rasterio.open(path, "w", height=shape_yx[0], width=shape_yx[1], **profile) as target:
            target.write(image)
    return path


@pytest.fixture
def predicted(tmp_path: Path, make_tiny_model: Callable[..., Path]) -> Callable[..., Path]:
    """Predict a source, by a model that changes boldly unless `difference_std` says otherwise."""

    def run(source: Path, difference_std: float = 0.5, **changes: Any) -> Path:
        model = str(make_tiny_model(difference_std=difference_std, gsd_range_m=(0.4, 10.0)))
        output = tmp_path / f"{source.stem}_{source.suffix[1:]}_{difference_std:g}_pred.tif"
        done: Prediction = predict(
            PredictionRequest(source, output, model=model, device="cpu", precision="fp32", **changes),
            warn=lambda message: None,
        )
        return done.paths["prediction"]

    return run


@pytest.mark.parametrize("make", [as_vrt, as_mosaic, as_cog, as_south_up])
@pytest.mark.parametrize("ground_scale_m", [None, 100.0], ids=["own pixels", "resampled"])
def test_the_same_pixels_in_another_file_give_the_same_prediction(
    scene: Path,
    tmp_path: Path,
    predicted: Callable[..., Path],
    make: Callable[[Path, Path], Path],
    ground_scale_m: float | None,
) -> None:
    one = predicted(scene, ground_scale_m=ground_scale_m)
    other = predicted(make(scene, tmp_path), ground_scale_m=ground_scale_m)
    with rasterio.open(one) as expected, rasterio.open(other) as found:
        assert found.crs == expected.crs
        assert found.transform == expected.transform
        np.testing.assert_array_equal(found.read_masks(1), expected.read_masks(1))
        np.testing.assert_array_equal(found.read(), expected.read())
        assert found.tags()["LANDCAST_SOURCE_PIXELS_SHA256"] == expected.tags()["LANDCAST_SOURCE_PIXELS_SHA256"]


@pytest.mark.parametrize("make", [as_rotated, as_mercator])
@pytest.mark.parametrize("ground_scale_m", [None, 76.8, 128.0], ids=["default", "own", "coarser"])
def test_another_grid_shows_the_same_ground(
    scene: Path,
    tmp_path: Path,
    predicted: Callable[..., Path],
    make: Callable[[Path, Path], Path],
    ground_scale_m: float | None,
) -> None:
    # a model that hardly changes anything: noise on another lattice would be another future
    one = predicted(scene, difference_std=1e-3, ground_scale_m=ground_scale_m)
    other = predicted(make(scene, tmp_path), difference_std=1e-3, ground_scale_m=ground_scale_m)
    with rasterio.open(one) as result:
        expected, valid = result.read().astype(np.float32), result.read_masks(1) > 0
        profile, gsd_m = result.profile, float(result.tags()["LANDCAST_GSD_M"])
        place = mark_xy(expected[1], result.transform)
    with rasterio.open(other) as result:
        there = result.read().astype(np.float32)
        shown = np.zeros_like(expected)
        seen = np.zeros(valid.shape, np.uint8)
        grids = {
            "src_transform": result.transform, "src_crs": result.crs,
            "dst_transform": profile["transform"], "dst_crs": profile["crs"], "tolerance": 0,
        }  # fmt: skip
        reproject(there, shown, resampling=Resampling.cubic, **grids)
        reproject(result.read_masks(1), seen, resampling=Resampling.nearest, **grids)
    both = cv2.erode((valid & (seen > 0)).astype(np.uint8), np.ones((7, 7)), borderValue=0) > 0
    assert both.mean() > 0.6
    assert np.abs(shown - expected)[:, both].mean() < 8
    assert np.hypot(*phase_shift(shown, expected, both)) < SHIFT_LIMIT_PX
    found = mark_xy(shown[1], profile["transform"])
    assert np.hypot(found[0] - place[0], found[1] - place[1]) < PLACE_LIMIT_PX * gsd_m
    with rasterio.open(scene) as source:
        truth = source.transform @ MARK_ROW_COLUMN[::-1]
    assert np.hypot(found[0] - truth[0], found[1] - truth[1]) < PLACE_LIMIT_PX * gsd_m


def phase_shift(one: Image, other: Image, both: NDArray[np.bool_]) -> tuple[float, float]:
    """Shift along x and y by phase correlation, over the largest square in the middle that both hold."""
    middle = [side // 2 for side in both.shape]
    half = next(
        half
        for half in range(min(middle), 0, -1)
        if both[middle[0] - half : middle[0] + half, middle[1] - half : middle[1] + half].all()
    )
    assert half > 40
    inner = (slice(middle[0] - half, middle[0] + half), slice(middle[1] - half, middle[1] + half))
    grey = [np.ascontiguousarray(image.mean(0)[inner], np.float64) for image in (one, other)]
    window = cv2.createHanningWindow((2 * half, 2 * half), cv2.CV_64F)
    (x, y), _ = cv2.phaseCorrelate(grey[0] - grey[0].mean(), grey[1] - grey[1].mean(), window)
    return x, y


def mark_xy(band: Image, transform: Affine) -> tuple[float, float]:
    """Centre of the disk, by its mass above the dark square."""
    bright = (band > 200).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright)
    size = np.pi * (MARK_PX * 0.6 / abs(transform.a)) ** 2
    label = min(range(1, count), key=lambda index: abs(stats[index, cv2.CC_STAT_AREA] - size))
    near = cv2.dilate((labels == label).astype(np.uint8), np.ones((5, 5))) > 0
    mass = np.where(near, np.maximum(band - 30, 0), 0)
    rows, columns = np.mgrid[: band.shape[0], : band.shape[1]] + 0.5
    x, y = transform @ (float((mass * columns).sum() / mass.sum()), float((mass * rows).sum() / mass.sum()))
    return x, y
