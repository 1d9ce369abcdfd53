"""What the panel says at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.qgis_plugin.dock.run_fields import RunFields
from landcast.qgis_plugin.dock.run_progress import RunProgress
from landcast.qgis_plugin.runs.controller import RunController
from landcast.qgis_plugin.runs.order import RunOutcome
from landcast.qgis_plugin.worker.shared_worker import SharedWorker

from .shown_windows import Windows

FILE = Path("results") / "future.tif"


@pytest.fixture
def windows(qgis_app: Any) -> Iterator[Windows]:
    windows = Windows()
    yield windows
    windows.close()


def told(windows: Windows, outcome: RunOutcome) -> list[str]:
    controller, fields = RunController(windows, SharedWorker(lambda line: None)), RunFields()
    progress = RunProgress(controller, fields, windows)
    progress._on_finished(outcome)
    controller.unload()
    fields.deleteLater()
    return [item.text() for item in windows.bar.items()]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (RunOutcome(is_done=True, group="town"), ["“town” was added to the project."]),
        (RunOutcome(is_cancelled=True), ["Stopped; nothing was kept."]),
        # the windows or the project are gone
        (RunOutcome(is_done=True, is_abandoned=True), []),
        (RunOutcome(is_cancelled=True, is_abandoned=True), []),
        (RunOutcome(is_done=True, unopened=[FILE]), [f"Written, but QGIS cannot open it: {FILE}"]),
        (
            RunOutcome(is_done=True, group="town", unopened=[FILE]),
            ["“town” was added to the project.", f"Written, but QGIS cannot open it: {FILE}"],
        ),
    ],
)
def test_the_end_of_a_run_is_told_as_it_is(windows: Windows, outcome: RunOutcome, expected: list[str]) -> None:
    assert sorted(told(windows, outcome)) == sorted(expected)
