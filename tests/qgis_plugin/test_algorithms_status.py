"""`landcast:workerstatus` in a real QGIS: with and without a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsSettings

import landcast
from landcast.core.protocol.versions import CURRENT

from .algorithm_runs import RecordingFeedback
from .processing_runs import run_algorithm

pytestmark = pytest.mark.usefixtures("no_interpreter")


def test_no_worker_is_started_merely_to_be_asked(
    processing_plugin: Any, interpreter: Path, use_interpreter: Callable[[Path], None], tmp_path: Path
) -> None:
    use_interpreter(interpreter)
    assert processing_plugin.worker.process_id is None
    feedback = RecordingFeedback()
    found = run_algorithm("workerstatus", feedback, OUTPUT_HTML=tmp_path / "page.html")
    assert found["RUNNING"] is False
    assert found["PROBLEM"] == feedback.warnings[0]
    assert "starts with the first prediction" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert processing_plugin.worker.process_id is None


def test_a_worker_that_runs_says_what_it_is_and_has(
    processing_plugin: Any, interpreter: Path, use_interpreter: Callable[[Path], None], tmp_path: Path
) -> None:
    use_interpreter(interpreter)
    feedback = RecordingFeedback()
    found = run_algorithm("workerstatus", feedback, START=True, OUTPUT_HTML=tmp_path / "page.html")
    assert processing_plugin.worker.process_id is not None
    assert found["RUNNING"] is True
    assert landcast.__version__ in found["SERVER"]
    assert found["PROTOCOL"] == f"{CURRENT.major}.{CURRENT.minor}"
    assert "naip-california" in found["MODELS"]
    assert "cpu" in found["DEVICES"]
    assert (found["QUEUE"], found["RESTARTS"], found["PROBLEM"]) == (0, 0, "")
    # facts of the card of the shipped model, as its folder says them
    said = "\n".join(feedback.infos)
    assert "naip-california: trained on" in said
    assert "NAIP" in said
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert found["SERVER"] in page
    assert "naip-california: trained on" in page
    # and it is asked without being told to start from now on
    assert run_algorithm("workerstatus")["RUNNING"] is True


def test_a_worker_elsewhere_that_is_not_there_is_told_of(processing_plugin: Any) -> None:
    QgsSettings().setValue("landcast/worker", "tcp://127.0.0.1:9")
    feedback = RecordingFeedback()
    found = run_algorithm("workerstatus", feedback)
    assert found["RUNNING"] is False
    assert "127.0.0.1:9" in found["PROBLEM"]
    assert feedback.warnings == [found["PROBLEM"]]
