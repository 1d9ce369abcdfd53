"""Scenes by a search of a STAC API, or by a walk through a STAC catalogue of plain files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import RequestError
from ...raster.access import is_address
from .scene import Scene
from .stac_answers import ANSWER_S, CONNECT_S, asking, each_once, open_reader

if TYPE_CHECKING:
    from pystac import Asset, Item

IMAGE_TYPES = ("image/tiff", "image/vnd.stac.geotiff", "image/jp2")
IMAGE_SUFFIXES = (".tif", ".tiff", ".jp2", ".vrt")
IMAGE_ROLES = ("data", "visual")
MOST_NAMES = 8

Say = Callable[[str], None]


@dataclass(frozen=True)
class StacQuery:
    """What is looked for.

    Attributes:
        url: of an API or a catalogue; a path for a catalogue of files.
        collections: whose items; of all where empty.
        bbox: west, south, east, north in degrees; anywhere where None. West may be above east, across the antimeridian.
        datetime: a time or a span, as STAC writes them; any where None.
        limit: items at most.
        asset: of each item; the only image where None.
        answer_s: how long an answer is waited for.
    """

    url: str
    collections: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    datetime: str | None = None
    limit: int | None = None
    asset: str | None = None
    answer_s: float = ANSWER_S

    @classmethod
    def read(
        cls, url: str, collections: tuple[str, ...], bbox: str | None, when: str | None, limit: int | None,
        asset: str | None,
    ) -> StacQuery:  # fmt: skip
        """Take what a user wrote.

        Raises:
            RequestError: it is no bounding box or no time.
        """
        return cls(url, collections, None if bbox is None else _read_bbox(bbox), when, limit, asset)


def search_scenes(query: StacQuery, note: Say = lambda text: None) -> list[Scene]:
    """List the scenes that a catalogue or an API holds, in the order of their ids.

    Args:
        query: what is looked for.
        note: called with what the user may like to know.

    Raises:
        UnreadableSourceError: it cannot be reached, or does not answer as STAC does.
        RequestError: nothing is found, or no item says which of its assets is meant; one of many is a refused scene.
    """
    with asking(query.url):
        items, has_more = _find(query)
    if not items:
        raise RequestError(f"--stac {query.url}: no item matches{_asked(query)}")
    if has_more:
        note(f"{query.url}: there are more items than --stac-limit {query.limit}; the first ones are taken")
    scenes = [
        _scene_or_refused(item, query) for item in sorted(items, key=lambda item: (item.collection_id or "", item.id))
    ]
    reasons = [scene.refused for scene in scenes if scene.refused is not None]
    if len(reasons) == len(scenes):
        raise RequestError(reasons[0])
    return scenes


def _find(query: StacQuery) -> tuple[list[Item], bool]:
    """The items, and whether there are more than were asked for."""
    from pystac_client import Client
    from pystac_client.conformance import ConformanceClasses

    timeout = CONNECT_S, query.answer_s
    # the client puts its own timeout, None where not given, in the place of the reader's
    client = Client.open(query.url, stac_io=open_reader(query.answer_s), timeout=timeout)
    span = _span(query.datetime)
    if client.conforms_to(ConformanceClasses.ITEM_SEARCH):
        answered = client.search(
            collections=list(query.collections) or None,
            bbox=None if query.bbox is None else list(query.bbox),
            datetime=query.datetime,
        ).items()
        # not all keep to what they are asked for
        found: Iterator[Item] = (
            item
            for item in each_once(answered, query.url)
            if (item.collection_id is None or _is_of(item, query.collections))
            and (not item.bbox or _is_within(item, query.bbox))
            and _is_taken_in(item, span)
        )
    else:
        found = (
            item
            for item in client.get_items()
            if _is_of(item, query.collections) and _is_within(item, query.bbox) and _is_taken_in(item, span)
        )
    if query.limit is None:
        return list(found), False
    items = list(itertools.islice(found, query.limit + 1))
    return items[: query.limit], len(items) > query.limit


def _scene_or_refused(item: Item, query: StacQuery) -> Scene:
    """One that cannot be read from is told at its turn, and stops no other."""
    try:
        return _scene(item, query)
    except RequestError as error:
        own = item.get_self_href() or f"{query.url.rstrip('/')}/{item.collection_id or 'items'}/{item.id}"
        return Scene(own, f"{query.url}: item {item.id}", item.id, _date(item), refused=str(error))


def _scene(item: Item, query: StacQuery) -> Scene:
    name, asset = _asset(item, query)
    href = asset.get_absolute_href() or asset.href
    where = f"{query.url}: item {item.id}, asset {name}"
    if is_address(href):
        if not href.lower().startswith(("http://", "https://")):
            raise RequestError(f"{where}: lies at {href}; only http and https are read: --asset names another")
        return Scene(href, where, item.id, _date(item))
    if is_address(query.url):
        # a server must not say which files of this machine are read
        raise RequestError(f"{where}: leads to the path {href}, which a catalogue in the network cannot know")
    return Scene(Path(href), where, item.id, _date(item))


def _asset(item: Item, query: StacQuery) -> tuple[str, Asset]:
    """The asset to predict from, with its name."""
    listed = ", ".join(list(item.assets)[:MOST_NAMES]) or "none"
    if query.asset is not None:
        if query.asset not in item.assets:
            raise RequestError(f"--asset {query.asset}: item {item.id} of {query.url} has none; its assets: {listed}")
        return query.asset, item.assets[query.asset]
    images = {name: asset for name, asset in item.assets.items() if _is_image(asset)}
    if len(images) > 1:
        images = {name: asset for name, asset in images.items() if set(asset.roles or ()) & set(IMAGE_ROLES)} or images
    if len(images) != 1:
        found = ", ".join(list(images)[:MOST_NAMES]) or f"none (assets: {listed})"
        raise RequestError(f"{query.url}: item {item.id} has not one image but: {found}; name one by --asset")
    return next(iter(images.items()))


def _is_image(asset: Asset) -> bool:
    kind = (asset.media_type or "").lower()
    if "thumbnail" in (asset.roles or ()) or "overview" in (asset.roles or ()):
        return False
    return kind.startswith(IMAGE_TYPES) or (not kind and asset.href.split("?")[0].lower().endswith(IMAGE_SUFFIXES))


def _date(item: Item) -> str | None:
    """When an item was taken, as precise as it says; None for a span across years."""
    if item.datetime is not None:
        return item.datetime.date().isoformat()
    first, last = (str(item.properties.get(name) or "")[:10] for name in ("start_datetime", "end_datetime"))
    for length in (10, 7, 4):
        if len(first) >= length and first[:length] == last[:length]:
            return first[:length]
    return None


def _is_of(item: Item, collections: tuple[str, ...]) -> bool:
    return not collections or item.collection_id in collections


def _is_within(item: Item, bbox: tuple[float, float, float, float] | None) -> bool:
    if bbox is None:
        return True
    if not item.bbox:
        return False
    half = len(item.bbox) // 2
    (left, bottom), (right, top) = item.bbox[:2], item.bbox[half : half + 2]
    west, south, east, north = bbox
    return bool(bottom <= north and top >= south) and any(
        one_west <= other_east and one_east >= other_west
        for one_west, one_east in _turns(west, east)
        for other_west, other_east in _turns(left, right)
    )


def _turns(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _is_taken_in(item: Item, span: tuple[datetime, datetime] | None) -> bool:
    if span is None:
        return True
    from pystac.utils import str_to_datetime

    moments = [item.datetime, item.datetime]
    if item.datetime is None:
        texts = [item.properties.get(name) for name in ("start_datetime", "end_datetime")]
        moments = [str_to_datetime(text) if text else None for text in texts]
    first, last = moments
    return first is not None and last is not None and first <= span[1] and last >= span[0]


def _span(when: str | None) -> tuple[datetime, datetime] | None:
    """First and last moment of what was written, by the rules that an API has for it."""
    if when is None:
        return None
    from pystac.utils import str_to_datetime
    from pystac_client import ItemSearch

    asked = ItemSearch("http://localhost/", datetime=when).get_parameters()["datetime"]
    first, last = asked.split("/") if "/" in asked else (asked, asked)
    earliest, latest = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
    return (
        str_to_datetime(earliest if first == ".." else first),
        str_to_datetime(latest if last == ".." else last),
    )


def _read_bbox(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise RequestError(f"--bbox needs four numbers WEST,SOUTH,EAST,NORTH, not {text!r}") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise RequestError(f"--bbox {text}: needs longitudes of -180 to 180, and latitudes of which the first is lower")
    return west, south, east, north


def _asked(query: StacQuery) -> str:
    parts = {"--collection": " ".join(query.collections), "--bbox": query.bbox, "--datetime": query.datetime}
    given = [f"{option} {value}" for option, value in parts.items() if value]
    return f" {', '.join(given)}" if given else ""
