"""What counts as change, and what does not: whole maps from file to file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from rasterio.warp import Resampling, reproject

from landcast.core.change import comparison as comparison_module
from landcast.core.change import features as features_module
from landcast.core.change.detection import Changed, ChangeRequest, detect_change
from landcast.core.errors import LandcastError, NotGeoreferencedError, OutputError, RequestError
from landcast.core.raster.options import SourceOptions
from landcast.worker.demo.scene import render_scene

SIDE = 360
PLACE = Affine(0.6, 0, 434_400, 0, -0.6, 3_774_000)
Make = Callable[..., Path]
Run = Callable[..., Changed]


@pytest.fixture(scope="module")
def town() -> NDArray[np.uint8]:
    """A rendered place, uint8 (3, y, x)."""
    return render_scene((SIDE, SIDE), seed=3)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write (band, y, x) as a GeoTIFF, with a mask inside the file where one is given."""

    def write(image: NDArray[Any], name: str, mask: NDArray[np.bool_] | None = None, **changes: Any) -> Path:
        profile = {"crs": "EPSG:26911", "transform": PLACE, "driver": "GTiff"} | changes
        size = dict(zip(("count", "height", "width"), image.shape, strict=True))
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(tmp_path / name, "w", dtype=image.dtype, **size, **profile) as target,
        ):
            target.write(image)
            if mask is not None:
                target.write_mask(mask)
        return tmp_path / name

    return write


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Map the change between two files; warnings fail the test where they are not gathered."""

    def call(
        before: Path, after: Path, name: str = "change.tif", told: list[str] | None = None, **changes: Any
    ) -> Changed:
        def warn(message: str) -> None:
            if told is None:
                raise AssertionError(f"warned: {message}")
            told.append(message)

        return detect_change(ChangeRequest(before, after, tmp_path / name, **changes), warn)

    return call


def read(path: Path) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """Probability, magnitude and mask of a map."""
    with rasterio.open(path) as dataset:
        probability, magnitude = dataset.read()
        return probability, magnitude, dataset.read_masks(1) > 0


def across(bounds: tuple[float, ...], side: int) -> Affine:
    """The transform of so many pixels along each side of a box."""
    left, bottom, right, top = bounds
    return Affine((right - left) / side, 0, left, 0, (bottom - top) / side, top)


def other_light(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same place under other light: brightness and contrast of each band."""
    gain, rise = np.array([0.8, 0.7, 0.9])[:, None, None], np.array([30, 12, 5])[:, None, None]
    return (image * gain + rise).round().astype(np.uint8)


