"""A rendered aerial photograph of a town edge that exists nowhere, for demonstrations and tests."""

from __future__ import annotations

import math
from os import PathLike

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Floats, Sun, fractal_noise, new_canvas
from .countryside import draw_parcel, draw_river
from .plan import Stream, farm_parcels, make_frame, stream, town_blocks
from .streets import draw_streets
from .town import draw_block
from .vegetation import Nursery, Tree

SUPERSAMPLING = 2
SMALLEST_SIDE_PX = 64
CORNER_XY_M = (434400.0, 3774000.0)
CRS = "EPSG:26911"
DESCRIPTION = "Scene rendered by Landcast. It is no photograph and shows no real place."


def render_scene(
    shape_yx: tuple[int, int] = (768, 768), seed: int = 0, years_later: int = 0, gsd_m: float = 0.6
) -> NDArray[np.uint8]:
    """Render the edge of a Californian town as a vertical aerial photograph would show it.

    The same arguments give the same picture. With `years_later` the same place is seen some years on:
    houses on lots that were empty, trees grown or felled, other crops, land cleared, another flight's light.

    Args:
        shape_yx: rows and columns of the picture, each at least 64.
        seed: picks the place, 0 or more.
        years_later: 0 or more years after the first picture of the place.
        gsd_m: ground length of a pixel's side in metres, 0.2 to 3.

    Returns:
        uint8, (band=3, y, x), RGB.

    Raises:
        ValueError: an argument is outside the range given here.
    """
    _check(shape_yx, seed, years_later, gsd_m)
    sun = Sun(azimuth_deg=146.0 + 9.0 * min(years_later, 1), elevation_deg=55.0 - 3.0 * min(years_later, 1))
    pixel_m = gsd_m / SUPERSAMPLING
    fine_yx = shape_yx[0] * SUPERSAMPLING, shape_yx[1] * SUPERSAMPLING
    canvas = new_canvas(fine_yx, pixel_m, make_frame(seed), sun, stream(seed, Stream.NOISE))
    nursery = Nursery(sun, stream(seed, Stream.CROWNS))
    for tree in _draw_place(canvas, seed, years_later):
        nursery.plant(canvas, tree)
    return _expose(canvas, stream(seed, Stream.SENSOR, years_later), is_later_flight=years_later > 0)


def write_scene(
    path: str | PathLike[str],
    shape_yx: tuple[int, int] = (768, 768),
    seed: int = 0,
    years_later: int = 0,
    gsd_m: float = 0.6,
) -> None:
    """Write a rendered scene as a tiled, compressed RGB GeoTIFF.

    Its upper left corner is a real position near Claremont, California (434400 m east, 3774000 m north
    in EPSG:26911), so that maps can place it; the picture is rendered and shows no real place.

    Raises:
        ValueError: as `render_scene`.
    """
    import rasterio  # type: ignore[import-untyped, unused-ignore]
    from affine import Affine

    scene = render_scene(shape_yx, seed, years_later, gsd_m)
    transform = Affine(gsd_m, 0.0, CORNER_XY_M[0], 0.0, -gsd_m, CORNER_XY_M[1])
    with rasterio.open(
        path, "w", driver="GTiff", width=shape_yx[1], height=shape_yx[0], count=3, dtype="uint8",
        crs=CRS, transform=transform, photometric="RGB",
        tiled=True, blockxsize=256, blockysize=256, compress="deflate", predictor=2,
    ) as target:  # fmt: skip
        target.write(scene)
        target.update_tags(TIFFTAG_IMAGEDESCRIPTION=DESCRIPTION)


def _check(shape_yx: tuple[int, int], seed: int, years_later: int, gsd_m: float) -> None:
    if min(shape_yx) < SMALLEST_SIDE_PX:
        raise ValueError(f"shape_yx must be at least {SMALLEST_SIDE_PX} on each side, not {shape_yx}")
    if seed < 0 or years_later < 0:
        raise ValueError(f"seed and years_later must not be negative, not {seed} and {years_later}")
    if not 0.2 <= gsd_m <= 3.0:
        raise ValueError(f"gsd_m must be from 0.2 to 3, not {gsd_m}")


