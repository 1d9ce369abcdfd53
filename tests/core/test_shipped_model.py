"""The shipped weights keep the promises of the design: place alone decides, and no seam shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from numpy.typing import NDArray

from landcast.core.device import choose_precision
from landcast.core.forecast.block_forecast import BlockForecast
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.lattice import CELL_PX, STRIDE_PX, UPSCALE_PAD_PX, UPSCALE_PX, Rect, image_need, split
from landcast.core.model.condition import coarsen
from landcast.core.model.folder import find_model, load_model, shipped_models, verify_model
from landcast.core.noise import NoiseKey, NoiseOctaves, lattice_noise
from landcast.core.predict import predict
from landcast.core.request import DEFAULT_MODEL, PredictionRequest
from landcast.worker.demo.scene import write_scene

CPU = torch.device("cpu")
LIMIT_MB = 75
LIMIT_PARAMETERS = 27_000_000


@pytest.fixture(scope="module", autouse=True)
def _needs_the_shipped_model() -> None:
    if DEFAULT_MODEL not in shipped_models():
        pytest.skip(f"{DEFAULT_MODEL} is not in this tree")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered scene of 512 px that lies askew on the lattice."""
    path = tmp_path_factory.mktemp("scene") / "scene.tif"
    write_scene(path, (512, 512), seed=4)
    return path


@pytest.fixture(scope="module")
def make_forecaster() -> Callable[..., Forecaster]:
    """Make a forecaster with the shipped weights in the precision that users get."""
    model = load_model(find_model(DEFAULT_MODEL), CPU, choose_precision("auto", CPU))
    return lambda **settings: Forecaster(model, CPU, ForecastSettings(2.0, 0.6, **settings))


def ignore(message: str) -> None:
    """Take no notice: that rendered ground is unlike that of the training is for other tests."""


def read_texture(rect: Rect) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """An endless image of smooth and fine texture without any preferred place."""
    octaves = NoiseOctaves((1, 6, 40), (0.3, 1.0, 1.0))
    noise = lattice_noise(NoiseKey(7, 0), octaves, 3, (rect.top, rect.left), rect.shape_yx)
    return np.clip(0.45 + 0.12 * noise, 0, 1), np.ones(rect.shape_yx, np.bool_)


def assert_same_within_a_level(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> None:
    """Equal but for at most one level on at most 0.1 % of the values."""
    difference = np.abs(first.astype(np.int16) - second.astype(np.int16))
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 0.001


def test_the_model_is_whole_and_small_enough() -> None:
    folder = find_model(DEFAULT_MODEL)
    assert sum(verify_model(folder).values()) <= LIMIT_MB * 1e6
    model = load_model(folder, CPU, torch.float32)
    assert sum(parameter.numel() for parameter in model.unet.parameters()) <= LIMIT_PARAMETERS
    assert len(model.upscaler.body) == 4


def test_the_card_credits_the_imagery() -> None:
    card = (find_model(DEFAULT_MODEL) / "README.md").read_text(encoding="utf-8")
    assert "NAIP" in card
    assert "Ventura" in card
    assert "Figures on held-out data" in card


def test_two_overlapping_extents_agree(scene: Path, tmp_path: Path) -> None:
    with rasterio.open(scene) as dataset:
        x, y, size = dataset.transform.c, dataset.transform.f, dataset.transform.a
    results = []
    for name, (left, top) in {"first": (20, 30), "second": (141, 97)}.items():
        extent = (x + left * size, y - (top + 250) * size, x + (left + 250) * size, y - top * size)
        request = PredictionRequest(scene, tmp_path / f"{name}.tif", extent=extent, device="cpu", iterations=2)
        results.append(predict(request, warn=ignore).paths["prediction"])
    with rasterio.open(results[0]) as first, rasterio.open(results[1]) as second:
        assert first.shape == second.shape == (250, 250)
        assert_same_within_a_level(first.read()[:, 67:, 121:], second.read()[:, :183, :129])


def test_order_and_restart_change_nothing(make_forecaster: Callable[..., Forecaster]) -> None:
    area = Rect(-300, 200, 512, 300)
    blocks = list(split(area, UPSCALE_PX))
    forward = {block: make_forecaster().forecast(block, read_texture) for block in blocks}
    backward = {block: make_forecaster().forecast(block, read_texture) for block in reversed(blocks)}
    whole: BlockForecast = make_forecaster().forecast(area, read_texture)
    for block in blocks:
        assert np.array_equal(forward[block].image, backward[block].image)
        assert_same_within_a_level(forward[block].image, whole.image[:, *block.slices_in(area)])


def test_equal_requests_give_equal_bytes(scene: Path, tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        request = PredictionRequest(scene, tmp_path / f"{name}.tif", device="cpu", seed=5)
        made.append(predict(request, warn=ignore).paths["prediction"].read_bytes())
    assert made[0] == made[1]


def test_no_seam_shows_at_the_edges_of_windows(make_forecaster: Callable[..., Forecaster]) -> None:
    """Gradients of the change across edges of windows are within 2 % of those one and two cells beside them."""
    area = Rect(0, 0, 2048, 2048)
    have = image_need(area)
    present, valid = (torch.from_numpy(layer) for layer in read_texture(have))
    change = make_forecaster().difference(0, 0, present, valid, have, area).numpy()
    across, beside = [], []
    for axis in (1, 2):
        gradient = np.abs(np.diff(change, axis=axis)).mean((0, 3 - axis))
        edges = np.arange(STRIDE_PX // CELL_PX, len(gradient) - 2, STRIDE_PX // CELL_PX) - 1
        across.append(gradient[edges].mean())
        beside.append(np.mean([gradient[edges + step].mean() for step in (-2, -1, 1, 2)]))
    assert np.mean(across) == pytest.approx(np.mean(beside), rel=0.02)


def test_no_seam_shows_where_calls_of_the_upscaler_meet() -> None:
    """What the upscaler draws up to the edge of what is kept does not depend on what lies beyond its margin."""
    upscaler = load_model(find_model(DEFAULT_MODEL), CPU, torch.float32).upscaler
    texture, _ = read_texture(Rect(0, 0, 640, 640))
    coarse = coarsen(torch.from_numpy(texture)[None])
    edge, margin = 80, UPSCALE_PAD_PX // CELL_PX
    with torch.inference_mode():
        whole = upscaler(coarse)[..., : edge * CELL_PX]
        part = upscaler(coarse[..., : edge + margin])[..., : edge * CELL_PX]
    assert (whole - part).abs().max() * 255 < 0.25


def test_unchanged_places_keep_their_detail(scene: Path, tmp_path: Path) -> None:
    """The result lies over its source without a shift: pixels of the least change are the source's own."""
    result = predict(PredictionRequest(scene, tmp_path / "a.tif", device="cpu"), warn=ignore)
    with rasterio.open(scene) as before, rasterio.open(result.paths["prediction"]) as after:
        assert before.transform == after.transform
        assert before.crs == after.crs
        difference = np.abs(before.read().astype(int) - after.read().astype(int)).max(0)
    assert (difference == 0).mean() > 0.02
    assert (difference > 0).mean() > 0.05
