"""`landcast study`: both studies from the shell, also after being stopped; errors in one line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.worker.demo.scene import write_scene

Run = Callable[..., object]
Start = Callable[..., "subprocess.Popen[str]"]
TINY = """
[forecaster]
max_steps = {steps}
batch_size = 2
unet = {{ block_channels = [16, 16, 32], attention_head_channels = 16, norm_groups = 8 }}
[upscaler]
blocks = 1
channels = 8
max_steps = {steps}
adversarial_from_step = {steps}
batch_size = 2
coarse_px = 8
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one rendered place of 640 px in 2016 and 2020."""
    folder = tmp_path_factory.mktemp("town")
    for year in (2016, 2020):
        write_scene(folder / f"town_{year}.tif", (640, 640), seed=7, years_later=year - 2016)
    return folder


@pytest.fixture
def common(town: Path, tmp_path: Path) -> list[object]:
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.format(steps=2), encoding="utf-8")
    return ["--before", town / "town_2016.tif", "--after", town / "town_2020.tif", "--config", config, "--out",
            tmp_path / "study", "--precision", "fp32", "--tiles", 2, "--feature-steps", 1]  # fmt: skip


def study_of(folder: Path) -> dict[str, object]:
    said: dict[str, object] = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    return said


def test_a_study_of_scales_from_the_shell(run: Run, common: list[object], tmp_path: Path) -> None:
    answer = run("study", "scales", *common, "--scales", "76.8,120", "--count", 3, "--members", 2, "--batch", 3,
                 "--channels", "8,8,16", "--steps", 1, "--seeds", 1)  # fmt: skip
    folder = tmp_path / "study"
    assert answer.code == 0, answer.err
    assert answer.out.splitlines() == [str(folder / name) for name in ("study.json", "study.csv", "report.html")]
    assert "note: 3 pairs at each scale" in answer.err.splitlines()
    said = study_of(folder)
    assert said["command"][:3] == ["landcast", "study", "scales"]
    settings = said["settings"]["forecaster"]
    assert (settings["max_steps"], settings["batch_size"]) == (1, 3)
    assert settings["unet"]["block_channels"] == [8, 8, 16]
    assert [point["trained_pairs"] for point in said["points"]] == [3, 3]


def test_a_study_of_depths_from_the_shell(run: Run, common: list[object], town: Path, tmp_path: Path) -> None:
    held_out = ["--held-out", town / "town_2016.tif", town / "town_2020.tif", 4]
    answer = run("study", "depths", *common, *held_out, "--blocks", "1,2", "--channels", 4, "--steps", 1)
    assert answer.code == 0, answer.err
    said = study_of(tmp_path / "study")
    assert [point["blocks"] for point in said["points"]] == [1, 2]
    assert (said["settings"]["upscaler"]["channels"], said["settings"]["upscaler"]["max_steps"]) == (4, 1)
    assert said["held_out_sources"][0]["years"] == 4


def test_a_study_that_is_asked_to_stop_says_how_to_go_on_and_does(
    start: Start, run: Run, common: list[object], tmp_path: Path
) -> None:
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.format(steps=40), encoding="utf-8")
    command = ["study", "scales", *common, "--scales", 76.8, "--members", 2, "--device", "cpu", "--threads", 1]
    process = start(*command, "--progress", "lines")
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line)
        if line == "progress: 5/41\n":
            process.terminate()
    assert process.wait(timeout=120) == 130
    assert "--resume goes on there" in told[-1], told
    folder = tmp_path / "study"
    assert not (folder / "study.json").exists()
    assert not (folder / "tiles").exists()
    answer = run(*command, "--resume", "--progress", "lines")
    assert answer.code == 0, answer.err
    steps = [line for line in answer.err.splitlines() if line.startswith("progress: ")]
    # the network of the region is there, and so are the first steps
    assert 2 <= len(steps) < 38
    assert study_of(folder)["is_finished"]


@pytest.mark.parametrize(
    ("kind", "more", "named"),
    [
        ("scales", ["--scales", "60"], "60 m a tile is finer than the imagery"),
        ("scales", ["--scales", "1e9"], "too few pairs at 1e+09 m a tile: 0"),
        ("scales", ["--scales", "many"], "--scales needs numbers with commas between them"),
        ("scales", ["--scales", "80", "--count", "1000"], "too few pairs at 80 m a tile"),
        ("scales", ["--channels", "8,12,16"], "--channels: level 2 needs a multiple of 8, not 12"),
        ("scales", ["--channels", "8.5"], "--channels needs whole numbers"),
        ("depths", ["--blocks", "1,0"], "--blocks must be at least 1 each"),
        ("depths", ["--blocks", "inf"], "--blocks needs whole numbers"),
        ("depths", ["--held-out", "a", "b", "two"], "--held-out: years must be a number"),
        ("depths", ["--held-out", "a", "b", "2"], "a: two files or two folders are needed"),
        ("depths", ["--preset", "native128"], "has no upscaler to study"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing_and_leaves_nothing(
    kind: str, more: list[str], named: str, run: Run, common: list[object], tmp_path: Path
) -> None:
    if "native128" in more:
        common = [*common[:4], *common[6:]]
    answer = run("study", kind, *common, *more)
    assert answer.code == 1
    assert named in next(line for line in answer.err.splitlines() if line.startswith("error: "))
    assert answer.out == ""
    assert not (tmp_path / "study").exists()


def test_pairs_are_needed(run: Run, tmp_path: Path) -> None:
    for kind in ("scales", "depths"):
        answer = run("study", kind, "--out", tmp_path / "study")
        assert answer.code == 1
        assert "no pairs: give --before and --after" in answer.error_line


def test_weights_of_another_network_are_refused_before_any_training(
    run: Run, common: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "other.safetensors"
    file.write_bytes(b"no weights")
    answer = run("study", "scales", *common, "--scales", 80, "--perceptual-weights", file)
    assert answer.code == 1
    assert "cannot be read as safetensors" in next(line for line in answer.err.splitlines() if "error" in line)
    assert not (tmp_path / "study").exists()
