"""A word with a running host, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core.client.address import Where
from ...core.client.client import WorkerClient
from ...core.client.errors import ClientError
from ...core.errors import RequestError
from ...core.protocol.schema import plain

ANSWER_S = 3.0


def ask_status(where: Where) -> dict[str, Any]:
    """Return what a host says of itself.

    Raises:
        RequestError: it does not answer, or not to this client; the message says why.
    """
    with _greeted(where) as client:
        report = plain(client.status(ANSWER_S))
    return {name: value for name, value in report.items() if name != "query"}


def ask_to_end(where: Where) -> None:
    """Tell a host of this machine to end, and wait until it lets go.

    Raises:
        RequestError: it does not answer, or does not end.
    """
    with _greeted(where) as client:
        client.shutdown("landcast serve --stop")


@contextmanager
def _greeted(where: Where) -> Iterator[WorkerClient]:
    try:
        with WorkerClient(where, program="landcast serve") as client:
            client.connect()
            yield client
    except ClientError as error:
        raise RequestError(str(error)) from error
