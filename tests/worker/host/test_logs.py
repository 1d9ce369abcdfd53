"""The log of a worker, in lines to read or in JSON, with what its engines say."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from landcast.core.protocol.messages import Done, Failed
from landcast.tests.worker import raw
from landcast.tests.worker.raw import Hosts, predict_job, wait_until
from landcast.worker.host.engine_output import EngineOutput
from landcast.worker.host.logs import CURRENT_JOB, LOG_BYTES, LOG_FILES, JsonLines, read_json_line, write_log


def entries(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


def some_record(**more: Any) -> logging.LogRecord:
    try:
        raise ValueError("two\nlines \udcff")
    except ValueError:
        record = logging.LogRecord("a.b", logging.WARNING, "", 0, "%s and\n%s", ("one", "\udcff"), sys.exc_info())
    record.__dict__.update(more)
    return record


def test_a_record_is_one_line_and_comes_back_from_it() -> None:
    line = JsonLines().format(some_record(job="a" * 32))
    assert "\n" not in line
    assert line.isascii()
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("WARNING", "a.b", "one and\n\udcff")
    assert entry["job"] == "a" * 32
    assert entry["exception"].startswith("Traceback")
    assert datetime.fromisoformat(entry["time"]).utcoffset() is not None
    again = read_json_line(line)
    assert again is not None
    assert JsonLines().format(again) == line


def test_the_job_that_is_carried_out_stands_in_what_is_said_meanwhile() -> None:
    token = CURRENT_JOB.set("b" * 32)
    try:
        assert json.loads(JsonLines().format(some_record()))["job"] == "b" * 32
    finally:
        CURRENT_JOB.reset(token)
    assert "job" not in json.loads(JsonLines().format(some_record()))


@pytest.mark.parametrize("line", ["", "words", "{}", "[1]", '{"level": "LOUD"}', '{"level": 3, "time": 4}', "1" * 5000])
def test_any_other_line_is_no_record(line: str) -> None:
    assert read_json_line(line) is None


def test_whatever_an_engine_writes_lands_in_a_log_of_bounded_size(tmp_path: Path) -> None:
    code = "for n in range(200_000): print('much', n)\nprint('x' * 3_000_000)\nprint('the end', flush=True)"
    with write_log(tmp_path, "jsonl"), subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as engine:
        assert engine.stdout
        output = EngineOutput(engine.stdout, engine.pid)
        engine.wait()
        words = output.last_words(60)
    assert words.endswith("the end")
    assert len(words) <= 2000
    logs = list(tmp_path.iterdir())
    assert len(logs) == LOG_FILES + 1
    assert all(log.stat().st_size <= LOG_BYTES for log in logs)
    last = entries((tmp_path / f"worker-{os.getpid()}.log").read_text())[-1]
    assert last["message"] == f"engine {engine.pid}: the end"


@pytest.fixture
def failing(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    """Start hosts whose engines fail."""
    monkeypatch.setattr(raw, "START", Path(__file__).with_name("failing.py"))
    return hosts


def test_json_lines_tell_of_jobs_engines_and_their_ends(
    failing: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    host = failing.start("inside", log_format="jsonl")
    client = host.connect()
    job = predict_job(small_scene, tmp_path / "a.tif", tiny_model)
    client.send(job)
    failed = client.end_of(job.job)
    assert isinstance(failed, Failed)
    assert failed.code == "internal"
    engine = host.engine(client)
    os.kill(engine, signal.SIGKILL)
    wait_until(lambda: f"engine {engine} is gone" in host.log())
    found = entries(host.log())
    assert all({"time", "level", "logger", "message"} <= set(entry) for entry in found)
    of_engine = [entry for entry in found if entry["logger"] == "landcast.worker.engine.engine"]
    assert [(entry["level"], entry["job"]) for entry in of_engine] == [("ERROR", job.job)]
    assert of_engine[0]["exception"].endswith("ZeroDivisionError: inside")
    of_host = [entry["message"] for entry in found if entry.get("job") == job.job and entry["level"] == "INFO"]
    assert f"job {job.job}: failed" in of_host


def test_lines_to_read_hold_the_same(failing: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    host = failing.start("inside")
    client = host.connect()
    job = predict_job(small_scene, tmp_path / "a.tif", tiny_model)
    client.send(job)
    assert isinstance(client.end_of(job.job), Failed)
    wait_until(lambda: "ZeroDivisionError: inside\n" in host.log())
    assert f" ERROR landcast.worker.engine.engine: job {job.job} failed\nTraceback" in host.log()


def test_what_ends_an_engine_stands_whole_in_its_last_words(failing: Hosts) -> None:
    host = failing.start("at-start", restarts=0)
    client = host.connect()
    wait_until(lambda: client.status().engines[0].state == "gone")
    words = str(client.status().engines[0].last_words)
    assert "it ended with exit code 1" in words
    assert "CRITICAL landcast.worker.engine: it ends\nTraceback" in words
    assert words.endswith("RuntimeError: no engine today")


def test_a_job_that_is_done_says_so(hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    host = hosts.start(log_format="jsonl")
    client = host.connect()
    job = predict_job(small_scene, tmp_path / "a.tif", tiny_model)
    client.send(job)
    assert isinstance(client.end_of(job.job), Done)
    found = entries(host.log())
    of_engine, of_host = [entry["message"] for entry in found if entry.get("job") == job.job]
    assert of_engine.startswith("model tiny loaded in ")
    assert of_host == f"job {job.job}: done"
