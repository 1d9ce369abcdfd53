"""What breaks between a client and its result: engines, hosts and clients that die, hang and talk nonsense."""

from __future__ import annotations

from pathlib import Path

from landcast.core.protocol.messages import Accepted, Done, Started
from landcast.tests.worker.raw import Hosts, predict_job


def test_a_job_by_path_writes_its_result(hosts: Hosts, small_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    client = hosts.start().connect()
    job = predict_job(small_scene, tmp_path / "a.tif", tiny_model)
    client.send(job)
    assert client.wait(Accepted) == Accepted(job.job, 0)
    assert client.wait(Started).attempt == 1
    end = client.end_of(job.job)
    assert isinstance(end, Done), end
    assert end.files[0].path == str(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").stat().st_size == end.files[0].bytes
