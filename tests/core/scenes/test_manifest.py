"""What is written down of a run survives being cut off, copied and read by another version."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from landcast.core.scenes.manifest import Entry, Manifest
from landcast.core.scenes.run_log import RunLog
from landcast.core.scenes.totals import Pace


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    result = tmp_path / "sub" / "ä_pred.tif"
    result.parent.mkdir()
    result.write_bytes(b"pixels")
    manifest = Manifest(tmp_path)
    entry = Entry(
        "ä", "id", "x.tif", "test", "done", files={"prediction": manifest.record(result)}, key="k", request_sha256="r",
        source_stamp=(3, 4), warnings=("one",),
    )  # fmt: skip
    manifest.put(entry)
    manifest.save()
    again = Manifest(tmp_path)
    assert again.entries == {"ä": entry}
    assert again.names == {"id": "ä"}
    assert entry.files["prediction"].path == "sub/ä_pred.tif"
    assert again.is_whole(entry)
    result.write_bytes(b"PIXELS")
    os.utime(result, ns=(1, 1))
    assert not again.is_whole(entry)


def test_what_a_later_version_adds_to_an_entry_is_passed_over(tmp_path: Path) -> None:
    known = {"name": "a", "identity": "i", "source": "s", "origin": "o", "state": "waiting", "mood": "good"}
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "scenes": [known]}))
    assert Manifest(tmp_path).entries["a"].state == "waiting"


def test_a_log_goes_on_in_a_line_of_its_own_after_one_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"event": "first"}\n{"event": "cut o')
    with RunLog(path, lambda: 0.0) as log:
        log.write("next", "scene ä", value=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert json.loads(lines[2]) == {"time": "1970-01-01T00:00:00Z", "event": "next", "scene": "scene ä", "value": 1}


def test_a_log_on_a_full_disk_is_told_once_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with RunLog(Path("/dev/full")) as log:
        log.write("one")
        log.write("two")
    assert len(caplog.records) == 1
    assert "the run goes on" in caplog.text


def test_pace_counts_what_this_run_computed_and_not_what_it_found() -> None:
    pace = Pace({"a": 10.0, "b": None, "c": 30.0})
    assert pace.remaining_seconds(0.0) is None
    pace.end("a", 0.0, is_computed=False)
    pace.begin("b", 0.0)
    pace.advance(0.5)
    assert pace.remaining_seconds(10.0) is None, "half was there already, and nothing was computed"
    pace.advance(0.75)
    # a quarter of b, which counts as the mean of the others (20), took 10 s: 2 s a unit, 5 + 30 units are left
    assert pace.remaining_seconds(10.0) == pytest.approx(70.0)
    pace.end("b", 20.0, is_computed=True)
    assert pace.remaining_seconds(20.0) == pytest.approx(60.0)
    pace.end("c", 20.0, is_computed=False)
    assert pace.remaining_seconds(20.0) == 0.0
