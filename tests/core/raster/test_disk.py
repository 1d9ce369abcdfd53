"""Room on the disk: asked before any work, and estimated from a result's shape."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from landcast.core.errors import OutputError
from landcast.core.raster.disk import check_disk, estimate_result_bytes, format_bytes, free_bytes, overview_factors
from landcast.core.raster.result import DTYPES, ResultFile


def size_of(folder: Path, pixels: NDArray[Any], valid: NDArray[np.bool_]) -> int:
    """Size of the result file that holds these pixels, (band, y, x)."""
    bands = tuple(f"Predicted {number}" for number in range(pixels.shape[0]))
    transform, tags = Affine(0.6, 0, 434400, 0, -0.6, 3774000), {"LANDCAST_FACT": "x" * 5000}
    path = folder / "sized.tif"
    crs = CRS.from_epsg(32611)
    with ResultFile(path, bands, valid.shape, transform, crs, tags, dtype=pixels.dtype.name) as file:
        file.write_rows(pixels, valid)
        file.close()
        return file.publish(overwrite=True).stat().st_size


def test_free_room_is_what_the_system_says(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.05)


def test_room_enough_is_no_error_and_too_little_names_what_is_needed_and_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_disk(tmp_path, 1, "a.tif")
    monkeypatch.setattr("landcast.core.raster.disk.free_bytes", lambda folder: 2_500_000)
    check_disk(tmp_path, 2_500_000, "a.tif")
    with pytest.raises(OutputError) as raised:
        check_disk(tmp_path, 3_400_000_000, "a.tif")
    for part in ("a.tif: needs 3.4 GB", f"{tmp_path} has 2.5 MB free", "free some space", "-o"):
        assert part in str(raised.value)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 kB"), (1, "1 kB"), (12_000, "12 kB"), (999_999, "1000 kB"), (10**6, "1.0 MB"), (56_700_000_000, "56.7 GB")],
)
def test_sizes_are_written_as_people_read_them(size: int, text: str) -> None:
    assert format_bytes(size) == text


@pytest.mark.parametrize("shape_yx", [(1, 1), (1, 1500), (256, 256), (512, 512), (513, 513), (700, 600), (1300, 1100)])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64"])
@pytest.mark.parametrize("bands", [1, 3, 5])
def test_no_result_is_larger_than_the_bound_even_of_noise(
    tmp_path: Path, shape_yx: tuple[int, int], dtype: str, bands: int
) -> None:
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 256, (bands, shape_yx[0], shape_yx[1] * np.dtype(dtype).itemsize), np.uint8)
    expected, upper = estimate_result_bytes(shape_yx, bands, dtype)
    assert size_of(tmp_path, np.nan_to_num(noise.view(dtype)), generator.random(shape_yx) < 0.5) <= upper
    assert 0 < expected <= upper


@pytest.mark.parametrize("dtype", DTYPES)
def test_more_pixels_or_bands_are_never_estimated_smaller(dtype: str) -> None:
    sizes = [estimate_result_bytes((side, side), 3, dtype) for side in (1, 100, 600, 3000, 40_000)]
    assert sizes == sorted(sizes)
    assert estimate_result_bytes((3000, 2000), 1, dtype) < estimate_result_bytes((3000, 2000), 2, dtype)


def test_the_bound_of_a_large_result_is_little_over_its_pixels_and_overviews() -> None:
    _, upper = estimate_result_bytes((20_480, 20_480), 3)
    assert 4 / 3 <= upper / (20_480**2 * 3) < 1.45


def test_imagery_takes_about_what_is_expected(tmp_path: Path, naip: Path) -> None:
    chips = []
    for path in sorted((naip / "claremont" / "2016").glob("*.tif"))[:36]:
        with rasterio.open(path) as chip:
            chips.append(chip.read([1, 2, 3]))
    image = np.concatenate([np.concatenate(chips[row * 6 : row * 6 + 6], axis=2) for row in range(6)], axis=1)
    expected, _ = estimate_result_bytes((image.shape[1], image.shape[2]), 3)
    assert size_of(tmp_path, image, np.ones(image.shape[1:], bool)) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("side", [1, 255, 256, 257, 512, 513, 5000])
def test_the_smallest_overview_fits_half_a_block_and_the_one_before_does_not(side: int) -> None:
    factors = overview_factors((side, 1))
    assert factors == [2**level for level in range(1, len(factors) + 1)]
    assert side / (factors[-1] if factors else 1) <= 256
    assert not factors or side / factors[-1] * 2 > 256
