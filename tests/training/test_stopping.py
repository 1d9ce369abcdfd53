"""Being asked to stop: a checkpoint of the last step, a clear end, and equal weights once the training goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from landcast.core.model.rrdb import RRDBNet
from landcast.training.checkpoint import checkpoint_folders
from landcast.training.forecaster import train_forecaster
from landcast.training.pairs import ChipPair
from landcast.training.samples import ChipSampler, PairSampler
from landcast.training.settings import TrainingSettings
from landcast.training.stopping import TrainingStoppedError, deferred_stops
from landcast.training.upscaler import train_upscaler

MakeSettings = Callable[..., TrainingSettings]
CPU = torch.device("cpu")


def ignore(step: int, loss: float) -> None:
    """Take no notice of a step."""


def at_step(step: int, act: Callable[[], None]) -> Callable[[int, float], None]:
    def on_step(done: int, loss: float) -> None:
        if done == step:
            act()

    return on_step


def train(
    settings: TrainingSettings, chips: list[ChipPair], folder: Path, on_step: Callable[[int, float], None] = ignore
) -> torch.nn.Module:
    sampler = PairSampler(chips, settings.tiles, settings.seed)
    network: torch.nn.Module = train_forecaster(settings, sampler, 0.1, folder, {}, CPU, torch.float32, on_step)
    return network


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "ask", [lambda: signal.raise_signal(signal.SIGTERM), lambda: signal.raise_signal(signal.SIGINT), interrupt]
)
def test_a_training_that_is_asked_to_stop_keeps_every_step_and_goes_on_to_equal_weights(
    ask: Callable[[], None], tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()
    whole = train(settings, scene_chips, tmp_path / "whole")
    # a program that a shell starts in the background ignores SIGINT
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        with pytest.raises(TrainingStoppedError, match="after step 3; --resume goes on there"):
            train(settings, scene_chips, tmp_path / "stopped", at_step(3, ask))
        assert all(signal.getsignal(number) is signal.default_int_handler for number in numbers)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    # checkpoints are due at 2 and 4
    assert checkpoint_folders(tmp_path / "stopped")[-1].name == "step-0000003"
    steps: list[int] = []
    resumed = train(settings, scene_chips, tmp_path / "stopped", lambda step, loss: steps.append(step))
    assert steps == [4, 5, 6]
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    assert (tmp_path / "stopped" / "loss.csv").read_text() == (tmp_path / "whole" / "loss.csv").read_text()


def test_an_upscaler_that_is_asked_to_stop_goes_on_to_equal_weights(
    tiny_settings: MakeSettings, scene_chips: list[ChipPair], tmp_path: Path
) -> None:
    settings = tiny_settings()

    def run(folder: Path, on_step: Callable[[int, float], None] = ignore) -> RRDBNet:
        sampler = ChipSampler([chip.before for chip in scene_chips], settings.tiles, settings.seed)
        return train_upscaler(settings, sampler, folder, {}, CPU, torch.float32, on_step)

    whole = run(tmp_path / "whole")
    with pytest.raises(TrainingStoppedError):
        run(tmp_path / "stopped", at_step(5, interrupt))
    resumed = run(tmp_path / "stopped")
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))


def test_a_second_request_does_not_wait() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with deferred_stops() as asked:
            signal.raise_signal(signal.SIGTERM)
            assert asked.is_made
            assert heard == []
            signal.raise_signal(signal.SIGTERM)
            assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_stops() as asked:
            signal.raise_signal(signal.SIGINT)
            assert not asked.is_made
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_command_line_ends_with_a_clear_message_and_a_model_comes_of_resuming(
    tmp_path: Path, scene_pair: object
) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text(
        """
        checkpoint_every = 1000
        sheet_rows = 0
        [forecaster]
        max_steps = 100
        batch_size = 2
        unet = { block_channels = [16, 16, 32], attention_head_channels = 16, norm_groups = 8 }
        [upscaler]
        blocks = 1
        channels = 8
        max_steps = 1
        batch_size = 2
        coarse_px = 8
        """,
        encoding="utf-8",
    )
    command = [
        sys.executable, "-m", "landcast.worker.cli", "train", "--before", scene_pair.before, "--after",  # type: ignore[attr-defined]
        scene_pair.after, "--config", str(config), "--out", str(tmp_path / "model"), "--device", "cpu",  # type: ignore[attr-defined]
        "--precision", "fp32", "--threads", "1", "--progress", "lines",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    told: list[str] = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            told.append(line)
            if line.startswith("progress: 5/"):
                process.terminate()
        assert process.wait(timeout=120) == 130
    assert "--resume goes on there" in told[-1], told
    (checkpoint,) = checkpoint_folders(tmp_path / "model.training" / "forecaster")
    assert int(checkpoint.name.removeprefix("step-")) in range(5, 100)
    resumed = subprocess.run([*command, "--resume"], capture_output=True, text=True, env=environment, timeout=200)
    assert resumed.returncode == 0, resumed.stderr
    first = resumed.stderr.splitlines()[0]
    assert first == f"progress: {int(checkpoint.name.removeprefix('step-')) + 1}/101"
    assert (tmp_path / "model" / "landcast.json").is_file()
