"""Long fuzzing: damaged files and random extents. Only `make test-all` runs it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from landcast.core.errors import SourceError
from landcast.core.predict import predict
from landcast.core.raster.source import open_source
from landcast.core.request import PredictionRequest
from landcast.worker.demo.scene import write_scene

DAMAGED_FILES = 3000
EXTENTS = 40

pytestmark = pytest.mark.long


def test_a_damaged_file_is_read_or_refused_and_never_crashes(tmp_path: Path) -> None:
    whole = tmp_path / "whole.tif"
    write_scene(whole, (256, 256), seed=1)
    data, chance = whole.read_bytes(), random.Random(0)
    refused = 0
    for number in range(DAMAGED_FILES):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 4, 32])):
            place = chance.randrange(len(damaged)) if chance.random() < 0.5 else chance.randrange(600)
            damaged[place] = chance.randrange(256)
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(damaged)) :]
        path = tmp_path / f"{number}.tif"
        path.write_bytes(damaged)
        try:
            with open_source(path) as source:
                height, width = source.shape_yx
                pixels = source.read_native(Window(0, 0, min(width, 512), min(height, 512)))
                assert pixels.values.shape[1:] == pixels.valid.shape
        except SourceError:
            refused += 1
        path.unlink()
    assert 0 < refused < DAMAGED_FILES


def test_any_extent_equals_the_same_place_of_the_whole(tmp_path: Path, make_tiny_model: Callable[..., Path]) -> None:
    source, model, chance = tmp_path / "scene.tif", str(make_tiny_model()), random.Random(1)
    write_scene(source, (700, 650), seed=2)
    settings = {"model": model, "device": "cpu", "precision": "fp32", "iterations": 2}
    whole = predict(PredictionRequest(source, tmp_path / "whole.tif", **settings), warn=pytest.fail)  # type: ignore[arg-type]
    with rasterio.open(whole.paths["prediction"]) as dataset:
        reference, transform = dataset.read(), dataset.transform
    for number in range(EXTENTS):
        top, left = chance.randrange(600), chance.randrange(550)
        bottom, right = chance.randrange(top + 1, 701), chance.randrange(left + 1, 651)
        (x_min, y_max), (x_max, y_min) = transform @ (left, top), transform @ (right, bottom)
        request = PredictionRequest(
            source,
            tmp_path / f"{number}.tif",
            extent=(x_min, y_min, x_max, y_max),
            **settings,  # type: ignore[arg-type]
        )
        with rasterio.open(predict(request, warn=pytest.fail).paths["prediction"]) as dataset:
            difference = np.abs(dataset.read().astype(int) - reference[:, top:bottom, left:right].astype(int))
        assert difference.max() <= 1
