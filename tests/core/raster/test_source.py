"""What can be read as a source, which of its pixels count, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window

from landcast.core.errors import NotGeoreferencedError, UnreadableSourceError, UnsupportedSourceError
from landcast.core.raster import source as source_module
from landcast.core.raster.source import open_source

MakeRaster = Callable[..., Path]
WHOLE = Window(0, 0, 80, 96)


@pytest.fixture
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 255, (3, 96, 80), np.uint8)


@pytest.fixture
def hole() -> NDArray[np.bool_]:
    """Pixels that are missing."""
    missing = np.zeros((96, 80), bool)
    missing[10:30, 20:50] = True
    return missing


def read(path: Path, window: Window = WHOLE) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    with open_source(path) as source:
        return source.read_native(window)


@pytest.mark.parametrize("options", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}, {"compress": "JPEG"}])
def test_a_window_holds_the_files_pixels(make_raster: MakeRaster, options: dict[str, Any]) -> None:
    image = np.full((3, 96, 80), 90, np.uint8)
    image[:, :48] = 200
    pixels, valid = read(make_raster(image, **options), Window(5, 40, 30, 20))
    np.testing.assert_allclose(pixels, image[:, 40:60, 5:35], atol=2)
    assert valid.all()


def test_beyond_its_edges_a_source_is_zero_and_not_valid(make_raster: MakeRaster, image: NDArray[np.uint8]) -> None:
    pixels, valid = read(make_raster(image), Window(-7, 90, 100, 20))
    assert pixels.shape == (3, 20, 100)
    assert valid[:6, 7:87].all()
    assert valid.sum() == 6 * 80
    np.testing.assert_array_equal(pixels[:, :6, 7:87], image[:, 90:])
    assert not pixels[:, ~valid].any()


@pytest.mark.parametrize("window", [Window(80, 0, 10, 10), Window(-20, 0, 20, 5), Window(0, 500, 3, 3)])
def test_a_window_beside_the_source_is_empty(make_raster: MakeRaster, window: Window) -> None:
    pixels, valid = read(make_raster(), window)
    assert pixels.shape == (3, window.height, window.width)
    assert not pixels.any()
    assert not valid.any()


def test_a_source_says_where_it_lies_and_how_fine_it_is(make_raster: MakeRaster) -> None:
    with open_source(make_raster()) as source:
        assert source.crs.to_epsg() == 32611
        assert source.shape_yx == (96, 80)
        assert source.gsd_m == pytest.approx(0.6, rel=0.005)


def test_a_pixel_is_nodata_where_all_of_its_bands_are(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    image[:, hole] = 0
    image[0, 50:60] = 0
    _, valid = read(make_raster(image, nodata=0))
    np.testing.assert_array_equal(valid, ~hole)


def test_an_alpha_band_hides_what_is_transparent(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    alpha = np.where(hole, 0, 255).astype(np.uint8)
    path = make_raster(np.concatenate([image, alpha[None]]), photometric="RGB", alpha="yes")
    pixels, valid = read(path)
    np.testing.assert_array_equal(valid, ~hole)
    np.testing.assert_array_equal(pixels, image * ~hole)


def test_a_mask_within_the_file_is_honoured(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> None:
    _, valid = read(make_raster(image, mask=~hole))
    np.testing.assert_array_equal(valid, ~hole)


@pytest.mark.parametrize("other", ["nodata", "mask"])
def test_an_alpha_band_counts_beside_other_marks_of_missing_pixels(
    make_raster: MakeRaster, image: NDArray[np.uint8], hole: NDArray[np.bool_], other: str
) -> None:
    other_hole = np.roll(hole, 40, axis=0)
    alpha = np.where(hole, 0, 255).astype(np.uint8)
    marks: dict[str, Any] = {"nodata": 0} if other == "nodata" else {"mask": ~other_hole}
    image[:, other_hole] = 0 if other == "nodata" else 7
    bands = np.concatenate([image, alpha[None]])
    _, valid = read(make_raster(bands, photometric="RGB", alpha="yes", **marks))
    np.testing.assert_array_equal(valid, ~(hole | other_hole))


def test_bands_are_found_by_their_meaning_and_else_by_their_place(
    make_raster: MakeRaster, image: NDArray[np.uint8]
) -> None:
    infrared = np.full((1, 96, 80), 77, np.uint8)
    four = np.concatenate([infrared, image[::-1]])
    named = make_raster(four, "named.tif", meanings=["undefined", "blue", "green", "red"])
    np.testing.assert_array_equal(read(named)[0], image)
    plain = make_raster(np.concatenate([image, infrared]), "plain.tif", photometric="MINISBLACK")
    np.testing.assert_array_equal(read(plain)[0], image)


@pytest.mark.parametrize("bands", [1, 2])
def test_too_few_bands_are_refused(make_raster: MakeRaster, bands: int) -> None:
    with pytest.raises(UnsupportedSourceError, match=f"{bands} band"):
        open_source(make_raster(np.ones((bands, 10, 10), np.uint8)))


@pytest.mark.parametrize("kind", ["uint16", "float32", "int16"])
def test_bands_of_more_than_eight_bits_are_refused(make_raster: MakeRaster, kind: str) -> None:
    with pytest.raises(UnsupportedSourceError, match=kind):
        open_source(make_raster(np.ones((3, 10, 10), kind)))


def test_a_raster_without_crs_is_refused(make_raster: MakeRaster) -> None:
    with pytest.raises(NotGeoreferencedError, match="no coordinate reference system"):
        open_source(make_raster(crs=None))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_with_crs_and_without_transform_is_refused(make_raster: MakeRaster) -> None:
    with pytest.raises(NotGeoreferencedError, match="no transform"):
        open_source(make_raster(transform=Affine.identity()))


def test_a_raster_that_lies_nowhere_on_earth_is_refused(make_raster: MakeRaster) -> None:
    with pytest.raises(NotGeoreferencedError):
        open_source(make_raster(crs="EPSG:4326", transform=Affine(1, 0, 500, 0, -1, 500)))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.tif", tmp_path):
        with pytest.raises(UnreadableSourceError, match="no such file"):
            open_source(path)


@pytest.mark.parametrize("content", ["", "II*\0 not at all", "Dear reader,\n"])
def test_a_file_that_is_no_geotiff_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "letter.tif"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableSourceError, match="GeoTIFF"):
        open_source(path)


def test_a_virtual_raster_is_refused_under_any_name_for_it_can_point_anywhere(make_raster: MakeRaster) -> None:
    target = make_raster()
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource><SourceFilename>{target}</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
        for band in (1, 2, 3)
    )
    path = target.with_name("virtual.tif")
    path.write_text(f'<VRTDataset rasterXSize="80" rasterYSize="96">{bands}</VRTDataset>', encoding="utf-8")
    with pytest.raises(UnreadableSourceError, match="GeoTIFF"):
        open_source(path)


def test_a_truncated_file_is_an_error_at_the_damaged_rows_and_readable_before(make_raster: MakeRaster) -> None:
    image = np.random.default_rng(0).integers(0, 255, (3, 512, 64), np.uint8)
    path = make_raster(image, tiled=True, blockxsize=64, blockysize=64, compress="deflate")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_source(path) as source:
        pixels, valid = source.read_native(Window(0, 0, 64, 64))
        np.testing.assert_array_equal(pixels, image[:, :64])
        assert valid.all()
        with pytest.raises(UnreadableSourceError, match="rows 400 to 512"):
            source.read_native(Window(0, 400, 64, 112))


def test_blocks_too_large_to_hold_are_refused(make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_raster(tiled=True, blockxsize=64, blockysize=32)
    monkeypatch.setattr(source_module, "MAX_BLOCK_BYTES", 64 * 32 * 3)
    open_source(path).dataset.close()
    monkeypatch.setattr(source_module, "MAX_BLOCK_BYTES", 64 * 32 * 3 - 1)
    with pytest.raises(UnsupportedSourceError, match="TILED=YES"):
        open_source(path)


def test_a_source_is_closed_when_its_context_is_left(make_raster: MakeRaster) -> None:
    with open_source(make_raster()) as source:
        assert not source.dataset.closed
    assert source.dataset.closed
