"""The rendered demo scene: repeatable, recognisable years later, honest about being rendered."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from landcast.worker.demo.scene import render_scene, write_scene


def smoothed_difference(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far two pictures are apart in grey levels, noise and small shadows averaged out, (y, x)."""
    difference = after.astype(np.float32).mean(axis=0) - before.astype(np.float32).mean(axis=0)
    return np.abs(np.asarray(cv2.blur(difference, (9, 9)), np.float32))


@pytest.mark.parametrize("shape_yx", [(128, 128), (150, 301)])
def test_a_scene_has_the_shape_asked_for_and_uses_the_range_of_a_photograph(
    shape_yx: tuple[int, int],
) -> None:
    scene = render_scene(shape_yx)
    assert scene.dtype == np.uint8
    assert scene.shape == (3, *shape_yx)
    assert 70 < scene.mean() < 150
    assert scene.std() > 20
    assert np.mean((scene == 0) | (scene == 255)) < 0.005


def test_the_same_arguments_give_the_same_pixels_whatever_was_rendered_between() -> None:
    first = render_scene((160, 160), seed=4, years_later=3)
    render_scene((160, 160), seed=5)
    np.testing.assert_array_equal(first, render_scene((160, 160), seed=4, years_later=3))


def test_another_seed_is_another_place() -> None:
    difference = smoothed_difference(render_scene((256, 256), seed=0), render_scene((256, 256), seed=1))
    assert np.mean(difference > 15) > 0.3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_years_later_most_of_the_place_stands_and_some_of_it_has_changed(seed: int) -> None:
    before, after = (render_scene((640, 640), seed=seed, years_later=years) for years in (0, 8))
    changed_share = np.mean(smoothed_difference(before, after) > 25)
    assert 0.01 < changed_share < 0.2
    correlation = np.corrcoef(before.mean(axis=0).ravel(), after.mean(axis=0).ravel())[0, 1]
    assert correlation > 0.6


def test_a_place_changes_more_the_longer_one_waits() -> None:
    start, soon, late = (render_scene((512, 512), years_later=years) for years in (0, 1, 15))
    assert np.mean(smoothed_difference(start, late) > 25) > np.mean(smoothed_difference(start, soon) > 25)


def test_detail_falls_off_with_frequency_as_in_a_photograph() -> None:
    grey = render_scene((512, 512), seed=2).mean(axis=0)
    window = np.hanning(512)[:, None] * np.hanning(512)
    power = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
    frequency = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.fftfreq(512))
    band = (frequency > 8 / 512) & (frequency < 0.45)
    slope, _ = np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)
    assert -4.0 < slope < -1.8


def test_the_written_file_has_its_place_and_says_that_it_is_rendered(tmp_path: Path) -> None:
    path = tmp_path / "scene.tif"
    write_scene(path, (300, 280), seed=1, years_later=2, gsd_m=0.5)
    with rasterio.open(path) as source:
        assert source.crs.to_epsg() == 26911
        assert source.transform == rasterio.Affine(0.5, 0, 434400.0, 0, -0.5, 3774000.0)
        assert [band.name for band in source.colorinterp] == ["red", "green", "blue"]
        assert source.compression.name == "deflate"
        assert source.profile["tiled"]
        assert "no real place" in source.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        np.testing.assert_array_equal(source.read(), render_scene((300, 280), 1, 2, 0.5))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({"shape_yx": (10, 128)}, "shape_yx"), ({"seed": -1}, "seed"), ({"gsd_m": 9.0}, "gsd_m")],
)
def test_arguments_out_of_range_are_named(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        render_scene(**arguments)  # type: ignore[arg-type, unused-ignore]
