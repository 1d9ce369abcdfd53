"""A client that goes before it has sent its pixels is noticed, and its job is not kept for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from landcast.core.protocol.messages import Credit, Progress
from landcast.core.protocol.requests import SourceGrid
from landcast.tests.worker.raw import Hosts, predict_job, wait_until

GRID = SourceGrid("EPSG:32633", (0.0, 0.0, 100.0, 100.0), 3, "uint8", (100, 100))


def test_a_job_whose_client_went_before_it_sent_its_pixels_ends(hosts: Hosts, tiny_model: Path, tmp_path: Path) -> None:
    host = hosts.start(patience={"orphan": 0.5})
    client, watcher = host.connect(), host.connect()
    job = replace(predict_job(tmp_path / "layer", tmp_path / "a.tif", tiny_model), source=GRID, delivery="tiles")
    client.send(job)
    client.wait(Credit)
    # one that only takes its time hears that it is waited for
    progress = client.wait(Progress)
    assert (progress.stage, progress.done) == ("receiving", 0)
    assert [one.state for one in watcher.status().jobs] == ["receiving"]
    client.close()
    wait_until(lambda: [one.state for one in watcher.status().jobs] == ["cancelled"])
