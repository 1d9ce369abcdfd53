"""The drawing surface of the demo scene: ground colour, object height, shading and shared noise."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from .plan import Frame

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Sun:
    """Where the sun stands, as degrees clockwise from north and degrees above the horizon."""

    azimuth_deg: float
    elevation_deg: float

    @property
    def towards_xyz(self) -> tuple[float, float, float]:
        """Unit vector to the sun: x east, y south (as image rows run), z up."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        level = math.cos(elevation)
        return math.sin(azimuth) * level, -math.cos(azimuth) * level, math.sin(elevation)

    def relative_light(self, slope_x: Floats, slope_y: Floats) -> Floats:
        """Lambert's light on a slope, as a multiple of that on level ground, never below zero."""
        x, y, z = self.towards_xyz
        steepness = np.sqrt(1.0 + slope_x**2 + slope_y**2)
        light: Floats = np.maximum((z - slope_x * x - slope_y * y) / (steepness * z), 0.0).astype(np.float32)
        return light


@dataclass(frozen=True)
class Region:
    """A window of the canvas with the share of each pixel that a shape covers."""

    rows: slice
    columns: slice
    cover: Floats

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns as slices of the canvas."""
        return self.rows, self.columns


@dataclass(frozen=True)
class Roughness:
    """How strongly a surface varies, as shares of its brightness, at 40 m, 5 m and below 1 m."""

    coarse: float = 0.05
    medium: float = 0.05
    fine: float = 0.05


EVEN = Roughness()
PAVED = Roughness(0.02, 0.05, 0.04)
PLANTED = Roughness(0.06, 0.1, 0.07)


@dataclass
class Canvas:
    """What has been drawn so far; positions are metres from the centre, x east and y south."""

    frame: Frame
    sun: Sun
    pixel_m: float
    albedo: Floats
    """(y, x, band), 0 to 255: the colour under full sun on level ground."""
    coarse: Floats
    medium: Floats
    fine: Floats
    height_m: Floats = field(init=False)
    """(y, x): top of the objects above the ground."""
    shade: Floats = field(init=False)
    """(y, x): direct light as a multiple of that on level ground."""

    def __post_init__(self) -> None:
        shape_yx = self.albedo.shape[:2]
        self.height_m = np.zeros(shape_yx, np.float32)
        self.shade = np.ones(shape_yx, np.float32)

    @property
    def half_extent_xy(self) -> tuple[float, float]:
        """Metres from the centre to the right and to the lower edge."""
        rows, columns = self.height_m.shape
        return columns * self.pixel_m / 2, rows * self.pixel_m / 2

    def region(self, polygon_xy: NDArray[np.float64]) -> Region | None:
        """Rasterise a polygon; None where it lies outside the canvas."""
        half_x, half_y = self.half_extent_xy
        pixels = (polygon_xy + np.asarray([half_x, half_y])) / self.pixel_m - 0.5
        rows_all, columns_all = self.height_m.shape
        left, top = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 1, 0)
        right, bottom = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 2, (columns_all, rows_all))
        if left >= right or top >= bottom:
            return None
        mask = np.zeros((bottom - top, right - left), np.uint8)
        points = np.round((pixels - (left, top)) * 16).astype(np.int32)
        cv2.fillPoly(mask, [points], (255,), lineType=cv2.LINE_AA, shift=4)
        cover = mask.astype(np.float32) / np.float32(255)
        return Region(slice(int(top), int(bottom)), slice(int(left), int(right)), cover)

    def square(self, x: float, y: float, radius_m: float) -> tuple[slice, slice] | None:
        """The window around a point, None where it lies outside the canvas."""
        half_x, half_y = self.half_extent_xy
        rows_all, columns_all = self.height_m.shape
        left = max(int((x - radius_m + half_x) / self.pixel_m), 0)
        right = min(int((x + radius_m + half_x) / self.pixel_m) + 1, columns_all)
        top = max(int((y - radius_m + half_y) / self.pixel_m), 0)
        bottom = min(int((y + radius_m + half_y) / self.pixel_m) + 1, rows_all)
        return None if left >= right or top >= bottom else (slice(top, bottom), slice(left, right))

    def positions(self, window: tuple[slice, slice]) -> tuple[Floats, Floats]:
        """x (1, columns) and y (rows, 1) of the window's pixel centres."""
        rows, columns = window
        half_x, half_y = self.half_extent_xy
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) * self.pixel_m - half_x
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * self.pixel_m - half_y
        return x[None, :].astype(np.float32), y[:, None].astype(np.float32)

    def road_coordinates(self, window: tuple[slice, slice]) -> tuple[Floats, Floats]:
        """Metres along and across the road grid for each pixel of the window."""
        return self.frame.to_uv(*self.positions(window))

    def textured(self, window: tuple[slice, slice], colour: Colour, rough: Roughness) -> Floats:
        """A colour with the shared noise on it, (y, x, band)."""
        gain = 1.0 + rough.coarse * self.coarse[window]
        gain += rough.medium * self.medium[window]
        gain += rough.fine * self.fine[window]
        textured: Floats = gain[..., None] * np.asarray(colour, np.float32)
        return textured

    def blend(self, region: Region, colours: Floats, opacity: float = 1.0) -> None:
        """Lay colours, (y, x, band), over the region."""
        under = self.albedo[region.window]
        under += (region.cover * np.float32(opacity))[..., None] * (colours - under)

    def paint(
        self,
        polygon_xy: NDArray[np.float64],
        colour: Colour,
        rough: Roughness = EVEN,
        opacity: float = 1.0,
    ) -> None:
        """Fill a polygon with a textured colour."""
        region = self.region(polygon_xy)
        if region is not None:
            self.blend(region, self.textured(region.window, colour, rough), opacity)

    def raise_to(self, window: tuple[slice, slice], top_m: Floats, shade: Floats, colours: Floats) -> None:
        """Draw an object where it stands higher than what is there; `top_m` is 0 where it is absent."""
        is_top = top_m > self.height_m[window]
        np.copyto(self.height_m[window], top_m, where=is_top)
        np.copyto(self.shade[window], shade, where=is_top)
        np.copyto(self.albedo[window], colours, where=is_top[..., None])


