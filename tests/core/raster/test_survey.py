"""A look at a whole source, against numpy on all of its pixels."""

from __future__ import annotations

import subprocess
import sys
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

from landcast.core.radiometry.tones import SHARES
from landcast.core.raster import survey as survey_module
from landcast.core.raster.source import open_source
from landcast.core.raster.survey import Survey, pixel_caveats, pixel_notes, survey, survey_all
from landcast.tests.core.raster.conftest import UTM_TRANSFORM

MakeRaster = Callable[..., Path]


def look(path: Path) -> tuple[Survey, list[str], list[str]]:
    with open_source(path) as source:
        seen = survey(source)
        return seen, pixel_caveats(source, seen), pixel_notes(source, seen)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1000),
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    dtype=st.sampled_from(["uint8", "uint16", "int16", "float32"]),
    bands=st.sampled_from([1, 3]),
)
def test_quantiles_of_a_small_image_are_those_of_all_of_its_valid_pixels(
    make_raster: MakeRaster, seed: int, height: int, width: int, dtype: str, bands: int
) -> None:
    image = np.random.default_rng(seed).gamma(3, 20, (bands, height, width)).clip(1, 250).astype(dtype)
    image[:, : height // 3, : width // 2] = 0
    seen, _, _ = look(make_raster(image, nodata=0))
    valid = image.any(0)
    np.testing.assert_allclose(seen.quantiles, np.quantile(image[:, valid].astype(float), SHARES, axis=1).T)
    assert seen.valid_share == pytest.approx(valid.mean())
    assert seen.pixels == height * width
    assert seen.distinct == min(3, len(np.unique(image[:, valid])))


def test_equal_pixels_are_recognized_in_every_format(
    make_raster: MakeRaster, make_vrt: MakeRaster, tmp_path: Path
) -> None:
    image = np.random.default_rng(2).integers(0, 255, (3, 96, 80), np.uint8)
    plain = make_raster(image)
    copy(plain, tmp_path / "a.png", driver="PNG")
    flipped = UTM_TRANSFORM @ Affine.translation(0, 96) @ Affine.scale(1, -1)
    paths = [
        plain,
        make_raster(image, "cog.tif", driver="COG", compress="deflate"),
        make_raster(image, "tiled.tif", tiled=True, blockxsize=16, blockysize=32, interleave="pixel"),
        make_raster(image, "big.tif", BIGTIFF="YES", ENDIANNESS="BIG"),
        make_raster(image[:, ::-1], "south_up.tif", transform=flipped),
        make_vrt(plain),
        tmp_path / "a.png",
    ]
    seen = [look(path)[0] for path in paths]
    assert {one.pixels_sha256 for one in seen} == {seen[0].pixels_sha256}
    for one in seen:
        np.testing.assert_array_equal(one.quantiles, seen[0].quantiles)
    image[0, 0, 0] ^= 1
    assert look(make_raster(image))[0].pixels_sha256 != seen[0].pixels_sha256


def test_equal_values_of_another_validity_are_told_apart(make_raster: MakeRaster) -> None:
    image = np.full((3, 20, 20), 5, np.uint8)
    image[:, :3] = 0
    assert look(make_raster(image))[0].pixels_sha256 != look(make_raster(image, nodata=0))[0].pixels_sha256


def test_a_source_without_valid_pixels_is_told_so(make_raster: MakeRaster) -> None:
    seen, caveats, notes = look(make_raster(np.zeros((3, 20, 20), np.uint8), nodata=0))
    assert not seen.has_valid_pixels
    assert np.isnan(seen.quantiles).all()
    assert seen.quantiles.shape == (3, len(SHARES))
    assert not caveats
    assert any("no valid pixel" in note for note in notes)


def test_chips_of_one_date_are_surveyed_as_one(make_raster: MakeRaster) -> None:
    chips = [np.random.default_rng(number).integers(0, 255, (3, 30, 40), np.uint8) for number in range(3)]
    paths = [make_raster(chip, f"{number}.tif") for number, chip in enumerate(chips)]
    seen = survey_all(open_source(path) for path in paths)
    pooled = np.concatenate([chip.reshape(3, -1) for chip in chips], axis=1).astype(float)
    np.testing.assert_allclose(seen.quantiles, np.quantile(pooled, SHARES, axis=1).T)
    assert seen.pixels == 3 * 30 * 40


def test_many_sources_keep_no_more_values_than_a_few(make_raster: MakeRaster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "KEPT_VALUES", 2000)
    chips = [np.random.default_rng(number).integers(0, 255, (1, 60, 70), np.uint8) for number in range(30)]
    paths = [make_raster(chip, f"{number}.tif") for number, chip in enumerate(chips)]
    kept: list[int] = []
    add = survey_module._Sample.add

    def watch(self: Any, values: NDArray[Any], step: int) -> None:
        add(self, values, step)
        kept.append(sum(part.shape[1] for part in self._parts))
        assert all(part.base is None for part in self._parts)

    monkeypatch.setattr(survey_module._Sample, "add", watch)
    seen = survey_all(open_source(path) for path in paths)
    assert max(kept) <= 2 * 2000
    whole = np.quantile(np.concatenate([chip.ravel() for chip in chips]), SHARES)
    assert np.abs(seen.quantiles[0] - whole).max() < 12


PEAK = """
import resource, sys
from landcast.core.raster.source import open_source
from landcast.core.raster.survey import survey
with open_source(sys.argv[1]) as source:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen = survey(source)
    print(seen.pixels, seen.validity.never_written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is not measured so there")
@pytest.mark.parametrize("layout", [{"tiled": True, "blockxsize": 256, "blockysize": 256}, {"blockysize": 64}])
def test_the_memory_of_a_look_does_not_grow_with_the_source(tmp_path: Path, layout: dict[str, Any]) -> None:
    path, side = tmp_path / "huge.tif", 60_000
    profile = {"crs": "EPSG:32611", "transform": UTM_TRANSFORM, "SPARSE_OK": True, "compress": "deflate", **layout}
    with rasterio.open(
        path, "w", driver="GTiff", count=3, height=side, width=side, dtype="uint8", BIGTIFF="YES", **profile
    ) as target:
        target.write(np.full((3, 256, 256), 9, np.uint8), window=rasterio.windows.Window(0, 0, 256, 256))
    told = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    pixels, never_written, grown_kib = map(int, told.stdout.split())
    assert pixels == 144 * 256**2
    assert never_written > 0.9 * pixels
    assert grown_kib < 300 * 1024


def test_two_values_in_one_band_look_like_a_mask(make_raster: MakeRaster) -> None:
    image = np.full((1, 20, 20), 3, np.uint8)
    image[:, :5] = 200
    assert "two values only, 3 and 200" in look(make_raster(image))[1][0]
    image[0, 0, 0] = 4
    assert not look(make_raster(image))[1]
    assert not look(make_raster(np.repeat(image * 0 + 5, 3, 0)))[1]


def test_values_below_zero_are_worth_a_warning_in_integers_only(make_raster: MakeRaster) -> None:
    image = np.random.default_rng(0).integers(-50, 4000, (3, 40, 40)).astype(np.int16)
    assert "below zero (down to -50)" in look(make_raster(image))[1][0]
    assert not look(make_raster(image.astype(np.float32)))[1]
    image[:, :3] = -9999
    assert "-9999" in look(make_raster(image))[1][0]
    assert "-9999" not in look(make_raster(image, nodata=-9999))[1][0]


@pytest.mark.parametrize(("rows", "is_told"), [(0, False), (1, True)])
def test_a_single_value_that_is_not_finite_is_told(make_raster: MakeRaster, rows: int, is_told: bool) -> None:
    image = np.random.default_rng(0).random((3, 400, 10), np.float32)
    image[0, :rows, :1] = np.nan
    assert any("NaN" in caveat for caveat in look(make_raster(image))[1]) == is_told


@pytest.mark.parametrize(("rows", "is_told"), [(4, False), (5, True)])
def test_more_than_a_hundredth_of_half_open_pixels_is_told(make_raster: MakeRaster, rows: int, is_told: bool) -> None:
    image = np.random.default_rng(0).integers(1, 255, (4, 400, 10), np.uint8)
    image[3] = 255
    image[3, :rows] = 140
    caveats = look(make_raster(image, photometric="RGB", alpha="yes"))[1]
    assert any("partly transparent; from 50% opacity" in caveat for caveat in caveats) == is_told


@pytest.mark.parametrize(("rows", "is_told"), [(4, False), (5, True)])
def test_more_than_a_hundredth_of_pixels_with_nodata_in_one_band_is_told(
    make_raster: MakeRaster, rows: int, is_told: bool
) -> None:
    image = np.random.default_rng(0).integers(1, 255, (3, 400, 10), np.uint8)
    image[1, :rows] = 0
    assert any("in one or two bands only" in caveat for caveat in look(make_raster(image, nodata=0))[1]) == is_told
