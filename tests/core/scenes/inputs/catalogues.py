"""STAC on loopback: a catalogue of plain files, an API with pages, and servers that answer badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 2
CONFORMANCE = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
]

Answer = tuple[int, str, bytes]
"""Status, content type and body."""


def item(
    name: str, left: float = 0.0, when: str | None = "2016-06-14T10:00:00Z", href: str = "", collection: str = "aerial",
    assets: dict[str, Any] | None = None, **properties: Any,
) -> dict[str, Any]:  # fmt: skip
    """A STAC item of one degree's ground, with one image."""
    ring = [[left, 0], [left + 1, 0], [left + 1, 1], [left, 1], [left, 0]]
    image = {"href": href or f"./{name}.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": collection,
        "bbox": [left, 0, left + 1, 1],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"datetime": when, **properties},
        "assets": {"image": image} if assets is None else assets,
        "links": [],
    }


@dataclass
class Served:
    """What a server holds by its paths, and what it was asked.

    Attributes:
        url: where it is.
        files: JSON documents, or what makes an answer of a request's body.
        asked: method, path and body of each request.
    """

    url: str = ""
    files: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Served]:
    """Serve on loopback, until the context is left."""
    held = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self._answer("GET", query)

        def do_POST(self) -> None:
            self._answer("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, method: str, body: Any) -> None:
            path = urlsplit(self.path).path
            held.asked.append((method, path, body))
            what = held.files.get(path)
            status, kind, data = _made(what, body)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                # who asked did not wait
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _made(what: Any, body: Any) -> Answer:
    if what is None:
        return 404, "application/json", b'{"description": "no such thing"}'
    if callable(what):
        made: Answer = what(body)
        return made
    if isinstance(what, bytes):
        return 200, "text/html", what
    return 200, "application/json", json.dumps(what).encode()


def serve_api(held: Served, items: list[dict[str, Any]]) -> None:
    """Be an API that searches its items by collection, bounding box and time, two a page."""
    held.files["/"] = {
        "type": "Catalog", "id": "api", "stac_version": "1.0.0", "description": "an API", "conformsTo": CONFORMANCE,
        "links": [
            {"rel": "self", "href": f"{held.url}/"},
            {"rel": "root", "href": f"{held.url}/"},
            {"rel": "search", "href": f"{held.url}/search", "type": "application/geo+json", "method": "GET"},
            {"rel": "search", "href": f"{held.url}/search", "type": "application/geo+json", "method": "POST"},
        ],
    }  # fmt: skip

    def search(body: dict[str, Any]) -> Answer:
        first = int(body.get("token", 0))
        found = [one for one in items if _matches(one, body)]
        page = {"type": "FeatureCollection", "features": found[first : first + PAGE], "links": []}
        if first + PAGE < len(found):
            following = {**body, "token": first + PAGE}
            link = {"rel": "next", "href": f"{held.url}/search", "method": "POST", "body": following}
            page["links"] = [link]
        return 200, "application/geo+json", json.dumps(page).encode()

    held.files["/search"] = search


def _matches(one: dict[str, Any], body: dict[str, Any]) -> bool:
    west, _, east, _ = body.get("bbox", (-180, -90, 180, 90))
    first, last = (body.get("datetime", "../..").replace("..", "") + "/").split("/")[:2]
    when = one["properties"]["datetime"]
    return (
        one["collection"] in body.get("collections", [one["collection"]])
        and one["bbox"][0] <= east
        and one["bbox"][2] >= west
        and (not first or when >= first)
        and (not last or when <= last)
    )


def serve_catalogue(held: Served, items: list[dict[str, Any]], folder: str = "/stac") -> None:
    """Be a catalogue of plain files: a root, a collection a folder, and items in it."""
    names = sorted({one["collection"] for one in items})
    held.files[f"{folder}/catalog.json"] = {
        "type": "Catalog", "id": "root", "stac_version": "1.0.0", "description": "files",
        "links": [
            {"rel": "root", "href": "./catalog.json"},
            *({"rel": "child", "href": f"./{name}/collection.json"} for name in names),
        ],
    }  # fmt: skip
    for name in names:
        held.files[f"{folder}/{name}/collection.json"] = {
            "type": "Collection", "id": name, "stac_version": "1.0.0", "description": name, "license": "other",
            "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
            "links": [
                {"rel": "root", "href": "../catalog.json"},
                {"rel": "parent", "href": "../catalog.json"},
                *({"rel": "item", "href": f"./{one['id']}.json"} for one in items if one["collection"] == name),
            ],
        }  # fmt: skip
    for one in items:
        held.files[f"{folder}/{one['collection']}/{one['id']}.json"] = one


def slowly(seconds: float) -> Callable[[Any], Answer]:
    """Answer late."""

    def answer(body: Any) -> Answer:
        time.sleep(seconds)
        return 200, "application/json", b"{}"

    return answer
