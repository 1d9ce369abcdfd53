"""`landcast predict`: what it prints, what it writes, and what it leaves behind when it fails or is stopped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine

from landcast.worker.demo.scene import CORNER_XY_M

Run = Callable[..., object]
Start = Callable[..., "subprocess.Popen[str]"]
LEFT, TOP = CORNER_XY_M


@pytest.fixture
def arguments(scene: Path, tiny_model: Path) -> list[object]:
    """What predicts the scene with the tiny model."""
    return ["predict", scene, "--model", tiny_model, "--device", "cpu", "--precision", "fp32"]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_in_a_pipe_it_prints_the_path_and_nothing_else(
    arguments: list[object], run_apart: Run, scene: Path, tmp_path: Path
) -> None:
    answer = run_apart(*arguments)
    output = tmp_path / "scene_pred.tif"
    assert (answer.code, answer.out, answer.err) == (0, f"{output}\n", "")
    assert names(tmp_path) == {"scene.tif", "scene_pred.tif"}
    with rasterio.open(output) as result, rasterio.open(scene) as source:
        assert (result.crs, result.transform, result.shape) == (source.crs, source.transform, source.shape)
        assert result.tags()["LANDCAST_SYNTHETIC"] == "YES"
        assert result.descriptions[0].startswith("Predicted")
        assert np.abs(result.read().astype(int) - source.read()).mean() > 0.1


def test_several_members_print_the_path_of_every_file(arguments: list[object], run: Run, tmp_path: Path) -> None:
    answer = run(*arguments, "--members", 2, "--quicklook", tmp_path / "look.png")
    assert answer.code == 0
    assert set(answer.out.splitlines()) == {str(path) for path in tmp_path.iterdir()} - {str(tmp_path / "scene.tif")}
    assert names(tmp_path) == {
        "scene.tif", "scene_pred.tif", "scene_pred_spread.tif", "scene_pred_change.tif", "look.png"
    }  # fmt: skip


def test_json_says_what_was_made(arguments: list[object], run: Run, tmp_path: Path) -> None:
    extent = f"{LEFT + 30},{TOP - 90},{LEFT + 90},{TOP - 30}"
    answer = run(*arguments, "--json", "--extent", extent, "--years", 1, "--seed", 5, "-o", tmp_path / "out.tif")
    made = json.loads(answer.out)
    with rasterio.open(tmp_path / "out.tif") as result:
        assert made["output"] == str(tmp_path / "out.tif")
        assert made["files"] == {"prediction": str(tmp_path / "out.tif")}
        assert (made["width"], made["height"]) == (result.width, result.height)
        assert tuple(made["transform"]) == result.transform.to_gdal()
        assert made["crs"] == "EPSG:26911"
    assert (made["seed"], made["years_ahead"]) == (5, "1")
    assert [f"warning: {text}" for text in made["warnings"]] == answer.err.splitlines()


def test_warnings_are_lines_on_standard_error(arguments: list[object], run: Run) -> None:
    answer = run(*arguments, "--years", 1)
    assert answer.code == 0
    (line,) = answer.err.splitlines()
    assert line.startswith("warning: --years 1: tiny was trained on 2 to 4 years")


def test_progress_is_told_in_lines_where_asked_and_ends_with_all(arguments: list[object], run: Run) -> None:
    lines = run(*arguments, "--progress", "lines", "--iterations", 2).err.splitlines()
    shown = [tuple(map(int, line.removeprefix("progress: ").split("/"))) for line in lines]
    assert len(shown) > 3
    assert [done for done, _ in shown] == sorted({done for done, _ in shown})
    assert {total for _, total in shown} == {shown[-1][0]}


def test_a_bar_is_drawn_where_asked_and_leaves_nothing_on_standard_output(
    arguments: list[object], run: Run, tmp_path: Path
) -> None:
    answer = run(*arguments, "--progress", "bar")
    assert "call" in answer.err
    assert answer.out == f"{tmp_path / 'scene_pred.tif'}\n"


def test_an_extent_may_be_given_in_another_crs_and_begin_with_a_minus(
    arguments: list[object], run: Run, tmp_path: Path
) -> None:
    answer = run(*arguments, "--extent", "-117.7099,34.1045,-117.7095,34.1049", "--extent-crs", "EPSG:4326")
    assert (answer.code, answer.err) == (0, "")
    with rasterio.open(tmp_path / "scene_pred.tif") as result:
        assert 50 < result.width < 80


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--extent", "1,2,3"], "--extent needs four numbers"),
        (["--extent", "a,b,c,d"], "--extent needs four numbers"),
        (["--extent", "5,5,1,1"], "--extent needs XMIN < XMAX"),
        (["--extent", "0,0,10,10"], "does not meet"),
        (["--extent", "0,0,10,10", "--extent-crs", "EPSG:0"], "--extent-crs EPSG:0"),
        (["--years", "2", "--iterations", "2"], "--years and --iterations exclude each other"),
        (["--years", "0"], "--years must lie above 0"),
        (["--years", "nan"], "--years must lie above 0"),
        (["--iterations", "0"], "--iterations must lie between 1 and 50"),
        (["--members", "0"], "--members must lie between 1"),
        (["--seed", "-1"], "--seed must lie between 0"),
        (["--sampling-steps", "3"], "--sampling-steps must be 1"),
        (["--ground-scale", "20"], "--ground-scale 20"),
        (["--precision", "fp16"], "--precision fp16 needs a GPU"),
        (["--model", "nowhere"], "nowhere: neither a model folder"),
        (["-o", "missing/out.tif"], "does not exist; make it first"),
        (["-o", "out.png"], "results are GeoTIFF; name OUT.tif, or a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing_and_nothing_is_written(
    more: list[str], named: str, arguments: list[object], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*arguments, *more)
    assert answer.code == 1
    assert named in answer.error_line
    assert names(tmp_path) == {"scene.tif"}


def test_a_missing_source_is_one_line_in_a_process_of_its_own(run_apart: Run, tiny_model: Path, tmp_path: Path) -> None:
    answer = run_apart("predict", tmp_path / "nowhere.tif", "--model", tiny_model)
    assert answer.code == 1
    assert answer.error_line == f"error: {tmp_path / 'nowhere.tif'}: no such file"


@pytest.mark.parametrize("has_transform", [True, False])
def test_a_source_without_a_place_is_one_line_in_a_process_of_its_own(
    has_transform: bool, run_apart: Run, tiny_model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "photo.tif"
    transform = Affine(0.6, 0, 100, 0, -0.6, 100) if has_transform else None
    profile = {"driver": "GTiff", "width": 256, "height": 256, "count": 3, "dtype": "uint8", "transform": transform}
    with warnings.catch_warnings(action="ignore"), rasterio.open(path, "w", **profile) as file:
        file.write(np.zeros((3, 256, 256), np.uint8))
    answer = run_apart("predict", path, "--model", tiny_model)
    assert answer.code == 1
    assert "no coordinate reference system" in answer.error_line


def test_an_existing_result_is_replaced_only_where_asked(arguments: list[object], run: Run, tmp_path: Path) -> None:
    output = tmp_path / "scene_pred.tif"
    output.write_text("mine")
    answer = run(*arguments)
    assert answer.code == 1
    assert "--overwrite replaces it" in answer.error_line
    assert output.read_text() == "mine"
    assert run(*arguments, "--overwrite").code == 0
    with rasterio.open(output) as result:
        assert result.count == 3


def test_a_damaged_model_is_refused(run: Run, scene: Path, damaged_model: Path, tmp_path: Path) -> None:
    answer = run("predict", scene, "--model", damaged_model)
    assert answer.code == 1
    assert "not the bytes that the manifest names" in answer.error_line
    assert "scene_pred.tif" not in names(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="PyTorch sees a CUDA GPU here")
def test_cuda_where_there_is_none_is_refused(run: Run, scene: Path, tiny_model: Path) -> None:
    answer = run("predict", scene, "--model", tiny_model, "--device", "cuda")
    assert answer.code == 1
    assert "--device cuda: PyTorch sees no CUDA GPU" in answer.error_line


@pytest.mark.parametrize("name", ["a scene.tif", "Tübingen 街道.tif", "-scene.tif", "scene [1] 100%.tif", "it's.TIF"])
def test_any_file_name_works(
    name: str, run: Run, scene: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "räume & so"
    folder.mkdir()
    shutil.copy(scene, folder / name)
    monkeypatch.chdir(folder)
    answer = run("predict", "--model", tiny_model, "--device", "cpu", "--", name)
    stem = Path(name).stem
    assert (answer.code, answer.err, answer.out) == (0, "", f"{stem}_pred.tif\n")
    assert names(folder) == {name, f"{stem}_pred.tif"}


def test_unicode_survives_a_pipe(run_apart: Run, scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "Zürich 未来.tif"
    answer = run_apart("predict", scene, "--model", tiny_model, "--device", "cpu", "--json", "-o", output)
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out)["output"] == str(output)


def wait_for_progress(process: subprocess.Popen[str], calls: int) -> None:
    """Read standard error until some network calls are done."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("progress: ") and int(line.removeprefix("progress: ").split("/")[0]) >= calls:
            return
    pytest.fail("the process ended before it was in the middle of its work")


