"""The record of a run tells what was trained, on what and how it ended, however that was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import torch

from landcast.core.errors import TrainingError
from landcast.training.data import load_data
from landcast.training.record import RECORD_NAME, RunRecord, command_line
from landcast.training.run import Hardware, TrainingPlan, run_training
from landcast.training.settings import TileSettings, TrainingSettings
from landcast.training.stopping import TrainingStoppedError

MakeSettings = Callable[..., TrainingSettings]
CPU = Hardware(torch.device("cpu"), torch.float32)


@pytest.fixture
def settings(tiny_settings: MakeSettings) -> TrainingSettings:
    """Of a UNet alone, in two steps."""
    tiny = tiny_settings()
    return replace(tiny, forecaster=replace(tiny.forecaster, max_steps=2), sheet_rows=0)


def run(settings: TrainingSettings, folder: Path, on_step: Callable[..., None] = lambda *_: None) -> None:
    run_training(TrainingPlan(settings, folder, ("forecaster",), True, ("landcast", "train")), CPU, on_step)


def read(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
    return said


def test_a_record_stands_there_from_the_start_and_is_complete_at_the_end(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    seen: list[dict[str, Any]] = []
    run(settings, tmp_path / "model", lambda done, total: seen.append(read(tmp_path / "model.training")))
    assert (seen[0]["status"], seen[0]["ended"]) == ("running", None)
    record = read(tmp_path / "model.training")
    assert record["status"] == "incomplete"
    assert record["started"] <= record["ended"]
    assert record["data"]["sha256"] == load_data(settings).sha256
    assert record["data"]["sources"][0]["before"] == settings.pairs[0].before
    assert (record["data"]["tiles"], record["data"]["validation"]) == (4, None)
    assert record["settings"]["forecaster"]["max_steps"] == 2
    assert record["versions"]["torch"] == torch.__version__
    assert record["sessions"][0]["command"] == ["landcast", "train"]
    assert [network["steps"] for network in record["networks"]] == [2, 0]
    assert [network["why"] for network in record["networks"]] == ["all steps taken", "not finished"]
    assert record["memory"][0]["batch_size"] == 2


def test_a_record_says_why_a_run_failed_or_was_stopped_and_goes_on_when_resumed(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(TrainingStoppedError):
        run(settings, tmp_path / "model", stop)
    stopped = read(tmp_path / "model.training")
    assert (stopped["status"], stopped["why"]) == ("stopped", "stopped as asked after step 1; --resume goes on there")
    strict = replace(settings, tiles=TileSettings(max_changed_share=0.0001))
    with pytest.raises(TrainingError):
        run(strict, tmp_path / "model")
    failed = read(tmp_path / "model.training")
    assert failed["status"] == "failed"
    assert failed["why"].startswith("none of 4 tiles passes the filters")
    assert "4 changed by 0% or more" in failed["why"]
    assert len(failed["sessions"]) == 2
    assert failed["started"] == stopped["started"]


def test_too_few_pairs_for_a_batch_are_an_error_that_names_the_filters(
    settings: TrainingSettings, tmp_path: Path
) -> None:
    many = replace(settings, forecaster=replace(settings.forecaster, batch_size=5))
    with pytest.raises(TrainingError, match=r"too few pairs: 4 of 4 tiles .*0 thrown out.* a batch takes 5"):
        run(many, tmp_path / "model")


def test_times_come_from_the_clock_that_is_given(settings: TrainingSettings, tmp_path: Path) -> None:
    hours = iter(range(10))
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    record = RunRecord(tmp_path, settings, [], "a CPU", clock=lambda: noon + timedelta(hours=next(hours)))
    record.end("finished", "all", [])
    said = read(tmp_path)
    assert (said["started"], said["ended"]) == ("2026-01-01T12:00:00+00:00", "2026-01-01T14:00:00+00:00")


def test_a_run_that_begins_anew_does_not_inherit_what_failed_before(settings: TrainingSettings, tmp_path: Path) -> None:
    sessions = []
    for is_resuming in (False, True, False):
        RunRecord(tmp_path, settings, [], "a CPU", is_resuming)
        sessions.append(len(read(tmp_path)["sessions"]))
    assert sessions == [1, 2, 1]


def test_a_command_line_does_not_name_the_folder_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/home/anna/.venv/bin/landcast", "train", "--out", "model"])
    assert command_line() == ("landcast", "train", "--out", "model")
