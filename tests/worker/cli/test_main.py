"""The command line as a whole: quick help, wrong usage, doctor, models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from landcast.worker.cli.main import SUBCOMMANDS

Run = Callable[..., object]
HEAVY = ("torch", "diffusers", "rasterio", "numpy", "cv2")


def test_help_answers_without_importing_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from landcast.worker.cli import main\n"
        "sys.argv = ['landcast', '--help']\n"
        "try:\n    main()\n"
        f"finally:\n    print('imported:', *[name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "imported:"
    assert all(name in found.stdout for name in SUBCOMMANDS)
    assert found.stderr == ""


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_has_help(name: str, run: Run) -> None:
    for flag in ("--help", "-h"):
        answer = run(name, flag)
        assert (answer.code, answer.err) == (0, "")
        usage = answer.out.splitlines()[0]
        assert usage.startswith("Usage: ")
        assert f" {name} " in usage


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"landcast, version {version('landcast')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["foretell"],
        ["predict"],
        ["predict", "a.tif", "b.tif"],
        ["predict", "a.tif", "--year", "2", "--colour", "red"],
        ["predict", "a.tif", "--members", "many"],
        ["predict", "a.tif", "--device", "tpu"],
        ["predict", "a.tif", "--sampling-steps", "0"],
        ["predict", "a.tif", "--progress", "loud"],
        ["evaluate", "a", "b", "--years", "2"],
        ["evaluate", "a", "b", "--out", "c", "--years", "2", "--members", "1"],
        ["evaluate", "a", "b", "--out", "c", "--years", "2", "--sampling-steps", "0"],
        ["train"],
        ["train", "--out", "c", "--max-steps", "0"],
        ["models", "burn"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two_and_one_line(
    arguments: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*arguments)
    assert answer.code == 2
    assert answer.error_line.endswith("(see --help)")
    assert list(tmp_path.iterdir()) == []


def test_without_a_subcommand_it_shows_what_there_is(run: Run) -> None:
    answer = run()
    assert answer.code == 2
    assert all(name in answer.err for name in SUBCOMMANDS)


def test_doctor_finds_a_device_that_computes(run_apart: Run) -> None:
    answer = run_apart("doctor", "--json")
    assert (answer.code, answer.err) == (0, "")
    facts = json.loads(answer.out)
    assert facts["landcast"] == version("landcast")
    assert facts["device chosen"].split(",")[0] in {"cpu", "cuda"}
    assert facts["matrix product"] == "right"


def test_doctor_reports_a_damaged_model_and_fails(
    run: Run, damaged_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landcast.core.model.folder.SHIPPED_FOLDER", damaged_model.parent)
    answer = run("doctor")
    assert answer.code == 1
    assert "model damaged model: BROKEN: " in answer.out
    assert answer.err.startswith("error: something is broken")


def test_models_that_come_with_the_package_are_listed(
    run: Run, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landcast.core.model.folder.SHIPPED_FOLDER", tiny_model.parent)
    assert run("models", "list").out == "tiny\tnowhere\t0.5 to 10 m a pixel\t2, 4 years\n"
    (contract,) = json.loads(run("models", "list", "--json").out)
    assert (contract["name"], contract["interval_years"]) == ("tiny", [2, 4])
    assert run("models", "verify", "tiny").code == 0


def test_a_model_is_described_by_its_card_or_its_contract(run: Run, tiny_model: Path) -> None:
    assert run("models", "info", tiny_model).out.strip() == "A card."
    contract = json.loads(run("models", "info", tiny_model, "--json").out)
    assert contract["folder"] == str(tiny_model)
    assert contract["objective"] == "one_step"


def test_a_whole_model_is_verified_and_a_damaged_one_is_not(run: Run, tiny_model: Path, damaged_model: Path) -> None:
    whole = run("models", "verify", tiny_model)
    assert (whole.code, whole.err) == (0, "")
    assert f"{tiny_model}: whole, " in whole.out
    damaged = run("models", "verify", damaged_model)
    assert damaged.code == 1
    assert "safetensors: not the bytes that the manifest names" in damaged.error_line


@pytest.mark.parametrize("command", ["info", "verify"])
def test_a_model_that_is_nowhere_is_named(command: str, run: Run) -> None:
    answer = run("models", command, "nowhere")
    assert answer.code == 1
    assert "nowhere: neither a model folder" in answer.error_line


def test_a_model_whose_contract_is_garbage_is_named(run: Run, tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "landcast.json").write_text("{")
    answer = run("models", "info", tmp_path)
    assert answer.code == 1
    assert "landcast.json cannot be read" in answer.error_line


def test_a_bug_is_not_dressed_as_a_user_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> Path:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("landcast.worker.cli.models.find_model", fail)
    with pytest.raises(ZeroDivisionError):
        run("models", "verify", "any")


def test_demo_predicts_an_image_with_the_shipped_model(
    run: Run, shipped_model: str, scene: Path, tmp_path: Path
) -> None:
    answer = run("demo", "-o", tmp_path / "demo", "--source", scene)
    assert answer.code == 0
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {"scene_pred.tif", "scene_before_after.png"}
    assert str(tmp_path / "demo" / "scene_pred.tif") in answer.out


def test_a_model_of_ones_own_is_added_and_listed_beside_damaged_ones(
    run: Run, tiny_model: Path, damaged_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANDCAST_MODELS", str(tmp_path / "mine"))
    added = run("models", "add", tiny_model, "--name", "town")
    assert (added.code, added.out) == (0, f"{tmp_path / 'mine' / 'town'}\n")
    assert run("models", "add", tiny_model, "--name", "town").code == 1
    assert "not the bytes that the manifest names" in run("models", "add", damaged_model).error_line
    (tmp_path / "mine" / "broken").mkdir()
    (tmp_path / "mine" / "broken" / "landcast.json").write_text("no contract")
    listed = run("models", "list")
    assert "town\tnowhere\t0.5 to 10 m a pixel\t2, 4 years\n" in listed.out
    assert "broken: not a Landcast model" in listed.err
    assert run("models", "verify", "town").code == 0
    assert "not a Landcast model" in run("models", "add", tmp_path, "--name", "x").error_line
    removed = run("models", "remove", "town")
    assert (removed.code, removed.out) == (0, added.out)
    assert "town" not in run("models", "list").out
    assert "no model of that name was added" in run("models", "remove", "town").error_line
    assert "comes with the package" in run("models", "remove", "naip-california").error_line
