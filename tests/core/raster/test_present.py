"""The present on the result's grid: in its place, whole, and free of what is masked."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from landcast.core.lattice import Rect
from landcast.core.radiometry.tones import Tones
from landcast.core.raster import present as present_module
from landcast.core.raster import resample as resample_module
from landcast.core.raster.grid import Grid, choose_grid, select_extent, selected_rect, source_rect
from landcast.core.raster.present import PresentReader
from landcast.core.raster.source import SourceImage, open_source
from landcast.tests.models import TINY_CONTRACT

MakeRaster = Callable[..., Path]

UTM = CRS.from_epsg(32611)

CENTRE_DEGREES = (-117.71, 34.10)
SIDE_PX = 240


def landscape(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth picture that every place on Earth has, (3, y, x) in 0..1; hills of 70 m and more."""
    x = (longitude - CENTRE_DEGREES[0]) * 92_000
    y = (latitude - CENTRE_DEGREES[1]) * 111_000
    return 0.5 + 0.3 * np.stack([np.sin(x / 11), np.cos(y / 13), np.sin((x + 2 * y) / 29)])


def see(crs: CRS, transform: Affine, shape_yx: tuple[int, int]) -> NDArray[np.float64]:
    """The landscape at the centre of each pixel, (3, y, x) in 0..1."""
    rows, columns = np.mgrid[: shape_yx[0], : shape_yx[1]] + 0.5
    x = transform.a * columns + transform.b * rows + transform.c
    y = transform.d * columns + transform.e * rows + transform.f
    return landscape(*Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y))


def present_of(source: SourceImage, grid: Grid) -> PresentReader:
    """Read a source without a change of its values."""
    kind = "as-is" if source.is_eight_bit else "stretch"
    return PresentReader(source, grid, Tones(kind, ((0.0, 255.0),) * source.bands, ((0.0, 1.0),) * source.bands))


