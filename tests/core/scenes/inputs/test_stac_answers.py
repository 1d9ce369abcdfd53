"""Catalogues that drip, lead in a circle, or answer what nobody asked for."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from landcast.core.errors import UnreadableSourceError
from landcast.core.scenes.inputs.stac import StacQuery, search_scenes
from landcast.core.scenes.inputs.stac_answers import MOST_REPEATS
from landcast.tests.core.scenes.inputs.catalogues import CONFORMANCE, Served, item, serve_api

ITEM = item("a", href="https://example.org/a.tif")
SPARSE = {"type": "Catalog", "id": "c", "stac_version": "1.0.0", "description": "d", "links": []}


@contextmanager
def speaking(parts: list[bytes], pause_s: float = 0.0) -> Iterator[str]:
    """Answer each connection with the same bytes, part by part; the address comes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(65536)
                for part in parts:
                    connection.sendall(part)
                    time.sleep(pause_s)

    threading.Thread(target=answer, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def test_an_answer_that_drips_in_is_not_waited_for() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    started = time.monotonic()
    with (
        speaking([head, *[b" "] * 200], pause_s=0.1) as url,
        pytest.raises(UnreadableSourceError, match="does not answer in time"),
    ):
        search_scenes(StacQuery(url, answer_s=0.5))
    assert time.monotonic() - started < 10, "each byte came well within the time"


@pytest.mark.parametrize("is_packed", [False, True])
def test_answers_in_chunks_are_read_as_wholes(is_packed: bool) -> None:
    body = json.dumps(SPARSE).encode()
    packed = gzip.compress(body) if is_packed else body
    chunks = [packed[start : start + 20] for start in range(0, len(packed), 20)]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
    head += b"Content-Encoding: gzip\r\n\r\n" if is_packed else b"\r\n"
    parts = [head, *(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks), b"0\r\n\r\n"]
    with speaking(parts) as url, pytest.raises(Exception, match="no item matches"):
        search_scenes(StacQuery(url))


def test_a_server_that_breaks_off_is_told() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    with speaking([head, b'{"type":']) as url, pytest.raises(UnreadableSourceError, match="broke off in the middle"):
        search_scenes(StacQuery(url))


def test_an_api_that_answers_more_than_it_was_asked_for_mixes_up_no_dates(server: Served) -> None:
    items = [
        ITEM,
        item("later", when="2020-06-01T00:00:00Z", href="https://example.org/l.tif"),
        item("far", left=50, href="https://example.org/f.tif"),
        item("radar", href="https://example.org/r.tif", collection="radar"),
    ]
    serve_api(server, items)
    server.files["/search"] = {"type": "FeatureCollection", "features": items, "links": []}
    scenes = search_scenes(StacQuery(server.url, ("aerial",), (0, 0, 1, 1), "2016"))
    assert [scene.name for scene in scenes] == ["a"]


def test_pages_that_lead_in_a_circle_come_to_an_end(server: Served) -> None:
    search = f"{server.url}/search"
    root: dict[str, Any] = {**SPARSE, "conformsTo": CONFORMANCE}
    root["links"] = [{"rel": "search", "href": search, "type": "application/geo+json", "method": "GET"}]
    server.files["/"] = root
    following = [{"rel": "next", "href": search, "type": "application/geo+json", "method": "GET"}]
    features = [item(f"i{number}") for number in range(MOST_REPEATS)]
    server.files["/search"] = {"type": "FeatureCollection", "features": features, "links": following}
    with pytest.raises(UnreadableSourceError, match=f"the same {MOST_REPEATS} items again and again"):
        search_scenes(StacQuery(server.url))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda body: (503, "text/plain", b""), r"answers with faults of its own, too many 503 error responses; try"),
        (lambda body: (200, "text/html", b"<html></html>"), "something else than JSON comes from there"),
    ],
)
def test_what_libraries_say_is_told_in_plain_words(answer: object, said: str, server: Served) -> None:
    server.files["/"] = answer
    with pytest.raises(UnreadableSourceError, match=said):
        search_scenes(StacQuery(server.url))


def test_an_address_where_nobody_listens_is_told() -> None:
    with pytest.raises(UnreadableSourceError, match="nothing listens there"):
        search_scenes(StacQuery("http://127.0.0.1:9/"))
