"""Scenes by STAC: an API with pages, a catalogue of files, and what both can do wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landcast.core.errors import RequestError, UnreadableSourceError
from landcast.core.scenes.inputs.stac import StacQuery, search_scenes
from landcast.tests.core.scenes.inputs.catalogues import Served, item, serve_api, serve_catalogue, slowly

ITEMS = [
    item("c", left=2, when="2018-01-01T00:00:00Z", href="https://example.org/c.tif?sig=abc"),
    item("a", left=0, href="https://example.org/a.tif"),
    item("b", left=1, href="http://example.org/b.tif"),
    item("other", left=1, href="http://example.org/o.tif", collection="radar"),
]


def ids(query: StacQuery) -> list[str]:
    return [scene.name for scene in search_scenes(query)]


def test_an_api_is_searched_through_all_of_its_pages(server: Served) -> None:
    serve_api(server, ITEMS)
    query = StacQuery(server.url, ("aerial",), (0.5, 0.0, 2.5, 1.0), "2016/2018")
    scenes = search_scenes(query)
    assert [(scene.name, str(scene.source), scene.date) for scene in scenes] == [
        ("a", "https://example.org/a.tif", "2016-06-14"),
        ("b", "http://example.org/b.tif", "2016-06-14"),
        ("c", "https://example.org/c.tif?sig=abc", "2018-01-01"),
    ]
    searches = [body for _, path, body in server.asked if path == "/search"]
    assert len(searches) == 2, "two pages"
    assert searches[0]["collections"] == ["aerial"]
    assert searches[0]["bbox"] == [0.5, 0.0, 2.5, 1.0]
    assert searches[0]["datetime"] == "2016-01-01T00:00:00Z/2018-12-31T23:59:59Z"
    assert "abc" not in scenes[2].identity, "what signs an address changes from search to search"


def test_no_more_items_are_fetched_than_asked_for_and_that_is_told(server: Served) -> None:
    serve_api(server, ITEMS)
    told: list[str] = []
    assert len(search_scenes(StacQuery(server.url, limit=1), told.append)) == 1
    assert told == [f"{server.url}: there are more items than --stac-limit 1; the first ones are taken"]
    assert len(search_scenes(StacQuery(server.url, limit=4), told.append)) == 4
    assert len(told) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["a", "b", "c", "other"]),
        ({"collections": ("radar",)}, ["other"]),
        ({"bbox": (1.5, 0.2, 1.6, 0.3)}, ["b", "other"]),
        ({"bbox": (179.0, 0.0, 0.5, 1.0)}, ["a"]),
        ({"datetime": "2018"}, ["c"]),
        ({"datetime": "../2016-06-14"}, ["a", "b", "other"]),
        ({"datetime": "2016-06-15/.."}, ["c"]),
    ],
)
def test_a_catalogue_of_files_is_searched_as_an_api_would(
    query: dict[str, object], found: list[str], server: Served
) -> None:
    serve_catalogue(server, ITEMS)
    scenes = search_scenes(StacQuery(f"{server.url}/stac/catalog.json", **query))  # type: ignore[arg-type]
    assert sorted(scene.name for scene in scenes) == found


def test_what_is_relative_begins_at_the_item(server: Served, tmp_path: Path) -> None:
    serve_catalogue(server, [item("a", href="../images/a.tif")])
    (scene,) = search_scenes(StacQuery(f"{server.url}/stac/catalog.json"))
    assert scene.source == f"{server.url}/stac/images/a.tif"
    for path, document in server.files.items():
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))
    (local,) = search_scenes(StacQuery(str(tmp_path / "stac" / "catalog.json")))
    assert Path(local.source) == tmp_path / "stac" / "images" / "a.tif"


def test_a_catalogue_in_the_network_leads_to_no_file_of_this_machine(server: Served) -> None:
    for href in ("/etc/passwd", "file:///etc/passwd"):
        serve_catalogue(server, [item("a", href=href)])
        try:
            (scene,) = search_scenes(StacQuery(f"{server.url}/stac/catalog.json"))
        except RequestError:
            continue
        assert str(scene.source).startswith(server.url)


def test_the_image_among_assets_is_found_or_asked_for(server: Served) -> None:
    kind = "image/tiff; application=geotiff; profile=cloud-optimized"
    assets = {
        "thumbnail": {"href": "https://example.org/t.tif", "type": kind, "roles": ["thumbnail"]},
        "metadata": {"href": "https://example.org/m.json", "type": "application/json"},
        "visual": {"href": "https://example.org/v.tif", "type": kind, "roles": ["visual"]},
        "cloud": {"href": "https://example.org/c.tif", "type": kind, "roles": ["cloud"]},
    }
    serve_api(server, [item("a", assets=assets)])
    (scene,) = search_scenes(StacQuery(server.url))
    assert scene.source == "https://example.org/v.tif"
    (scene,) = search_scenes(StacQuery(server.url, asset="cloud"))
    assert scene.source == "https://example.org/c.tif"
    with pytest.raises(RequestError, match=r"--asset red: item a .* has none; its assets: thumbnail, metadata"):
        search_scenes(StacQuery(server.url, asset="red"))
    two = {"b1": {"href": "b1.tif"}, "b2": {"href": "b2.tif"}}
    serve_api(server, [item("a", assets=two)])
    with pytest.raises(RequestError, match="item a has not one image but: b1, b2; name one by --asset"):
        search_scenes(StacQuery(server.url))


def test_only_http_is_read(server: Served) -> None:
    serve_api(server, [item("a", href="s3://bucket/a.tif")])
    with pytest.raises(RequestError, match=r"lies at s3://bucket/a\.tif; only http and https are read"):
        search_scenes(StacQuery(server.url))


@pytest.mark.parametrize(
    ("first", "last", "date"),
    [
        ("2016-06-14T01:00:00Z", "2016-06-14T23:00:00Z", "2016-06-14"),
        ("2016-06-01T00:00:00Z", "2016-06-30T00:00:00Z", "2016-06"),
        ("2016-05-01T00:00:00Z", "2016-08-30T00:00:00Z", "2016"),
        ("2015-05-01T00:00:00Z", "2016-08-30T00:00:00Z", None),
    ],
)
def test_a_mosaic_is_dated_as_precisely_as_its_span(first: str, last: str, date: str | None, server: Served) -> None:
    serve_catalogue(server, [item("a", when=None, start_datetime=first, end_datetime=last)])
    (scene,) = search_scenes(StacQuery(f"{server.url}/stac/catalog.json", datetime="2016"))
    assert scene.date == date


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda body: (500, "text/plain", b"out of order"), "answers 500|too many 500"),
        (lambda body: (403, "text/plain", b"sign in first"), "answers 403: sign in first"),
        (lambda body: (200, "text/html", b"<html>hello</html>"), "cannot be read|does not answer as"),
        (lambda body: (200, "application/json", b'{"features": [{"id": "x"}]}'), "does not answer as a STAC"),
        (lambda body: (200, "application/json", b'{"features": [1, 2'), "cannot be read|does not answer as"),
        (lambda body: (200, "application/json", b"[1, 2]"), "does not answer as a STAC"),
        (slowly(3.0), "does not answer in time"),
    ],
    ids=["fault", "forbidden", "page", "no item", "cut off", "no collection", "slow"],
)
def test_what_a_server_does_wrong_is_told_in_one_line(answer: object, said: str, server: Served) -> None:
    serve_api(server, ITEMS)
    server.files["/search"] = answer
    with pytest.raises(UnreadableSourceError, match=said) as told:
        search_scenes(StacQuery(server.url, answer_s=0.5))
    assert str(told.value).startswith(f"--stac {server.url}: ")
    assert "\n" not in str(told.value)


def test_a_server_that_is_not_there_or_is_none_of_stac_is_told(server: Served, tmp_path: Path) -> None:
    server.files["/"] = {"hello": "world"}
    with pytest.raises(UnreadableSourceError, match="does not answer as a STAC"):
        search_scenes(StacQuery(server.url))
    with pytest.raises(UnreadableSourceError, match="answers 404"):
        search_scenes(StacQuery(f"{server.url}/nothing"))
    with pytest.raises(UnreadableSourceError, match=r"cannot be read: .*No such file"):
        search_scenes(StacQuery(str(tmp_path / "catalog.json")))
    with pytest.raises(UnreadableSourceError, match="--stac http://127"):
        search_scenes(StacQuery("http://127.0.0.1:9/"))


def test_a_search_that_finds_nothing_says_what_was_asked(server: Served) -> None:
    serve_api(server, ITEMS)
    with pytest.raises(RequestError, match=r"no item matches --collection optical, --datetime 2016"):
        search_scenes(StacQuery(server.url, ("optical",), None, "2016"))


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "0,5,1,4", "-200,0,1,1"])
def test_a_bounding_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="--bbox"):
        StacQuery.read("https://example.org", (), text, None, None, None)


def test_an_item_that_cannot_be_read_from_stops_no_other(server: Served) -> None:
    two = {"b1": {"href": "b1.tif"}, "b2": {"href": "b2.tif"}}
    bad = [item("many", assets=two), item("bucket", href="s3://bucket/a.tif")]
    serve_api(server, [*ITEMS[1:3], *bad])
    scenes = {scene.name: scene for scene in search_scenes(StacQuery(server.url))}
    assert [name for name, scene in scenes.items() if scene.refused is None] == ["a", "b"]
    assert "has not one image but: b1, b2" in str(scenes["many"].refused)
    assert "only http and https are read" in str(scenes["bucket"].refused)
    assert len({scene.identity for scene in scenes.values()}) == 4
