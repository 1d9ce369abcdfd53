"""The work of a long job: what an earlier attempt made counts, what goes wrong is said, what is warned of is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from landcast.core.files import hash_file
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import Done, Failed, Notice, Submit
from landcast.core.protocol.requests import EvaluateRequest, PairSource, TrainRequest
from landcast.training import requests
from landcast.worker.demo.scene import write_scene
from landcast.worker.engine.lost import DeviceLostError
from landcast.worker.host.ledger import JobFolder
from landcast.worker.long_jobs import work
from landcast.worker.long_jobs.work import Work

Carry = Callable[[TrainRequest | EvaluateRequest], Done | Failed]


@pytest.fixture
def ledger(tmp_path: Path) -> JobFolder:
    """What is kept of the job."""
    return JobFolder(tmp_path / "ledger")


@pytest.fixture
def heard() -> list[Message]:
    """What the engine heard."""
    return []


@pytest.fixture
def carry_out(ledger: JobFolder, heard: list[Message]) -> Carry:
    """Do a job in this process."""
    return lambda request: Work(Submit(new_id(), request), ledger.path, heard.append).carry_out()


@pytest.fixture
def evaluation(tmp_path: Path, tiny_model: Path) -> EvaluateRequest:
    """A measurement on two folders, of which one has a raster too many."""
    for year in ("2016", "2020"):
        (tmp_path / year).mkdir()
        write_scene(tmp_path / year / "a.tif", (130, 130), seed=4, years_later=int(year) - 2016)
    (tmp_path / "2020" / "b.tif").touch()
    pair = PairSource(str(tmp_path / "2016"), str(tmp_path / "2020"))
    return EvaluateRequest((pair,), str(tmp_path / "results"), str(tiny_model), 2, device="cpu", precision="fp32")


def mark(ledger: JobFolder) -> None:
    ledger.path.mkdir()
    ledger.mark_publishing()


def test_a_model_that_an_earlier_attempt_made_is_the_result(
    carry_out: Carry, ledger: JobFolder, tiny_model: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    request = TrainRequest(str(folder), (PairSource("/nowhere", "/nowhere", 2),), device="cpu")
    refused = carry_out(request)
    assert isinstance(refused, Failed)
    assert (refused.code, "exists" in refused.message) == ("training", True)
    assert not ledger.is_publishing
    mark(ledger)
    end = carry_out(request)
    assert isinstance(end, Done), end
    assert {(file.layer, file.sha256) for file in end.files} == {
        (f"file_{number}", hash_file(path))
        for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file()))
    }


def test_results_that_an_earlier_attempt_wrote_are_the_result(
    carry_out: Carry, ledger: JobFolder, evaluation: EvaluateRequest
) -> None:
    mark(ledger)
    folder = Path(evaluation.folder)
    folder.mkdir()
    (folder / "metrics.json").write_text(json.dumps({"model": "m", "pairs": 3, "by_years": {}}))
    (folder / "sheet.png").write_bytes(b"a picture")
    (folder / "report.html").write_text("a report")
    end = carry_out(evaluation)
    assert isinstance(end, Done), end
    assert end.facts == {"model": "m", "pairs": "3"}
    assert [file.bytes for file in end.files][1] == len(b"a picture")


def test_what_the_command_line_warns_of_is_told(
    carry_out: Carry, ledger: JobFolder, heard: list[Message], evaluation: EvaluateRequest
) -> None:
    end = carry_out(evaluation)
    assert isinstance(end, Done), end
    told = [message.text for message in heard if isinstance(message, Notice) and message.level == "warning"]
    assert tuple(told) == end.warnings
    assert [text for text in told if "1 rasters stand in one folder only and are left out" in text]
    assert ledger.is_publishing


def fail_with(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "disk_full"),
        (MemoryError(), "out_of_memory"),
        (ZeroDivisionError("a bug"), "internal"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_goes_wrong_has_the_code_of_a_prediction(
    carry_out: Carry, evaluation: EvaluateRequest, error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "evaluate", fail_with(error))
    end = carry_out(evaluation)
    assert isinstance(end, Failed)
    assert end.code == code


def test_a_process_that_lost_its_device_ends_for_another_one_to_go_on(
    carry_out: Carry, evaluation: EvaluateRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_process(error: DeviceLostError) -> NoReturn:
        raise error

    monkeypatch.setattr(work, "end_process", end_process)
    monkeypatch.setattr(requests, "evaluate", fail_with(RuntimeError("CUDA error: device-side assert triggered\n...")))
    with pytest.raises(DeviceLostError, match=r"CUDA error: device-side assert triggered$"):
        carry_out(evaluation)
