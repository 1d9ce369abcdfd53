"""What killed processes wrote aside is removed, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from landcast.core.protocol.requests import EvaluateRequest, PairSource, TrainRequest
from landcast.worker.long_jobs.leftovers import remove_leftovers


@pytest.fixture(scope="module")
def gone() -> int:
    """The id of a process that is over."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(60)
    return process.pid


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_folders_of_processes_that_are_gone_are_removed(tmp_path: Path, gone: int) -> None:
    kept = {"model", "model.training", f".model.{os.getpid()}.partial", f".model 2.{gone}.partial", ".model.x.partial"}
    for name in (*kept, f".model.{gone}.partial"):
        (tmp_path / name).mkdir()
    remove_leftovers(TrainRequest(str(tmp_path / "model")))
    assert names(tmp_path) == kept


def test_of_an_evaluation_they_stand_among_the_results(tmp_path: Path, gone: int) -> None:
    for name in (f".evaluation.{gone}.partial", f".evaluation.{os.getpid()}.partial", "metrics.json"):
        (tmp_path / name).mkdir()
    (tmp_path / f".evaluation.{gone}.partial" / "sheet.png").touch()
    pair = PairSource("/a", "/b")
    remove_leftovers(EvaluateRequest((pair,), str(tmp_path)))
    assert names(tmp_path) == {f".evaluation.{os.getpid()}.partial", "metrics.json"}
    remove_leftovers(EvaluateRequest((pair,), str(tmp_path / "nowhere")))
