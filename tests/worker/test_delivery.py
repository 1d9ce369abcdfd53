"""What comes back over the connection: tiles, and files in pieces."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from landcast.core.protocol.fields import new_id
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.messages import (
    Accepted,
    Credit,
    Done,
    Error,
    Failed,
    Fetch,
    Forget,
    ModelList,
    ModelsQuestion,
    ModelVerified,
    Plan,
    Planned,
    Result,
    Tile,
    VerifyModel,
)
from landcast.tests.worker.raw import Hosts, RawClient, predict_job

MUCH = 2**30


@pytest.fixture
def client(hosts: Hosts) -> RawClient:
    return hosts.start().connect()


def to_array(frame: Frame) -> NDArray[Any]:
    return np.frombuffer(frame.data, frame.dtype).reshape(frame.shape)


def assemble(client: RawClient, shape_yx: tuple[int, int], top: int, left: int) -> dict[str, NDArray[Any]]:
    layers: dict[str, NDArray[Any]] = {}
    for message, frames in client.seen:
        if isinstance(message, Tile):
            values, rect = to_array(frames[0]), message.rect
            whole = layers.setdefault(message.layer, np.full((values.shape[0], *shape_yx), 77, values.dtype))
            rows, columns = slice(rect.top - top, None), slice(rect.left - left, None)
            whole[:, rows, columns][:, : rect.height, : rect.width] = values
    return layers


def test_tiles_make_up_the_file_and_wait_for_credit(
    client: RawClient, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    job = replace(predict_job(long_scene, tmp_path / "a.tif", tiny_model, members=2), delivery="tiles")
    client.send(Plan(job.job, job.request))
    planned = client.wait(Planned)
    client.send(job)
    client.wait(Accepted)
    client.send(Credit(job.job, 3, MUCH))
    for _ in range(3):
        client.wait(Tile)
    with pytest.raises(AssertionError, match="nothing came"):
        client.wait(Tile, Done, timeout_s=10)
    client.send(Credit(job.job, 1000, MUCH))
    end = client.end_of(job.job)
    assert isinstance(end, Done), end
    assert end.shape_yx == planned.shape_yx
    assert end.tiles == planned.tiles
    numbers = [message.number for message, _ in client.seen if isinstance(message, Tile)]
    assert sorted(numbers) == sorted(list(range(end.tiles)) * 3)
    layers = assemble(client, planned.shape_yx, planned.rect.top, planned.rect.left)
    assert set(layers) == {"prediction", "spread", "change"}
    by_path = predict_job(long_scene, tmp_path / "a.tif", tiny_model, members=2)
    client.send(by_path)
    done = client.end_of(by_path.job)
    assert isinstance(done, Done)
    for file in done.files:
        assert file.path
        with rasterio.open(file.path) as dataset:
            np.testing.assert_array_equal(dataset.read(), layers[file.layer])


def test_what_a_client_has_is_not_sent_again(hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    host = hosts.start()
    first = host.connect()
    job = replace(predict_job(long_scene, tmp_path / "a.tif", tiny_model), delivery="tiles")
    first.send(job)
    first.send(Credit(job.job, 2, MUCH))
    held = [first.wait(Tile).number, first.wait(Tile).number]
    first.close()
    second = host.connect()
    second.send(replace(job, received=tuple((number, number + 1) for number in held)))
    second.send(Credit(job.job, 1000, MUCH))
    end = second.end_of(job.job)
    assert isinstance(end, Done)
    numbers = {message.number for message, _ in second.seen if isinstance(message, Tile)}
    assert numbers == set(range(end.tiles)) - set(held)


def test_a_file_comes_in_pieces(client: RawClient, small_scene: Path, tiny_model: Path, tmp_path: Path) -> None:
    job = replace(predict_job(small_scene, tmp_path / "a.tif", tiny_model), delivery="file")
    client.send(job)
    end = client.end_of(job.job)
    assert isinstance(end, Done), end
    assert not (tmp_path / "a.tif").exists()
    file = end.files[0]
    assert file.path is None
    client.send(Fetch(job.job, "spread"))
    assert client.wait(Error).code == "unexpected"
    client.send(Fetch(job.job, "prediction", offset=100))
    client.send(Credit(job.job, 4, MUCH))
    client.wait(Result)
    client.send(Fetch(job.job, "prediction"))
    client.send(Credit(job.job, 4, MUCH))
    client.wait(Result)
    pieces = [(m.offset, bytes(frames[0].data)) for m, frames in client.seen if isinstance(m, Result)]
    assert pieces[-1][0] == 0
    assert pieces[0] == (100, pieces[-1][1][100:])
    assert hashlib.sha256(pieces[-1][1]).hexdigest() == file.sha256
    client.send(Forget(job.job))
    client.send(Fetch(job.job, "prediction"))
    assert client.wait(Failed).code == "job_unknown"


def test_questions_are_answered_by_the_engine(
    client: RawClient, small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    query = ModelsQuestion(new_id())
    client.send(query)
    models = client.wait(ModelList)
    assert models.query == query.query
    client.send(VerifyModel(new_id(), str(tiny_model)))
    verified = client.wait(ModelVerified)
    assert verified.sha256
    assert verified.problems == ()
    client.send(VerifyModel(new_id(), "no such model"))
    assert "no such model" in client.wait(ModelVerified).problems[0]
    job = predict_job(tmp_path / "missing.tif", tmp_path / "a.tif", tiny_model)
    client.send(Plan(job.job, job.request))
    failed = client.wait(Failed)
    assert (failed.job, failed.code) == (job.job, "unreadable_source")
    client.send(job)
    failed = client.wait(Failed)
    assert failed.code == "unreadable_source"
    assert "missing.tif" in failed.message