def pasted(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The image with another place in a rectangle of it, and that rectangle."""
    where = np.zeros(image.shape[1:], np.bool_)
    where[200:250, 80:140] = True
    return np.where(where, np.roll(image, (150, 90), (1, 2)), image), where


def test_identical_images_have_no_change(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    changed = run(make(town, "a.tif"), make(town, "b.tif"))
    probability, magnitude, valid = read(changed.path)
    assert (probability.max(), magnitude.max()) == (0, 0)
    assert valid.all()
    assert (changed.ground.changed_px, changed.ground.changed_share) == (0, 0)


def test_other_light_is_no_change(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    changed = run(make(town, "a.tif"), make(other_light(town), "b.tif"))
    probability, magnitude, _ = read(changed.path)
    assert changed.ground.changed_px == 0
    assert probability.max() <= 50
    assert magnitude.max() <= 2


def test_noise_and_a_shift_of_half_a_pixel_are_hardly_any_change(
    town: NDArray[np.uint8], make: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift, inner = np.array([[1, 0, 0.5], [0, 1, -0.4]], np.float32), (slice(None), slice(2, -2), slice(2, -2))
    moved = np.stack([cv2.warpAffine(band, shift, (SIDE, SIDE), flags=cv2.INTER_CUBIC) for band in town])
    noise = np.random.default_rng(0).normal(0, 2, town.shape)
    after = (moved + noise).round().clip(0, 255).astype(np.uint8)
    pair = make(town[inner], "a.tif"), make(after[inner], "b.tif")
    tolerant = run(*pair).ground.changed_share
    assert tolerant < 0.04
    monkeypatch.setattr(features_module, "TOLERANCE_PX", 0)
    assert run(*pair, "exact.tif").ground.changed_share > 1.5 * tolerant


@pytest.mark.parametrize("light", [lambda image: image, other_light], ids=["same light", "other light"])
def test_a_pasted_object_is_found_there_and_not_elsewhere(
    town: NDArray[np.uint8], make: Make, run: Run, light: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> None:
    after, where = pasted(town)
    changed = run(make(town, "a.tif"), make(light(after), "b.tif"))
    probability, magnitude, _ = read(changed.path)
    near = cv2.dilate(where.astype(np.uint8), np.ones((21, 21), np.uint8)) > 0
    inner = cv2.erode(where.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert (probability[inner] >= 99).mean() > 0.9
    assert not (probability[~near] >= 99).any()
    assert magnitude[inner].mean() > 5 * magnitude[~near].mean()
    assert changed.ground.changed_px == (probability >= 99).sum()


def test_exchanged_dates_give_the_same_map(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    after = other_light(pasted(town)[0])
    first, second = make(town, "a.tif"), make(after, "b.tif")
    forth, back = read(run(first, second, "forth.tif").path), read(run(second, first, "back.tif").path)
    for one, other in zip(forth, back, strict=True):
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 1
        assert (one != other).mean() < 0.001


def test_the_size_of_tiles_does_not_matter(
    town: NDArray[np.uint8], make: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    after, _ = pasted(town)
    hole = np.ones((SIDE, SIDE), np.bool_)
    hole[120:140, 120:140] = False
    first, second = make(town, "a.tif", hole), make(other_light(after), "b.tif")
    whole = read(run(first, second, "whole.tif").path)
    monkeypatch.setattr(comparison_module, "TILE_PX", 96)
    tiled = read(run(first, second, "tiled.tif").path)
    for one, other in zip(whole, tiled, strict=True):
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 1
        assert (one != other).mean() < 0.001


def test_what_either_image_masks_is_masked_and_touches_nothing_else(
    town: NDArray[np.uint8], make: Make, run: Run
) -> None:
    masks = [np.ones((SIDE, SIDE), np.bool_) for _ in range(2)]
    masks[0][:60] = False
    masks[1][:, 300:] = False
    wild = [np.where(mask, town, 255 * number).astype(np.uint8) for number, mask in enumerate(masks)]
    changed = run(make(wild[0], "a.tif", masks[0]), make(wild[1], "b.tif", masks[1]))
    probability, magnitude, valid = read(changed.path)
    np.testing.assert_array_equal(valid, masks[0] & masks[1])
    assert (probability.max(), magnitude.max()) == (0, 0)
    assert changed.ground.compared_px == valid.sum()


@pytest.mark.parametrize(
    ("scale", "dtype"), [(40.0, "uint16"), (1 / 255, "float32"), (1.0, "int16")], ids=["uint16", "float32", "int16"]
)
def test_other_data_types_are_compared_in_levels(
    town: NDArray[np.uint8], make: Make, run: Run, scale: float, dtype: str
) -> None:
    after, where = pasted(town)
    pair = [make((image * scale).astype(dtype), f"{name}.tif") for name, image in (("a", town), ("b", after))]
    changed = run(*pair)
    probability, magnitude, _ = read(changed.path)
    in_bytes = read(run(make(town, "c.tif"), make(after, "d.tif"), "bytes.tif").path)
    assert (probability[where] >= 99).mean() > 0.8
    # a level is a 255th of what the image holds, but for its darkest and brightest 2 %
    assert np.corrcoef(magnitude.ravel(), in_bytes[1].ravel())[0, 1] > 0.97


def test_grey_images_and_chosen_bands_are_compared(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    after, where = pasted(town)
    changed = run(make(town[:1], "a.tif"), make(after, "b.tif"), after_bands=(1,))
    probability, _, _ = read(changed.path)
    assert (probability[where] >= 99).mean() > 0.6
    assert (changed.facts["before_bands"], changed.facts["after_bands"]) == ("1", "1")
    with pytest.raises(RequestError, match=r"1 band\(s\) and .* 3; --bands and --after-bands choose"):
        run(make(town[:1], "c.tif"), make(after, "d.tif"), "other.tif")


def test_the_result_lies_on_the_coarser_pixels_over_the_ground_of_both(
    town: NDArray[np.uint8], make: Make, run: Run
) -> None:
    after, where = pasted(town)
    coarse = after.reshape(3, SIDE // 3, 3, SIDE // 3, 3).mean((2, 4)).round().astype(np.uint8)[:, 20:]
    place = PLACE @ Affine.scale(3) @ Affine.translation(0, 20)
    told: list[str] = []
    changed = run(make(town, "a.tif"), make(coarse, "b.tif", transform=place), told=told)
    assert changed.shape_yx == (SIDE // 3 - 20, SIDE // 3)
    with rasterio.open(changed.path) as dataset:
        assert dataset.transform.almost_equals(place, 1e-6)
    probability, _, valid = read(changed.path)
    assert valid.all()
    inside = where.reshape(SIDE // 3, 3, SIDE // 3, 3).all((1, 3))[20:]
    near = cv2.dilate(inside.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert (probability[inside] >= 99).mean() > 0.8
    assert (probability[~near] >= 99).mean() < 0.01
    assert any("differ in resolution" in text for text in told)
    assert any("only the ground that both cover" in text for text in told)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326"])
def test_another_crs_is_no_change(town: NDArray[np.uint8], make: Make, run: Run, crs: str) -> None:
    first = make(town, "a.tif")
    box = Transformer.from_crs(26911, crs, always_xy=True).transform_bounds(*rasterio.open(first).bounds)
    place = across(box, SIDE * 2)
    warped, cover = np.zeros((3, SIDE * 2, SIDE * 2), np.uint8), np.zeros((SIDE * 2, SIDE * 2), np.uint8)
    how = {"src_transform": PLACE, "src_crs": "EPSG:26911", "dst_transform": place, "dst_crs": crs}
    reproject(town, warped, resampling=Resampling.cubic, **how)
    reproject(np.full((SIDE, SIDE), 255, np.uint8), cover, resampling=Resampling.nearest, **how)
    told: list[str] = []
    changed = run(first, make(warped, "b.tif", cover > 0, crs=crs, transform=place), told=told)
    assert changed.crs == "EPSG:26911"
    assert changed.shape_yx == (SIDE, SIDE)
    assert changed.ground.changed_share < 0.005


def test_hectares_are_those_on_the_ground(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    left, bottom, right, top = 24.0, 60.1, 24.004, 60.102
    place = across((left, bottom, right, top), SIDE)
    told: list[str] = []
    after, _ = pasted(town)
    how = {"crs": "EPSG:4326", "transform": place}
    changed = run(make(town, "a.tif", **how), make(after, "b.tif", **how), told=told)
    whole, _ = Geod(ellps="WGS84").polygon_area_perimeter([left, left, right, right], [top, bottom, bottom, top])
    assert changed.ground.compared_m2 == pytest.approx(whole, rel=1e-5)
    share = (read(changed.path)[0] >= 99).mean()
    assert changed.ground.changed_m2 == pytest.approx(whole * share, rel=1e-3)
    assert changed.ground.changed_share == pytest.approx(share, rel=1e-3)


def test_the_map_says_what_it_is_and_what_it_was_made_from(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    after, _ = pasted(town)
    first, second = make(town, "town 2016-06-14.tif"), make(after, "town 2020-06-14.tif")
    changed = run(first, second)
    with rasterio.open(changed.path) as dataset:
        tags = dataset.tags()
        assert dataset.descriptions == ("Probability of change, percent", "Magnitude of change, levels")
        assert dataset.dtypes == ("uint8", "uint8")
    assert (tags["LANDCAST_CHANGE"], "LANDCAST_SYNTHETIC" in tags) == ("YES", False)
    assert (tags["LANDCAST_BEFORE"], tags["LANDCAST_AFTER"]) == (first.name, second.name)
    assert "multivariate alteration detection" in tags["LANDCAST_METHOD"]
    again = run(first, second, "again.tif")
    assert again.path.read_bytes() == changed.path.read_bytes()


def test_a_map_of_a_prediction_is_marked_as_one(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    after = make(pasted(town)[0], "b.tif")
    with rasterio.open(after, "r+") as dataset:
        dataset.update_tags(LANDCAST_SYNTHETIC="YES")
    told: list[str] = []
    changed = run(make(town, "a.tif"), after, told=told)
    with rasterio.open(changed.path) as dataset:
        assert dataset.tags()["LANDCAST_SYNTHETIC"] == "YES"
        assert dataset.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("SYNTHETIC")
    assert [text for text in told if "is itself a prediction" in text]


def test_a_lower_threshold_counts_more_ground_and_changes_no_pixel(
    town: NDArray[np.uint8], make: Make, run: Run
) -> None:
    pair = make(town, "a.tif"), make(other_light(pasted(town)[0]), "b.tif")
    strict, mild = run(*pair, "strict.tif", threshold=100), run(*pair, "mild.tif", threshold=50)
    assert 0 < strict.ground.changed_px < mild.ground.changed_px
    assert strict.path.read_bytes() == mild.path.read_bytes()


def test_images_that_lie_beside_each_other_are_told_of(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    told: list[str] = []
    run(make(town[:, 4:, :-3], "a.tif"), make(other_light(town[:, :-4, 3:]), "b.tif"), told=told)
    assert len(told) == 1
    assert "b.tif: seems to lie 5.0 pixels (3 m) beside" in told[0]


def test_images_that_have_nothing_in_common_are_told_of(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    noise = np.random.default_rng(1).integers(0, 255, town.shape, np.uint8)
    told: list[str] = []
    run(make(town, "a.tif"), make(noise, "b.tif"), told=told)
    assert any("hardly agree anywhere" in text for text in told)


def test_what_cannot_be_compared_is_refused_and_nothing_is_left(
    town: NDArray[np.uint8], make: Make, run: Run, tmp_path: Path
) -> None:
    first = make(town, "a.tif")
    refused: list[tuple[dict[str, Any], type[LandcastError], str]] = [
        ({"transform": PLACE @ Affine.translation(5000, 0)}, RequestError, "do not overlap, their centres lie 3.0 km"),
        ({"mask": np.zeros((SIDE, SIDE), np.bool_)}, RequestError, "0 pixels are valid in both"),
        ({"crs": None}, NotGeoreferencedError, "b.tif"),
    ]
    for changes, kind, words in refused:
        with pytest.raises(kind, match=words):
            run(first, make(town, "b.tif", **changes), told=[])
    with pytest.raises(RequestError, match="its own before"):
        run(first, make(town, "b.tif"), "a.tif", is_overwriting=True)
    (tmp_path / "taken.tif").write_bytes(b"mine")
    with pytest.raises(OutputError, match="--overwrite"):
        run(first, make(town, "b.tif"), "taken.tif")
    with pytest.raises(RequestError, match="--threshold must lie between 1 and 100"):
        run(first, first, threshold=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.tif", "taken.tif"]


def test_a_crs_that_is_said_holds_for_the_image_that_names_none(town: NDArray[np.uint8], make: Make, run: Run) -> None:
    told: list[str] = []
    changed = run(
        make(town, "a.tif"), make(town, "b.tif", crs=None), told=told,
        source_options=SourceOptions(assume_crs="EPSG:26911"),
    )  # fmt: skip
    assert changed.ground.changed_px == 0
