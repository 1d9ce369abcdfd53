"""What a person follows a training by: curves for TensorBoard, and sheets with each checkpoint."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from landcast.core.errors import RequestError
from landcast.training.curves import Curve
from landcast.training.forecaster import train_forecaster
from landcast.training.pairs import ChipPair
from landcast.training.samples import ChipSampler, PairSampler
from landcast.training.settings import TrainingSettings
from landcast.training.upscaler import train_upscaler

MakeSettings = Callable[..., TrainingSettings]
CPU = torch.device("cpu")


def ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_gets_what_the_csv_gets_and_a_resumed_run_takes_back_what_comes_again(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="an extra of its own")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    first = Curve(tmp_path / "loss.csv", 0, has_tensorboard=True)
    for step in range(4):
        first.add(step, 1.0 - 0.1 * step, 1e-3)
    first.close()
    second = Curve(tmp_path / "loss.csv", 2, has_tensorboard=True)
    for step in (2, 3, 4):
        second.add(step, 0.5, 1e-4)
    second.close()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    read = [(event.step, round(event.value, 4)) for event in events.Scalars("loss")]
    lines = (tmp_path / "loss.csv").read_text().splitlines()[1:]
    written = [(int(step), round(float(loss), 4)) for step, loss in (line.split(",") for line in lines)]
    assert written == [(0, 1.0), (1, 0.9), (2, 0.5), (3, 0.5), (4, 0.5)]
    assert read == written
    assert [event.step for event in events.Scalars("learning_rate")] == [0, 1, 2, 3, 4]


def test_without_tensorboard_the_error_says_how_to_get_it_and_the_csv_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: object, **more: object) -> object:
        if "tensorboard" in name:
            raise ModuleNotFoundError("No module named 'tensorboard'", name="tensorboard")
        return real(name, *arguments, **more)  # type: ignore[arg-type]

    for name in [name for name in sys.modules if "tensorboard" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", missing)
    Curve(tmp_path / "loss.csv", 0).add(0, 1.0, 1e-3)
    with pytest.raises(RequestError, match=r"tensorboard is missing: pip install 'landcast\[tensorboard\]'"):
        Curve(tmp_path / "loss.csv", 0, has_tensorboard=True)


def test_each_checkpoint_has_a_sheet_and_the_training_does_not_hear_of_it(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()

    def run(folder: Path, rows: int) -> torch.nn.Module:
        sampler = PairSampler(scene_chips, settings.tiles, settings.seed)
        given = replace(settings, sheet_rows=rows)
        network: torch.nn.Module = train_forecaster(given, sampler, 0.1, folder, {}, CPU, torch.float32, ignore)
        return network

    seen, unseen = run(tmp_path / "seen", 3), run(tmp_path / "unseen", 0)
    assert all(torch.equal(a, b) for a, b in zip(seen.parameters(), unseen.parameters(), strict=True))
    sheets = sorted((tmp_path / "seen" / "sheets").iterdir())
    assert [path.name for path in sheets] == [f"step-{step:07d}.png" for step in (2, 4, 6)]
    assert not (tmp_path / "unseen" / "sheets").exists()
    pictures = [cv2.imread(str(path)) for path in sheets]
    assert pictures[0] is not None
    # a head, and three rows with a caption above each
    assert pictures[0].shape[:2] == (26 + 3 * (26 + 260), 9 * 260)
    before, cells, truth = (pictures[0][52 : 52 + 256, left : left + 256].astype(int) for left in (0, 260, 8 * 260))
    assert np.abs(before - truth).mean() > 1
    squares = before.reshape(32, 8, 32, 8, 3).mean((1, 3))
    np.testing.assert_allclose(cells[::8, ::8], squares, atol=0.51)


def test_a_sheet_of_the_upscaler_shows_cells_bicubic_and_truth(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    sampler = ChipSampler([chip.before for chip in scene_chips], settings.tiles, settings.seed)
    train_upscaler(settings, sampler, tmp_path, {}, CPU, torch.float32, ignore)
    picture = cv2.imread(str(tmp_path / "sheets" / "step-0000006.png"))
    assert picture is not None
    assert picture.shape[:2] == (26 + 2 * 260, 4 * 260)
    fine = sampler.batch(0, 2, 32)[0].numpy().transpose(1, 2, 0)[..., ::-1] * 255
    truth = picture[26 : 26 + 256 : 8, 3 * 260 : 3 * 260 + 256 : 8]
    np.testing.assert_allclose(truth, fine.clip(0, 255), atol=0.51)
