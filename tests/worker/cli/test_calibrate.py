"""`landcast calibrate`: what it says, what it leaves in the model, and errors in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from landcast.core.model.calibration import load_calibration
from landcast.core.model.contract import load_contract
from landcast.core.model.folder import hash_model
from landcast.worker.demo.scene import write_scene

Run = Callable[..., object]


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of two dates, with four places each."""
    root = tmp_path_factory.mktemp("areas")
    for year in (2016, 2020):
        (root / f"{year}").mkdir()
        for place in range(4):
            write_scene(root / f"{year}" / f"{place}.tif", (128, 128), seed=place, years_later=year - 2016)
    return root


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_the_model_keeps_its_table_and_its_card_tells_what_it_gains(run: Run, model: Path, areas: Path) -> None:
    plain = hash_model(model)
    dates = ["--before", areas / "2016", "--after", areas / "2020"]
    answer = run("calibrate", model, *dates, "--members", 4, "--place", "four rendered places")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0].startswith("Judged on areas left out, 4 parts in turn: Brier skill score")
    assert [line.split(":")[0].strip() for line in lines[1:]] == [f"{count} of 4 members" for count in range(5)]
    calibration = load_calibration(model)
    assert calibration is not None
    assert (calibration.members, sum(calibration.cells), calibration.interval_years) == (4, 4 * 32 * 32, (4.0,))
    assert hash_model(model) != plain
    assert hash_model(model)[:16] in answer.err
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "Fitted on four rendered places" in card
    assert lines[0] in card
    assert run("models", "verify", model).code == 0


def test_a_dry_run_tells_the_same_and_leaves_the_model_alone(run: Run, model: Path, areas: Path) -> None:
    plain, dates = hash_model(model), ["--before", areas / "2016", "--after", areas / "2020", "--members", 4]
    tried = json.loads(run("calibrate", model, *dates, "--json", "--dry-run").out)
    assert (hash_model(model), tried["model_sha256"]) == (plain, None)
    made = json.loads(run("calibrate", model, *dates, "--json").out)
    assert made["model_sha256"] == hash_model(model)
    assert {**made, "model_sha256": None} == tried
    assert tried["brier_skill_after"] > tried["brier_skill_before"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "no validation areas"),
        (["--before", "2016"], "must be given equally often"),
        (["--before", "2016/0.tif", "--after", "2020/0.tif"], "a single area"),
        (["--before", "nowhere/2016", "--after", "nowhere/2020"], "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_that_names_the_thing(
    arguments: list[str], named: str, run: Run, model: Path, areas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(areas)
    before = hash_model(model)
    answer = run("calibrate", model, *arguments, *(["--years", 4] if len(arguments) > 2 else []), "--members", 2)
    assert answer.code == 1
    assert named in answer.error_line
    assert hash_model(model) == before


def test_a_backtest_shows_the_calibration_and_says_where_it_is_no_test_of_it(
    run: Run, model: Path, areas: Path, tmp_path: Path
) -> None:
    dates = [areas / "2016", areas / "2020"]
    assert (
        run("calibrate", model, "--before", dates[0], "--after", dates[1], "--members", 4, "--place", "home").code == 0
    )
    told = {}
    for name, pair in (("same", dates), ("other", [areas / "2016" / "1.tif", areas / "2020" / "1.tif"])):
        out = tmp_path / name
        answer = run("evaluate", *pair, "--years", 4, "--model", model, "--members", 4, "--out", out)
        assert answer.code == 0, answer.err
        told[name] = json.loads((out / "metrics.json").read_text())["backtest"]["calibration"]["of_model"]
        is_warned = "was calibrated on these very pairs" in (out / "report.html").read_text(encoding="utf-8")
        assert is_warned is told[name]["is_fitted_here"] is (name == "same")
    assert told["same"]["place"] == "home"
    # fitted on these pairs by the same noise, so all that is left is what isotonic regression cannot fit
    assert told["same"]["calibration_error"] < 0.02


def test_a_temperature_is_fitted_first_kept_and_told(run: Run, model: Path, areas: Path) -> None:
    dates = ["--before", areas / "2016", "--after", areas / "2020", "--members", 4]
    made = json.loads(run("calibrate", model, *dates, "--temperature", "--json").out)
    fitted, contract = made["temperature"], load_contract(model)
    assert contract.temperature == fitted["temperature"] != 1
    assert abs(fitted["after"] - 1) < abs(fitted["before"] - 1)
    assert f"noise of temperature {fitted['temperature']:g}" in (model / "README.md").read_text(encoding="utf-8")
    assert made["model_sha256"] == hash_model(model)
    assert run("models", "verify", model).code == 0
    # what was fitted is what a further fit finds, and what one without the option leaves as it is
    again = json.loads(run("calibrate", model, *dates, "--json", "--dry-run").out)
    assert (again["probability"], load_contract(model)) == (made["probability"], contract)
