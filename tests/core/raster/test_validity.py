"""Which pixels count: every mark of a missing pixel, alone and with others, against GDAL's own masks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.windows import Window

from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import Pixels, open_source
from landcast.core.raster.validity import Validity

MakeRaster = Callable[..., Path]
WHOLE = Window(0, 0, 80, 96)
RGBA: dict[str, Any] = {"photometric": "RGB", "alpha": "yes"}


@pytest.fixture
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 255, (3, 96, 80), np.uint8)


@pytest.fixture
def hole() -> NDArray[np.bool_]:
    """Pixels that are missing."""
    missing = np.zeros((96, 80), bool)
    missing[10:30, 20:50] = True
    return missing


def read(path: Path, window: Window = WHOLE, **options: Any) -> Pixels:
    with open_source(path, SourceOptions(**options)) as source:
        return source.read_native(window)


def with_alpha(image: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([image, alpha[None].astype(image.dtype)])


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("uint8", 0),
        ("uint8", 255),
        ("uint16", 65535),
        ("int16", -32768),
        ("int32", 2**31 - 1),
        ("float32", -9999),
        ("float32", float(np.finfo(np.float32).max)),
        ("float32", float(np.finfo(np.float32).min)),
        ("float64", -1.7976931348623157e308),
        ("float32", np.nan),
        ("float64", np.nan),
    ],
)
def test_nodata_is_not_valid_whatever_its_value(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_], dtype: str, nodata: float
) -> None:
    values = np.minimum(image, 250).astype(dtype)
    values[:, hole] = nodata
    path = make_raster(values, nodata=nodata)
    found = read(path)
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(found.valid, dataset.dataset_mask() > 0)
    np.testing.assert_array_equal(found.valid, ~hole)
    np.testing.assert_array_equal(found.values, np.where(hole, 0, values))
    assert found.validity == Validity.nothing()


def test_a_pixel_is_nodata_where_all_of_its_bands_are_and_the_others_are_counted(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    image[:, hole] = 0
    image[0, 50:60] = 0
    found = read(make_raster(image, nodata=0))
    np.testing.assert_array_equal(found.valid, ~hole)
    assert found.validity.nodata_in_one_band == 10 * 80


def test_each_band_may_have_a_nodata_value_of_its_own(
    make_raster: MakeRaster, make_vrt: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    image[:] = np.minimum(image, 200)
    image[:, hole] = np.array([201, 202, 203], np.uint8)[:, None]
    path = make_vrt(make_raster(image))
    text = path.read_text()
    for number in (1, 2, 3):
        start = f'band="{number}">'
        text = text.replace(start, f"{start}<NoDataValue>{200 + number}</NoDataValue>")
    path.write_text(text)
    np.testing.assert_array_equal(read(path).valid, ~hole)


def test_a_colour_may_stand_for_nodata(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    image[:, hole] = np.array([1, 2, 3], np.uint8)[:, None]
    image[0, 60:70] = 1
    path = make_raster(image)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(NODATA_VALUES="1 2 3")
    found = read(path)
    assert not found.valid[hole].any()
    np.testing.assert_array_equal(found.valid, ~(image == np.array([1, 2, 3])[:, None, None]).all(0))


def test_nodata_that_the_data_type_cannot_hold_hides_nothing(
    make_raster: MakeRaster, make_vrt: MakeRaster, image: NDArray[np.uint8]
) -> None:
    assert read(make_vrt(make_raster(image), band="<NoDataValue>-9999</NoDataValue>")).valid.all()


@pytest.mark.parametrize("nodata", [None, -9999, np.nan])
def test_values_that_are_not_finite_are_not_valid_in_any_band(
    make_raster: MakeRaster, image: NDArray[np.uint8], nodata: float | None
) -> None:
    values = image.astype(np.float32)
    values[0, :5], values[1, 5:10], values[2, 10:12] = np.nan, np.inf, -np.inf
    found = read(make_raster(values, nodata=nodata))
    assert not found.valid[:12].any()
    assert found.valid[12:].all()
    assert np.isfinite(found.values).all()
    assert found.validity.not_finite == (12 * 80 if nodata is None else 0)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(level=st.integers(0, 255))
def test_from_half_opacity_on_a_pixel_is_valid(make_raster: MakeRaster, level: int) -> None:
    image = np.full((3, 96, 80), 90, np.uint8)
    alpha = np.full((96, 80), 255)
    alpha[:10] = level
    found = read(make_raster(with_alpha(image, alpha), **RGBA))
    assert found.valid[10:].all()
    assert (found.valid[:10] == (level >= 127.5)).all()
    assert found.validity.partly_transparent == (800 if 0 < level < 255 else 0)
    assert (found.values[:, :10] == (90 if level >= 128 else 0)).all()


@pytest.mark.parametrize(
    ("dtype", "full"), [("uint16", 65535), ("uint16", 255), ("uint16", 1), ("int16", 32767), ("float32", 1.0)]
)
def test_full_opacity_is_what_the_file_uses_for_it(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_], dtype: str, full: float
) -> None:
    alpha = np.where(hole, 0, full)
    path = make_raster(with_alpha(image.astype(dtype), alpha), **RGBA)
    np.testing.assert_array_equal(read(path).valid, ~hole)


def test_a_file_that_is_transparent_throughout_has_no_valid_pixel(
    make_raster: MakeRaster, image: NDArray[np.uint8]
) -> None:
    for dtype in ("uint8", "uint16", "float32"):
        path = make_raster(with_alpha(image.astype(dtype), np.zeros((96, 80))), **RGBA)
        assert not read(path).valid.any()


def test_a_grey_image_may_have_opacity(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    alpha = np.where(hole, 0, 255)
    path = make_raster(with_alpha(image[:1], alpha), alpha="yes", photometric="MINISBLACK")
    np.testing.assert_array_equal(read(path).valid, ~hole)


def test_a_mask_within_the_file_is_honoured(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    np.testing.assert_array_equal(read(make_raster(image, mask=~hole)).valid, ~hole)


def test_a_mask_beside_the_file_is_honoured(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    path = make_raster(image)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(~hole)
    assert path.with_name(f"{path.name}.msk").is_file()
    np.testing.assert_array_equal(read(path).valid, ~hole)


@pytest.mark.parametrize("other", ["nodata", "mask"])
def test_opacity_counts_beside_other_marks_of_missing_pixels(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_], other: str
) -> None:
    other_hole = np.roll(hole, 40, axis=0)
    marks: dict[str, Any] = {"nodata": 0} if other == "nodata" else {"mask": ~other_hole}
    image[:, other_hole] = 0 if other == "nodata" else 7
    path = make_raster(with_alpha(image, np.where(hole, 0, 255)), **RGBA, **marks)
    found = read(path)
    np.testing.assert_array_equal(found.valid, ~(hole | other_hole))
    assert not found.values[:, hole | other_hole].any()


def test_opacity_counts_for_bands_that_the_user_names(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    path = make_raster(with_alpha(image, np.where(hole, 0, 255)), **RGBA)
    np.testing.assert_array_equal(read(path, bands=(3, 2, 1)).valid, ~hole)
    assert read(path, bands=(1, 2, 4)).valid.all()


def test_what_was_never_written_is_not_valid_and_what_was_written_black_is(tmp_path: Path) -> None:
    path, profile = (
        tmp_path / "sparse.tif",
        {"crs": "EPSG:32611", "transform": rasterio.Affine(0.6, 0, 434400, 0, -0.6, 3774000)},
    )
    layout = {"tiled": True, "blockxsize": 16, "blockysize": 16, "interleave": "pixel", "SPARSE_OK": True}
    with rasterio.open(
        path, "w", driver="GTiff", count=3, height=96, width=80, dtype="uint8", **profile, **layout
    ) as target:
        target.write(np.full((3, 16, 16), 9, np.uint8), window=Window(16, 32, 16, 16))
    expected = np.zeros((96, 80), bool)
    expected[32:48, 16:32] = True
    found = read(path)
    np.testing.assert_array_equal(found.valid, expected)
    assert found.validity.never_written == 96 * 80 - 256
    part = read(path, Window(20, 40, 30, 30))
    np.testing.assert_array_equal(part.valid, expected[40:70, 20:50])
    del layout["SPARSE_OK"]
    with rasterio.open(
        path, "w", driver="GTiff", count=3, height=96, width=80, dtype="uint8", **profile, **layout
    ) as target:
        target.write(np.zeros((3, 96, 80), np.uint8))
    assert read(path).valid.all()


def test_a_block_that_is_left_out_of_one_band_only_is_black_in_it(
    make_raster: MakeRaster, image: NDArray[np.uint8]
) -> None:
    image[0] = 0
    layout = {"tiled": True, "blockxsize": 16, "blockysize": 16, "interleave": "band", "SPARSE_OK": True}
    path = make_raster(image, **layout)
    found = read(path)
    assert found.valid.all()
    np.testing.assert_array_equal(found.values, image)


def test_what_is_valid_does_not_depend_on_the_window(make_raster: MakeRaster) -> None:
    image = np.zeros((1, 2000, 1100), np.uint8)
    image[:, 900:1000, 500:700] = 5
    path = make_raster(image, tiled=True, blockxsize=16, blockysize=16, SPARSE_OK=True)
    with open_source(path) as source:
        whole = source.read_native(Window(0, 0, 1100, 2000)).valid
        part = source.read_native(Window(490, 890, 50, 50)).valid
    np.testing.assert_array_equal(whole[890:940, 490:540], part)
    assert not whole.all()
