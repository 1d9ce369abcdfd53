"""Models that draw every pixel themselves, and regression, from training to prediction."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from landcast.core.errors import TrainingError
from landcast.core.forecast.compose import compose_pixels
from landcast.core.forecast.forecaster import Forecaster, ForecastSettings
from landcast.core.lattice import Rect
from landcast.core.model.condition import coarsen, lay_out_condition
from landcast.core.model.folder import LoadedModel, load_model, verify_model
from landcast.core.model.unet import build_unet
from landcast.core.noise import NoiseOctaves
from landcast.core.predict import predict
from landcast.core.request import PredictionRequest
from landcast.tests.models import TINY_NATIVE_UNET, write_tiny_model
from landcast.training.evaluate import cut_tiles, draw_members
from landcast.training.pairs import ChipPair
from landcast.training.run import Hardware, TrainingPlan, run_training
from landcast.training.settings import PairSource, Stage, TrainingSettings

MakeSettings = Callable[..., TrainingSettings]
CPU = torch.device("cpu")
BOTH: tuple[Stage, ...] = ("forecaster", "upscaler")


def ignore(done: int, total: int) -> None:
    """Take no notice of progress."""


def native(settings: TrainingSettings, **changes: object) -> TrainingSettings:
    noise = NoiseOctaves((1, 32), (1.0, 0.5))
    own = replace(settings.forecaster, change_grid="pixels", unet=TINY_NATIVE_UNET, noise=noise, **changes)  # type: ignore[arg-type]
    return replace(settings, forecaster=own)


def train(settings: TrainingSettings, folder: Path) -> Path:
    run_training(TrainingPlan(settings, folder, BOTH, True), Hardware(CPU, torch.float32), ignore)
    return folder


def losses(folder: Path) -> list[float]:
    lines = (folder.with_name(f"{folder.name}.training") / "forecaster" / "loss.csv").read_text().splitlines()
    return [float(line.split(",")[1]) for line in lines[1:]]


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    folder = tmp_path_factory.mktemp("native")
    return load_model(write_tiny_model(folder, change_grid="pixels", difference_std=2.0), CPU, torch.float32)


def test_a_model_of_pixels_is_trained_saved_without_upscaler_and_predicts(
    tiny_settings: MakeSettings, scene_pair: PairSource, tmp_path: Path
) -> None:
    # so few steps change little, which an anchored composition would not show
    folder = train(replace(native(tiny_settings()), composition="upscaled"), tmp_path / "native")
    verify_model(folder)
    assert not (folder / "upscaler").exists()
    assert "upscaler" not in json.loads((folder / "model_index.json").read_text())
    assert "the UNet draws every pixel" in (folder / "README.md").read_text()
    assert load_model(folder, CPU, torch.float32).upscaler is None
    source = Path(scene_pair.before)
    predict(PredictionRequest(source, tmp_path / "later.tif", model=str(folder), device="cpu", precision="fp32"), print)
    with rasterio.open(tmp_path / "later.tif") as result, rasterio.open(source) as before:
        assert result.shape == before.shape
        assert np.abs(result.read().astype(int) - before.read()).mean() > 0


def test_the_loss_of_pixels_falls(tiny_settings: MakeSettings, tmp_path: Path) -> None:
    learning = {"max_steps": 48, "batch_size": 4, "learning_rate": 2e-3, "is_learning_rate_constant": True}
    folder = train(replace(native(tiny_settings(), **learning), checkpoint_every=1000), tmp_path / "native")
    assert np.mean(losses(folder)[-12:]) < 0.9 * np.mean(losses(folder)[:6])


def test_there_is_no_upscaler_to_train(tiny_settings: MakeSettings, tmp_path: Path) -> None:
    plan = TrainingPlan(native(tiny_settings()), tmp_path / "native", ("upscaler",), False)
    with pytest.raises(TrainingError, match="has no upscaler"):
        run_training(plan, Hardware(CPU, torch.float32), ignore)


def test_a_pixel_does_not_depend_on_the_extent_it_was_asked_in(untrained: LoadedModel) -> None:
    image = np.random.default_rng(0).random((3, 1024, 1024), np.float32)

    def read(rect: Rect) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = rect.slices_in(Rect(-384, -384, 1024, 1024))
        return image[:, rows, columns], np.ones(rect.shape_yx, np.bool_)

    forecaster = Forecaster(untrained, CPU, ForecastSettings(2.0, 0.6))
    whole, part = Rect(0, 0, 256, 192), Rect(68, 36, 100, 90)
    found, wanted = forecaster.forecast(part, read), forecaster.forecast(whole, read)
    inside = wanted.image[:, *part.slices_in(whole)]
    assert np.abs(found.image.astype(int) - inside).max() <= 1
    assert np.abs(found.after - found.before).mean() > 1e-3


def test_members_of_pixels_are_measured_by_the_means_of_their_cells(untrained: LoadedModel) -> None:
    image = np.random.default_rng(1).integers(0, 256, (3, 128, 128), dtype=np.uint8)
    tiles = cut_tiles([ChipPair(image, 255 - image, np.ones((128, 128), np.bool_), 2.0, 0.6, "one")])
    drawn = draw_members(untrained, CPU, tiles, 2, 0, 1, ignore)
    images = torch.from_numpy(tiles.present).float() / 255
    forecaster = Forecaster(untrained, CPU, ForecastSettings(2.0, 0.6, members=2))
    pixels = forecaster.sample_windows(1, 0, images, [Rect(0, 0, 128, 128)])
    assert pixels.shape == (1, 3, 128, 128)
    np.testing.assert_allclose(drawn[1], coarsen(pixels).numpy(), atol=1e-5)
    assert np.abs(drawn[0] - drawn[1]).mean() > 1e-4


def test_what_does_not_change_keeps_its_pixels_and_what_does_gets_those_that_were_drawn() -> None:
    present = torch.full((1, 3, 64, 64), 0.4)
    difference = torch.zeros(1, 3, 64, 64)
    difference[..., 32:] = 0.3
    difference[..., ::2, 32:] += 0.1
    composed = compose_pixels(present, difference)
    assert torch.equal(composed[..., :16], present[..., :16])
    torch.testing.assert_close(composed[..., 48:], (present + difference)[..., 48:])
    assert float(compose_pixels(present, difference * 10).max()) == 1


def test_regression_has_one_future_however_often_it_is_drawn(tmp_path: Path) -> None:
    model = load_model(write_tiny_model(tmp_path, "regression"), CPU, torch.float32)
    images, windows = torch.rand(2, 3, 128, 128), [Rect(0, 0, 128, 128), Rect(128, 0, 128, 128)]
    forecaster = Forecaster(model, CPU, ForecastSettings(2.0, 0.6, members=2))
    first, second = (forecaster.sample_windows(member, 0, images, windows) for member in (0, 1))
    assert torch.equal(first, second)
    assert first.abs().mean() > 0


def test_the_layout_of_the_notebook_has_twelve_channels_of_quarters() -> None:
    image = torch.rand(2, 3, 128, 128)
    channels = lay_out_condition(image, "quadrants_64")
    assert channels.shape == (2, 12, 32, 32)
    small = torch.nn.functional.avg_pool2d(image, 2)
    torch.testing.assert_close(channels[:, 1 * 4 + 2 * 1 + 0], small[:, 1, 32:, :32])
    torch.testing.assert_close(channels[:, 2 * 4 + 2 * 0 + 1], small[:, 2, :32, 32:])
    shape = replace(TINY_NATIVE_UNET, difference_channels=3, condition_channels=12)
    assert build_unet(shape).config.in_channels == 15
