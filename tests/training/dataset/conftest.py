"""A drawn place at several dates, and rasters of it on any grid."""

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

from landcast.core.dates import ImageDate
from landcast.training.dataset.build import Built, DatasetSettings, build_dataset
from landcast.training.dataset.inputs import DatedSources
from landcast.training.dataset.splitting import SplitSettings

Image = NDArray[np.uint8]
LEFT, TOP, GSD_M = 434_400.0, 3_774_000.0, 0.6
EVERYTHING_TRAINS = SplitSettings(validation=0.0)


def draw_place(seed: int, shape_yx: tuple[int, int] = (512, 512), later: bool = False) -> Image:
    """Roofs and ground with texture, uint8 (3, y, x); later, some roofs are others and the light is another."""
    random = np.random.default_rng(seed)
    height, width = shape_yx
    picture = np.full((height, width, 3), 110, np.uint8)
    for number in range(height * width // 500):
        left, top = int(random.integers(width)), int(random.integers(height))
        right, bottom = left + int(random.integers(6, 40)), top + int(random.integers(6, 40))
        colour = random.integers(40, 200, 3)
        other = random.integers(40, 200, 3)
        shown = other if later and number % 20 == 0 else colour
        cv2.rectangle(picture, (left, top), (right, bottom), tuple(map(int, shown)), -1)
    grain = np.random.default_rng(seed + 1000 * later).normal(0, 4, picture.shape)
    seen = cv2.GaussianBlur(picture, (0, 0), 0.8) * (1.12 if later else 1.0) + (6 if later else 0) + grain
    return np.ascontiguousarray(seen.clip(0, 255).round().astype(np.uint8).transpose(2, 0, 1))


def write_image(
    path: Path, image: NDArray[Any], left: float = LEFT, top: float = TOP, gsd_m: float = GSD_M,
    valid: NDArray[np.bool_] | None = None, crs: str | None = "EPSG:26911",
) -> Path:  # fmt: skip
    """Write (band, y, x) as a GeoTIFF, or as a plain picture where there is no CRS."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = {"count": image.shape[0], "height": image.shape[1], "width": image.shape[2], "dtype": image.dtype}
    if crs is None:
        bgr = cv2.cvtColor(np.ascontiguousarray(image.transpose(1, 2, 0)), cv2.COLOR_RGB2BGR)
        path.write_bytes(cv2.imencode(path.suffix, bgr)[1].tobytes())
        return path
    place = {"crs": crs, "transform": Affine(gsd_m, 0, left, 0, -gsd_m, top)}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", driver="GTiff", **shape, **place) as file:
        file.write(image)
        if valid is not None:
            file.write_mask(valid)
    return path


def dated(year: int, *paths: Path) -> DatedSources:
    return DatedSources(ImageDate(year), tuple(map(str, paths)))


@pytest.fixture(scope="session")
def before() -> Image:
    return draw_place(1)


@pytest.fixture(scope="session")
def after() -> Image:
    return draw_place(1, later=True)


@pytest.fixture
def two_dates(tmp_path: Path, before: Image, after: Image) -> list[DatedSources]:
    """One place of 512 x 512 px in 2016 and 2020, on one grid: 16 tiles."""
    return [
        dated(2016, write_image(tmp_path / "2016" / "a.tif", before)),
        dated(2020, write_image(tmp_path / "2020" / "a.tif", after)),
    ]


class Said(list[str]):
    """What the user was told."""

    @property
    def text(self) -> str:
        return "\n".join(self)


Build = Callable[..., Built]


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def build(tmp_path: Path, said: Said) -> Build:
    """Make a dataset `tmp_path / "pairs"`; without held-out ground and with few tiles, where not told otherwise."""

    def make(dates: list[DatedSources], folder: Path | None = None, **changes: Any) -> Built:
        settings = DatasetSettings(**{"split": EVERYTHING_TRAINS, "least_pairs": 1, **changes})
        return build_dataset(dates, folder or tmp_path / "pairs", settings, said.append, said.append)

    return make