def fractal_noise(
    shape_yx: tuple[int, int],
    scale_px: float,
    octaves: int,
    generator: np.random.Generator,
) -> Floats:
    """Smooth noise of mean 0 and deviation about 1, each octave half as wide and 0.6 as strong."""
    rows, columns = shape_yx
    total = np.zeros(shape_yx, np.float32)
    power = 0.0
    for octave in range(octaves):
        width_px = scale_px / 2**octave / 2.5
        cell_px = max(width_px, 1.0)
        grid = generator.standard_normal(
            (math.ceil(rows / cell_px) + 8, math.ceil(columns / cell_px) + 8), dtype=np.float32
        )
        # Blurred before it is enlarged, so that the grid's own directions do not show.
        grid = np.asarray(cv2.GaussianBlur(grid, (0, 0), max(width_px / cell_px, 0.3)), np.float32)
        grid /= grid.std()
        zoomed = cv2.resize(grid, None, fx=cell_px, fy=cell_px, interpolation=cv2.INTER_CUBIC)
        inset = round(3 * cell_px)
        total += np.float32(0.6**octave) * zoomed[inset : inset + rows, inset : inset + columns]
        power += 0.36**octave
    total *= np.float32(1 / math.sqrt(power))
    return total


def new_canvas(
    shape_yx: tuple[int, int], pixel_m: float, frame: Frame, sun: Sun, generator: np.random.Generator
) -> Canvas:
    """An empty canvas of dry grass with its noise drawn."""
    canvas = Canvas(
        frame=frame,
        sun=sun,
        pixel_m=pixel_m,
        albedo=np.empty((*shape_yx, 3), np.float32),
        coarse=fractal_noise(shape_yx, 45.0 / pixel_m, 4, generator),
        medium=fractal_noise(shape_yx, 5.0 / pixel_m, 4, generator),
        fine=fractal_noise(shape_yx, 0.9 / pixel_m, 2, generator),
    )
    whole = slice(0, shape_yx[0]), slice(0, shape_yx[1])
    canvas.albedo[:] = canvas.textured(whole, (158.0, 148.0, 118.0), Roughness(0.07, 0.06, 0.05))
    return canvas
