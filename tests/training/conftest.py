"""A rendered place at two dates, chips made in memory, and settings small enough to train in seconds."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from landcast.core.model.contract import Objective
from landcast.tests.models import TINY_UNET
from landcast.tests.programs import load_program
from landcast.training.pairs import ChipPair, load_pairs
from landcast.training.settings import (
    ForecasterSettings,
    PairSource,
    TileSettings,
    TrainingSettings,
    UpscalerSettings,
)
from landcast.worker.demo.scene import write_scene

YEARS = 4
WriteRaster = Callable[..., Path]


@pytest.fixture(scope="session")
def scene_pair(tmp_path_factory: pytest.TempPathFactory) -> PairSource:
    """One rendered place at two dates."""
    folder = tmp_path_factory.mktemp("scene")
    before, after = folder / "scene_2016.tif", folder / "scene_2020.tif"
    write_scene(before, (256, 256), seed=4, years_later=0)
    write_scene(after, (256, 256), seed=4, years_later=YEARS)
    return PairSource(str(before), str(after), YEARS)


@pytest.fixture(scope="session")
def scene_chips(scene_pair: PairSource) -> list[ChipPair]:
    return load_pairs(scene_pair)


@pytest.fixture(scope="session")
def definition() -> ModuleType:
    """The program beside the shared data that defines every figure."""
    path = Path(os.environ.get("LANDCAST_DATA", "")).parent / "skill.py"
    if not os.environ.get("LANDCAST_DATA") or not path.is_file():
        pytest.skip("LANDCAST_DATA does not stand beside skill.py, the definition as a program")
    return load_program(path)


@pytest.fixture
def random_chip() -> ChipPair:
    """Two unrelated images of 256 x 256 px, all valid."""
    random = np.random.default_rng(5)
    before, after = random.integers(0, 256, (2, 3, 256, 256), dtype=np.uint8)
    return ChipPair(before, after, np.ones((256, 256), np.bool_), 2.0, 0.6, "random")


@pytest.fixture
def write_raster() -> WriteRaster:
    """Write a georeferenced uint8 (band, y, x) image with pixels of 0.6 m, and a mask where one is given."""

    def write(
        path: Path, image: NDArray[np.uint8], valid: NDArray[np.bool_] | None = None, left_m: float = 434400.0
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = {"count": image.shape[0], "height": image.shape[1], "width": image.shape[2]}
        place = {"crs": "EPSG:26911", "transform": Affine(0.6, 0, left_m, 0, -0.6, 3774000.0)}
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", driver="GTiff", dtype="uint8", photometric="RGB", **shape, **place) as file,
        ):
            file.write(image)
            if valid is not None:
                file.write_mask(valid)
        return path

    return write


@pytest.fixture
def tiny_settings(scene_pair: PairSource) -> Callable[[Objective], TrainingSettings]:
    """Settings of a training that takes a few seconds: both networks tiny, six steps each."""

    def make(objective: Objective = "one_step") -> TrainingSettings:
        layout = "quadrants" if objective == "epsilon" else "unshuffle"
        steps = {"one_step": 1, "v_prediction": 3, "epsilon": 5, "regression": 1}[objective]
        forecaster = ForecasterSettings(
            objective=objective, condition_layout=layout, unet=TINY_UNET, max_steps=6, batch_size=2,
            sampling_steps=steps,
        )  # fmt: skip
        upscaler = UpscalerSettings(
            blocks=1, channels=8, max_steps=6, adversarial_from_step=3, batch_size=2, coarse_px=8
        )
        return TrainingSettings(
            name="tiny", pairs=(scene_pair,), tiles=TileSettings(jitter_px=32), forecaster=forecaster,
            upscaler=upscaler, checkpoint_every=2, sheet_rows=2,
        )  # fmt: skip

    return make


@pytest.fixture
def learning_settings(
    tiny_settings: Callable[[Objective], TrainingSettings],
) -> Callable[[Objective], TrainingSettings]:
    """The same networks with steps enough to learn something, at once and without warm-up."""

    def make(objective: Objective = "one_step") -> TrainingSettings:
        settings = tiny_settings(objective)
        forecaster = replace(
            settings.forecaster, max_steps=48, batch_size=4, learning_rate=2e-3, is_learning_rate_constant=True
        )
        upscaler = replace(settings.upscaler, max_steps=60, adversarial_from_step=60, batch_size=4, learning_rate=2e-3)
        return replace(settings, forecaster=forecaster, upscaler=upscaler, checkpoint_every=1000)

    return make
