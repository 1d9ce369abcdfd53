"""`landcast train`: a model from the shell, also after a kill; errors in one line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from landcast.core.model.contract import load_contract
from landcast.tests.models import write_tiny_model
from landcast.training.perceptual import build_vgg19_features

Run = Callable[..., object]
Start = Callable[..., "subprocess.Popen[str]"]
TINY = """
name = "tiny from the shell"
checkpoint_every = 5
[forecaster]
max_steps = {steps}
batch_size = 2
[forecaster.unet]
block_channels = [16, 16, 32]
attention_head_channels = 16
norm_groups = 8
[upscaler]
blocks = 1
channels = 8
max_steps = {steps}
adversarial_from_step = {judged_from}
batch_size = 2
coarse_px = 8
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of a training that takes seconds."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.format(steps=2, judged_from=1), encoding="utf-8")
    return path


@pytest.fixture
def dates(rendered: Path) -> list[object]:
    return ["--before", rendered / "scene_2016.tif", "--after", rendered / "scene_2020.tif"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_model_is_trained_from_the_shell_and_can_be_used(
    run: Run, config: Path, dates: list[object], rendered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my model"
    answer = run("train", *dates, "--config", config, "--out", folder, "--precision", "fp32")
    assert (answer.code, answer.out, answer.err) == (0, f"{folder}\n", "")
    contract = load_contract(folder)
    assert contract.name == "tiny from the shell"
    assert contract.interval_years == (4,)
    assert run("models", "verify", folder).code == 0
    source = rendered / "scene_2020.tif"
    assert run("predict", source, "--model", folder, "-o", tmp_path / "later.tif").code == 0


def test_stage_by_stage_the_model_comes_with_the_last(
    run: Run, config: Path, dates: list[object], tmp_path: Path
) -> None:
    common = ["train", *dates, "--config", config, "--out", tmp_path / "model"]
    first = run(*common, "--stage", "upscaler")
    assert first.code == 0
    assert "upscaler trained" in first.out
    assert not (tmp_path / "model").exists()
    assert run(*common, "--stage", "forecaster", "--resume").out == f"{tmp_path / 'model'}\n"


def test_a_training_killed_in_the_middle_goes_on_and_ends_in_the_same_model(
    run: Run, start: Start, dates: list[object], tmp_path: Path
) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.format(steps=30, judged_from=15), encoding="utf-8")
    common = ["train", *dates, "--config", config, "--device", "cpu", "--precision", "fp32", "--threads", 1]
    process = start(*common, "--out", tmp_path / "killed" / "model", "--progress", "lines")
    assert process.stderr is not None
    for line in process.stderr:
        if line == "progress: 12/60\n":
            process.kill()
    process.communicate(timeout=600)
    assert not (tmp_path / "killed" / "model").exists()
    refused = run(*common, "--out", tmp_path / "killed" / "model")
    assert refused.code == 1
    assert "--resume continues it" in refused.error_line
    assert run(*common, "--out", tmp_path / "killed" / "model", "--resume").code == 0
    assert run(*common, "--out", tmp_path / "whole" / "model").code == 0
    assert contents(tmp_path / "killed" / "model") == contents(tmp_path / "whole" / "model")


def test_weights_of_a_vgg19_hold_the_upscaler_to_its_features(
    run: Run, config: Path, dates: list[object], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    features = build_vgg19_features()
    for layer in features:
        if isinstance(layer, torch.nn.Conv2d):
            # as loud after sixteen layers as before them
            torch.nn.init.kaiming_normal_(layer.weight)
    file = tmp_path / "vgg19.safetensors"
    save_file({f"features.{name}": value for name, value in features.state_dict().items()}, file)
    config.write_text(TINY.format(steps=1, judged_from=0).replace("batch_size = 2", "batch_size = 1"), encoding="utf-8")
    common = ["train", *dates, "--config", config, "--stage", "upscaler", "--precision", "fp32"]
    assert run(*common, "--out", tmp_path / "with", "--perceptual-weights", file).code == 0
    assert run(*common, "--out", tmp_path / "without").code == 0
    curves = [(tmp_path / f"{name}.training/upscaler/loss.csv").read_text() for name in ("with", "without")]
    assert curves[0] != curves[1]
    refused = run(*common, "--out", tmp_path / "with", "--resume")
    assert refused.code == 1
    assert "upscaler.perceptual_weights, upscaler.perceptual_weight, perceptual_sha256)" in refused.error_line


def test_weights_of_another_network_are_refused_by_name(
    run: Run, config: Path, dates: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "other.safetensors"
    save_file({"features.0.weight": torch.zeros(8, 3, 3, 3)}, file)
    answer = run("train", *dates, "--config", config, "--out", tmp_path / "model", "--stage", "upscaler",
                 "--perceptual-weights", file)  # fmt: skip
    assert answer.code == 1
    assert "features.0.weight has the shape (8, 3, 3, 3), and that of a VGG19 (64, 3, 3, 3)" in answer.error_line


def test_curves_are_written_for_tensorboard_where_asked(
    run: Run, config: Path, dates: list[object], tmp_path: Path
) -> None:
    pytest.importorskip("tensorboard")
    common = ["train", *dates, "--config", config, "--stage", "forecaster", "--max-steps", 1]
    assert run(*common, "--out", tmp_path / "with", "--tensorboard").code == 0
    assert run(*common, "--out", tmp_path / "without").code == 0
    events = [list((tmp_path / f"{name}.training").rglob("events.out.tfevents.*")) for name in ("with", "without")]
    assert [len(found) for found in events] == [1, 0]


def test_steps_given_on_the_command_line_go_before_those_of_the_file(
    run: Run, config: Path, dates: list[object], tmp_path: Path
) -> None:
    answer = run(
        "train", *dates, "--config", config, "--max-steps", 1, "--out", tmp_path / "model", "--progress", "lines"
    )
    assert answer.err.splitlines() == ["progress: 1/2", "progress: 2/2"]


def test_an_existing_model_is_not_replaced(run: Run, config: Path, dates: list[object], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    answer = run("train", *dates, "--config", config, "--out", folder, "--resume")
    assert answer.code == 1
    assert "exists; choose another --out" in answer.error_line


def test_names_that_stand_in_one_folder_only_are_told_as_a_warning(
    run_apart: Run, config: Path, rendered: Path, tmp_path: Path
) -> None:
    for year in ("2016", "2020"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "a.tif").write_bytes((rendered / f"scene_{year}.tif").read_bytes())
    (tmp_path / "2020" / "b.tif").write_bytes(b"")
    answer = run_apart(
        "train", "--before", "2016", "--after", "2020", "--config", config, "--out", "model", cwd=tmp_path
    )
    assert (answer.code, answer.out) == (0, "model\n")
    alone, unlike = answer.err.splitlines()
    assert alone == "warning: 2016 and 2020: 1 rasters stand in one folder only and are left out"
    assert unlike.startswith("warning: model: does not say what it was trained on")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--out", "model"], "no pairs: give --before and --after"),
        (["--out", "model", "--before", "a_2016.tif"], "must be given equally often"),
        (["--out", "model", "--before", "a", "--after", "b"], "no year in the name of a; give --years"),
        (["--out", "model", "--before", "a", "--after", "b", "--years", "2", "--years", "2"], "equally often"),
        (["--out", "model", "--before", "a", "--after", "b", "--years", "-2"], "must be above 0"),
        (["--out", "model", "--before", "nowhere", "--after", "b", "--years", "2"], "nowhere"),
        (["--out", "model", "--preset", "slow"], "preset must be one of"),
        (["--out", "model", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing_and_nothing_is_written(
    more: list[str], named: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("train", *more)
    assert answer.code == 1
    assert named in answer.error_line
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_does_not_fit_is_one_line(run: Run, dates: list[object], tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text("[tiles]\ncrop_px = 128\n", encoding="utf-8")
    answer = run("train", *dates, "--config", config, "--out", tmp_path / "model")
    assert answer.code == 1
    assert "crop_px must be a list, not 128" in answer.error_line


def test_paths_with_quotes_and_other_letters_are_taken_as_they_are(
    run: Run, config: Path, rendered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "l'été «ü» 2016"
    folder.mkdir()
    before = folder / "a b.tif"
    before.write_bytes((rendered / "scene_2016.tif").read_bytes())
    text = f"\n[[pairs]]\nbefore = {json.dumps(str(before))}\nafter = {json.dumps(str(rendered / 'scene_2020.tif'))}\n"
    config.write_text(TINY.format(steps=1, judged_from=1) + text + "years = 4\n", encoding="utf-8")
    answer = run("train", "--config", config, "--out", folder / "-model")
    assert (answer.code, answer.out) == (0, f"{folder / '-model'}\n")


def test_a_model_is_fine_tuned_from_the_shell_and_remembers_the_command(
    run: Run, dates: list[object], rendered: Path, tmp_path: Path
) -> None:
    base = write_tiny_model(tmp_path / "base")
    config = tmp_path / "few.toml"
    config.write_text("[forecaster]\nmax_steps = 1\nbatch_size = 2\n[validation]\nevery = 0\npatience = 0\n", "utf-8")
    common = ["train", *dates, "--config", config, "--from", base, "--precision", "fp32"]
    refused = run(*common, "--memory-limit", "1MiB", "--out", tmp_path / "large")
    assert refused.code == 1
    assert "--memory-limit is 0.00 GiB" in refused.error_line
    folder = tmp_path / "tuned"
    answer = run(*common, "--out", folder, "--memory-limit", "16GiB")
    assert (answer.code, answer.out) == (0, f"{folder}\n"), answer.err
    origin = load_contract(folder).fine_tuned_from
    assert origin is not None
    assert origin.name == "tiny"
    assert run("models", "verify", folder).code == 0
    record = json.loads((tmp_path / "tuned.run.json").read_text(encoding="utf-8"))
    assert record["status"] == "finished"
    assert record["sessions"][0]["command"][0] == "landcast"


def test_a_folder_that_is_no_model_cannot_be_fine_tuned(run: Run, dates: list[object], tmp_path: Path) -> None:
    answer = run("train", *dates, "--from", tmp_path, "--out", tmp_path / "tuned")
    assert answer.code != 0
    assert f"{tmp_path}: neither a model folder" in answer.error_line