def about(crs: str, linear: Affine) -> Affine:
    """Put a linear part so that an image of SIDE_PX has its middle at the centre."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(*CENTRE_DEGREES)
    across, down = linear @ (SIDE_PX / 2, SIDE_PX / 2)
    return Affine.translation(x - across, y - down) @ linear


def photograph(make_raster: MakeRaster, crs: str, linear: Affine, name: str = "source.tif") -> Path:
    """Write the landscape as a sensor with this CRS and pixels would see it."""
    transform = about(crs, linear)
    seen = see(CRS.from_user_input(crs), transform, (SIDE_PX, SIDE_PX))
    return make_raster(np.round(seen * 255).astype(np.uint8), name, crs=crs, transform=transform)


@pytest.mark.parametrize(
    ("crs", "linear", "ground_scale_m"),
    [
        ("EPSG:32611", Affine.scale(0.6, -0.6), 100.0),
        ("EPSG:32611", Affine.scale(0.6, -0.6), 256.0),
        ("EPSG:32611", Affine.rotation(25) @ Affine.scale(0.6, -0.6), None),
        ("EPSG:32611", Affine.scale(0.6, 0.6), None),
        ("EPSG:32611", Affine.scale(-0.6, -0.6), None),
        ("EPSG:4326", Affine.scale(6.5e-6, -5.4e-6), None),
        ("EPSG:3857", Affine.scale(0.72, -0.72), None),
        ("EPSG:3857", Affine.scale(0.72, -0.72), 200.0),
        ("EPSG:2229", Affine.scale(2, -2), 60.0),
    ],
    ids=["reduced a little", "reduced by three", "rotated", "south up", "east left", "degrees", "mercator",
         "mercator reduced", "feet enlarged"],
)  # fmt: skip
def test_a_resampled_source_shows_each_place_where_it_is(
    make_raster: MakeRaster, crs: str, linear: Affine, ground_scale_m: float | None
) -> None:
    with open_source(photograph(make_raster, crs, linear)) as source:
        grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
        # what only flips is flipped
        assert grid.is_native is (linear.b == 0 and max(-linear.a, linear.e) > 0)
        rect = source_rect(source, grid)
        present = present_of(source, grid).read(rect)
        image, valid = present.image, present.valid
        expected = see(grid.crs, grid.transform(rect), rect.shape_yx)
        share = valid.sum() * grid.gsd_m**2 / (SIDE_PX**2 * source.gsd_m**2)
    assert share == pytest.approx(1, abs=0.03)
    # at the very edge a pixel is made of the part of it that the source holds
    inside = cv2.erode(valid.astype(np.uint8), np.ones((3, 3)), borderValue=0).astype(bool)
    apart = np.abs(image - expected)[:, inside] * 255
    assert apart.mean() < 1
    assert np.quantile(apart, 0.99) < 3


def test_a_native_grid_gives_the_files_own_pixels(make_raster: MakeRaster) -> None:
    image = np.random.default_rng(0).integers(0, 255, (3, 96, 80), np.uint8)
    with open_source(make_raster(image)) as source:
        grid = choose_grid(source, TINY_CONTRACT, None).grid
        present = present_of(source, grid).read(source_rect(source, grid).expanded(10))
    inside = slice(10, -10)
    assert present.image.dtype == np.float32
    assert present.values.dtype == np.uint8
    np.testing.assert_array_equal(present.values[:, inside, inside], image)
    np.testing.assert_array_equal(np.round(present.image[:, inside, inside] * 255), image)
    assert present.valid.sum() == image[0].size
    assert present.valid[inside, inside].all()
    assert not present.image[:, ~present.valid].any()


KINDS = {
    "native": ("EPSG:32611", Affine.scale(0.6, -0.6), None),
    "enlarged": ("EPSG:32611", Affine.scale(0.6, -0.6), 50.0),
    "reduced": ("EPSG:32611", Affine.scale(0.6, -0.6), 150.0),
    "reduced much": ("EPSG:32611", Affine.scale(0.6, -0.6), 76.8 * 7.3),
    "rotated": ("EPSG:32611", Affine.rotation(25) @ Affine.scale(0.6, -0.6), None),
    "rotated, reduced": ("EPSG:32611", Affine.rotation(70) @ Affine.scale(0.6, -0.6), 400.0),
    "other zone": ("EPSG:32610", Affine.scale(0.6, -0.6), 76.8),
    "degrees": ("EPSG:4326", Affine.scale(6.5e-6, -5.4e-6), None),
    "mercator": ("EPSG:3857", Affine.scale(0.72, -0.72), 300.0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("has_small_parts", [False, True], ids=["at once", "in parts"])
def test_a_pixel_is_the_same_bit_for_bit_in_every_rectangle_that_holds_it(
    make_raster: MakeRaster, kind: str, has_small_parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    crs, linear, ground_scale_m = KINDS[kind]
    random = np.random.default_rng(0)
    valid = cv2.blur(random.random((SIDE_PX, SIDE_PX)), (9, 9)) < 0.55
    picture = random.integers(0, 255, (3, SIDE_PX, SIDE_PX), np.uint8)
    path = make_raster(picture, mask=valid, crs=crs, transform=about(crs, linear))
    with open_source(path) as source:
        grid = choose_grid(source, TINY_CONTRACT, ground_scale_m, UTM).grid
        area = source_rect(source, grid).expanded(5)
        whole = present_of(source, grid).read(area)
        assert whole.valid.any()
        assert not whole.valid.all()
        if has_small_parts:
            monkeypatch.setattr(present_module, "MAX_SOURCE_PX", 5000)
            monkeypatch.setattr(present_module, "MAX_SAMPLES", 3000)
            monkeypatch.setattr(resample_module, "CHUNK_SAMPLES", 700)
        reader = present_of(source, grid)
        for _ in range(12):
            top, left = random.integers(0, area.height - 1), random.integers(0, area.width - 1)
            height, width = random.integers(1, area.height - top + 1), random.integers(1, area.width - left + 1)
            part = Rect(area.top + int(top), area.left + int(left), int(height), int(width))
            rows, columns = part.slices_in(area)
            present = reader.read(part)
            np.testing.assert_array_equal(present.valid, whole.valid[rows, columns])
            np.testing.assert_array_equal(present.values, whole.values[:, rows, columns])
            np.testing.assert_array_equal(present.image, whole.image[:, rows, columns])


@pytest.mark.parametrize("ground_scale_m", [60.0, 80.0, 200.0])
def test_masked_pixels_do_not_bleed_into_their_neighbours(make_raster: MakeRaster, ground_scale_m: float) -> None:
    image = np.full((3, 200, 200), 100, np.uint8)
    valid = np.ones((200, 200), bool)
    valid[60:120, 50:130] = False
    valid[::7, 150] = False
    image[:, ~valid] = 255
    with open_source(make_raster(image, mask=valid)) as source:
        grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
        present = present_of(source, grid).read(source_rect(source, grid))
    read, seen = present.image, present.valid
    np.testing.assert_allclose(read[:, seen] * 255, 100, atol=0.01)
    assert not read[:, ~seen].any()
    hidden = (~seen)[3:-3, 3:-3].sum() * (ground_scale_m / 128 / 0.6) ** 2
    assert 60 * 80 * 0.85 < hidden < 60 * 80 * 1.15 + 200 * 2


def test_beside_the_source_nothing_is_valid(make_raster: MakeRaster) -> None:
    with open_source(make_raster()) as source:
        for ground_scale_m in (None, 100.0):
            grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
            rect = source_rect(source, grid)
            for far in (Rect(rect.top - 5000, rect.left, 40, 30), Rect(rect.top, rect.right + 50, 40, 30)):
                present = present_of(source, grid).read(far)
                assert present.image.shape == (3, 40, 30)
                assert present.values.shape == (3, 40, 30)
                assert not present.image.any()
                assert not present.values.any()
                assert not present.valid.any()


def test_a_source_of_large_numbers_keeps_them(make_raster: MakeRaster) -> None:
    offset = 1_000_000_000
    ramp = offset + np.arange(120, dtype=np.int32)[None, None] * np.ones((1, 120, 1), np.int32)
    for dtype in (np.int32, np.float64):
        with open_source(make_raster(ramp.astype(dtype), f"{np.dtype(dtype)}.tif")) as source:
            for ground_scale_m in (60.0, 128.0, 1000.0):
                grid = choose_grid(source, TINY_CONTRACT, ground_scale_m).grid
                rect = source_rect(source, grid)
                present = present_of(source, grid).read(rect)
                x, _ = grid.transform(rect) @ (np.arange(rect.width) + 0.5, 0.5)
                column = (x - source.transform.c) / 0.6 - 0.5
                inside = (column > 15) & (column < 105)
                assert present.values.dtype == np.float64
                apart = present.values[0][3:-3, inside] - offset - column[inside]
                assert np.abs(apart).max() < 1e-3, (dtype, ground_scale_m)


@pytest.mark.parametrize(
    ("west", "crs"),
    [(179.0, "EPSG:4326"), (-181.0, "EPSG:4326"), (539.0, "EPSG:4326"), (179.0, "EPSG:3857")],
    ids=["179 to 181", "-181 to -179", "539 to 541", "mercator"],
)
def test_a_source_across_the_date_line_is_whole(make_raster: MakeRaster, west: float, crs: str) -> None:
    rows, columns = 90, 200
    if crs == "EPSG:3857":
        unit = 20037508.342789244 / 180
        transform = Affine(0.01 * unit, 0, west * unit, 0, -0.01 * unit, -16.5 * unit)
    else:
        transform = Affine(0.01, 0, west, 0, -0.01, -16.5)
    picture = np.broadcast_to(np.linspace(20, 220, columns), (1, rows, columns)).astype(np.uint8)
    with open_source(make_raster(picture, crs=crs, transform=transform)) as source:
        grid = choose_grid(source, TINY_CONTRACT, 128 * 1000.0).grid
        assert grid.crs.to_epsg() in (32701, 32760)
        rect = source_rect(source, grid)
        present = present_of(source, grid).read(rect)
    share = present.valid.sum() * grid.gsd_m**2 / (source.gsd_m**2 * rows * columns)
    assert share == pytest.approx(1, abs=0.03)
    middle = present.values[0, rect.height // 2]
    steps = np.diff(middle[present.valid[rect.height // 2]])
    assert (steps > 0).mean() > 0.95
    assert np.abs(steps).max() < 5


@pytest.mark.parametrize("west", [-180.0, 0.0], ids=["-180 to 180", "0 to 360"])
@pytest.mark.parametrize("at", [(-0.3, 51.0), (179.97, -17.0), (-120.0, 40.0)], ids=["greenwich", "fiji", "west"])
def test_a_source_around_the_world_has_no_seam(make_raster: MakeRaster, west: float, at: tuple[float, float]) -> None:
    longitude, latitude = at
    step = 0.05
    rows, columns = np.mgrid[: round(180 / step), : round(360 / step)] + 0.5
    degrees = west + columns * step
    picture = 120 + 80 * np.sin(np.radians(degrees) * 40) * np.cos(np.radians(90 - rows * step) * 40)
    transform = Affine(step, 0, west, 0, -step, 90)
    path = make_raster(picture.round().astype(np.uint8)[None], crs="EPSG:4326", transform=transform, tiled=True)
    selection = select_extent((longitude - 1, latitude - 0.5, longitude + 1, latitude + 0.5), CRS.from_epsg(4326))
    with open_source(path) as source:
        grid = choose_grid(source, TINY_CONTRACT, 128 * 4000.0, None, selection).grid
        rect = selected_rect(source, grid, selection)
        present = present_of(source, grid).read(rect)
        part = Rect(rect.top + 3, rect.left + rect.width // 2 - 2, 9, 5)
        again = present_of(source, grid).read(part)
    assert present.valid.all()
    np.testing.assert_array_equal(again.values, present.values[:, *part.slices_in(rect)])
    x, y = grid.transform(rect) @ tuple(np.mgrid[: rect.height, : rect.width][::-1] + 0.5)
    seen_at = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(x, y)
    expected = 120 + 80 * np.sin(np.radians(seen_at[0]) * 40) * np.cos(np.radians(seen_at[1]) * 40)
    assert np.abs(present.values[0] - expected).max() < 2.5


@pytest.mark.parametrize(
    ("crs", "is_north"),
    [("EPSG:4326", True), ("EPSG:3413", True), ("EPSG:3031", False), ("EPSG:4326", False)],
    ids=["degrees north", "3413", "3031", "degrees south"],
)
def test_a_source_over_a_pole_is_whole_and_in_its_place(make_raster: MakeRaster, crs: str, is_north: bool) -> None:
    if crs == "EPSG:4326":
        transform = Affine(0.2, 0, -180, 0, -0.02, 90 if is_north else -88)
        shape_yx = 100, 1800
    else:
        transform, shape_yx = Affine(1000, 0, -200_000, 0, -1000, 200_000), (400, 400)
    to_pole = Transformer.from_crs(crs, 32661 if is_north else 32761, always_xy=True)
    rows, columns = np.mgrid[: shape_yx[0], : shape_yx[1]] + 0.5
    x, y = to_pole.transform(*(transform @ (columns, rows)))

    def shade(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return 120 + 60 * np.sin(x / 20_000) + 40 * np.cos(y / 30_000)

    path = make_raster(shade(x, y).round().astype(np.uint8)[None], crs=crs, transform=transform)
    with open_source(path) as source:
        grid = choose_grid(source, TINY_CONTRACT, 128 * 2000.0).grid
        assert grid.crs.to_epsg() == (32661 if is_north else 32761)
        reader = present_of(source, grid)
        around = grid.rect_of((1_880_000, 1_880_000, 2_120_000, 2_120_000))
        present = reader.read(around)
    assert present.valid.all()
    centre = grid.transform(around) @ tuple(np.mgrid[: around.height, : around.width][::-1] + 0.5)
    assert np.abs(present.values[0] - shade(*centre)).max() < 2.5


def test_little_memory_is_taken_for_a_large_reduction(make_raster: MakeRaster) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (1, 3000, 3000), np.uint8)
    with open_source(make_raster(picture, tiled=True)) as source:
        grid = choose_grid(source, TINY_CONTRACT, 76.8 * 30).grid
        reader = present_of(source, grid)
        rect = source_rect(source, grid)
        tracemalloc.start()
        present = reader.read(rect)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 150e6
    assert np.abs(present.values[0][2:-2, 2:-2] - 127).max() < 20
