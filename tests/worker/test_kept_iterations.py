"""Iterations that are kept, by a real worker: the same files and tiles, also after its engine was killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from landcast.core.predict import predict
from landcast.core.protocol.messages import (
    Accepted,
    Cancel,
    Cancelled,
    Credit,
    Done,
    Plan,
    Planned,
    Progress,
    Started,
    Submit,
    Tile,
)
from landcast.core.request import PredictionRequest
from landcast.tests.worker.bench import Bench
from landcast.tests.worker.raw import Hosts, RawClient, predict_job, wait_until

MUCH = 2**30
LAYERS = ("prediction", "iteration_1", "iteration_2")


@pytest.fixture(scope="module")
def undisturbed(small_scene: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of a run in this process."""
    output = tmp_path_factory.mktemp("undisturbed") / "a.tif"
    request = PredictionRequest(
        small_scene, output, iterations=3, is_keeping_iterations=True, model=str(tiny_model), device="cpu",
        precision="fp32",
    )  # fmt: skip
    return predict(request, lambda message: None).paths


@pytest.fixture
def ask(small_scene: Path, tiny_model: Path, tmp_path: Path) -> Callable[..., Submit]:
    def make(delivery: str) -> Submit:
        job = predict_job(small_scene, tmp_path / "a.tif", tiny_model, iterations=3, is_keeping_iterations=True)
        return replace(job, delivery=delivery)  # type: ignore[arg-type]

    return make


def same_bytes(done: object, undisturbed: dict[str, Path]) -> bool:
    assert isinstance(done, Done), done
    assert {file.layer for file in done.files} == set(LAYERS)
    paths = {file.layer: Path(file.path or "") for file in done.files}
    return all(paths[layer].read_bytes() == undisturbed[layer].read_bytes() for layer in LAYERS)


def assemble(client: RawClient, planned: Planned) -> dict[str, NDArray[Any]]:
    layers = {layer: np.zeros((3, *planned.shape_yx), np.uint8) for layer in LAYERS}
    for message, frames in client.seen:
        if isinstance(message, Tile):
            assert message.layers == len(LAYERS)
            top, left = message.rect.top - planned.rect.top, message.rect.left - planned.rect.left
            values = np.frombuffer(frames[0].data, np.uint8).reshape(frames[0].shape)
            layers[message.layer][:, top : top + message.rect.height, left : left + message.rect.width] = values
    return layers


def test_the_worker_writes_what_this_process_writes(
    hosts: Hosts, ask: Callable[[str], Submit], undisturbed: dict[str, Path]
) -> None:
    client, job = hosts.start().connect(), ask("path")
    client.send(job)
    assert same_bytes(client.end_of(job.job), undisturbed)


def test_tiles_bring_each_iteration(hosts: Hosts, ask: Callable[[str], Submit], undisturbed: dict[str, Path]) -> None:
    client, job = hosts.start().connect(), ask("tiles")
    client.send(Plan(job.job, job.request))
    planned = client.wait(Planned)
    client.send(job)
    client.wait(Accepted)
    client.send(Credit(job.job, 1000, MUCH))
    assert isinstance(client.end_of(job.job), Done)
    for layer, values in assemble(client, planned).items():
        with rasterio.open(undisturbed[layer]) as dataset:
            np.testing.assert_array_equal(values, dataset.read())


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_engine_goes_on_and_brings_the_same(
    hosts: Hosts, long_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    settings = {"iterations": 2, "is_keeping_iterations": True}
    request = PredictionRequest(
        long_scene, tmp_path / "alone.tif", model=str(tiny_model), device="cpu", precision="fp32", **settings  # type: ignore[arg-type]
    )  # fmt: skip
    alone = predict(request, lambda message: None).paths
    host = hosts.start()
    client, job = host.connect(), predict_job(long_scene, tmp_path / "a.tif", tiny_model, **settings)
    client.send(job)
    half_done(client)
    os.kill(host.engine(client), signal.SIGKILL)
    assert client.wait(Started, job=job.job).attempt == 2
    # the first block, of three, is there with all of its layers
    again = client.wait(Progress, job=job.job)
    while again.stage != "predicting":
        again = client.wait(Progress, job=job.job)
    assert again.done >= again.total // 4
    done = client.end_of(job.job)
    assert isinstance(done, Done), done
    for file in done.files:
        assert Path(file.path or "").read_bytes() == alone[file.layer].read_bytes()
    assert sorted(path.name for path in tmp_path.glob("a*.tif")) == [
        "a.tif", "a_iteration_1.tif", "alone.tif", "alone_iteration_1.tif",
    ]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="/proc")
def test_an_engine_that_had_to_be_killed_leaves_no_file_of_any_iteration(
    bench: Bench, ask: Callable[[str], Submit], tmp_path: Path
) -> None:
    client, job = bench.connect(), ask("path")
    with bench.gates.closed("write"):
        client.send(job)
        wait_until(lambda: bench.gates.is_reached("write"), 60, "writing")
        aside = {path.name.split(".")[1] for path in tmp_path.glob(".a*.partial")}
        client.send(Cancel(job.job))
        while not client.wait(Cancelled, job=job.job).is_over:
            pass
    assert aside == {"a", "a_iteration_1", "a_iteration_2"}
    assert not list(tmp_path.iterdir())


def half_done(client: RawClient) -> None:
    """Wait until half of the network calls are done."""
    while True:
        progress = client.wait(Progress)
        if progress.stage == "predicting" and progress.done > progress.total // 2:
            return
