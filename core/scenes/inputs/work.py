"""How much there is to do for each scene, as far as a look at its source tells, for the expected finish."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import shapely
from rasterio.errors import RasterioError

from ...errors import LandcastError
from ...raster.access import is_address
from ...raster.formats import known_driver, open_as
from .scene import Scene


def work_of(scenes: Sequence[Scene]) -> dict[str, float | None]:
    """Work by the names of scenes: pixels of sources, ground of areas; None where no look tells.

    The units of sources and of areas are not the same, so of both together only areas count.
    """
    if any(scene.area is not None for scene in scenes):
        return {scene.name: None if scene.area is None else _ground(scene.area.wkb) for scene in scenes}
    return {scene.name: _pixels(scene.source) for scene in scenes}


def _ground(wkb: bytes) -> float | None:
    return float(shapely.area(shapely.from_wkb(wkb, on_invalid="fix"))) or None


def _pixels(source: Path | str) -> float | None:
    """Pixels of a plain file; addresses and VRTs are not asked before their turn."""
    if is_address(str(source)):
        return None
    try:
        if not Path(source).is_file():
            return None
        driver = known_driver(Path(source))
        if driver is None:
            return None
        with open_as(source, driver, []) as dataset:
            return float(dataset.width * dataset.height)
    except (LandcastError, RasterioError, OSError, ValueError):
        return None
