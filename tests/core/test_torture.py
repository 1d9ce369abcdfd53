"""Rasters that break readers: each ends as a careful user wants, within bounded memory, and never half-done."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from landcast.tests.torture import LIMIT_BYTES, LIMIT_S, read_cases

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LANDCAST_DATA") or ROOT.parent / "shared" / "data").parent / "torture"
CASES = read_cases(FOLDER) if (FOLDER / "expected.tsv").is_file() else []

pytestmark = [
    pytest.mark.skipif(not CASES, reason="no folder of torture rasters beside LANDCAST_DATA"),
    pytest.mark.skipif(sys.platform == "win32", reason="the runner forks"),
]


@lru_cache(maxsize=1)
def outcomes() -> dict[str, dict[str, Any]]:
    """What came of every file, each run in a process of its own."""
    command = [sys.executable, "-m", "landcast.tests.torture", str(FOLDER), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=2400)
    found = (json.loads(line) for line in done.stdout.splitlines())
    return {entry["case"]["path"]: entry for entry in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_file_ends_as_a_careful_user_wants(case: Any) -> None:
    found = outcomes()[case.path]
    assert found["verdict"] == case.wanted, found["said"]
    assert found["peak_bytes"] <= LIMIT_BYTES
    assert found["seconds"] < LIMIT_S
    assert "Traceback" not in found["said"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_strict_stops_where_there_is_a_warning_and_nowhere_else(case: Any) -> None:
    expected = {"PREDICT+WARN": "REFUSE"}.get(case.wanted, case.wanted)
    assert outcomes()[case.path]["strict"] == expected


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.wanted in ("REFUSE", "FAIL-CLEAN")], ids=lambda case: case.path
)
def test_an_error_names_the_file_and_what_to_do_or_where_it_broke(case: Any) -> None:
    (error,) = (line for line in outcomes()[case.path]["said"].splitlines() if line.startswith("error: "))
    assert " ".join(Path(case.path).name.split()) in error
    if case.wanted == "FAIL-CLEAN":
        assert re.search(r"rows \d+ to \d+, columns \d+ to \d+", error)
    elif "cannot be opened" not in error:
        assert re.search(r" --[a-z]|gdal_|gdalwarp", error)