def _draw_place(canvas: Canvas, seed: int, years: int) -> list[Tree]:
    """Draw everything but the trees, which overhang the rest, and return those."""
    half_x, half_y = canvas.half_extent_xy
    reach_m = math.hypot(half_x, half_y) + abs(canvas.frame.centre_v_m) + 30
    trees = draw_river(canvas, seed, years, reach_m)
    for parcel in farm_parcels(reach_m):
        trees += draw_parcel(canvas, seed, years, parcel)
    draw_streets(canvas, seed, years, reach_m)
    for block in town_blocks(reach_m):
        trees += draw_block(canvas, seed, years, block)
    return trees


def _expose(canvas: Canvas, generator: np.random.Generator, is_later_flight: bool) -> NDArray[np.uint8]:
    """Light the canvas and take the picture: shadows, haze, lens, pixels, sensor noise."""
    direct = canvas.shade * (1 - _cast_shadows(canvas))
    ambient = (0.235, 0.27, 0.325)
    hollow = 1 - 0.22 * np.clip((cv2.blur(canvas.height_m, _kernel(3.0, canvas)) - canvas.height_m) / 4, 0, 1)
    picture = canvas.albedo
    gains = (1.015, 0.99, 0.955) if is_later_flight else (0.985, 0.985, 0.985)
    haze = (13.0, 16.0, 19.0) if is_later_flight else (11.0, 14.0, 17.0)
    for band, skylight in enumerate(ambient):
        light = (skylight + (1 - skylight) * direct) * hollow
        picture[..., band] *= light * np.float32(gains[band] * 0.86)
        picture[..., band] += np.float32(haze[band])
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.82), np.float32)
    rows, columns = canvas.height_m.shape
    size = columns // SUPERSAMPLING, rows // SUPERSAMPLING
    pixels = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return _sense(np.asarray(pixels, np.float32), generator)


def _sense(picture: Floats, generator: np.random.Generator) -> NDArray[np.uint8]:
    """The producer's mild sharpening, uneven exposure and the sensor's noise."""
    picture += 0.45 * (picture - cv2.GaussianBlur(picture, (0, 0), 1.1))
    shape_yx = picture.shape[:2]
    exposure = fractal_noise((shape_yx[0], shape_yx[1]), max(shape_yx) / 2, 1, generator)
    picture *= (1 + 0.012 * exposure)[..., None]
    grain = generator.standard_normal(picture.shape, dtype=np.float32)
    shared_grain = generator.standard_normal(shape_yx, dtype=np.float32)[..., None]
    picture += cv2.GaussianBlur(grain, (0, 0), 0.5) * 2.0 + shared_grain * 1.1
    levels = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(2, 0, 1))


def _kernel(width_m: float, canvas: Canvas) -> tuple[int, int]:
    side = 2 * round(width_m / canvas.pixel_m) + 1
    return side, side


def _cast_shadows(canvas: Canvas) -> Floats:
    """Share of the direct light that something between a point and the sun takes away, (y, x), 0 to 1.

    Walks from every pixel towards the sun and keeps the tallest obstacle as seen from there.
    """
    x, y, z = canvas.sun.towards_xyz
    height = canvas.height_m
    rows, columns = height.shape
    longest = max(abs(x), abs(y))
    step_m = canvas.pixel_m / longest * math.hypot(x, y)
    sink_m = step_m * z / math.hypot(x, y)
    seen = np.zeros_like(height)
    for step in range(1, math.ceil(float(height.max()) / sink_m) + 1):
        right, down = round(step * x / longest), round(step * y / longest)
        if abs(right) >= columns or abs(down) >= rows:
            break
        here = slice(max(-down, 0), rows - max(down, 0)), slice(max(-right, 0), columns - max(right, 0))
        there = slice(max(down, 0), rows - max(-down, 0)), slice(max(right, 0), columns - max(-right, 0))
        np.maximum(seen[here], height[there] - np.float32(step * sink_m), out=seen[here])
    blocked = np.clip((seen - height - 0.25) / 0.5, 0, 1)
    return np.asarray(cv2.GaussianBlur(blocked, (0, 0), 0.25 / canvas.pixel_m), np.float32)
