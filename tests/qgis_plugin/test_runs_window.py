"""QGIS's real window is closed in the middle of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.tests.window import find_lack, run_in_window

from .algorithm_runs import write_image

SCRIPT = Path(__file__).with_name("closing_window.py")


@pytest.mark.skipif(find_lack() is not None, reason=f"needs {find_lack()}")
def test_a_window_closed_in_the_middle_leaves_nothing(tmp_path: Path, interpreter: Path, model_folder: Path) -> None:
    folder, results, report = tmp_path / "qgis", tmp_path / "results", tmp_path / "report.json"
    for made in (folder, results, tmp_path / "temporary"):
        made.mkdir()
    settings = {
        "source": str(write_image(tmp_path / "town.tif", 1300, 1300)),
        "output": str(results / "future.tif"),
        "model": str(model_folder),
        "python": str(interpreter),
        "report": str(report),
    }
    variables = {"LANDCAST_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "temporary")}
    done = run_in_window(folder, SCRIPT, settings, variables, timeout_s=100)
    assert report.exists(), done.stdout + done.stderr
    assert json.loads(report.read_text()) == {"is_over": False, "has_tiles": True}
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(results.iterdir()) == []
    assert list((tmp_path / "temporary").glob("landcast*")) == []
    assert list((tmp_path / "cache").glob("qgis-*.json")) == []
