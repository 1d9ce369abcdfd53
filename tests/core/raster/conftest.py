"""Rasters made for a test, of every kind that a person may bring, and a server that a person may name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

UTM_TRANSFORM = Affine(0.6, 0, 434400.0, 0, -0.6, 3774000.0)


@pytest.fixture
def make_raster(tmp_path: Path) -> Callable[..., Path]:
    """Write (band, y, x) as a GeoTIFF; a mask is written inside the file, `meanings` are colour interpretations."""

    def make(
        image: NDArray[Any] | None = None,
        name: str = "source.tif",
        mask: NDArray[np.bool_] | None = None,
        meanings: list[str] | None = None,
        palette: dict[int, tuple[int, int, int, int]] | None = None,
        **changes: Any,
    ) -> Path:
        if image is None:
            image = np.random.default_rng(0).integers(1, 255, (3, 96, 80), np.uint8)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        profile: dict[str, Any] = {"crs": "EPSG:32611", "transform": UTM_TRANSFORM, "driver": "GTiff"} | changes
        bands, height, width = image.shape
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", count=bands, height=height, width=width, dtype=image.dtype, **profile) as target,
        ):
            if meanings:
                target.colorinterp = [rasterio.enums.ColorInterp[meaning] for meaning in meanings]
            if palette:
                target.write_colormap(1, palette)
            target.write(image)
            if mask is not None:
                target.write_mask(mask)
        return path

    return make


@pytest.fixture
def make_vrt(tmp_path: Path) -> Callable[..., Path]:
    """Write a VRT of 80 x 96 px over one file, band by band; `band` is put into each band, `head` before them."""

    def make(
        source: str | Path,
        name: str = "virtual.vrt",
        bands: int = 3,
        is_relative: bool = False,
        head: str = "",
        band: str = "",
        kind: str = "Byte",
    ) -> Path:
        parts = "".join(
            f'<VRTRasterBand dataType="{kind}" band="{number}">{band}<SimpleSource>'
            f'<SourceFilename relativeToVRT="{int(is_relative)}">{source}</SourceFilename>'
            f"<SourceBand>{number}</SourceBand></SimpleSource></VRTRasterBand>"
            for number in range(1, bands + 1)
        )
        place = "<SRS>EPSG:32611</SRS><GeoTransform>434400, 0.6, 0, 3774000, 0, -0.6</GeoTransform>"
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f'<VRTDataset rasterXSize="80" rasterYSize="96">{place}{head}{parts}</VRTDataset>'
        path.write_text(text, encoding="utf-8")
        return path

    return make


@dataclass
class Server:
    """A server of one folder, over loopback, and what it was asked.

    Attributes:
        folder: what it serves.
        behaviour: `ranges` as servers of data do, `whole` as simple servers do, `truncates` after half of what it
            announced, `hangs` instead of an answer, `redirects` to its folder `elsewhere`, or a status to answer with.
        sent_bytes: of contents, in all.
        requests: path of each.
    """

    folder: Path
    url: str = ""
    behaviour: str = "ranges"
    sent_bytes: int = 0
    requests: list[str] = field(default_factory=list)
    is_closing: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers as the server is told to."""

    protocol_version = "HTTP/1.1"

    def __init__(self, served: Server, *args: Any) -> None:
        self.served = served
        super().__init__(*args)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer without contents."""
        self._answer(has_contents=False)

    def do_GET(self) -> None:
        """Answer with contents."""
        self._answer(has_contents=True)

    def _answer(self, has_contents: bool) -> None:
        served, behaviour = self.served, self.served.behaviour
        served.requests.append(self.path)
        path = served.folder / self.path.lstrip("/").removeprefix("elsewhere/")
        if behaviour == "hangs":
            served.is_closing.wait(20)
            self.close_connection = True
        elif behaviour.isdigit():
            self._say(int(behaviour))
        elif behaviour == "redirects" and not self.path.startswith("/elsewhere/"):
            self._say(302, Location=f"{served.url}/elsewhere{self.path}")
        elif not path.is_file():
            self._say(404)
        else:
            self._send(path.read_bytes(), has_contents)

    def _send(self, data: bytes, has_contents: bool) -> None:
        asked, first, last = self.headers.get("Range"), 0, len(data) - 1
        is_part = asked is not None and self.served.behaviour != "whole"
        if asked is not None and is_part:
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end or last), last)
        part = data[first : last + 1]
        headers = {"Content_Range": f"bytes {first}-{last}/{len(data)}"} if is_part else {}
        if self.served.behaviour != "whole":
            headers["Accept_Ranges"] = "bytes"
        self._say(206 if is_part else 200, length=len(part), **headers)
        if not has_contents:
            return
        if self.served.behaviour == "truncates":
            part, self.close_connection = part[: len(part) // 2], True
        self.served.sent_bytes += len(part)
        try:
            self.wfile.write(part)
        except OSError:
            self.close_connection = True

    def _say(self, status: int, length: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


class QuietServer(ThreadingHTTPServer):
    """One that does not report clients which hang up."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's folder, with a port of its own, for GDAL remembers what an address answered."""
    served = Server(tmp_path)
    listening = QuietServer(("127.0.0.1", 0), partial(Handler, served))
    served.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    served.is_closing.set()
    listening.shutdown()
    thread.join()
    listening.server_close()
