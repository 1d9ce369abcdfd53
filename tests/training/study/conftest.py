"""A rendered town at two dates, and settings of a study that takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from landcast.training.pairs import ChipPair, load_pairs
from landcast.training.run import Hardware
from landcast.training.settings import PairSource, TrainingSettings
from landcast.training.study.plan import StudyPlan
from landcast.worker.demo.scene import write_scene

SIDE_PX = 640
CPU = Hardware(torch.device("cpu"), torch.float32)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> PairSource:
    """One raster of 640 px of 0.6 m at each of two dates."""
    folder = tmp_path_factory.mktemp("town")
    for year in (2016, 2020):
        write_scene(folder / f"town_{year}.tif", (SIDE_PX, SIDE_PX), seed=7, years_later=year - 2016)
    return PairSource(str(folder / "town_2016.tif"), str(folder / "town_2020.tif"), 4, "town")


@pytest.fixture(scope="session")
def town_tiles(town: PairSource) -> list[ChipPair]:
    """25 pairs of 128 px."""
    return load_pairs(town, side_px=lambda gsd_m: 128)


@pytest.fixture
def settings(tiny_settings: Callable[..., TrainingSettings], town: PairSource) -> TrainingSettings:
    tiny = tiny_settings()
    forecaster = replace(tiny.forecaster, max_steps=4)
    upscaler = replace(tiny.upscaler, max_steps=4, adversarial_from_step=4)
    return replace(tiny, pairs=(town,), forecaster=forecaster, upscaler=upscaler)


@pytest.fixture
def plan(settings: TrainingSettings, tmp_path: Path) -> StudyPlan:
    return StudyPlan(settings, tmp_path / "study", members=2, tiles=3, measurements=2, feature_steps=2)
