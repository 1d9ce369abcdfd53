"""Which bands are taken for what, against what GDAL itself makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.windows import Window

from landcast.core.errors import RequestError, UnsupportedSourceError
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import SourceImage, open_source

MakeRaster = Callable[..., Path]
WHOLE = Window(0, 0, 80, 96)
PLAIN = {"photometric": "MINISBLACK"}


def many_bands(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(count).integers(1, 255, (count, 96, 80), np.uint8)


def check(path: Path, expected: NDArray[Any], bands: tuple[int, ...] | None = None) -> SourceImage:
    """Compare what is read; the source comes back, closed, for what it says."""
    with open_source(path, SourceOptions(bands=bands)) as source:
        found = source.read_native(WHOLE)
        assert source.bands == len(expected) == len(found.values)
        np.testing.assert_array_equal(found.values, expected)
    return source


def test_three_bands_are_red_green_and_blue_named_or_not(make_raster: MakeRaster) -> None:
    image = many_bands(3)
    for photometric in ("RGB", "MINISBLACK"):
        source = check(make_raster(image, photometric=photometric), image)
        assert not source.caveats
        assert not source.notes


def test_blue_first_with_infrared_is_the_order_of_satellites_and_worth_a_note(make_raster: MakeRaster) -> None:
    image = many_bands(4)
    path = make_raster(image, meanings=["blue", "green", "red", "undefined"], **PLAIN)
    source = check(path, image[[2, 1, 0]])
    assert not source.caveats
    assert "bands 3,2,1 are red, green and blue" in source.notes[0]
    assert source.band_numbers == (3, 2, 1)


def test_three_bands_with_blue_first_may_be_an_accident_and_are_worth_a_warning(make_raster: MakeRaster) -> None:
    image = many_bands(3)
    source = check(make_raster(image, meanings=["blue", "green", "red"], **PLAIN), image[::-1])
    assert len(source.caveats) == 1
    assert "--bands R,G,B" in source.caveats[0]


def test_many_bands_without_meaning_are_taken_in_order_with_a_warning(make_raster: MakeRaster) -> None:
    image = many_bands(5)
    source = check(make_raster(image, meanings=["undefined"] * 5, **PLAIN), image[:3])
    assert "5 bands and none named red, green or blue" in source.caveats[0]


def test_a_meaning_that_two_bands_claim_is_no_meaning(make_raster: MakeRaster) -> None:
    image = many_bands(4)
    path = make_raster(image, meanings=["red", "red", "green", "blue"], **PLAIN)
    assert check(path, image[:3]).caveats


@pytest.mark.parametrize("bands", [(4, 1, 2), (2,), (1, 1, 1), (3, 2, 1)])
def test_what_the_user_names_is_taken_whatever_the_bands_mean(make_raster: MakeRaster, bands: tuple[int, ...]) -> None:
    image = many_bands(5)
    path = make_raster(image, meanings=["blue", "green", "red", "undefined", "undefined"], **PLAIN)
    source = check(path, image[[number - 1 for number in bands]], bands)
    assert not source.caveats
    assert not source.notes


def test_a_band_that_does_not_exist_is_refused(make_raster: MakeRaster) -> None:
    with pytest.raises(RequestError, match=r"--bands 1,2,4: .*source.tif has 3 band\(s\)"):
        open_source(make_raster(), SourceOptions(bands=(1, 2, 4)))


@pytest.mark.parametrize(
    ("bands", "message"), [((1, 2), "one number or three"), ((0, 1, 2), "counts from 1"), ((), "one number or three")]
)
def test_numbers_of_bands_that_mean_nothing_are_refused(bands: tuple[int, ...], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        SourceOptions(bands=bands)


def test_two_bands_are_refused_until_the_user_chooses(make_raster: MakeRaster) -> None:
    image = many_bands(2)
    path = make_raster(image, meanings=["gray", "undefined"], **PLAIN)
    with pytest.raises(UnsupportedSourceError, match="2 bands, and one or three are needed; --bands"):
        open_source(path)
    check(path, image[[0, 1, 1]], (1, 2, 2))


def test_one_band_is_grey(make_raster: MakeRaster) -> None:
    image = many_bands(1)
    source = check(make_raster(image), image)
    assert not source.notes
    assert not source.has_palette


@pytest.mark.parametrize("colours", [1, 3])
def test_opacity_is_no_colour(make_raster: MakeRaster, colours: int) -> None:
    image = many_bands(colours)
    image = np.concatenate([image, np.full((1, 96, 80), 255, np.uint8)])
    path = make_raster(image, alpha="yes", photometric="RGB" if colours == 3 else "MINISBLACK")
    source = check(path, image[:colours])
    assert source.band_numbers == tuple(range(1, colours + 1))


def test_the_user_may_take_opacity_for_an_image(make_raster: MakeRaster) -> None:
    image = many_bands(4)
    path = make_raster(image, alpha="yes", photometric="RGB")
    check(path, image[3:], (4,))


def test_values_of_a_palette_are_its_colours(make_raster: MakeRaster) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (1, 96, 80), np.uint8)
    colours = np.random.default_rng(1).integers(0, 256, (256, 4), np.uint8)
    colours[:, 3] = 255
    path = make_raster(levels, palette={value: tuple(map(int, colour)) for value, colour in enumerate(colours)})
    source = check(path, np.moveaxis(colours[levels[0], :3], -1, 0))
    assert source.has_palette
    assert source.is_eight_bit
    assert "palette" in source.notes[0]


def test_entries_of_a_palette_of_less_than_half_opacity_are_not_valid(make_raster: MakeRaster, tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 5, (1, 96, 80), np.uint8)
    opacity = np.array([255, 128, 127, 1, 0])
    palette = {value: (50 + value, 9, 200, int(opacity[value])) for value in range(5)}
    path = tmp_path / "palette.png"
    copy(make_raster(levels, photometric="MINISBLACK"), tmp_path / "grey.png", driver="PNG")
    make_raster(levels, "palette.tif", palette=palette)
    body = "".join(f'<Entry c1="{r}" c2="{g}" c3="{b}" c4="{a}"/>' for r, g, b, a in palette.values())
    table = tmp_path / "table.vrt"
    table.write_text(
        '<VRTDataset rasterXSize="80" rasterYSize="96"><SRS>EPSG:32611</SRS>'
        "<GeoTransform>434400, 0.6, 0, 3774000, 0, -0.6</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp>'
        f"<ColorTable>{body}</ColorTable><SimpleSource><SourceFilename>{tmp_path / 'palette.tif'}</SourceFilename>"
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    copy(table, path, driver="PNG")
    for name in (table, path):
        with open_source(name) as source:
            found = source.read_native(WHOLE)
        np.testing.assert_array_equal(found.valid, opacity[levels[0]] >= 128)
        np.testing.assert_array_equal(found.values[0], (50 + levels[0]) * found.valid)


def test_a_palette_without_colours_is_refused_until_its_values_are_asked_for(
    make_raster: MakeRaster, make_vrt: MakeRaster
) -> None:
    image = many_bands(1)
    path = make_vrt(make_raster(image), bands=1, band="<ColorInterp>Palette</ColorInterp>")
    with pytest.raises(UnsupportedSourceError, match="a palette without colours"):
        open_source(path)
    check(path, image, (1,))


def test_a_palette_of_sixteen_bits_is_refused(make_raster: MakeRaster, make_vrt: MakeRaster) -> None:
    table = '<ColorInterp>Palette</ColorInterp><ColorTable><Entry c1="1" c2="2" c3="3" c4="255"/></ColorTable>'
    path = make_vrt(make_raster(many_bands(1).astype(np.uint16)), bands=1, band=table, kind="UInt16")
    with pytest.raises(UnsupportedSourceError, match="only 8-bit palettes"):
        open_source(path)