@pytest.fixture
def long_job(arguments: list[object]) -> list[object]:
    """Two hundred futures of the same place: a minute of work."""
    return [*arguments, "--members", 200, "--progress", "lines"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_and_leaves_nothing(name: str, long_job: list[object], start: Start, tmp_path: Path) -> None:
    process = start(*long_job)
    wait_for_progress(process, 2)
    assert names(tmp_path) == {"scene.tif", ".scene_pred.tif.landcast"}
    process.send_signal(getattr(signal, name))
    assert process.stdout is not None
    assert process.stderr is not None
    # not by communicate, which would skip what was read ahead
    err, out = process.stderr.read(), process.stdout.read()
    assert (process.wait(), out) == (130, "")
    # click ends the line on which a terminal shows ^C, so one may be empty
    assert [line for line in err.splitlines() if line and not line.startswith("progress: ")] == [
        "error: stopped as asked; nothing half-done was left"
    ]
    assert names(tmp_path) == {"scene.tif"}


def test_what_a_killed_process_left_is_hidden_and_goes_with_the_next_result(
    long_job: list[object], arguments: list[object], start: Start, run: Run, tmp_path: Path
) -> None:
    process = start(*long_job)
    wait_for_progress(process, 2)
    process.kill()
    process.communicate(timeout=600)
    assert names(tmp_path) == {"scene.tif", ".scene_pred.tif.landcast"}
    refused = run(*arguments, "--members", 2)
    assert refused.code == 1
    assert "members" in refused.error_line
    assert "--overwrite" in refused.error_line
    assert run(*arguments, "--members", 2, "--overwrite").code == 0
    layers = ("scene_pred", "scene_pred_spread", "scene_pred_change")
    assert names(tmp_path) == {"scene.tif", *(f"{layer}.tif" for layer in layers)}


def test_a_result_that_is_being_made_elsewhere_is_left_alone(
    long_job: list[object], arguments: list[object], start: Start, run: Run, tmp_path: Path
) -> None:
    process = start(*long_job)
    wait_for_progress(process, 2)
    answer = run(*arguments)
    assert answer.code == 1
    assert f"another run works on it, process {process.pid}" in answer.error_line
    assert process.poll() is None


def test_kept_iterations_stand_beside_the_result(arguments: list[object], run: Run, tmp_path: Path) -> None:
    answer = run(*arguments, "--iterations", 3, "--keep-iterations", "--json")
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert {layer: Path(path).name for layer, path in said["files"].items()} == {
        "prediction": "scene_pred.tif",
        "iteration_1": "scene_pred_iteration_1.tif",
        "iteration_2": "scene_pred_iteration_2.tif",
    }
    assert names(tmp_path) == {"scene.tif", *(Path(path).name for path in said["files"].values())}
    years = []
    for layer in ("iteration_1", "iteration_2", "prediction"):
        with rasterio.open(said["files"][layer]) as dataset:
            years.append(dataset.tags()["LANDCAST_YEARS_AHEAD"])
    assert years == ["2", "4", "6"]


def test_the_most_typical_member_stands_beside_the_result(arguments: list[object], run: Run, tmp_path: Path) -> None:
    answer = run(*arguments, "--members", 3, "--typical", "--json")
    assert answer.code == 0, answer.err
    assert "probability of change: not calibrated; it is the share of the 3 members that change" in answer.err
    said = json.loads(answer.out)
    assert set(said["files"]) == {"prediction", "spread", "change", "typical"}
    with rasterio.open(said["files"]["typical"]) as typical, rasterio.open(said["files"]["prediction"]) as prediction:
        assert all(name.endswith(", most typical member") for name in typical.descriptions)
        assert (typical.shape, typical.transform) == (prediction.shape, prediction.transform)
        assert (typical.read() != prediction.read()).any()
    replayed = run("predict", "--replay", said["files"]["typical"], "--model", arguments[3], "--device", "cpu")
    assert "identical in all of" in replayed.out, replayed.err
    alone = run(*arguments, "--typical", "--overwrite")
    assert (alone.code, "--typical: the most typical of 1 member(s)" in alone.error_line) == (1, True)
