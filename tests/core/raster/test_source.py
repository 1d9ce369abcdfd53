"""Windows of any source: its own pixels, its edges, its orientation, its damage."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.windows import Window

from landcast.core.errors import RequestError, UnreadableSourceError, UnsupportedSourceError
from landcast.core.raster import formats
from landcast.core.raster import source as source_module
from landcast.core.raster.bands import DTYPES
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import Pixels, local_path, open_source
from landcast.tests.core.raster.conftest import UTM_TRANSFORM

MakeRaster = Callable[..., Path]
WHOLE = Window(0, 0, 80, 96)
SHAPE_YX = 96, 80


@pytest.fixture
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 255, (3, *SHAPE_YX), np.uint8)


def read(path: Path, window: Window = WHOLE, **options: Any) -> Pixels:
    with open_source(path, SourceOptions(**options)) as source:
        return source.read_native(window)


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"tiled": True, "blockxsize": 16, "blockysize": 16},
        {"tiled": True, "blockxsize": 96, "blockysize": 96},
        {"blockysize": 96},
        {"interleave": "pixel", "compress": "deflate"},
        {"BIGTIFF": "YES"},
        {"ENDIANNESS": "BIG"},
        {"driver": "COG"},
    ],
    ids=lambda layout: " ".join(map(str, layout.values())) or "plain",
)
def test_a_window_holds_the_files_pixels_in_every_layout(
    make_raster: MakeRaster, image: NDArray[np.uint8], layout: dict[str, Any]
) -> None:
    found = read(make_raster(image, **layout), Window(5, 40, 30, 20))
    np.testing.assert_array_equal(found.values, image[:, 40:60, 5:35])
    assert found.valid.all()


def test_compressed_with_loss_the_pixels_are_those_that_gdal_decodes(
    make_raster: MakeRaster, image: NDArray[np.uint8]
) -> None:
    path = make_raster(image, compress="JPEG", photometric="YCbCr")
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(read(path).values, dataset.read())


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_data_type_is_read_in_its_own_units(make_raster: MakeRaster, dtype: str) -> None:
    kind = np.dtype(dtype)
    low, high = (-3.5e4, 7.25e5) if kind.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    image = np.linspace(low, high, 3 * 96 * 80).reshape(3, 96, 80).astype(dtype)
    with open_source(make_raster(image)) as source:
        found = source.read_native(WHOLE)
        assert source.dtype == found.values.dtype == kind
        assert source.is_eight_bit == (dtype == "uint8")
    np.testing.assert_array_equal(found.values, image)
    assert found.valid.all()


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint64", "complex64", "complex128"])
def test_data_types_that_are_no_brightness_are_refused(make_raster: MakeRaster, dtype: str) -> None:
    with pytest.raises(UnsupportedSourceError, match=f"band 1 is of {dtype}"):
        open_source(make_raster(np.ones((3, 10, 10), dtype)))


def test_bands_of_several_data_types_are_read_as_the_one_that_holds_them_all(
    make_raster: MakeRaster, image: NDArray[np.uint8], tmp_path: Path
) -> None:
    names = [make_raster(image[:1], "eight.tif"), make_raster(image[:1] * np.float32(2.5), "float.tif")]
    bands = "".join(
        f'<VRTRasterBand dataType="{kind}" band="{number}"><SimpleSource><SourceFilename>{names[which]}'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        for number, (kind, which) in enumerate([("Byte", 0), ("Float32", 1), ("UInt16", 0)], 1)
    )
    place = "<SRS>EPSG:32611</SRS><GeoTransform>434400, 0.6, 0, 3774000, 0, -0.6</GeoTransform>"
    path = tmp_path / "mixed.vrt"
    path.write_text(f'<VRTDataset rasterXSize="80" rasterYSize="96">{place}{bands}</VRTDataset>', encoding="utf-8")
    found = read(path)
    assert found.values.dtype == np.float32
    np.testing.assert_array_equal(found.values, image[:1] * np.array([1, 2.5, 1])[:, None, None])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=st.integers(-100, 100),
    top=st.integers(-110, 110),
    width=st.integers(1, 200),
    height=st.integers(1, 200),
    flips=st.sampled_from([(1, 1), (1, -1), (-1, 1), (-1, -1)]),
)
def test_any_window_of_any_orientation_is_that_of_the_upright_image(
    make_raster: MakeRaster, left: int, top: int, width: int, height: int, flips: tuple[int, int]
) -> None:
    across, down = flips
    image = np.random.default_rng(3).integers(1, 255, (3, 96, 80), np.uint8)
    image[:, 10:20, 5:40] = 0
    corner = UTM_TRANSFORM @ Affine.translation(0 if across > 0 else 80, 0 if down > 0 else 96)
    path = make_raster(image[:, ::down, ::across], transform=corner @ Affine.scale(across, down), nodata=0)
    with open_source(path) as source:
        assert source.transform.almost_equals(UTM_TRANSFORM, precision=1e-6)
        found = source.read_native(Window(left, top, width, height))
    padded = np.pad(image, ((0, 0), (310, 310), (310, 310)))
    expected = padded[:, top + 310 : top + 310 + height, left + 310 : left + 310 + width]
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(found.valid, expected.any(0))


@pytest.mark.parametrize("window", [Window(80, 0, 10, 10), Window(-20, 0, 20, 5), Window(0, 500, 3, 3)])
def test_a_window_beside_the_source_is_empty(make_raster: MakeRaster, window: Window) -> None:
    found = read(make_raster(), window)
    assert found.values.shape == (3, window.height, window.width)
    assert not found.values.any()
    assert not found.valid.any()


def test_a_rotated_source_keeps_its_transform_and_its_pixels(make_raster: MakeRaster, image: NDArray[np.uint8]) -> None:
    rotated = UTM_TRANSFORM @ Affine.rotation(20)
    with open_source(make_raster(image, transform=rotated)) as source:
        assert source.transform.almost_equals(rotated)
        np.testing.assert_array_equal(source.read_native(WHOLE).values, image)


def test_a_source_says_where_it_lies_and_how_fine_it_is(make_raster: MakeRaster) -> None:
    path = make_raster()
    with open_source(path) as source, rasterio.open(path) as dataset:
        assert source.name == str(path)
        assert source.crs.to_epsg() == 32611
        assert source.shape_yx == dataset.shape
        assert source.gsd_m == pytest.approx(0.6, rel=0.005)
        assert source.centre_xy == pytest.approx(
            ((dataset.bounds.left + dataset.bounds.right) / 2, (dataset.bounds.top + dataset.bounds.bottom) / 2)
        )
        assert {x for x, _ in source.corners_xy} == {dataset.bounds.left, dataset.bounds.right}
        assert {y for _, y in source.corners_xy} == {dataset.bounds.top, dataset.bounds.bottom}
        assert not source.is_remote
        assert not source.caveats
        assert not source.notes


@pytest.mark.parametrize(
    "name",
    ["a b.tif", "a#b.tif", "a;b.tif", "a?b.tif", "a!b.tif", "a%20b.tif", "é 山.tif", "zip+a.tif", "GTIFF_DIR:1:a.tif"],
)
def test_a_name_is_never_taken_for_more_than_a_name(
    make_raster: MakeRaster, image: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    try:
        make_raster(image, "plain.tif").rename(tmp_path / name)
    except OSError:
        pytest.skip(f"no file here can be called {name}")
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / name, Path(name)):
        np.testing.assert_array_equal(read(path).values, image)


@pytest.mark.parametrize("driver", ["JPEG", "PNG", "JP2OpenJPEG", "WEBP", "BMP", "HFA"])
def test_other_formats_hold_the_pixels_that_gdal_decodes(
    make_raster: MakeRaster, image: NDArray[np.uint8], driver: str, tmp_path: Path
) -> None:
    suffix = {"JPEG": "jpg", "PNG": "png", "JP2OpenJPEG": "jp2", "WEBP": "webp", "BMP": "bmp", "HFA": "img"}[driver]
    source, path = make_raster(image), tmp_path / f"other.{suffix}"
    with rasterio.Env() as environment:
        if driver not in environment.drivers():
            pytest.skip(f"GDAL has no {driver} here")
    copy(source, path, driver=driver)
    with rasterio.open(path) as dataset, open_source(path) as opened:
        np.testing.assert_array_equal(opened.read_native(WHOLE).values, dataset.read())
        assert opened.transform.almost_equals(UTM_TRANSFORM, precision=1e-6)
        assert opened.crs.to_epsg() == 32611


@pytest.mark.parametrize(("driver", "name", "world"), [("JPEG", "a.jpg", "a.jgw"), ("PNG", "a.png", "a.wld")])
def test_a_picture_with_a_world_file_needs_only_its_crs_named(
    make_raster: MakeRaster, tmp_path: Path, driver: str, name: str, world: str
) -> None:
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copy(make_raster(), tmp_path / name, driver=driver)
    (tmp_path / world).write_text("0.6\n0\n0\n-0.6\n434400.3\n3773999.7\n")
    (tmp_path / "a.prj").write_text("GDAL does not look here")
    with open_source(tmp_path / name, SourceOptions(assume_crs="EPSG:32611")) as source:
        assert source.transform.almost_equals(UTM_TRANSFORM, precision=1e-6)


def test_a_truncated_file_is_an_error_at_the_damaged_rows_and_readable_before(make_raster: MakeRaster) -> None:
    image = np.random.default_rng(0).integers(0, 255, (3, 512, 64), np.uint8)
    path = make_raster(image, tiled=True, blockxsize=64, blockysize=64, compress="deflate", interleave="pixel")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_source(path) as source:
        found = source.read_native(Window(0, 0, 64, 64))
        np.testing.assert_array_equal(found.values, image[:, :64])
        with pytest.raises(UnreadableSourceError, match="rows 400 to 512, columns 0 to 64") as caught:
            source.read_native(Window(0, 400, 64, 112))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_failed_once_is_never_read_again_from_the_same_dataset(make_raster: MakeRaster) -> None:
    path = make_raster(np.full((3, 512, 64), 9, np.uint8), tiled=True, blockxsize=64, blockysize=64)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_source(path) as source:
        source.read_native(Window(0, 0, 64, 64))
        for window in (Window(0, 0, 64, 512), Window(0, 0, 64, 512), Window(0, 0, 64, 64)):
            with pytest.raises(UnreadableSourceError, match="rows 0 to 512"):
                source.read_native(window)
    with open_source(path) as source:
        assert source.read_native(Window(0, 0, 64, 64)).valid.all()


def test_a_closed_source_says_so_at_a_read(make_raster: MakeRaster) -> None:
    with open_source(make_raster()) as source:
        source.read_native(WHOLE)
    with pytest.raises(UnreadableSourceError, match="closed"):
        source.read_native(WHOLE)


def test_an_interrupt_passes_and_leaves_the_source_usable(
    make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with open_source(make_raster()) as source:
        with monkeypatch.context() as during:
            during.setattr(source_module, "read_validity", interrupt)
            with pytest.raises(KeyboardInterrupt):
                source.read_native(WHOLE)
        assert source.read_native(WHOLE).valid.all()


def test_a_failure_of_memory_names_the_window(make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(source_module, "read_validity", fail)
    with pytest.raises(UnreadableSourceError, match="rows 0 to 96, columns 0 to 80 cannot be read: MemoryError"):
        read(make_raster())


def test_blocks_too_large_to_hold_are_refused(make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_raster(tiled=True, blockxsize=64, blockysize=32, interleave="pixel")
    monkeypatch.setattr(formats, "MAX_BLOCK_BYTES", 64 * 32 * 3)
    read(path)
    monkeypatch.setattr(formats, "MAX_BLOCK_BYTES", 64 * 32 * 3 - 1)
    with pytest.raises(UnsupportedSourceError, match="TILED=YES"):
        open_source(path)


def test_a_tiny_file_of_a_huge_block_is_refused_before_it_is_read(
    make_raster: MakeRaster, make_vrt: MakeRaster
) -> None:
    huge = {"tiled": True, "blockxsize": 32768, "blockysize": 32768, "SPARSE_OK": True, "compress": "deflate"}
    path = make_raster(np.zeros((1, 1, 1), np.uint8), "bomb.tif", **huge)
    assert path.stat().st_size < 2000
    for name in (path, make_vrt(path, bands=1)):
        with pytest.raises(UnsupportedSourceError, match="one block of 32768 x 32768 px takes 1,024 MiB"):
            open_source(name)


def test_more_blocks_than_an_index_should_hold_are_refused(
    make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "MAX_BLOCKS", 29)
    with pytest.raises(UnsupportedSourceError, match="30 blocks of 16 x 16 px"):
        open_source(make_raster(tiled=True, blockxsize=16, blockysize=16))


def test_an_image_that_is_decoded_at_once_counts_as_one_block(
    make_raster: MakeRaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(make_raster(), tmp_path / "a.webp", driver="WEBP")
    monkeypatch.setattr(formats, "MAX_BLOCK_BYTES", 80 * 96 * 3 - 1)
    with pytest.raises(UnsupportedSourceError, match="one block of 80 x 96 px"):
        open_source(tmp_path / "a.webp")


def test_reading_leaves_nothing_beside_the_source(make_raster: MakeRaster) -> None:
    path = make_raster()
    read(path)
    assert list(path.parent.iterdir()) == [path]


def test_a_source_must_be_a_file_where_the_result_goes_beside_it() -> None:
    assert local_path("a/b.tif") == Path("a/b.tif")
    with pytest.raises(RequestError, match="-o names"):
        local_path("https://example.org/a.tif")
