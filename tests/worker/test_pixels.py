"""Predictions from pixels that a client sends: any layer that it can draw, and a worker that cannot open it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer

from landcast.core.lattice import Rect, split
from landcast.core.protocol.codec import encode
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.messages import (
    Accepted,
    Credit,
    Done,
    Error,
    Failed,
    Plan,
    Planned,
    Source,
    Submit,
    Tile,
)
from landcast.core.protocol.requests import PredictRequest, SourceGrid
from landcast.core.protocol.values import Rect as SentRect
from landcast.tests.worker.raw import HostProcess, Hosts, RawClient, predict_job

PART_PX = 256
MUCH = 2**30


def to_frame(array: NDArray[Any]) -> Frame:
    array = np.ascontiguousarray(array)
    return Frame(str(array.dtype), array.shape, array.data)  # type: ignore[arg-type]


@pytest.fixture
def pixels(small_scene: Path) -> NDArray[Any]:
    with rasterio.open(small_scene) as dataset:
        return np.asarray(dataset.read())


@pytest.fixture
def grid(small_scene: Path) -> SourceGrid:
    with rasterio.open(small_scene) as dataset:
        return SourceGrid(
            dataset.crs.to_wkt(), tuple(dataset.bounds), 3, "uint8", dataset.shape, dataset.transform.to_gdal()
        )  # fmt: skip


@pytest.fixture
def ask(grid: SourceGrid, tiny_model: Path) -> Callable[..., Submit]:
    def make(**changes: Any) -> Submit:
        job = predict_job(Path("/a layer"), Path("/a layer.tif"), tiny_model, **changes)
        return replace(
            job, source=grid, delivery="tiles", request=replace(job.request, source="a layer", output="a.tif")
        )

    return make


def send(client: RawClient, message: Plan | Submit | Source, *frames: NDArray[Any]) -> None:
    client.socket.send_multipart(encode(message, [to_frame(frame) for frame in frames]))


def plan(client: RawClient, job: Submit, overview: NDArray[Any]) -> Planned:
    assert isinstance(job.request, PredictRequest)
    send(client, Plan(job.job, job.request, job.source), overview)
    answer = client.wait(Planned, Failed)
    assert isinstance(answer, Planned), answer
    return answer


def parts_of(planned: Planned) -> list[Rect]:
    place = planned.source_rect
    return list(split(Rect(place.top, place.left, place.height, place.width), PART_PX))


def send_parts(client: RawClient, job: Submit, planned: Planned, pixels: NDArray[Any], numbers: list[int]) -> None:
    """Send parts of an image whose first pixel is that of the planned source."""
    rects = parts_of(planned)
    origin = planned.source_rect
    for number in numbers:
        client.wait(Credit)
        rect = rects[number]
        rows, columns = rect.slices_in(Rect(origin.top, origin.left, origin.height, origin.width))
        place = SentRect(rect.top, rect.left, rect.height, rect.width)
        send(client, Source(job.job, number, len(rects), place), pixels[:, rows, columns])


def assemble(client: RawClient, planned: Planned) -> NDArray[Any]:
    whole = np.zeros((3, *planned.shape_yx), np.uint8)
    for message, frames in client.seen:
        if isinstance(message, Tile):
            top, left = message.rect.top - planned.rect.top, message.rect.left - planned.rect.left
            values = np.frombuffer(frames[0].data, np.uint8).reshape(frames[0].shape)
            whole[:, top : top + message.rect.height, left : left + message.rect.width] = values
    return whole


def test_sent_pixels_give_what_the_file_gives(
    hosts: Hosts, ask: Callable[..., Submit], pixels: NDArray[Any], small_scene: Path, tiny_model: Path, tmp_path: Path
) -> None:
    client = hosts.start().connect()
    job = ask()
    planned = plan(client, job, pixels)
    assert planned.shape_yx == pixels.shape[1:]
    assert planned.source_rect == planned.rect
    send(client, job, pixels)
    client.wait(Accepted)
    send_parts(client, job, planned, pixels, list(range(len(parts_of(planned)))))
    client.send(Credit(job.job, 100, MUCH))
    end = client.end_of(job.job)
    assert isinstance(end, Done), end
    by_path = predict_job(small_scene, tmp_path / "a.tif", tiny_model)
    client.send(by_path)
    assert isinstance(client.end_of(by_path.job), Done)
    with rasterio.open(tmp_path / "a.tif") as dataset:
        np.testing.assert_array_equal(assemble(client, planned), dataset.read())


def test_a_client_that_comes_back_sends_what_is_missing_to_the_next_host(
    hosts: Hosts, ask: Callable[..., Submit], pixels: NDArray[Any]
) -> None:
    def begin(host: HostProcess, job: Submit) -> tuple[RawClient, Accepted]:
        client = host.connect()
        send(client, job, pixels)
        return client, client.wait(Accepted)

    host = hosts.start()
    job = ask()
    planned = plan(host.connect(), job, pixels)
    client, _ = begin(host, job)
    numbers = list(range(len(parts_of(planned))))
    assert len(numbers) > 2
    send_parts(client, job, planned, pixels, numbers[:2])
    client.wait(Credit)
    host.process.send_signal(signal.SIGKILL)
    host.process.wait()
    client, accepted = begin(hosts.start(), job)
    assert accepted.received == ((0, 2),)
    send_parts(client, job, planned, pixels, numbers[2:])
    client.send(Credit(job.job, 100, MUCH))
    end = client.end_of(job.job)
    assert isinstance(end, Done), end


def test_pixels_that_do_not_fit_are_refused_and_the_job_still_waits(
    hosts: Hosts, ask: Callable[..., Submit], pixels: NDArray[Any]
) -> None:
    client = hosts.start().connect()
    job = ask()
    send(client, job, pixels)
    client.wait(Credit)
    place = SentRect(0, 0, 8, 8)
    for source, values in (
        (Source(job.job, 0, 2, place), np.zeros((3, 8, 9), np.uint8)),
        (Source(job.job, 0, 2, place), np.zeros((3, 8, 8), np.uint16)),
        (Source(job.job, 2, 2, place), np.zeros((3, 8, 8), np.uint8)),
    ):
        send(client, source, values)
        assert client.wait(Error).about == job.job
    assert [one.state for one in client.status().jobs] == ["receiving"]


def test_a_layer_without_pixels_of_its_own_is_planned_at_the_models_scale(
    hosts: Hosts, ask: Callable[..., Submit], tiny_model: Path
) -> None:
    world = 20037508.342789244
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(5.0, 52.0)
    job = ask(extent=(x, y, x + 400.0, y + 400.0), extent_crs="EPSG:3857")
    assert isinstance(job.request, PredictRequest)
    grid = SourceGrid("EPSG:3857", (-world, -world, world, world), 3, "uint8")
    client = hosts.start().connect()
    client.send(Plan(job.job, job.request, grid))
    planned = client.wait(Planned, Failed)
    assert isinstance(planned, Planned), planned
    assert planned.gsd_m == pytest.approx(0.6)
    # 400 units there are 400 m times the cosine of the latitude
    assert planned.rect.width == pytest.approx(400 * np.cos(np.radians(52)) / 0.6, rel=0.05)
    assert planned.source_rect.width > planned.rect.width
