"""`landcast evaluate`: a table for people, JSON for programs, and errors in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., object]


@pytest.fixture
def arguments(rendered: Path, tiny_model: Path, tmp_path: Path) -> list[object]:
    """What measures the tiny model on the rendered place."""
    pair = [rendered / "scene_2016.tif", rendered / "scene_2020.tif", "--years", 4]
    return ["evaluate", *pair, "--model", tiny_model, "--out", tmp_path / "results", "--members", 2]


def test_it_prints_a_table_and_where_the_results_are(arguments: list[object], run: Run, tmp_path: Path) -> None:
    answer = run(*arguments)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("| | RMSE of the mean | fair CRPS |")
    assert [line.split("|")[1].strip() for line in lines[2:4]] == ["persistence", "tiny"]
    assert lines[4:] == [str(tmp_path / "results" / name) for name in ("metrics.json", "sheet.png", "report.html")]
    assert all(Path(line).stat().st_size > 500 for line in lines[4:])


def test_json_is_what_stands_in_the_metrics_file(arguments: list[object], run: Run, tmp_path: Path) -> None:
    answer = run(*arguments, "--json", "--progress", "lines")
    assert json.loads(answer.out) == json.loads((tmp_path / "results" / "metrics.json").read_text())
    assert answer.err.splitlines()[-1] == "progress: 4/4"


def test_further_intervals_are_pooled_and_persistence_is_dressed(
    arguments: list[object], run: Run, rendered: Path
) -> None:
    backwards = [rendered / "scene_2020.tif", rendered / "scene_2016.tif"]
    metrics = json.loads(run(*arguments, "--json", "--also", *backwards, 2, "--dress-with", *backwards, 2).out)
    assert metrics["pairs"] == 8
    assert metrics["by_years"].keys() == {"2", "4"}
    assert metrics["dressed"]["pairs"] == 8


def test_the_pairs_of_a_settings_file_dress_persistence(
    arguments: list[object], run: Run, rendered: Path, tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    before, after = (json.dumps(str(rendered / f"scene_{year}.tif")) for year in (2016, 2020))
    config.write_text(f"[[pairs]]\nbefore = {before}\nafter = {after}\nyears = 4\n", encoding="utf-8")
    assert "| dressed persistence |" in run(*arguments, "--config", config).out


def test_rivals_stand_in_the_same_table(
    arguments: list[object], run: Run, make_tiny_model: Callable[..., Path], tmp_path: Path
) -> None:
    rivals = [make_tiny_model("regression", name="the mean"), make_tiny_model(name="native", change_grid="pixels")]
    answer = run(*arguments, "--rival", rivals[0], "--rival", rivals[1])
    assert (answer.code, answer.err) == (0, "")
    table = [line for line in answer.out.splitlines() if line.startswith("|")]
    rows = {line.split("|")[1].strip(): line for line in table[2:]}
    assert list(rows) == ["persistence", "tiny", "the mean (rival)", "native (rival)"]
    metrics = json.loads((tmp_path / "results" / "metrics.json").read_text())
    assert metrics["rivals"].keys() == {"the mean", "native"}
    assert metrics["rivals"]["the mean"]["spread_over_skill"] == 0
    assert f"{metrics['rivals']['native']['crps_over_persistence']:.3f}" in rows["native (rival)"]


def test_going_there_in_two_steps_is_told_beside_going_at_once(
    arguments: list[object], run: Run, tmp_path: Path
) -> None:
    answer = run(*arguments, "--iterations", 2)
    assert (answer.code, answer.err) == (0, "")
    drift = json.loads((tmp_path / "results" / "metrics.json").read_text())["drift"]
    assert {"direct", "iterated"} <= drift.keys()
    assert "| direct, 1 x 4 years |" in answer.out
    assert "| iterated, 2 x 2 years |" in answer.out


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--rival", "nowhere"], "nowhere: neither a model folder"),
        (["--also", "a", "b", "two"], "years must be a number, not 'two'"),
        (["--also", "nowhere", "b", "2"], "nowhere"),
        (["--years", "-1"], "must be above 0, not -1"),
        (["--sampling-steps", "2"], "--sampling-steps must be 1"),
        (["--also", "nowhere", "b", "nan"], "must be above 0, not nan"),
        (["--config", "nowhere.toml"], "nowhere.toml: cannot be read as TOML"),
        (["--model", "nowhere"], "nowhere: neither a model folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing(
    more: list[str], named: str, arguments: list[object], run: Run
) -> None:
    answer = run(*arguments, *more)
    assert answer.code == 1
    assert named in answer.error_line


def test_years_come_from_the_names_where_they_are_not_given(
    run: Run, rendered: Path, tiny_model: Path, tmp_path: Path
) -> None:
    pair = [rendered / "scene_2016.tif", rendered / "scene_2020.tif"]
    common = ["--model", tiny_model, "--out", tmp_path / "results", "--members", 2, "--json"]
    assert json.loads(run("evaluate", *pair, *common).out)["by_years"].keys() == {"4"}


def test_figures_are_added_to_the_card_where_asked_and_the_model_stays_whole(
    arguments: list[object], run: Run, tiny_model: Path, tmp_path: Path
) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "model")
    answer = run(*arguments, "--model", model, "--into-card", "a rendered place")
    assert answer.code == 0
    card = (model / "README.md").read_text(encoding="utf-8")
    assert card.startswith("A card.")
    assert "Measured on a rendered place: 4 tiles" in card
    assert answer.out.splitlines()[3] in card
    assert run("models", "verify", model).code == 0


def test_a_part_of_a_dataset_is_measured_on(run: Run, tiny_model: Path, rendered: Path, tmp_path: Path) -> None:
    for year in (2016, 2020):
        (tmp_path / str(year)).mkdir()
        shutil.copy(rendered / f"scene_{year}.tif", tmp_path / str(year) / "scene.tif")
    dates = ["--date", 2016, tmp_path / "2016", "--date", 2020, tmp_path / "2020"]
    few = ["--filter", "none", "--min-pairs", 1, "--split", 0, "--progress", "none"]
    assert run("pairs", *dates, "--out", tmp_path / "pairs", *few).code == 0
    model = ["--model", tiny_model, "--members", 2, "--out", tmp_path / "results"]
    measured = run("evaluate", "--pairs", tmp_path / "pairs", "--part", "train", *model, "--json")
    assert measured.code == 0, measured.err
    report = (tmp_path / "results" / "report.html").read_text()
    assert f"landcast evaluate --pairs {tmp_path / 'pairs'} --part train --model tiny" in report
    rasters = [tmp_path / str(year) / "scene.tif" for year in (2016, 2020)]
    beside = run("evaluate", *rasters, "--years", 4, *model, "--json")
    figures = [json.loads(answer.out) for answer in (measured, beside)]
    assert figures[0]["pairs"] == figures[1]["pairs"] == 4
    assert figures[0]["persistence_mae"] == pytest.approx(figures[1]["persistence_mae"], rel=0.02)
    nothing = run("evaluate", "--pairs", tmp_path / "pairs", *model)
    assert (nothing.code, "no pair in the part test (4 train)" in nothing.error_line) == (1, True)
    lonely = run("evaluate", tmp_path / "2016", *model)
    assert lonely.error_line == "error: two dates are needed: BEFORE and AFTER, or --pairs DATASET"
