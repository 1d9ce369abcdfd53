"""A job and the client side of it, which may be interrupted anywhere and goes on with another host."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from landcast.core.lattice import Rect, split
from landcast.core.protocol.codec import encode
from landcast.core.protocol.frames import Frame
from landcast.core.protocol.message import Message
from landcast.core.protocol.messages import (
    Accepted,
    Cancelled,
    Credit,
    Done,
    Failed,
    Fetch,
    Forget,
    Planned,
    Result,
    Source,
    Submit,
    Tile,
)
from landcast.core.protocol.requests import SourceGrid
from landcast.core.protocol.values import Rect as SentRect
from landcast.tests.worker.raw import RawClient, predict_job

PART_PX = 256
MUCH = 2**30


def to_frame(array: NDArray[Any]) -> Frame:
    """Return an array as a frame."""
    array = np.ascontiguousarray(array)
    return Frame(str(array.dtype), array.shape, array.data)  # type: ignore[arg-type]


def read(path: Path) -> NDArray[Any]:
    """Return all pixels of a raster, (band, y, x)."""
    with rasterio.open(path) as dataset:
        return np.asarray(dataset.read())


@dataclass
class Work:
    """A job by path, as a file, or from pixels to tiles; and what its client has of the result.

    Attributes:
        submit: the job.
        output: of a job by path.
        planned: where the pixels that are sent lie.
        pixels: that are sent, (band, y, x).
        tiles: that came, by their numbers.
        pieces: of the file that came, by their offsets.
    """

    submit: Submit
    output: Path
    planned: Planned | None = None
    pixels: NDArray[Any] | None = None
    tiles: dict[int, tuple[SentRect, NDArray[Any]]] = field(default_factory=dict)
    pieces: dict[int, bytes] = field(default_factory=dict)

    def begin(self, client: RawClient) -> Accepted:
        """Submit the job, perhaps again."""
        received = tuple((number, number + 1) for number in sorted(self.tiles))
        client.send(replace(self.submit, received=received))
        return client.wait(Accepted, job=self.submit.job)

    def send_part(self, client: RawClient, number: int) -> None:
        """Send a part of the pixels."""
        client.socket.send_multipart(self.part_message(number))

    def part_message(self, number: int) -> list[bytes]:
        """A part of the pixels as it travels."""
        assert self.pixels is not None
        rect = self.parts[number]
        place = SentRect(rect.top, rect.left, rect.height, rect.width)
        frame = to_frame(self.pixels[:, *rect.slices_in(self._place)])
        message = Source(self.submit.job, number, len(self.parts), place)
        return [bytes(part) for part in encode(message, [frame])]

    @property
    def parts(self) -> list[Rect]:
        """Rectangles of the pixels that are sent one by one."""
        return [] if self.planned is None else list(split(self._place, PART_PX))

    @property
    def _place(self) -> Rect:
        assert self.planned is not None
        place = self.planned.source_rect
        return Rect(place.top, place.left, place.height, place.width)

    def finish(self, client: RawClient, accepted: Accepted, timeout_s: float = 120.0) -> Done:
        """Go on to the end, whatever was held before, and let the job be forgotten."""
        self.send_rest(client, accepted)
        client.send(Credit(self.submit.job, 1000, MUCH))
        done = self.end(client, timeout_s)
        assert isinstance(done, Done), done
        if self.submit.delivery == "file":
            self._fetch(client, done)
        self.forget(client)
        return done

    def forget(self, client: RawClient) -> None:
        """Let the host forget the job."""
        client.send(Forget(self.submit.job))

    def send_rest(self, client: RawClient, accepted: Accepted) -> None:
        """Send the pixels that the host does not hold."""
        held = {number for first, end in accepted.received for number in range(first, end)}
        for number in sorted(set(range(len(self.parts))) - held):
            client.wait(Credit, job=self.submit.job)
            self.send_part(client, number)

    def take_tile(self, client: RawClient) -> None:
        """Wait for a tile, and keep it."""
        client.wait(Tile, job=self.submit.job)
        self._keep(*client.seen[-1])

    def end(self, client: RawClient, timeout_s: float = 120.0) -> Done | Failed | Cancelled:
        """Take messages until the job is over; tiles are kept."""
        while True:
            message, frames = client.receive(timeout_s)
            if getattr(message, "job", None) != self.submit.job:
                continue
            if isinstance(message, Tile):
                self._keep(message, frames)
            elif isinstance(message, Done | Failed) or (isinstance(message, Cancelled) and message.is_over):
                return message

    def is_same(self, undisturbed: Path) -> bool:
        """Whether the result is that of a run which nothing disturbed: its bytes, or the pixels of tiles."""
        if self.submit.delivery == "path":
            return self.output.read_bytes() == undisturbed.read_bytes()
        if self.submit.delivery == "file":
            return b"".join(self.pieces[offset] for offset in sorted(self.pieces)) == undisturbed.read_bytes()
        expected = read(undisturbed)
        whole = np.zeros_like(expected)
        top, left = (min(getattr(rect, side) for rect, _ in self.tiles.values()) for side in ("top", "left"))
        for rect, values in self.tiles.values():
            rows = slice(rect.top - top, rect.top - top + rect.height)
            whole[:, rows, rect.left - left : rect.left - left + rect.width] = values
        return bool((whole == expected).all())

    def _keep(self, tile: Message, frames: list[Frame]) -> None:
        assert isinstance(tile, Tile)
        values = np.frombuffer(frames[0].data, frames[0].dtype).reshape(frames[0].shape)
        self.tiles[tile.number] = tile.rect, values

    def _fetch(self, client: RawClient, done: Done) -> None:
        client.send(Fetch(self.submit.job, "prediction"))
        self.pieces.clear()
        while sum(map(len, self.pieces.values())) < done.files[0].bytes:
            message, frames = client.receive()
            if isinstance(message, Result):
                self.pieces[message.offset] = bytes(frames[0].data)


def work_of(delivery: str, scene: Path, output: Path, model: Path) -> Work:
    """A job that reads a scene and writes a result, or gives it to its client."""
    return Work(replace(predict_job(scene, output, model), delivery=delivery), output)  # type: ignore[arg-type]


def sent_work(scene: Path, model: Path, planned: Planned) -> Work:
    """A job from pixels that are sent, to tiles."""
    asked = predict_job(Path("/a layer"), Path("/a layer.tif"), model)
    job = replace(
        asked, source=grid_of(scene), delivery="tiles", request=replace(asked.request, source="a layer", output="a.tif")
    )
    return Work(job, Path(), planned, read(scene))


def grid_of(scene: Path) -> SourceGrid:
    """What is said of the pixels of a raster before they are sent."""
    with rasterio.open(scene) as dataset:
        return SourceGrid(
            dataset.crs.to_wkt(), tuple(dataset.bounds), dataset.count, "uint8", dataset.shape,
            dataset.transform.to_gdal(),
        )  # fmt: skip
