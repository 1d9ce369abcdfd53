"""Ground that no model of towns was trained on, rendered: fields, forest, desert, snow, and a place at night."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
GRAIN = 3.0
"""Deviation of the sensor's noise, levels."""


def fields(shape_yx: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """Large parcels of crops in rows, of other colours and directions each; uint8 (3, y, x)."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape_yx[0], : shape_yx[1]].astype(np.float32)
    parcel = (rows // 220).astype(int) * 64 + (columns // 300).astype(int)
    image = np.zeros((*shape_yx, 3), np.float32)
    for number in np.unique(parcel):
        angle, period = random.uniform(0, np.pi), random.uniform(2.5, 6)
        crop = np.array([[92, 122, 66], [138, 140, 88], [168, 148, 112], [70, 104, 58]], np.float32)[random.integers(4)]
        furrows = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * (2 * np.pi / period))
        image = np.where((parcel == number)[..., None], crop + 9 * furrows[..., None], image)
    return _photograph(image + 6 * _clouds(shape_yx, 40, random)[..., None], random)


def forest(shape_yx: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """Closed crowns, lit from one side; uint8 (3, y, x)."""
    random = np.random.default_rng(seed)
    height = np.zeros(shape_yx, np.float32)
    for _ in range(shape_yx[0] * shape_yx[1] // 60):
        radius = random.uniform(4, 9)
        centre = int(random.uniform(0, shape_yx[1])), int(random.uniform(0, shape_yx[0]))
        _raise_crown(height, centre, radius, random.uniform(0.6, 1.0))
    light = height - np.roll(height, (2, 2), (0, 1))
    shade = np.clip(0.55 + 0.35 * light / (light.std() + 1e-6), 0.15, 1.5)
    return _photograph(np.array([62, 84, 52], np.float32) * shade[..., None], random)


def desert(shape_yx: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """Bright sand with ripples, dry channels and few shrubs; uint8 (3, y, x)."""
    random = np.random.default_rng(seed)
    relief = _clouds(shape_yx, 90, random) * 12 + _clouds(shape_yx, 12, random) * 5
    image = np.array([206, 184, 150], np.float32) + relief[..., None]
    shrubs = (random.random(shape_yx) > 0.9992).astype(np.float32)
    shrubs = np.clip(cv2.GaussianBlur(shrubs, (0, 0), 1.5) * 12, 0, 1)[..., None]
    return _photograph(image * (1 - shrubs) + np.array([104, 100, 78], np.float32) * shrubs, random)


def snow(shape_yx: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """A white cover with soft drifts; uint8 (3, y, x)."""
    random = np.random.default_rng(seed)
    drifts = _clouds(shape_yx, 50, random) * 7
    return _photograph(np.array([232, 236, 243], np.float32) + drifts[..., None], random)


def at_night(image: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The same place by moonlight and lamps: a twentieth of the light, the sensor's noise, and few glowing points."""
    random = np.random.default_rng(seed)
    dark = image.transpose(1, 2, 0).astype(np.float32) * np.array([0.05, 0.06, 0.09], np.float32) + 3
    lamps = (random.random(image.shape[1:]) > 0.9996).astype(np.float32)
    glow = cv2.GaussianBlur(lamps, (0, 0), 4) * 100 + cv2.GaussianBlur(lamps, (0, 0), 1) * 8
    return _photograph(dark + np.array([255, 190, 110], np.float32) * np.clip(glow, 0, 1)[..., None], random)


SCENES = {"fields": fields, "forest": forest, "desert": desert, "snow": snow}


def _raise_crown(height: Floats, centre_xy: tuple[int, int], radius: float, top: float) -> None:
    """Put a dome onto the heights where it is the tallest."""
    reach = int(radius) + 1
    y0, x0 = max(0, centre_xy[1] - reach), max(0, centre_xy[0] - reach)
    part = height[y0 : centre_xy[1] + reach, x0 : centre_xy[0] + reach]
    y, x = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
    away = ((y + y0 - centre_xy[1]) ** 2 + (x + x0 - centre_xy[0]) ** 2) / radius**2
    np.maximum(part, top * np.sqrt(np.clip(1 - away, 0, 1)), out=part)


def _clouds(shape_yx: tuple[int, int], scale_px: float, random: np.random.Generator) -> Floats:
    """Smooth noise of unit deviation, float32 (y, x)."""
    noise = cv2.GaussianBlur(random.standard_normal(shape_yx).astype(np.float32), (0, 0), scale_px)
    return np.asarray(noise / noise.std(), np.float32)


def _photograph(image: Floats, random: np.random.Generator) -> NDArray[np.uint8]:
    """Lens and sensor: float (y, x, 3) in levels becomes uint8 (3, y, x)."""
    seen = cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), 0.7)
    noisy = seen + GRAIN * random.standard_normal(seen.shape).astype(np.float32)
    return np.ascontiguousarray(noisy.round().clip(0, 255).astype(np.uint8).transpose(2, 0, 1))
