"""What a STAC server answers: in time, or told in one line what is wrong with it."""

from __future__ import annotations

import json
import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...errors import UnreadableSourceError

if TYPE_CHECKING:
    from pystac import Item
    from pystac_client.stac_api_io import StacApiIO

CONNECT_S, ANSWER_S = 10.0, 60.0
"""How long a server is waited for."""
TRIES = 3
"""How often one that answers with a fault of its own is asked."""
RETRIED = (429, 500, 502, 503, 504)
READ_BYTES = 2**16
MOST_REPEATS = 200
"""Items one after another that were seen before: pages that lead in a circle."""
WRONG_ANSWERS = (KeyError, TypeError, ValueError, AttributeError)
"""What pystac raises where a document lacks what it takes for granted."""
NO_ANSWER = "its server does not answer in time; is it reachable?"
PLAIN_WORDS = {
    "refused": "nothing listens there; is the address right?",
    "name or service not known": "there is no such server; is the address right, and is there a network?",
    "failed to resolve": "there is no such server; is the address right, and is there a network?",
    "incompleteread": "its server broke off in the middle of an answer; try again",
    "connection aborted": "its server broke off before an answer; try again",
    "redirects": "leads from redirect to redirect without an end; is the address right?",
    "error responses": "its server answers with faults of its own, {}; try again later",
}
"""By a part of what a library says."""


def open_reader(answer_s: float) -> StacApiIO:
    """What reads the documents of a catalogue: each has to come as a whole within a time."""
    from pystac_client.stac_api_io import StacApiIO
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import ReadTimeoutError
    from urllib3.util.retry import Retry

    class WholeAnswers(HTTPAdapter):
        """Ends an answer that drips in: the time of the library itself begins anew with each byte."""

        def build_response(self, req: Any, resp: Any) -> Any:
            latest = time.monotonic() + answer_s

            def stream(amount: int, decode_content: bool | None = None) -> Iterator[bytes]:
                while chunk := resp.read1(READ_BYTES, decode_content=decode_content):
                    yield chunk
                    if time.monotonic() > latest:
                        raise ReadTimeoutError(resp.connection, req.url, "timed out")

            resp.stream = stream
            return super().build_response(req, resp)

    # other methods than GET too, for a search is asked by POST and changes nothing
    retry = Retry(TRIES - 1, backoff_factor=0.5, status_forcelist=RETRIED, allowed_methods=None, read=0)
    reader = StacApiIO(max_retries=retry)
    for scheme in ("http://", "https://"):
        reader.session.mount(scheme, WholeAnswers(max_retries=retry))
    return reader


def each_once(items: Iterator[Item], url: str) -> Iterator[Item]:
    """Items without those that were seen before.

    Raises:
        UnreadableSourceError: no new one comes any more.
    """
    seen: set[tuple[str | None, str]] = set()
    repeats = 0
    for item in items:
        key = item.collection_id, item.id
        repeats = repeats + 1 if key in seen else 0
        if repeats > MOST_REPEATS:
            raise UnreadableSourceError(f"--stac {url}: answers the same {len(seen)} items again and again")
        if not repeats:
            seen.add(key)
            yield item


@contextmanager
def asking(url: str) -> Iterator[None]:
    """Tell in one line what a server or a catalogue did wrong.

    Raises:
        UnreadableSourceError: it did something wrong.
    """
    import pystac
    import requests
    from pystac_client.errors import ClientTypeError
    from pystac_client.exceptions import APIError

    with warnings.catch_warnings(), _without_retries_told():
        # it warns of catalogues that are no API, and of links that are wrong where nothing hangs on them
        warnings.simplefilter("ignore")
        try:
            yield
        except json.JSONDecodeError as error:
            raise UnreadableSourceError(
                f"--stac {url}: cannot be read: something else than JSON comes from there; a STAC API or the "
                "catalog.json of a catalogue is needed"
            ) from error
        except (APIError, requests.RequestException) as error:
            raise UnreadableSourceError(f"--stac {url}: {_reason(error)}") from error
        except OSError as error:
            raise UnreadableSourceError(f"--stac {url}: cannot be read: {_reason(error)}") from error
        except (pystac.STACError, pystac.STACTypeError, ClientTypeError, *WRONG_ANSWERS) as error:
            what = f"{type(error).__name__}: {_reason(error)}"
            raise UnreadableSourceError(
                f"--stac {url}: does not answer as a STAC API or catalogue does ({what})"
            ) from error


@contextmanager
def _without_retries_told() -> Iterator[None]:
    """What comes of the tries is told in the end."""
    log = logging.getLogger("urllib3.connectionpool")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    lower = text.lower()
    if "timed out" in lower:
        return NO_ANSWER
    status = getattr(error, "status_code", None)
    if status:
        return f"answers {status}: {text[:200]}"
    for mark, words in PLAIN_WORDS.items():
        if mark in lower:
            return words.format(text[lower.index("too many") :].rstrip("')") if "too many" in lower else text[:200])
    return text[:300]
